"""The grade: proposed by figures, set by a person alone, changed with basis and a second person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from incident_desk.domain.errors import ChangedMeanwhile, NotFound
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.extensions import db
from incident_desk.models import Incident
from incident_desk.services.calls import call_taking, corrections
from incident_desk.services.cases import facts, tasks
from incident_desk.services.law import clocks, grading
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def incident(app_context: Any) -> Incident:
    return call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)


def _judge(incident: Incident, grade: str, *, minutes: int = 0, **more: Any) -> Any:
    words = {"basis": "现场核实", "actor": actor("officer"), "now": NOW + timedelta(minutes=minutes)} | more
    return grading.judge(incident.case_no, grade, **words)


def _rules(incident: Incident) -> dict[str, Any]:
    return {line.clock.rule_id: line.clock for line in clocks.clocks_of(actor("officer"), incident.case_no)}


def _grade(incident: Incident) -> str | None:
    db.session.expire_all()
    return db.session.get_one(Incident, incident.id).grade


def test_a_proposal_never_sets_the_grade(app_context: Any) -> None:
    incident = call_taking.take_call(
        sheet(evacuated="6000", casualty_cause="pollution"), actor=actor("officer"), now=NOW
    )
    found = grading.view(actor("officer"), incident.case_no)
    assert found.proposal.grade is Grade.III
    assert found.incident.grade is None


def test_an_unknown_figure_leaves_it_undetermined_at_least_iv(incident: Incident) -> None:
    proposal = grading.proposal(actor("officer"), incident.case_no)
    assert (proposal.grade, proposal.is_determined, proposal.at_least) == (None, False, Grade.IV)


def test_a_precautionary_stop_is_possible_i_and_never_i(app_context: Any) -> None:
    form = {**NOTHING_KNOWN, "intakes-0-name": "水厂", "intakes-0-state": "stopped_precaution"}
    incident = call_taking.take_call(sheet(form), actor=actor("officer"), now=NOW)
    proposal = grading.proposal(actor("officer"), incident.case_no)
    assert proposal.grade is None
    assert [finding.grade for finding in proposal.possible] == [Grade.I]


def test_a_first_judgement_to_ii_starts_r2_from_then(incident: Incident) -> None:
    _judge(incident, "II", minutes=10)
    assert _grade(incident) == "II"
    assert _rules(incident)["R2"].starts_at == NOW + timedelta(minutes=10)
    assert "R4" not in _rules(incident)


def test_a_rise_starts_r4_and_leaves_the_first_report_running(incident: Incident) -> None:
    _judge(incident, "IV")
    _judge(incident, "II", minutes=30)
    rules = _rules(incident)
    assert rules["R4"].due_at == NOW + timedelta(minutes=30, hours=2)
    assert rules["R1"].due_at == LEARNED + timedelta(hours=4)
    assert not rules["R1"].is_closed


def test_a_fall_by_one_person_voids_nothing_and_becomes_a_task(incident: Incident) -> None:
    _judge(incident, "II")
    _judge(incident, "IV", minutes=10)
    assert not _rules(incident)["R2"].is_closed
    assert [task.kind for task in tasks.open_tasks(actor("officer"), incident.case_no)] == ["confirm_fall"]


def test_the_second_person_completes_the_fall(incident: Incident) -> None:
    _judge(incident, "II")
    _judge(incident, "IV", minutes=10)
    _judge(incident, "IV", minutes=20, second="赵带班")
    assert _rules(incident)["R2"].voided_at is not None
    assert tasks.open_tasks(actor("officer"), incident.case_no) == []


def test_facts_that_gave_the_higher_grade_before_count_for_the_strict_time(incident: Incident) -> None:
    told = NOW + timedelta(minutes=5)
    corrections.edit_sheet(incident.case_no, {"evacuated": "12000"}, actor=actor("officer"), now=told)
    _judge(incident, "IV", minutes=6)
    fact = _judge(incident, "II", minutes=60)
    assert datetime.fromisoformat(fact.data["known_since"]) == told
    strict = _rules(incident)["R4"].strict_due_at
    assert strict == LEARNED + timedelta(hours=2)


@pytest.mark.parametrize(
    ("grade", "more", "refusal"),
    [
        ("V", {}, grading.NoSuchGrade),
        ("II", {"basis": "  "}, grading.BasisMissing),
        ("II", {"second": "王值班"}, grading.SecondIsTheSame),
    ],
)
def test_a_judgement_that_does_not_stand_is_refused(
    incident: Incident, grade: str, more: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        _judge(incident, grade, **more)
    assert _grade(incident) is None


def test_the_same_grade_twice_is_refused(incident: Incident) -> None:
    _judge(incident, "III", second="赵带班")
    with pytest.raises(grading.GradeIsTheSame):
        _judge(incident, "III", minutes=1)


def test_two_who_judge_at_once_see_each_other(incident: Incident) -> None:
    seen = incident.version
    _judge(incident, "III", expected_version=seen)
    with pytest.raises(ChangedMeanwhile) as refused:
        _judge(incident, "II", minutes=1, actor=actor("leader"), expected_version=seen)
    assert refused.value.params["current"]["grade_changed"]["grade"] == "III"


def test_a_judgement_is_one_fact_and_one_entry_without_words(incident: Incident) -> None:
    from tests.services.entries import entries

    fact = _judge(incident, "III", second="赵带班")
    assert [data for kind, data in entries(incident.case_no) if kind == "grade.judged"] == [
        {"fact": fact.id, "before": None, "grade": "III", "first": True}
    ]
    assert len(facts.history(incident.id, "grade_changed")) == 1


def test_a_stranger_neither_sees_nor_judges(incident: Incident) -> None:
    with pytest.raises(NotFound):
        grading.proposal(actor("stranger"), incident.case_no)
    with pytest.raises(NotFound):
        _judge(incident, "I", actor=actor("stranger"))
