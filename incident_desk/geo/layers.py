"""What a map draws, as GeoJSON: rivers by zoom, receptors, a trace with its arrival times.

Coordinates have five decimals (about a metre). What a person reads stands in ``properties``: ``kind``, ``title``,
``rows`` (pairs of name and value), ``mark`` (one character in the marker) and ``label`` (beside it, always visible).
Words in ``rows`` come from the caller, who knows the screen's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import shapely

from incident_desk.domain.china_time import short_minute
from incident_desk.geo.datasets import Ints, Objects
from incident_desk.geo.network import RiverNetwork
from incident_desk.geo.receptors import Receptor, ReceptorTable
from incident_desk.geo.trace_result import Hit, TraceResult

Feature = dict[str, Any]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

MARKS: Mapping[str, str] = {
    "intake": "取",
    "section": "断",
    "dam": "坝",
    "hydro_dam": "坝",
    "reservoir": "库",
    "sluice": "闸",
    "border": "界",
    "confluence": "汇",
    "canal": "渠",
}
"""The character that stands in a receptor's marker; its word stands in the popup."""
_LABELLED = {"intake", "dam"}
"""Receptors whose earliest and likely arrival stands beside the marker; the others show theirs when asked."""
_LOWEST_ORDER = {6: 6, 7: 5, 8: 4, 9: 3, 10: 2}
"""Smallest Strahler order drawn at a zoom; named rivers are drawn from zoom 7 on."""
_PIXELS = 256.0


def rivers(network: RiverNetwork, *, zoom: int = 8, box: Box | None = None) -> Feature:
    """Rivers of a view: at a small zoom the large ones, simplified to one pixel.

    Args:
        network: what to draw.
        zoom: web map zoom level; it decides the smallest order and the tolerance.
        box: draw only reaches that touch it.

    Returns:
        A FeatureCollection of MultiLineStrings, one per river name and order; unnamed reaches by order.
    """
    smallest = _LOWEST_ORDER.get(zoom, 1 if zoom > 10 else 7)
    named = np.array([bool(name) for name in network.river], dtype=np.bool_)
    drawn = (network.order >= smallest) | (named & (zoom >= 7))
    if box is not None:
        drawn &= shapely.intersects(network.geometry, shapely.box(*box))
    rows = np.flatnonzero(drawn)
    lines = _simplified(network.geometry[rows], 360.0 / (_PIXELS * 2.0**zoom))
    groups: dict[tuple[str, int], list[Any]] = {}
    for row, line in zip(rows, lines, strict=True):
        groups.setdefault((str(network.river[row]), int(network.order[row])), []).append(_line(line))
    return _collection(
        {
            "type": "Feature",
            "geometry": {"type": "MultiLineString", "coordinates": parts},
            "properties": {"kind": "river", "order": order, "title": name or None},
        }
        for (name, order), parts in sorted(groups.items())
    )


def receptors(table: ReceptorTable, *, word: Callable[[str], str] = str, box: Box | None = None) -> Feature:
    """Receptors as points; *word* gives a kind's name in the screen's language."""
    features = []
    for receptor in table.receptors:
        if box is not None and not _inside(receptor, box):
            continue
        features.append(_point(receptor, _receptor_properties(receptor, word)))
    return _collection(features)


def trace(
    network: RiverNetwork,
    result: TraceResult,
    *,
    word: Callable[[str], str] = str,
    words: Mapping[str, str] | None = None,
) -> Feature:
    """A trace: its way, the place of the spill, and each receptor with its arrival.

    Args:
        network: the network the trace was made on.
        result: what :func:`incident_desk.geo.tracing.trace` gave.
        word: a kind's name in the screen's language.
        words: names of the rows ``distance, earliest, likely, latest, peak, spill``; English without them.
    """
    said = {"distance": "Distance", "earliest": "Earliest", "likely": "Likely", "latest": "Latest"}
    said |= {"peak": "Peak", "spill": "Spill", "way": "Way"} | dict(words or {})
    way: Feature = {
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": _way(network, result)},
        "properties": {"kind": "plume", "title": said["way"], "rows": [[said["distance"], _km(result.path_length_m)]]},
    }
    spill: Feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": _rounded((result.longitude, result.latitude))},
        "properties": {"kind": "incident", "mark": "!", "title": said["spill"], "rows": []},
    }
    return _collection([way, *(_hit(hit, word, said) for hit in result.hits), spill])


def points(
    places: Iterable[tuple[float, float, Mapping[str, Any]]],
) -> Feature:
    """Any points with their properties, such as incidents (``kind: incident``) and photographs (``kind: photo``)."""
    return _collection(
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": _rounded((longitude, latitude))},
            "properties": dict(properties),
        }
        for longitude, latitude, properties in places
    )


