"""The five lines (口径): people, has it reached an intake, when will it, is water cut, will it leave the province.

They write themselves from the facts and the newest trace; every line says since when and from whom it is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.water_intakes import SupplyInterrupted
from incident_desk.domain.china_time import zh_time
from incident_desk.domain.labels import label
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import ArrivalBand, IntakeLine, ReceptorLine, ReportValues
from incident_desk.extensions import db
from incident_desk.models import FactRecord, TraceRun
from incident_desk.records.scripts import leader_lines, leader_text
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.water.river_way import place_below

PEOPLE = (CallField.DEAD, CallField.INJURED, CallField.POISONED, CallField.EVACUATED)
PEOPLE_ZH = {
    CallField.DEAD: "死亡", CallField.INJURED: "受伤", CallField.POISONED: "中毒", CallField.EVACUATED: "疏散",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FiveLine:
    """One line: its code, question and answer, since when it is so, and where it comes from (None: not known)."""

    code: str
    question: str
    answer: str
    as_of: datetime | None
    source: str | None
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class FiveLines:
    """The five lines, and the same as one text to paste."""

    lines: tuple[FiveLine, ...]
    text: str
    written_at: datetime


def five_lines(actor: Actor, case_no: str, *, now: datetime) -> FiveLines:
    """The five lines of a case as they stand at *now*.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    known = facts.current_values(incident.id)
    sheet = case_sheet.sheet_of(known, incident.learned_at)
    run = newest_trace(db.session, incident.id)
    values = ReportValues(
        case_no=incident.case_no,
        exercise=incident.is_exercise,
        learned_at=incident.learned_at,
        casualties=casualties_zh(sheet),
        intakes=intake_lines(sheet, run.result if run else None),
        receptors=receptor_lines(run.result if run else None),
        trace_basis=trace_basis_zh(run) if run else None,
    )
    people = _newest(known, PEOPLE)
    intakes = known.get(CallField.INTAKES)
    witnesses = {"people": people, "reached": run, "when": run, "supply": intakes, "border": run}
    lines = tuple(
        _with_witness(line.code, line.question, line.answer, witnesses[line.code]) for line in leader_lines(values, now)
    )
    return FiveLines(lines, leader_text(values, now), now)


def newest_trace(session: AnySession, incident_id: int) -> TraceRun | None:
    """The current trace of a case, the newest; None before the first."""
    return session.scalar(
        select(TraceRun).where(TraceRun.incident_id == incident_id).order_by(TraceRun.id.desc()).limit(1)
    )


def trace_basis_zh(run: TraceRun) -> str:
    """``11月21日03:00推算，流量取多年平均值；河网未经测绘核实``."""
    spill = run.result.get("spill") or {}
    flow = spill.get("discharge_m3s")
    by = f"流量取{flow:g}立方米/秒" if flow else "流量取多年平均值"
    surveyed = (run.result.get("network") or {}).get("weakest_source") == "survey"
    return f"{zh_time(run.run_at)}推算，{by}{'' if surveyed else '；河网未经测绘核实'}"


def casualties_zh(sheet: CallSheet) -> str | None:
    """``死亡0人、受伤1人``; None when nothing is known of people. Counts that were estimated say so."""
    counts = {CallField.DEAD: sheet.dead, CallField.INJURED: sheet.injured, CallField.POISONED: sheet.poisoned,
              CallField.EVACUATED: sheet.evacuated}  # fmt: skip
    said = [
        f"{PEOPLE_ZH[code]}{'约' if code in sheet.estimated else ''}{count}人"
        for code, count in counts.items()
        if count is not None
    ]
    return "、".join(said) or None


def intake_lines(sheet: CallSheet, result: Mapping[str, Any] | None) -> tuple[IntakeLine, ...]:
    """What was said of each intake, with its arrival where the trace knows it by id or name."""
    traced = [found for found in (result or {}).get("receptors", ()) if found["kind"] == "intake"]
    lines = []
    for intake in sheet.intakes:
        near = next((one for one in traced if one["id"] == intake.receptor_id or one["name"] == intake.name), None)
        interrupted = {SupplyInterrupted.YES: True, SupplyInterrupted.NO: False}.get(intake.supply_interrupted)
        lines.append(
            IntakeLine(
                name=intake.name,
                state=intake.state.value,
                supply_interrupted=interrupted,
                as_of=intake.at,
                distance_km=near["distance_m"] / 1000.0 if near else None,
                arrival=arrival_band(near) if near else None,
            )
        )
    return tuple(lines)


def receptor_lines(result: Mapping[str, Any] | None) -> tuple[ReceptorLine, ...]:
    """The receptors of a trace's result, nearest first."""
    return tuple(_receptor_line(found) for found in (result or {}).get("receptors", ()))


def _receptor_line(found: Mapping[str, Any]) -> ReceptorLine:
    place = place_below(found)
    return ReceptorLine(
        name=place.name,
        kind=place.kind,
        kind_zh=label(("receptor_kind", place.kind), "zh_Hans"),
        distance_km=place.distance_m / 1000.0,
        arrival=arrival_band(found),
        crosses_province=place.is_province_border,
        is_danjiangkou=place.is_diversion_source,
    )


def arrival_band(receptor: Mapping[str, Any]) -> ArrivalBand | None:
    """Earliest, likely and latest arrival of a receptor of a trace; None where the front does not move."""
    arrival = receptor.get("arrival")
    if not arrival:
        return None
    return ArrivalBand(*(datetime.fromisoformat(arrival[key]) for key in ("earliest", "likely", "latest")))


def _newest(known: Mapping[str, FactRecord], fields: tuple[CallField, ...]) -> FactRecord | None:
    found = [known[code] for code in fields if code in known]
    return max(found, key=lambda fact: (fact.at, fact.id), default=None)


def _with_witness(code: str, question: str, answer: str, witness: FactRecord | TraceRun | None) -> FiveLine:
    if witness is None:
        return FiveLine(code, question, answer, None, None, None)
    if isinstance(witness, TraceRun):
        return FiveLine(code, question, answer, witness.run_at, f"trace:{witness.id}", witness.run_by)
    return FiveLine(code, question, answer, witness.at, witness.source, witness.recorded_by)
