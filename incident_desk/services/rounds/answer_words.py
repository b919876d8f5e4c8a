"""How an answer reads in official Chinese, for the page of a round, its paper and the archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from incident_desk.domain.calls.amounts import Amount
from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.occurrence import Occurrence
from incident_desk.domain.calls.place import Position
from incident_desk.domain.calls.water_intakes import IntakeReport, SupplyInterrupted
from incident_desk.domain.labels import label
from incident_desk.domain.reports.reporting import IntakeLine
from incident_desk.services.calls.answer_facts import COUNTS
from incident_desk.services.reports.report_values import occurred_zh
from incident_desk.services.rounds.answer_reading import ReadAnswer

ZH = "zh_Hans"
NOT_KNOWN = "不清楚"


def words_of(answer: ReadAnswer) -> str:
    """The answer in words; what could not be read stands as it was typed."""
    if answer.is_unknown:
        return NOT_KNOWN
    if answer.intake is not None:
        return intake_zh(answer.intake)
    if answer.value is not None:
        return value_zh(CallField(answer.question.subject), answer.value)
    return answer.words or " ".join(str(value) for value in answer.typed.values() if value)


def intake_zh(intake: IntakeReport) -> str:
    """``已预防性停止取水，供水未中断（03:05）``."""
    supply = {SupplyInterrupted.YES: True, SupplyInterrupted.NO: False}.get(intake.supply_interrupted)
    return IntakeLine(intake.name, intake.state.value, supply, as_of=intake.at).state_zh()


def value_zh(code: CallField, data: Mapping[str, Any]) -> str:
    """A known value of the sheet."""
    if code in COUNTS:
        return f"{'约' if data.get('estimated') else ''}{data['value']}人"
    say = _SAY.get(code)
    return str(data["value"]) if say is None else say(data["value"])


def _amount(value: Mapping[str, Any]) -> str:
    amount = Amount.from_json(value)
    unit, sure = label(amount.unit, ZH), label(("certainty", amount.certainty.value), ZH)
    return f"{amount.figure()}{unit}（{sure}）"


def _position(value: Mapping[str, Any]) -> str:
    at = Position.from_json(value).coordinates
    return f"东经{at.longitude:.5f}，北纬{at.latitude:.5f}"


_SAY: Mapping[CallField, Callable[[Any], str]] = {
    CallField.CARRIED: _amount,
    CallField.LEAKED: _amount,
    CallField.INTO_WATER: _amount,
    CallField.MEDIA: lambda value: "、".join(label(("medium", one), ZH) for one in value),
    CallField.CAUSE: lambda value: label(("cause", value), ZH),
    CallField.CASUALTY_CAUSE: lambda value: label(("casualty_cause", value), ZH),
    CallField.OCCURRED: lambda value: occurred_zh(Occurrence.from_json(value)) or NOT_KNOWN,
    CallField.COORDINATES: _position,
    CallField.INTAKES: lambda value: "；".join(
        f"{one.name}：{intake_zh(one)}" for one in map(IntakeReport.from_json, value)
    ),
}
"""How the value of each field is said; what is not here is a text and stands as it is."""
