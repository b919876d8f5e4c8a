"""Reservoirs on the way: how much water stands in each reach of a pool.

A pool's volume is shared out along its reaches as in a wedge, deepest at the dam and nothing at the head
(a linear wedge of even width; longitudinal sections of canyon reservoirs look so). Arms of tributaries hold
their own share, so a plume that comes down one arm does not wait for the water of the others.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from incident_desk.geo.datasets import Floats, Ints, Objects


@dataclass(frozen=True, slots=True)
class PoolLayout:
    """Per reach: which pool it is part of (-1 none), the water in it and in its whole pool."""

    pool: Ints
    volume_m3: Floats
    """Water standing in the reach; 0 in a river, NaN in a pool whose volume nobody gave."""
    total_m3: Floats
    codes: tuple[str, ...]


_VOLUMES = ("storage_in_network_m3", "normal_storage_m3", "total_storage_m3")
"""The first that a row gives: what stands in the network's own reaches, at normal level, at the highest level."""


def read_volumes(path: Path) -> dict[str, float]:
    """Volumes by reservoir code, m3, from ``reservoirs.csv`` (``code`` and a column of ``_VOLUMES``); {} without one.

    A full pool makes the likely and the latest arrival later; the earliest one gives it no credit at all.
    """
    if not path.is_file():
        return {}
    volumes = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            code = (row.get("code") or "").strip()
            given = [float(text) for name in _VOLUMES if (text := (row.get(name) or "").strip())]
            known = [volume for volume in given if volume > 0.0]
            if code and known:
                volumes[code] = known[0]
    return volumes


def lay_out_pools(
    *,
    marked: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    code: Objects,
    storage_m3: Floats,
    length_m: Floats,
    outlet_distance_m: Floats,
    volumes: Mapping[str, float],
) -> PoolLayout:
    """Share each pool's volume among its reaches.

    Args:
        marked: (n,) the reach is part of a reservoir.
        code: (n,) the reservoir's code; a marked reach without one is a pool of unknown volume.
        storage_m3: (n,) volume given on the reach itself; it goes before the table.
        length_m: (n,) reach lengths.
        outlet_distance_m: (n,) from the reach's lower end to the outlet.
        volumes: m3 by reservoir code.
    """
    n = len(length_m)
    pool, volume, total = np.full(n, -1, dtype=np.int64), np.zeros(n), np.zeros(n)
    codes = tuple(sorted({str(name) for name in code[marked]}))
    for number, name in enumerate(codes):
        rows = np.flatnonzero(marked & (code == name))
        pool[rows] = number
        share = _wedge_shares(outlet_distance_m[rows], length_m[rows])
        known = volumes.get(name) if name else None
        volume[rows] = known * share if known is not None else np.nan
        total[rows] = known if known is not None else np.nan
        own = np.isfinite(storage_m3[rows])
        if own.any():
            volume[rows[own]] = storage_m3[rows[own]]
            total[rows] = np.nansum(volume[rows])
    return PoolLayout(pool, volume, total, codes)


def _wedge_shares(lower_end_m: Floats, length_m: Floats) -> Floats:
    """Shares of a wedge between each reach's ends; they add up to 1."""
    dam, head = lower_end_m.min(), (lower_end_m + length_m).max()
    span = max(head - dam, 1.0)
    middle = (lower_end_m + length_m / 2.0 - dam) / span
    weight = length_m * (1.0 - middle)
    return np.asarray(weight / weight.sum())
