"""Answers of those who were called: by text message, by the link in it, or told on the telephone.

The last clear answer counts; an unclear one is kept as said, for the officer to read, and undoes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from incident_desk.domain.callouts.callout_answers import Answer, AnswerKind, arriving_in, parse_answer
from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.errors import N_, BadValue
from incident_desk.domain.messages import MessageKind, reference_of
from incident_desk.domain.permissions import Actor
from incident_desk.models import Callout, CalloutMember, Expert, InboundMessage, Incident, OutboxMessage
from incident_desk.notify.callbacks import InboundText
from incident_desk.services.callouts import answer_links, callout, callout_texts
from incident_desk.services.transaction import Transaction, transaction

LONGEST_TEXT = 1_000
MOST_REPEATS = 2
"""How often somebody whose texts are not understood is asked to repeat; then a person telephones."""

ANSWERS_ZH = {AnswerKind.YES: "能来", AnswerKind.NO: "不能来", AnswerKind.CALL_ME: "请回电"}


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer on record: whose, and how it was understood. *member* is None where nobody was asked."""

    member: CalloutMember | None
    kind: AnswerKind


def by_text(inbound: InboundText, *, is_exercise: bool, now: datetime) -> Taken:
    """Take a text of a phone. The same text twice is one answer; a stranger's text is kept and answers nothing.

    The person is found by number, among those asked in exercises or in real cases as the text came; a reference in
    it names the call-out, else the newest one is meant. The desk answers what it understood.
    """
    body = inbound.body[:LONGEST_TEXT]
    with transaction() as tx:
        known = tx.session.scalar(select(InboundMessage).where(InboundMessage.vendor_id == inbound.vendor_id))
        if known is not None:
            return Taken(None, AnswerKind.UNCLEAR)
        member = _asked(tx, inbound.from_number, body, is_exercise=is_exercise)
        message = InboundMessage(
            vendor_id=inbound.vendor_id, from_number=inbound.from_number[:32], body=body, is_exercise=is_exercise,
            received_at=now, outbox_id=member.outbox_id if member is not None else None,
        )  # fmt: skip
        if not _is_first(tx, message) or member is None:
            return Taken(None, AnswerKind.UNCLEAR)
        answer = parse_answer(body, now)
        incident, expert = _context(tx, member)
        actor = answer_links.expert_actor(expert, incident)
        is_new = _record(tx, incident, member, answer, via="text", actor=actor, now=now)
        if is_new or answer.kind is AnswerKind.UNCLEAR:
            _reply(tx, incident, member, answer, about=f"inbound-{message.id}", now=now)
    return Taken(member, answer.kind)


def _is_first(tx: Transaction, message: InboundMessage) -> bool:
    """Write the text down; False where the same one was written by another callback meanwhile."""
    try:
        with tx.session.begin_nested():
            tx.session.add(message)
            tx.session.flush()
    except IntegrityError:
        return False
    return True


def by_link(token: str, kind: AnswerKind, *, minutes: int | None = None, now: datetime) -> CalloutMember:
    """Take the press of a button behind the link; *minutes* until arrival come with *arriving_at*.

    Raises:
        NotFound, AnswerLinkEnded: the link.
        BadValue: minutes outside 0 to 2880, or an answer that no button gives.
    """
    holder = answer_links.holder(token, now)
    answer = _said(kind, minutes, "", now)
    with transaction() as tx:
        member = tx.session.get_one(CalloutMember, holder.member.id, with_for_update=True)
        _record(tx, holder.incident, member, answer, via="link", actor=holder.actor, now=now)
    return member


def by_telephone(
    case_no: str,
    member_id: int,
    kind: AnswerKind,
    *,
    minutes: int | None = None,
    said: str = "",
    actor: Actor,
    now: datetime,
) -> CalloutMember:
    """Record what somebody told the officer on the telephone.

    Raises:
        NotFound: nobody of this id was asked in a case of this actor.
        BadValue: minutes outside 0 to 2880.
    """
    answer = _said(kind, minutes, said, now)
    with transaction() as tx:
        incident, member = callout.member_of(tx, case_no, member_id, actor)
        _record(tx, incident, member, answer, via="phone", actor=actor, now=now)
        tx.outcome("callout", case_no)
    return member


