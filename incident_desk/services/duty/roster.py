"""The roster of an office (值班表): shown by month, filled by day, copied forward; and who is on duty now."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.china_time import china_date
from incident_desk.domain.duty.handover import digest
from incident_desk.domain.duty.roster import DutyRole, DutySeat, RosterFault, RosterRow, faults, on_duty
from incident_desk.domain.duty.shifts import Shift, ShiftCode, Slot, days, slot_at, slots
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import DutyPeriod, Office, Person, RosterEntry
from incident_desk.services import scope
from incident_desk.services.duty import duty_settings, roster_rows
from incident_desk.services.duty.duty_settings import DutySettings
from incident_desk.services.transaction import Transaction, transaction

Place = tuple[ShiftCode, DutyRole, DutySeat]
BESIDE = timedelta(days=1)
LONGEST_DAYS = 400


class UnknownColleague(DomainError):
    """Somebody whom the roster of this office cannot name."""

    code = "unknown_colleague"
    message_id = N_("Choose somebody of this office who has an account and is active.")


class SpanTooLong(DomainError):
    """More days than anybody asks for."""

    code = "roster_span_too_long"
    message_id = N_("Ask for at most 400 days, the first before the last.")


class CopySpan(StrEnum):
    """How much is copied forward."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Seated:
    """One person in one seat as screens show it."""

    entry: RosterEntry
    row: RosterRow
    person: Person


@dataclass(frozen=True, slots=True)
class SlotView:
    """One shift of one day: who is on, and what is wrong."""

    slot: Slot
    seated: tuple[Seated, ...]
    faults: tuple[RosterFault, ...]


