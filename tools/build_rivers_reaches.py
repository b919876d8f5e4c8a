"""Final flow directions on the grid, and the reaches cut from them.

Named rivers keep their routed course; the elevation grid decides only what drains into them.
The result is a tree by construction: every cell has one receiver and a filled surface never leads back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from pyflwdir.dem import fill_depressions
from scipy import ndimage

from tools.build_rivers_routing import Stem
from tools.build_rivers_sources import EARTH_M_PER_DEGREE, HUBEI_BOX, Array, Grid

D8_STEPS = {1: (0, 1), 2: (1, 1), 4: (1, 0), 8: (1, -1), 16: (0, -1), 32: (-1, -1), 64: (-1, 0), 128: (-1, 1)}
WATERLINE_BURN_M, STEM_BURN_M = 25.0, 30.0
STREAM_KM2, STREAM_IN_BOX_KM2 = 100.0, 30.0
REACH_M = 5_000.0
WEST_OF_INTEREST = 107.9
SMOOTHING_PASSES = 3
NODATA = -9999.0
# Dyked lengths: plain water cannot enter here, only rivers at their mouths. (west, east, south of)
DYKES = {"R02": (112.58, 114.05, 30.75), "R01": (112.05, 114.12, 30.36)}


def receivers_from_d8(d8: Array) -> Array:
    """(size,) receiver of every cell; a pit or a cell without data receives itself."""
    rows, columns = d8.shape
    flat = d8.ravel()
    receiver = np.arange(flat.size)
    for code, (dr, dc) in D8_STEPS.items():
        cells = np.flatnonzero(flat == code)
        receiver[cells] = cells + dr * columns + dc
    if receiver.min() < 0 or receiver.max() >= rows * columns:
        raise RuntimeError("a flow direction leaves the grid")
    return receiver


@njit(cache=True)
def drain(receiver, weight):  # type: ignore[no-untyped-def]
    """Accumulate *weight* downstream; returns sums, the order upstream first, and how many cells the order reached."""
    size = receiver.size
    inflows = np.zeros(size, np.int32)
    for cell in range(size):
        if receiver[cell] != cell:
            inflows[receiver[cell]] += 1
    order = np.empty(size, np.int64)
    tail = 0
    for cell in range(size):
        if inflows[cell] == 0:
            order[tail] = cell
            tail += 1
    total = weight.copy()
    head = 0
    while head < tail:
        cell = order[head]
        head += 1
        down = receiver[cell]
        if down != cell:
            total[down] += total[cell]
            inflows[down] -= 1
            if inflows[down] == 0:
                order[tail] = down
                tail += 1
    return total, order, tail


def first_network(elevation: Array, waterline: Array, bank_cells: Array, grid: Grid) -> tuple[Array, Array]:
    """Drainage area (km2) and filled surface of a first network; it only guides the routing of the stems."""
    burnt = elevation.copy()
    burnt.ravel()[waterline] -= 40.0
    burnt[bank_cells > 0] -= 60.0
    surface, d8 = fill_depressions(burnt, nodata=NODATA)
    area, _, reached = drain(receivers_from_d8(d8), grid.cell_area_km2())
    if reached != grid.size:
        raise RuntimeError("the first network has a cycle")
    return area, surface.ravel()


def _dyke(stem: Stem, grid: Grid, is_stem: Array) -> tuple[Array, dict[int, int]]:
    """Cells of a dyked length, and those that widen it to a four-connected wall with the stem cell they drain into."""
    west, east, south_of = DYKES[stem.code]
    centres = grid.centres()
    cells = np.array(stem.cells)
    longitude, latitude = centres[cells].T
    walled = cells[(longitude >= west) & (longitude <= east) & (latitude < south_of)]
    in_wall = set(walled.tolist())
    widened: dict[int, int] = {}
    for here, there in zip(stem.cells, stem.cells[1:], strict=False):
        if here not in in_wall or there not in in_wall:
            continue
        row, column = divmod(here, grid.columns)
        to_row, to_column = divmod(there, grid.columns)
        if row != to_row and column != to_column:
            for corner in (row * grid.columns + to_column, to_row * grid.columns + column):
                if not is_stem[corner]:
                    widened.setdefault(corner, there)
    return walled, widened


def final_directions(
    elevation: Array, waterline: Array, stems: dict[str, Stem], grid: Grid
) -> tuple[Array, Array, int]:
    """Receiver of every cell, drainage area (km2) and the one outlet cell.

    Raises:
        RuntimeError: a sort from upstream does not reach every cell, that is, there is a cycle.
    """
    is_stem = np.zeros(grid.size, dtype=bool)
    for stem in stems.values():
        is_stem[stem.cells] = True
    burnt = elevation.copy()
    flat = burnt.ravel()
    flat[waterline] -= WATERLINE_BURN_M
    flat[is_stem] -= STEM_BURN_M
    drains_into: dict[int, int] = {}
    for code in DYKES:
        walled, widened = _dyke(stems[code], grid, is_stem)
        flat[walled] = NODATA
        flat[list(widened)] = NODATA
        drains_into |= widened
    edge = np.zeros_like(burnt, dtype=bool)
    edge[[0, -1], :] = edge[:, [0, -1]] = True
    seeds = np.flatnonzero((is_stem | edge.ravel()) & (flat != NODATA))
    _, d8 = fill_depressions(burnt, nodata=NODATA, idxs_pit=seeds)
    receiver = receivers_from_d8(d8)
    for cell, stem_cell in drains_into.items():
        receiver[cell] = stem_cell
    for stem in stems.values():
        receiver[stem.cells[:-1]] = stem.cells[1:]
        receiver[stem.cells[-1]] = stem.cells[-1] if stem.receiver_cell is None else stem.receiver_cell
    area, _, reached = drain(receiver, grid.cell_area_km2())
    if reached != grid.size:
        raise RuntimeError("the network has a cycle")
    return receiver, area, stems["R01"].cells[-1]


@dataclass(slots=True)
class Reaches:
    """Reaches as parallel lists; ``down`` is a position in them, -1 at the outlet. Cells run downstream."""

    cells: list[list[int]]
    down: Array
    code: list[str]
    points: Array
    raw_area_km2: Array


def _kept_cells(receiver: Array, area: Array, outlet: int, stems: dict[str, Stem], grid: Grid) -> Array:
    """Cells drawn as rivers: all stems, and streams large enough, in the outlet's basin."""
    _, order, _ = drain(receiver, np.zeros(grid.size))
    in_basin = np.zeros(grid.size, dtype=bool)
    in_han = np.zeros(grid.size, dtype=bool)
    in_basin[outlet] = True
    in_han[stems["R02"].cells] = True
    for cell in order[::-1]:
        down = receiver[cell]
        in_basin[cell] |= in_basin[down]
        in_han[cell] |= in_han[down] and down != cell
    longitude, latitude = grid.centres().T
    west, south, east, north = HUBEI_BOX
    in_box = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    wanted = (area >= STREAM_KM2) | ((area >= STREAM_IN_BOX_KM2) & in_box)
    for stem in stems.values():
        wanted[stem.cells] = True
    kept: np.ndarray = wanted & in_basin & (in_han | (longitude >= WEST_OF_INTEREST))
    for cell in order:  # whatever is kept stays connected to the outlet
        if kept[cell]:
            kept[receiver[cell]] = True
    return kept


