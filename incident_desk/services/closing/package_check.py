"""四性检测 of the newest package: verified again as it lies here, its files looked through, put on record."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from incident_desk.domain.archive import archive_groups, missing_groups
from incident_desk.domain.closing.package_checks import (
    WORD_LIMITS,
    NoPackageYet,
    PackageFacts,
    PropertyFound,
    check,
    is_sound,
)
from incident_desk.domain.command.words import clean
from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import ArchivePackage, Incident, InvestigationAct, PackageCheck
from incident_desk.records import verifier
from incident_desk.services import scope
from incident_desk.services.archives import archive
from incident_desk.services.closing.gate_lines import newest_package
from incident_desk.services.transaction import transaction


def check_newest(case_no: str, said: Mapping[str, str], *, actor: Actor, now: datetime) -> PackageCheck:
    """Check the newest package and record what was found; *said* holds ``explained`` and ``scanned``, both optional.

    Journal ``archive.checked``.

    Raises:
        NoPackageYet: none was exported, or it does not lie here.
        CommandTextTooLong.
        NotFound: not this actor's to see.
    """
    words = clean(said, WORD_LIMITS)
    incident = scope.incident(actor, case_no)
    package = newest_package(db.session, incident)
    if package is None:
        raise NoPackageYet
    try:
        path = archive.package_file(actor, case_no, package.id)
    except NotFound as elsewhere:
        raise NoPackageYet from elsewhere
    results = check(_look_through(path, package, incident, words))
    with transaction() as tx:
        held = scope.incident(actor, case_no, tx.session)
        row = PackageCheck(
            incident_id=held.id, package_id=package.id, results=[_to_json(one) for one in results],
            is_sound=is_sound(results), checked_at=now, checked_by=actor.ref, **words,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {
            "check": row.id, "package": package.id, "digest": package.digest, "sound": row.is_sound,
            "failed": [one.prop.value for one in results if not one.holds],
        }  # fmt: skip
        tx.journal(held, "archive.checked", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def _look_through(path: Path, package: ArchivePackage, incident: Incident, words: Mapping[str, str]) -> PackageFacts:
    result = verifier.verify(path, expected_digest=package.digest)
    with zipfile.ZipFile(path) as bag:
        names = [info.filename for info in bag.infolist() if not info.is_dir()]
        index = next((name for name in names if name.endswith(verifier.INDEX_CSV)), None)
        personal = 0 if index is None else _personal_files(bag.read(index).decode("utf-8-sig"))
    investigated = db.session.scalar(
        select(InvestigationAct.id)
        .where(InvestigationAct.incident_id == incident.id, InvestigationAct.withdrawn_at.is_(None))
        .limit(1)
    )
    return PackageFacts(
        faults=[f"{fault.where} {fault.what}" for fault in result.faults],
        paths=[name for name in names if "/data/" in f"/{name}"],
        missing_groups=_missing(names, is_investigated=investigated is not None),
        personal_files=personal,
        explained=words["explained"],
        scanned=words["scanned"],
    )


def _missing(names: Iterable[str], *, is_investigated: bool) -> list[str]:
    """The groups that must hold something and hold no file in the package."""
    listed = list(names)
    present = [group.no for group in archive_groups() if any(f"data/{group.folder}/" in name for name in listed)]
    return [group.folder for group in missing_groups(present, investigated=is_investigated)]


def _personal_files(index_csv: str) -> int:
    return sum(row.get("personal") == "yes" for row in csv.DictReader(io.StringIO(index_csv)))


def _to_json(one: PropertyFound) -> dict[str, object]:
    return {"property": one.prop.value, "holds": one.holds, "words": one.words.zh, "words_en": one.words.en}
