"""Numbers of a reach: length, drainage area, mean discharge, bed slope, Strahler order.

Area and discharge are balances, not interpolations: no reach gains less than nothing, so area never falls downstream.
Along a named river the gains between two gauges are scaled so that the published figure is met at the gauge.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.spatial import cKDTree

from tools.build_rivers_reaches import Reaches, cell_step_m
from tools.build_rivers_routing import DISTRIBUTARY_PARENT, HELPER_NAMES, Stem
from tools.build_rivers_sources import EARTH_M_PER_DEGREE, Array, Grid, read_table

MAIN_STEMS = ("R01", "R02")
FED_FROM_OUTSIDE = {"R01", "A01"}  # what the first anchor lacks enters from outside the build box
YIELD_M3S_PER_KM2 = {"A01": 0.025, "A02": 0.022, "A03": 0.017, "R30": 0.010, "R31": 0.010, "R26": 0.010}
PLAIN_YIELD = 0.012
DIVERTED_M3S = {"R26": 100.0, "R31": 0.0, "R50": 1100.0, "R51": 300.0, "R52": 350.0}
# What enters A01 from outside the build box (upper Yuan, Zi, Xiang): 七里山 gauge, medium confidence.
DONGTING_MOUTH = (262_344.0, 8_900.0)
AREA_SCALE_BOUNDS, FLOW_SCALE_BOUNDS = (0.4, 2.5), (0.4, 2.5)
# Register areas that differ from the grid by more than half: the drawn river is not the registered one.
AREA_NOT_COMPARABLE = {"R10", "R26", "R30", "R31", "R38", "R39", "R40", "R49", "R50", "R51", "R52", *HELPER_NAMES}
LENGTH_AS_DRAWN = {"R01", "R04", "R10", "R50", "R52", *HELPER_NAMES}
LENGTH_FACTOR_BOUNDS = (1.0, 1.45)
# Published kilometres along the Han: 丹江口 dam to 皇庄 270, 皇庄 to the mouth 382 (仙桃 225 below 皇庄, from memory).
HAN_KM_FROM_DAM = (("黄家港", 0.0), ("皇庄", 270.0), ("仙桃", 495.0), ("汉口(汉江口)", 652.0))
HAN_KM_BAIHE_TO_DAM = 226.0  # 878 in Hubei less 652 below the dam
SLOPE_FLOOR = 1e-5
SLOPE_WINDOW_M, SLOPE_WINDOW_PLAIN_M, PLAIN_BED_M = 10_000.0, 60_000.0, 70.0


@dataclass(frozen=True, slots=True)
class Gauge:
    """A published figure at a place of a named river; either figure may be missing."""

    river_code: str
    name: str
    position: tuple[float, float]
    area_km2: float | None
    discharge_m3s: float | None
    use: str


@dataclass(slots=True)
class Attributes:
    """Per reach, in the order of the reaches. Discharge and area hold at the reach's lower end."""

    drawn_m: Array
    length_m: Array
    area_km2: Array
    discharge_m3s: Array
    slope: Array
    order: Array
    bed_m: Array


def read_gauges() -> list[Gauge]:
    """The gauges of ``gauges.csv``."""
    return [
        Gauge(
            row["river_code"],
            row["name_zh"],
            (float(row["longitude"]), float(row["latitude"])),
            float(row["area_km2"]) if row["area_km2"] else None,
            float(row["mean_discharge_m3s"]) if row["mean_discharge_m3s"] else None,
            row["use"],
        )
        for row in read_table("gauges")
    ]