def _said(kind: AnswerKind, minutes: int | None, text: str, now: datetime) -> Answer:
    if kind is AnswerKind.UNCLEAR:
        raise BadValue(field="answer", what=N_("Answer"), value=kind.value, hint="")
    if kind is not AnswerKind.ARRIVING_AT:
        return Answer(kind, text[:LONGEST_TEXT])
    try:
        return arriving_in(-1 if minutes is None else minutes, now, text[:LONGEST_TEXT])
    except (ValueError, OverflowError) as error:
        hint = N_("Write the minutes until arrival, 0 to 2880.")
        raise BadValue(field="minutes", what=N_("Minutes"), value=minutes, hint=hint) from error


def _record(
    tx: Transaction,
    incident: Incident,
    member: CalloutMember,
    answer: Answer,
    *,
    via: str,
    actor: Actor,
    now: datetime,
) -> bool:
    """Write an answer down; says whether it is news. What was said stays in the row, the journal holds its meaning."""
    is_new = (answer.kind.value, answer.arrives_at) != (member.answer, member.arrives_at)
    if answer.text:
        member.answer_text = answer.text
    if answer.kind is not AnswerKind.UNCLEAR or member.answer is None:
        member.answer, member.answered_at, member.answered_via = answer.kind.value, now, via
        member.arrives_at = answer.arrives_at
    if is_new:
        data = {"member": member.id, "answer": answer.kind, "via": via, "arrives_at": answer.arrives_at}
        tx.journal(incident, "callout.answered", actor=actor, at=now, data=data)
    return is_new


def _asked(tx: Transaction, number: str, body: str, *, is_exercise: bool) -> CalloutMember | None:
    """The membership that a text from *number* answers: the one its reference names, else the newest."""
    query = (
        select(CalloutMember, OutboxMessage.key)
        .join(Callout, CalloutMember.callout_id == Callout.id)
        .join(Incident, Callout.incident_id == Incident.id)
        .join(Expert, CalloutMember.expert_id == Expert.id)
        .join(OutboxMessage, CalloutMember.outbox_id == OutboxMessage.id)
        .where(or_(Expert.phone == number, Expert.backup_phone == number), Incident.is_exercise.is_(is_exercise))
        .order_by(OutboxMessage.promised_at.desc(), CalloutMember.id.desc())
        .limit(20)
        .with_for_update(of=CalloutMember)
    )
    found = tx.session.execute(query).all()
    said = body.upper()
    return next((member for member, key in found if reference_of(key) in said), found[0][0] if found else None)


def _context(tx: Transaction, member: CalloutMember) -> tuple[Incident, Expert]:
    opened = tx.session.get_one(Callout, member.callout_id)
    return tx.session.get_one(Incident, opened.incident_id), tx.session.get_one(Expert, member.expert_id)


def _reply(
    tx: Transaction, incident: Incident, member: CalloutMember, answer: Answer, *, about: str, now: datetime
) -> None:
    """Say back what was understood; a phone that answers by itself is not answered for ever."""
    if answer.kind is AnswerKind.UNCLEAR:
        if _repeats(tx, member) < MOST_REPEATS:
            callout_texts.tell(tx, incident, member, MessageKind.CALLOUT_UNCLEAR, {}, about=about, now=now)
        return
    words = {"answer": answer_zh(answer), "place": callout_texts.place_zh(tx.session, incident)}
    callout_texts.tell(tx, incident, member, MessageKind.CALLOUT_NOTED, words, about=about, now=now)


def _repeats(tx: Transaction, member: CalloutMember) -> int:
    unclear = MessageKind.CALLOUT_UNCLEAR.value
    query = select(OutboxMessage.about).where(OutboxMessage.template == unclear)
    expert = tx.session.get_one(Expert, member.expert_id)
    rows = tx.session.scalars(query.where(OutboxMessage.to_number == expert.phone))
    return sum(about.get("member") == member.id for about in rows)


def answer_zh(answer: Answer) -> str:
    """The answer as the text back to the phone says it."""
    if answer.arrives_at is not None:
        return f"能来，{zh_due_time(answer.arrives_at)}到"
    return ANSWERS_ZH[answer.kind]
