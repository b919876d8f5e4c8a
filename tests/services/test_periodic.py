"""Duties by the calendar in an office: laid out once, reminded once, met by what was sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import func, select

from incident_desk.domain.errors import DomainError, NotFound
from incident_desk.extensions import db
from incident_desk.models import JournalEntry, PeriodicDuty
from incident_desk.services.law import periodic
from incident_desk.services.law.periodic import PeriodicState
from tests.people import actor

pytestmark = pytest.mark.usefixtures("app_context")
DECEMBER = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def day(now: datetime) -> None:
    """A day of the worker, which may have been started anew in between."""
    current_app.extensions.pop("periodic_day", None)
    periodic.lay_out(now)


def of(rule_id: str, login: str = "officer", now: datetime = DECEMBER) -> list[periodic.PeriodicLine]:
    return [line for line in periodic.lines(actor(login), now=now) if line.rule.rule_id == rule_id]


def kinds(kind: str) -> int:
    return db.session.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.kind == kind)) or 0


def test_what_falls_due_is_laid_out_once_for_each_office_of_the_level(app_context: Any) -> None:
    day(DECEMBER)
    count = db.session.scalar(select(func.count()).select_from(PeriodicDuty))
    day(DECEMBER)
    assert db.session.scalar(select(func.count()).select_from(PeriodicDuty)) == count
    assert [line.row.due_on.isoformat() for line in of("P10")] == ["2026-12-15"]
    assert of("P10", "county") == []
    assert [line.row.period for line in of("P12", "county")] == ["2026-11", "2026-12"]


def test_near_and_overdue_are_written_once_each(app_context: Any) -> None:
    day(DECEMBER)
    assert of("P10")[0].state is PeriodicState.TO_COME
    near = DECEMBER + timedelta(days=8)
    for moment in (near, near, near + timedelta(days=1)):
        day(moment)
    assert of("P10", now=near)[0].state is PeriodicState.SOON
    row = of("P10")[0].row
    assert row.warned_at == near
    day(DECEMBER + timedelta(days=15))
    day(DECEMBER + timedelta(days=16))
    late = DECEMBER + timedelta(days=16)
    assert of("P10", now=late)[0].state is PeriodicState.OVERDUE
    rows = db.session.scalars(select(JournalEntry.data).where(JournalEntry.kind == "periodic.overdue"))
    assert sum(json.loads(data)["duty"] == row.id for data in rows) == 1


def test_what_was_sent_meets_it_and_a_correction_is_written(app_context: Any) -> None:
    day(DECEMBER)
    duty = of("P10")[0].row.id
    now = DECEMBER + timedelta(days=20)
    periodic.record(duty, "2026-12-14", "十环文〔2026〕30号", actor=actor("officer"), now=now)
    assert of("P10", now=now)[0].state is PeriodicState.DONE
    periodic.record(duty, "2026-12-14", "十环文〔2026〕30号", actor=actor("officer"), now=now)
    periodic.record(duty, "2026-12-16", "十环文〔2026〕30号", actor=actor("officer"), now=now)
    assert of("P10", now=now)[0].state is PeriodicState.DONE_LATE
    assert kinds("periodic.done") == 2


@pytest.mark.parametrize(
    ("done_on", "reference", "field"),
    [
        ("", " ", "reference"),
        ("明天", "1号", "done_on"),
        ("2027-12-31", "1号", "done_on"),
        ("0001-01-01", "1号", "done_on"),
    ],
)
def test_what_cannot_be_is_refused(app_context: Any, done_on: str, reference: str, field: str) -> None:
    day(DECEMBER)
    with pytest.raises(DomainError) as refused:
        periodic.record(of("P10")[0].row.id, done_on, reference, actor=actor("officer"), now=DECEMBER)
    assert refused.value.field == field


def test_another_office_has_its_own(app_context: Any) -> None:
    day(DECEMBER)
    duty = of("P10")[0].row.id
    with pytest.raises(NotFound):
        periodic.record(duty, "", "1号", actor=actor("stranger"), now=DECEMBER)
    with pytest.raises(NotFound):
        periodic.record(duty, "", "1号", actor=actor("province"), now=DECEMBER)
