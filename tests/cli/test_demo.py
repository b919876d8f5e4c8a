"""``demo load | reset``, ``archive export`` and what ``serve`` says, as a person types them."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_archive import RUN

AT = "2026-11-21T03:00:00+08:00"


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *words], env=_environment(home), check=False, capture_output=True, text=True
    )


def _environment(home: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return {**kept, "INCIDENT_DESK_HOME": str(home), "PYTHONPATH": str(Path.cwd()), **more}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    assert run(home, "db", "upgrade").returncode == 0
    return home


def test_load_prints_the_log_ins_once_and_then_does_nothing(home: Path) -> None:
    first = run(home, "demo", "load", "--at", AT)
    assert (first.returncode, first.stderr) == (0, "")
    assert "X420323-2026-0001" in first.stdout
    assert "2026-11-20T18:25:00+00:00" in first.stdout
    assert "zhiban" in first.stdout
    second = run(home, "demo", "load")
    assert (second.returncode, second.stdout.count("\n")) == (0, 1)


def test_a_real_case_refuses_the_exercise_in_one_line(home: Path) -> None:
    with sqlite3.connect(home / "desk.sqlite3") as store:
        store.execute("INSERT INTO office (code, name_zh, name_en, settings) VALUES ('420300', '十堰', '', '{}')")
        store.execute(
            "INSERT INTO incident (case_no, office_code, is_exercise, title, state, learned_at, opened_at, version,"
            " journal_salt) VALUES ('420300-2026-0001', '420300', 0, 't', 'open', '2026-01-01', '2026-01-01', 1, '')"
        )
    for words in (("demo", "load"), ("demo", "reset", "--yes")):
        refused = run(home, *words)
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("at", ["02:25", "2026-11-21T03:00:00", "yesterday"])
def test_a_time_without_offset_is_bad_input(home: Path, at: str) -> None:
    refused = run(home, "demo", "load", "--at", at)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_reset_needs_a_yes_and_an_exercise(home: Path) -> None:
    assert run(home, "demo", "reset", "--yes").returncode == 2
    run(home, "demo", "load", "--at", AT)
    done = run(home, "demo", "reset", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(run(home, "journal", "verify", "--json").stdout)["ok"]
    assert run(home, "demo", "load", "--at", AT).returncode == 0


def test_the_case_is_exported_and_verified(home: Path, tmp_path: Path) -> None:
    run(home, "demo", "load", "--at", AT)
    words = ("archive", "export", "X420323-2026-0001", "--out", str(tmp_path / "out"), "--json")
    done = run(home, *words)
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    verified = run(home, "archive", "verify", document["path"], "--json", "--expect", document["digest"])
    assert (verified.returncode, json.loads(verified.stdout)["ok"]) == (0, True)
    again = run(home, *words)
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (2, "", 1)


def test_no_such_case_is_bad_input(home: Path, tmp_path: Path) -> None:
    refused = run(home, "archive", "export", "420300-2026-0001", "--out", str(tmp_path))
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_serve_says_address_and_sample_log_ins(home: Path) -> None:
    run(home, "demo", "load", "--at", AT)
    port, phones = _free_ports(2)
    command = [sys.executable, "-u", "-c", RUN, "serve", "--port", str(port)]
    environment = _environment(home, INCIDENT_DESK_PHONES_URL=f"http://127.0.0.1:{phones}")
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as served:
        assert served.stdout is not None
        said = [served.stdout.readline() for _ in range(6)]
        served.send_signal(signal.SIGTERM)
        served.wait(timeout=30)
    assert f"http://127.0.0.1:{port}" in said[0]
    assert any("yanlian-2026" in line for line in said)
    assert any("zhiban" in line for line in said)


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
