"""Beginning a round: what is asked of whom until when, with a text and a link for each desk; and ending one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.command.words import clean
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Actor
from incident_desk.domain.rounds.answers import LONGEST_NOTE, NoOfficeAsked, OfficeNotBelow, check_due
from incident_desk.domain.rounds.questions import NothingAsked, RoundQuestion, own_questions
from incident_desk.models import Incident, InquiryRound, Office, RoundOffice, RoundQuestionRow
from incident_desk.services import people, scope
from incident_desk.services.callouts.callout_texts import event_zh
from incident_desk.services.cases import facts
from incident_desk.services.messages import leader_messages
from incident_desk.services.rounds import needs, round_links, round_rows
from incident_desk.services.tokens import token_digest
from incident_desk.services.transaction import Transaction, transaction


def ask(
    case_no: str,
    *,
    keys: Iterable[str],
    own: str,
    offices: Iterable[str],
    due_at: datetime,
    note: str,
    actor: Actor,
    now: datetime,
) -> InquiryRound:
    """Ask *offices* the questions that *keys* name, and *own* ones, one a line; each desk gets a text with its link.

    A question that was answered since the list was read is not asked. Journal ``round.asked``.

    Raises:
        NothingAsked, NoOfficeAsked, OfficeNotBelow, TooManyQuestions, AnswerTimeWrong, CommandTextTooLong.
        NotFound: not this actor's to see.
    """
    mine = own_questions(own)
    said = clean({"note": note}, {"note": LONGEST_NOTE})["note"]
    check_due(due_at, now)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        questions = (*_chosen(tx, incident, set(keys), actor=actor, now=now), *mine)
        if not questions:
            raise NothingAsked(field="questions")
        asked = _offices(tx, incident, offices, actor)
        row = InquiryRound(
            incident_id=incident.id, office_code=actor.office, number=_next_number(tx, incident), note=said,
            due_at=due_at, asked_at=now, asked_by=actor.ref,
            questions=[_question(place, one) for place, one in enumerate(questions, 1)],
            offices=[RoundOffice(office_code=office.code, messages=0) for office in asked],
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        for one, office in zip(row.offices, asked, strict=True):
            _tell(tx, incident, row, one, office, now=now)
        _journal(tx, incident, row, actor=actor, now=now)
        tx.outcome("round", f"{case_no}/{row.number}")
    return row


def end(case_no: str, number: int, *, actor: Actor, now: datetime) -> InquiryRound:
    """End a round: its links open nothing more, its silence is flagged no more. Journal ``round.ended``.

    Raises:
        NotFound: no such round in a case of this actor.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = round_rows.find(incident, number, tx.session, lock=True)
        if row.ended_at is None:
            row.ended_at, row.ended_by = now, actor.ref
            tx.journal(incident, "round.ended", actor=actor, at=now, data={"round": row.id, "number": row.number})
        tx.outcome("round", f"{case_no}/{number}")
    return row


def _journal(tx: Transaction, incident: Incident, row: InquiryRound, *, actor: Actor, now: datetime) -> None:
    words = "\x1f".join((row.note, *(one.text_zh for one in row.questions)))
    data = {
        "round": row.id, "number": row.number, "offices": [one.office_code for one in row.offices],
        "due_at": row.due_at, "questions": len(row.questions), "messages": sum(one.messages for one in row.offices),
        "words": salted_digest(bytes.fromhex(incident.journal_salt), words.encode("utf-8", "replace")),
    }  # fmt: skip
    tx.journal(incident, "round.asked", actor=actor, at=now, data=data)


def _chosen(
    tx: Transaction, incident: Incident, keys: set[str], *, actor: Actor, now: datetime
) -> tuple[RoundQuestion, ...]:
    if not keys:
        return ()
    return tuple(one for one in needs.questions_of(tx.session, incident, actor=actor, now=now) if one.key in keys)


def _offices(tx: Transaction, incident: Incident, codes: Iterable[str], actor: Actor) -> list[Office]:
    wanted = sorted(set(codes))
    below = {office.code: office for office in needs.desks_below(actor, incident, tx.session)}
    strange = [code for code in wanted if code not in below]
    if strange:
        raise OfficeNotBelow(field="offices", office=strange[0])
    if not wanted:
        raise NoOfficeAsked(field="offices")
    return [below[code] for code in wanted]


def _next_number(tx: Transaction, incident: Incident) -> int:
    last = tx.session.scalar(select(func.max(InquiryRound.number)).where(InquiryRound.incident_id == incident.id))
    return (last or 0) + 1


def _question(place: int, question: RoundQuestion) -> RoundQuestionRow:
    return RoundQuestionRow(
        position=place, kind=question.kind.value, subject=question.subject, text_zh=question.text_zh,
        text_en=question.text_en,
    )  # fmt: skip


def _tell(
    tx: Transaction, incident: Incident, row: InquiryRound, one: RoundOffice, office: Office, *, now: datetime
) -> None:
    """Draw the link of one office and promise its desk the text; an office without numbers is telephoned."""
    token = round_links.token_of(one.id, incident)
    one.link_digest = token_digest(token)
    one.messages = leader_messages.tell_people(
        tx, incident, MessageKind.ROUND_ASKED,
        {
            "event": event_zh(tx.session, incident), "office": office.name_zh, "until": zh_due_time(row.due_at),
            "link": round_links.address_of(token),
        },
        people=people.keepers_of(office.code) or people.leaders_of(office.code),
        key_of=lambda person: message_key(
            incident.case_no, MessageKind.ROUND_ASKED, f"round-{row.id}-{one.id}", f"person-{person}"
        ),
        about={"round": row.id},
        now=now,
    )  # fmt: skip
