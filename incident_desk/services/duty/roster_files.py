"""The roster as a file: looked at, taken whole or not at all, and written so that it can be read again."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from incident_desk.domain.china_time import china_date
from incident_desk.domain.duty.roster import DutyRole, DutySeat
from incident_desk.domain.duty.roster_list import HEADINGS, Colleague, RosterImport, parse_roster_csv
from incident_desk.domain.duty.shifts import ShiftCode
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.labels import label
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Office, Person
from incident_desk.services.duty import duty_settings, roster_rows
from incident_desk.services.duty.roster import RosterView
from incident_desk.services.transaction import transaction

LARGEST_FILE = 1_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RosterFileTooLarge(DomainError):
    """A list that no roster can be."""

    code = "roster_file_too_large"
    status = 413
    message_id = N_("The file is larger than 1 MB. Check that it is the roster, and save it as CSV.")


class RosterFileRefused(DomainError):
    """A roster with faults is taken whole or not at all."""

    code = "roster_file_refused"
    message_id = N_("The roster has %(count)s faults; nothing was taken. Line %(line)s: mend it and try again.")


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """A file that was read, and what taking it would do: rows put in, rows that give way, rows that stand already."""

    found: RosterImport
    people: dict[int, Person]
    added: int = 0
    replaced: int = 0
    same: int = 0


def read_file(data: bytes, *, actor: Actor, now: datetime) -> RosterPreview:
    """What taking this file would do, or everything that is wrong with it; nothing is stored.

    Raises:
        RosterFileTooLarge: more than 1 MB.
    """
    session = db.session()
    found = _read(session, data, session.get_one(Office, actor.office), now=now)
    people = {person.id: person for person in roster_rows.colleagues(session, actor.office)}
    if not found.ok:
        return RosterPreview(found, people)
    days = [row.day for row in found.rows]
    standing = {
        entry.to_domain().place: entry.to_domain()
        for entry in roster_rows.entries(session, actor.office, first=min(days), last=max(days))
    }
    same = sum(standing.get(row.place) == row for row in found.rows)
    replaced = sum(row.place in standing for row in found.rows) - same
    return RosterPreview(found, people, len(found.rows) - same, replaced, same)


def take_file(data: bytes, *, actor: Actor, now: datetime) -> RosterImport:
    """Take the roster: seats it names are filled by it, all others stay. Journal ``roster.imported``.

    Raises:
        RosterFileTooLarge, RosterFileRefused: nothing was taken.
    """
    with transaction() as tx:
        office = roster_rows.lock(tx, actor.office)
        found = _read(tx.session, data, office, now=now)
        if not found.ok:
            raise RosterFileRefused(count=len(found.problems), line=found.problems[0].line)
        days, named = [row.day for row in found.rows], {row.place for row in found.rows}
        around = roster_rows.entries(tx.session, actor.office, first=min(days), last=max(days))
        standing = [entry for entry in around if entry.to_domain().place in named]
        added, withdrawn = roster_rows.put(tx, actor.office, found.rows, standing, actor=actor, now=now)
        data_of_entry = {
            "added": len(added), "withdrawn": len(withdrawn), "first": min(days).isoformat(),
            "last": max(days).isoformat(), "sha256": hashlib.sha256(data).hexdigest(),
        }  # fmt: skip
        tx.journal(None, "roster.imported", actor=actor, at=now, data=data_of_entry)
        tx.outcome("roster_day", min(days).isoformat())
    return found


def as_csv(view: RosterView) -> bytes:
    """The roster with Chinese headings, UTF-8 with BOM, fit for WPS and Excel; reading it gives the same roster.

    A name that several people of the office have is written as the log-in.
    """
    names = [person.name for person in roster_rows.colleagues(db.session(), view.office.code)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for day in view.days:
        for slot in day.slots:
            for one in slot.seated:
                person = one.person.login if names.count(one.person.name) > 1 else one.person.name
                words = [label(code, "zh_Hans") for code in (one.row.shift, one.row.role, one.row.seat)]
                writer.writerow([day.day.isoformat(), *words, _safe(person)])
    return out.getvalue().encode("utf-8-sig")


def labels() -> dict[str, StrEnum]:
    """Names of shifts, roles and seats as a list may write them, in both languages."""
    kinds: Iterable[type[StrEnum]] = (ShiftCode, DutyRole, DutySeat)
    return {label(code, locale): code for locale in ("en", "zh_Hans") for kind in kinds for code in kind}


def _read(session: Session, data: bytes, office: Office, *, now: datetime) -> RosterImport:
    if len(data) > LARGEST_FILE:
        raise RosterFileTooLarge(field="file")
    people = [Colleague(row.id, row.name, row.login) for row in roster_rows.colleagues(session, office.code)]
    shifts = duty_settings.of(office).shifts
    return parse_roster_csv(data, people, shifts, labels=labels(), today=china_date(now))


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
