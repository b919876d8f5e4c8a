from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from incident_desk.domain.errors import DomainError
from incident_desk.domain.law.grading import GradeProposal, propose
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.domain.law.rulebook import Rulebook

RULES = Rulebook.shipped()
ALL_ZERO = {"deaths": 0, "poisoned_or_seriously_injured": 0, "evacuated": 0, "direct_economic_loss": 0}


def proposed(**facts: Any) -> GradeProposal:
    return propose(facts, RULES)


# Test vectors of the standard as the law's readers write them, not as the table stores them.
@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        ({"deaths": 2}, "IV"),
        ({"deaths": 3}, "III"),
        ({"deaths": 9}, "III"),
        ({"deaths": 10}, "II"),
        ({"deaths": 29}, "II"),
        ({"deaths": 30}, "I"),
        ({"poisoned_or_seriously_injured": 9}, "IV"),
        ({"poisoned_or_seriously_injured": 10}, "III"),
        ({"poisoned_or_seriously_injured": 50}, "II"),
        ({"poisoned_or_seriously_injured": 100}, "I"),
        ({"evacuated": 4999}, "IV"),
        ({"evacuated": 5000}, "III"),
        ({"evacuated": 10000}, "II"),
        ({"evacuated": 50000}, "I"),
        ({"direct_economic_loss": 4999999.99}, "IV"),
        ({"direct_economic_loss": 19999999.99}, "III"),
        ({"direct_economic_loss": 20000000}, "II"),
        ({"direct_economic_loss": 100000000}, "I"),
        ({"conditions": ["WATER_INTAKE_INTERRUPTED_COUNTY"]}, "II"),
        ({"conditions": ["WATER_INTAKE_INTERRUPTED_PREFECTURE"]}, "I"),
        ({"conditions": ["CROSS_PROVINCE"]}, "II"),
        ({"conditions": ["CROSS_PREFECTURE"]}, "III"),
        ({"deaths": 0, "evacuated": 5200, "conditions": ["CROSS_PREFECTURE"]}, "III"),
        ({**ALL_ZERO, "conditions": ["CROSS_PROVINCE"]}, "II"),
        (ALL_ZERO, "IV"),
        ({}, None),
        ({"conditions": []}, None),
        ({"deaths": None}, None),
    ],
)
def test_any_one_criterion_is_enough(facts: dict[str, Any], grade: str | None) -> None:
    assert propose(facts, RULES).grade == grade


def test_a_precautionary_stop_is_possibly_the_worst_grade_and_never_is_it() -> None:
    proposal = proposed(**ALL_ZERO, conditions=["WATER_INTAKE_STOPPED_PRECAUTION"])
    assert proposal.grade is Grade.IV
    assert [finding.grade for finding in proposal.possible] == [Grade.I]
    assert proposed(conditions=["WATER_INTAKE_STOPPED_PRECAUTION"]).grade is None


def test_an_estimate_says_what_the_grade_could_be() -> None:
    estimate = {"min": 3000, "best": 4500, "max": 12000, "state": "estimated"}
    proposal = proposed(deaths=0, evacuated=estimate)
    assert (proposal.grade, proposal.worst_possible) == (Grade.IV, Grade.II)


def test_a_possible_condition_never_sets_the_grade() -> None:
    proposal = proposed(deaths=0, conditions=[{"code": "CROSS_PROVINCE", "state": "possible"}])
    assert (proposal.grade, proposal.worst_possible) == (Grade.IV, Grade.II)


def test_unknown_figures_are_missing_and_leave_the_case_undetermined() -> None:
    proposal = proposed(deaths=0, evacuated={"state": "unknown"})
    assert proposal.missing == ("poisoned_or_seriously_injured", "evacuated", "direct_economic_loss")
    assert not proposal.is_determined
    assert proposal.at_least is Grade.IV
    assert proposed(**ALL_ZERO).is_determined


def test_the_worst_grade_is_determined_whatever_is_unknown() -> None:
    assert proposed(deaths=30).is_determined


def test_a_row_says_what_fired_with_its_source() -> None:
    (row,) = proposed(evacuated=5200).to_json()["criteria"]
    assert {key: row[key] for key in ("grade", "criterion", "metric", "value", "threshold")} == {
        "grade": "III",
        "criterion": 2,
        "metric": "evacuated",
        "value": 5200,
        "threshold": 5000,
    }
    assert row["text_zh"] == "疏散、转移人员5000人以上、1万人以下"
    assert "国办函〔2014〕119号" in row["source"]
    assert "附件1" in row["source"]


@pytest.mark.parametrize("deaths", [0, 2, 3, 9, 10, 29, 30, 400])
def test_a_figure_falls_in_exactly_one_band(deaths: int) -> None:
    assert len(proposed(deaths=deaths).criteria) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"deaths": -1},
        {"deaths": float("nan")},
        {"deaths": float("inf")},
        {"deaths": 10**400},
        {"deaths": 1.5},
        {"deaths": True},
        {"deaths": "3"},
        {"deaths": [3]},
        {"deaths": {"min": 5, "best": 3}},
        {"deaths": {"best": 3, "state": "certain"}},
        {"deaths": {"best": 3, "colour": "red"}},
        {"deaths": {"best": -3, "state": "estimated"}},
        {"deaths": {"state": "confirmed"}},
        {"dead": 3},
        {"conditions": "CROSS_PROVINCE"},
        {"conditions": ["CROSS_PLANET"]},
        {"conditions": [{"code": "CROSS_PROVINCE", "state": "rumoured"}]},
        {"conditions": [None]},
    ],
)
def test_a_figure_that_cannot_be_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(DomainError):
        propose(facts, RULES)


def test_the_standard_was_not_in_force_before_it_was_made() -> None:
    assert propose({"deaths": 30}, RULES, on=date(2026, 3, 2)).grade is Grade.I
    assert RULES.criteria_on(date(2014, 1, 1)) == ()
