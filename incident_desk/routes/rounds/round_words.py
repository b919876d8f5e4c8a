"""Answers of a round in the language of the screen; entries of the log about rounds and consultations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.rounds.answers import AnswerState
from incident_desk.domain.rounds.questions import QuestionKind
from incident_desk.models import RoundAnswer, RoundQuestionRow
from incident_desk.routes.cases.fact_words import say_fact, say_intake
from incident_desk.routes.code_words import localized
from incident_desk.routes.context import due_time, select_locale
from incident_desk.services.installation import office_name
from incident_desk.services.screens.log_view import LogLine


def question_words(question: RoundQuestionRow) -> str:
    """A question as it is read on this screen."""
    return localized(question.text_zh, question.text_en)


def answer_words(question: RoundQuestionRow, answer: RoundAnswer) -> str:
    """An answer as it is read on this screen; what could not be read stands as it was typed."""
    if answer.state == AnswerState.NOT_KNOWN.value:
        return gettext("not known there")
    if answer.value is None:
        return answer.said
    if question.kind == QuestionKind.INTAKE.value:
        return (
            say_intake(IntakeReport.from_json(answer.value))
            .removeprefix(IntakeReport.from_json(answer.value).name)
            .strip()
        )
    return say_fact(CallField(question.subject), answer.value)


def _office(line: LogLine) -> str:
    return office_name(str(line.data.get("office", "")), select_locale())


def _asked(line: LogLine) -> str:
    due = line.data.get("due_at")
    return gettext(
        "Round %(number)s: %(offices)s desks asked %(questions)s questions, answer by %(due)s",
        number=line.data.get("number", ""), offices=len(line.data.get("offices", ())),
        questions=line.data.get("questions", ""), due=_due(due),
    )  # fmt: skip


def _due(due: object) -> str:
    return due_time(datetime.fromisoformat(due)) if isinstance(due, str) else "—"


def _answered(line: LogLine) -> str:
    return gettext(
        "Round %(number)s: %(office)s answered %(count)s questions",
        number=line.data.get("number", ""), office=_office(line), count=len(line.data.get("answers", ())),
    )  # fmt: skip


def _silent(line: LogLine) -> str:
    if line.data.get("messages"):
        return gettext(
            "Round %(number)s: %(office)s silent, its leader was texted", number=line.data.get("number", ""),
            office=_office(line),
        )  # fmt: skip
    return gettext(
        "Round %(number)s: %(office)s silent, and no number of its leader is on record",
        number=line.data.get("number", ""), office=_office(line),
    )  # fmt: skip


def _decided(line: LogLine) -> str:
    if line.data.get("taken"):
        return gettext("Answer of a desk taken over as the case's fact")
    return gettext("Answer of a desk set aside, the case's fact stays")


ROUND_SENTENCES: dict[str, Callable[[LogLine], str]] = {
    "round.asked": _asked,
    "round.answered": _answered,
    "round.silent": _silent,
    "round.decided": _decided,
    "round.ended": lambda line: gettext("Round %(number)s ended", number=line.data.get("number", "")),
    "consultation.recorded": lambda line: gettext(
        "Consultation No. %(number)s recorded", number=line.data.get("number", "")
    ),
    "consultation.withdrawn": lambda line: gettext(
        "Consultation No. %(number)s taken back", number=line.data.get("number", "")
    ),
}
