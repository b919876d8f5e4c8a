"""What was so from the start and was told wrongly; other offices that learn; edits of the sheet.

A correction never takes a breach off the board: the clocks see to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.facts.fact_reading import LearnedBeforeHappened, LiesAhead
from incident_desk.domain.instants import read_instant
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.models import FactRecord, Incident, IncidentOffice, Office
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts
from incident_desk.services.law import circumstances, clocks
from incident_desk.services.people import UnknownOffice
from incident_desk.services.transaction import Transaction, transaction

CORRECTABLE = ("grade", "triggers", "occurred_at", "learned_at")


def correct(
    case_no: str,
    data: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    source: str | None = None,
    expected_version: int | None = None,
) -> FactRecord:
    """Correct what the clocks started from: any of grade, triggers, occurred_at, learned_at, with basis and persons.

    Times are ISO 8601 texts with offset. The case's own learned, occurred and grade follow.

    Raises:
        LearnedBeforeHappened, LiesAhead: the two times cannot be.
        ChangedMeanwhile: somebody corrected since *expected_version*.
        DomainError: a key or value that ``facts_corrected`` does not know.
        NotFound: not this actor's to see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        kinds = (FactKind.FACTS_CORRECTED, FactKind.GRADE_CHANGED)
        facts.refuse_stale(tx.session, incident, kinds, expected_version, typed=dict(data))
        fact = _correct(tx, incident, data, actor=actor, now=now, source=source)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("fact", f"{case_no}/{fact.id}")
    return fact


def office_learned(
    case_no: str, office: str, *, at: datetime, actor: Actor, now: datetime, source: str | None = None
) -> FactRecord:
    """Another office learned of the case at *at*: its own clocks run, and it sees the case from now on.

    Raises:
        UnknownOffice: no such office here.
        LiesAhead, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        if tx.session.get(Office, office) is None:
            raise UnknownOffice(field="office", code=office)
        data = {"office": office}
        fact = facts.record(
            tx, incident, FactKind.OFFICE_LEARNED, at=at, data=data, actor=actor, now=now, source=source
        )
        join(tx, incident, office, learned_at=at, reason="learned")
        tx.journal(incident, "office.joined", actor=actor, at=now, data={"office": office, "learned_at": at})
        clocks.rederive(tx, incident, now=now)
        tx.outcome("fact", f"{case_no}/{fact.id}")
    return fact


def join(tx: Transaction, incident: Incident, office: str, *, learned_at: datetime | None, reason: str) -> None:
    """Make *office* part of the case; the earliest learned time stands."""
    row = tx.session.scalar(
        select(IncidentOffice).where(IncidentOffice.incident_id == incident.id, IncidentOffice.office_code == office)
    )
    if row is None:
        tx.session.add(
            IncidentOffice(incident_id=incident.id, office_code=office, learned_at=learned_at, reason=reason)
        )
    elif learned_at is not None and (row.learned_at is None or learned_at < row.learned_at):
        row.learned_at = learned_at


def edit_sheet(
    case_no: str,
    form: Mapping[str, object],
    *,
    at: datetime | None = None,
    actor: Actor,
    now: datetime,
    source: str | None = None,
    expected_version: int | None = None,
) -> tuple[FieldProblem, ...]:
    """Record the answers of *form* that differ from what is known; says what could not be read and was kept as typed.

    A changed time of occurrence is a correction too, circumstances are proposed anew, the clocks follow.

    Raises:
        ChangedMeanwhile: somebody changed one of these fields since *expected_version*.
        NotFound: not this actor's to see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        changes, problems = case_sheet.read_changes(form, incident, now=now)
        known = facts.current_values(incident.id, tx.session)
        changed = {
            code: value
            for code, value in changes.items()
            if code is not CallField.LEARNED_AT and (code not in known or known[code].data != value)
            and not (code not in known and value == {"state": "unknown"} and code.value not in form)
        }  # fmt: skip
        kinds = [f"{facts.SHEET}{code}" for code in changed]
        facts.refuse_stale(tx.session, incident, kinds, expected_version, typed=dict(form))
        for code, value in changed.items():
            facts.record(
                tx, incident, f"{facts.SHEET}{code}", at=at or now, data=value, actor=actor, now=now, source=source
            )
        after_sheet_change(tx, incident, set(changed), actor=actor, now=now)
        tx.outcome("incident", case_no)
    return problems


def after_sheet_change(
    tx: Transaction, incident: Incident, changed: set[CallField], *, actor: Actor, now: datetime
) -> None:
    """What follows from new answers: the occurrence corrected, circumstances proposed, clocks derived."""
    if not changed:
        return
    sheet = case_sheet.current_sheet(incident, tx.session)
    if CallField.OCCURRED in changed:
        known = sheet.occurred.earliest
        if known is not None and known <= incident.learned_at and known != incident.occurred_at:
            _correct(tx, incident, {"occurred_at": known.isoformat()}, actor=actor, now=now, source="sheet.occurred")
    circumstances.propose(tx, incident, sheet, actor=actor, now=now)
    case_sheet.settle_tasks(tx, incident, sheet, actor=actor, now=now)
    clocks.rederive(tx, incident, now=now)


def _correct(
    tx: Transaction, incident: Incident, data: Mapping[str, Any], *, actor: Actor, now: datetime, source: str | None
) -> FactRecord:
    fact = facts.record(tx, incident, FactKind.FACTS_CORRECTED, at=now, data=data, actor=actor, now=now, source=source)
    learned = read_instant(data.get("learned_at")) or incident.learned_at
    occurred = read_instant(data.get("occurred_at")) if "occurred_at" in data else incident.occurred_at
    for key, moment in (("learned_at", learned), ("occurred_at", occurred)):
        if moment is not None and moment > now:
            raise LiesAhead(field=key, where="facts_corrected", key=key, value=moment.isoformat(), now=now.isoformat())
    if occurred is not None and occurred > learned:
        raise LearnedBeforeHappened(field="learned_at", learned=learned.isoformat(), occurred=occurred.isoformat())
    incident.learned_at, incident.occurred_at = learned, occurred
    own = next(row for row in incident.offices if row.office_code == incident.office_code)
    own.learned_at = learned
    if "grade" in data:
        incident.grade = data["grade"]
    return fact
