"""The beginning of the investigation on record: who investigates, what was preserved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.closing.investigation import LIMITS, InvestigationStep, InvestigatorMissing, PreservedHow
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.permissions import Actor
from incident_desk.models import Incident, InvestigationAct
from incident_desk.services import scope
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.command.command_rows import digest_of, find, past, refuse_other_office
from incident_desk.services.transaction import transaction


def record(
    case_no: str, step: InvestigationStep, said: Mapping[str, str], *, at: datetime, actor: Actor, now: datetime
) -> InvestigationAct:
    """Record who investigates, or what was preserved and how. Journal ``investigation.recorded``.

    Raises:
        InvestigatorMissing, PreservedHow, TimeInFuture, CommandTextTooLong.
        NotFound: not this actor's to see.
    """
    words = clean(said, LIMITS)
    if step is InvestigationStep.INVESTIGATOR_NAMED and not words["name"]:
        raise InvestigatorMissing(field="name")
    if step is InvestigationStep.EVIDENCE_PRESERVED and not words["text"]:
        raise PreservedHow(field="text")
    past(at, now=now, field="at")
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = InvestigationAct(
            incident_id=incident.id, office_code=actor.office, step=step.value, at=at, recorded_at=now,
            recorded_by=actor.ref, **words,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"investigation": row.id, "step": step.value, "at": at, "words": digest_of(incident, *words.values())}
        tx.journal(incident, "investigation.recorded", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def take_back(case_no: str, investigation_id: int, *, reason: str, actor: Actor, now: datetime) -> InvestigationAct:
    """Take back a record that is wrong. Journal ``investigation.withdrawn``.

    Raises:
        TakeBackReasonMissing, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = find(InvestigationAct, incident, investigation_id, tx.session, lock=True)
        refuse_other_office(row, actor)
        why = reason_of(reason)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            data = {"investigation": row.id, "step": row.step, "reason": digest_of(incident, why)}
            tx.journal(incident, "investigation.withdrawn", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def acts_of(session: AnySession, incident: Incident) -> list[InvestigationAct]:
    """Every record, in the order of the acts, those taken back too."""
    query = select(InvestigationAct).where(InvestigationAct.incident_id == incident.id)
    return list(session.scalars(query.order_by(InvestigationAct.at, InvestigationAct.id)))
