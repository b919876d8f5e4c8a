from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas
import pytest
from click.testing import CliRunner, Result
from shapely import LineString

from incident_desk.cli import main

T0 = "2026-11-22T02:10:00+08:00"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["trace", *arguments])


def feature(reach_id: int, next_down: int, west: float, east: float) -> dict[str, object]:
    line = {"type": "LineString", "coordinates": [[west, 31.0], [east, 31.0]]}
    given = {"reach_id": reach_id, "next_down": next_down, "mean_discharge_m3s": 60.0, "upstream_area_km2": 4_000.0}
    return {"type": "Feature", "geometry": line, "properties": given}


@pytest.fixture
def own(tmp_path: Path) -> list[str]:
    """Arguments that name a network and receptors of one's own."""
    rivers, points = tmp_path / "r.geojson", tmp_path / "p.geojson"
    rivers.write_text(
        json.dumps(
            {"type": "FeatureCollection", "features": [feature(1, 2, 111.0, 111.2), feature(2, 0, 111.2, 111.4)]}
        )
    )
    place = {"type": "Point", "coordinates": [111.3, 31.0]}
    intake = {"type": "Feature", "geometry": place, "properties": {"id": "I1", "kind": "INTAKE", "name": "水厂"}}
    points.write_text(json.dumps({"type": "FeatureCollection", "features": [intake]}))
    return ["--network", str(rivers), "--receptors", str(points)]


def test_one_json_document_is_printed_and_nothing_else(own: list[str]) -> None:
    answer = run(
        *own, "--lon", "111.1", "--lat", "31.0", "--t0", T0, "--mass-kg", "100", "--limit-mg-l", "0.1", "--json"
    )
    assert answer.exit_code == 0
    assert answer.stderr == ""
    document = json.loads(answer.stdout)
    assert document["path"]["reaches"] == [1, 2]
    assert document["receptors"][0]["kind"] == "intake"
    assert document["receptors"][0]["exceeds"] is True
    assert document["elapsed_ms"]["load"] > 0.0


def test_the_shipped_network_answers_without_a_file() -> None:
    answer = run("--lon", "110.53", "--lat", "32.66", "--river", "堵河", "--t0", T0, "--json")
    document = json.loads(answer.stdout)
    assert document["snapped"]["river"] == "堵河"
    assert any("丹江口" in receptor["name"] for receptor in document["receptors"])


def test_a_network_of_ones_own_brings_its_own_receptors(own: list[str]) -> None:
    document = json.loads(run(*own[:2], "--lon", "111.1", "--lat", "31.0", "--json").stdout)
    assert document["receptors"] == []


def test_people_get_a_table(own: list[str]) -> None:
    answer = run(*own, "--lon", "111.1", "--lat", "31.0", "--t0", T0)
    assert "水厂" in answer.stdout
    assert "11-22" in answer.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ["--lon", "113.0", "--lat", "33.0"],
        ["--lon", "31.0", "--lat", "111.1"],
        ["--lon", "111.1", "--lat", "31.0", "--t0", "yesterday"],
        ["--lon", "111.1", "--lat", "31.0", "--t0", "2026-11-22T02:10:00"],
        ["--lon", "111.1", "--lat", "31.0", "--mass-kg", "-3"],
        ["--lon", "nan", "--lat", "31.0"],
        ["--lon", "111.1", "--lat", "31.0", "--receptors", "nowhere.csv"],
        ["--lon", "111.1", "--lat", "31.0", "--network", "nowhere.gpkg"],
    ],
)
def test_bad_input_is_one_line_and_exit_2(own: list[str], wrong: list[str]) -> None:
    answer = run(*own, *wrong, "--json")
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1


def test_a_network_in_a_circle_is_refused_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "round.geojson"
    path.write_text(
        json.dumps(
            {"type": "FeatureCollection", "features": [feature(1, 2, 111.0, 111.2), feature(2, 1, 111.2, 111.4)]}
        )
    )
    answer = run("--network", str(path), "--lon", "111.1", "--lat", "31.0", "--json")
    assert answer.exit_code == 2
    assert "circle" in answer.stderr


def test_tracing_loads_neither_the_database_nor_the_web() -> None:
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom incident_desk.cli import main\n"
        "r = CliRunner().invoke(main, ['trace', '--lon', '110.53', '--lat', '32.66', '--json'])\n"
        "assert r.exit_code == 0, r.output\n"
        "print([m for m in ('flask', 'sqlalchemy', 'folium', 'pyogrio', 'pandas') if m in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "parquet"])
def test_an_offices_own_network_is_read_by_geopandas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    frame = geopandas.GeoDataFrame(
        {"reach_id": [1], "next_down": [0]}, geometry=[LineString([(112.5, 31.0), (112.6, 31.0)])], crs="EPSG:4490"
    )
    path = tmp_path / f"own.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    reader = "read_parquet" if suffix == "parquet" else "read_file"
    asked: list[Path] = []
    original = getattr(geopandas, reader)
    monkeypatch.setattr(geopandas, reader, lambda file, **more: asked.append(file) or original(file, **more))
    answer = run("--lon", "112.55", "--lat", "31.0", "--network", str(path), "--json")
    assert answer.exit_code == 0, answer.output
    assert asked == [path]


def test_a_spill_after_now_is_refused() -> None:
    answer = run(
        *("--lon", "110.53", "--lat", "32.66", "--json"),
        *("--t0", "2026-03-02T02:10:00+08:00", "--now", "2026-03-02T02:09:59+08:00"),
    )
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "future" in answer.stderr
