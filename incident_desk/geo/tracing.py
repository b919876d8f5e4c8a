"""From a spill to everything it reaches: snap, trace, transport, receptors in order, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

import numpy as np

from incident_desk.domain.calls.coordinates import to_cgcs2000
from incident_desk.geo import transport
from incident_desk.geo.datasets import Floats, Ints
from incident_desk.geo.errors import NoReachNear
from incident_desk.geo.hydraulics import Reaches
from incident_desk.geo.network import RiverNetwork
from incident_desk.geo.receptors import ReceptorTable
from incident_desk.geo.snapping import Candidate, candidates, needs_asking, place_on_reach, point_at
from incident_desk.geo.trace_result import (
    WHY,
    BadTraceOption,
    Band,
    Direction,
    FrontState,
    Hit,
    SpillPoint,
    TraceOptions,
    TraceResult,
)

__all__ = [
    "WHY",
    "BadTraceOption",
    "Band",
    "Direction",
    "FrontState",
    "Hit",
    "SpillPoint",
    "TraceOptions",
    "TraceResult",
    "trace",
]

LONGEST_S = 100.0 * 365.25 * 86_400.0
"""A century: behind a great lake at low flow the latest instant would otherwise leave the calendar."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What one trace works on."""

    network: RiverNetwork
    table: ReceptorTable
    snapped: Candidate
    options: TraceOptions

    @property
    def above_outlet_m(self) -> float:
        """Distance of the spill along the river to its outlet."""
        at, network = self.snapped, self.network
        return float(network.outlet_distance_m[at.index] + network.length_m[at.index] - at.measure_m)

    @property
    def limit_m(self) -> float:
        """How far to follow the river."""
        return np.inf if self.options.max_km is None else self.options.max_km * 1_000.0


def trace(network: RiverNetwork, receptors: ReceptorTable, spill: SpillPoint, options: TraceOptions) -> TraceResult:
    """Follow a spill down (or the river up) and say what it reaches, when, and how strongly.

    Receptors come in the order of their distance along the river. One on the spill's own reach counts only when
    its measure is not above the spill's. Upwards the tributaries are followed too, and nothing arrives.

    Raises:
        BadTraceOption: a negative mass, flow, duration …, or a time without offset.
        NoReachNear, CoordinatesSwapped, CoordinatesOutsideChina: no river at the point.
    """
    options.check()
    if not (np.isfinite(spill.longitude) and np.isfinite(spill.latitude)):
        raise BadTraceOption(
            field="longitude",
            option="longitude and latitude",
            rule="numbers in degrees",
            value=f"{spill.longitude}, {spill.latitude}",
        )
    began = perf_counter()
    longitude, latitude = to_cgcs2000(spill.longitude, spill.latitude, spill.datum)
    found = candidates(network, longitude, latitude, spill.river)
    snapped, ask = _chosen(network, found, spill, longitude, latitude)
    snap_done = perf_counter()
    case = _Case(network, receptors, snapped, options)
    way = _way_down(case) if options.direction is Direction.DOWN else _way_up(case)
    rows, distance = _on_the_way(case)
    trace_done = perf_counter()
    hits = _hits(case, rows, distance)
    done = perf_counter()
    return TraceResult(
        spill=spill,
        options=options,
        longitude=longitude,
        latitude=latitude,
        candidates=found,
        snapped=snapped,
        snapped_at=point_at(network, snapped.index, snapped.measure_m),
        needs_asking=ask,
        path=way[0],
        path_length_m=way[1],
        hits=hits,
        network={
            "name": network.name,
            "sha256": network.sha256,
            "reaches": len(network),
            "weakest_source": network.weakest_source(way[0]),
        },
        elapsed_ms={
            "snap": (snap_done - began) * 1e3,
            "trace": (trace_done - snap_done) * 1e3,
            "transport": (done - trace_done) * 1e3,
        },
        path_ids=tuple(network.reach_id[way[0]].tolist()),
    )


def _chosen(
    network: RiverNetwork, found: tuple[Candidate, ...], spill: SpillPoint, longitude: float, latitude: float
) -> tuple[Candidate, bool]:
    """The best candidate, or the reach a person chose."""
    if spill.reach_id is None:
        return found[0], needs_asking(found)
    for candidate in found:
        if candidate.reach_id == spill.reach_id:
            return candidate, False
    index = network.index_of(spill.reach_id)
    if index is None:
        raise NoReachNear(field="reach_id", limit_km=10, longitude=f"{longitude:.5f}", latitude=f"{latitude:.5f}")
    distance, measure = place_on_reach(network, index, longitude, latitude)
    return Candidate(index, spill.reach_id, network.river[index] or None, distance, measure), False


def _way_down(case: _Case) -> tuple[Ints, float]:
    network, path = case.network, case.network.path_down(case.snapped.index)
    entered = np.maximum(case.above_outlet_m - network.outlet_distance_m[path] - network.length_m[path], 0.0)
    return path[entered < case.limit_m], min(case.above_outlet_m, case.limit_m)


