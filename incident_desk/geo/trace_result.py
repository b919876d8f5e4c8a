"""What goes into a trace and what comes out: values, and the document they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np

from incident_desk.domain.china_time import china_iso
from incident_desk.domain.errors import N_, DomainError
from incident_desk.geo.datasets import Ints
from incident_desk.geo.receptors import Receptor
from incident_desk.geo.snapping import Candidate

WHY = {
    "no_t0": N_("The time of the spill is not known, so no clock time can be given."),
    "no_flow": N_("The water on the way stands still: the front is held until it flows again."),
    "upstream": N_("This lies upstream of the point: nothing drifts there."),
}
"""Why there is no arrival, by code."""


class BadTraceOption(DomainError):
    """A number or time that makes no spill."""

    code = "bad_trace_option"
    message_id = N_("%(option)s must be %(rule)s; %(value)s was given.")


class Direction(StrEnum):
    """Which way to follow the river."""

    DOWN = "down"
    UP = "up"


class FrontState(StrEnum):
    """Where the front stands at ``now``."""

    AHEAD = "ahead"
    MAY_HAVE_ARRIVED = "may_have_arrived"
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True)
class SpillPoint:
    """Where it happened, as given."""

    longitude: float
    latitude: float
    datum: str = "cgcs2000"
    river: str | None = None
    """The river's name, when the caller knows it."""
    reach_id: int | None = None
    """The reach that a person chose among the candidates; it is then taken without asking."""


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """What is known of the spill; None is unknown. Instants are aware."""

    t0: datetime | None = None
    mass_kg: float | None = None
    duration_h: float = 0.0
    substance: str | None = None
    decay_per_day: float = 0.0
    discharge_m3s: float | None = None
    limit_mg_l: float | None = None
    now: datetime | None = None
    max_km: float | None = None
    direction: Direction = Direction.DOWN

    def check(self) -> None:
        """Raise :class:`BadTraceOption` for what no spill can have."""
        rules: tuple[tuple[str, float | None, Callable[[float], bool], str], ...] = (
            ("mass_kg", self.mass_kg, lambda v: v > 0, "greater than 0"),
            ("duration_h", self.duration_h, lambda v: v >= 0, "0 or more"),
            ("decay_per_day", self.decay_per_day, lambda v: v >= 0, "0 or more"),
            ("discharge_m3s", self.discharge_m3s, lambda v: v >= 0, "0 or more"),
            ("limit_mg_l", self.limit_mg_l, lambda v: v > 0, "greater than 0"),
            ("max_km", self.max_km, lambda v: v > 0, "greater than 0"),
        )
        for name, value, good, rule in rules:
            if value is not None and not (np.isfinite(value) and good(value)):
                raise BadTraceOption(field=name, option=name, rule=rule, value=value)
        for name, instant in (("t0", self.t0), ("now", self.now)):
            if instant is not None and instant.tzinfo is None:
                raise BadTraceOption(field=name, option=name, rule="a time with its offset", value=instant.isoformat())


@dataclass(frozen=True, slots=True)
class Band:
    """Earliest, likely and latest instant of the leading edge."""

    earliest: datetime
    likely: datetime
    latest: datetime

    def to_json(self) -> dict[str, str]:
        """Instants with offset +08:00."""
        return {"earliest": _iso(self.earliest), "likely": _iso(self.likely), "latest": _iso(self.latest)}


