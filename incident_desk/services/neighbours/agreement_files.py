"""The register of agreements as a list in a file: what is written can be read again."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select

from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.labels import label
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.neighbours.agreement_list import (
    HEADINGS,
    AgreementChangeKind,
    AgreementImport,
    parse_agreements_csv,
    shown_cells,
)
from incident_desk.domain.neighbours.agreements import Agreement
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import JointAgreement
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.neighbours.agreements import AgreementView, put, to_domain
from incident_desk.services.transaction import transaction

LARGEST_FILE = 1_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PHONES = frozenset({"upstream_phone", "downstream_phone"})


class AgreementFileTooLarge(DomainError):
    """A list that no register can be."""

    code = "agreement_file_too_large"
    status = 413
    message_id = N_("The list is larger than 1 MB. Check that it is the list of agreements, and save it as CSV.")


class AgreementFileRefused(DomainError):
    """A list with faults is taken whole or not at all."""

    code = "agreement_file_refused"
    message_id = N_("The list has %(count)s faults; nothing was taken. Line %(line)s: mend it and try again.")


def read_file(data: bytes, *, actor: Actor, now: datetime) -> AgreementImport:
    """What taking this list would change, or everything that is wrong with it; nothing is stored.

    Raises:
        AgreementFileTooLarge: more than 1 MB.
    """
    return _read(data, actor, now, db.session)


def take_file(data: bytes, *, actor: Actor, now: datetime) -> AgreementImport:
    """Take the list into the register of the actor's office; those not in it are kept. Journal ``agreement.imported``.

    Raises:
        AgreementFileTooLarge, AgreementFileRefused: nothing was taken.
    """
    with transaction() as tx:
        found = _read(data, actor, now, tx.session)
        if not found.ok:
            raise AgreementFileRefused(count=len(found.problems), line=found.problems[0].line)
        rows = {row.agreement_no: row for row in tx.session.scalars(_own(actor).with_for_update())}
        by_no = {one.agreement_no: one for one in found.agreements}
        for change in found.changes:
            if change.kind in {AgreementChangeKind.ADDED, AgreementChangeKind.CHANGED}:
                put(tx, rows.get(change.agreement_no), by_no[change.agreement_no], actor=actor, now=now)
        data_of_entry = {
            "added": found.count(AgreementChangeKind.ADDED), "changed": found.count(AgreementChangeKind.CHANGED),
            "sha256": hashlib.sha256(data).hexdigest(),
        }  # fmt: skip
        tx.journal(None, "agreement.imported", actor=actor, at=now, data=data_of_entry)
        tx.outcome("agreements", "all")
    return found


def for_spreadsheets(views: Iterable[AgreementView]) -> bytes:
    """The list with Chinese headings, UTF-8 with BOM, fit for WPS and Excel; contacts as the asker may see them.

    A text that a spreadsheet would reckon out as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(HEADINGS))
    writer.writeheader()
    for view in views:
        cells = _cells(view.agreement)
        writer.writerow({heading: cells[column] for heading, column in HEADINGS.items()})
    return out.getvalue().encode("utf-8-sig")


def _cells(agreement: Agreement) -> dict[str, str]:
    cells = {**shown_cells(agreement, Rulebook.shipped().offices), "level": label(agreement.level, "zh_Hans")}
    for name in _PHONES:
        cells[name] = cells[name].removeprefix("+86")
    return {name: f"'{text}" if text.startswith(_FORMULA) else text for name, text in cells.items()}


def _own(actor: Actor) -> Select[JointAgreement]:
    return select(JointAgreement).where(JointAgreement.office_code == actor.office, JointAgreement.ended_at.is_(None))


def _read(data: bytes, actor: Actor, now: datetime, session: AnySession) -> AgreementImport:
    if len(data) > LARGEST_FILE:
        raise AgreementFileTooLarge(field="file")
    known = [to_domain(row) for row in session.scalars(_own(actor))]
    return parse_agreements_csv(data, known, tree=Rulebook.shipped().offices, today=china_date(now))
