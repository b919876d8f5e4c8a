"""Dated facts: kept as they were told, read as the newest, refused when they cannot be; two who edit one case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotFound
from incident_desk.domain.facts.fact_reading import LearnedBeforeHappened, LiesAhead
from incident_desk.domain.law.triggers import FactSource, TriggerProposal
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, JournalEntry, Task
from incident_desk.services import scope
from incident_desk.services.calls import call_taking, case_sheet, corrections
from incident_desk.services.cases import fact_recording, facts, tasks
from incident_desk.services.law import circumstances, clocks
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, OCCURRED, sheet

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def incident(app_context: Any) -> Incident:
    return call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)


def _edit(incident: Incident, form: dict[str, object], *, minutes: int = 5, login: str = "officer", **more: Any) -> Any:
    now = NOW + timedelta(minutes=minutes)
    return corrections.edit_sheet(incident.case_no, form, actor=actor(login), now=now, **more)


def _fresh(incident: Incident) -> Incident:
    db.session.expire_all()
    return db.session.get_one(Incident, incident.id)


def test_the_newest_by_time_stands_though_an_older_one_is_told_later(incident: Incident) -> None:
    officer = actor("officer")
    for value, minutes in (("yes", 10), ("no", 4)):
        at = NOW + timedelta(minutes=minutes)
        told = NOW + timedelta(minutes=20)
        data = {"state": "known", "value": value, "estimated": False}
        fact_recording.record_fact(incident.case_no, "sheet.weather", data, at=at, actor=officer, now=told)
    assert facts.current_values(incident.id)["weather"].data["value"] == "yes"
    assert [row.data["value"] for row in facts.history(incident.id, "sheet.weather")] == ["no", "yes"]


def test_the_sheet_is_put_together_again_from_its_facts(incident: Incident) -> None:
    known = case_sheet.current_sheet(_fresh(incident))
    told = sheet(caller_name="", caller_phone="")
    assert known == told


def test_an_edit_records_what_changed_and_nothing_else(incident: Incident) -> None:
    before = len(facts.facts_of(actor("officer"), incident.case_no))
    _edit(incident, {"substance": "苯胺", "leaked": "6吨"})
    added = facts.facts_of(actor("officer"), incident.case_no)[before:]
    assert [fact.kind for fact in added] == ["sheet.leaked"]


def test_an_emptied_answer_is_unknown_again(incident: Incident) -> None:
    _edit(incident, {"leaked": ""})
    assert facts.current_values(incident.id)["leaked"].data == {"state": "unknown"}
    assert case_sheet.current_sheet(_fresh(incident)).amounts.leaked is None


def test_an_edit_that_cannot_be_read_keeps_what_was_typed_and_becomes_a_task(incident: Incident) -> None:
    problems = _edit(incident, {"carried": "18"})
    assert [problem.field for problem in problems] == ["carried"]
    assert facts.current_values(incident.id)["carried"].data == {"state": "unread", "text": "18"}
    assert [(task.kind, task.subject) for task in tasks.open_tasks(actor("officer"), incident.case_no)] == [
        ("check_answer", "carried")
    ]
    _edit(incident, {"carried": "18 t"}, minutes=6)
    assert tasks.open_tasks(actor("officer"), incident.case_no) == []


def test_two_officers_may_fill_in_different_fields(incident: Incident) -> None:
    seen = incident.version
    _edit(incident, {"dead": "0", "injured": "2"}, expected_version=seen)
    _edit(incident, {"water_body": "堵河干流"}, minutes=6, login="officer2", expected_version=seen)
    values = facts.current_values(incident.id)
    assert (values["injured"].data["value"], values["water_body"].data["value"]) == (2, "堵河干流")


def test_two_officers_in_one_field_see_both_versions_and_nothing_is_lost(incident: Incident) -> None:
    seen = incident.version
    _edit(incident, {"injured": "2"}, expected_version=seen)
    with pytest.raises(ChangedMeanwhile) as refused:
        _edit(incident, {"injured": "3"}, minutes=6, login="officer2", expected_version=seen)
    assert refused.value.params["current"]["sheet.injured"]["value"] == 2
    assert refused.value.params["typed"] == {"injured": "3"}
    assert facts.current_values(incident.id)["injured"].data["value"] == 2


def test_a_fact_to_come_is_refused_in_words(incident: Incident) -> None:
    with pytest.raises(LiesAhead):
        fact_recording.record_fact(
            incident.case_no, "disposal_ended", {}, at=NOW + timedelta(minutes=1), actor=actor("officer"), now=NOW
        )


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("no_such_kind", {}),
        ("sheet.no_such_field", {"state": "unknown"}),
        ("sheet.caller_name", {"state": "known", "value": "刘某"}),
        ("sheet.carried", {"value": 18}),
        ("trigger_known", {"trigger": "T9"}),
        ("trigger_known", {}),
        ("disposal_ended", {"colour": "red"}),
        ("waived", {"rule_id": "R1", "basis": "a", "by": "b", "second": "c"}),
        ("grade_changed", {"grade": "I"}),
        ("facts_corrected", {"grade": "I"}),
        ("case_opened", {}),
    ],
)
def test_a_fact_that_nobody_can_read_is_refused_and_leaves_nothing(
    incident: Incident, kind: str, data: dict[str, Any]
) -> None:
    before = db.session.scalars(select(FactRecord.id)).all()
    with pytest.raises(DomainError):
        fact_recording.record_fact(incident.case_no, kind, data, at=NOW, actor=actor("officer"), now=NOW)
    assert db.session.scalars(select(FactRecord.id)).all() == before


def test_a_trace_of_a_place_told_at_the_opening_is_known_since_it_was_learned(incident: Incident) -> None:
    later = NOW + timedelta(minutes=3)
    proposals = [
        TriggerProposal("T4", "下游为丹江口水库", FactSource.TRACE),
        TriggerProposal("T1", "下游有取水口：甲", FactSource.TRACE),
        TriggerProposal("T1", "下游有取水口：乙", FactSource.TRACE),
    ]
    with transaction() as tx:
        found = scope.incident(actor("officer"), incident.case_no, tx.session)
        written = circumstances.record_proposals(tx, found, proposals, actor=actor("officer"), now=later)
        clocks.rederive(tx, found, now=later)
    assert {fact.data["trigger"]: fact.at for fact in written} == {"T4": LEARNED, "T1": LEARNED}
    assert next(f for f in written if f.data["trigger"] == "T1").data["reason"] == "下游有取水口：甲；下游有取水口：乙"
    lines = {line.clock.rule_id: line.clock for line in clocks.clocks_of(actor("officer"), incident.case_no)}
    assert lines["R2"].due_at == LEARNED + timedelta(hours=2)
    assert lines["R1"].voided_at == later


def test_a_circumstance_of_a_later_answer_is_known_since_that_was_recorded(app_context: Any) -> None:
    incident = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)
    _edit(incident, {"substance": "氰化钠", "un_no": "1689"})
    known = facts.newest(incident.id, "trigger_known")
    assert known is not None
    assert (known.data["trigger"], known.at) == ("H2", NOW + timedelta(minutes=5))


def test_a_circumstance_that_a_person_withdrew_is_not_proposed_again(incident: Incident) -> None:
    officer = actor("officer")
    later = NOW + timedelta(minutes=1)
    fact_recording.record_fact(
        incident.case_no, "trigger_withdrawn", {"trigger": "H2", "basis": "核实", "by": "甲", "second": "乙"},
        at=later, actor=officer, now=later,
    )  # fmt: skip
    _edit(incident, {"leaked": "6吨"})
    assert "H2" not in facts.current_triggers(db.session(), incident.id)


def test_a_corrected_learned_time_moves_the_clock_and_keeps_the_first(incident: Incident) -> None:
    earlier = LEARNED - timedelta(minutes=10)
    corrections.correct(
        incident.case_no, {"learned_at": earlier.isoformat(), "basis": "通话记录"}, actor=actor("officer"), now=NOW
    )
    line = next(c for c in clocks.clocks_of(actor("officer"), incident.case_no) if c.clock.rule_id == "R1")
    assert line.clock.due_at == earlier + timedelta(hours=4)
    assert _fresh(incident).learned_at == earlier
    opened = facts.newest(incident.id, facts.OPENED)
    assert opened is not None
    assert opened.data["learned_at"] == LEARNED.isoformat()


def test_learned_before_happened_is_refused_and_nothing_is_written(incident: Incident) -> None:
    wrong = {"learned_at": (OCCURRED - timedelta(minutes=1)).isoformat()}
    with pytest.raises(LearnedBeforeHappened):
        corrections.correct(incident.case_no, wrong, actor=actor("officer"), now=NOW)
    assert _fresh(incident).learned_at == LEARNED
    assert facts.history(incident.id, "facts_corrected") == []


def test_a_corrected_time_of_occurrence_moves_disclosure(incident: Incident) -> None:
    earlier = OCCURRED - timedelta(minutes=30)
    _edit(incident, {"occurred_kind": "exact", "occurred_at": earlier.isoformat()})
    line = next(c for c in clocks.clocks_of(actor("officer"), incident.case_no) if c.clock.rule_id == "D1")
    assert line.clock.due_at == earlier + timedelta(hours=5)


def test_another_office_that_learns_sees_the_case_and_has_its_own_clocks(incident: Incident) -> None:
    at = NOW + timedelta(minutes=15)
    with pytest.raises(NotFound):
        scope.incident(actor("stranger"), incident.case_no)
    corrections.office_learned(incident.case_no, "420500", at=at, actor=actor("officer"), now=at)
    assert scope.incident(actor("stranger"), incident.case_no).id == incident.id
    lines = clocks.clocks_of(actor("stranger"), incident.case_no)
    own = next(line.clock for line in lines if line.clock.office == "420500" and line.clock.rule_id == "R1")
    assert own.starts_at == at


def test_a_stranger_records_nothing(incident: Incident) -> None:
    stranger = actor("stranger")
    for act in (
        lambda: fact_recording.record_fact(incident.case_no, "disposal_ended", {}, at=NOW, actor=stranger, now=NOW),
        lambda: corrections.correct(incident.case_no, {"grade": "I"}, actor=stranger, now=NOW),
        lambda: corrections.edit_sheet(incident.case_no, {"dead": "1"}, actor=stranger, now=NOW),
        lambda: corrections.office_learned(incident.case_no, "420500", at=NOW, actor=stranger, now=NOW),
        lambda: facts.facts_of(stranger, incident.case_no),
        lambda: clocks.clocks_of(stranger, incident.case_no),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_journal_names_facts_by_number_and_kind_only(incident: Incident) -> None:
    _edit(incident, {"notes": "司机姓刘，电话见记录"})
    rows = db.session.scalars(select(JournalEntry.data).where(JournalEntry.kind == "fact.recorded"))
    assert {frozenset(json.loads(row)) for row in rows} == {frozenset({"fact", "kind"})}


def test_a_task_of_one_subject_stands_once_and_opens_again(incident: Incident) -> None:
    officer = actor("officer")
    for _ in range(2):
        with transaction() as tx:
            found = scope.incident(officer, incident.case_no, tx.session)
            tasks.open_task(tx, found, "find_out", CallField.CAUSE, actor=officer, now=NOW)
    rows = db.session.scalars(select(Task)).all()
    assert len(rows) == 1
    tasks.mark_done(incident.case_no, rows[0].id, actor=officer, now=NOW)
    assert tasks.open_tasks(officer, incident.case_no) == []
    with transaction() as tx:
        found = scope.incident(officer, incident.case_no, tx.session)
        tasks.open_task(tx, found, "find_out", CallField.CAUSE, actor=officer, now=NOW)
    assert len(tasks.open_tasks(officer, incident.case_no)) == 1
