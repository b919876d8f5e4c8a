"""A case as a package that proves itself: read at one instant, written whole or not at all, then put on record."""

from __future__ import annotations

import fcntl
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident_desk.domain.archive import ArchiveGroup, missing_groups
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.journal import Link, sealed
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import ArchivePackage, ClockRecord, Evidence, Incident, JournalEntry, JournalHead, Person
from incident_desk.paths import templates_dir
from incident_desk.records import verifier
from incident_desk.records.bag import PackageBusy, zip_bag
from incident_desk.records.package import CasePackage, PackedFile, WrittenPackage, write_package
from incident_desk.services import installation, scope
from incident_desk.services.archives import archive_papers, cut_off
from incident_desk.services.archives.archive_files import SYSTEM, Recorder, case_files, clock_table
from incident_desk.services.closing import closing_files
from incident_desk.services.journal import to_link
from incident_desk.services.transaction import snapshot, transaction
from incident_desk.settings import Settings

PAGE_LIMIT = 500_000_000
"""Bytes of originals that a page packs while one waits; more is packed by the command."""

NAMED = ("clock", "report", "release", "evidence")
"""Keys of an entry's data that name what the entry is about."""


class PackageNotSound(DomainError):
    """Our own verifier found something in what was just written; nothing is put on record."""

    code = "package_not_sound"
    status = 500
    message_id = N_("The package does not prove itself: %(where)s %(what)s. Nothing was exported.")


class TooLargeForPage(DomainError):
    """A package that would keep somebody waiting too long."""

    code = "package_too_large_for_page"
    status = 409
    message_id = N_(
        "The originals of this case have %(megabytes)s MB. Have it exported on the server: "
        "incident-desk archive export %(case_no)s --out FOLDER"
    )


@dataclass(frozen=True, slots=True)
class Exported:
    """A package on record: its row's id, what was written, and whether an export that was cut off wrote it."""

    id: int
    written: WrittenPackage
    was_cut_off: bool = False


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A package on record, and whether its file can be fetched here."""

    row: ArchivePackage
    by: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class ArchiveView:
    """What the Archive tab says: packages, newest first; groups that would be empty; size of the originals."""

    packages: tuple[PackageLine, ...]
    missing: tuple[ArchiveGroup, ...]
    originals: int
    originals_bytes: int
    entries_since: int

    @property
    def is_too_large(self) -> bool:
        """True when the page sends the archivist to the command."""
        return self.originals_bytes > PAGE_LIMIT


def export_case(case_no: str, folder: Path, *, actor: Actor, now: datetime) -> Exported:
    """Write the whole of *case_no* as ``folder/<case_no>``, verify it, and put it on record.

    Everything is read in one snapshot of the store. Killed at any point, a whole package or none stands in *folder*;
    one that was killed before its record was written is found there again and put on record, and no other is written.

    Raises:
        NotFound: not this actor's to see.
        PackageExists, PackageBusy, BagNotValid, EvidenceChanged: see ``records``.
        OriginalMissing, RecordChanged: see ``archive_papers``.
        PackageNotSound: the verifier found something.
    """
    scope.incident(actor, case_no)
    left = cut_off.left_in(folder, case_no, db.session())
    written, head_seq = left or _write(case_no, folder, actor=actor, now=now)
    return Exported(_record(case_no, written, head_seq, actor=actor, now=now), written, was_cut_off=left is not None)


def export_for_page(case_no: str, *, actor: Actor, now: datetime) -> Exported:
    """Export *case_no* into the desk's own folder, as one zip that can be fetched; on record once it can be.

    Raises:
        TooLargeForPage: the originals are too large to wait for.
        NotFound and whatever ``export_case`` raises.
    """
    incident = scope.incident(actor, case_no)
    _count, size = _originals(db.session(), incident)
    if size > PAGE_LIMIT:
        raise TooLargeForPage(megabytes=size // 1_000_000, case_no=case_no)
    with _work_folder(case_no) as folder:
        cut_off.remove_unseen(_folder(), case_no, db.session())
        written, head_seq = _write(case_no, folder, actor=actor, now=now)
        zip_bag(written.path, folder / f"{case_no}.zip")
        shutil.rmtree(written.path)
        kept = folder.rename(_folder() / written.digest)
        try:
            return Exported(_record(case_no, written, head_seq, actor=actor, now=now), written)
        except BaseException:
            shutil.rmtree(kept)
            raise


def view(actor: Actor, case_no: str) -> ArchiveView:
    """What stands exported of a case and what a package would lack.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    rows = db.session.scalars(
        select(ArchivePackage).where(ArchivePackage.incident_id == incident.id).order_by(ArchivePackage.id.desc())
    ).all()
    names = _names(db.session())
    count, size = _originals(db.session(), incident)
    last = rows[0].journal_seq if rows else 0
    since = select(func.count()).where(
        JournalEntry.case_no == case_no, JournalEntry.seq > last, JournalEntry.kind != "archive.exported"
    )
    return ArchiveView(
        packages=tuple(PackageLine(row, names(row.exported_by), _size(row, case_no)) for row in rows),
        missing=_missing(db.session(), incident),
        originals=count,
        originals_bytes=size,
        entries_since=db.session.scalar(since) or 0,
    )


