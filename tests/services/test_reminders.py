"""Reminders: the keeper at 75 %, the leader at 90 %, after the limit up the ladder until somebody says they know."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.duty.roster import DutyRole, DutySeat
from incident_desk.domain.errors import NotFound
from incident_desk.extensions import db
from incident_desk.models import Incident, JournalEntry, Office, OutboxMessage, Person, RosterEntry
from incident_desk.services.calls import call_taking
from incident_desk.services.cases import facts
from incident_desk.services.law import clocks, reminders
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")
MINUTE = timedelta(minutes=1)
WARN, URGE, DUE = LEARNED + timedelta(hours=3), LEARNED + timedelta(hours=3, minutes=36), LEARNED + timedelta(hours=4)
BREACH = DUE + timedelta(seconds=1)


@pytest.fixture
def incident(app_context: Any) -> Incident:
    """A case of which nothing is known: R1 runs, four hours from learning."""
    return call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)


def clock_id(incident: Incident) -> int:
    lines = clocks.clocks_of(actor("officer"), incident.case_no)
    return next(line.id for line in lines if line.clock.rule_id == "R1")


def told(incident: Incident) -> list[tuple[str, str]]:
    """Who was promised a text about R1, and which."""
    names = dict(db.session.execute(select(Person.id, Person.login)).all())
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    wanted = clock_id(incident)
    return [(names[row.about["person"]], row.template) for row in rows if row.about.get("clock") == wanted]


def journal(incident: Incident, kind: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == kind).order_by(JournalEntry.seq))
    return [json.loads(row.data) for row in rows]


def run(*moments: datetime) -> None:
    for moment in moments:
        clocks.tick(moment)
        while reminders.climb(moment):
            pass


def test_the_keepers_are_told_first_then_the_leader(incident: Incident) -> None:
    run(WARN)
    assert told(incident) == [("officer", "clock_warned"), ("officer2", "clock_warned")]
    run(URGE)
    assert told(incident)[2:] == [("leader", "clock_warned")]


def test_whoever_the_roster_names_is_told_and_the_others_sleep(incident: Incident) -> None:
    on_duty = actor("officer2")
    db.session.add(
        RosterEntry(
            office_code="420300", on_day=WARN.date(), shift="night", role=DutyRole.MAIN.value, seat=DutySeat.A.value,
            person_id=on_duty.person_id, starts_at=LEARNED, ends_at=LEARNED + timedelta(hours=12), entered_at=NOW,
            entered_by=on_duty.ref,
        )
    )  # fmt: skip
    db.session.commit()
    run(WARN)
    assert told(incident) == [("officer2", "clock_warned")]


def test_an_unanswered_breach_climbs_and_each_is_told_once(incident: Incident) -> None:
    run(BREACH, BREACH + MINUTE, BREACH + 5 * MINUTE, BREACH + 6 * MINUTE, BREACH + 60 * MINUTE)
    assert told(incident) == [("leader", "clock_overdue"), ("province_leader", "clock_overdue")]
    climbed = [data for data in journal(incident, "reminder.climbed") if data["clock"] == clock_id(incident)]
    assert [(data["step"], data["whom"], data["messages"]) for data in climbed] == [
        (1, "leaders_above", 1), (2, "leaders_of_province", 0)
    ]  # fmt: skip


def test_who_says_they_know_stops_the_ladder_and_not_the_clock(incident: Incident) -> None:
    run(BREACH)
    row = reminders.acknowledge(incident.case_no, clock_id(incident), actor=actor("leader"), now=BREACH + MINUTE)
    again = reminders.acknowledge(incident.case_no, clock_id(incident), actor=actor("officer"), now=BREACH + 2 * MINUTE)
    assert (again.acknowledged_by, row.acknowledged_at) == (actor("leader").ref, BREACH + MINUTE)
    run(BREACH + 60 * MINUTE)
    assert told(incident) == [("leader", "clock_overdue")]
    assert len(journal(incident, "reminder.acknowledged")) == 1
    assert not clocks.clock_of(actor("officer"), incident.case_no, clock_id(incident)).clock.is_closed


def test_what_was_known_at_three_quarters_is_asked_anew_after_the_limit(incident: Incident) -> None:
    run(WARN)
    reminders.acknowledge(incident.case_no, clock_id(incident), actor=actor("officer"), now=WARN)
    run(BREACH)
    assert reminders.of_clocks([clock_id(incident)])[clock_id(incident)].acknowledged_at is None
    assert told(incident)[-1] == ("leader", "clock_overdue")


def test_a_report_that_went_out_ends_the_climbing(incident: Incident) -> None:
    run(BREACH)
    with transaction() as tx:
        found = tx.session.get_one(Incident, incident.id)
        data = {"from": "420300", "report_kind": "initial", "form": "written", "to": ["own_government", "level_up"]}
        facts.record(tx, found, "report_filed", at=BREACH, data=data, actor=actor("officer"), now=BREACH + MINUTE)
        clocks.rederive(tx, found, now=BREACH + MINUTE)
    run(BREACH + 60 * MINUTE)
    assert told(incident) == [("leader", "clock_overdue")]


def test_a_worker_that_was_dead_through_the_whole_ladder_tells_everybody_on_it(incident: Incident) -> None:
    clocks.tick(BREACH)
    run(BREACH + timedelta(hours=2))
    assert told(incident) == [("leader", "clock_overdue"), ("province_leader", "clock_overdue")]


def test_an_office_sets_its_own_ladder(incident: Incident) -> None:
    office = db.session.get_one(Office, "420300")
    office.settings = {**office.settings, "ladder": [{"after_min": 2, "whom": "keepers"}]}
    db.session.commit()
    run(BREACH)
    assert told(incident) == []
    run(BREACH + 2 * MINUTE)
    assert told(incident) == [("officer", "clock_overdue"), ("officer2", "clock_overdue")]


def test_an_office_elsewhere_knows_of_nothing(incident: Incident) -> None:
    run(BREACH)
    with pytest.raises(NotFound):
        reminders.acknowledge(incident.case_no, clock_id(incident), actor=actor("stranger"), now=BREACH)
    with pytest.raises(NotFound):
        reminders.acknowledge(incident.case_no, 999_999, actor=actor("officer"), now=BREACH)
