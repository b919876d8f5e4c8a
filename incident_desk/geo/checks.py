"""What is wrong with a river network, reach by reach, before anybody trusts an answer from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from incident_desk.geo.datasets import Floats, Ints, LineTable

GAP_WARN_M = 100.0
"""A line that ends further than this from the start of its next reach is reported."""
AREA_DROP = 0.05
"""Upstream area may fall by this share from a reach to the next (diversions, rounding)."""
_LISTED = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where it is and what is wrong there."""

    where: str
    what: str

    def to_json(self) -> dict[str, str]:
        """As the command line prints it."""
        return {"where": self.where, "what": self.what}


@dataclass(frozen=True, slots=True)
class Findings:
    """Faults make a network unfit; warnings are for the person who keeps it."""

    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    checked: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether the network may be imported."""
        return not self.faults

    def to_json(self) -> dict[str, object]:
        """The document of ``network check --json``."""
        return {
            "ok": self.ok,
            "checked": self.checked,
            "faults": [f.to_json() for f in self.faults],
            "warnings": [f.to_json() for f in self.warnings],
        }


def downstream_index(table: LineTable) -> Ints:
    """(n,) row of each reach's next reach; -1 at an outlet or where ``next_down`` names no reach here."""
    order = np.argsort(table.reach_id, kind="stable")
    ids = table.reach_id[order]
    if len(ids) == 0:
        return np.empty(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(ids, table.next_down), len(ids) - 1)
    found = (ids[at] == table.next_down) & (table.next_down != 0)
    return np.where(found, order[at], -1)


def cycle_members(down: Ints) -> Ints:
    """Rows that lie on a circle of ``down``, ascending; empty for a sound network.

    Pointer doubling: after 2^k >= n steps every reach of a forest has left it; what has not stands on a circle.
    """
    n = len(down)
    step = np.append(np.where(down < 0, n, down), n)
    for _ in range(max(n, 1).bit_length() + 1):
        step = step[step]
    return np.unique(step[:n][step[:n] != n])


def check(table: LineTable) -> Findings:
    """All faults and warnings of a network.

    Faults: no reaches, ids twice or 0, circles, a reach that flows into itself, ``next_down`` that names no
    reach, length 0, no line, several unconnected parts, a line or link drawn against the flow. Warnings: a
    gap to the next reach, upstream area that falls downstream, an outlet that almost touches another line.
    """
    down = downstream_index(table)
    faults = [*_id_faults(table, down), *_shape_faults(table), *_direction_faults(table, down)]
    warnings = [*_gap_warnings(table, down), *_area_warnings(table, down)]
    if len(table.reach_id) == 0:
        faults.append(Finding(table.path.name, "the network holds no reaches"))
    checked = {
        "reaches": len(table.reach_id),
        "outlets": int((table.next_down == 0).sum()),
        "named_rivers": len({name for name in table.texts["river"] if name}),
    }
    return Findings(tuple(faults), tuple(warnings), checked)


def _id_faults(table: LineTable, down: Ints) -> list[Finding]:
    ids, counts = np.unique(table.reach_id, return_counts=True)
    found = [Finding(f"reach {i}", f"the id stands {c} times") for i, c in zip(ids, counts, strict=True) if c > 1]
    if (table.reach_id == 0).any():
        found.append(Finding("reach 0", "0 means outlet and cannot be a reach's id"))
    dangling = (down < 0) & (table.next_down != 0)
    found += [
        Finding(f"reach {i}", f"next_down {d} names no reach of this network")
        for i, d in zip(table.reach_id[dangling], table.next_down[dangling], strict=True)
    ]
    on_circle = cycle_members(down)
    itself = on_circle[down[on_circle] == on_circle]
    found += [Finding(f"reach {table.reach_id[row]}", "flows into itself") for row in itself]
    found += [
        Finding(
            f"reach {table.reach_id[row]}", f"lies on a cycle: its next_down {table.next_down[row]} leads back to it"
        )
        for row in np.setdiff1d(on_circle, itself)
    ]
    return found


def _shape_faults(table: LineTable) -> list[Finding]:
    found = []
    empty = shapely.is_empty(table.geometry)
    for row in np.flatnonzero(empty | ~(table.numbers["length_m"] > 0.0) | (table.parts > 1)):
        where = f"reach {table.reach_id[row]}"
        if empty[row]:
            found.append(Finding(where, "has no line"))
        elif table.parts[row] > 1:
            found.append(Finding(where, f"its line falls into {table.parts[row]} unconnected or opposing parts"))
        else:
            found.append(Finding(where, "its length is 0"))
    return found