class Balance:
    """Drainage area and mean discharge of every reach."""

    def __init__(self, reaches: Reaches, stems: dict[str, Stem], gauges: list[Gauge]) -> None:
        self.reaches = reaches
        self.gauges = gauges
        self.stems = stems
        self.register = {row["river_code"]: row for row in read_table("rivers")}
        count = len(reaches.down)
        self.incoming: list[list[int]] = [[] for _ in range(count)]
        for reach, below in enumerate(reaches.down):
            if below >= 0:
                self.incoming[below].append(reach)
        inflow = np.array([sum(reaches.raw_area_km2[up] for up in ups) for ups in self.incoming])
        self.local_km2 = np.maximum(reaches.raw_area_km2 - inflow, 0.0)
        self.end = np.array([reaches.points[cells[-1]] for cells in reaches.cells])
        self.area = np.zeros(count)
        self.flow = np.zeros(count)
        self.yields = self._yields()

    def path(self, code: str) -> list[int]:
        """Reaches of a named river, downstream; ids count from the outlet upward."""
        return [r for r in range(len(self.reaches.code) - 1, -1, -1) if self.reaches.code[r] == code]

    def reach_ending_at(self, path: list[int], position: tuple[float, float]) -> int:
        """Index in *path* of the reach whose lower end is nearest to *position*."""
        scale = np.array([np.cos(np.radians(position[1])), 1.0]) * EARTH_M_PER_DEGREE
        offset = np.hypot(*((self.end[path] - np.array(position)) * scale).T)
        return int(offset.argmin())

    def _river_yield(self, code: str) -> float | None:
        if code in YIELD_M3S_PER_KM2:
            return YIELD_M3S_PER_KM2[code]
        row = self.register.get(code)
        gauge = next((g for g in self.gauges if g.river_code == code and g.discharge_m3s is not None), None)
        if gauge is not None and gauge.discharge_m3s is not None:
            area = gauge.area_km2 or (float(row["basin_area_km2"]) if row else None)
            return gauge.discharge_m3s / area if area else None
        if row and row["mean_discharge_m3_s"] and row["basin_area_km2"]:
            return float(row["mean_discharge_m3_s"]) / float(row["basin_area_km2"])
        return None

    def _yields(self) -> Array:
        """(n,) yield per reach: its river's, its receiver's, or that of the nearest named tributary."""
        by_river = {c: self._river_yield(c) for c in self.stems if c not in MAIN_STEMS}
        for code, value in by_river.items():
            if value is None:
                by_river[code] = by_river.get(self.stems[code].receiver)
        named = [r for r, code in enumerate(self.reaches.code) if by_river.get(code) and code not in YIELD_M3S_PER_KM2]
        tree = cKDTree(self.end[named] * np.array([0.86, 1.0]))
        result = np.full(len(self.reaches.code), PLAIN_YIELD)
        owner = [""] * len(self.reaches.code)
        for reach, code in enumerate(self.reaches.code):  # from the outlet upward: the receiver is known before
            below = self.reaches.down[reach]
            owner[reach] = code or (owner[below] if below >= 0 else "")
            value = by_river.get(owner[reach])
            if value is None:
                near = int(tree.query(self.end[reach] * np.array([0.86, 1.0]))[1])
                value = by_river[self.reaches.code[named[near]]]
            result[reach] = PLAIN_YIELD if value is None else value
        return result

    def solve(self) -> None:
        """Unnamed streams first, then the named rivers, tributaries before their receivers."""
        for reach in range(len(self.reaches.down) - 1, -1, -1):
            if not self.reaches.code[reach]:
                ups = self.incoming[reach]
                self.area[reach] = self.local_km2[reach] + self.area[ups].sum()
                self.flow[reach] = self.local_km2[reach] * self.yields[reach] + self.flow[ups].sum()
        for code in self._stem_order():
            self._solve_stem(code)

    def _stem_order(self) -> list[str]:
        depth: dict[str, int] = {}
        for code in self.stems:
            at, steps = code, 0
            while self.stems[at].receiver:
                at, steps = self.stems[at].receiver, steps + 1
            depth[code] = steps
        return sorted(self.stems, key=lambda c: (-depth[c], c))

    def _anchors(self, code: str, path: list[int], figure: str) -> list[tuple[int, float]]:
        found: dict[int, float] = {}
        for gauge in self.gauges:
            value = gauge.area_km2 if figure == "area" else gauge.discharge_m3s
            uses = ("anchor", "area") if figure == "area" else ("anchor",)
            if gauge.river_code == code and gauge.use in uses and value is not None:
                found[self.reach_ending_at(path, gauge.position)] = value
        if code == "A01":
            found[len(path) - 1] = DONGTING_MOUTH[0 if figure == "area" else 1]
        row = self.register.get(code)
        mouth = float(row["basin_area_km2"]) if row and row["basin_area_km2"] else None
        if figure == "area" and mouth and code not in AREA_NOT_COMPARABLE and code not in MAIN_STEMS:
            found.setdefault(len(path) - 1, mouth)
        return sorted(found.items())

    def _solve_stem(self, code: str) -> None:
        path = self.path(code)
        if not path:
            return
        on_path = set(path)
        side = [[up for up in self.incoming[reach] if up not in on_path] for reach in path]
        named = np.array([sum(self.area[u] for u in ups if self.reaches.code[u]) for ups in side])
        plain = np.array([sum(self.area[u] for u in ups if not self.reaches.code[u]) for ups in side])
        self.area[path], scale = _through_anchors(
            plain + self.local_km2[path],
            -named,
            self._anchors(code, path, "area"),
            bounds=AREA_SCALE_BOUNDS,
            imports=code in FED_FROM_OUTSIDE,
        )
        for factor, ups in zip(scale, side, strict=True):
            self._scale_streams([u for u in ups if not self.reaches.code[u]], factor)
        side_flow = np.array([self.flow[ups].sum() for ups in side])
        flow_gain = self.local_km2[path] * scale * self.yields[path] + side_flow
        taken = np.zeros(len(path))
        for name, parent in DISTRIBUTARY_PARENT.items():
            offtake = self.stems[name].diverts_from
            if parent == code and offtake is not None:
                at = next(i for i, reach in enumerate(path) if offtake in self.reaches.cells[reach][:-1])
                taken[at] += DIVERTED_M3S[name]
        flow_gain[0] += DIVERTED_M3S.get(code, 0.0)
        self.flow[path], _ = _through_anchors(
            flow_gain,
            taken,
            self._anchors(code, path, "flow"),
            bounds=FLOW_SCALE_BOUNDS,
            imports=code in FED_FROM_OUTSIDE,
        )

    def _scale_streams(self, roots: list[int], factor: float) -> None:
        """Scale area and flow of whole unnamed streams, so that nothing is lost or gained where they join."""
        stack = list(roots)
        while stack:
            reach = stack.pop()
            self.area[reach] *= factor
            self.flow[reach] *= factor
            stack += self.incoming[reach]


