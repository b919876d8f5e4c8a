"""Where a tributary enters a pool: places the register does not list, because a pool has hundreds of them.

The register has the head of each pool on its main rivers. A spill on a tributary meets the pool elsewhere, and
"when does it enter the reservoir" is asked first.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely

from incident_desk.geo.network import RiverNetwork
from incident_desk.geo.receptors import Receptor, ReceptorTable
from incident_desk.geo.trace_result import Hit

ENDING = "-E"
HEAD = "-T"
"""Ending of the register's own heads of pools: 库尾."""


def with_pool_entries(network: RiverNetwork, table: ReceptorTable) -> ReceptorTable:
    """*table* and, behind it, a ``reservoir`` at the upper end of each pool reach that a river outside it flows into.

    Ids are the pool's code with ``-E`` and the reach's id; the name is the pool's in ``reservoirs.csv`` beside the
    network. Where the register itself has the head of a pool on that reach's upper end, none is added. A way down a
    pool passes many of these; only the first of a pool means anything, see :func:`without_repeats`.
    """
    pool = network.pools.pool
    above = np.flatnonzero((pool < 0) & (network.down >= 0))
    entered = np.unique(network.down[above][pool[network.down[above]] >= 0])
    known = {
        int(index)
        for receptor, index, measure in zip(table.receptors, table.index, table.measure_m, strict=True)
        if receptor.kind == "reservoir" and measure < 1.0
    }
    names = _names(network.path.parent / "reservoirs.csv")
    rows = [int(row) for row in entered if int(row) not in known]
    extra = tuple(_entry(network, row, names) for row in rows)
    return ReceptorTable(
        table.receptors + extra,
        np.concatenate([table.index, np.array(rows, dtype=np.int64)]),
        np.concatenate([table.measure_m, np.zeros(len(rows))]),
        table.unplaced,
    )


def without_repeats(network: RiverNetwork, start: int, hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Of places that the register lists twice (``same_as``) and of entries into one pool the first on the way.

    A pool that the spill itself lies in is not entered. *start* is the position of the spill's reach.
    """
    inside = int(network.pools.pool[start])
    seen = {f"enters {network.pools.codes[inside]}"} if inside >= 0 else set()
    kept = []
    for hit in hits:
        key = _identity(hit.receptor)
        if key not in seen:
            seen.add(key)
            kept.append(hit)
    return tuple(kept)


def _identity(receptor: Receptor) -> str:
    if receptor.id.endswith((ENDING, HEAD)):
        return f"enters {receptor.id.partition('-')[0]}"
    return receptor.attributes.get("same_as") or receptor.id


def _entry(network: RiverNetwork, row: int, names: dict[str, str]) -> Receptor:
    code = network.pools.codes[int(network.pools.pool[row])]
    at = shapely.get_coordinates(network.geometry[row])[0]
    return Receptor(
        id=f"{code}-{int(network.reach_id[row])}{ENDING}",
        kind="reservoir",
        name=f"{names.get(code, code)}（入库处）",
        river=str(network.river[row]) or None,
        longitude=float(at[0]),
        latitude=float(at[1]),
        attributes={"confidence": "low"},
    )


@lru_cache(maxsize=8)
def _names(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file) if row.get("code") and row.get("name")}
