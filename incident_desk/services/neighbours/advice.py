"""The advice to the own government on record: its text, to whom, when, and what shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from incident_desk.domain.command.papers import PaperKind
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.errors import NotAllowed, NotFound
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.neighbours.advice import (
    AdviceNamesNobody,
    AdviceReceiverMissing,
    AdviceTextMissing,
    advice_zh,
    still_to_advise,
)
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.extensions import db
from incident_desk.models import CommandPaper, Incident, NeighbourAdvice
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.command.command_rows import digest_of, past
from incident_desk.services.neighbours import affected
from incident_desk.services.neighbours.notices import sending_office
from incident_desk.services.reports import report_values
from incident_desk.services.transaction import transaction

WORDS = {"addressee": 120, "text": 5_000, "receiver_name": 60, "proof": 300}


@dataclass(frozen=True, slots=True)
class Advising:
    """The advice as it was given. *neighbours* are office codes of the areas named in it."""

    neighbours: Sequence[str]
    addressee: str
    text: str
    how: DeliveryChannel
    at: datetime
    receiver_name: str = ""
    proof: str = ""
    proof_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class AdviceState:
    """What was advised, what is still to advise, and the text to begin with."""

    given: tuple[NeighbourAdvice, ...]
    still: tuple[str, ...]
    addressee: str
    draft: str
    papers: tuple[CommandPaper, ...]
    """Papers to the government that propose the same and went out."""


def give(case_no: str, advising: Advising, *, actor: Actor, now: datetime) -> NeighbourAdvice:
    """Record that the own government was advised. Journal ``advice.given``.

    Raises:
        AdviceTextMissing, AdviceNamesNobody, AdviceReceiverMissing, CommandTextTooLong, TimeInFuture, UnknownOffice:
            what to change is in the message.
        NotFound: not this actor's to see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        words = _whole(advising)
        for code in advising.neighbours:
            Rulebook.shipped().offices.get(code)
        highest = tx.session.scalar(
            select(func.max(NeighbourAdvice.number)).where(NeighbourAdvice.incident_id == incident.id)
        )
        row = NeighbourAdvice(
            incident_id=incident.id, office_code=sending_office(incident, actor), number=(highest or 0) + 1,
            neighbours=list(dict.fromkeys(advising.neighbours)), **words,
            digest=hashlib.sha256(words["text"].encode("utf-8", "replace")).hexdigest(), how=advising.how.value,
            at=past(advising.at, now=now, field="at"), proof_sha256=advising.proof_sha256, recorded_at=now,
            recorded_by=actor.ref,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {
            "advice": row.id, "number": row.number, "to": row.neighbours, "how": row.how, "at": row.at,
            "proof": row.proof_sha256, "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "advice.given", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("advice", case_no)
    return row


def take_back(case_no: str, number: int, *, reason: str, actor: Actor, now: datetime) -> NeighbourAdvice:
    """Take back an entry that was wrong. Journal ``advice.withdrawn``.

    Raises:
        TakeBackReasonMissing, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = tx.session.scalar(
            select(NeighbourAdvice)
            .where(NeighbourAdvice.incident_id == incident.id, NeighbourAdvice.number == number)
            .with_for_update()
        )
        if row is None:
            raise NotFound
        if not row.office_code.startswith(scope.code_prefix(actor.office)):
            raise NotAllowed
        why = reason_of(reason)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            data = {"advice": row.id, "number": number, "reason": digest_of(incident, why)}
            tx.journal(incident, "advice.withdrawn", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("advice", case_no)
    return row


def state(actor: Actor, case_no: str, *, now: datetime) -> AdviceState:
    """The advice of a case, and the text to begin the next with.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    rows = tuple(
        db.session.scalars(
            select(NeighbourAdvice).where(NeighbourAdvice.incident_id == incident.id).order_by(NeighbourAdvice.number)
        )
    )
    papers = _papers(incident)
    codes = [one.code for one in affected.all_of(incident)]
    named = [row.neighbours for row in rows if row.withdrawn_at is None]
    still = () if papers else still_to_advise(codes, named)
    office = sending_office(incident, actor)
    government = Rulebook.shipped().offices.government_zh(office)
    draft = _draft(incident, office, government, still or tuple(codes), actor=actor, now=now)
    return AdviceState(rows, still, government, draft, papers)


def _whole(advising: Advising) -> dict[str, str]:
    words = clean({name: getattr(advising, name) for name in WORDS}, WORDS)
    if not words["text"]:
        raise AdviceTextMissing(field="advice_text")
    if not advising.neighbours:
        raise AdviceNamesNobody(field="neighbours")
    if not (words["receiver_name"] or words["proof"] or advising.proof_sha256):
        raise AdviceReceiverMissing(field="receiver_name")
    return words


def _papers(incident: Incident) -> tuple[CommandPaper, ...]:
    query = select(CommandPaper).where(
        CommandPaper.incident_id == incident.id, CommandPaper.kind == PaperKind.NEIGHBOUR_NOTICE.value,
        CommandPaper.sent_at.is_not(None),
    )  # fmt: skip
    return tuple(db.session.scalars(query.order_by(CommandPaper.number)))


def _draft(
    incident: Incident, office: str, government: str, codes: Sequence[str], *, actor: Actor,
    now: datetime,
) -> str:  # fmt: skip
    values, _rests_on = report_values.values_of(db.session(), incident, office=office, actor=actor, now=now, sequence=1)
    offices = Rulebook.shipped().offices
    about = f"涉{'、'.join(values.substances)}" if values.substances else ""
    return advice_zh(
        government=government,
        title_what=f"{values.region or ''}{about}突发环境事件",
        neighbours=[offices.government_zh(code) for code in codes],
        situation=[values.trend or "", values.grade_line or ""],
        has_told_peers=bool(codes) and set(codes) <= set(affected.told(incident)),
        exercise=incident.is_exercise,
    )
