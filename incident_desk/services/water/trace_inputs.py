"""What a trace is reckoned from: the facts of a case read as numbers, each with where it comes from.

A person's own figures for one trace (``overrides``) stand before the facts and stay until they are taken back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incident_desk.domain.calls.amounts import AmountKind, Certainty
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.occurrence import OccurrenceKind
from incident_desk.domain.calls.place import Position

NUMBERS = ("mass_kg", "duration_h", "decay_per_day", "limit_mg_l", "discharge_m3s", "max_km")
OVERRIDES = frozenset({*NUMBERS, "reach_id", "t0"})
"""What a person may set for one trace."""
DISCHARGE = "river.discharge_now"
FIELDS = frozenset(
    {"coordinates", "occurred", "water_body", "substance", "un_no", "cas_no", "carried", "leaked", "into_water"}
)
KINDS = (*(f"sheet.{name}" for name in sorted(FIELDS)), DISCHARGE, "facts_corrected")
"""Kinds of fact that a trace reads: a new one of these calls for a new trace."""


@dataclass(frozen=True, slots=True)
class Start:
    """When it entered the water: between two instants, and what says so (a code of ``trace_start``)."""

    earliest: datetime
    latest: datetime
    basis: str


@dataclass(frozen=True, slots=True)
class Mass:
    """What to reckon with, kg, which of the three amounts it is (None: a person's own figure), and how sure."""

    kg: float
    kind: AmountKind | None
    certainty: Certainty | None


@dataclass(frozen=True, slots=True)
class Discharge:
    """The flow now in the river at the spill, m3/s, who said so, and for when."""

    m3s: float
    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class TraceInputs:
    """Everything one trace is made from."""

    position: Position
    river: str
    start: Start
    mass: Mass | None = None
    substance: str = ""
    substance_id: str | None = None
    limit_mg_l: float | None = None
    limit_source: str = ""
    decay_per_day: float = 0.0
    duration_h: float = 0.0
    discharge: Discharge | None = None
    max_km: float | None = None
    reach_id: int | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as a run keeps them."""
        mass, flow = self.mass, self.discharge
        return {
            "position": self.position.to_json(),
            "river": self.river,
            "start": {
                "earliest": self.start.earliest.isoformat(),
                "latest": self.start.latest.isoformat(),
                "basis": self.start.basis,
            },
            "mass_kg": None if mass is None else mass.kg,
            "mass_kind": None if mass is None or mass.kind is None else mass.kind.value,
            "mass_certainty": None if mass is None or mass.certainty is None else mass.certainty.value,
            "substance": self.substance,
            "substance_id": self.substance_id,
            "limit_mg_l": self.limit_mg_l,
            "limit_source": self.limit_source,
            "decay_per_day": self.decay_per_day,
            "duration_h": self.duration_h,
            "discharge_m3s": None if flow is None else flow.m3s,
            "discharge_source": None if flow is None else flow.source,
            "discharge_at": None if flow is None or flow.at is None else flow.at.isoformat(),
            "max_km": self.max_km,
            "overrides": dict(self.overrides),
        }


def read_inputs(
    sheet: CallSheet,
    *,
    occurred_at: datetime | None = None,
    discharge: Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> TraceInputs | None:
    """What *sheet* and the newest flow say; None while no position is known.

    Args:
        sheet: the call sheet as it stands.
        occurred_at: the case's own time of occurrence, which a correction may have changed.
        discharge: data of the newest ``river.discharge_now``.
        overrides: a person's own figures, keys of ``OVERRIDES``.
    """
    if sheet.position is None:
        return None
    own = {key: value for key, value in (overrides or {}).items() if value is not None}
    found = sheet.identified
    has_own_limit = "limit_mg_l" in own
    return TraceInputs(
        position=sheet.position,
        river=sheet.water_body,
        start=_start(sheet, occurred_at, own),
        mass=_mass(sheet, own),
        substance=found.name_zh if found else sheet.substance,
        substance_id=sheet.substance_id,
        limit_mg_l=own["limit_mg_l"] if has_own_limit else (found.limit_mg_l if found else None),
        limit_source="" if has_own_limit or found is None else found.limit_source,
        decay_per_day=float(own.get("decay_per_day", (found.decay_per_day if found else None) or 0.0)),
        duration_h=float(own.get("duration_h", 0.0)),
        discharge=_discharge(discharge, own),
        max_km=own.get("max_km"),
        reach_id=own.get("reach_id"),
        overrides=own,
    )


def digest_of(document: object) -> str:
    """SHA-256 of a JSON document, keys sorted, no spaces, UTF-8; 64 hex digits."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _start(sheet: CallSheet, occurred_at: datetime | None, own: Mapping[str, Any]) -> Start:
    """The time of occurrence with its bounds; while it is unknown the time of learning, which is never earlier."""
    if "t0" in own:
        at = datetime.fromisoformat(str(own["t0"]))
        return Start(at, at, "given")
    told = sheet.occurred
    if occurred_at is not None and occurred_at not in {told.earliest, told.latest}:
        return Start(occurred_at, occurred_at, "occurred")
    if told.earliest is None:
        return Start(sheet.learned_at, sheet.learned_at, "learned")
    latest = max(told.latest or told.earliest, told.earliest)
    return Start(told.earliest, latest, "occurred" if told.kind is OccurrenceKind.EXACT else "about")


def _mass(sheet: CallSheet, own: Mapping[str, Any]) -> Mass | None:
    """The mass in the water: into the water, else what leaked, else what was carried as the upper bound.

    An amount of 0 kg makes no peak: nothing is reckoned.
    """
    if "mass_kg" in own:
        return Mass(float(own["mass_kg"]), None, None)
    spilled = sheet.amounts.spilled_kg(sheet.density_kg_m3)
    if spilled is None or spilled[1] <= 0.0:
        return None
    kind, kg = spilled
    amount = dict(sheet.amounts.items())[kind]
    return Mass(kg, kind, amount.certainty if amount else None)


def _discharge(fact: Mapping[str, Any] | None, own: Mapping[str, Any]) -> Discharge | None:
    if "discharge_m3s" in own:
        return Discharge(float(own["discharge_m3s"]), "", None)
    if not fact or fact.get("discharge_m3s") is None:
        return None
    at = fact.get("at")
    return Discharge(
        float(fact["discharge_m3s"]), str(fact.get("source") or ""), datetime.fromisoformat(str(at)) if at else None
    )
