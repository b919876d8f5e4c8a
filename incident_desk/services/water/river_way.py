"""A trace reckoned: the shipped river followed from a case's inputs, without a database, before any transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any

from incident_desk.domain.calls.first_calls import ABOVE_WITHIN_M, STRUCTURE_KINDS, StructureAbove
from incident_desk.domain.downstream import PlaceBelow, one_per_structure
from incident_desk.geo import layers
from incident_desk.geo.network import RiverNetwork, load_network
from incident_desk.geo.pool_entries import with_pool_entries, without_repeats
from incident_desk.geo.receptors import ReceptorTable, load_receptors
from incident_desk.geo.tracing import Band, Direction, Hit, SpillPoint, TraceOptions, TraceResult, trace
from incident_desk.services.water.trace_inputs import Start, TraceInputs

KEPT = ("county", "prefecture_code", "confidence", "serves", "border_level", "from_code", "to_code", "same_as")
"""Columns of the register that a run keeps of each place."""


@dataclass(frozen=True, slots=True)
class FoundWay:
    """What the river says: the document to store, the course for the map, and what lies above."""

    result: Mapping[str, Any]
    way: list[Any]
    network_sha256: str
    reach_id: int
    longitude: float
    latitude: float
    above: tuple[StructureAbove, ...]
    elapsed_ms: Mapping[str, float]


def river() -> RiverNetwork:
    """The network of the house."""
    return load_network()


def follow(inputs: TraceInputs, *, now: datetime) -> FoundWay:
    """Follow the river down from a spill, and up to the structures that can help.

    Arrivals run from the earliest instant of the spill with the earliest front to its latest with the latest front.

    Raises:
        NoReachNear, CoordinatesSwapped, CoordinatesOutsideChina, BadTraceOption: no river there; no such spill.
    """
    network = load_network()
    table = _places(network, load_receptors(network))
    at = inputs.position.coordinates
    spill = SpillPoint(at.longitude, at.latitude, at.datum.value, inputs.river or None, inputs.reach_id)
    found = trace(network, table, spill, _options(inputs, now))
    hits = without_repeats(network, found.snapped.index, found.hits)
    found = replace(found, hits=tuple(_widened(hit, inputs.start) for hit in hits))
    return FoundWay(
        result=_document(found, inputs, network),
        way=layers.trace(network, found)["features"][0]["geometry"]["coordinates"],
        network_sha256=network.sha256,
        reach_id=found.snapped.reach_id,
        longitude=found.longitude,
        latitude=found.latitude,
        above=_above(network, table, replace(spill, reach_id=found.snapped.reach_id)),
        elapsed_ms={name: round(value, 3) for name, value in found.elapsed_ms.items()},
    )


def place_below(receptor: Mapping[str, Any]) -> PlaceBelow:
    """A receptor of a stored result as the domain's rules read it."""
    attributes, hours = receptor.get("attributes") or {}, receptor.get("arrival_h")
    return PlaceBelow(
        id=receptor["id"],
        kind=receptor["kind"],
        name=receptor["name"],
        distance_m=receptor["distance_m"],
        earliest_h=None if hours is None else hours["earliest"],
        border_level=attributes.get("border_level", ""),
        from_code=attributes.get("from_code", ""),
        to_code=attributes.get("to_code", ""),
        prefecture_code=attributes.get("prefecture_code", ""),
    )


@lru_cache(maxsize=2)
def _places(network: RiverNetwork, table: ReceptorTable) -> ReceptorTable:
    return with_pool_entries(network, table)


def _options(inputs: TraceInputs, now: datetime) -> TraceOptions:
    return TraceOptions(
        t0=inputs.start.earliest,
        mass_kg=None if inputs.mass is None else inputs.mass.kg,
        duration_h=inputs.duration_h,
        substance=inputs.substance or None,
        decay_per_day=inputs.decay_per_day,
        discharge_m3s=None if inputs.discharge is None else inputs.discharge.m3s,
        limit_mg_l=inputs.limit_mg_l,
        now=now,
        max_km=inputs.max_km,
    )


def _widened(hit: Hit, start: Start) -> Hit:
    """The band with the uncertainty of the start: its middle for the likely instants, its end for the latest."""
    later = start.latest - start.earliest
    if not later or hit.arrival is None:
        return hit
    band, half = hit.arrival, timedelta(seconds=round(later.total_seconds() / 2))
    widened = Band(band.earliest, band.likely + half, band.latest + later)
    return replace(hit, arrival=widened, peak_at=None if hit.peak_at is None else hit.peak_at + half)


def _document(found: TraceResult, inputs: TraceInputs, network: RiverNetwork) -> dict[str, Any]:
    """The trace contract's document as it is stored: without the time it took, with the columns worth keeping.

    ``flow`` is the mean flow at the spill, m3/s, which was reckoned with where none was typed; ``path.entered_m`` how
    far down each reach of the way begins.
    """
    document = found.to_json()
    document.pop("elapsed_ms")
    document["spill"].pop("now")
    for receptor in document["receptors"]:
        receptor["attributes"] = {k: v for k, v in receptor["attributes"].items() if k in KEPT}
        receptor.pop("why_text")
        receptor.pop("state")
    document["path"]["entered_m"] = _entered_m(found, network)
    mean = float(network.mean_discharge_m3s[found.snapped.index])
    document["flow"] = {"mean_m3s": round(mean, 1) if isfinite(mean) else None}
    document["snapped"]["needs_asking"] = found.needs_asking and not _is_sure(found, inputs)
    return document


def _entered_m(found: TraceResult, network: RiverNetwork) -> list[float]:
    length = network.length_m[found.path]
    before = length.cumsum() - length - found.snapped.measure_m
    return [round(max(float(metres), 0.0), 1) for metres in before]


def _is_sure(found: TraceResult, inputs: TraceInputs) -> bool:
    """Whether the river was named and only nameless brooks compete with it."""
    best = found.candidates[0]
    rivals = (one for one in found.candidates[1:] if one.river not in {None, best.river})
    named = bool(inputs.river and best.river and best.river.removesuffix("干流") in inputs.river)
    return named and best.distance_m <= 500.0 and all(one.distance_m > 1.5 * best.distance_m for one in rivals)


def _above(network: RiverNetwork, table: ReceptorTable, spill: SpillPoint) -> tuple[StructureAbove, ...]:
    """Dams, stations and gates above, nearest first: those on the spill's own river where it has any."""
    up = trace(network, table, spill, TraceOptions(direction=Direction.UP, max_km=ABOVE_WITHIN_M / 1_000.0))
    hits = [hit for hit in up.hits if hit.receptor.kind in STRUCTURE_KINDS]
    kept = one_per_structure([hit.receptor.id for hit in hits])
    hits = [hit for hit in hits if hit.receptor.id in kept]
    own = [hit for hit in hits if hit.receptor.river and hit.receptor.river == up.snapped.river]
    return tuple(
        StructureAbove(hit.receptor.id, hit.receptor.kind, hit.receptor.name, hit.distance_m) for hit in own or hits
    )
