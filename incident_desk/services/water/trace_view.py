"""A trace as screens read it: every place with its band, its peak, where the front stands now, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.downstream import HORIZON_H, threatened
from incident_desk.domain.instants import read_instant
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.geo.trace_result import FrontState
from incident_desk.models import Office, TraceRun
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.water import tracing
from incident_desk.services.water.river_way import place_below
from incident_desk.services.water.trace_consequences import HORIZON
from incident_desk.services.water.tracing import TraceState

UPPER_BOUND = "carried"
"""The amount that is only an upper bound of what reached the water."""


@dataclass(frozen=True, slots=True)
class ReachedPlace:
    """A place on the way of the water. Instants are aware; None where the river does not say."""

    id: str
    kind: str
    name: str
    river: str
    county: str
    serves: str
    confidence: str
    distance_m: float
    earliest: datetime | None
    likely: datetime | None
    latest: datetime | None
    peak_at: datetime | None
    mg_l: float | None
    mg_l_p95: float | None
    passage_h: float | None
    exceeds: bool | None
    may_exceed: bool | None
    methods: tuple[str, ...]
    why: str | None
    front: FrontState | None
    intake: IntakeReport | None
    counts: bool
    """Whether it lies within the horizon of the office."""


@dataclass(frozen=True, slots=True)
class TraceView:
    """The current trace of a case for its map page."""

    state: TraceState
    places: tuple[ReachedPlace, ...]
    methods: tuple[str, ...]
    """Codes of ``trace_method`` that any of the places within the horizon rests on."""
    horizon_h: float
    runs: Sequence[TraceRun]

    @property
    def run(self) -> TraceRun | None:
        """The run shown."""
        return self.state.run

    @property
    def near(self) -> tuple[ReachedPlace, ...]:
        """Places within the horizon."""
        return tuple(place for place in self.places if place.counts)

    @property
    def far(self) -> tuple[ReachedPlace, ...]:
        """Places beyond it."""
        return tuple(place for place in self.places if not place.counts)

    @property
    def candidates(self) -> Sequence[Mapping[str, Any]]:
        """Rivers that the place may mean, each by its nearest reach, the best first; nameless ones each for itself."""
        found = self.run.result["candidates"] if self.run else ()
        nearest: dict[object, Mapping[str, Any]] = {}
        for one in found:
            nearest.setdefault(one["river"] or one["reach_id"], one)
        return tuple(nearest.values())

    def moment(self, key: str) -> datetime | None:
        """An instant among the inputs of the run: ``discharge_at``, ``start.earliest``, ``start.latest``."""
        value: Any = self.run.inputs if self.run else {}
        for part in key.split("."):
            value = (value or {}).get(part)
        return read_instant(value)


def view(actor: Actor, case_no: str, *, now: datetime) -> TraceView:
    """The current trace of a case with all its map page says.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    state = tracing.state(actor, case_no, now=now)
    horizon = _horizon(incident.office_code)
    result = state.run.result if state.run else None
    places = places_of(result, case_sheet.current_sheet(incident), horizon_h=horizon, now=now)
    methods = dict.fromkeys(code for place in places if place.counts for code in place.methods)
    return TraceView(state, places, tuple(methods), horizon, tracing.history(actor, case_no))


def horizon_of(actor: Actor, case_no: str) -> float:
    """Hours within which the earliest front makes a place below count, by the office of the case.

    Raises:
        NotFound: not this actor's to see.
    """
    return _horizon(scope.incident(actor, case_no).office_code)


def places_of(
    result: Mapping[str, Any] | None, sheet: CallSheet | None, *, horizon_h: float = HORIZON_H, now: datetime
) -> tuple[ReachedPlace, ...]:
    """The places of a trace's result, nearest first, with what was said of each intake."""
    receptors = (result or {}).get("receptors", ())
    counting = {place.id for place in threatened((place_below(one) for one in receptors), horizon_h)}
    reports = sheet.intakes if sheet else ()
    return tuple(_place(one, reports, one["id"] in counting, now) for one in receptors)


def _place(one: Mapping[str, Any], reports: Iterable[IntakeReport], counts: bool, now: datetime) -> ReachedPlace:
    band, peak, attributes = one["arrival"] or {}, one["peak"] or {}, one["attributes"]
    earliest, likely, latest = (read_instant(band.get(key)) for key in ("earliest", "likely", "latest"))
    said = (report for report in reports if report.receptor_id == one["id"] or report.name == one["name"])
    return ReachedPlace(
        id=one["id"],
        kind=one["kind"],
        name=one["name"],
        river=one["river"] or "",
        county=attributes.get("county", ""),
        serves=attributes.get("serves", ""),
        confidence=attributes.get("confidence", ""),
        distance_m=one["distance_m"],
        earliest=earliest,
        likely=likely,
        latest=latest,
        peak_at=read_instant(one["peak_at"]),
        mg_l=peak.get("mg_l"),
        mg_l_p95=peak.get("mg_l_p95"),
        passage_h=one["passage_h"],
        exceeds=one["exceeds"],
        may_exceed=one["may_exceed"],
        methods=tuple(one["methods"]),
        why=one["why"],
        front=_front(earliest, latest, now),
        intake=next(said, None),
        counts=counts,
    )


def _front(earliest: datetime | None, latest: datetime | None, now: datetime) -> FrontState | None:
    if earliest is None or latest is None:
        return None
    if now < earliest:
        return FrontState.AHEAD
    return FrontState.MAY_HAVE_ARRIVED if now < latest else FrontState.ARRIVED


def _horizon(office: str) -> float:
    row = db.session.get(Office, office)
    return float((row.settings if row else {}).get(HORIZON, HORIZON_H))
