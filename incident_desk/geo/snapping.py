"""From a point to the reaches it may mean: every near reach with its distance, never one silent answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from incident_desk.domain.calls.coordinates import check_coordinates
from incident_desk.geo.datasets import Floats, Ints, Objects, metres_per_radian
from incident_desk.geo.errors import NoReachNear
from incident_desk.geo.network import RiverNetwork

LIST_WITHIN_M = 2_000.0
"""Every reach this near is a candidate."""
LIMIT_M = 10_000.0
"""Further away nothing is taken."""
AT_LEAST = 3
AT_MOST = 12
ORDER_PULL = 0.1
"""A river of order o counts as 1 + 0.1 o times nearer: positions on a bridge mean the river below it."""
ASK_BEYOND_M = 500.0
ASK_RATIO = 1.5

_trees: WeakKeyDictionary[RiverNetwork, shapely.STRtree] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reach that the point may lie on, and where on it."""

    index: int
    reach_id: int
    river: str | None
    distance_m: float
    """From the point to the reach."""
    measure_m: float
    """Along the reach from its upper end to the nearest place, in the network's own lengths."""

    def to_json(self) -> dict[str, object]:
        """As the trace contract has it."""
        return {
            "reach_id": self.reach_id,
            "river": self.river,
            "distance_m": round(self.distance_m, 1),
            "measure_m": round(self.measure_m, 1),
        }


def candidates(
    network: RiverNetwork, longitude: float, latitude: float, river: str | None = None
) -> tuple[Candidate, ...]:
    """Reaches near a point, best first.

    All within 2 km (at most twelve), and at least the three best within 10 km. Ranked by distance, a larger
    river drawing a little more strongly; reaches of the named river go first. Distances are taken in a plane
    that touches the GRS 80 ellipsoid at the point (east = N cos(lat) dlon, north = M dlat): within 10 km it is
    true to a metre anywhere, where a fixed projected system would hold for one province only.

    Args:
        network: where to look.
        longitude: degrees, CGCS2000.
        latitude: degrees, CGCS2000.
        river: a name as the caller has it, with or without 干流.

    Raises:
        CoordinatesSwapped, CoordinatesOutsideChina: nothing near, and the coordinates say why.
        NoReachNear: nothing within 10 km.
    """
    near, distance, measure = _nearby(network, longitude, latitude)
    if len(near) == 0:
        check_coordinates(longitude, latitude)
        raise NoReachNear(limit_km=round(LIMIT_M / 1_000), longitude=f"{longitude:.5f}", latitude=f"{latitude:.5f}")
    named = np.array([_is_named(name, river) for name in network.river[near]], dtype=np.bool_)
    score = distance / (1.0 + ORDER_PULL * network.order[near])
    ranked = np.lexsort((network.reach_id[near], score, ~named))
    keep = [int(k) for place, k in enumerate(ranked) if distance[k] <= LIST_WITHIN_M or named[k] or place < AT_LEAST]
    return tuple(
        Candidate(
            int(near[k]),
            int(network.reach_id[near[k]]),
            network.river[near[k]] or None,
            float(distance[k]),
            float(measure[k]),
        )
        for k in keep[:AT_MOST]
    )


def needs_asking(found: Sequence[Candidate]) -> bool:
    """Whether a person should confirm the reach: it is far, or another river is about as near."""
    best = found[0]
    rivals = [other for other in found[1:] if other.river != best.river or other.river is None]
    close = any(other.distance_m <= max(best.distance_m, 50.0) * ASK_RATIO for other in rivals)
    return best.distance_m > ASK_BEYOND_M or close


def place_on_reach(network: RiverNetwork, index: int, longitude: float, latitude: float) -> tuple[float, float]:
    """Distance from a point to one given reach, and the measure of the nearest place on it; metres."""
    distance, measure = _measure(network, np.array([index]), longitude, latitude)
    return float(distance[0]), float(measure[0])


def point_at(network: RiverNetwork, index: int, measure_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place on a reach."""
    share = measure_m / network.length_m[index] if network.length_m[index] > 0 else 0.0
    point = shapely.line_interpolate_point(network.geometry[index], min(max(share, 0.0), 1.0), normalized=True)
    return float(point.x), float(point.y)


def _is_named(name: object, wanted: str | None) -> bool:
    if not wanted or not name:
        return False
    own, asked = _stem(str(name)), _stem(wanted)
    return bool(own) and bool(asked) and (own in asked or asked in own)


def _stem(name: str) -> str:
    return name.strip().removesuffix("干流").removesuffix("段")


def _nearby(network: RiverNetwork, longitude: float, latitude: float) -> tuple[Ints, Floats, Floats]:
    if not (abs(longitude) <= 180.0 and abs(latitude) < 90.0):
        check_coordinates(longitude, latitude)
    tree = _trees.get(network)
    if tree is None:
        tree = _trees.setdefault(network, shapely.STRtree(network.geometry))
    east, north = metres_per_radian(np.radians(latitude))
    reach_x, reach_y = np.degrees(LIMIT_M / east), np.degrees(LIMIT_M / north)
    near = tree.query(shapely.box(longitude - reach_x, latitude - reach_y, longitude + reach_x, latitude + reach_y))
    near = np.sort(near.astype(np.int64))
    distance, measure = _measure(network, near, longitude, latitude)
    inside = distance <= LIMIT_M
    return near[inside], distance[inside], measure[inside]


def _measure(network: RiverNetwork, rows: Ints, longitude: float, latitude: float) -> tuple[Floats, Floats]:
    flat = _flattened(network.geometry[rows], longitude, latitude)
    here = shapely.Point(0.0, 0.0)
    share = np.clip(np.nan_to_num(shapely.line_locate_point(flat, here, normalized=True)), 0.0, 1.0)
    return np.asarray(shapely.distance(flat, here)), np.asarray(share * network.length_m[rows])


def _flattened(lines: Objects, longitude: float, latitude: float) -> Objects:
    """The lines in metres east and north of the point."""
    east, north = metres_per_radian(np.radians(latitude))
    scale = np.radians(1.0) * np.array([east, north])
    return np.asarray(shapely.transform(lines, lambda xy: (xy - (longitude, latitude)) * scale))
