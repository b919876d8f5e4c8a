"""What a spill can reach: intakes, sections, dams, gates, borders, each on its place on the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from incident_desk.domain.errors import DomainError
from incident_desk.geo.datasets import Floats, Ints, read_points
from incident_desk.geo.network import RiverNetwork
from incident_desk.geo.snapping import candidates, place_on_reach
from incident_desk.paths import rivers_dir

SHIPPED = "receptors.csv"
PLACE_WITHIN_M = 5_000.0
"""A receptor further than this from any reach stays unplaced, and is named so."""
_OWN = ("id", "kind", "name", "river", "reach_id", "measure_m", "longitude", "latitude")


@dataclass(frozen=True, slots=True)
class Receptor:
    """A place that matters, as the register has it; positions in degrees, CGCS2000."""

    id: str
    kind: str
    name: str
    river: str | None
    longitude: float
    latitude: float
    attributes: Mapping[str, str]
    """The register's other columns: county, prefecture_code, serves, confidence …"""


@dataclass(frozen=True, slots=True, eq=False)
class ReceptorTable:
    """Receptors with their places; (k,) arrays run along ``receptors``."""

    receptors: tuple[Receptor, ...]
    index: Ints
    """Position of the reach in the network."""
    measure_m: Floats
    """Along the reach, from its upper end."""
    unplaced: tuple[str, ...] = ()
    """Ids of what lies on no reach."""

    @classmethod
    def empty(cls) -> ReceptorTable:
        """No receptors at all."""
        return cls((), np.empty(0, dtype=np.int64), np.empty(0))


def load_receptors(network: RiverNetwork, path: Path | None = None) -> ReceptorTable:
    """Receptors of *path*, or the shipped ones, placed on *network*; kept until a file changes.

    A row that names a ``reach_id`` of this network lies there, at ``measure_m`` or else at the nearest place of
    that reach; any other row is placed on the nearest reach within 5 km, its river's name going first.

    Raises:
        ReceptorsUnreadable: the file cannot be read, or lacks ``id, kind, name`` or a position.
    """
    file = (path or rivers_dir() / SHIPPED).resolve()
    stamp = file.stat().st_mtime_ns if file.is_file() else 0
    return _load(network, file, stamp)


@lru_cache(maxsize=8)
def _load(network: RiverNetwork, file: Path, _changed: int) -> ReceptorTable:
    receptors, index, measure, unplaced = [], [], [], []
    for row in read_points(file):
        try:
            receptor = _receptor(row)
        except ValueError:
            unplaced.append(row["id"])
            continue
        place = _place(network, row, receptor)
        if place is None:
            unplaced.append(receptor.id)
            continue
        receptors.append(receptor)
        index.append(place[0])
        measure.append(place[1])
    return ReceptorTable(
        tuple(receptors), np.array(index, dtype=np.int64), np.array(measure, dtype=np.float64), tuple(unplaced)
    )


def _receptor(row: Mapping[str, str]) -> Receptor:
    return Receptor(
        id=row["id"],
        kind=row["kind"].lower(),
        name=row["name"],
        river=row.get("river") or None,
        longitude=float(row["longitude"]),
        latitude=float(row["latitude"]),
        attributes={key: value for key, value in row.items() if key not in _OWN and value},
    )


def _place(network: RiverNetwork, row: Mapping[str, str], receptor: Receptor) -> tuple[int, float] | None:
    named = row.get("reach_id", "")
    index = network.index_of(int(float(named))) if named.replace(".", "", 1).isdigit() else None
    if index is not None:
        given = _number(row.get("measure_m", ""))
        if given is None:
            given = place_on_reach(network, index, receptor.longitude, receptor.latitude)[1]
        return index, float(np.clip(given, 0.0, network.length_m[index]))
    try:
        best = candidates(network, receptor.longitude, receptor.latitude, receptor.river)[0]
    except DomainError:
        return None
    return (best.index, best.measure_m) if best.distance_m <= PLACE_WITHIN_M else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
