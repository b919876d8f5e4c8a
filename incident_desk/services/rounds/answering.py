"""Taking answers to a round: on screen by the asked office, by its phone link, or told to the desk on the telephone.

An answer to a sheet question or of an intake becomes the case's fact as the desk's own edits do. One that differs from
what somebody else told waits for the desk; one that cannot be read stays as it was typed. The same form again changes
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.command.words import clean
from incident_desk.domain.errors import NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.domain.rounds.answers import (
    LONGEST_NAME,
    AnswerState,
    AnswerVia,
    NobodyNamed,
    NothingAnswered,
    NotWaiting,
)
from incident_desk.domain.rounds.questions import QuestionKind
from incident_desk.models import Incident, InquiryRound, RoundAnswer, RoundOffice
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet, corrections
from incident_desk.services.cases import facts
from incident_desk.services.rounds import answer_reading, round_links, round_rows
from incident_desk.services.rounds.answer_reading import ReadAnswer
from incident_desk.services.rounds.answer_standing import INTAKES, agrees, is_own, is_silent, known_of, source_of
from incident_desk.services.rounds.answer_words import words_of
from incident_desk.services.transaction import Transaction, transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """What one form brought: how many answers are on record, what could not be read, which fields changed."""

    case_no: str
    office: str
    recorded: int
    problems: tuple[FieldProblem, ...]
    changed: frozenset[CallField]


@dataclass(frozen=True, slots=True)
class _Form:
    """Who answers, by which way, when; and who writes it down."""

    typed: Mapping[str, Any]
    via: AnswerVia
    answered_by: str
    answered_at: datetime
    actor: Actor
    now: datetime


def on_screen(ask_id: int, typed: Mapping[str, Any], *, actor: Actor, now: datetime) -> Answered:
    """Take the answers of the asked office's own people.

    Raises:
        NothingAnswered, CommandTextTooLong.
        NotFound: nothing of the kind was asked of this actor's office.
    """
    with transaction() as tx:
        held = round_rows.own(actor, ask_id, tx.session)
        form = _Form(typed, AnswerVia.ON_SCREEN, actor.name or actor.ref, now, actor, now)
        taken = _take(tx, held.incident, held.round, held.asked.row, form)
        tx.outcome("own_round", ask_id)
    return taken


def by_link(token: str, typed: Mapping[str, Any], *, answered_by: str, now: datetime) -> Answered:
    """Take the answers that came through the phone link, under the name given there.

    Raises:
        NobodyNamed, NothingAnswered, CommandTextTooLong.
        NotFound, RoundHasEnded: the link.
    """
    name = _name_of(answered_by)
    found = round_links.holder(token, now)
    with transaction() as tx:
        asked = tx.session.get_one(RoundOffice, found.asked.id)
        incident = tx.session.get_one(Incident, found.incident.id)
        return _take(tx, incident, asked.round, asked, _Form(typed, AnswerVia.BY_LINK, name, now, found.actor, now))


def by_telephone(
    case_no: str,
    number: int,
    ask_id: int,
    typed: Mapping[str, Any],
    *,
    answered_by: str,
    answered_at: datetime,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Take down what *answered_by* told the desk on the telephone at *answered_at*.

    Raises:
        NobodyNamed, NothingAnswered, TimeInFuture, CommandTextTooLong.
        NotFound: no such office in a round of a case of this actor.
    """
    name = _name_of(answered_by)
    check_not_future(answered_at, now=now)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = round_rows.find(incident, number, tx.session)
        asked = round_rows.asked_in(row, ask_id)
        form = _Form(typed, AnswerVia.BY_TELEPHONE, name, answered_at, actor, now)
        taken = _take(tx, incident, row, asked, form)
        tx.outcome("round", f"{case_no}/{number}")
    return taken