def package_file(actor: Actor, case_no: str, package_id: int) -> Path:
    """The zip of a package that was exported here.

    Raises:
        NotFound: no such package of a case this actor may see, or it was exported elsewhere.
    """
    incident = scope.incident(actor, case_no)
    row = db.session.scalar(
        select(ArchivePackage).where(ArchivePackage.incident_id == incident.id, ArchivePackage.id == package_id)
    )
    path = None if row is None else _zip_of(row, case_no)
    if path is None or not path.is_file():
        raise NotFound
    return path


def _write(case_no: str, folder: Path, *, actor: Actor, now: datetime) -> tuple[WrittenPackage, int]:
    """The package, written and proved, and the number of the journal's head that it tells up to."""
    with snapshot() as session:
        incident = scope.incident(actor, case_no, session)
        head_seq = session.scalar(select(JournalHead.seq)) or 0
        written = write_package(_package(session, incident, actor=actor, now=now), folder)
    result = verifier.verify(written.path, expected_digest=written.digest)
    if not result.ok:
        shutil.rmtree(written.path)
        raise PackageNotSound(where=result.faults[0].where, what=result.faults[0].what)
    return written, head_seq


def _record(case_no: str, written: WrittenPackage, head_seq: int, *, actor: Actor, now: datetime) -> int:
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        known = tx.session.scalar(select(ArchivePackage.id).where(ArchivePackage.digest == written.digest))
        if known is not None:  # two found what one export had left
            return known
        row = ArchivePackage(
            incident_id=incident.id, name=written.path.name, digest=written.digest, journal_seq=head_seq,
            exported_at=now, exported_by=actor.ref,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"package": row.id, "digest": written.digest, "journal_seq": head_seq, "files": written.files}
        tx.journal(incident, "archive.exported", actor=actor, at=now, data=data)
        tx.outcome("archive", case_no)
    return row.id


