"""The worker's duty of the clocks: bound, tolerant of failures, and woken again by its loop."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.office_clock import OfficeClock
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, Setting
from incident_desk.services import heartbeats
from incident_desk.services.calls import call_taking
from incident_desk.services.office_time import office_now, set_office_clock
from incident_desk.worker.duties import all_duties
from incident_desk.worker.loop import NamedDuty, run_once, run_worker
from incident_desk.worker.ticks import CLOCKS
from tests.people import actor
from tests.services.sheets import sheet


def _overdue(app: Any) -> int:
    with app.app_context():
        rows = db.session.scalars(select(ClockRecord).where(ClockRecord.overdue_at.is_not(None))).all()
        return len(rows)


def _beats(app: Any) -> dict[str, int]:
    with app.app_context():
        return heartbeats.counts()


@pytest.fixture
def late_case(app: Any) -> None:
    """An exercise in which a first report has been due for an hour by the office's own clock."""
    with app.app_context():
        db.session.add(Setting(name="exercise", value={"on": True}))
        db.session.commit()
        now = office_now()
        form = {"learned_at": (now - timedelta(hours=5)).isoformat()}
        call_taking.take_call(sheet(form, now=now), actor=actor("officer"), now=now)


def test_the_clocks_are_among_the_duties() -> None:
    assert CLOCKS in all_duties()


@pytest.mark.usefixtures("late_case")
def test_one_tick_writes_what_has_passed(app: Any) -> None:
    assert run_once(app, CLOCKS) > 0
    assert _overdue(app) > 0
    assert run_once(app, CLOCKS) == 0


@pytest.mark.usefixtures("late_case")
def test_a_duty_that_fails_does_not_keep_the_clocks_from_ticking(app: Any) -> None:
    def broken(_now: datetime) -> int:
        raise RuntimeError("a vendor is away")

    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(app, (NamedDuty("broken", broken), CLOCKS), stop))
    worker.start()
    waited = time.monotonic()
    while not (_overdue(app) and _beats(app)) and time.monotonic() - waited < 20:
        time.sleep(0.05)
    stop.set()
    worker.join(timeout=20)
    assert _overdue(app) > 0
    assert set(_beats(app)) == {"clocks"}


def test_signs_of_life_are_counted_and_never_go_back(app: Any) -> None:
    with app.app_context():
        for moment, duties in ((0, ["clocks"]), (3, ["clocks", "messages"]), (-300, ["clocks"])):
            heartbeats.beat(duties, now=office_now() + timedelta(seconds=moment))
        heartbeats.beat([], now=office_now())
    assert _beats(app) == {"clocks": 3, "messages": 1}


def test_ticks_follow_the_moved_time_of_an_exercise(app: Any) -> None:
    with app.app_context():
        db.session.add(Setting(name="exercise", value={"on": True}))
        db.session.commit()
        now = office_now()
        form = {"learned_at": (now - timedelta(hours=1)).isoformat()}
        call_taking.take_call(sheet(form, now=now), actor=actor("officer"), now=now)
    run_once(app, CLOCKS)
    assert _overdue(app) == 0
    with app.app_context():
        set_office_clock(OfficeClock(offset=timedelta(hours=4)))
    run_once(app, CLOCKS)
    assert _overdue(app) > 0