def _ends_m(table: LineTable, down: Ints) -> tuple[Ints, dict[str, Floats]]:
    """Rows with a next reach, and the distances between the four pairs of line ends, metres."""
    drawn = ~shapely.is_empty(table.geometry)
    rows = np.flatnonzero((down >= 0) & (down != np.arange(len(down))) & drawn)
    rows = rows[drawn[down[rows]]]
    starts = shapely.get_coordinates(shapely.get_point(table.geometry[rows], 0))
    ends = shapely.get_coordinates(shapely.get_point(table.geometry[rows], -1))
    next_starts = shapely.get_coordinates(shapely.get_point(table.geometry[down[rows]], 0))
    next_ends = shapely.get_coordinates(shapely.get_point(table.geometry[down[rows]], -1))
    pairs = {
        "end_start": (ends, next_starts),
        "start_start": (starts, next_starts),
        "start_end": (starts, next_ends),
        "end_end": (ends, next_ends),
    }
    return rows, {name: _apart_m(a, b) for name, (a, b) in pairs.items()}


def _apart_m(a: Floats, b: Floats) -> Floats:
    """Distance on a sphere of 6371 km, flat between neighbours; good to 1 % for what is near."""
    if len(a) == 0:
        return np.empty(0)
    metres = np.radians(b - a) * 6_371_000.0
    metres[:, 0] *= np.cos(np.radians((a[:, 1] + b[:, 1]) / 2.0))
    return np.asarray(np.hypot(metres[:, 0], metres[:, 1]))


def _direction_faults(table: LineTable, down: Ints) -> list[Finding]:
    rows, apart = _ends_m(table, down)
    if len(rows) == 0:
        return []
    # A tributary may join anywhere along its next reach, so only a start that touches where the end does not counts.
    own = apart["end_start"].copy()
    for at in np.flatnonzero(_far(apart)):
        own[at] = _touch_m(table.geometry[rows[at]], table.geometry[down[rows[at]]])
    against = (np.minimum(apart["start_start"], apart["start_end"]) < GAP_WARN_M) & (own > GAP_WARN_M)
    link = (apart["start_end"] < 1.0) & (apart["end_start"] > GAP_WARN_M)
    head_on = (apart["end_end"] < 1.0) & (apart["end_start"] > GAP_WARN_M) & ~against
    found = []
    for row in rows[against | link]:
        what = f"reversed: it starts, and does not end, at its next reach {table.next_down[row]}"
        found.append(Finding(f"reach {table.reach_id[row]}", what))
    for row in rows[head_on & ~link]:
        found.append(
            Finding(f"reach {table.next_down[row]}", f"reversed: reach {table.reach_id[row]} flows into its lower end")
        )
    return list(dict.fromkeys(found))


def _far(apart: dict[str, Floats]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return apart["end_start"] > GAP_WARN_M


def _touch_m(line: shapely.LineString, other: shapely.LineString) -> float:
    """Distance from the end of a line to another line, metres."""
    end = shapely.get_point(line, -1)
    on_other = shapely.get_coordinates(shapely.shortest_line(end, other))
    return float(_apart_m(on_other[:1], on_other[1:])[0])


def _gap_warnings(table: LineTable, down: Ints) -> list[Finding]:
    rows, apart = _ends_m(table, down)
    wide = rows[_far(apart)]
    gaps = [(row, _touch_m(table.geometry[row], table.geometry[down[row]])) for row in wide]
    return [
        Finding(f"reach {table.reach_id[row]}", f"ends {gap:.0f} m away from its next reach {table.next_down[row]}")
        for row, gap in gaps
        if gap > GAP_WARN_M
    ][:_LISTED]


def _area_warnings(table: LineTable, down: Ints) -> list[Finding]:
    area = table.numbers["upstream_area_km2"]
    rows = np.flatnonzero(down >= 0)
    falls = rows[area[down[rows]] < area[rows] * (1.0 - AREA_DROP)]
    return [
        Finding(f"reach {table.reach_id[r]}", f"upstream area falls from {area[r]:.0f} to {area[down[r]]:.0f} km2")
        for r in falls[:_LISTED]
    ]
