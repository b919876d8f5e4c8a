"""Clocks under a rain of SIGKILLs: two workers and the server, at sixty times office time, nothing missed or doubled.

``SOAK_KILLS`` says how many, ``make soak`` runs five hundred; a few stand in every run of the tests. How late an event
was written is printed, and judged by ``make soak`` alone.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from tests.desks import Desk
from tests.faults import soak

pytestmark = [pytest.mark.alone, pytest.mark.slow]
KILLS = int(os.environ.get("SOAK_KILLS", "5"))
SECONDS_A_KILL = 2.5
LATEST_S = 2.0


class Load:
    """A colleague who records facts all the while and remembers which were acknowledged."""

    def __init__(self, desk: Desk, case_no: str) -> None:
        self.desk, self.case_no = desk, case_no
        self.acknowledged: list[int] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=40)

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(0.3):
            number += 1
            body = {"kind": "sheet.weather", "at": None, "data": {"state": "unknown"}}
            with contextlib.suppress(requests.RequestException):
                clock = self.desk.ask("GET", f"/api/v1/incidents/{self.case_no}", timeout=5)
                body["at"] = clock.json()["learned_at"]
                done = self.desk.ask(
                    "POST", f"/api/v1/incidents/{self.case_no}/facts", json=body, key=f"soak-{number}", timeout=5
                )
                if done.status_code == 201:  # anything else was not acknowledged
                    self.acknowledged.append(done.json()["id"])


def rain(parts: dict[str, Desk], dice: random.Random, killed: dict[int, float]) -> None:
    """Kill and start again ``KILLS`` times; *killed* says which process was killed when."""
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.1, 1.4))
        victims = dice.choices([["one"], ["two"], ["one", "two"], ["web"]], weights=[3, 3, 2, 2])[0]
        for name in victims:
            part = "web" if name == "web" else "worker"
            process_id = parts[name].processes[part].pid
            parts[name].kill(part)
            killed[process_id] = time.time()
        time.sleep(dice.uniform(0.0, 0.6))
        for name in victims:
            parts[name].start("web" if name == "web" else "worker")


def test_no_event_is_missed_or_doubled_whoever_is_killed(desk: Desk) -> None:
    seed = int(os.environ.get("SOAK_SEED", "20261122"))
    dice = random.Random(seed)
    parts = {name: replace(desk, processes={}) for name in ("one", "two", "web")}
    figures = soak.Figures("sqlite" if desk.database_url.startswith("sqlite") else "postgresql", KILLS)
    killed: dict[int, float] = {}
    try:
        parts["web"].start("web")
        case_no = desk.ask("POST", "/api/v1/incidents", json={"channel": "POLICE", "place_text": "某桥"}).json()[
            "case_no"
        ]
        anchor = soak.stretch_office_time(desk)
        figures.clocks = soak.open_cases(desk, KILLS * SECONDS_A_KILL, dice)
        parts["one"].start("worker")
        parts["two"].start("worker")
        with Load(desk, case_no) as load:
            rain(parts, dice, killed)
        time.sleep(4)
        counted = anchor + (datetime.now(UTC) - anchor) * soak.SPEED - soak.LAG
        time.sleep(2)
    finally:
        ended = time.time()
        for part in parts.values():
            part.end()
    soak.count(desk, figures, anchor, counted, soak.runs_of(_whole_log(desk), killed, ended))
    there = {row[0] for row in desk.rows("SELECT id FROM fact")}
    figures.acknowledged = len(load.acknowledged)
    figures.lost = [str(one) for one in load.acknowledged if one not in there]
    sys.__stdout__.write(f"\n{figures.line()}\n")  # type: ignore[union-attr]
    assert (figures.missed, figures.doubled, figures.early, figures.lost) == ([], [], [], [])
    assert figures.acknowledged > 0
    assert desk.faults() == []
    if "SOAK_KILLS" in os.environ:
        assert max(figures.late_s) <= LATEST_S


def _whole_log(desk: Desk) -> str:
    return (desk.home / "worker.log").read_text("utf-8", "replace")
