"""Case files: their numbers, how one is opened and closed, and what a list or a page's head says of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import CaseNumber, ClockRecord, FactRecord, Incident, IncidentOffice, Office, PhoneCall, Task
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction, transaction

LONGEST_TITLE = 80


class CaseIsClosed(DomainError):
    """The case was closed; what comes now goes into a new record or reopens it."""

    code = "case_is_closed"
    status = 409
    message_id = N_("The case %(case_no)s is closed.")


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What the head of a case says, and the counts on its tabs."""

    incident: Incident
    offices: tuple[IncidentOffice, ...]
    tasks_open: int
    calls_to_make: int
    clocks_open: int
    next_due_at: datetime | None
    values: dict[str, FactRecord]


def take_case_no(tx: Transaction, office: str, now: datetime, is_exercise: bool) -> str:
    """The next case number of *office* in the year of *now*; ``420300-2026-0001``, exercises begin with X.

    Numbers have no gaps within a committed year and are never reused; the row is locked until the commit.
    """
    year = china_date(now).year
    key = {"office_code": office, "year": year, "is_exercise": is_exercise}
    tx.session.get_one(Office, office, with_for_update={"key_share": True})  # two first numbers of a year must not meet
    row = tx.session.get(CaseNumber, key, with_for_update=True)
    if row is None:
        row = CaseNumber(office_code=office, year=year, is_exercise=is_exercise, last=0)
        tx.session.add(row)
    row.last += 1
    tx.session.flush()
    return f"{'X' if is_exercise else ''}{office}-{year}-{row.last:04d}"


def open_case(
    tx: Transaction,
    *,
    title: str,
    learned_at: datetime,
    occurred_at: datetime | None,
    is_exercise: bool,
    actor: Actor,
    now: datetime,
) -> Incident:
    """A new case of the actor's office, with its own learned time; journal ``incident.opened``."""
    incident = Incident(
        case_no=take_case_no(tx, actor.office, now, is_exercise),
        office_code=actor.office,
        is_exercise=is_exercise,
        title=title[:LONGEST_TITLE],
        learned_at=learned_at,
        occurred_at=occurred_at,
        opened_at=now,
        journal_salt=secrets.token_hex(16),
    )
    incident.offices.append(IncidentOffice(office_code=actor.office, learned_at=learned_at, reason="own"))
    tx.session.add(incident)
    tx.session.flush()
    tx.journal(
        incident, "incident.opened", actor=actor, at=now, data={"learned_at": learned_at, "exercise": is_exercise}
    )
    return incident


def close_case(case_no: str, *, actor: Actor, now: datetime) -> Incident:
    """Close a case: a fact, a journal entry, and its clocks that run on keep running.

    Raises:
        CaseIsClosed: it was closed before.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        close_in(tx, incident, actor=actor, now=now)
        tx.outcome("incident", case_no)
    return incident


def close_in(
    tx: Transaction, incident: Incident, *, actor: Actor, now: datetime, source: str | None = None
) -> FactRecord:
    """Close *incident* inside the use case that decided it; gives back the fact. Journal ``incident.closed``.

    Raises:
        CaseIsClosed: it was closed before.
    """
    facts.lock(tx, incident)
    if incident.state == "closed":
        raise CaseIsClosed(case_no=incident.case_no)
    incident.state, incident.closed_at = "closed", now
    fact = facts.record(tx, incident, "incident_closed", at=now, data={}, actor=actor, now=now, source=source)
    tx.journal(incident, "incident.closed", actor=actor, at=now)
    clocks.rederive(tx, incident, now=now)
    return fact


def open_cases(actor: Actor) -> list[Incident]:
    """The open cases *actor* may see, newest first."""
    query = (
        scope.incidents(actor).where(Incident.state == "open").order_by(Incident.opened_at.desc(), Incident.id.desc())
    )
    return list(db.session.scalars(query))


def cases(
    actor: Actor, *, state: str | None = None, wanted: str = "", limit: int = 200, before_case: str | None = None
) -> list[Incident]:
    """Cases *actor* may see, newest first; at most *limit*, those opened before *before_case* for the next page.

    *wanted* stands in the number or the title of every case found, in capitals or not.

    Raises:
        NotFound: *before_case* is not this actor's to see.
    """
    query = scope.incidents(actor).order_by(Incident.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Incident.state == state)
    if wanted:
        named = Incident.title.icontains(wanted, autoescape=True)
        query = query.where(or_(named, Incident.case_no.icontains(wanted, autoescape=True)))
    if before_case is not None:
        query = query.where(Incident.id < scope.incident(actor, before_case).id)
    return list(db.session.scalars(query))


def summary(actor: Actor, case_no: str) -> CaseSummary:
    """What the head and the tabs of a case's page say.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    due = db.session.scalars(
        select(ClockRecord.strict_due_at).where(ClockRecord.incident_id == incident.id, ClockRecord.is_open)
    ).all()
    calls = db.session.scalars(
        select(PhoneCall.id).where(PhoneCall.incident_id == incident.id, PhoneCall.state == "to_make")
    ).all()
    tasks = db.session.scalars(select(Task.id).where(Task.incident_id == incident.id, Task.done_at.is_(None))).all()
    return CaseSummary(
        incident=incident,
        offices=tuple(incident.offices),
        tasks_open=len(tasks),
        calls_to_make=len(calls),
        clocks_open=len(due),
        next_due_at=min((at for at in due if at is not None), default=None),
        values=facts.current_values(incident.id),
    )
