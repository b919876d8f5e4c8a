"""The duty log of an office by day and shift (值班日志): its own lines, beside what the journal says of that time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.duty.shifts import ShiftCode
from incident_desk.domain.errors import DomainError
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import DutyLine, Office
from incident_desk.services import scope
from incident_desk.services.cases.duty_log import LONGEST, EmptyLogLine
from incident_desk.services.duty import roster
from incident_desk.services.duty.roster import SlotView
from incident_desk.services.screens import log_view
from incident_desk.services.screens.log_view import LogLine
from incident_desk.services.transaction import transaction

MOST_ENTRIES = 2_000


class DutyLineKind(StrEnum):
    """What an office's own line is about."""

    CALL_IN = "call_in"
    CALL_OUT = "call_out"
    DOCUMENT = "document"
    INSTRUCTION = "instruction"
    PATROL = "patrol"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ShiftLog:
    """One shift of one day: who was meant to be on, the own lines by the time of the matter, the journal's entries."""

    slot: SlotView
    lines: tuple[DutyLine, ...]
    entries: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class DayLog:
    """The shifts of a day that have begun."""

    office: Office
    day: date
    shifts: tuple[ShiftLog, ...]


def add_line(kind: DutyLineKind, text: str, *, at: datetime | None, actor: Actor, now: datetime) -> DutyLine:
    """Write a line that belongs to no case; *at* is when the matter was, default now. Journal ``duty_line.added``.

    Raises:
        EmptyLogLine, TimeInFuture: what to change is in the message.
    """
    words = text.replace("\x00", "").strip()[:LONGEST]
    if not words:
        raise EmptyLogLine(field="text")
    try:
        check_not_future(at or now, now=now)
    except DomainError as error:
        error.field = "at"
        raise
    with transaction() as tx:
        row = DutyLine(
            office_code=actor.office, kind=kind.value, text=words, salt=secrets.token_hex(16), at=at or now,
            written_at=now, written_by=actor.ref,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        digest = salted_digest(bytes.fromhex(row.salt), words.encode())
        data = {"duty_line": row.id, "kind": kind, "at": row.at, "digest": digest}
        tx.journal(None, "duty_line.added", actor=actor, at=now, data=data)
        tx.outcome("duty_line", row.id)
    return row


def day_of(actor: Actor, office: str, day: date, *, shift: ShiftCode | None = None, now: datetime) -> DayLog:
    """The log of one day of an office, or of one of its shifts; shifts that have not begun are left out.

    Raises:
        NotFound: not an office of this actor.
    """
    found = scope.office(actor, office)
    reader = Actor(ref=actor.ref, office=found.code, role=actor.role)
    shown = roster.view(db.session(), found, day, day).days[0].slots
    wanted = [one for one in shown if (shift is None or one.slot.shift is shift) and one.slot.starts_at <= now]
    return DayLog(found, day, tuple(_shift(reader, one) for one in wanted))


def _shift(reader: Actor, view: SlotView) -> ShiftLog:
    starts, ends = view.slot.starts_at, view.slot.ends_at
    lines = db.session.scalars(
        select(DutyLine)
        .where(DutyLine.office_code == reader.office, DutyLine.at >= starts, DutyLine.at < ends)
        .order_by(DutyLine.at, DutyLine.id)
    ).all()
    entries = log_view.between(reader, starts, ends, limit=MOST_ENTRIES)
    return ShiftLog(view, tuple(lines), tuple(one for one in entries if one.kind != "duty_line.added"))