def _positions(kept: Array, receiver: Array, area: Array, lines: dict[int, tuple[float, float]], grid: Grid) -> Array:
    """Vertex of every kept cell: the water line's mean point, else the centre smoothed along the stream."""
    points = grid.centres()
    fixed = np.zeros(grid.size, dtype=bool)
    for cell, position in lines.items():
        points[cell] = position
        fixed[cell] = True
    cells = np.flatnonzero(kept)
    down = receiver[cells]
    main_up = np.arange(grid.size)
    for cell in cells[np.argsort(area[cells], kind="stable")]:  # the largest tributary is written last
        if receiver[cell] != cell:
            main_up[receiver[cell]] = cell
    free = ~fixed[cells]
    for _ in range(SMOOTHING_PASSES):
        mean = 0.5 * points[cells] + 0.25 * points[main_up[cells]] + 0.25 * points[down]
        points[cells[free]] = mean[free]
    return points


def cell_step_m(points: Array, here: Array, there: Array) -> Array:
    """Distance between the vertices of two cells, m."""
    dx, dy = (points[there] - points[here]).T
    middle = np.radians((points[there, 1] + points[here, 1]) / 2)
    return np.asarray(np.hypot(dx * np.cos(middle), dy) * EARTH_M_PER_DEGREE)


