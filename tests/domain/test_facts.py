from __future__ import annotations

from typing import Any

import pytest

from incident_desk.domain.errors import DomainError
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.law.rulebook import Rulebook

RULES = Rulebook.shipped()
GOOD = {"office": "420300", "learned_at": "2026-03-02T02:25:00+08:00", "now": "2026-03-02T12:00:00+08:00"}
T = "2026-03-02T03:00:00+08:00"


def refusal(event: dict[str, Any] | None = None, **changes: Any) -> DomainError:
    document = {**GOOD, **changes, "events": [event] if event else []}
    with pytest.raises(DomainError) as caught:
        CaseFacts.from_json(document, RULES)
    assert "%(" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"learned_at": "2026-03-02T02:25:00"}, "wrong_value"),
        ({"learned_at": "2026-03-02"}, "wrong_value"),
        ({"learned_at": 1772389500}, "wrong_value"),
        ({"learned_at": "02:25"}, "wrong_value"),
        ({"learned_at": "0001-01-01T00:00:00+08:00"}, "wrong_value"),
        ({"learned_at": None}, "missing_key"),
        ({"occurred_at": "2026-03-02T02:26:00+08:00"}, "learned_before_happened"),
        ({"learned_at": "2026-03-02T12:00:01+08:00"}, "lies_ahead"),
        ({"occurred_earliest": T, "occurred_at": "2026-03-02T01:00:00+08:00"}, "wrong_value"),
        ({"office": "999999"}, "unknown_office"),
        ({"office": "420399"}, "unknown_office"),
        ({"office": "４２０３００"}, "unknown_office"),
        ({"office": 420300}, "wrong_value"),
        ({"office": None}, "missing_key"),
        ({"grade": "V"}, "wrong_value"),
        ({"grade": 2}, "wrong_value"),
        ({"triggers": "T1"}, "wrong_value"),
        ({"triggers": ["T9"]}, "wrong_value"),
        ({"overlays": ["L9"]}, "wrong_value"),
        ({"accounts": ["tiktok"]}, "wrong_value"),
        ({"accounts": ["press_conference"]}, "wrong_value"),
        ({"learnt_at": T}, "unknown_key"),
        ({"now": "yesterday"}, "wrong_value"),
    ],
)
def test_a_document_that_cannot_be_is_refused_with_a_code(changes: dict[str, Any], code: str) -> None:
    assert refusal(**changes).code == code


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"kind": "exploded", "at": T}, "wrong_value"),
        ({"at": T}, "missing_key"),
        ({"kind": "grade_changed", "grade": "I"}, "missing_key"),
        ({"kind": "grade_changed", "at": T}, "missing_key"),
        ({"kind": "grade_changed", "at": T, "grade": None}, "missing_key"),
        ({"kind": "grade_changed", "at": T, "grade": "I", "colour": "red"}, "unknown_key"),
        ({"kind": "grade_changed", "at": "2026-03-02T03:00:00", "grade": "I"}, "wrong_value"),
        ({"kind": "grade_changed", "at": T, "grade": "I", "by": 7}, "wrong_value"),
        ({"kind": "trigger_known", "at": T, "trigger": "T7"}, "wrong_value"),
        ({"kind": "report_filed", "at": T}, "missing_key"),
        ({"kind": "report_filed", "at": T, "to": []}, "missing_key"),
        ({"kind": "report_filed", "at": T, "to": ["mayor"]}, "wrong_value"),
        ({"kind": "report_filed", "at": T, "to": [["ministry"]]}, "wrong_value"),
        ({"kind": "report_filed", "at": T, "to": ["ministry"], "form": "fax"}, "wrong_value"),
        ({"kind": "report_filed", "at": T, "to": ["ministry"], "from": "1"}, "unknown_office"),
        ({"kind": "report_filed", "at": "2026-03-02T12:00:01+08:00", "to": ["ministry"]}, "lies_ahead"),
        ({"kind": "office_learned", "at": T, "office": "42"}, "unknown_office"),
        ({"kind": "release_published", "at": T, "issuer": "mayor", "channel": "website"}, "wrong_value"),
        ({"kind": "release_published", "at": T, "issuer": "eeb"}, "missing_key"),
        ({"kind": "not_applicable", "at": T, "rule_id": "R99"}, "wrong_value"),
        ({"kind": "waived", "at": T, "rule_id": "R1"}, "waiver_refused"),
        ({"kind": "waived", "at": T, "rule_id": "R6"}, "waiver_refused"),
        ({"kind": "duty_done", "at": T, "rule_id": "D1"}, "not_done_by_word"),
        ({"kind": "facts_corrected", "at": T}, "missing_key"),
        ({"kind": "facts_corrected", "at": T, "learned_at": None}, "wrong_value"),
        ({"kind": "facts_corrected", "at": T, "occurred_at": "2026-03-02T02:30:00+08:00"}, "learned_before_happened"),
        (
            {"kind": "province_received", "at": T, "recorded_at": "2026-03-02T02:59:00+08:00"},
            "written_before_it_happened",
        ),
        ("report_filed", "wrong_value"),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_a_code(event: Any, code: str) -> None:
    assert refusal(event).code == code


def test_a_refusal_says_which_event_and_what_to_do() -> None:
    error = refusal({"kind": "report_filed", "at": T, "to": ["mayor"]})
    assert str(error).startswith("event 1 (report_filed): to must be a list of recipients")


def test_events_may_be_left_out_and_the_accounts_are_then_the_usual_three() -> None:
    facts = CaseFacts.from_json({"office": "420300", "learned_at": T}, RULES)
    assert facts.events == ()
    assert facts.accounts == ("wechat", "weibo", "client")


def test_a_grade_may_be_corrected_to_undetermined() -> None:
    event = {"kind": "facts_corrected", "at": T, "grade": None}
    (read,) = CaseFacts.from_json({**GOOD, "events": [event]}, RULES).events
    assert read.corrects == {"grade"}
    assert read.grade is None


def test_two_instants_of_different_offsets_are_one_fact() -> None:
    one = {"kind": "trigger_known", "at": "2026-03-02T03:00:00+08:00", "trigger": "T1"}
    other = {"kind": "trigger_known", "at": "2026-03-01T19:00:00Z", "trigger": "T1"}
    keys = {CaseFacts.from_json({**GOOD, "events": [e]}, RULES).events[0].key for e in (one, other)}
    assert keys == {"trigger_known:T1@2026-03-01T19:00:00Z"}
