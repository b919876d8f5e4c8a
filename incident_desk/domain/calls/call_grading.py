"""What a call means for the grade: metrics and conditions for the grading table, with what is only possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from incident_desk.domain.calls.call_fields import CallField, CasualtyCause
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.water_intakes import intake_conditions

Metric = int | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class GradingInputs:
    """Metrics (a number, or min, best, max and state), conditions that hold, and those that may."""

    metrics: Mapping[str, Metric]
    conditions: tuple[str, ...]
    possible_conditions: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """The facts document that ``incident-desk grade`` reads."""
        possible = [{"code": code, "state": "possible"} for code in self.possible_conditions]
        return {**self.metrics, "conditions": [*self.conditions, *possible]}


def grading_inputs(sheet: CallSheet) -> GradingInputs:
    """The sheet as input of the grading table; what is unknown is left out, for it never lowers a grade.

    The table counts deaths, poisonings and serious injuries *caused by the pollution*: those known to come from
    the accident itself count as none, those of unknown cause as at most so many.

    Source: 国办函〔2014〕119号 附件1 (因环境污染直接导致).
    """
    metrics: dict[str, Metric] = {}
    if sheet.dead is not None:
        metrics["deaths"] = _by_pollution(sheet, sheet.dead, CallField.DEAD)
    hurt = [count for count in (sheet.poisoned, sheet.injured) if count is not None]
    if len(hurt) == 2 or any(hurt):
        metrics["poisoned_or_seriously_injured"] = _hurt(sheet, sum(hurt))
    if sheet.evacuated is not None:
        is_estimate = CallField.EVACUATED in sheet.estimated
        metrics["evacuated"] = _estimated(0, sheet.evacuated) if is_estimate else sheet.evacuated
    intakes = intake_conditions(sheet.intakes)
    return GradingInputs(metrics, intakes.hold, intakes.possible)


def _hurt(sheet: CallSheet, count: int) -> Metric:
    """Poisoned people are so by the pollution, whatever is said of the injured."""
    poisoned = sheet.poisoned or 0
    if sheet.casualty_cause is CasualtyCause.ACCIDENT:
        return poisoned
    if sheet.casualty_cause is CasualtyCause.UNKNOWN and count > poisoned:
        return _estimated(poisoned, count)
    return _by_pollution(sheet, count, CallField.INJURED, CallField.POISONED, cause=CasualtyCause.POLLUTION)


def _by_pollution(sheet: CallSheet, count: int, *fields: CallField, cause: CasualtyCause | None = None) -> Metric:
    cause = cause or sheet.casualty_cause
    if count == 0 or cause is CasualtyCause.ACCIDENT:
        return 0
    is_estimate = cause is CasualtyCause.UNKNOWN or any(field in sheet.estimated for field in fields)
    return _estimated(0, count) if is_estimate else count


def _estimated(least: int, most: int) -> Metric:
    return {"min": least, "best": most, "max": most, "state": "estimated"}
