from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from incident_desk.cli import main
from incident_desk.paths import rivers_dir


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["network", *arguments])


def rivers(path: Path, *links: tuple[int, int]) -> Path:
    features = []
    for place, (reach_id, next_down) in enumerate(links):
        line = {"type": "LineString", "coordinates": [[111.0 + 0.1 * place, 31.0], [111.1 + 0.1 * place, 31.0]]}
        features.append(
            {"type": "Feature", "geometry": line, "properties": {"reach_id": reach_id, "next_down": next_down}}
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INCIDENT_DESK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_shipped_network_is_sound() -> None:
    answer = run("check", str(rivers_dir() / "hubei.gpkg"), "--json")
    document = json.loads(answer.stdout)
    assert (answer.exit_code, document["ok"], document["faults"]) == (0, True, [])
    assert document["checked"]["reaches"] > 1_000


def test_a_faulty_network_exits_1_with_the_document_still_printed(tmp_path: Path) -> None:
    answer = run("check", str(rivers(tmp_path / "a.geojson", (1, 2), (2, 1))), "--json")
    document = json.loads(answer.stdout)
    assert (answer.exit_code, document["ok"]) == (1, False)
    assert set(document["faults"][0]) == {"where", "what"}


def test_a_file_that_is_none_exits_2_in_one_line(tmp_path: Path) -> None:
    answer = run("check", str(tmp_path / "none.gpkg"), "--json")
    assert (answer.exit_code, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)


def test_an_imported_network_is_traced_by_its_name(tmp_path: Path, home: Path) -> None:
    assert run("import", str(rivers(tmp_path / "a.geojson", (1, 2), (2, 0))), "--name", "survey-2026").exit_code == 0
    answer = CliRunner().invoke(
        main, ["trace", "--network", "survey-2026", "--lon", "111.05", "--lat", "31.0", "--json"]
    )
    assert json.loads(answer.stdout)["path"]["reaches"] == [1, 2]


def test_a_second_import_replaces_the_first(tmp_path: Path, home: Path) -> None:
    run("import", str(rivers(tmp_path / "a.geojson", (1, 0))), "--name", "n")
    run("import", str(rivers(tmp_path / "b.geojson", (7, 0))), "--name", "n")
    assert [file.name for file in (home / "networks" / "n").iterdir()] == ["b.geojson"]


def test_a_faulty_network_is_not_imported(tmp_path: Path, home: Path) -> None:
    answer = run("import", str(rivers(tmp_path / "a.geojson", (1, 9))), "--name", "n")
    assert (answer.exit_code, answer.stderr.count("\n"), (home / "networks" / "n").exists()) == (1, 1, False)


@pytest.mark.parametrize("name", ["../x", "a/b", ""])
def test_a_name_cannot_leave_its_folder(tmp_path: Path, home: Path, name: str) -> None:
    assert run("import", str(rivers(tmp_path / "a.geojson", (1, 0))), "--name", name).exit_code == 2