@dataclass(frozen=True, slots=True)
class Hit:
    """A receptor on the way, and what is expected there."""

    receptor: Receptor
    reach_id: int
    distance_m: float
    methods: tuple[str, ...]
    why: str | None
    """A code of :data:`WHY` where there is no arrival."""
    arrival: Band | None = None
    arrival_h: tuple[float, float, float] | None = None
    """Earliest, likely, latest in hours after the spill; known without a clock time too."""
    peak_at: datetime | None = None
    peak_h: float | None = None
    mg_l: float | None = None
    mg_l_p95: float | None = None
    passage_h: float | None = None
    exceeds: bool | None = None
    """The peak to plan with is above the limit; None without a limit or a mass."""
    may_exceed: bool | None = None
    """The 95 % peak is above the limit."""
    state: FrontState | None = None

    def to_json(self) -> dict[str, Any]:
        """As the trace contract has it, with a few more keys."""
        peak = None
        if self.mg_l is not None and self.mg_l_p95 is not None:
            at = None if self.peak_at is None else _iso(self.peak_at)
            peak = {"at": at, "mg_l": _significant(self.mg_l), "mg_l_p95": _significant(self.mg_l_p95)}
        return {
            "id": self.receptor.id,
            "kind": self.receptor.kind,
            "name": self.receptor.name,
            "reach_id": self.reach_id,
            "distance_m": round(self.distance_m, 1),
            "arrival": None if self.arrival is None else self.arrival.to_json(),
            "peak": peak,
            "passage_h": None if self.passage_h is None else _significant(self.passage_h),
            "exceeds": self.exceeds,
            "methods": list(self.methods),
            "may_exceed": self.may_exceed,
            "arrival_h": self._hours(),
            "peak_at": None if self.peak_at is None else _iso(self.peak_at),
            "river": self.receptor.river,
            "longitude": self.receptor.longitude,
            "latitude": self.receptor.latitude,
            "attributes": dict(self.receptor.attributes),
            "state": self.state,
            "why": self.why,
            "why_text": None if self.why is None else WHY[self.why],
        }

    def _hours(self) -> dict[str, float] | None:
        if self.arrival_h is None:
            return None
        return dict(zip(("earliest", "likely", "latest"), (round(h, 3) for h in self.arrival_h), strict=True))


@dataclass(frozen=True, slots=True)
class TraceResult:
    """A spill followed: input, candidates, the way, and every receptor on it by distance."""

    spill: SpillPoint
    options: TraceOptions
    longitude: float
    latitude: float
    """Of the spill, CGCS2000."""
    candidates: tuple[Candidate, ...]
    snapped: Candidate
    snapped_at: tuple[float, float]
    """Longitude and latitude of the place on the reach."""
    needs_asking: bool
    path: Ints
    """Positions of the reaches in the network, in the order followed."""
    path_length_m: float
    hits: tuple[Hit, ...]
    network: dict[str, object]
    elapsed_ms: dict[str, float] = field(default_factory=dict)
    path_ids: tuple[int, ...] = ()

    def to_json(self, *, load_ms: float = 0.0) -> dict[str, Any]:
        """The document of the trace contract."""
        return {
            "spill": self._spill_json(),
            "candidates": [c.to_json() for c in self.candidates],
            "snapped": self.snapped.to_json()
            | {
                "longitude": round(self.snapped_at[0], 6),
                "latitude": round(self.snapped_at[1], 6),
                "needs_asking": self.needs_asking,
            },
            "path": {"reaches": list(self.path_ids), "length_m": round(self.path_length_m, 1)},
            "receptors": [hit.to_json() for hit in self.hits],
            "windows": [],
            "network": self.network,
            "elapsed_ms": {"load": round(load_ms, 3)} | {k: round(v, 3) for k, v in self.elapsed_ms.items()},
        }

    def _spill_json(self) -> dict[str, object]:
        o = self.options
        return {
            "longitude": round(self.longitude, 7),
            "latitude": round(self.latitude, 7),
            "given": {
                "longitude": self.spill.longitude,
                "latitude": self.spill.latitude,
                "datum": str(self.spill.datum),
            },
            "river": self.spill.river,
            "t0": None if o.t0 is None else _iso(o.t0),
            "now": None if o.now is None else _iso(o.now),
            "mass_kg": o.mass_kg,
            "duration_h": o.duration_h,
            "substance": o.substance,
            "decay_per_day": o.decay_per_day,
            "discharge_m3s": o.discharge_m3s,
            "limit_mg_l": o.limit_mg_l,
            "max_km": o.max_km,
            "direction": str(o.direction),
        }


def _significant(value: float) -> float:
    """Four significant figures: more would be pretence."""
    return float(f"{value:.4g}")


def _iso(instant: datetime) -> str:
    return china_iso(instant, "seconds")