def _through_anchors(
    gain: Array, taken: Array, anchors: list[tuple[int, float]], *, bounds: tuple[float, float], imports: bool
) -> tuple[Array, Array]:
    """Running total of *gain* less *taken*, sections scaled within *bounds* to meet each anchor; and the scale."""
    scale = np.ones(len(gain))
    if imports and anchors:
        first, value = anchors[0]
        gain = gain.copy()
        gain[0] += max(0.0, value - (gain[: first + 1].sum() - taken[: first + 1].sum()))
    start, total = 0, 0.0
    for index, value in anchors:
        section = slice(start, index + 1)
        gained, lost = gain[section].sum(), taken[section].sum()
        factor = 1.0 if gained <= 0 else float(np.clip((value - total + lost) / gained, *bounds))
        scale[section] = factor
        total += factor * gained - lost
        start = index + 1
    return np.cumsum(gain * scale - taken), scale


def drawn_lengths(reaches: Reaches) -> Array:
    """(n,) length of every reach as drawn, m."""
    chains = [np.array(cells) for cells in reaches.cells]
    return np.array([cell_step_m(reaches.points, chain[:-1], chain[1:]).sum() for chain in chains])


def corrected_lengths(balance: Balance, drawn_m: Array) -> Array:
    """(n,) length for travel times: drawn length times the factor that the published length of the river asks for.

    A line of 1:1 000 000 cuts off the small bends. The factor is held within bounds; a river whose source or course
    is not the registered one keeps its drawn length.
    """
    length = drawn_m.copy()
    for code, row in balance.register.items():
        path = balance.path(code)
        if code in LENGTH_AS_DRAWN or not path or code == "R02":
            continue
        factor = float(row["length_km"]) * 1_000.0 / drawn_m[path].sum()
        length[path] *= np.clip(factor, *LENGTH_FACTOR_BOUNDS)
    path = balance.path("R02")
    at = {g.name: balance.reach_ending_at(path, g.position) for g in balance.gauges if g.river_code == "R02"}
    dam = at["黄家港"]
    above = HAN_KM_BAIHE_TO_DAM * 1_000.0 / drawn_m[path[at["白河"] + 1 : dam + 1]].sum()
    length[path[: dam + 1]] *= above
    for (upper, from_km), (lower, to_km) in itertools.pairwise(HAN_KM_FROM_DAM):
        section = path[at[upper] + 1 : at[lower] + 1]
        length[section] *= (to_km - from_km) * 1_000.0 / drawn_m[section].sum()
    return length


