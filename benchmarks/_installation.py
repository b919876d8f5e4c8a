"""A desk for benchmarks, made with the product's own commands in a folder of its own: exercise and web process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

COMMAND = (sys.executable, "-c", "from incident_desk.cli import main; main()")
OURS = ("INCIDENT_DESK_", "DATABASE_URL", "PUBLIC_URL", "MESSAGE_VENDOR", "TRUSTED_PROXIES")
OFFICER = "zhiban"


class Installation:
    """One desk below *home*."""

    def __init__(self, home: Path, screens: int) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.environ = plain | {
            "INCIDENT_DESK_HOME": str(home), "INCIDENT_DESK_PORT": str(self.port),
            "INCIDENT_DESK_SCREENS": str(screens),
        }  # fmt: skip

    def command(self, *arguments: str) -> str:
        """Run ``incident-desk`` and give back what it printed."""
        done = subprocess.run(
            [*COMMAND, *arguments], env=self.environ, cwd=self.home, capture_output=True, text=True, check=True
        )
        return done.stdout

    @contextmanager
    def web(self, page: str = "/health/ready") -> Iterator[float]:
        """A web process; gives the seconds from its start to the first whole answer of *page*, and ends it."""
        began = time.monotonic()
        log = (self.home / "web.log").open("ab")
        process = subprocess.Popen(
            [*COMMAND, "web", "--port", str(self.port)], env=self.environ, cwd=self.home, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield self._first_answer(page, began)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()

    def _first_answer(self, page: str, began: float) -> float:
        while True:
            try:
                requests.get(self.url + page, timeout=30).raise_for_status()
            except requests.ConnectionError:
                if time.monotonic() - began > 120:
                    raise
                time.sleep(0.01)
            else:
                return time.monotonic() - began


@contextmanager
def exercise(screens: int = 20) -> Iterator[Installation]:
    """A desk with the exercise loaded; removed at the end."""
    with tempfile.TemporaryDirectory(prefix="incident-desk-bench-") as folder:
        desk = Installation(Path(folder), screens)
        desk.command("db", "upgrade")
        desk.command("demo", "load")
        yield desk


def program(desk: Installation) -> requests.Session:
    """A program that acts as the duty officer."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {desk.command('account', 'token', OFFICER).strip()}"
    return session


def claim(name: str, ours: float, unit: str, n: int, peer: float | None = None) -> None:
    """Print one line."""
    ratio = None if peer is None else round(peer / ours, 2)
    print(json.dumps({"name": name, "ours": round(ours, 4), "peer": peer, "ratio": ratio, "unit": unit, "n": n}))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which *share* of *values* lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
