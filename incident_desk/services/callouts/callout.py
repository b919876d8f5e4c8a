"""Calling out experts: chosen by hand from the desk's proposal, or the whole pool on two people's word.

Who is asked, the links and the texts are promised in one transaction; the worker sends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.callouts.callout import MOST, Situation, WholePool
from incident_desk.domain.callouts.experts import WhyNot
from incident_desk.domain.callouts.specialities import ExpertSpeciality, discipline_of
from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.messages import MessageKind
from incident_desk.domain.permissions import Actor, Role
from incident_desk.models import Callout, CalloutMember, Expert, Incident
from incident_desk.services import scope
from incident_desk.services.callouts import callout_needs, callout_texts, experts
from incident_desk.services.cases import facts
from incident_desk.services.transaction import Transaction, transaction

MOST_BY_HAND = 3 * MOST
"""How many may be waiting or coming in one case before more of them means the whole pool."""

REQUESTED, SENT, DECLINED = "requested", "sent", "declined"


class NobodyChosen(DomainError):
    """A call-out of nobody."""

    code = "nobody_chosen"
    message_id = N_("Choose at least one expert.")


class AlreadyAsked(DomainError):
    """Everybody chosen was asked in this case before."""

    code = "already_asked"
    status = 409
    message_id = N_("Everybody chosen was asked already. Text them again from the list of those asked.")


class TooManyByHand(DomainError):
    """More people than a choice by hand may wake."""

    code = "too_many_by_hand"
    message_id = N_("At most %(most)s experts are called by hand. For more, ask the leader to confirm the whole pool.")


class ExpertKeepsOut(DomainError):
    """Somebody who may not be called for this case."""

    code = "expert_keeps_out"
    message_id = N_("%(name)s must keep out of this case (conflict of interest). Choose somebody else.")


class PoolIsEmpty(DomainError):
    """There is nobody to call."""

    code = "pool_is_empty"
    status = 409
    message_id = N_("Nobody in the pool can be called who was not asked already.")


class NothingToConfirm(DomainError):
    """No call to the whole pool waits for a second word."""

    code = "nothing_to_confirm"
    status = 409
    message_id = N_("This request was confirmed or declined already.")


def send(case_no: str, expert_nos: Sequence[str], *, actor: Actor, now: datetime) -> Callout:
    """Call the chosen experts; those asked in this case before are left alone. Journal ``callout.sent``.

    Raises:
        NotFound: the case is not this actor's to see, or no such expert can be called.
        NobodyChosen, AlreadyAsked, TooManyByHand, ExpertKeepsOut: what to choose instead.
    """
    wanted = list(dict.fromkeys(expert_nos))
    if not wanted:
        raise NobodyChosen(field="experts")
    callout_needs.rules()
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        pool = experts.pool(tx.session, is_exercise=incident.is_exercise)
        if any(number not in pool for number in wanted):
            raise NotFound
        asked = members_of(tx, incident)
        fresh = [pool[number] for number in wanted if pool[number].id not in asked]
        if not fresh:
            raise AlreadyAsked(field="experts")
        open_now = [one for one in asked.values() if one.answer != "no" and one.stood_down_at is None]
        if len(open_now) + len(fresh) > MOST_BY_HAND:
            raise TooManyByHand(field="experts", most=MOST_BY_HAND)
        situation = callout_needs.situation_of(incident, tx.session)
        _refuse_conflicts(fresh, situation, now)
        callout = _open(tx, incident, actor=actor, now=now, is_whole_pool=False)
        _ask(tx, incident, callout, fresh, _reasons(fresh, situation, now), now=now)
        _journal_sent(tx, incident, callout, actor=actor, now=now)
        tx.outcome("callout", case_no)
    return callout


def call_whole_pool(case_no: str, *, actor: Actor, now: datetime) -> Callout:
    """Ask for the whole pool. In an exercise everybody is called at once; else a leader has to confirm.

    A request that waits is found again. Journal ``callout.requested`` or ``callout.sent``.

    Raises:
        NotFound: the case is not this actor's to see.
        PoolIsEmpty: everybody who can be called was asked.
    """
    callout_needs.rules()
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        waiting = tx.session.scalar(
            select(Callout).where(Callout.incident_id == incident.id, Callout.state == REQUESTED)
        )
        tx.outcome("callout", case_no)
        if waiting is not None:
            return waiting
        callout = _open(tx, incident, actor=actor, now=now, is_whole_pool=True)
        if incident.is_exercise:
            WholePool(first=actor, second=None, exercise=True)
            _ask_everybody(tx, incident, callout, now=now)
            _journal_sent(tx, incident, callout, actor=actor, now=now)
        else:
            _whoever_is_free(tx, incident, now)
            callout.state = REQUESTED
            tx.journal(incident, "callout.requested", actor=actor, at=now, data={"callout": callout.id})
    return callout


def confirm_whole_pool(case_no: str, callout_id: int, *, actor: Actor, now: datetime) -> Callout:
    """The leader's second word: everybody who can be called is called. Journal ``callout.confirmed``, ``callout.sent``.

    Raises:
        NotFound: no such request in a case of this actor.
        SecondPersonNeeded, LeaderNeeded: the word came from the same person, or from no leader.
        NothingToConfirm, PoolIsEmpty: it was settled before; nobody is left to call.
    """
    callout_needs.rules()
    with transaction() as tx:
        incident, callout = _requested(tx, case_no, callout_id, actor)
        WholePool(first=_first(callout), second=actor, exercise=incident.is_exercise)
        callout.state, callout.confirmed_by, callout.confirmed_at = SENT, actor.ref, now
        tx.journal(incident, "callout.confirmed", actor=actor, at=now, data={"callout": callout.id})
        _ask_everybody(tx, incident, callout, now=now)
        _journal_sent(tx, incident, callout, actor=actor, now=now)
        tx.outcome("callout", case_no)
    return callout


def decline_whole_pool(case_no: str, callout_id: int, *, actor: Actor, now: datetime) -> Callout:
    """The request for the whole pool is declined or taken back. Journal ``callout.declined``.

    Raises:
        NotFound, NothingToConfirm: as for ``confirm_whole_pool``.
    """
    with transaction() as tx:
        incident, callout = _requested(tx, case_no, callout_id, actor)
        callout.state, callout.confirmed_by, callout.confirmed_at = DECLINED, actor.ref, now
        tx.journal(incident, "callout.declined", actor=actor, at=now, data={"callout": callout.id})
        tx.outcome("callout", case_no)
    return callout


def text_again(case_no: str, member_id: int, *, actor: Actor, now: datetime) -> CalloutMember:
    """Text one person again, with the same link and a new time to answer by. Journal ``callout.asked_again``.

    Raises:
        NotFound: nobody of this id was asked in a case of this actor.
    """
    with transaction() as tx:
        incident, member = member_of(tx, case_no, member_id, actor)
        expert = tx.session.get_one(Expert, member.expert_id)
        member.round_no += 1
        member.stood_down_at = None
        callout_texts.ask(tx, incident, {member: expert}, now=now)
        data = {"callout": member.callout_id, "member": member.id, "round": member.round_no}
        tx.journal(incident, "callout.asked_again", actor=actor, at=now, data=data)
        tx.outcome("callout", case_no)
    return member


def stand_down(case_no: str, member_ids: Sequence[int], *, actor: Actor, now: datetime) -> list[CalloutMember]:
    """Tell people that they need not come; each is told once. Journal ``callout.stood_down``.

    Raises:
        NotFound: one of them was not asked in a case of this actor.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        told = []
        for member_id in dict.fromkeys(member_ids):
            _, member = member_of(tx, case_no, member_id, actor)
            if member.stood_down_at is None:
                member.stood_down_at = now
                kind, about = MessageKind.CALLOUT_STAND_DOWN, f"callout-{member.callout_id}"
                callout_texts.tell(tx, incident, member, kind, {}, about=about, now=now)
                told.append(member)
        if told:
            ids = [member.id for member in told]
            tx.journal(incident, "callout.stood_down", actor=actor, at=now, data={"members": ids})
        tx.outcome("callout", case_no)
    return told


