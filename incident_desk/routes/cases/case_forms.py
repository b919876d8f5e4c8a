"""Small forms of the case file, read: an intake's state, the river's flow, a time that has passed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.errors import N_, BadValue, DomainError
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.services.water import tracing

MOVES_THE_TRACE = frozenset(
    {
        CallField.COORDINATES, CallField.OCCURRED, CallField.SUBSTANCE, CallField.UN_NO, CallField.CAS_NO,
        CallField.CARRIED, CallField.LEAKED, CallField.INTO_WATER, CallField.WATER_BODY,
    }
)  # fmt: skip
MOST_M3S = 200_000.0
"""More than any river on earth but one carries; the flood of the Yangtze at Yichang in 1870 was about half."""


def with_intake(sheet: CallSheet, form: Mapping[str, str]) -> list[dict[str, object]]:
    """The intakes of *sheet* with the one of *form* set anew, found by its id on the river or its name."""
    name, receptor = form.get("name", "").strip(), form.get("receptor_id", "").strip()
    rows = [intake.to_json() for intake in sheet.intakes]
    kept = [row for row in rows if not (row["name"] == name or (receptor and row["receptor_id"] == receptor))]
    before = next((row for row in rows if row not in kept), {})
    said = {key: form.get(key, "") for key in ("state", "supply_interrupted", "at")}
    typed = {**before, "name": name, "receptor_id": receptor or before.get("receptor_id") or "", **said}
    typed["serves"] = form.get("serves") or before.get("serves") or ""
    return [*kept, typed]


def read_discharge(form: Mapping[str, str], now: datetime) -> tuple[dict[str, Any], datetime, str]:
    """Flow in m³/s, when it was so, and who says it.

    Raises:
        BadValue: no number, none that a river carries, or no source.
        TimeUnreadable, TimeInFuture: the time.
    """
    text = form.get("discharge_m3s", "").strip()
    try:
        value = float(text.replace(",", "").removesuffix("m³/s").removesuffix("立方米/秒"))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0 <= value <= MOST_M3S):
        hint = N_("Write the flow in m³/s, such as 620.")
        raise BadValue(field="discharge_m3s", what=N_("Flow"), value=text[:40] or "—", hint=hint)
    source = form.get("source", "").strip()[:200]
    if not source:
        raise BadValue(field="source", what=N_("Source"), value="—", hint=N_("Say who gave the figure."))
    at = read_past(form.get("at", ""), now, field="at")
    return {"discharge_m3s": value, "source": source, "at": at.isoformat()}, at, source


def read_clock_act(
    form: Mapping[str, str], clock: Clock, actor: Actor, now: datetime
) -> tuple[FactKind, dict[str, Any], datetime]:
    """What a person says of a clock: done, or the neighbour told; with when.

    Raises:
        TimeUnreadable, TimeInFuture: the time.
    """
    at = read_past(form.get("at", ""), now, field="at")
    basis = form.get("basis", "").strip()[:500]
    told = next((code for code in clock.recipients if code.isdecimal()), None)
    if form.get("act") == "noticed" and told is not None:
        return FactKind.NEIGHBOUR_NOTICED, {"office": form.get("office") or told}, at
    said = {"rule_id": clock.rule_id, "office": clock.office, "basis": basis, "by": actor.name}
    return FactKind.DUTY_DONE, said, at


def read_past(text: str, now: datetime, *, field: str) -> datetime:
    """A time as one types it, not later than *now*; nothing typed is now.

    Raises:
        TimeUnreadable, TimeInFuture: with *field*.
    """
    if not text.strip():
        return now
    at = parse_time(text, now=now, field=field)
    try:
        check_not_future(at, now=now)
    except DomainError as error:
        error.field = field
        raise
    return at


def trace_again(case_no: str, changed: Collection[CallField] | None, *, actor: Actor, now: datetime) -> None:
    """Follow the river anew where what was changed moves it; a trace that fails never stops the change.

    *changed* None means that something beside the sheet changed, such as the flow.
    """
    if changed is not None and not MOVES_THE_TRACE.intersection(changed):
        return
    tracing.run_quietly(case_no, actor=actor, now=now)