def bounds(collection: Feature) -> Box | None:
    """West, south, east, north of everything in a FeatureCollection; None when it is empty."""
    xy: list[list[float]] = []
    for feature in collection["features"]:
        _gather(feature["geometry"]["coordinates"], xy)
    if not xy:
        return None
    array = np.array(xy)
    west, south = array.min(axis=0).tolist()
    east, north = array.max(axis=0).tolist()
    return west, south, east, north


def _gather(coordinates: Any, into: list[list[float]]) -> None:
    if coordinates and isinstance(coordinates[0], float | int):
        into.append(coordinates[:2])
    else:
        for part in coordinates:
            _gather(part, into)


def _way(network: RiverNetwork, result: TraceResult) -> list[Any]:
    """The lines of the way; the first reach only from the spill on (or up to it, when tracing upwards)."""
    lines = network.geometry[result.path].copy()
    first = result.snapped
    length = float(network.length_m[first.index])
    share = first.measure_m / length if length > 0.0 else 0.0
    if len(lines):
        down = result.options.direction == "down"
        lines[0] = _part(lines[0], *((share, 1.0) if down else (0.0, share)))
    if result.options.direction == "down" and len(lines) > 1 and result.options.max_km is not None:
        lines[-1] = _part(lines[-1], 0.0, _last_share(network, result))
    return [_line(line) for line in _simplified(lines, 0.0005)]


def _last_share(network: RiverNetwork, result: TraceResult) -> float:
    """How much of the last reach lies within the distance that was asked for."""
    length = network.length_m[result.path]
    before = float(length[:-1].sum()) - result.snapped.measure_m
    return float(np.clip((result.path_length_m - before) / length[-1], 0.0, 1.0))


def _part(line: shapely.LineString, start: float, end: float) -> shapely.LineString:
    """What lies between two shares of a line's length."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(shapely.get_coordinates(line), axis=0).T))])
    low, high = start * along[-1], end * along[-1]
    inner = shapely.get_coordinates(line)[(along > low) & (along < high)]
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [low, high]))
    return shapely.LineString(np.vstack([ends[:1], inner, ends[1:]]))


def _hit(hit: Hit, word: Callable[[str], str], said: Mapping[str, str]) -> Feature:
    properties = _receptor_properties(hit.receptor, word)
    rows = [*properties["rows"], [said["distance"], _km(hit.distance_m)]]
    if hit.arrival is not None:
        band = {"earliest": hit.arrival.earliest, "likely": hit.arrival.likely, "latest": hit.arrival.latest}
        rows += [[said[name], short_minute(moment)] for name, moment in band.items()]
        if hit.receptor.kind in _LABELLED or hit.receptor.attributes.get("border_level") in {"province", "prefecture"}:
            properties["label"] = f"{rows[-3][1]} ~ {rows[-2][1]}"
    if hit.mg_l is not None:
        rows.append([said["peak"], f"{hit.mg_l:.3g} mg/L"])
    return _point(hit.receptor, properties | {"rows": rows, "exceeds": hit.exceeds})


def _receptor_properties(receptor: Receptor, word: Callable[[str], str]) -> dict[str, Any]:
    details = [receptor.river, receptor.attributes.get("county"), receptor.attributes.get("serves")]
    return {
        "kind": receptor.kind,
        "id": receptor.id,
        "mark": MARKS.get(receptor.kind, "·"),
        "title": receptor.name,
        "rows": [[word(receptor.kind), " · ".join(text for text in details if text)]],
    }


def _point(receptor: Receptor, properties: dict[str, Any]) -> Feature:
    at = _rounded((receptor.longitude, receptor.latitude))
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": at}, "properties": properties}


def _simplified(lines: Objects, tolerance_deg: float) -> Objects:
    return np.asarray(shapely.simplify(lines, tolerance_deg, preserve_topology=False))


def _line(line: shapely.LineString) -> list[list[float]]:
    xy = np.round(shapely.get_coordinates(line), 5)
    keep: Ints = np.flatnonzero(np.r_[True, np.any(np.diff(xy, axis=0) != 0.0, axis=1)])
    if len(keep) < 2:
        keep = np.array([0, len(xy) - 1])
    return [[float(x), float(y)] for x, y in xy[keep]]


def _rounded(position: tuple[float, float]) -> list[float]:
    return [round(position[0], 5), round(position[1], 5)]


def _inside(receptor: Receptor, box: Box) -> bool:
    return box[0] <= receptor.longitude <= box[2] and box[1] <= receptor.latitude <= box[3]


def _km(metres: float) -> str:
    return f"{metres / 1000:.1f} km"


def _collection(features: Iterable[Feature]) -> Feature:
    return {"type": "FeatureCollection", "features": list(features)}
