"""What was typed into a round's form, question by question: the parts of each, read by the call sheet's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident_desk.domain.calls.call_fields import CallField, field_of
from incident_desk.domain.calls.call_form import UNKNOWN_WORDS
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted
from incident_desk.domain.command.words import clean
from incident_desk.domain.rounds.answers import LONGEST_SAID
from incident_desk.domain.rounds.questions import NamedIntake, QuestionKind
from incident_desk.models import Incident, RoundQuestionRow
from incident_desk.services.calls import case_sheet

BESIDE = ("occurred_kind", "datum", "position_how", "accuracy_m")
"""Parts of an answer that say nothing by themselves."""

INTAKE_PARTS = ("state", "supply_interrupted", "at")


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """One answer as read: *typed* is what came; *value* what a fact would hold, *intake* what was told of one.

    Exactly one of *value*, *intake*, *words* is set, or none where the answer is “not known” or cannot be read.
    """

    question: RoundQuestionRow
    typed: Mapping[str, Any]
    value: Mapping[str, Any] | None = None
    intake: IntakeReport | None = None
    words: str = ""
    is_unknown: bool = False
    problems: tuple[FieldProblem, ...] = ()

    @property
    def is_unread(self) -> bool:
        """Whether what was typed cannot be taken over."""
        return any(not problem.soft for problem in self.problems)


def read(
    questions: Iterable[RoundQuestionRow], typed: Mapping[str, Any], incident: Incident, *, now: datetime
) -> list[ReadAnswer]:
    """The answers in *typed*; a question that nothing was typed for is left out.

    Raises:
        CommandTextTooLong: an answer in words of more than 2 000 characters.
    """
    parts = {row.id: part for row in questions if (part := _part(row, typed))}
    form, rows = _sheet_form(questions, parts)
    changes, problems = case_sheet.read_changes(form, incident, now=now)
    found = []
    for row in questions:
        if row.id in parts:
            found.append(_read_one(row, parts[row.id], changes, problems, rows))
    return found


def _read_one(
    row: RoundQuestionRow,
    part: Mapping[str, Any],
    changes: Mapping[CallField, Mapping[str, Any]],
    problems: tuple[FieldProblem, ...],
    rows: Mapping[int, int],
) -> ReadAnswer:
    kind = QuestionKind(row.kind)
    if part.get("not_known"):
        return ReadAnswer(row, part, is_unknown=True)
    if kind is QuestionKind.SHEET:
        code = CallField(row.subject)
        own = tuple(one for one in problems if field_of(one.field) is code)
        value = changes.get(code, {"state": "unknown"})
        unread = ReadAnswer(row, part, problems=own)
        if unread.is_unread or value["state"] == "unread":
            return unread
        if value["state"] == "unknown":
            return ReadAnswer(row, part, is_unknown=True)
        return ReadAnswer(row, part, value=value, problems=own)
    if kind is QuestionKind.INTAKE:
        return _read_intake(row, part, changes, problems, rows[row.id])
    words = clean({f"said-{row.id}": part["said"]}, {f"said-{row.id}": LONGEST_SAID})[f"said-{row.id}"]
    return ReadAnswer(row, part, words=words, is_unknown=words.lower() in UNKNOWN_WORDS)


def _read_intake(
    row: RoundQuestionRow,
    part: Mapping[str, Any],
    changes: Mapping[CallField, Mapping[str, Any]],
    problems: tuple[FieldProblem, ...],
    number: int,
) -> ReadAnswer:
    own = tuple(
        FieldProblem(
            one.field.replace(f"intakes-{number}-", f"intake-{row.id}-"), one.code, one.message_id, one.params,
            one.soft, one.raw,
        )
        for one in problems
        if one.field.startswith(f"intakes-{number}-")
    )  # fmt: skip
    read_ones = changes.get(CallField.INTAKES, {}).get("value") or []
    told = [IntakeReport.from_json(one) for one in read_ones]
    name = NamedIntake.of_subject(row.subject).name
    intake = next((one for one in told if one.name == name), None)
    unread = ReadAnswer(row, part, problems=own)
    if intake is None or unread.is_unread:
        return unread
    return ReadAnswer(row, part, intake=intake, problems=own)


def _part(row: RoundQuestionRow, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What of *typed* belongs to one question; empty where it says nothing."""
    kind = QuestionKind(row.kind)
    if kind is QuestionKind.SHEET:
        return _sheet_part(CallField(row.subject), typed)
    if str(row.id) in _many(typed, "unknown"):
        return {"not_known": True}
    if kind is QuestionKind.INTAKE:
        part = {name: str(typed.get(f"intake-{row.id}-{name}", "")).strip() for name in INTAKE_PARTS}
        says = part["state"] not in ("", IntakeState.UNKNOWN.value)
        says = says or part["supply_interrupted"] not in ("", SupplyInterrupted.UNKNOWN.value)
        return part if says else {}
    said = str(typed.get(f"said-{row.id}", "")).strip()
    return {"said": said} if said else {}


def _sheet_part(code: CallField, typed: Mapping[str, Any]) -> dict[str, Any]:
    part = {key: _trimmed(value) for key, value in typed.items() if key != "not_known" and field_of(key) is code}
    if code is CallField.COORDINATES:
        part |= {key: typed[key] for key in ("position_how", "accuracy_m") if key in typed}
    part = {key: value for key, value in part.items() if value not in ("", [])}
    telling = {key for key in part if key not in BESIDE and not key.endswith("_certainty")}
    if code is CallField.CASUALTY_CAUSE and part.get(code.value) == "unknown":
        telling = set()
    if telling:
        return part
    return {"not_known": True} if code.value in _many(typed, "not_known") else {}


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _sheet_form(
    questions: Iterable[RoundQuestionRow], parts: Mapping[int, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[int, int]]:
    """One form of the sheet with every answered field, and the row number of each answered intake."""
    form: dict[str, Any] = {}
    rows: dict[int, int] = {}
    for row in questions:
        part = parts.get(row.id)
        if not part or part.get("not_known"):
            continue
        if row.kind == QuestionKind.SHEET.value:
            form |= part
        elif row.kind == QuestionKind.INTAKE.value:
            number, intake = len(rows), NamedIntake.of_subject(row.subject)
            rows[row.id] = number
            given = {"name": intake.name, "receptor_id": intake.receptor_id, **part}
            form |= {f"intakes-{number}-{key}": value for key, value in given.items()}
    return form, rows


def _many(typed: Mapping[str, Any], key: str) -> list[str]:
    value = typed.get(key) or []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
