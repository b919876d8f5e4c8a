"""不适用: proposed by one, answered by a second, by telephone only until two hours are over, never over a breach."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.errors import DomainError, NotFound
from incident_desk.domain.law.findings import ConferenceOwed, Finding, Ground
from incident_desk.domain.law.legal_codes import ClockState
from incident_desk.extensions import db
from incident_desk.models import FindingRecord, Incident, JournalEntry, OutboxMessage
from incident_desk.services.calls import call_taking
from incident_desk.services.law import clocks, findings, grading
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")
FOUND = Finding(Ground.NO_INCIDENT, "", "现场核实为雨水", "监测记录1号")


@pytest.fixture
def incident(app_context: Any) -> Incident:
    return call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)


def clock(incident: Incident, rule: str = "R1") -> clocks.CaseClock:
    return next(one for one in clocks.clocks_of(actor("officer"), incident.case_no) if one.clock.rule_id == rule)


def propose(
    incident: Incident, found: Finding = FOUND, *, second: str = "leader", heard_at: datetime | None = None,
    rule: str = "R1", now: datetime = NOW,
) -> FindingRecord:  # fmt: skip
    return findings.propose(
        incident.case_no, clock(incident, rule).id, found, second=second, heard_at=heard_at, actor=actor("officer"),
        now=now,
    )  # fmt: skip


def kinds() -> list[str]:
    return [
        kind for kind in db.session.scalars(select(JournalEntry.kind).order_by(JournalEntry.seq)) if "finding" in kind
    ]


def test_the_duty_runs_until_the_second_has_answered(incident: Incident) -> None:
    row = propose(incident)
    assert not clock(incident).clock.is_closed
    assert [line.row.id for _, line in findings.waiting_for(actor("leader"))] == [row.id]
    findings.confirm(incident.case_no, row.id, actor=actor("leader"), now=NOW + timedelta(minutes=5))
    found = clock(incident).clock
    assert found.state(NOW) is ClockState.NOT_APPLICABLE
    assert "经核实不属于突发环境事件；现场核实为雨水（王值班、赵带班）" in found.not_applicable_reason
    assert kinds() == ["finding.proposed", "finding.confirmed"]
    assert findings.waiting_for(actor("leader")) == []


def test_a_second_who_does_not_agree_leaves_it_running(incident: Incident) -> None:
    row = propose(incident)
    findings.decline(incident.case_no, row.id, actor=actor("leader"), now=NOW)
    assert not clock(incident).clock.is_closed
    with pytest.raises(DomainError):
        findings.confirm(incident.case_no, row.id, actor=actor("leader"), now=NOW)


def test_a_word_by_telephone_stands_at_once_and_is_confirmed(incident: Incident) -> None:
    row = propose(incident, heard_at=NOW)
    assert clock(incident).clock.state(NOW) is ClockState.NOT_APPLICABLE
    findings.confirm(incident.case_no, row.id, actor=actor("leader"), now=NOW + timedelta(hours=1))
    assert findings.lapse(NOW + timedelta(hours=3)) == 0
    assert clock(incident).clock.state(NOW) is ClockState.NOT_APPLICABLE


def test_a_word_by_telephone_that_nobody_confirms_falls_after_two_hours(incident: Incident) -> None:
    propose(incident, heard_at=NOW)
    assert findings.lapse(NOW + timedelta(hours=2)) == 0
    assert findings.lapse(NOW + timedelta(hours=2, seconds=1)) == 1
    assert not clock(incident).clock.is_closed
    assert kinds() == ["finding.proposed", "finding.heard", "finding.lapsed"]
    texts = db.session.scalars(select(OutboxMessage.template).order_by(OutboxMessage.id)).all()
    assert [text for text in texts if text.startswith("finding")] == ["finding_asked", *["finding_lapsed"] * 2]
    assert findings.lapse(NOW + timedelta(hours=3)) == 0


def test_a_word_by_telephone_that_is_denied_puts_the_duty_back(incident: Incident) -> None:
    row = propose(incident, heard_at=NOW)
    findings.decline(incident.case_no, row.id, actor=actor("leader"), now=NOW + timedelta(minutes=3))
    assert not clock(incident).clock.is_closed


def test_a_breach_is_never_removed(incident: Incident) -> None:
    late = LEARNED + timedelta(hours=5)
    clocks.tick(late)
    row = propose(incident, now=late)
    findings.confirm(incident.case_no, row.id, actor=actor("leader"), now=late)
    assert clock(incident).clock.state(late) in {ClockState.MET_LATE, ClockState.OVERDUE}


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (Finding(Ground.RULE_DOES_NOT_APPLY, "令17号", "理由", "证据"), "ground"),
        (Finding(Ground.MERGED, "", "理由", "证据"), "other"),
        (Finding(Ground.TRANSFERRED, "", "理由", "证据", "  "), "other"),
        (Finding(Ground.NO_INCIDENT, "", " ", "证据"), "reason"),
        (Finding(Ground.NO_INCIDENT, "", "理由", ""), "evidence"),
    ],
)
def test_what_a_finding_lacks_is_named(incident: Incident, found: Finding, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        propose(incident, found)
    assert refused.value.field == field
    assert kinds() == []


@pytest.mark.parametrize("second", ["", "officer", "stranger", "field", "admin"])
def test_the_second_is_another_person_who_may_answer(incident: Incident, second: str) -> None:
    with pytest.raises(DomainError) as refused:
        propose(incident, second=second)
    assert refused.value.field == "second"


def test_only_the_one_who_was_asked_answers_and_only_one_is_asked(incident: Incident) -> None:
    row = propose(incident)
    with pytest.raises(DomainError):
        findings.confirm(incident.case_no, row.id, actor=actor("officer2"), now=NOW)
    with pytest.raises(DomainError):
        propose(incident, second="officer2")
    with pytest.raises(NotFound):
        findings.decline(incident.case_no, row.id, actor=actor("stranger"), now=NOW)


def test_what_was_said_tomorrow_is_refused(incident: Incident) -> None:
    with pytest.raises(DomainError):
        propose(incident, heard_at=NOW + timedelta(minutes=5))


def test_a_press_conference_may_be_found_not_to_apply_to_a_mild_case_alone(incident: Incident) -> None:
    with pytest.raises(ConferenceOwed):
        propose(incident, Finding(Ground.RULE_DOES_NOT_APPLY, "国办发〔2016〕61号", "一般事件", "认定表"), rule="D2")
    grading.judge(incident.case_no, "IV", basis="现场核实", actor=actor("leader"), now=NOW)
    row = propose(incident, Finding(Ground.RULE_DOES_NOT_APPLY, "国办发〔2016〕61号", "一般事件", "认定表"), rule="D2")
    findings.confirm(incident.case_no, row.id, actor=actor("leader"), now=NOW)
    assert clock(incident, "D2").clock.state(NOW) is ClockState.NOT_APPLICABLE
