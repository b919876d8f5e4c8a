from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_desk.domain.clocks.derivation import Clock, ClockState, derive_clocks, most_urgent_first
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.domain.law.rulebook import Rulebook

RULES = Rulebook.shipped()
LEARNED = datetime(2026, 3, 1, 18, 25, tzinfo=UTC)
NOW = LEARNED + timedelta(hours=20)
EVERYONE = ["own_government", "level_up", "province", "ministry"]


def at(minutes: float) -> str:
    return (LEARNED + timedelta(minutes=minutes)).isoformat()


def facts(*events: dict[str, Any], **more: Any) -> CaseFacts:
    document = {"office": "420300", "learned_at": LEARNED.isoformat(), "events": list(events), **more}
    return CaseFacts.from_json(document, RULES)


def clocks_of(case: CaseFacts, now: datetime = NOW) -> dict[str, Clock]:
    return {clock.rule_id: clock for clock in derive_clocks(case, RULES, now=now)}


MILESTONES = (
    "province_received", "response_started", "disposal_ended", "emergency_ended", "incident_closed",
    "assessment_started", "assessment_reviewed", "archive_received", "all_points_below_limit",
)  # fmt: skip


@st.composite
def dated_events(draw: st.DrawFn, latest: int = 400) -> dict[str, Any]:
    minutes = draw(st.integers(min_value=-30, max_value=latest))
    office = st.sampled_from(["420300", "420303", "420000"])
    person = {"basis": "核实", "by": "张", "second": "李"}
    kind: dict[str, Any] = draw(
        st.one_of(
            st.fixed_dictionaries({"kind": st.just("grade_changed"), "grade": st.sampled_from(list(Grade))}),
            st.fixed_dictionaries({"kind": st.just("trigger_known"), "trigger": st.sampled_from(["T1", "T4", "H2"])}),
            st.fixed_dictionaries({"kind": st.just("trigger_withdrawn"), "trigger": st.sampled_from(["T1", "T4"])}),
            st.fixed_dictionaries(
                {"kind": st.just("facts_corrected"), "grade": st.sampled_from([None, *Grade])},
                optional={"triggers": st.sampled_from([[], ["T1"]])},
            ),
            st.fixed_dictionaries({"kind": st.just("office_learned"), "office": office}),
            st.fixed_dictionaries(
                {
                    "kind": st.just("report_filed"),
                    "to": st.lists(st.sampled_from(EVERYONE), min_size=1, unique=True),
                    "form": st.sampled_from(["phone", "written"]),
                    "from": office,
                }
            ),
            st.fixed_dictionaries({"kind": st.just("province_received")}),
            st.fixed_dictionaries(
                {"kind": st.just("not_applicable"), "rule_id": st.sampled_from(["R1", "R2", "R4", "D1"])}
            ),
            st.fixed_dictionaries(
                {
                    "kind": st.just("release_published"),
                    "issuer": st.sampled_from(["government", "eeb"]),
                    "channel": st.sampled_from(["wechat", "press_conference"]),
                }
            ),
            st.fixed_dictionaries({"kind": st.sampled_from(MILESTONES)}),
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["neighbour_affected", "neighbour_noticed"]), "office": st.just("420600")}
            ),
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["public_opinion_detected", "public_opinion_answered"]),
                    "opinion": st.sampled_from(["水有异味", "停水"]),
                }
            ),
            st.fixed_dictionaries(
                {
                    "kind": st.just("report_filed"),
                    "to": st.just(["own_government", "level_up"]),
                    "report_kind": st.sampled_from(["follow_up", "result"]),
                }
            ),
            st.fixed_dictionaries({"kind": st.just("duty_done"), "rule_id": st.sampled_from(["H1", "R12", "P5"])}),
            st.fixed_dictionaries({"kind": st.just("waived"), "rule_id": st.sampled_from(["D2", "D3"])}),
            st.fixed_dictionaries({"kind": st.just("extension_approved"), "rule_id": st.just("P3")}),
        )
    )
    may_be_vouched = {"grade_changed", "not_applicable", "waived", "extension_approved"}
    vouched = person if kind["kind"] in may_be_vouched and draw(st.booleans()) else {}
    late = draw(st.sampled_from([0, 0, 45]))
    recorded = {"recorded_at": at(minutes + late)} if late else {}
    return {**kind, **vouched, **recorded, "at": at(minutes)}


OPENINGS = st.fixed_dictionaries(
    {"grade": st.sampled_from([None, *Grade]), "triggers": st.sampled_from([[], ["T1"]])},
    optional={"occurred_at": st.just(at(-60))},
)