@dataclass(frozen=True, slots=True)
class DayView:
    """One day with its shifts, the special periods it lies in, and ``seen``: the state a form was made from."""

    day: date
    slots: tuple[SlotView, ...]
    periods: tuple[DutyPeriod, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class RosterView:
    """A run of days of one office."""

    office: Office
    settings: DutySettings
    days: tuple[DayView, ...]
    people: Mapping[int, Person]

    @property
    def faults(self) -> list[RosterFault]:
        """Everything wrong in these days, by time."""
        return [fault for day in self.days for slot in day.slots for fault in slot.faults]

    @property
    def is_empty(self) -> bool:
        """Whether nobody stands in it."""
        return not any(slot.seated for day in self.days for slot in day.slots)


@dataclass(frozen=True, slots=True)
class Copied:
    """What copying did: rows put in, seats that were taken already, rows of people who are no longer active."""

    first: date
    added: int
    taken: int
    inactive: int


def month_of(actor: Actor, office: str, day: date) -> RosterView:
    """The roster of the month in which *day* lies.

    Raises:
        NotFound: not an office of this actor.
    """
    first = day.replace(day=1)
    return span(actor, office, first, first.replace(day=monthrange(first.year, first.month)[1]))


def span(actor: Actor, office: str, first: date, last: date) -> RosterView:
    """The roster of the days *first* to *last*.

    Raises:
        NotFound: not an office of this actor.
        SpanTooLong: more than 400 days, or none.
    """
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise SpanTooLong(field="to")
    return view(db.session(), scope.office(actor, office), first, last)


def view(session: Session, office: Office, first: date, last: date) -> RosterView:
    """The same for an office already found."""
    settings = duty_settings.of(office)
    entries = roster_rows.entries(session, office.code, first=first - BESIDE, last=last + BESIDE)
    ids = {entry.person_id for entry in entries}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    standing = [Seated(entry, entry.to_domain(), people[entry.person_id]) for entry in entries]
    periods = roster_rows.periods(session, office.code, first, last)
    wanted = slots(settings.shifts, [row.to_domain() for row in periods], first, last)
    counted = [one.row for one in standing if one.person.is_active]
    found = faults(counted, wanted, required=settings.required)
    return RosterView(office, settings, tuple(_days(wanted, standing, periods, found, first=first, last=last)), people)


def _days(
    wanted: Sequence[Slot], standing: Sequence[Seated], periods: Sequence[DutyPeriod], found: Sequence[RosterFault],
    *, first: date, last: date,
) -> list[DayView]:  # fmt: skip
    made, codes = [], {slot.shift for slot in wanted}
    for day in days(first, last):
        here = [one for one in standing if one.row.day == day]
        shown = [
            SlotView(
                slot,
                tuple(one for one in here if one.row.shift is slot.shift),
                tuple(fault for fault in found if (fault.day, fault.shift) == (slot.day, slot.shift)),
            )
            for slot in wanted
            if slot.day == day
        ]
        for code in ShiftCode:  # planned when the office had other shifts
            old = tuple(one for one in here if one.row.shift is code and code not in codes)
            if old:
                shown.append(SlotView(Slot(day, code, old[0].row.starts_at, old[0].row.ends_at), old, ()))
        covering = tuple(row for row in periods if row.to_domain().covers(day))
        made.append(DayView(day, tuple(shown), covering, _seen([one.entry for one in here])))
    return made


def _seen(entries: Sequence[RosterEntry]) -> str:
    return digest(sorted(entry.id for entry in entries))[:16]


def set_day(
    day: date, seats: Mapping[Place, int | None], *, seen: str, actor: Actor, now: datetime
) -> tuple[int, int]:  # fmt: skip
    """Fill the seats of one day of the actor's office; an empty seat is emptied. Journal ``roster.planned``.

    Gives back how many rows were added and withdrawn; the hours are those of the shifts as they are set now.

    Raises:
        UnknownColleague: a seat names somebody who is not of this office.
        ChangedMeanwhile: the day is no longer as it was when the form was made.
    """
    with transaction() as tx:
        office = roster_rows.lock(tx, actor.office)
        standing = roster_rows.entries(tx.session, actor.office, first=day, last=day)
        if _seen(standing) != seen:
            raise ChangedMeanwhile
        wanted = _wanted(tx, office, day, seats)
        added, withdrawn = roster_rows.put(tx, actor.office, wanted, standing, actor=actor, now=now)
        if added or withdrawn:
            data = {"day": day.isoformat(), "added": added, "withdrawn": withdrawn}
            tx.journal(None, "roster.planned", actor=actor, at=now, data=data)
        tx.outcome("roster_day", day.isoformat())
    return len(added), len(withdrawn)


def fill_days(
    first: date, last: date, seats: Mapping[Place, int | None], *, actor: Actor, now: datetime
) -> int:  # fmt: skip
    """Fill the same seats on each of these days, whatever stands there; says how many rows that added.

    Journal ``roster.planned`` once, of the first day.

    Raises:
        UnknownColleague: a seat names somebody who is not of this office.
    """
    with transaction() as tx:
        office = roster_rows.lock(tx, actor.office)
        standing = roster_rows.entries(tx.session, actor.office, first=first, last=last)
        wanted = [row for day in days(first, last) for row in _wanted(tx, office, day, seats)]
        added, withdrawn = roster_rows.put(tx, actor.office, wanted, standing, actor=actor, now=now)
        if added or withdrawn:
            data = {"day": first.isoformat(), "last": last.isoformat(), "added": added, "withdrawn": withdrawn}
            tx.journal(None, "roster.planned", actor=actor, at=now, data=data)
    return len(added)


def _wanted(tx: Transaction, office: Office, day: date, seats: Mapping[Place, int | None]) -> list[RosterRow]:
    """The rows that *seats* ask for, in the hours of the office's shifts; other shifts are left out."""
    shifts = {shift.code: shift for shift in duty_settings.of(office).shifts}
    known = {person.id for person in roster_rows.colleagues(tx.session, office.code)}
    wanted = []
    for (code, role, seat), person in seats.items():
        if person is None or code not in shifts:
            continue
        if person not in known:
            raise UnknownColleague(field=f"seat-{code.value}-{role.value}-{seat.value}")
        shift = shifts[code]
        wanted.append(RosterRow(day, code, role, seat, person, shift.begins(day), shift.ends(day)))
    return wanted


def copy_forward(start: date, what: CopySpan, *, actor: Actor, now: datetime) -> Copied:
    """Copy the week or the month in which *start* lies to the next one; only empty seats are filled.

    A week goes by weekday, a month by the day of the month. Journal ``roster.copied``.
    """
    first, last, target = _from_to(start, what)
    with transaction() as tx:
        shifts = {shift.code: shift for shift in duty_settings.of(roster_rows.lock(tx, actor.office)).shifts}
        active = {person.id for person in roster_rows.colleagues(tx.session, actor.office)}
        source = roster_rows.entries(tx.session, actor.office, first=first, last=last)
        until = target + (last - first) if what is CopySpan.WEEK else _last_of_month(target)
        standing = roster_rows.entries(tx.session, actor.office, first=target, last=until)
        taken = {entry.to_domain().place for entry in standing}
        moved = [row for entry in source if (row := _moved(entry.to_domain(), first, target, shifts)) is not None]
        wanted = [row for row in moved if row.day <= until]
        new = [row for row in wanted if row.place not in taken and row.person in active]
        kept = [entry.to_domain() for entry in standing]
        added, _ = roster_rows.put(tx, actor.office, [*kept, *new], standing, actor=actor, now=now)
        if added:
            data = {"span": what, "from": first.isoformat(), "to": target.isoformat(), "added": added}
            tx.journal(None, "roster.copied", actor=actor, at=now, data=data)
        tx.outcome("roster_day", target.isoformat())
    inactive = sum(row.person not in active for row in wanted)
    return Copied(target, len(added), len(wanted) - len(added) - inactive, inactive)


def _from_to(start: date, what: CopySpan) -> tuple[date, date, date]:
    if what is CopySpan.WEEK:
        first = start - timedelta(days=start.weekday())
        return first, first + timedelta(days=6), first + timedelta(days=7)
    first = start.replace(day=1)
    last = _last_of_month(first)
    return first, last, last + timedelta(days=1)


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _moved(row: RosterRow, first: date, target: date, shifts: Mapping[ShiftCode, Shift]) -> RosterRow | None:
    """The same row in the next week or month; None where the office has this shift no more."""
    day = target + (row.day - first)
    shift = shifts.get(row.shift)
    if shift is None:
        return None
    return RosterRow(day, row.shift, row.role, row.seat, row.person, shift.begins(day), shift.ends(day))


def people_of(actor: Actor) -> list[Person]:
    """Whom the roster of the actor's office may name."""
    return roster_rows.colleagues(db.session(), actor.office)


def on_now(session: Session, office: str, at: datetime) -> dict[DutyRole, Person]:
    """Who has which role at *office* at *at* by the roster; a role whose people are no longer active is left out."""
    entries = roster_rows.entries(session, office, at=at)
    ids = {entry.person_id for entry in entries}
    active = {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(ids), Person.is_active))}
    rows = [entry.to_domain() for entry in entries if entry.person_id in active]
    found = {role: on_duty(rows, role, at) for role in DutyRole}
    return {role: active[row.person] for role, row in found.items() if row is not None}


def shift_at(session: Session, office: Office, now: datetime) -> Slot:
    """The shift that runs at *now*, doubled where a special period covers its day."""
    today = china_date(now)
    periods = roster_rows.special(session, office.code, today - BESIDE, today)
    return slot_at(duty_settings.of(office).shifts, periods, now)
