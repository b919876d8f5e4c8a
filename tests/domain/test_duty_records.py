"""The ladder, the list of a handover, and the periods of the figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from incident_desk.domain.duty.handover import (
    HandedOver,
    OpenThread,
    ThreadKind,
    digest_of,
    ordered,
    snapshot,
    threads_of,
)
from incident_desk.domain.duty.statistics import DutyFigures, SpanKind, SpanUnknown, make_span, span_at
from incident_desk.domain.duty.wake_up import LadderBroken, Rung, gives_up_at, ladder_of, make_ladder

NOW = datetime(2026, 11, 20, 18, 45, tzinfo=UTC)


def thread(key: str, kind: ThreadKind = ThreadKind.TASK, due_at: datetime | None = None) -> OpenThread:
    return OpenThread(kind, "X420300-2026-0001", key, "核实", "Find out", due_at)


def test_the_preset_ladder_is_three_six_ten_fifteen() -> None:
    assert [(step.rung, step.minutes) for step in ladder_of(None)] == [
        (Rung.OFFICER, 0), (Rung.SECOND, 3), (Rung.LEADER, 6), (Rung.DEPUTY_HEAD, 10), (Rung.HEAD, 15),
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", [{Rung.SECOND: 0}, {Rung.SECOND: 7}, {Rung.HEAD: 121}, {Rung.LEADER: -1}])
def test_minutes_that_do_not_climb_are_refused(wanted: dict[Rung, int]) -> None:
    with pytest.raises(LadderBroken):
        make_ladder(wanted)


def test_hope_ends_as_long_after_the_head_as_the_head_waited() -> None:
    assert gives_up_at(ladder_of(None), NOW) == NOW + timedelta(minutes=20)


def test_the_same_threads_make_the_same_list_and_digest() -> None:
    clock = thread("clock:1", ThreadKind.CLOCK, NOW)
    one, other = ordered([thread("task:2"), clock]), ordered([clock, thread("task:2")])
    assert [line.key for line in one] == ["clock:1", "task:2"]
    assert digest_of(one) == digest_of(other)
    assert digest_of(one) != digest_of(one[:1])


def test_a_list_comes_back_from_its_snapshot() -> None:
    found = ordered([thread("clock:1", ThreadKind.CLOCK, NOW), thread("task:2")])
    assert threads_of(snapshot(found)) == found


def test_what_changed_between_the_signatures_is_told() -> None:
    handed = HandedOver((thread("a"), thread("b")), (thread("b"), thread("c")))
    assert handed.new == {"c"}
    assert [one.key for one in handed.gone] == ["a"]


@pytest.mark.parametrize(
    ("kind", "number", "first", "after", "zh"),
    [
        (SpanKind.MONTH, 11, date(2026, 11, 1), "2026-11-30T16:00", "2026年11月"),
        (SpanKind.MONTH, 12, date(2026, 12, 1), "2026-12-31T16:00", "2026年12月"),
        (SpanKind.QUARTER, 4, date(2026, 10, 1), "2026-12-31T16:00", "2026年第四季度"),
        (SpanKind.HALF_YEAR, 1, date(2026, 1, 1), "2026-06-30T16:00", "2026年上半年"),
        (SpanKind.HALF_YEAR, 2, date(2026, 7, 1), "2026-12-31T16:00", "2026年下半年"),
        (SpanKind.YEAR, 1, date(2026, 1, 1), "2026-12-31T16:00", "2026年"),
    ],
)
def test_a_period_ends_where_the_next_begins_on_chinese_days(
    kind: SpanKind, number: int, first: date, after: str, zh: str
) -> None:
    span = make_span(kind, 2026, number)
    assert (span.first_day, span.zh) == (first, zh)
    assert span.ends_at == datetime.fromisoformat(after).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "number"), [(SpanKind.MONTH, 13), (SpanKind.QUARTER, 5), (SpanKind.YEAR, 2), (SpanKind.MONTH, 0)]
)
def test_a_period_that_no_year_has_is_refused(kind: SpanKind, number: int) -> None:
    with pytest.raises(SpanUnknown):
        make_span(kind, 2026, number)


def test_midnight_in_china_decides_the_month() -> None:
    assert span_at(SpanKind.MONTH, datetime(2026, 10, 31, 16, 0, tzinfo=UTC)).number == 11
    assert span_at(SpanKind.QUARTER, datetime(2026, 9, 30, 15, 59, tzinfo=UTC)).number == 3


def test_nothing_at_all_is_empty_and_one_check_is_not() -> None:
    assert DutyFigures().is_empty
    assert not DutyFigures(checks=1).is_empty
    assert not DutyFigures(reports={"initial": 1}).is_empty
