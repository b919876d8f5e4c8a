"""Clocks on record: started, moved, met and voided in place; their moments written once, whoever was alive."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.extensions import db
from incident_desk.models import ClockRecord, Incident, JournalEntry, OutboxMessage
from incident_desk.services import journal
from incident_desk.services.calls import call_taking
from incident_desk.services.cases import fact_recording, facts
from incident_desk.services.law import clocks, grading
from incident_desk.services.law.clocks import CaseClock
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")
R1_RECIPIENTS = ["own_government", "level_up"]


@pytest.fixture
def incident(app_context: Any) -> Incident:
    """A case of which nothing is known: R1 runs, four hours from learning."""
    return call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)


def _clock(incident: Incident, rule: str) -> CaseClock:
    lines = clocks.clocks_of(actor("officer"), incident.case_no)
    return next(line for line in lines if line.clock.rule_id == rule)


def _entries(incident: Incident, rule: str) -> list[tuple[str, dict[str, Any]]]:
    rows = db.session.scalars(
        select(JournalEntry).where(JournalEntry.case_no == incident.case_no).order_by(JournalEntry.seq)
    )
    found = [(row.kind, json.loads(row.data)) for row in rows]
    return [(kind, data) for kind, data in found if kind.startswith("clock.") and data["rule"] == rule]


def _kinds(incident: Incident, rule: str) -> list[str]:
    return [kind for kind, _ in _entries(incident, rule)]


def _file(incident: Incident, to: list[str], at: datetime, *, now: datetime | None = None) -> None:
    from incident_desk.services.transaction import transaction

    with transaction() as tx:
        found = tx.session.get_one(Incident, incident.id)
        data = {"from": "420300", "report_kind": "initial", "form": "written", "to": to}
        facts.record(tx, found, "report_filed", at=at, data=data, actor=actor("officer"), now=now or at)
        clocks.rederive(tx, found, now=now or at)


def test_a_clock_starts_once_however_often_it_is_derived(incident: Incident) -> None:
    officer = actor("officer")
    fact_recording.record_fact(incident.case_no, "sheet.weather", {"state": "unknown"}, at=NOW, actor=officer, now=NOW)
    fact_recording.record_fact(incident.case_no, "sheet.weather", {"state": "unknown"}, at=NOW, actor=officer, now=NOW)
    assert _kinds(incident, "R1") == ["clock.started"]
    assert len(db.session.scalars(select(ClockRecord).where(ClockRecord.rule_id == "R1")).all()) == 1


def test_what_is_read_back_is_the_clock_that_was_derived(incident: Incident) -> None:
    from incident_desk.domain.clocks.derivation import derive_clocks
    from incident_desk.domain.law.rulebook import Rulebook

    found = db.session.get_one(Incident, incident.id)
    derived = derive_clocks(facts.case_facts(db.session(), found), Rulebook.shipped(), now=NOW)
    stored = [line.clock for line in clocks.clocks_of(actor("officer"), incident.case_no)]
    assert {clock.identity: clock for clock in stored} == {clock.identity: clock for clock in derived}


def test_a_report_to_all_meets_the_clock(incident: Incident) -> None:
    _file(incident, R1_RECIPIENTS, NOW + timedelta(minutes=30))
    assert _clock(incident, "R1").clock.met_at == NOW + timedelta(minutes=30)
    assert _kinds(incident, "R1") == ["clock.started", "clock.met"]


def test_a_report_to_some_leaves_it_running_and_says_who_lacks_it(incident: Incident) -> None:
    _file(incident, ["own_government"], NOW)
    line = _clock(incident, "R1")
    assert line.clock.met_at is None
    assert line.to_json(NOW)["missing_recipients"] == ["level_up"]


def test_a_fact_to_come_starts_r2_beside_r1(incident: Incident) -> None:
    later = NOW + timedelta(minutes=5)
    data = {"trigger": "T1"}
    fact_recording.record_fact(incident.case_no, "trigger_known", data, at=later, actor=actor("officer"), now=later)
    assert _clock(incident, "R2").clock.due_at == later + timedelta(hours=2)
    assert not _clock(incident, "R1").clock.is_closed


def test_a_vouched_fall_voids_and_says_so_once(incident: Incident) -> None:
    officer = actor("officer")
    grading.judge(incident.case_no, "II", basis="疏散5万人", actor=officer, now=NOW)
    later = NOW + timedelta(minutes=10)
    grading.judge(incident.case_no, "IV", basis="核实为50人", second="赵带班", actor=officer, now=later)
    assert _clock(incident, "R2").clock.voided_at == later
    fact_recording.record_fact(
        incident.case_no, "sheet.weather", {"state": "unknown"}, at=later, actor=officer, now=later
    )
    assert _kinds(incident, "R2") == ["clock.started", "clock.voided"]


def test_nothing_is_written_before_its_moment(incident: Incident) -> None:
    assert clocks.tick(LEARNED + timedelta(hours=3) - timedelta(seconds=1)) == 0
    assert _kinds(incident, "R1") == ["clock.started"]


def test_three_quarters_nine_tenths_and_the_breach_are_written_once_each(incident: Incident) -> None:
    due = LEARNED + timedelta(hours=4)
    moments = [LEARNED + timedelta(hours=3), LEARNED + timedelta(hours=3, minutes=36), due + timedelta(seconds=1)]
    for moment in moments:
        clocks.tick(moment)
        clocks.tick(moment)
    found = _entries(incident, "R1")[1:]
    assert [(kind, data["level"]) for kind, data in found] == [
        ("clock.warned", 75), ("clock.warned", 90), ("clock.overdue", 100)
    ]  # fmt: skip
    for (_, data), moment in zip(found, moments, strict=True):
        assert datetime.fromisoformat(data["written_at"]) == moment
        assert datetime.fromisoformat(data["due_at"]) == due


def test_at_the_very_second_of_due_it_is_not_overdue(incident: Incident) -> None:
    clocks.tick(LEARNED + timedelta(hours=4))
    assert "clock.overdue" not in _kinds(incident, "R1")


def test_a_worker_that_was_dead_writes_all_and_tells_the_newest_alone(incident: Incident) -> None:
    before = len(db.session.scalars(select(OutboxMessage)).all())
    clocks.tick(LEARNED + timedelta(hours=4, minutes=30))
    assert Counter(_kinds(incident, "R1")) == {"clock.started": 1, "clock.warned": 2, "clock.overdue": 1}
    sent = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()[before:]
    about_r1 = [message for message in sent if message.about["clock"] == _clock(incident, "R1").id]
    assert [message.template for message in about_r1] == ["clock_overdue"]
    assert "已超30分" in about_r1[0].body


def test_a_clock_that_was_met_is_left_in_peace(incident: Incident) -> None:
    _file(incident, R1_RECIPIENTS, NOW)
    clocks.tick(LEARNED + timedelta(hours=5))
    assert _kinds(incident, "R1") == ["clock.started", "clock.met"]


def test_moments_passed_while_nobody_looked_are_written_when_it_is_met_late(incident: Incident) -> None:
    late = LEARNED + timedelta(hours=4, minutes=10)
    _file(incident, R1_RECIPIENTS, late)
    kinds = _kinds(incident, "R1")
    assert kinds == ["clock.started", "clock.warned", "clock.warned", "clock.overdue", "clock.met"]
    assert _entries(incident, "R1")[-1][1]["state"] == "met_late"
    assert clocks.tick(late + timedelta(hours=1)) >= 0
    assert _kinds(incident, "R1") == kinds


def test_an_act_in_time_that_is_written_down_later_is_in_time(incident: Incident) -> None:
    in_time = LEARNED + timedelta(hours=2)
    _file(incident, R1_RECIPIENTS, in_time, now=LEARNED + timedelta(hours=6))
    assert _entries(incident, "R1")[-1][1]["state"] == "met"
    assert "clock.overdue" not in _kinds(incident, "R1")


def test_overdue_on_arrival_is_written_at_the_next_tick(app_context: Any) -> None:
    long_ago = {"learned_at": (NOW - timedelta(hours=6)).isoformat()}
    incident = call_taking.take_call(sheet(long_ago), actor=actor("officer"), now=NOW)
    clocks.tick(NOW + timedelta(seconds=1))
    assert _kinds(incident, "R1")[-1] == "clock.overdue"


def test_alarms_follow_the_strict_time_and_the_breach_the_legal_one(incident: Incident) -> None:
    later = LEARNED + timedelta(minutes=60)
    fact_recording.record_fact(
        incident.case_no, "trigger_known", {"trigger": "T1"}, at=later, actor=actor("officer"), now=later
    )
    line = _clock(incident, "R2")
    strict, legal = LEARNED + timedelta(hours=2), later + timedelta(hours=2)
    assert (line.clock.strict_due_at, line.clock.due_at) == (strict, legal)
    clocks.tick(strict + timedelta(seconds=1))
    assert _kinds(incident, "R2") == ["clock.started", "clock.warned", "clock.warned", "clock.strict_passed"]
    clocks.tick(legal)
    assert "clock.overdue" not in _kinds(incident, "R2")
    clocks.tick(legal + timedelta(seconds=1))
    assert _kinds(incident, "R2")[-1] == "clock.overdue"


def test_a_correction_takes_no_breach_off_the_board(incident: Incident) -> None:
    from incident_desk.services.calls import corrections

    late = LEARNED + timedelta(hours=4, minutes=10)
    clocks.tick(late)
    corrected = {
        "learned_at": (NOW - timedelta(minutes=1)).isoformat(),
        "basis": "核对电话记录",
        "by": "甲",
        "second": "乙",
    }
    corrections.correct(incident.case_no, corrected, actor=actor("officer"), now=late)
    line = _clock(incident, "R1")
    assert line.clock.due_at == LEARNED + timedelta(hours=4)
    assert line.clock.state(late) == "overdue"


def test_the_board_is_ordered_by_the_strict_time(incident: Incident) -> None:
    other = call_taking.take_call(sheet(**{"intakes-0-name": "水厂"}), actor=actor("county"), now=NOW)
    lines = clocks.open_clocks(actor("officer"))
    dated = [line.urgent_at for line in lines if line.urgent_at]
    assert dated == sorted(dated)
    assert lines[0].incident.case_no == other.case_no
    assert clocks.open_clocks(actor("stranger")) == []


def test_the_chain_holds_after_all_this(incident: Incident) -> None:
    clocks.tick(LEARNED + timedelta(days=8))
    assert journal.verify().ok
