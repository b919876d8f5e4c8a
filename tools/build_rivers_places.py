"""Puts points on reaches, marks the pools behind dams, and finds where rivers cross administrative borders."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from pyproj import Transformer

from tools.build_boundaries import HUBEI, Unit, read_units
from tools.build_rivers_attributes import Attributes, Balance
from tools.build_rivers_sources import Array, read_table

OWN_RIVER_M = {"high": 3_000.0, "medium": 3_000.0, "low": 8_000.0}  # a low position may be off by more than 5 km
WIDE_RIVER_M = 5_000.0  # the Yangtze: its centre line lies up to 2 km from the bank
POOL_M = 25_000.0  # a reservoir's arm is not drawn: its points go to the nearest reach of the pool
SIDE_STREAM_M = 5_000.0
# Names under which our tables file a point, and the named river that is meant.
RIVER_ALIASES = {
    "丹江口水库": "汉江", "三峡水库": "长江", "黄龙滩水库": "堵河", "汇湾河": "堵河", "府河": "府澴河",
    "白莲河水库": "浠水", "漳河水库": "漳河", "三道河水库": "蛮河", "陆水水库": "陆水", "清江（大龙潭）": "清江",
}  # fmt: skip
VOLUME_RULE_KM, VOLUME_RULE_M3 = 70.0, 1.0e9
BED_TOLERANCE_M = 5.0
CANYON_BED_M = 90.0
NOT_A_CROSSING_M = 2_000.0
SAMPLE_M = 250.0
UNNAMED_BORDER_KM2 = 200.0


@dataclass(frozen=True, slots=True)
class Place:
    """A position on the network: reach (its row), metres from the reach's upper end, and how far off the point lies."""

    reach: int
    measure_m: float
    offset_m: float


@dataclass(slots=True)
class Pool:
    """The water behind a dam along one river; ``reaches`` run downstream and end at the dam."""

    code: str
    name: str
    river_code: str
    reaches: list[int]
    storage_m3: float
    reach_storage_m3: list[float]
    length_m: float
    method: str
    confidence: str
    dam: Place
    row: dict[str, str] = field(default_factory=dict)


class Map:
    """The finished reaches as metric lines with an index; every place on the network is found here."""

    def __init__(self, balance: Balance, attributes: Attributes) -> None:
        self.balance, self.attributes = balance, attributes
        reaches = balance.reaches
        self.lines = np.array([shapely.linestrings(np.round(reaches.points[cells], 5)) for cells in reaches.cells])
        self.transformer = Transformer.from_crs(4490, 4547, always_xy=True)
        self.metric = shapely.transform(self.lines, self.to_metres)
        self.tree = shapely.STRtree(self.metric)
        self.names = {code: stem.name for code, stem in balance.stems.items()}
        self.code_of = {name: code for code, name in self.names.items()}

    def to_metres(self, degrees: np.ndarray) -> np.ndarray:
        """(n, 2) longitude, latitude in degrees to (n, 2) metres in EPSG:4547."""
        return np.column_stack(self.transformer.transform(degrees[:, 0], degrees[:, 1]))

    def on_reach(self, reach: int, longitude: float, latitude: float) -> Place:
        """The nearest position of one reach."""
        point = shapely.Point(self.to_metres(np.array([[longitude, latitude]]))[0])
        line = self.metric[reach]
        share = shapely.line_locate_point(line, point, normalized=True)
        return Place(reach, float(share) * self.attributes.length_m[reach], float(shapely.distance(line, point)))

    def nearest(self, longitude: float, latitude: float, limit_m: float, codes: Iterable[str] | None) -> Place | None:
        """The nearest reach within *limit_m*: of the rivers *codes*, or of unnamed streams when that is None."""
        point = shapely.Point(self.to_metres(np.array([[longitude, latitude]]))[0])
        near = self.tree.query(point, predicate="dwithin", distance=limit_m)
        wanted = {""} if codes is None else set(codes)
        near = np.array([r for r in np.sort(near) if self.balance.reaches.code[r] in wanted], dtype=int)
        if not near.size:
            return None
        best = int(near[shapely.distance(self.metric[near], point).argmin()])
        return self.on_reach(best, longitude, latitude)

    def _in_pool(self, longitude: float, latitude: float, reaches: list[int]) -> Place | None:
        places = [self.on_reach(reach, longitude, latitude) for reach in reaches]
        best = min(places, key=lambda place: (place.offset_m, place.reach))
        return best if best.offset_m <= POOL_M else None

    def place(
        self, row: dict[str, str], river: str, pool_of: dict[str, list[int]], *, is_reservoir: bool
    ) -> Place | None:
        """Where a row of our tables lies: on its own river, else on an unnamed stream near by, else nowhere yet.

        Only a reservoir may leave the named river it is filed under: many stand on a side branch of it.
        A point filed under a reservoir (*pool_of*: its reaches by name) lies in that pool. A point is never put on
        another named river: that would alarm the wrong waterworks.
        """
        longitude, latitude = float(row["longitude"]), float(row["latitude"])
        code = self.code_of.get(RIVER_ALIASES.get(river, river))
        if river in pool_of:
            return self._in_pool(longitude, latitude, pool_of[river])
        if code is not None:
            limit = SIDE_STREAM_M if is_reservoir else OWN_RIVER_M[row["confidence"]]
            limit = max(limit, WIDE_RIVER_M) if code == "R01" else limit
            found = self.nearest(longitude, latitude, limit, [code])
            if found is not None or not is_reservoir:
                return found
        return self.nearest(longitude, latitude, SIDE_STREAM_M, None)

    def position(self, place: Place) -> tuple[float, float]:
        """Longitude and latitude of a place."""
        share = place.measure_m / max(self.attributes.length_m[place.reach], 1e-9)
        point = shapely.line_interpolate_point(self.lines[place.reach], share, normalized=True)
        return float(point.x), float(point.y)


