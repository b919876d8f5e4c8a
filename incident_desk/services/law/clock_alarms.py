"""What the worker writes as clocks run: 75 %, 90 %, the strict time, the breach; each exactly once, also late.

Alarms follow the strict time (从严口径); the breach follows the legal one. An entry says when the moment was and
when it was written down. Of several moments that passed at once only the newest sends a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

from incident_desk.domain.permissions import worker_actor
from incident_desk.models import ClockRecord, Incident
from incident_desk.services.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Alarm:
    """One moment of a clock: the column that says it was written, the one that says when it is, the entry's kind."""

    column: str
    moment: str
    kind: str
    level: int
    at_the_second: bool


WARNED = Alarm("warned_at", "warn_at", "clock.warned", 75, at_the_second=True)
URGED = Alarm("urged_at", "urge_at", "clock.warned", 90, at_the_second=True)
STRICT_PASSED = Alarm("strict_passed_at", "strict_due_at", "clock.strict_passed", 100, at_the_second=False)
OVERDUE = Alarm("overdue_at", "due_at", "clock.overdue", 100, at_the_second=False)
AFTER = timedelta(microseconds=1)
ALARMS = (WARNED, URGED, STRICT_PASSED, OVERDUE)
"""In the order in which they pass; an act at the very second of due is in time, a reminder is due at its second."""


def write_passed(
    tx: Transaction, incident: Incident, row: ClockRecord, *, until: datetime, now: datetime
) -> Alarm | None:
    """Write the moments that *row* passed by *until* and that are not on record; gives back the newest written."""
    written = None
    for alarm in ALARMS:
        moment: datetime | None = getattr(row, alarm.moment)
        if moment is None or getattr(row, alarm.column) is not None or not _applies(row, alarm):
            continue
        if moment < until or (alarm.at_the_second and moment == until):
            setattr(row, alarm.column, now)
            _journal(tx, incident, row, alarm, moment, now=now)
            written = alarm
    return written


def _applies(row: ClockRecord, alarm: Alarm) -> bool:
    """The strict time is a moment of its own only where it lies before the legal one."""
    return alarm is not STRICT_PASSED or row.strict_due_at != row.due_at


def plan(row: ClockRecord) -> None:
    """Write down from when the next moment of *row* counts, so that a tick asks one index; call it after any change."""
    waiting: list[datetime] = []
    for alarm in ALARMS:
        moment: datetime | None = getattr(row, alarm.moment)
        if moment is not None and getattr(row, alarm.column) is None and _applies(row, alarm):
            waiting.append(moment if alarm.at_the_second else moment + AFTER)
    row.next_moment_at = min(waiting) if waiting and row.is_open else None


def due(now: datetime) -> ColumnElement[bool]:
    """The condition on clocks that some moment has passed by *now* and is not on record."""
    return ClockRecord.next_moment_at <= now


def _journal(
    tx: Transaction, incident: Incident, row: ClockRecord, alarm: Alarm, moment: datetime, *, now: datetime
) -> None:
    data = {
        "clock": row.id,
        "rule": row.rule_id,
        "office": row.office_code,
        "level": alarm.level,
        "moment": moment,
        "due_at": row.due_at,
        "strict_due_at": row.strict_due_at,
        "written_at": now,
    }
    tx.journal(incident, alarm.kind, actor=worker_actor(row.office_code), at=now, office=row.office_code, data=data)
