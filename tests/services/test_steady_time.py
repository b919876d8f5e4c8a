"""The machine's time in the house: anchored by the worker, held through a step, taken over when a person accepts it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from incident_desk.extensions import db
from incident_desk.models import JournalEntry, TimeAnchor
from incident_desk.services import steady_time
from tests.conftest import NOW
from tests.people import actor

pytestmark = pytest.mark.usefixtures("app_context")


class Machine:
    """A machine whose system clock and counter are in the test's hand."""

    def __init__(self) -> None:
        self.system, self.counter = NOW, 1000.0

    def passes(self, seconds: float) -> None:
        self.system += timedelta(seconds=seconds)
        self.counter += seconds

    def steps(self, seconds: float) -> None:
        self.system += timedelta(seconds=seconds)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    found = Machine()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = UTC) -> datetime:
            return found.system

    monkeypatch.setattr(steady_time, "datetime", Clock)
    monkeypatch.setattr(steady_time, "counter_s", lambda: found.counter)
    current_app.extensions.pop("steady_time", None)
    return found


def told(kind: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == kind).order_by(JournalEntry.seq))
    return [json.loads(row.data) for row in rows]


def test_before_a_worker_came_the_system_clock_is_all_there_is(machine: Machine) -> None:
    machine.steps(500)
    assert steady_time.now() == machine.system
    assert not steady_time.step()


@pytest.mark.parametrize("step_s", [-300, 300])
def test_a_step_is_told_once_and_time_goes_on(machine: Machine, step_s: int) -> None:
    steady_time.watch(NOW)
    machine.passes(10)
    machine.steps(step_s)
    machine.passes(10)
    for _ in range(3):
        steady_time.watch(NOW)
        machine.passes(1)
    assert steady_time.now() == NOW + timedelta(seconds=23)
    assert steady_time.step() == timedelta(seconds=step_s)
    assert told("system_clock.stepped") == [{"step_s": step_s}]


def test_a_clock_that_was_set_right_again_is_believed_again(machine: Machine) -> None:
    steady_time.watch(NOW)
    machine.steps(300)
    steady_time.watch(NOW)
    machine.steps(-300)
    machine.passes(5)
    steady_time.watch(NOW)
    assert [entry["step_s"] for entry in told("system_clock.stepped")] == [300, 0]
    assert steady_time.now() == machine.system


def test_who_has_looked_at_another_clock_accepts_the_step(machine: Machine) -> None:
    steady_time.watch(NOW)
    machine.steps(300)
    machine.passes(3)
    assert steady_time.accept(actor=actor("admin")) == timedelta(seconds=300)
    assert steady_time.now() == machine.system
    assert not steady_time.step()
    assert told("system_clock.accepted") == [{"moved_s": 300}]


def test_a_drift_is_followed_for_weeks(machine: Machine) -> None:
    for _ in range(200):
        steady_time.watch(NOW)
        machine.passes(61)
        machine.steps(0.1)
    assert steady_time.now() == machine.system
    assert told("system_clock.stepped") == []
    assert len(db.session.scalars(select(TimeAnchor)).all()) == 1
