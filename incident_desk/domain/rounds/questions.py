"""What a round asks the lower desks: computed from what the case still lacks, and what the leader adds in own words.

Sheet fields nobody could tell, intakes below whose state is unknown, report fields that still say 正在核实. What only
our own office can know (signatory, number, basis of the grade) is asked of nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.call_questions import ASKING_ORDER, open_fields
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.labels import label
from incident_desk.domain.reports.reporting import ReportTask, printable

MOST_INTAKES = 8
MOST_OWN = 10
LONGEST_OWN = 200

NOT_FOR_DESKS = frozenset(
    {
        CallField.CHANNEL, CallField.CALLER_NAME, CallField.CALLER_UNIT, CallField.CALLER_PHONE, CallField.LEARNED_AT,
        CallField.NOTES, CallField.CAS_NO,
    }
)  # fmt: skip
"""Fields of the call itself, which no other desk can tell."""

REPORT_FIELDS = (
    "nature", "pollution_range", "monitoring", "trend", "progress", "measures_planned", "losses", "social_effect",
    "remaining_problems",
)  # fmt: skip
"""Fields of a report that stand on no call sheet and that the desk at the place can tell."""


class QuestionKind(StrEnum):
    """What an answer to a question is for the case."""

    SHEET = "sheet"
    INTAKE = "intake"
    REPORT = "report"
    OWN = "own"


class NothingAsked(DomainError):
    """A round without a question."""

    code = "nothing_asked"
    message_id = N_("Choose at least one question, or write one of your own.")


class TooManyQuestions(DomainError):
    """More own questions than anybody answers at night."""

    code = "too_many_questions"
    message_id = N_("At most %(most)s questions of your own, one a line, each of at most %(length)s characters.")


@dataclass(frozen=True, slots=True)
class RoundQuestion:
    """One thing asked; *subject* is a field's code, an intake, or empty for an own question."""

    kind: QuestionKind
    subject: str
    text_zh: str
    text_en: str

    @property
    def key(self) -> str:
        """What tells it from the others of its case: ``sheet:leaked``."""
        return f"{self.kind.value}:{self.subject}"


@dataclass(frozen=True, slots=True)
class NamedIntake:
    """A water intake below the place by the newest trace, or one that was only named."""

    receptor_id: str
    name: str

    @property
    def subject(self) -> str:
        """How a question names it."""
        return f"{self.receptor_id}|{self.name}"

    @classmethod
    def of_subject(cls, subject: str) -> Self:
        """The intake that a question names."""
        receptor_id, _, name = subject.partition("|")
        return cls(receptor_id, name)


def lacking(
    sheet: CallSheet, intakes: Iterable[NamedIntake], report_tasks: Iterable[ReportTask], *, worded: Collection[str]
) -> tuple[RoundQuestion, ...]:
    """What the case lacks and a lower desk may know, most pressing first.

    *intakes* are those on the way of the water, nearest first; *report_tasks* what a report drafted now lacks;
    *worded* the report fields for which an officer has found words already.
    """
    below = _open_intakes(sheet, intakes)
    fields = [
        code
        for code in open_fields(sheet)
        if code not in NOT_FOR_DESKS and not (code is CallField.INTAKES and (below or sheet.intakes))
    ]
    questions = [_of_sheet(code) for code in fields]
    at = sum(ASKING_ORDER.index(code) < ASKING_ORDER.index(CallField.INTAKES) for code in fields)
    questions[at:at] = [_of_intake(one) for one in below]
    return (*questions, *_of_reports(report_tasks, worded))


def own_questions(text: str) -> tuple[RoundQuestion, ...]:
    """The leader's own questions, one a line.

    Raises:
        TooManyQuestions: more than ten, or one that is a story.
    """
    lines = [line.strip() for line in printable(text).splitlines() if line.strip()]
    if len(lines) > MOST_OWN or any(len(line) > LONGEST_OWN for line in lines):
        raise TooManyQuestions(field="own", most=MOST_OWN, length=LONGEST_OWN)
    return tuple(RoundQuestion(QuestionKind.OWN, "", line, line) for line in dict.fromkeys(lines))


def _of_sheet(code: CallField) -> RoundQuestion:
    zh, en = (label(("call_question", code.value), locale) for locale in ("zh_Hans", "en"))
    return RoundQuestion(QuestionKind.SHEET, code.value, zh, en)


def _of_intake(intake: NamedIntake) -> RoundQuestion:
    zh = f"{intake.name}：停没停止取水？停没停水？从什么时候起？"
    en = f"{intake.name}: has it stopped drawing? Is supply cut? Since when?"
    return RoundQuestion(QuestionKind.INTAKE, intake.subject, zh, en)


def _of_reports(tasks: Iterable[ReportTask], worded: Collection[str]) -> tuple[RoundQuestion, ...]:
    open_ones = {task.field: task for task in tasks if task.field not in worded}
    return tuple(
        RoundQuestion(
            QuestionKind.REPORT, field, f"{open_ones[field].label_zh}：目前情况如何？",
            f"{open_ones[field].label_en}: how does it stand?",
        )
        for field in REPORT_FIELDS
        if field in open_ones
    )  # fmt: skip


def _open_intakes(sheet: CallSheet, below: Iterable[NamedIntake]) -> list[NamedIntake]:
    """Intakes of the trace and of the sheet whose drawing or supply nobody has told."""
    told = {key: one for one in sheet.intakes for key in (one.receptor_id, one.name) if key}
    known = [*below, *(NamedIntake(one.receptor_id or "", one.name) for one in sheet.intakes)]
    wanted: dict[str, NamedIntake] = {}
    for intake in known:
        said = told.get(intake.receptor_id) or told.get(intake.name)
        if (said is None or _is_open(said)) and intake.name not in wanted:
            wanted[intake.name] = intake
    return list(wanted.values())[:MOST_INTAKES]


def _is_open(intake: IntakeReport) -> bool:
    if intake.state is IntakeState.UNKNOWN:
        return True
    return intake.state is not IntakeState.DRAWING and intake.supply_interrupted is SupplyInterrupted.UNKNOWN
