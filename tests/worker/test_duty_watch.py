"""The worker looks through rosters and climbs ladders in its own loop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from incident_desk.extensions import db
from incident_desk.models import WakeUp
from incident_desk.services.duty import wake_ups
from incident_desk.services.office_time import office_now
from incident_desk.worker import duty_watch
from incident_desk.worker.duties import all_duties
from incident_desk.worker.loop import run_once
from tests.people import actor


def test_roster_and_ladder_are_among_the_duties() -> None:
    assert {duty_watch.ROSTER, duty_watch.WAKE_UPS} <= set(all_duties())


def test_one_tick_takes_the_steps_whose_time_has_come(app: Any) -> None:
    with app.app_context():
        wake_ups.start("420300", "无人接听", actor=actor("officer"), now=office_now() - timedelta(hours=1))
    assert run_once(app, duty_watch.WAKE_UPS) == 1
    with app.app_context():
        assert db.session.scalars(select(WakeUp.state)).one() == "nobody"
    assert run_once(app, duty_watch.WAKE_UPS) == 0
    assert run_once(app, duty_watch.ROSTER) == 0
