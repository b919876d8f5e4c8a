"""The system clock is stepped by five minutes under a running worker: nothing fires early, nothing stays hidden.

The step is made by libfaketime, for the worker's process alone and for whoever takes its place; counters stay true.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.desks import Desk, in_process
from tests.faults.test_kills import until

pytestmark = pytest.mark.alone
LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)


@pytest.fixture
def stepped(tmp_path: Path) -> Any:
    """Write the step into this file; the environment that makes a process see it."""
    if LIBRARY is None:
        pytest.skip("left out: libfaketime is not installed")
    file = tmp_path / "step"
    file.write_text("+0s\n")
    environ = {
        "LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    return file, environ


def open_case_due_in(desk: Desk, seconds: float) -> datetime:
    """A case whose first report reaches three quarters of its time so many seconds from now; that moment."""
    from incident_desk.services.calls import call_taking
    from tests.people import actor
    from tests.services.sheets import sheet

    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    with in_process(desk):
        form = {"learned_at": (moment - timedelta(hours=3)).isoformat()}
        now = datetime.now(UTC)
        call_taking.take_call(sheet(form, now=now), actor=actor("officer"), now=now)
    return moment


def warned(desk: Desk) -> list[dict[str, Any]]:
    """Entries about the first report."""
    return [entry for entry in desk.journal("clock.warned") if entry["rule"] in {"R1", "R2"}]


def test_a_step_neither_fires_nor_hides(desk: Desk, stepped: Any) -> None:
    """Forward on one store, back on the other: time is reckoned before any store is asked."""
    file, environ = stepped
    step_s = 300 if desk.database_url.startswith("sqlite") else -300
    moment = open_case_due_in(desk, 20)
    desk.start("worker", environ=environ)
    until(lambda: desk.rows("SELECT machine FROM time_anchor"))
    file.write_text(f"{step_s:+d}s\n")
    until(lambda: desk.journal("system_clock.stepped"), within_s=15)
    desk.kill("worker")
    desk.start("worker", environ=environ)  # the one that takes its place knows only the wrong clock
    assert warned(desk) == []
    until(lambda: warned(desk), within_s=60)
    written = time.time()
    assert written >= moment.timestamp()
    time.sleep(2)
    (entry,) = warned(desk)
    at = datetime.fromisoformat(entry["written_at"])
    assert moment <= at <= moment + timedelta(seconds=20)
    desk.stop("worker")