def _way_up(case: _Case) -> tuple[Ints, float]:
    """Every reach above, nearest first, and their length together, the last ones cut at the limit."""
    network, part = case.network, case.network.upstream(case.snapped.index)
    rows = np.arange(part.start, part.stop)
    entered = np.maximum(network.outlet_distance_m[rows] - case.above_outlet_m, 0.0)
    inside = entered < case.limit_m
    left = np.minimum(network.length_m[rows], case.limit_m - entered)
    left[0] = min(case.snapped.measure_m, case.limit_m)
    return rows[inside][np.argsort(entered[inside], kind="stable")], float(left[inside].sum())


def _on_the_way(case: _Case) -> tuple[Ints, Floats]:
    """Rows of the receptors on the way and their distances along the river, nearest first."""
    network, table, start = case.network, case.table, case.snapped.index
    there = network.outlet_distance_m[table.index] + network.length_m[table.index] - table.measure_m
    if case.options.direction is Direction.DOWN:
        on_way, distance = network.lies_below(table.index, start), case.above_outlet_m - there
    else:
        part = network.upstream(start)
        on_way, distance = (table.index >= part.start) & (table.index < part.stop), there - case.above_outlet_m
    on_way &= (table.index != start) | (distance >= 0.0)
    rows = np.flatnonzero(on_way & (distance <= case.limit_m))
    ordered = sorted(rows.tolist(), key=lambda row: (distance[row], table.receptors[row].id))
    rows = np.array(ordered, dtype=np.int64)
    return rows, np.maximum(distance[rows], 0.0)


def _hits(case: _Case, rows: Ints, distance: Floats) -> tuple[Hit, ...]:
    along = list(enumerate(zip(rows.tolist(), distance.tolist(), strict=True)))
    if case.options.direction is Direction.UP:
        return tuple(_silent(case, row, metres, "upstream") for _, (row, metres) in along)
    if not along:
        return ()
    forecast = _forecast(case, rows)
    hits = []
    for k, (row, metres) in along:
        why = forecast.why_none[k]
        if why is None:
            hits.append(_hit(case, forecast, k, row, metres))
        else:
            hits.append(_silent(case, row, metres, why, forecast.methods[k]))
    return tuple(hits)


def _forecast(case: _Case, rows: Ints) -> transport.Forecast:
    network, table, measure = case.network, case.table, case.snapped.measure_m
    options, path = case.options, case.network.path_down(case.snapped.index)
    length, volume = network.length_m[path].copy(), network.pools.volume_m3[path].copy()
    if length[0] > 0.0:
        volume[0] *= (length[0] - measure) / length[0]
    length[0] -= measure
    source = transport.Source(options.mass_kg, options.duration_h, options.decay_per_day, options.discharge_m3s)
    reaches = Reaches(
        length,
        network.upstream_area_km2[path],
        network.mean_discharge_m3s[path],
        network.slope[path],
        network.width_m[path],
    )
    pools = transport.PoolReaches(network.pools.pool[path], volume, network.pools.total_m3[path])
    course = transport.course_of(reaches, pools, source)
    by_position = np.argsort(path)
    index = by_position[np.searchsorted(path[by_position], table.index[rows])]
    into = table.measure_m[rows] - np.where(index == 0, measure, 0.0)
    fraction = np.divide(into, length[index], out=np.zeros(len(rows)), where=length[index] > 0.0)
    return transport.forecast(course, index, np.clip(fraction, 0.0, 1.0), source)


def _hit(case: _Case, forecast: transport.Forecast, k: int, row: int, distance_m: float) -> Hit:
    t0, limit = case.options.t0, case.options.limit_mg_l
    edge_s = (float(forecast.earliest_s[k]), float(forecast.likely_s[k]), float(forecast.latest_s[k]))
    band = None if t0 is None else Band(*(_after(t0, s) for s in edge_s))
    mg_l, p95 = _known(forecast.peak_mg_l[k]), _known(forecast.peak_mg_l_p95[k])
    return Hit(
        receptor=case.table.receptors[row],
        reach_id=int(case.network.reach_id[case.table.index[row]]),
        distance_m=distance_m,
        arrival=band,
        arrival_h=(edge_s[0] / 3_600.0, edge_s[1] / 3_600.0, edge_s[2] / 3_600.0),
        peak_at=None if t0 is None else _after(t0, float(forecast.peak_s[k])),
        peak_h=float(forecast.peak_s[k]) / 3_600.0,
        mg_l=mg_l,
        mg_l_p95=p95,
        passage_h=_known(forecast.passage_h[k]),
        exceeds=None if limit is None or mg_l is None else mg_l > limit,
        may_exceed=None if limit is None or p95 is None else p95 > limit,
        methods=forecast.methods[k],
        why="no_t0" if band is None else None,
        state=_state(band, case.options.now),
    )


def _silent(case: _Case, row: int, distance_m: float, why: str, methods: tuple[str, ...] = ()) -> Hit:
    """A receptor for which nothing can be said but where it lies."""
    return Hit(
        receptor=case.table.receptors[row],
        reach_id=int(case.network.reach_id[case.table.index[row]]),
        distance_m=distance_m,
        methods=methods,
        why=why,
    )


def _state(band: Band | None, now: datetime | None) -> FrontState | None:
    if band is None or now is None:
        return None
    if now < band.earliest:
        return FrontState.AHEAD
    return FrontState.MAY_HAVE_ARRIVED if now < band.latest else FrontState.ARRIVED


def _after(t0: datetime, seconds: float) -> datetime:
    return t0.astimezone(UTC) + timedelta(seconds=round(min(seconds, LONGEST_S)))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
