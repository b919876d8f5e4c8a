"""Routes every named river as a chain of cells, receivers before tributaries.

Flow on the plain cannot be read from a 1 km elevation grid, so the course of a named river is fixed first:
least-cost paths between hand-listed points, cheap on known water lines, closed where another river already runs.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from tools.build_rivers_sources import EARTH_M_PER_DEGREE, Array, Grid, read_table

# Receivers that differ from the river register: helper stems, and mouths that lie in a reservoir or on a stem.
RECEIVER = {
    "R50": "A01", "R51": "A01", "R52": "A01", "A02": "A01", "A01": "R01", "A03": "R01", "R38": "A02", "R39": "A01",
    "R40": "A03", "R41": "A03", "R48": "R02", "R45": "R02", "R46": "R02", "R44": "R09", "R47": "R10", "A04": "R07",
    "R28": "R27", "R29": "R27", "R01": "", "R09": "R02", "R05": "R04", "R06": "R04",
}  # fmt: skip
HELPER_NAMES = {"A01": "澧水及洞庭湖", "A02": "沅江", "A03": "乌江", "A04": "官渡河"}
DISTRIBUTARY_PARENT = {"R26": "R02", "R31": "R02", "R50": "R01", "R51": "R01", "R52": "R01"}
SHORT_NAMES = {"长江干流": "长江"}
SNAP_WATERLINE_M, SNAP_STREAM_M, SNAP_BROOK_M, SNAP_OFFTAKE_M = 3_000.0, 2_000.0, 1_500.0, 8_000.0
WINDOW_DEGREES = 0.5
CLIMB_COST_PER_M = 0.1


@dataclass(slots=True)
class Stem:
    """A named river as a chain of cells, drawn downstream; ``receiver_cell`` belongs to the river it ends in."""

    code: str
    name: str
    cells: list[int]
    receiver: str
    receiver_cell: int | None
    diverts_from: int | None = None


@dataclass(slots=True)
class Guide:
    """What the router knows of the ground: water lines, distance to the bank, first drainage area, filled surface."""

    grid: Grid
    waterline: Array
    bank_cells: Array
    area_km2: Array
    surface_m: Array
    stems: dict[str, Stem] = field(default_factory=dict)

    def cell_cost(self) -> Array:
        """(size,) cost of a cell: 1 on a known line, dearer the weaker the sign of a river."""
        cost = np.full(self.grid.size, 6.0)
        for threshold, value in ((5.0, 3.5), (20.0, 2.5), (100.0, 1.8)):
            cost[self.area_km2 >= threshold] = value
        inside = self.bank_cells > 0
        cost[inside] = 1.0 + 1.5 / self.bank_cells[inside]
        cost[self.waterline] = 1.0
        return cost


@njit(cache=True)
def _least_cost(cost, surface, closed, water, columns, window, start, goal, climb_cost):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba takes no keyword-only arguments
    """Dijkstra on the eight neighbours inside a window; returns the predecessor of each window cell."""
    r0, r1, c0, c1 = window
    height, width = r1 - r0, c1 - c0
    best = np.full(height * width, np.inf)
    previous = np.full(height * width, -1, np.int64)
    done = np.zeros(height * width, np.bool_)
    s = (start // columns - r0) * width + start % columns - c0
    best[s] = 0.0
    queue = [(0.0, s)]
    while len(queue) > 0:
        value, here = heapq.heappop(queue)
        if done[here]:
            continue
        done[here] = True
        row, column = here // width + r0, here % width + c0
        at = row * columns + column
        if at == goal:
            break
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                if dr == 0 and dc == 0:
                    continue
                r, c = row + dr, column + dc
                if r < r0 or r >= r1 or c < c0 or c >= c1:
                    continue
                to = r * columns + c
                if closed[to] and to != goal:
                    continue
                if dr != 0 and dc != 0 and closed[row * columns + c] and closed[r * columns + column]:
                    continue
                step = 1.4142135623730951 if dr != 0 and dc != 0 else 1.0
                total = value + step * 0.5 * (cost[at] + cost[to])
                if not water[to]:
                    total += climb_cost * max(0.0, surface[to] - surface[at])
                local = (r - r0) * width + c - c0
                if total < best[local]:
                    best[local] = total
                    previous[local] = here
                    heapq.heappush(queue, (total, local))
    return previous


def _window(grid: Grid, a: int, b: int) -> tuple[int, int, int, int]:
    margin = int(WINDOW_DEGREES / grid.cell)
    rows, columns = sorted((a // grid.columns, b // grid.columns)), sorted((a % grid.columns, b % grid.columns))
    return (
        max(0, rows[0] - margin),
        min(grid.rows, rows[1] + margin + 1),
        max(0, columns[0] - margin),
        min(grid.columns, columns[1] + margin + 1),
    )


class Router:
    """Routes the stems one after another; cells of earlier stems are closed to later ones."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.grid = guide.grid
        self.cost = guide.cell_cost()
        self.closed = np.zeros(self.grid.size, dtype=bool)
        centres = self.grid.centres()
        self.scale = np.array([np.cos(np.radians(31.0)), 1.0]) * EARTH_M_PER_DEGREE
        self.metres = centres * self.scale
        self.trees = [
            (limit, np.flatnonzero(mask))
            for limit, mask in (
                (SNAP_WATERLINE_M, guide.waterline | (guide.bank_cells > 0)),
                (SNAP_STREAM_M, guide.area_km2 >= 100.0),
                (SNAP_BROOK_M, guide.area_km2 >= 20.0),
            )
        ]
        self.indexed = [(limit, cells, cKDTree(self.metres[cells])) for limit, cells in self.trees]

    def nearest(self, longitude: float, latitude: float, cells: Array) -> tuple[int, float]:
        """The nearest of *cells* and its distance, m."""
        offset = np.hypot(*(self.metres[cells] - np.array([longitude, latitude]) * self.scale).T)
        best = int(offset.argmin())
        return int(cells[best]), float(offset[best])

    def snap(self, longitude: float, latitude: float) -> int:
        """The cell a hand-listed point means: a water line near by, else a stream, else its own cell."""
        point = np.array([longitude, latitude]) * self.scale
        for limit, cells, tree in self.indexed:
            near = np.sort(cells[tree.query_ball_point(point, limit)])
            near = near[~self.closed[near]]
            if near.size:
                return self.nearest(longitude, latitude, near)[0]
        return int(self.grid.index(np.array(longitude), np.array(latitude)))

    def leg(self, start: int, goal: int) -> list[int]:
        """Cells of the cheapest way from *start* to *goal*, both included."""
        window = _window(self.grid, start, goal)
        guide = self.guide
        previous = _least_cost(
            self.cost, guide.surface_m, self.closed, guide.waterline, self.grid.columns, window, start, goal,
            CLIMB_COST_PER_M,
        )  # fmt: skip
        width = window[3] - window[2]
        local = (goal // self.grid.columns - window[0]) * width + goal % self.grid.columns - window[2]
        cells = [goal]
        while cells[-1] != start:
            local = int(previous[local])
            if local < 0:
                raise RuntimeError(f"no way from cell {start} to {goal}")
            cells.append((local // width + window[0]) * self.grid.columns + local % width + window[2])
        return cells[::-1]

    def route(self, code: str, name: str, points: list[tuple[float, float]], receiver: str) -> Stem:
        """Route one river through its hand-listed *points* into its receiver."""
        parent = DISTRIBUTARY_PARENT.get(code)
        stops = [self.snap(*point) for point in points]
        receiver_cell = None
        if receiver:
            cells = np.array(self.guide.stems[receiver].cells)
            receiver_cell, _ = self.nearest(*points[-1], cells)
            stops[-1] = receiver_cell
        if parent is not None:
            offtake, distance = self.nearest(*points[0], np.array(self.guide.stems[parent].cells))
            if distance > SNAP_OFFTAKE_M:
                raise RuntimeError(f"{code}: the offtake lies {distance:.0f} m from its parent")
            stops[0] = offtake
        cells_of_way = [stops[0]]
        for start, goal in itertools.pairwise(stops):
            if start != goal:
                cells_of_way += self.leg(start, goal)[1:]
        chain = _without_loops(cells_of_way)
        stem = Stem(code, name, chain, receiver, receiver_cell, chain[0] if parent else None)
        stem.cells = chain[1 if parent else 0 : -1 if receiver else None]
        self.closed[stem.cells] = True
        self.guide.stems[code] = stem
        return stem


def _without_loops(cells: list[int]) -> list[int]:
    kept: list[int] = []
    seen: dict[int, int] = {}
    for cell in cells:
        if cell in seen:
            for dropped in kept[seen[cell] + 1 :]:
                del seen[dropped]
            del kept[seen[cell] + 1 :]
        else:
            seen[cell] = len(kept)
            kept.append(cell)
    return kept


def route_all(guide: Guide) -> dict[str, Stem]:
    """Every stem of ``waypoints.csv``; the order of that file is the order of routing."""
    register = {row["river_code"]: row for row in read_table("rivers")}
    code_of = {row["name_zh"]: code for code, row in register.items()} | {"长江": "R01", "洞庭湖": "A01"}
    points: dict[str, list[tuple[float, float]]] = {}
    for row in read_table("waypoints"):
        points.setdefault(row["river_code"], []).append((float(row["longitude"]), float(row["latitude"])))
    router = Router(guide)
    for code, listed in points.items():
        name = HELPER_NAMES.get(code) or register[code]["name_zh"]
        receiver = RECEIVER[code] if code in RECEIVER else code_of[register[code]["flows_into"]]
        router.route(code, SHORT_NAMES.get(name, name), listed, receiver)
    return guide.stems
