"""The river network of the house as readers ask for it: its named rivers, and the reaches near a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from incident_desk.domain.calls.coordinates import to_cgcs2000
from incident_desk.geo.network import load_network
from incident_desk.geo.snapping import Candidate, candidates


@dataclass(frozen=True, slots=True)
class River:
    """A named river of the network. ``mean_discharge_m3s`` is that at its lower end, None where unknown."""

    name: str
    reaches: int
    length_m: float
    mean_discharge_m3s: float | None
    weakest_source: str | None


@dataclass(frozen=True, slots=True)
class Network:
    """The network in use and its named rivers, the longest first."""

    name: str
    sha256: str
    reaches: int
    rivers: tuple[River, ...]


def network() -> Network:
    """What the network holds."""
    found = load_network()
    names = sorted({str(name) for name in found.river if name})
    rows = (np.flatnonzero(found.river == name) for name in names)
    rivers = [_river(name, indexes) for name, indexes in zip(names, rows, strict=True)]
    return Network(
        found.name, found.sha256, len(found), tuple(sorted(rivers, key=lambda river: (-river.length_m, river.name)))
    )


def near(longitude: float, latitude: float, *, datum: str = "cgcs2000", river: str = "") -> tuple[Candidate, ...]:
    """The reaches that a point may mean, the best first.

    Raises:
        NoReachNear, CoordinatesSwapped, CoordinatesOutsideChina: no river there.
    """
    return candidates(load_network(), *to_cgcs2000(longitude, latitude, datum), river or None)


def _river(name: str, indexes: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> River:
    found = load_network()
    lowest = indexes[np.argmin(found.outlet_distance_m[indexes])]
    flow = float(found.mean_discharge_m3s[lowest])
    return River(
        name=name,
        reaches=len(indexes),
        length_m=round(float(found.length_m[indexes].sum()), 1),
        mean_discharge_m3s=round(flow, 1) if np.isfinite(flow) else None,
        weakest_source=found.weakest_source(indexes),
    )
