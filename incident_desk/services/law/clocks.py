"""The clocks of a case on record: derived anew from its facts, updated in place, closed but never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.clocks.derivation import derive_clocks
from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import ClockState
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor, worker_actor
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, Incident
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.law import clock_alarms, reminders
from incident_desk.services.transaction import Transaction, transaction

BATCH = 50
_CLOSINGS = {
    ClockState.MET: "clock.met",
    ClockState.MET_LATE: "clock.met",
    ClockState.VOID: "clock.voided",
    ClockState.NOT_APPLICABLE: "clock.not_applicable",
}


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A clock with its case, for boards and pages."""

    id: int
    incident: Incident
    clock: Clock

    @property
    def urgent_at(self) -> datetime | None:
        """The time by which boards are ordered: the strict one, else the legal one."""
        return self.clock.strict_due_at or self.clock.due_at

    def to_json(self, now: datetime) -> dict[str, Any]:
        """The clock as the command line prints it, with its id, case and who still lacks the report."""
        missing = [code for code, _ in self.clock.missing_recipients()]
        return {
            "id": self.id, "case_no": self.incident.case_no, **self.clock.to_json(now), "missing_recipients": missing,
        }  # fmt: skip


def rederive(tx: Transaction, incident: Incident, *, now: datetime) -> list[ClockRecord]:
    """Bring the stored clocks in line with the facts; each change is journalled once.

    A clock that has closed is first given the journal entries of the moments it passed while it was open, also
    when no worker was alive to write them.
    """
    facts.lock(tx, incident)
    tx.session.flush()
    known = facts.case_facts(tx.session, incident)
    derived = {clock.identity: clock for clock in derive_clocks(known, Rulebook.shipped(), now=now)}
    held = _rows_of(incident.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    stored = {_identity(row): row for row in tx.session.scalars(held)}
    for identity, clock in derived.items():
        row = stored.get(identity)
        if row is None:
            row = stored[identity] = _start(tx, incident, clock, now=now)
        _update(tx, incident, row, clock, now=now)
    for identity, row in stored.items():
        if identity not in derived:
            _no_longer_derived(tx, incident, row, now=now)
    tx.session.flush()
    return list(stored.values())


def clocks_of(actor: Actor, case_no: str) -> list[CaseClock]:
    """Every clock of a case: open ones by urgency, then closed ones.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    found = [_case_clock(row, incident) for row in db.session.scalars(_rows_of(incident.id))]
    return sorted(found, key=_urgency)


def clock_of(actor: Actor, case_no: str, clock_id: int) -> CaseClock:
    """One clock of a case.

    Raises:
        NotFound: no such clock in a case this actor may see.
    """
    found = next((line for line in clocks_of(actor, case_no) if line.id == clock_id), None)
    if found is None:
        raise NotFound
    return found


def open_clocks(actor: Actor, *, limit: int | None = None) -> list[CaseClock]:
    """The open clocks of every case *actor* may see, most urgent first by the strict time."""
    timed = _open_of(actor, ClockRecord.strict_due_at.is_not(None)).order_by(ClockRecord.strict_due_at, ClockRecord.id)
    rows = db.session.execute(timed.limit(limit)).all()
    if limit is None or len(rows) < limit:
        untimed = _open_of(actor, ClockRecord.strict_due_at.is_(None)).order_by(ClockRecord.id)
        rows = [*rows, *db.session.execute(untimed.limit(None if limit is None else limit - len(rows)))]
    return sorted((_case_clock(row, incident) for row, incident in rows), key=_urgency)


def _open_of(actor: Actor, condition: ColumnElement[bool]) -> Select[ClockRecord, Incident]:
    """Open clocks that *actor* may see; in two parts, with and without a limit, so that each is read off an index."""
    return (
        select(ClockRecord, Incident)
        .join(Incident, ClockRecord.incident_id == Incident.id)
        .where(scope.visible_to(actor), ClockRecord.is_open, condition)
    )


def of_case(session: Session, case_no: str) -> list[CaseClock]:
    """Every clock of a case, without an actor: for the reader that broadcasts to rooms, which keep offices apart."""
    incident = session.scalars(select(Incident).where(Incident.case_no == case_no)).one()
    return sorted((_case_clock(row, incident) for row in session.scalars(_rows_of(incident.id))), key=_urgency)


def tick(now: datetime) -> int:
    """The worker's duty: write every moment that has passed by *now* on open clocks; says how many were handled.

    Looks before it takes the writing lock. Rows are claimed in one transaction, skipped where another worker holds
    them, so several workers write each entry once. A period that stands still is reckoned anew instead.
    """
    due = clock_alarms.due(now)
    if db.session.scalar(select(ClockRecord.id).where(due).limit(1)) is None:
        return 0
    with transaction() as tx:
        query = select(ClockRecord).where(due).order_by(ClockRecord.id).limit(BATCH)
        rows = tx.session.scalars(query.with_for_update(skip_locked=True, key_share=True)).all()
        for row in rows:
            incident = tx.session.get_one(Incident, row.incident_id)
            if row.to_domain().paused:
                rederive(tx, incident, now=now)
            newest = clock_alarms.write_passed(tx, incident, row, until=now, now=now)
            clock_alarms.plan(row)
            if newest is not None:
                reminders.raise_for(tx, incident, row, newest, now=now)
    return len(rows)


def _rows_of(incident_id: int) -> Select[ClockRecord]:
    return select(ClockRecord).where(ClockRecord.incident_id == incident_id).order_by(ClockRecord.id)


def _identity(row: ClockRecord) -> tuple[str, str, str]:
    return (row.office_code, row.rule_id, row.start_key)


def _case_clock(row: ClockRecord, incident: Incident) -> CaseClock:
    return CaseClock(row.id, incident, row.to_domain())


def _urgency(line: CaseClock) -> tuple[bool, bool, float, int]:
    at = line.urgent_at
    return (line.clock.is_closed, at is None, at.timestamp() if at else 0.0, line.id)


def _start(tx: Transaction, incident: Incident, clock: Clock, *, now: datetime) -> ClockRecord:
    row = ClockRecord.from_domain(incident.id, clock)
    row.closed_state = None  # what it has become is journalled as a change, after its start
    clock_alarms.plan(row)
    tx.session.add(row)
    tx.session.flush()
    _journal(tx, incident, row, "clock.started", now=now, more=_times(clock))
    return row


def _update(tx: Transaction, incident: Incident, row: ClockRecord, clock: Clock, *, now: datetime) -> None:
    before, was_closed = _times(row.to_domain()), row.closed_state
    closed = clock.state(now) if clock.is_closed else None
    row.take(clock)
    row.closed_state = closed
    if closed is None and was_closed is None and _times(clock) != before:
        _journal(tx, incident, row, "clock.moved", now=now, more=_times(clock))
    if closed is not None and closed != was_closed:
        ended_at = clock.met_at or clock.voided_at or clock.not_applicable_at or now
        clock_alarms.write_passed(tx, incident, row, until=ended_at, now=now)
        _journal(tx, incident, row, _CLOSINGS[closed], now=now, more={"state": closed, "ended_at": ended_at})
    if closed is None and was_closed is not None:
        _journal(tx, incident, row, "clock.reopened", now=now, more=_times(clock))
    clock_alarms.plan(row)


def _no_longer_derived(tx: Transaction, incident: Incident, row: ClockRecord, *, now: datetime) -> None:
    """Facts no longer give this clock: it is void, unless its breach is on record, which nothing removes."""
    if not row.is_open or row.overdue_at is not None:
        return
    row.is_open, row.closed_state, row.next_moment_at = False, ClockState.VOID, None
    row.detail = {**row.detail, "voided_at": now.isoformat(), "void_reason": "事实更正后不再适用"}
    _journal(tx, incident, row, "clock.voided", now=now, more={"state": ClockState.VOID, "ended_at": now})


def _times(clock: Clock) -> dict[str, object]:
    return {"starts_at": clock.starts_at, "due_at": clock.due_at, "strict_due_at": clock.strict_due_at}


def _journal(
    tx: Transaction, incident: Incident, row: ClockRecord, kind: str, *, now: datetime, more: Mapping[str, object]
) -> None:
    data = {"clock": row.id, "rule": row.rule_id, "office": row.office_code, **more}
    tx.journal(incident, kind, actor=worker_actor(row.office_code), at=now, office=row.office_code, data=data)


def state_payload(lines: Iterable[CaseClock], now: datetime) -> list[dict[str, Any]]:
    """Clocks as ``clock:state`` carries them to screens."""
    return [line.to_json(now) for line in lines]