def strahler(down: Array, fed_from_outside: set[int]) -> Array:
    """(n,) Strahler order; *fed_from_outside* reaches begin with at least the order of a large river."""
    order = np.zeros(len(down), dtype=np.int64)
    highest = np.zeros(len(down), dtype=np.int64)
    times = np.zeros(len(down), dtype=np.int64)
    for reach in range(len(down) - 1, -1, -1):
        own = max(1, highest[reach] + (1 if times[reach] > 1 else 0))
        order[reach] = max(own, 6) if reach in fed_from_outside else own
        below = down[reach]
        if below < 0:
            continue
        if order[reach] > highest[below]:
            highest[below], times[below] = order[reach], 1
        elif order[reach] == highest[below]:
            times[below] += 1
    return order


def bed_and_slope(balance: Balance, bed: Array, drawn_m: Array, length_m: Array) -> tuple[Array, Array]:
    """Bed level (m) at each reach's lower end and slope (m/m), from a profile that never rises downstream."""
    reaches = balance.reaches
    smooth = np.full(len(bed), np.nan)
    bed_m, slope = np.zeros(len(reaches.down)), np.zeros(len(reaches.down))
    for path in _level_paths(balance):
        cells = [cell for reach in path for cell in reaches.cells[reach][:-1]] + [reaches.cells[path[-1]][-1]]
        step = cell_step_m(reaches.points, np.array(cells[:-1]), np.array(cells[1:]))
        weights = np.maximum(np.append(step, step[-1]), 1.0)
        z = isotonic_regression(bed[cells], weights=weights, increasing=False).x
        if not np.isnan(smooth[cells[-1]]):
            z = np.maximum(z, smooth[cells[-1]])
        fresh = np.isnan(smooth[cells])
        smooth[np.array(cells)[fresh]] = z[fresh]
        x = np.concatenate([[0.0], np.cumsum(step)])
        window = SLOPE_WINDOW_PLAIN_M if np.median(z) < PLAIN_BED_M else SLOPE_WINDOW_M
        at = 0.0
        for reach in path:
            middle = at + drawn_m[reach] / 2
            low, high = max(0.0, middle - window), min(float(x[-1]), middle + window)
            stretch = length_m[reach] / max(drawn_m[reach], 1.0)
            drop = float(np.interp(low, x, z) - np.interp(high, x, z))
            slope[reach] = max(SLOPE_FLOOR, drop / max((high - low) * stretch, 1.0))
            at += drawn_m[reach]
            bed_m[reach] = float(np.interp(at, x, z))
    return bed_m, slope


def _level_paths(balance: Balance) -> list[list[int]]:
    """Reaches as paths, receivers before tributaries: each named river, then each stream along its largest branch."""
    reaches, seen, paths = balance.reaches, set[int](), []
    for reach in range(len(reaches.down)):  # ids count upward from the outlet
        if reach in seen:
            continue
        path = [reach]
        while True:
            ups = [u for u in balance.incoming[path[-1]] if reaches.code[u] == reaches.code[reach] and u not in seen]
            if not ups:
                break
            path.append(max(ups, key=lambda u: (reaches.raw_area_km2[u], -u)))
        seen.update(path)
        paths.append(path[::-1])
    return paths


def compute(reaches: Reaches, stems: dict[str, Stem], bed: Array, grid: Grid) -> tuple[Attributes, Balance]:
    """All numbers of all reaches."""
    balance = Balance(reaches, stems, read_gauges())
    balance.solve()
    drawn = drawn_lengths(reaches)
    length = corrected_lengths(balance, drawn)
    bed_m, slope = bed_and_slope(balance, bed, drawn, length)
    outside = {balance.path(code)[0] for code in ("R01", "A01", "A02", "A03") if balance.path(code)}
    order = strahler(reaches.down, outside)
    return Attributes(drawn, length, balance.area, balance.flow, slope, order, bed_m), balance