def cut_reaches(
    *, receiver: Array, area: Array, outlet: int, stems: dict[str, Stem], lines: dict[int, tuple[float, float]],
    breaks: set[int], grid: Grid,
) -> Reaches:  # fmt: skip
    """Cut the kept cells at confluences, where the river changes, at *breaks* (dams) and about every 5 km."""
    kept = _kept_cells(receiver, area, outlet, stems, grid)
    owner = {cell: stem.code for stem in stems.values() for cell in stem.cells}
    points = _positions(kept, receiver, area, lines, grid)
    cells = np.flatnonzero(kept)
    inflows = np.bincount(receiver[cells[cells != outlet]], minlength=grid.size)
    step = np.zeros(grid.size)
    step[cells] = cell_step_m(points, cells, receiver[cells])
    _, order, _ = drain(receiver, np.zeros(grid.size))
    reach_of = np.full(grid.size, -1, dtype=np.int64)
    length: list[float] = []
    chains: list[list[int]] = []
    for cell in order[kept[order]]:
        up = -1
        if inflows[cell] == 1:
            up = next(int(c) for c in _upstream(int(cell), grid) if kept[c] and receiver[c] == cell and c != cell)
        joins = (
            up >= 0
            and owner.get(up) == owner.get(int(cell))
            and int(cell) not in breaks
            and length[reach_of[up]] + step[cell] <= REACH_M
        )
        if joins:
            reach_of[cell] = reach_of[up]
            chains[reach_of[cell]].append(int(cell))
            length[reach_of[cell]] += float(step[cell])
        else:
            reach_of[cell] = len(chains)
            chains.append([int(cell)])
            length.append(float(step[cell]))
    below = [-1 if chain[-1] == outlet else int(reach_of[receiver[chain[-1]]]) for chain in chains]
    return _ordered(chains, np.array(below), owner, points, area)


def _upstream(cell: int, grid: Grid) -> list[int]:
    row, column = divmod(cell, grid.columns)
    return [
        r * grid.columns + c
        for r in range(max(0, row - 1), min(grid.rows, row + 2))
        for c in range(max(0, column - 1), min(grid.columns, column + 2))
        if r * grid.columns + c != cell
    ]


def _ordered(chains: list[list[int]], down: Array, owner: dict[int, str], points: Array, area: Array) -> Reaches:
    """Number the reaches from the outlet upward, the larger branch first: ids follow the rivers."""
    last = np.array([chain[-1] for chain in chains])
    children: list[list[int]] = [[] for _ in chains]
    for reach, below in enumerate(down):
        if below >= 0:
            children[below].append(reach)
    order: list[int] = []
    stack = [int(np.flatnonzero(down == -1)[0])]
    while stack:
        reach = stack.pop()
        order.append(reach)
        stack += sorted(children[reach], key=lambda r: (float(area[last[r]]), r))
    rank = np.empty(len(chains), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Reaches(
        cells=[chains[r] + ([] if down[r] < 0 else [chains[down[r]][0]]) for r in order],
        down=np.array([-1 if down[r] < 0 else rank[down[r]] for r in order]),
        code=[owner.get(chains[r][0], "") for r in order],
        points=points,
        raw_area_km2=area[last[order]],
    )


def bed_profile(elevation: Array) -> Array:
    """(size,) lowest of the 3 x 3 cells around each cell, m: the nearest the grid comes to the river bed."""
    lowest: Array = ndimage.minimum_filter(elevation, size=3)
    return lowest.ravel()
