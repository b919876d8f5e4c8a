"""Small rivers, written as files of the kinds that users bring."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incident_desk.geo.network import RiverNetwork, load_network

Write = Callable[..., Path]
Build = Callable[..., RiverNetwork]


def reach(reach_id: int, next_down: int, line: list[tuple[float, float]], **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [list(xy) for xy in line]},
        "properties": {"reach_id": reach_id, "next_down": next_down, **properties},
    }


def straight(reach_id: int, next_down: int, west: float, east: float, **properties: Any) -> dict[str, Any]:
    """A reach that flows east along 31 N; a degree there is 95 506 m."""
    return reach(reach_id, next_down, [(west, 31.0), (east, 31.0)], **properties)


@pytest.fixture
def write_rivers(tmp_path: Path) -> Write:
    def write(*features: dict[str, Any], name: str = "rivers.geojson") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def build_rivers(write_rivers: Write) -> Build:
    def build(*features: dict[str, Any], name: str = "rivers.geojson") -> RiverNetwork:
        return load_network(write_rivers(*features, name=name))

    return build


@pytest.fixture
def write_points(tmp_path: Path) -> Write:
    def write(*rows: tuple[str, str, str, float, float], name: str = "points.csv", extra: str = "") -> Path:
        path = tmp_path / name
        lines = ["id,kind,name,longitude,latitude" + (f",{extra}" if extra else "")]
        lines += [",".join(str(value) for value in row) for row in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


WIDE = {"upstream_area_km2": 5_000.0, "mean_discharge_m3s": 80.0, "slope": 0.0005}
