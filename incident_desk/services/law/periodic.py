"""Duties by the calendar: laid out for each office, reminded once a week ahead, recorded with what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.law import periodic as calendar
from incident_desk.domain.law.periodic import PeriodicRule
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.offices import OfficeLevel
from incident_desk.domain.permissions import Actor, worker_actor
from incident_desk.extensions import db
from incident_desk.models import PeriodicDuty, Person
from incident_desk.services.transaction import Transaction, transaction

AHEAD, BACK = timedelta(days=45), timedelta(days=120)
WARN_AHEAD = timedelta(days=7)
LONGEST = 200
_DAY = "periodic_day"


class PeriodicState(StrEnum):
    """How a duty stands on a day."""

    TO_COME = "to_come"
    SOON = "soon"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done_late"


class ReferenceMissing(DomainError):
    """Done without saying what was sent."""

    code = "reference_missing"
    message_id = N_("Write the number of the paper, or where it was published.")


class DoneDayWrong(DomainError):
    """A day that cannot be read or has not come."""

    code = "done_day_wrong"
    message_id = N_("Write the day as 2026-07-08; it cannot lie in the future.")


@dataclass(frozen=True, slots=True)
class PeriodicLine:
    """One duty with its rule and how it stands."""

    row: PeriodicDuty
    rule: PeriodicRule
    state: PeriodicState


def lines(actor: Actor, *, now: datetime) -> list[PeriodicLine]:
    """The duties of the actor's own office, by due day: those not done first, then those done."""
    today = china_date(now)
    query = select(PeriodicDuty).where(PeriodicDuty.office_code == actor.office).order_by(PeriodicDuty.due_on)
    rules = {rule.rule_id: rule for rule in calendar.shipped()}
    found = [
        PeriodicLine(row, rules[row.rule_id], _state(row, today))
        for row in db.session.scalars(query)
        if row.rule_id in rules
    ]
    return sorted(found, key=lambda line: line.row.done_on is not None)


def record(duty_id: int, done_on: str, reference: str, *, actor: Actor, now: datetime) -> PeriodicDuty:
    """Record that a duty was done, or correct what was recorded. Journal ``periodic.done``.

    Raises:
        ReferenceMissing, DoneDayWrong: what is said.
        NotFound: no such duty of the actor's own office.
    """
    day, said = _read_day(done_on, now), reference.strip()[:LONGEST]
    if not said:
        raise ReferenceMissing(field="reference")
    with transaction() as tx:
        query = select(PeriodicDuty).where(PeriodicDuty.id == duty_id, PeriodicDuty.office_code == actor.office)
        row = tx.session.scalar(query.with_for_update())
        if row is None:
            raise NotFound
        if (row.done_on, row.reference) != (day, said):
            row.done_on, row.done_by, row.recorded_at, row.reference = day, actor.ref, now, said
            _journal(tx, row, "periodic.done", actor=actor, now=now)
        tx.outcome("periodic", str(row.id))
    return row


def lay_out(now: datetime) -> int:
    """The worker's duty, once a day: lay out what falls due, write what comes near and what has passed.

    Offices that have people here have duties here. Journal ``periodic.near`` and ``periodic.overdue``, each once.
    """
    today = china_date(now)
    if current_app.extensions.get(_DAY) == today:
        return 0
    with transaction() as tx:
        for office in tx.session.scalars(select(Person.office_code).where(Person.is_active).distinct()).all():
            _lay_out(tx.session, office, today)
        tx.session.flush()
        open_rows = tx.session.scalars(
            select(PeriodicDuty).where(PeriodicDuty.done_on.is_(None)).with_for_update(skip_locked=True)
        )
        for row in open_rows.all():
            _remind(tx, row, today, now)
    current_app.extensions[_DAY] = today
    return 0


def _lay_out(session: Session, office: str, today: date) -> None:
    level = Rulebook.shipped().offices.get(office).level
    rules = tuple(rule for rule in calendar.shipped() if rule.level is None or _is_of(rule.level, level))
    query = select(PeriodicDuty.rule_id, PeriodicDuty.period, PeriodicDuty.due_on)
    rows = session.execute(query.where(PeriodicDuty.office_code == office)).all()
    known = {(rule_id, period) for rule_id, period, _ in rows}
    first = max(min((due_on for *_, due_on in rows), default=today), today - BACK)
    for due in calendar.due_between(rules, first, today + AHEAD):
        if (due.rule.rule_id, due.period) not in known:
            session.add(
                PeriodicDuty(office_code=office, rule_id=due.rule.rule_id, period=due.period, due_on=due.due_on)
            )


def _is_of(wanted: OfficeLevel, level: OfficeLevel) -> bool:
    """The province-administered cities report as prefectures do."""
    return level is wanted or (wanted is OfficeLevel.PREFECTURE and level is OfficeLevel.PROVINCE_ADMINISTERED)


def _remind(tx: Transaction, row: PeriodicDuty, today: date, now: datetime) -> None:
    worker = worker_actor(row.office_code)
    if row.warned_at is None and row.due_on - WARN_AHEAD <= today <= row.due_on:
        row.warned_at = now
        _journal(tx, row, "periodic.near", actor=worker, now=now)
    if row.overdue_at is None and today > row.due_on:
        row.overdue_at = now
        _journal(tx, row, "periodic.overdue", actor=worker, now=now)


def _state(row: PeriodicDuty, today: date) -> PeriodicState:
    if row.done_on is not None:
        return PeriodicState.DONE if row.done_on <= row.due_on else PeriodicState.DONE_LATE
    if today > row.due_on:
        return PeriodicState.OVERDUE
    return PeriodicState.SOON if today >= row.due_on - WARN_AHEAD else PeriodicState.TO_COME


def _read_day(text: str, now: datetime) -> date:
    if not text.strip():
        return china_date(now)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise DoneDayWrong(field="done_on") from None
    if day > china_date(now) or day.year < calendar.FIRST_YEAR:
        raise DoneDayWrong(field="done_on")
    return day


def _journal(tx: Transaction, row: PeriodicDuty, kind: str, *, actor: Actor, now: datetime) -> None:
    data = {
        "duty": row.id, "rule": row.rule_id, "period": row.period, "due_on": row.due_on.isoformat(),
        "done_on": row.done_on.isoformat() if row.done_on else None,
    }  # fmt: skip
    tx.journal(None, kind, actor=actor, at=now, office=row.office_code, data=data)