def decide(case_no: str, answer_id: int, *, take: bool, actor: Actor, now: datetime) -> Answered:
    """Take over an answer that differs from what the case knows, or leave what is known as it is.

    Journal ``round.decided``.

    Raises:
        NotWaiting: it is no longer the newest, or was decided.
        NotFound: no such answer in a case of this actor.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        answer, asked = _answer_of(tx, incident, answer_id)
        if not _waits(answer, asked):
            raise NotWaiting
        changed: set[CallField] = set()
        if take:
            code = _write_fact(tx, incident, answer, asked, actor=actor, now=now)
            answer.state = AnswerState.TAKEN.value
            changed = {code}
            corrections.after_sheet_change(tx, incident, changed, actor=actor, now=now)
        answer.decided_at, answer.decided_by = now, actor.ref
        data = {"round": asked.round_id, "answer": answer.id, "taken": take, "fact": answer.fact_id}
        tx.journal(incident, "round.decided", actor=actor, at=now, data=data)
        tx.outcome("round", f"{case_no}/{asked.round.number}")
    return Answered(case_no, asked.office_code, 1, (), frozenset(changed))


def _take(tx: Transaction, incident: Incident, row: InquiryRound, asked: RoundOffice, form: _Form) -> Answered:
    """Write every answer of *form* down, those that may as facts. Journal ``round.answered``."""
    facts.lock(tx, incident)
    read = answer_reading.read(tuple(row.questions), form.typed, incident, now=form.now)
    if not read:
        raise NothingAnswered(field="answers")
    newest = {answer.question_id: answer for answer in asked.answers}
    written: list[RoundAnswer] = []
    changed: set[CallField] = set()
    for one in read:
        if _is_again(newest.get(one.question.id), one, form):
            continue
        answer = _row(one, form)
        asked.answers.append(answer)
        tx.session.flush()
        written.append(answer)
        if _may_become_fact(tx, incident, one, answer, asked):
            changed.add(_write_fact(tx, incident, answer, asked, actor=form.actor, now=form.now))
    corrections.after_sheet_change(tx, incident, changed, actor=form.actor, now=form.now)
    if written:
        asked.answered_at = asked.answered_at or form.answered_at
        _journal(tx, incident, asked, written, form)
    problems = tuple(problem for one in read for problem in one.problems if not problem.soft)
    return Answered(incident.case_no, asked.office_code, len(read), problems, frozenset(changed))


def _row(one: ReadAnswer, form: _Form) -> RoundAnswer:
    value = dict(one.value) if one.value is not None else one.intake.to_json() if one.intake is not None else None
    state = (
        AnswerState.NOT_KNOWN if one.is_unknown
        else AnswerState.UNREAD if one.is_unread
        else AnswerState.SAID if value is None
        else AnswerState.DIFFERS
    )  # fmt: skip
    return RoundAnswer(
        question_id=one.question.id, state=state.value, said=words_of(one), typed=dict(one.typed), value=value,
        via=form.via.value, answered_by=form.answered_by, answered_at=form.answered_at, recorded_at=form.now,
        recorded_by=form.actor.ref,
    )  # fmt: skip


def _may_become_fact(
    tx: Transaction, incident: Incident, one: ReadAnswer, answer: RoundAnswer, asked: RoundOffice
) -> bool:
    """Whether nothing that somebody else told stands in the way; an answer that only agrees is taken without a fact."""
    if answer.value is None:
        return False
    known = known_of(tx, incident, one)
    if known is not None and agrees(one, known):
        answer.state, answer.fact_id = AnswerState.TAKEN.value, known.id
        return False
    is_free = known is None or is_silent(one, known) or is_own(one, known, asked)
    if is_free:
        answer.state = AnswerState.TAKEN.value
    return is_free


def _write_fact(
    tx: Transaction, incident: Incident, answer: RoundAnswer, asked: RoundOffice, *, actor: Actor, now: datetime
) -> CallField:
    """Record the answer as the case's fact; says which field it is of."""
    question = next(one for one in asked.round.questions if one.id == answer.question_id)
    assert answer.value is not None
    if question.kind == QuestionKind.INTAKE.value:
        code = CallField.INTAKES
        known = facts.newest(incident.id, INTAKES, tx.session)
        value: Mapping[str, Any] = case_sheet.with_intake(known, IntakeReport.from_json(answer.value))
    else:
        code, value = CallField(question.subject), answer.value
    fact = facts.record(
        tx, incident, f"{facts.SHEET}{code}", at=answer.answered_at, data=value, actor=actor, now=now,
        office=asked.office_code, source=source_of(answer),
    )  # fmt: skip
    answer.fact_id = fact.id
    return code


def _is_again(before: RoundAnswer | None, one: ReadAnswer, form: _Form) -> bool:
    """The same answer of the same person once more: a second click, a form sent again after its answer was lost."""
    if before is None:
        return False
    return (before.typed, before.answered_by, before.via) == (dict(one.typed), form.answered_by, form.via.value)


def _name_of(given: str) -> str:
    name = clean({"answered_by": given}, {"answered_by": LONGEST_NAME})["answered_by"]
    if not name:
        raise NobodyNamed(field="answered_by")
    return name


def _answer_of(tx: Transaction, incident: Incident, answer_id: int) -> tuple[RoundAnswer, RoundOffice]:
    query = (
        select(RoundAnswer)
        .join(RoundOffice, RoundOffice.id == RoundAnswer.round_office_id)
        .join(InquiryRound, InquiryRound.id == RoundOffice.round_id)
        .where(RoundAnswer.id == answer_id, InquiryRound.incident_id == incident.id)
    )
    answer = tx.session.scalar(query)
    if answer is None:
        raise NotFound
    return answer, tx.session.get_one(RoundOffice, answer.round_office_id)


def _waits(answer: RoundAnswer, asked: RoundOffice) -> bool:
    newest = max((one.id for one in asked.answers if one.question_id == answer.question_id), default=0)
    is_open = answer.state == AnswerState.DIFFERS.value and answer.decided_at is None
    return is_open and newest == answer.id


def _journal(tx: Transaction, incident: Incident, asked: RoundOffice, written: list[RoundAnswer], form: _Form) -> None:
    said = "\x1f".join((form.answered_by, *(answer.said for answer in written)))
    data = {
        "round": asked.round_id, "number": asked.round.number, "office": asked.office_code, "via": form.via.value,
        "answers": [answer.id for answer in written],
        "facts": sorted({answer.fact_id for answer in written if answer.fact_id is not None}),
        "answered_at": form.answered_at,
        "words": salted_digest(bytes.fromhex(incident.journal_salt), said.encode("utf-8", "replace")),
    }  # fmt: skip
    tx.journal(incident, "round.answered", actor=form.actor, at=form.now, data=data)
