"""Consultations (会商研判) on record: when, who took part, conclusions, decisions, when the next round is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.domain.rounds.answers import check_due
from incident_desk.domain.rounds.consultations import LIMITS, NobodyPresent, NothingConcluded
from incident_desk.extensions import db
from incident_desk.models import Consultation, Incident, InquiryRound
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.transaction import transaction


def record(
    case_no: str,
    said: Mapping[str, str],
    *,
    held_at: datetime,
    next_round_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Consultation:
    """Put a consultation on record, after the newest round. Journal ``consultation.recorded``.

    Raises:
        NobodyPresent, NothingConcluded, TimeInFuture, AnswerTimeWrong, CommandTextTooLong.
        NotFound: not this actor's to see.
    """
    words = clean(said, LIMITS)
    if not words["present"]:
        raise NobodyPresent(field="present")
    if not words["conclusions"] and not words["decisions"]:
        raise NothingConcluded(field="conclusions")
    _refuse_future(held_at, now)
    if next_round_at is not None:
        _refuse_past(next_round_at, now)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        own = Consultation.incident_id == incident.id
        number = (tx.session.scalar(select(func.max(Consultation.number)).where(own)) or 0) + 1
        newest = select(func.max(InquiryRound.id)).where(InquiryRound.incident_id == incident.id)
        row = Consultation(
            incident_id=incident.id, office_code=actor.office, number=number, round_id=tx.session.scalar(newest),
            held_at=held_at, next_round_at=next_round_at, recorded_at=now, recorded_by=actor.ref, **words,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {
            "consultation": row.id, "number": number, "round": row.round_id, "held_at": held_at,
            "next_round_at": next_round_at, "words": _digest(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "consultation.recorded", actor=actor, at=now, data=data)
        tx.outcome("consultation", case_no)
    return row


def take_back(case_no: str, consultation_id: int, *, reason: str, actor: Actor, now: datetime) -> Consultation:
    """Take back a record that is wrong; it stays readable as taken back. Journal ``consultation.withdrawn``.

    Raises:
        TakeBackReasonMissing, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = tx.session.get(Consultation, consultation_id)
        if row is None or row.incident_id != incident.id:
            raise NotFound
        if not row.office_code.startswith(scope.code_prefix(actor.office)):
            raise NotAllowed
        why = reason_of(reason)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            data = {"consultation": row.id, "number": row.number, "reason": _digest(incident, why)}
            tx.journal(incident, "consultation.withdrawn", actor=actor, at=now, data=data)
        tx.outcome("consultation", case_no)
    return row


def of_case(actor: Actor, case_no: str) -> list[Consultation]:
    """The consultations of a case, the newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(Consultation).where(Consultation.incident_id == incident.id)
    return list(db.session.scalars(query.order_by(Consultation.number.desc())))


def _refuse_future(held_at: datetime, now: datetime) -> None:
    try:
        check_not_future(held_at, now=now)
    except DomainError as error:
        error.field = "held_at"
        raise


def _refuse_past(next_round_at: datetime, now: datetime) -> None:
    try:
        check_due(next_round_at, now)
    except DomainError as error:
        error.field = "next_round_at"
        raise


def _digest(incident: Incident, *words: str) -> str:
    return salted_digest(bytes.fromhex(incident.journal_salt), "\x1f".join(words).encode("utf-8", "replace"))
