"""``incident-desk experts``: a list taken whole or not at all, and the pool as one JSON document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from incident_desk.cli import main
from incident_desk.paths import data_dir

SAMPLES = str(data_dir() / "demo" / "experts.csv")


@pytest.fixture
def run(app: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("INCIDENT_DESK_HOME", str(settings.home))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["experts", *arguments])

    return invoke


def test_a_dry_run_says_what_would_change_and_stores_nothing(run: Any) -> None:
    done = run("import", SAMPLES, "--dry-run", "--json")
    assert json.loads(done.stdout)["added"] == 80
    assert json.loads(run("list", "--json").stdout) == {"experts": []}


def test_a_list_is_taken_and_listed(run: Any) -> None:
    assert run("import", SAMPLES).exit_code == 0
    listed = json.loads(run("list", "--json").stdout)["experts"]
    assert len(listed) == 80
    assert listed[0]["specialities"] == ["EMERGENCY_MGMT"]


def test_a_list_with_faults_exits_2_with_one_line(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("编号,姓名,专长,行政区划代码,手机\nE1,张工,XX,420300,1\nE2,李工,AIR,4203,2\n", "utf-8")
    done = run("import", str(path))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    for word in ("line 2", "line 3", "nothing was taken"):
        assert word in done.stderr


def test_a_file_that_is_not_there_exits_2(run: Any, tmp_path: Path) -> None:
    done = run("import", str(tmp_path / "none.csv"))
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
