"""How a case's call-out stands: who was asked, what became of each text, who comes, which discipline lacks somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from incident_desk.domain.callouts.callout import (
    Choice,
    DisciplineQuorum,
    Need,
    Proposal,
    QuorumState,
    Situation,
    propose,
    quorum,
    quorum_is_met,
    replacement,
)
from incident_desk.domain.callouts.callout_answers import AnswerKind
from incident_desk.domain.callouts.experts import Expert as DomainExpert
from incident_desk.domain.callouts.specialities import Discipline
from incident_desk.domain.china_time import china_date
from incident_desk.domain.messages import MessageState
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Callout, CalloutMember, Expert, Incident, OutboxMessage
from incident_desk.services import scope
from incident_desk.services.callouts import callout, callout_needs, experts
from incident_desk.services.callouts.callout_texts import ANSWER_WITHIN
from incident_desk.services.messages import delivery

_NOT_ARRIVING = frozenset({MessageState.REFUSED.value, MessageState.FAILED.value})


@dataclass(frozen=True, slots=True)
class Asked:
    """One person asked, with the newest text to them."""

    member: CalloutMember
    callout: Callout
    expert: Expert
    message: OutboxMessage | None

    @property
    def answer(self) -> AnswerKind | None:
        """How the answer was understood; None while there is none."""
        return AnswerKind(self.member.answer) if self.member.answer else None

    @property
    def discipline(self) -> Discipline:
        """For which discipline this person was called."""
        return Discipline(self.member.reason["discipline"])

    @property
    def comes(self) -> bool:
        """Whether this person comes and was not told to stay."""
        return self.answer is not None and self.answer.coming and self.member.stood_down_at is None

    @property
    def waits(self) -> bool:
        """Whether a clear answer is still wanted."""
        clear = self.answer is not None and (self.answer.coming or self.answer is AnswerKind.NO)
        return not clear and self.member.stood_down_at is None

    def to_telephone(self, now: datetime) -> bool:
        """Whether the officer should ring: the text does not arrive, they ask for it, or time to answer is over."""
        if not self.waits:
            return False
        lost = self.message is not None and self.message.state in _NOT_ARRIVING
        return lost or self.answer is not None or self.answer_by < now

    @property
    def answer_by(self) -> datetime:
        """By when an answer was asked for."""
        asked_at = self.message.promised_at if self.message is not None else self.callout.requested_at
        return asked_at + ANSWER_WITHIN


@dataclass(frozen=True, slots=True)
class Standing:
    """The call-out of a case as it stands."""

    incident: Incident
    asked: tuple[Asked, ...]
    disciplines: tuple[DisciplineQuorum, ...]
    waiting_request: Callout | None
    has_way_out: bool

    @property
    def coming(self) -> tuple[Asked, ...]:
        """Those who come, the earliest first; without a time at the end."""
        found = [one for one in self.asked if one.comes]
        known = [one for one in found if one.member.arrives_at is not None]
        known.sort(key=lambda one: one.member.arrives_at or one.callout.requested_at)
        return (*known, *(one for one in found if one.member.arrives_at is None))

    @property
    def waiting(self) -> tuple[Asked, ...]:
        """Those from whom a clear answer is wanted."""
        return tuple(one for one in self.asked if one.waits)

    @property
    def is_met(self) -> bool:
        """Whether every required discipline has somebody who comes."""
        return quorum_is_met(self.disciplines)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whom the desk would call now, and for what: everybody at first, then whoever replaces one that lacks."""

    situation: Situation
    needs: tuple[Need, ...]
    proposal: Proposal
    is_first: bool


def standing(actor: Actor, case_no: str) -> Standing:
    """How the call-out of a case stands.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    asked = _asked(incident)
    waiting = db.session.scalar(
        select(Callout).where(Callout.incident_id == incident.id, Callout.state == callout.REQUESTED)
    )
    needs = callout_needs.needs_for(callout_needs.situation_of(incident, db.session()))
    return Standing(
        incident=incident,
        asked=asked,
        disciplines=_quorum(needs, asked) if asked else (),
        waiting_request=waiting,
        has_way_out=delivery.has_way_out(incident.is_exercise),
    )


def suggest(actor: Actor, case_no: str, *, now: datetime) -> Suggestion:
    """Whom to call now: six to ten at first; later one for each discipline that nobody fills or may still fill.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    asked = _asked(incident)
    situation = callout_needs.situation_of(incident, db.session())
    needs = callout_needs.needs_for(situation)
    if asked:
        standing_now = zip(needs, _quorum(needs, asked), strict=True)
        needs = tuple(need for need, stands in standing_now if stands.state is QuorumState.MISSING)
    pool = [experts.to_domain(row) for row in experts.pool(db.session(), is_exercise=incident.is_exercise).values()]
    already = [one.expert.expert_no for one in asked]
    day = china_date(now)
    if not asked:
        return Suggestion(situation, needs, propose(pool, needs, situation, day), is_first=True)
    return Suggestion(situation, needs, _replacements(pool, needs, situation, day, already), is_first=False)


def _replacements(
    pool: list[DomainExpert], needs: tuple[Need, ...], situation: Situation, day: date, already: list[str]
) -> Proposal:
    """One more person for each of *needs*, nobody twice."""
    choices: list[Choice] = []
    for need in needs:
        taken = [*already, *(choice.expert.expert_no for choice in choices)]
        found = replacement(pool, need, situation, day, already=taken)
        if found is not None:
            choices.append(found)
    filled = {choice.discipline for choice in choices}
    uncovered = tuple(need.discipline for need in needs if need.required and need.discipline not in filled)
    return Proposal(tuple(choices), uncovered, propose(pool, (), situation, day).left_out)


def _asked(incident: Incident) -> tuple[Asked, ...]:
    query = (
        select(CalloutMember, Callout, Expert, OutboxMessage)
        .join(Callout, CalloutMember.callout_id == Callout.id)
        .join(Expert, CalloutMember.expert_id == Expert.id)
        .outerjoin(OutboxMessage, CalloutMember.outbox_id == OutboxMessage.id)
        .where(Callout.incident_id == incident.id)
        .order_by(CalloutMember.id)
    )
    return tuple(Asked(*row) for row in db.session.execute(query))


def _quorum(needs: tuple[Need, ...], asked: tuple[Asked, ...]) -> tuple[DisciplineQuorum, ...]:
    still = [one for one in asked if one.member.stood_down_at is None]
    answers = {one.expert.expert_no: one.answer for one in still if one.answer is not None}
    return quorum(needs, [experts.to_domain(one.expert) for one in still], answers)
