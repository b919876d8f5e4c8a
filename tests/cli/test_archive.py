"""``archive verify`` needs nothing but the package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.records.sample_package import CASE_NO, written

RUN = "from incident_desk.cli import main; main()"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(
        [sys.executable, "-c", RUN, *words], cwd=folder, env=environment, check=False, capture_output=True, text=True
    )


def test_a_whole_package_prints_one_document_and_exits_0(tmp_path: Path) -> None:
    done = written(tmp_path)
    outcome = run(tmp_path, "archive", "verify", CASE_NO, "--json", "--expect", done.digest)
    document = json.loads(outcome.stdout)
    assert (outcome.returncode, document["ok"], document["faults"], outcome.stderr) == (0, True, [], "")
    assert document["checked"]["case_no"] == CASE_NO


def test_a_changed_package_exits_1_and_names_the_file(tmp_path: Path) -> None:
    path = written(tmp_path).path / "bag-info.txt"
    path.write_bytes(path.read_bytes() + b"X: y\n")
    outcome = run(tmp_path, "archive", "verify", str(path.parent), "--json")
    document = json.loads(outcome.stdout)
    assert outcome.returncode == 1
    assert [fault["where"] for fault in document["faults"]] == ["bag-info.txt"]


def test_nothing_there_is_bad_input_in_one_line(tmp_path: Path) -> None:
    outcome = run(tmp_path, "archive", "verify", "missing", "--json")
    assert (outcome.returncode, outcome.stdout, outcome.stderr.count("\n")) == (2, "", 1)


def test_people_can_read_the_answer_too(tmp_path: Path) -> None:
    written(tmp_path)
    assert run(tmp_path, "archive", "verify", CASE_NO).stdout.endswith("whole\n")