def members_of(tx: Transaction, incident: Incident) -> dict[int, CalloutMember]:
    """Everybody asked in this case, by the expert's id; of one asked twice the newer."""
    query = select(CalloutMember).join(Callout).where(Callout.incident_id == incident.id).order_by(CalloutMember.id)
    return {member.expert_id: member for member in tx.session.scalars(query)}


def member_of(tx: Transaction, case_no: str, member_id: int, actor: Actor) -> tuple[Incident, CalloutMember]:
    """One person asked, locked until the commit, with the case.

    Raises:
        NotFound: nobody of this id was asked in a case of this actor.
    """
    incident = scope.incident(actor, case_no, tx.session)
    query = select(CalloutMember).join(Callout).where(Callout.incident_id == incident.id, CalloutMember.id == member_id)
    member = tx.session.scalar(query.with_for_update())
    if member is None:
        raise NotFound
    return incident, member


def _open(tx: Transaction, incident: Incident, *, actor: Actor, now: datetime, is_whole_pool: bool) -> Callout:
    callout = Callout(
        incident_id=incident.id, office_code=actor.office, requested_by=actor.ref, requested_at=now,
        is_whole_pool=is_whole_pool, state=SENT,
        basis=_basis(callout_needs.situation_of(incident, tx.session)) | {"person": actor.person_id},
    )  # fmt: skip
    tx.session.add(callout)
    tx.session.flush()
    return callout


