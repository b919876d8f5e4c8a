"""The call sheet as a form: its choices in words, a sheet's values as one types them, problems as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from incident_desk.domain.calls.amounts import AmountKind
from incident_desk.domain.calls.call_fields import PHONE_FIELDS, CallField
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.occurrence import OccurrenceKind
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.china_time import local_minute
from incident_desk.domain.code_lists import code_lists
from incident_desk.routes.code_words import typed_time
from incident_desk.routes.context import select_locale

CHOICES = {
    "channel": "info_source",
    "occurred_kind": "occurrence_kind",
    "datum": "datum",
    "media": "medium",
    "cause": "cause",
    "casualty_cause": "casualty_cause",
    "intake_state": "intake_state",
    "supply_interrupted": "supply_interrupted",
    "serves": "supply_level",
}
CERTAINTIES = ("estimated", "confirmed")
LISTS = frozenset({"media", "not_known"})
NOT_ANSWERS = frozenset({"csrf_token", "_idempotency_key"})
ON_THE_PHONE = frozenset(code for codes in PHONE_FIELDS.values() for code in codes) | {CallField.NOTES}
MOST_INTAKES = 12


def choices() -> dict[str, list[tuple[str, str]]]:
    """Pairs of code and word for every list of the sheet."""
    locale = select_locale()
    found = {
        name: [(code.code, code.name(locale)) for code in code_lists()[list_name].values()]
        for name, list_name in CHOICES.items()
    }
    certainty = code_lists()["certainty"]
    found["certainty"] = [(code, certainty[code].name(locale)) for code in CERTAINTIES]
    return found


def body_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """A posted form as a draft's body: one text a name, a list where a name may come several times."""
    return {name: values if name in LISTS else values[-1] for name, values in form.lists() if name not in NOT_ANSWERS}


def form_of(sheet: CallSheet) -> dict[str, Any]:
    """What one would have typed to get *sheet*; answers that could not be read come back as they were typed."""
    form: dict[str, Any] = {
        "channel": sheet.channel or "",
        "learned_at": local_minute(sheet.learned_at),
        "occurred_kind": sheet.occurred.kind.value,
        "media": list(sheet.media),
        "casualty_cause": sheet.casualty_cause.value,
        "not_known": [code.value for code in sheet.not_known],
    }
    for key in (
        "caller_name", "caller_unit", "caller_phone", "place_text", "region_code", "water_body", "course", "cause",
        "substance", "un_no", "cas_no", "plate", "waybill", "carrier", "weather", "measures", "notes", "not_known_text",
    ):  # fmt: skip
        form[key] = getattr(sheet, key) or ""
    for key in ("dead", "injured", "poisoned", "evacuated"):
        count = getattr(sheet, key)
        form[key] = "" if count is None else f"{'约' if CallField(key) in sheet.estimated else ''}{count}"
    form |= _times(sheet) | _position(sheet) | _amounts(sheet)
    for number, intake in enumerate(sheet.intakes):
        form |= {f"intakes-{number}-{key}": value for key, value in _intake(intake).items()}
    return form | dict(sheet.unread)


def _times(sheet: CallSheet) -> dict[str, str]:
    occurred = sheet.occurred
    if occurred.kind is OccurrenceKind.EXACT:
        return {"occurred_at": typed_time(occurred.earliest)}
    return {"occurred_earliest": typed_time(occurred.earliest), "occurred_latest": typed_time(occurred.latest)}


def _position(sheet: CallSheet) -> dict[str, str]:
    if sheet.position is None:
        return {}
    at = sheet.position.coordinates
    accuracy = sheet.position.accuracy_m
    return {
        "coordinates": f"{at.longitude:g}, {at.latitude:g}"
        if abs(at.longitude) < 1
        else f"{at.longitude}, {at.latitude}",
        "datum": at.datum.value,
        "position_how": sheet.position.how.value,
        "accuracy_m": "" if accuracy is None else f"{accuracy:g}",
    }


def _amounts(sheet: CallSheet) -> dict[str, str]:
    found = {}
    for kind, amount in sheet.amounts.items():
        found[kind.value] = f"{amount.figure()} {amount.unit.value}" if amount else ""
        found[f"{kind.value}_certainty"] = amount.certainty.value if amount else ""
    return found


def _intake(intake: IntakeReport) -> dict[str, str]:
    return {
        "name": intake.name,
        "receptor_id": intake.receptor_id or "",
        "state": intake.state.value,
        "supply_interrupted": intake.supply_interrupted.value,
        "serves": intake.serves.value if intake.serves else "",
        "at": typed_time(intake.at),
    }


def intake_rows(body: Mapping[str, Any], *, empty: int = 1) -> list[int]:
    """Numbers of the intake rows to show: those that were filled in, and *empty* more."""
    filled = {
        int(key.split("-")[1])
        for key, value in body.items()
        if key.startswith("intakes-")
        and key.split("-")[1].isdecimal()
        and key.endswith(("-name", "-receptor_id"))
        and value
    }
    last = max(filled, default=-1)
    return [*sorted(number for number in filled if number < MOST_INTAKES), *range(last + 1, last + 1 + empty)]


def plain_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet that came as JSON, as a form would bring it: texts and lists of texts."""
    return {
        key: [str(one) for one in value] if isinstance(value, list) else _plain(value) for key, value in body.items()
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str) else str(value)


def problems_in_words(problems: Iterable[FieldProblem]) -> dict[str, str]:
    """What is wrong or doubtful, by the name of the form's field, in the language of the screen."""
    found: dict[str, str] = {}
    for problem in problems:
        words = say_problem(problem)
        found[problem.field] = f"{found[problem.field]} {words}" if problem.field in found else words
    return found


def say_problem(problem: FieldProblem) -> str:
    """One problem as a sentence."""
    params = dict(problem.params)
    return str(gettext(problem.message_id, **params) if params else gettext(problem.message_id))


AMOUNTS = tuple(kind.value for kind in AmountKind)