def _pool_length(
    chart: Map, path: list[int], dam_index: int, row: dict[str, str], pool: dict[str, str]
) -> tuple[float, str]:
    """Length of a pool, m: as published, else where the bed passes the normal level, else by its volume."""
    if pool["pool_km"]:
        return float(pool["pool_km"]) * 1_000.0, "length"
    bed = chart.attributes.bed_m
    if row["normal_level_m"] and bed[path[dam_index]] < min(CANYON_BED_M, float(row["normal_level_m"])):
        total, index = 0.0, dam_index
        while index >= 0 and bed[path[index]] <= float(row["normal_level_m"]) + BED_TOLERANCE_M:
            total += float(chart.attributes.length_m[path[index]])
            index -= 1
        return max(total, 3_000.0), "level"
    volume = float(pool["normal_storage_million_m3"]) * 1e6
    return VOLUME_RULE_KM * 1_000.0 * (volume / VOLUME_RULE_M3) ** (1 / 3), "volume"


def wedge_shares(length_m: Array, full_length_m: float) -> Array:
    """Shares of a pool's volume in reaches that run down to the dam: a wedge, nothing at the head, deepest at the dam.

    The shares add up to less than 1 when the pool's head lies above the first reach.
    """
    to_dam = np.cumsum(length_m[::-1])[::-1]
    upper = np.clip(1.0 - to_dam / full_length_m, 0.0, 1.0)
    lower = np.clip(1.0 - (to_dam - length_m) / full_length_m, 0.0, 1.0)
    return np.asarray(lower**2 - upper**2)


