"""The river network as arrays in level-path order, in which "downstream of" is a comparison of two numbers.

Reaches are renumbered so that everything upstream of reach *i* is the slice ``i : i + subtree[i]`` and a main
stem stands contiguous, from its mouth upwards (the order that NHDPlus calls Hydroseq). A point *p* lies on
the way from *i* to the sea exactly if ``p <= i < p + subtree[p]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from incident_desk.geo.checks import cycle_members, downstream_index
from incident_desk.geo.datasets import Floats, Ints, LineTable, Objects, read_lines
from incident_desk.geo.errors import NetworkHasCycle, NetworkUnsound
from incident_desk.geo.pools import PoolLayout, lay_out_pools, read_volumes
from incident_desk.paths import rivers_dir

SHIPPED = "hubei.gpkg"
SOURCE_RANK = {"survey": 3, "wdbii": 2, "dem": 1}
"""How far a reach's course can be trusted; what is not listed ranks lowest."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RiverNetwork:
    """A forest of reaches. Every array has one entry per reach, in level-path order; -1 means none."""

    name: str
    path: Path
    sha256: str
    reach_id: Ints
    down: Ints
    subtree: Ints
    """Number of reaches upstream, itself included."""
    path_start: Ints
    """The lowest reach of the main stem this reach is part of."""
    outlet_distance_m: Floats
    """From the reach's lower end to the outlet."""
    length_m: Floats
    upstream_area_km2: Floats
    mean_discharge_m3s: Floats
    slope: Floats
    width_m: Floats
    order: Ints
    """Strahler order; 1 where the file gives none."""
    river: Objects
    source: Objects
    geometry: Objects
    pools: PoolLayout
    _sorted_id: Ints
    _by_id: Ints

    def __len__(self) -> int:
        return len(self.reach_id)

    def index_of(self, reach_id: int) -> int | None:
        """Position of a reach by its id, or None."""
        at = int(np.searchsorted(self._sorted_id, reach_id))
        if at == len(self._sorted_id) or self._sorted_id[at] != reach_id:
            return None
        return int(self._by_id[at])

    def path_down(self, index: int) -> Ints:
        """Positions from a reach to its outlet, the reach itself first: one slice per main stem on the way."""
        pieces = []
        while index >= 0:
            start = int(self.path_start[index])
            pieces.append(np.arange(index, start - 1, -1))
            index = int(self.down[start])
        return np.concatenate(pieces)

    def upstream(self, index: int) -> slice:
        """Slice of every reach that drains through this one, itself included."""
        return slice(index, index + int(self.subtree[index]))

    def lies_below(self, lower: Ints, index: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """(k,) whether each reach of *lower* is on the way from reach *index* to the sea (itself included)."""
        return (lower <= index) & (index < lower + self.subtree[lower])

    def weakest_source(self, indexes: Ints) -> str | None:
        """The least trustworthy origin among these reaches, or None when the file names none."""
        names = {str(name) for name in self.source[indexes]}
        if not names or names == {""}:
            return None
        return min(sorted(names), key=lambda name: SOURCE_RANK.get(name, 0)) or "unknown"


def load_network(path: Path | None = None) -> RiverNetwork:
    """The network in *path*, or the shipped one; kept in memory until the file changes.

    Reads formats and columns of :func:`incident_desk.geo.datasets.read_lines`; ``reservoirs.csv`` beside the
    file gives the volumes of its pools. A ``next_down`` that names no reach counts as an outlet, as in any
    clipped network.

    Raises:
        NetworkUnreadable: the file cannot be read.
        NetworkHasCycle: water would run in a circle.
        NetworkUnsound: no reaches, or an id that stands twice.
    """
    file = (path or rivers_dir() / SHIPPED).resolve()
    volumes = file.parent / "reservoirs.csv"
    return _load(file, _stamp(file), _stamp(volumes))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def _load(file: Path, _changed: tuple[int, int], _volumes_changed: tuple[int, int]) -> RiverNetwork:
    return build_network(read_lines(file), name=file.stem)


def build_network(table: LineTable, *, name: str) -> RiverNetwork:
    """Renumber the lines of *table*; raises as :func:`load_network`."""
    down = downstream_index(table)
    _refuse_unsound(table, down)
    length = table.numbers["length_m"]
    upstream_first = _Renumbering.of(down, _main_stem_weight(table), table.reach_id)
    at = upstream_first.row_at
    new_down = np.where(down[at] < 0, -1, upstream_first.position[down[at]])
    below = _sum_to_outlet(new_down, length[at]) - length[at]
    ids = table.reach_id[at]
    by_id = np.argsort(ids, kind="stable")
    order = table.numbers["order"][at]
    pools = lay_out_pools(
        marked=table.numbers["is_reservoir"][at] > 0,
        code=table.texts["reservoir_code"][at],
        storage_m3=table.numbers["storage_m3"][at],
        length_m=length[at],
        outlet_distance_m=below,
        volumes=read_volumes(table.path.parent / "reservoirs.csv"),
    )
    return RiverNetwork(
        name=name,
        path=table.path,
        sha256=table.sha256,
        reach_id=ids,
        down=new_down,
        subtree=upstream_first.subtree[at],
        path_start=_path_starts(upstream_first.is_main[at]),
        outlet_distance_m=below,
        length_m=length[at],
        upstream_area_km2=_positive(table.numbers["upstream_area_km2"][at]),
        mean_discharge_m3s=table.numbers["mean_discharge_m3s"][at],
        slope=_positive(table.numbers["slope"][at]),
        width_m=_positive(table.numbers["width_m"][at]),
        order=np.where(np.isfinite(order), order, 1.0).astype(np.int64),
        river=table.texts["river"][at],
        source=table.texts["source"][at],
        geometry=table.geometry[at],
        pools=pools,
        _sorted_id=ids[by_id],
        _by_id=by_id,
    )


def _refuse_unsound(table: LineTable, down: Ints) -> None:
    if len(down) == 0:
        raise NetworkUnsound(path=table.path.name, why="it holds no reaches")
    if len(np.unique(table.reach_id)) != len(table.reach_id):
        raise NetworkUnsound(path=table.path.name, why="a reach_id stands twice")
    circle = cycle_members(down)
    if len(circle):
        listed = ", ".join(str(i) for i in table.reach_id[circle][:8]) + (" …" if len(circle) > 8 else "")
        raise NetworkHasCycle(path=table.path.name, reaches=listed)


def _positive(values: Floats) -> Floats:
    return np.where(values > 0.0, values, np.nan)


def _main_stem_weight(table: LineTable) -> Floats | None:
    """What makes one branch the main stem: upstream area, else mean flow; None = the number of reaches above."""
    for name in ("upstream_area_km2", "mean_discharge_m3s"):
        if np.isfinite(table.numbers[name]).all():
            return table.numbers[name]
    return None


def _sum_to_outlet(down: Ints, values: Floats) -> Floats:
    """(n,) sum of *values* over each reach and all below it, by pointer doubling: log2(depth) passes."""
    n = len(down)
    total = np.append(values.astype(np.float64), 0.0)
    step = np.append(np.where(down < 0, n, down), n)
    while np.any(step != n):
        total = total + total[step]
        step = step[step]
    return total[:n]


def _path_starts(is_main: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Ints:
    """A main-stem reach stands right after the reach below it, so a stem starts where one is no main child."""
    return np.maximum.accumulate(np.where(is_main, 0, np.arange(len(is_main))))


@dataclass(frozen=True, slots=True)
class _Renumbering:
    """Where each row of the file goes, and which row each position holds."""

    position: Ints
    row_at: Ints
    subtree: Ints
    is_main: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

    @classmethod
    def of(cls, down: Ints, weight: Floats | None, reach_id: Ints) -> _Renumbering:
        """Level-path order of a forest; ties go to the smaller id, so the same file gives the same order."""
        n = len(down)
        subtree = _subtree_sizes(down)
        main_weight = subtree.astype(np.float64) if weight is None else weight
        parent = np.where(down < 0, n, down)  # all outlets are children of one sea
        siblings = np.lexsort((reach_id, -main_weight, parent))  # main child first within each parent
        ahead = np.cumsum(subtree[siblings]) - subtree[siblings]
        first = np.r_[True, np.diff(parent[siblings]) != 0]
        ahead -= np.maximum.accumulate(np.where(first, ahead, 0))
        offset, is_main = np.empty(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
        offset[siblings] = ahead
        is_main[siblings[first]] = True
        is_main[down < 0] = False
        position = _sum_to_outlet(down, (offset + (down >= 0)).astype(np.float64)).astype(np.int64)
        row_at = np.empty(n, dtype=np.int64)
        row_at[position] = np.arange(n)
        return cls(position, row_at, subtree, is_main)


def _subtree_sizes(down: Ints) -> Ints:
    """(n,) reaches upstream of each, itself included: one pass per level, from the springs down."""
    depth = _sum_to_outlet(down, np.ones(len(down)))
    size = np.ones(len(down), dtype=np.int64)
    rows = np.argsort(-depth, kind="stable")
    rows = rows[down[rows] >= 0]
    for level in np.split(rows, np.flatnonzero(np.diff(depth[rows])) + 1):
        np.add.at(size, down[level], size[level])
    return size
