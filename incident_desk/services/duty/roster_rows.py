"""Rows of the roster in the store: read, put in place, withdrawn; and when the worker looks next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.duty.roster import RosterRow
from incident_desk.domain.duty.shifts import SpecialPeriod
from incident_desk.domain.permissions import Actor, Role
from incident_desk.models import DutyPeriod, Office, Person, RosterEntry, RosterWatch
from incident_desk.services import installation, scope
from incident_desk.services.transaction import Transaction


def entries(
    session: Session, office: str, *, first: date | None = None, last: date | None = None, at: datetime | None = None
) -> list[RosterEntry]:
    """The rows of *office* that stand: of the days *first* to *last*, or that cover *at*."""
    query = select(RosterEntry).where(RosterEntry.office_code == office, RosterEntry.withdrawn_at.is_(None))
    if first is not None:
        query = query.where(RosterEntry.on_day >= first)
    if last is not None:
        query = query.where(RosterEntry.on_day <= last)
    if at is not None:
        query = query.where(RosterEntry.starts_at <= at, RosterEntry.ends_at > at)
    return list(session.scalars(query.order_by(RosterEntry.starts_at, RosterEntry.role, RosterEntry.seat)))


def periods(session: Session, office: str, first: date, last: date) -> list[DutyPeriod]:
    """The special periods of *office* and the offices above it that touch these days."""
    query = select(DutyPeriod).where(
        DutyPeriod.office_code.in_(scope.offices_above(office)), DutyPeriod.withdrawn_at.is_(None),
        DutyPeriod.first_day <= last, DutyPeriod.last_day >= first,
    )  # fmt: skip
    return list(session.scalars(query.order_by(DutyPeriod.first_day, DutyPeriod.id)))


def special(session: Session, office: str, first: date, last: date) -> tuple[SpecialPeriod, ...]:
    """The same as the rules see them."""
    return tuple(row.to_domain() for row in periods(session, office, first, last))


def colleagues(session: Session, office: str) -> list[Person]:
    """The people whom the roster of *office* may name: its active accounts, samples only in an exercise."""
    query = select(Person).where(
        Person.office_code == office, Person.is_active, Person.role != Role.WALL_SCREEN.value
    )  # fmt: skip
    if not installation.is_exercise_only():
        query = query.where(Person.is_sample.is_(False))
    return list(session.scalars(query.order_by(Person.name, Person.id)))


def lock(tx: Transaction, office: str) -> Office:
    """The office, held until the end of the transaction: one at a time changes its roster."""
    return tx.session.scalars(select(Office).where(Office.code == office).with_for_update(key_share=True)).one()


def put(
    tx: Transaction, office: str, wanted: Iterable[RosterRow], standing: Sequence[RosterEntry], *, actor: Actor,
    now: datetime,
) -> tuple[list[int], list[int]]:  # fmt: skip
    """Make *standing* rows into the *wanted*; gives back the ids that were added and those withdrawn.

    A row that is the same stays untouched; what is no longer wanted is withdrawn.
    """
    goal = {row.place: row for row in wanted}
    withdrawn = []
    for entry in standing:
        row = entry.to_domain()
        if goal.get(row.place) == row:
            del goal[row.place]
        else:
            entry.withdrawn_at, entry.withdrawn_by = now, actor.ref
            withdrawn.append(entry.id)
    added = [_entry(office, row, actor=actor, now=now) for row in goal.values()]
    tx.session.add_all(added)
    tx.session.flush()
    if added or withdrawn:
        look_soon(tx, [office], now=now)
    return [entry.id for entry in added], withdrawn


def look_soon(tx: Transaction, offices: Iterable[str], *, now: datetime) -> None:
    """Have the worker look through these offices' rosters at once; one that keeps no roster is left alone."""
    for code in offices:
        watch = tx.session.get(RosterWatch, code)
        if watch is not None:
            watch.next_look_at = now
        elif tx.session.scalar(select(RosterEntry.id).where(RosterEntry.office_code == code).limit(1)) is not None:
            tx.session.add(RosterWatch(office_code=code, next_look_at=now))


def _entry(office: str, row: RosterRow, *, actor: Actor, now: datetime) -> RosterEntry:
    return RosterEntry(
        office_code=office,
        on_day=row.day,
        shift=row.shift.value,
        role=row.role.value,
        seat=row.seat.value,
        person_id=row.person,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        entered_at=now,
        entered_by=actor.ref,
    )