def _basis(situation: Situation) -> dict[str, object]:
    """What was known when it was decided whom to call."""
    return {
        "media": list(situation.media),
        "pollutants": list(situation.pollutants),
        "cause": situation.cause,
        "conditions": [condition.value for condition in situation.conditions],
        "longitude": situation.longitude,
        "latitude": situation.latitude,
    }


def _ask_everybody(tx: Transaction, incident: Incident, callout: Callout, *, now: datetime) -> None:
    free = _whoever_is_free(tx, incident, now)
    situation = callout_needs.situation_of(incident, tx.session)
    _ask(tx, incident, callout, free, _reasons(free, situation, now), now=now)


def _whoever_is_free(tx: Transaction, incident: Incident, now: datetime) -> list[Expert]:
    """Everybody who can be called and was not asked in this case.

    Raises:
        PoolIsEmpty: nobody.
    """
    asked = members_of(tx, incident)
    situation = callout_needs.situation_of(incident, tx.session)
    day = china_date(now)
    free = [
        row
        for row in experts.pool(tx.session, is_exercise=incident.is_exercise).values()
        if row.id not in asked and experts.to_domain(row).why_not(day, situation.enterprises) is None
    ]
    if not free:
        raise PoolIsEmpty
    return free


def _refuse_conflicts(rows: Iterable[Expert], situation: Situation, now: datetime) -> None:
    day = china_date(now)
    for row in rows:
        if experts.to_domain(row).why_not(day, situation.enterprises) is WhyNot.CONFLICT:
            raise ExpertKeepsOut(field="experts", name=row.name)


def _reasons(rows: Sequence[Expert], situation: Situation, now: datetime) -> dict[int, dict[str, object]]:
    """Why each is called, by the expert's id: discipline, speciality, what asks for it, how far away."""
    needs = callout_needs.needs_for(situation)
    day = china_date(now)
    people = {row.expert_no: experts.to_domain(row) for row in rows}
    together = callout_needs.choose(people.values(), situation, needs, day, ())
    chosen = {choice.expert.expert_no: choice for choice in together.choices}
    reasons: dict[int, dict[str, object]] = {}
    for row in rows:
        choice = chosen.get(row.expert_no) or callout_needs.choice_for(people[row.expert_no], situation, needs, day)
        if choice is None:
            reasons[row.id] = _own_trade(row)
            continue
        reasons[row.id] = {
            "discipline": choice.discipline.value,
            "speciality": choice.speciality.value,
            "required": choice.required,
            "because": [list(pair) for pair in choice.because],
            "distance_km": choice.distance_km,
        }
    return reasons


def _own_trade(row: Expert) -> dict[str, object]:
    """The reason of somebody called although the table does not ask for the trade."""
    speciality = ExpertSpeciality(row.specialities[0])
    return {
        "discipline": discipline_of(speciality).value, "speciality": speciality.value, "required": False,
        "because": [], "distance_km": None,
    }  # fmt: skip


def _ask(
    tx: Transaction,
    incident: Incident,
    callout: Callout,
    rows: Sequence[Expert],
    reasons: Mapping[int, dict[str, object]],
    *,
    now: datetime,
) -> None:
    """Put everybody on the list, then promise each a text with a link of their own."""
    callout.basis = {**callout.basis, "answer_by": (now + callout_texts.ANSWER_WITHIN).isoformat()}
    members = {
        CalloutMember(callout_id=callout.id, expert_id=row.id, reason=reasons[row.id], round_no=1): row for row in rows
    }
    tx.session.add_all(members)
    tx.session.flush()
    callout_texts.ask(tx, incident, members, now=now)


def _journal_sent(tx: Transaction, incident: Incident, callout: Callout, *, actor: Actor, now: datetime) -> None:
    ids = list(
        tx.session.scalars(
            select(CalloutMember.id).where(CalloutMember.callout_id == callout.id).order_by(CalloutMember.id)
        )
    )
    data = {"callout": callout.id, "members": ids, "whole_pool": callout.is_whole_pool}
    tx.journal(incident, "callout.sent", actor=actor, at=now, data=data)


def _requested(tx: Transaction, case_no: str, callout_id: int, actor: Actor) -> tuple[Incident, Callout]:
    incident = scope.incident(actor, case_no, tx.session)
    facts.lock(tx, incident)
    callout = tx.session.get(Callout, callout_id, with_for_update=True)
    if callout is None or callout.incident_id != incident.id:
        raise NotFound
    if callout.state != REQUESTED:
        raise NothingToConfirm
    return incident, callout


def _first(callout: Callout) -> Actor:
    """The one who asked for the whole pool."""
    person_id = callout.basis.get("person")
    return Actor(callout.requested_by, callout.office_code, role=Role.DUTY_OFFICER, person_id=person_id)
