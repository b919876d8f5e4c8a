"""The machine's time for every process of the desk, by one anchor a start of the machine, kept in the database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from incident_desk.domain.permissions import Actor, Role, worker_actor
from incident_desk.domain.steady_time import Anchor
from incident_desk.extensions import db
from incident_desk.models import Office, Person, TimeAnchor
from incident_desk.services.transaction import Transaction, transaction

BOOT = Path("/proc/sys/kernel/random/boot_id")
READ_AGAIN_S = 2.0
SAME_STEP_S = 1.0
_KEY = "steady_time"


@dataclass(frozen=True, slots=True)
class _Known:
    """The anchor as this process last read it; None where there was none yet."""

    anchor: Anchor | None
    read_s: float


def now() -> datetime:
    """Real time, aware UTC; until a worker has anchored it, or without a database, it is the system clock's."""
    system, counter = datetime.now(UTC), counter_s()
    anchor = _anchor(counter)
    return system if anchor is None else anchor.now(counter, system)


def step() -> timedelta:
    """How far the system clock stands off what the counter says; zero while it can be believed."""
    system, counter = datetime.now(UTC), counter_s()
    anchor = _anchor(counter)
    return timedelta(0) if anchor is None else anchor.step(counter, system)


def watch(_office_now: datetime) -> int:
    """The worker's duty: tie counter and system clock together, and write down a step once.

    Journal ``system_clock.stepped`` with the seconds, zero when the clock was set right again. Asks for nothing more
    to do, so it always gives back 0.
    """
    system, counter = datetime.now(UTC), counter_s()
    anchor = _anchor(counter, is_fresh=True)
    if anchor is None or anchor.is_due(counter, system):
        with transaction() as tx:
            _write(tx, Anchor(counter, system))
        current_app.extensions.pop(_KEY, None)
        return 0
    stepped_s = anchor.step(counter, system).total_seconds()
    row = db.session.get_one(TimeAnchor, machine())
    if abs(stepped_s - row.told_step_s) < SAME_STEP_S:
        return 0
    with transaction() as tx:
        tx.session.get_one(TimeAnchor, machine()).told_step_s = stepped_s
        office = _office(tx)
        if office is not None:
            data = {"step_s": round(stepped_s, 1)}
            actor, at = worker_actor(office), anchor.now(counter, system)
            tx.journal(None, "system_clock.stepped", actor=actor, at=at, office=office, data=data)
    return 0


def accept(*, actor: Actor) -> timedelta:
    """Believe the system clock from now on; gives back how far time moves. Journal ``system_clock.accepted``."""
    moved, system, counter = step(), datetime.now(UTC), counter_s()
    with transaction() as tx:
        _write(tx, Anchor(counter, system))
        office = _office(tx)
        if office is not None:
            data = {"moved_s": round(moved.total_seconds(), 1)}
            tx.journal(None, "system_clock.accepted", actor=actor, at=system, office=office, data=data)
    current_app.extensions.pop(_KEY, None)
    return moved


def counter_s() -> float:
    """Seconds since the machine started, its sleep included where the system counts it; nobody can set it."""
    kind = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if kind is None else time.clock_gettime(kind)


def machine() -> str:
    """Which start of which machine the counter belongs to; on systems that do not say, this process alone."""
    return BOOT.read_text("ascii").strip() if BOOT.exists() else f"process-{id(current_app.extensions):x}"


def _anchor(counter: float, *, is_fresh: bool = False) -> Anchor | None:
    known: _Known | None = current_app.extensions.get(_KEY)
    if known is not None and not is_fresh and counter - known.read_s < READ_AGAIN_S:
        return known.anchor
    try:
        row = db.session.get(TimeAnchor, machine(), populate_existing=True)
    except SQLAlchemyError:
        return known.anchor if known else None
    anchor = None if row is None else Anchor(row.counter_s, row.at)
    current_app.extensions[_KEY] = _Known(anchor, counter)
    return anchor


def _write(tx: Transaction, anchor: Anchor) -> None:
    row = tx.session.get(TimeAnchor, machine())
    if row is None:
        row = TimeAnchor(machine=machine())
        tx.session.add(row)
    row.counter_s, row.at, row.told_step_s = anchor.counter_s, anchor.at, 0.0


def _office(tx: Transaction) -> str | None:
    """Whose desk this is, for an entry about the machine: an administrator's office, else that of the first account."""
    people = select(Person.office_code).where(Person.is_active).order_by(Person.id)
    found = tx.session.scalar(people.where(Person.role == Role.ADMINISTRATOR.value)) or tx.session.scalar(people)
    return found or tx.session.scalar(select(Office.code).order_by(Office.code))