@settings(max_examples=150, deadline=None)
@given(OPENINGS, st.lists(dated_events(), max_size=7), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_handed_over_never_matters(
    opening: dict[str, Any], events: list[dict[str, Any]], random: Any
) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert derive_clocks(facts(*events, **opening), RULES, now=NOW) == derive_clocks(
        facts(*shuffled, **opening), RULES, now=NOW
    )


@settings(max_examples=150, deadline=None)
@given(OPENINGS, st.lists(dated_events(), max_size=7))
def test_whatever_happens_some_first_report_stands_or_was_found_not_to_apply(
    opening: dict[str, Any], events: list[dict[str, Any]]
) -> None:
    found = derive_clocks(facts(*events, **opening), RULES, now=NOW)
    first = [c for c in found if c.rule_id in {"R1", "R2"} and c.office == "420300" and c.voided_at is None]
    assert first


@settings(max_examples=150, deadline=None)
@given(OPENINGS, st.lists(dated_events(), max_size=7))
def test_strict_is_never_later_than_legal_and_identities_are_unique(
    opening: dict[str, Any], events: list[dict[str, Any]]
) -> None:
    found = derive_clocks(facts(*events, **opening), RULES, now=NOW)
    assert len({clock.identity for clock in found}) == len(found)
    for clock in found:
        assert (clock.due_at is None) == (clock.strict_due_at is None)
        if clock.due_at is not None and clock.strict_due_at is not None:
            assert clock.strict_due_at <= clock.due_at
            assert (clock.strict_because is None) == (clock.strict_due_at == clock.due_at)


@settings(max_examples=150, deadline=None)
@given(OPENINGS, st.lists(dated_events(), max_size=5), dated_events())
def test_a_fact_written_down_later_never_removes_a_breach(
    opening: dict[str, Any], events: list[dict[str, Any]], later: dict[str, Any]
) -> None:
    before = derive_clocks(facts(*events, **opening), RULES, now=NOW)
    written = max([500.0])  # after every other fact, also those recorded late
    added = {**later, "at": at(written)}
    added.pop("recorded_at", None)
    after = {c.identity: c for c in derive_clocks(facts(*events, added, **opening), RULES, now=NOW)}
    moment = LEARNED + timedelta(minutes=written)
    for clock in before:
        if clock.was_breached_at(moment):
            assert clock.identity in after
            assert after[clock.identity].state(NOW) in {ClockState.OVERDUE, ClockState.MET_LATE}


LATER_BY_A_READING = {"facts_corrected", "assessment_started", "assessment_reviewed"}
"""The start itself was another one; P1 and P2 stand still while the loss is assessed (reading 8)."""
TAKES_OFF = {"facts_corrected", "trigger_withdrawn", "grade_changed"}
"""Kinds of fact after which an open clock may be void; a fall in grade only if two persons vouch for it (reading 4)."""


@settings(max_examples=200, deadline=None)
@given(OPENINGS, st.lists(dated_events(latest=50), max_size=6), dated_events())
def test_no_fact_makes_a_limit_later_or_takes_it_off_unless_a_reading_says_so(
    opening: dict[str, Any], events: list[dict[str, Any]], later: dict[str, Any]
) -> None:
    before = derive_clocks(facts(*events, **opening), RULES, now=NOW)
    added = {**later, "at": at(100)}
    added.pop("recorded_at", None)
    after = {c.identity: c for c in derive_clocks(facts(*events, added, **opening), RULES, now=NOW)}
    moment = LEARNED + timedelta(minutes=100)
    for clock in before:
        if not clock.was_open_at(moment):
            continue
        reads_now = after.get(clock.identity)
        assert reads_now is not None, f"{clock.rule_id} vanished by {added}"
        if clock.due_at is not None and reads_now.due_at is not None and reads_now.due_at > clock.due_at:
            assert added["kind"] in LATER_BY_A_READING, f"{clock.rule_id} later by {added}"
        if reads_now.voided_at is not None and clock.voided_at is None:
            assert added["kind"] in TAKES_OFF, f"{clock.rule_id} void by {added}"
            assert added["kind"] != "grade_changed" or "second" in added, f"{clock.rule_id} void by one person"
            assert reads_now.void_reason


def test_alarms_follow_the_strict_limit_and_state_the_legal_one() -> None:
    clock = clocks_of(facts(grade="IV", triggers=["T1"]))["R1"]
    assert clock.warn_at == LEARNED + timedelta(minutes=90)
    assert clock.urge_at == LEARNED + timedelta(minutes=108)
    assert clock.state(LEARNED + timedelta(minutes=121)) is ClockState.RUNNING


def test_a_strict_limit_that_is_past_on_arrival_warns_at_once() -> None:
    clock = clocks_of(facts(occurred_at=at(-400)))["D1"]
    assert clock.warn_at == clock.starts_at == LEARNED


def test_time_that_stood_still_does_not_bring_the_warning_nearer() -> None:
    ended, started, reviewed = at(0), at(60 * 24 * 10), at(60 * 24 * 110)
    case = facts(
        {"kind": "emergency_ended", "at": ended},
        {"kind": "assessment_started", "at": started},
        {"kind": "assessment_reviewed", "at": reviewed},
        grade="III",
    )
    clock = clocks_of(case)["P2"]
    assert clock.due_at is not None
    assert clock.state(clock.due_at - timedelta(days=8)) is ClockState.RUNNING
    assert clock.state(clock.due_at - timedelta(days=7)) is ClockState.WARNED


def test_seconds_left_is_negative_when_overdue_and_null_when_closed() -> None:
    clock = clocks_of(facts(grade="II"))["R2"]
    assert clock.seconds_left(LEARNED + timedelta(minutes=90)) == 1800
    assert clock.seconds_left(LEARNED + timedelta(minutes=121)) == -60
    closed = clocks_of(facts({"kind": "report_filed", "at": at(5), "to": EVERYONE}, grade="II"))["R2"]
    assert closed.seconds_left(NOW) is None


def test_the_document_holds_what_the_contract_names_and_nothing_else() -> None:
    document = clocks_of(facts())["R1"].to_json(NOW)
    assert list(document) == [
        *("rule_id", "office", "title", "title_zh", "article", "duty_holder", "recipients", "starts_at", "due_at"),
        *("strict_due_at", "strict_because", "state", "met_at", "seconds_left", "because"),
    ]
    assert document["starts_at"] == "2026-03-02T02:25:00+08:00"
    assert set(document["because"][0]) == {"kind", "at", "text_zh"}


def test_a_void_clock_says_why() -> None:
    fall = {"kind": "grade_changed", "at": at(60), "grade": "IV", "basis": "核实", "by": "张", "second": "李"}
    clock = clocks_of(facts(fall, grade="II"))["R2"]
    assert "调低为一般" in clock.void_reason
    assert clock.because[-1].kind == "grade_changed"
    assert clock.to_json(NOW)["met_at"] is None


def test_the_written_report_has_a_target_of_its_own_but_no_legal_limit() -> None:
    clock = clocks_of(facts({"kind": "report_filed", "at": at(10), "form": "phone", "to": ["level_up"]}))["R5"]
    assert clock.due_at is None
    assert clock.preset_due_at == LEARNED + timedelta(minutes=70)


def test_the_scene_is_the_duty_of_the_prefecture_head_of_a_county_case() -> None:
    clock = clocks_of(facts(office="420303", triggers=["T1"]))["H2"]
    assert clock.office == "420300"
    assert clock.duty_holder == "十堰市生态环境局主要负责人"


def test_names_are_those_of_the_offices() -> None:
    clock = clocks_of(facts(office="420303", grade="II"))["R2"]
    assert clock.duty_holder == "十堰市生态环境局张湾分局"
    assert clock.recipients_zh == ("张湾区人民政府", "湖北省生态环境厅", "生态环境部")


def test_the_board_shows_the_strictest_open_clock_first_and_closed_ones_last() -> None:
    case = facts(
        {"kind": "report_filed", "at": at(20), "to": ["peer_departments"]},
        occurred_at=at(-60),
        grade="IV",
        triggers=["T1"],
    )
    order = [clock.rule_id for clock in most_urgent_first(derive_clocks(case, RULES, now=NOW), NOW)]
    assert order[:4] == ["R1", "D1", "D2", "D3"]
    assert order[-1] == "R11"


def test_a_fall_after_a_partial_report_tells_those_who_were_told() -> None:
    case = facts(
        {"kind": "report_filed", "at": at(20), "to": ["ministry", "peer_departments"]},
        {"kind": "grade_changed", "at": at(60), "grade": "IV", "basis": "核实", "by": "张", "second": "李"},
        office="420303",
        grade="II",
    )
    assert clocks_of(case)["R4"].recipients == ("own_government", "level_up", "ministry")


def test_a_case_learned_before_any_reporting_rule_is_refused_in_words() -> None:
    case = CaseFacts("420300", datetime(2005, 1, 1, tzinfo=UTC))
    with pytest.raises(Exception, match="No reporting rule is in force on 2005-01-01"):
        derive_clocks(case, RULES, now=NOW)