@contextmanager
def _work_folder(case_no: str) -> Iterator[Path]:
    """A folder for one export of this case at a time; what a killed one left there is removed first."""
    root = _folder() / "work"
    root.mkdir(parents=True, exist_ok=True)
    with (root / f"{case_no}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise PackageBusy(name=case_no) from held
        folder = root / case_no
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _package(session: Session, incident: Incident, *, actor: Actor, now: datetime) -> CasePackage:
    recorder = Recorder(installation.office_name(incident.office_code), now, _names(session))
    first, entries = _mentions(session, incident)
    papers = archive_papers.Papers(session, incident, recorder, entries, actor=actor)
    clocks = _clocks(session, incident, entries, now=now)
    files = [*case_files(session, incident, recorder), *clock_table(clocks, recorder), *papers.files()]
    files += closing_files.files(session, incident, recorder)
    reports, releases, evidence = papers.reports(), papers.releases(), papers.evidence()
    files.append(_read_me(incident, recorder, _missing(session, incident)))
    return CasePackage(
        case_no=incident.case_no,
        exercise=incident.is_exercise,
        office=incident.office_code,
        office_name=recorder.maker,
        sealed_at=now,
        journal=_links(session, incident.case_no, first),
        clocks=clocks,
        reports=reports,
        releases=releases,
        evidence=evidence,
        files=files,
    )


def _mentions(session: Session, incident: Incident) -> tuple[int, Mapping[tuple[str, int], list[Link]]]:
    """The number of the case's first entry, and its entries by what they name: clock 3, report 1."""
    found: dict[tuple[str, int], list[Link]] = defaultdict(list)
    first = 0
    rows = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.case_no == incident.case_no)
        .order_by(JournalEntry.seq)
        .execution_options(yield_per=500)
    )
    for row in rows:
        link = to_link(row)
        first = first or link.seq
        data: Mapping[str, Any] = link.entry.data if link.entry else {}
        for key in NAMED:
            if isinstance(data.get(key), int):
                found[key, data[key]].append(link)
    return first, found


def _links(session: Session, case_no: str, first: int) -> Iterator[Link]:
    """The chain from the case's first entry to the head: its own entries whole, all others sealed."""
    rows = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.seq >= first)
        .order_by(JournalEntry.seq)
        .execution_options(yield_per=500)
    )
    for row in rows:
        link = to_link(row)
        yield link if row.case_no == case_no else sealed(link)


def _clocks(
    session: Session, incident: Incident, entries: Mapping[tuple[str, int], list[Link]], *, now: datetime
) -> list[dict[str, object]]:
    rows = session.scalars(
        select(ClockRecord).where(ClockRecord.incident_id == incident.id).order_by(ClockRecord.id)
    ).all()
    return [
        {
            "id": row.id,
            **row.to_domain().to_json(now),
            "journal": [link.seq for link in entries.get(("clock", row.id), ())],
        }
        for row in rows
    ]


def _read_me(incident: Incident, recorder: Recorder, missing: Iterable[ArchiveGroup]) -> PackedFile:
    """What the package is, how it is checked, and which groups are still empty; Chinese, for whoever opens it."""
    text = (templates_dir() / "documents" / "archive_read_me.txt").read_text("utf-8")
    filled = text.format(
        mark="演练　" if incident.is_exercise else "",
        case_no=incident.case_no,
        maker=recorder.maker,
        missing="、".join(f"{group.folder}（{group.item_zh}）" for group in missing) or "无",
    )
    content = b"\xef\xbb\xbf" + filled.replace("\n", "\r\n").encode()
    return PackedFile(SYSTEM, "说明.txt", content, "说明", recorder.maker, recorder.made_at, "text/plain")


def _missing(session: Session, incident: Incident) -> tuple[ArchiveGroup, ...]:
    """Groups that must hold something by the list and would be empty now."""
    present = {1, SYSTEM, *archive_papers.groups_of(session, incident), *closing_files.groups_of(session, incident)}
    return missing_groups(present, investigated=False)


def _names(session: Session) -> Any:
    """Who stands behind a reference: a person's name, else the reference itself."""
    people = {f"person:{row.id}": row.name for row in session.scalars(select(Person))}
    return lambda ref: people.get(ref or "", ref or "")


def _originals(session: Session, incident: Incident) -> tuple[int, int]:
    query = select(func.count(), func.coalesce(func.sum(Evidence.size_bytes), 0))
    count, size = session.execute(query.where(Evidence.incident_id == incident.id)).one()
    return count, int(size)


def _folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.home / "archives"


def _zip_of(row: ArchivePackage, case_no: str) -> Path:
    return _folder() / row.digest / f"{case_no}.zip"


def _size(row: ArchivePackage, case_no: str) -> int | None:
    path = _zip_of(row, case_no)
    return path.stat().st_size if path.is_file() else None