def find_pools(chart: Map) -> list[Pool]:
    """Every pool of ``pools.csv``, cut at the next dam upstream on the same river."""
    structures = {row["structure_code"]: row for row in read_table("structures")}
    listed = read_table("pools")
    ends: dict[tuple[str, str], int] = {}
    for pool in listed:
        path = chart.balance.path(pool["river_code"])
        row = structures[pool["structure_code"]]
        at_dam = chart.balance.reach_ending_at(path, (float(row["longitude"]), float(row["latitude"])))
        is_arm = chart.code_of.get(RIVER_ALIASES.get(row["river"], row["river"])) != pool["river_code"]
        ends[pool["structure_code"], pool["river_code"]] = len(path) - 1 if is_arm else at_dam
    found = []
    for pool in listed:
        key = (pool["structure_code"], pool["river_code"])
        path, dam_index = chart.balance.path(key[1]), ends[key]
        row = structures[key[0]]
        full, method = _pool_length(chart, path, dam_index, row, pool)
        above = max((i for (_, code), i in ends.items() if code == key[1] and i < dam_index), default=-1)
        room = float(chart.attributes.length_m[path[above + 1 : dam_index + 1]].sum())
        if above >= 0 and room <= full:
            full, method = room, "next dam"
        first, covered = dam_index, float(chart.attributes.length_m[path[dam_index]])
        while first - 1 > above and covered + chart.attributes.length_m[path[first - 1]] / 2 <= full:
            first -= 1
            covered += float(chart.attributes.length_m[path[first]])
        reaches = path[first : dam_index + 1]
        storage = float(pool["normal_storage_million_m3"]) * 1e6
        shares = wedge_shares(chart.attributes.length_m[reaches], max(full, covered))
        place = Place(reaches[-1], float(chart.attributes.length_m[reaches[-1]]), 0.0)
        found.append(
            Pool(key[0], row["name_zh"], key[1], reaches, storage, (shares * storage).tolist(), covered, method,
                 pool["confidence"], place, row)
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Crossing:
    """A river passes from one county into another."""

    place: Place
    level: str
    upper: Unit
    lower: Unit
    boundary_river: bool


def find_crossings(chart: Map) -> list[Crossing]:
    """Crossings of every named river, and of larger unnamed streams at prefecture and province borders."""
    units = read_units("district")
    tree = shapely.STRtree([unit.geometry for unit in units])
    crossings: list[Crossing] = []
    seen: set[int] = set()
    for code in sorted(chart.balance.stems):
        path = chart.balance.path(code)
        seen.update(path)
        crossings += _crossings_along(chart, path, units, tree)
    for reach in range(len(chart.lines)):
        if reach not in seen and chart.attributes.area_km2[reach] >= UNNAMED_BORDER_KM2:
            found = _crossings_along(chart, [reach], units, tree)
            crossings += [c for c in found if c.level != "county"]
    return [c for c in crossings if HUBEI in (c.upper.province_code, c.lower.province_code)]


def _crossings_along(chart: Map, path: list[int], units: list[Unit], tree: shapely.STRtree) -> list[Crossing]:
    if not path:
        return []
    at_reach, share, distance = [], [], []
    travelled = 0.0
    for reach in path:
        length = float(chart.attributes.length_m[reach])
        count = max(2, int(length / SAMPLE_M) + 1)
        for part in np.linspace(0.0, 1.0, count, endpoint=False):
            at_reach.append(reach)
            share.append(part)
            distance.append(travelled + part * length)
        travelled += length
    points = shapely.line_interpolate_point(chart.lines[at_reach], share, normalized=True)
    owner = np.full(len(points), -1)
    hit_point, hit_unit = tree.query(points, predicate="intersects")
    owner[hit_point[::-1]] = hit_unit[::-1]
    runs = _stays(owner, distance)
    found: list[Crossing] = []
    for before, after in itertools.pairwise(runs):
        upper, lower = units[before[0]], units[after[0]]
        if found and {upper.code, lower.code} == {found[-1].upper.code, found[-1].lower.code}:
            found[-1] = replace(found[-1], boundary_river=True)
            continue
        start = after[1]
        place = Place(at_reach[start], share[start] * float(chart.attributes.length_m[at_reach[start]]), 0.0)
        found.append(Crossing(place, _level(upper, lower), upper, lower, after[2]))
    return found


def _stays(owner: Array, distance: list[float]) -> list[tuple[int, int, bool]]:
    """Stays in one unit as (unit, first sample, border river before it).

    A short visit is dropped: there the river itself is the border. So is one between two stays in the same unit.
    """
    edges = np.flatnonzero(np.diff(owner)) + 1
    starts = np.concatenate([[0], edges])
    ends = np.concatenate([edges, [len(owner)]]) - 1
    kept: list[tuple[int, int, bool]] = []
    short_before = False
    for start, end in zip(starts, ends, strict=True):
        unit = int(owner[start])
        if unit < 0 or distance[end] - distance[start] < NOT_A_CROSSING_M:
            short_before = True
            continue
        if not (kept and kept[-1][0] == unit):
            kept.append((unit, int(start), short_before))
        short_before = False
    return kept


def _level(upper: Unit, lower: Unit) -> str:
    if upper.province_code != lower.province_code:
        return "province"
    return "county" if upper.prefecture_code == lower.prefecture_code else "prefecture"
