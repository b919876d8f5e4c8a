"""``incident-desk phones`` as a process: no database, no secret, no set-up, any folder."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from incident_desk.cli import main
from incident_desk.notify.channel import HandedOver
from incident_desk.notify.exercise_channel import ExerciseChannel
from tests.notify.samples import some_message

REPOSITORY = Path(__file__).parents[2]


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from incident_desk.cli import main; main()", "phones", "--port", "0", *words],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY), "DATABASE_URL": "nonsense://", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_works_in_an_empty_folder_and_stops_cleanly(tmp_path: Path) -> None:
    with start(tmp_path, "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = json.loads(process.stdout.readline())["url"]
        assert isinstance(ExerciseChannel(url, "token").send(some_message()), HandedOver)
        with urllib.request.urlopen(url + "/") as page:
            assert "电话墙" in page.read().decode()
        process.send_signal(signal.SIGTERM)
        assert (process.wait(10), process.stderr.read(), list(tmp_path.iterdir())) == (0, "", [])


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with start(tmp_path, "--json") as process:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["url"].rpartition(":")[2])
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        process.terminate()
        process.wait(10)
    assert [address for address in listening if address.endswith(f":{port:04X}") and address[:8] != "0100007F"] == []
    assert f"0100007F:{port:04X}" in listening


def test_a_taken_port_is_one_line_and_exit_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(main, ["phones", "--port", str(taken.getsockname()[1])])
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)


@pytest.mark.parametrize(
    "words", [["--inbound-url", "http://203.0.113.7/x"], ["--ca", "/nowhere.pem"], ["--auth-token", ""]]
)
def test_bad_input_is_one_line_and_exit_2(words: list[str]) -> None:
    result = CliRunner().invoke(main, ["phones", *words])
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
