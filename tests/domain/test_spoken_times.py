"""Times as they are said; the desk's clock shows 02:45 on 21 November 2026, Beijing time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incident_desk.domain.calls.spoken_times import TimeUnreadable, parse_time, says_about

NOW = datetime(2026, 11, 20, 18, 45, 30, tzinfo=UTC)


def beijing(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 11) -> datetime:
    """A Beijing wall-clock time of 2026, reckoned by subtracting the eight hours by hand."""
    hours = day * 24 + hour - 8
    return datetime(2026, month, hours // 24, hours % 24, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("02:10", beijing(21, 2, 10)),
        ("2:10", beijing(21, 2, 10)),
        ("0210", beijing(21, 2, 10)),
        ("０２：１０", beijing(21, 2, 10)),
        ("2点10分", beijing(21, 2, 10)),
        ("凌晨两点十分", beijing(21, 2, 10)),
        ("两点半", beijing(21, 2, 30)),
        ("两点一刻", beijing(21, 2, 15)),
        ("2时", beijing(21, 2)),
        ("大约2点", beijing(21, 2)),
        ("2点左右", beijing(21, 2)),
        ("昨晚11点半", beijing(20, 23, 30)),
        ("昨天下午3点", beijing(20, 15)),
        ("昨天 15:20", beijing(20, 15, 20)),
        ("23:50", beijing(20, 23, 50)),
        ("11月21日 02:10", beijing(21, 2, 10)),
        ("11-21 02:10", beijing(21, 2, 10)),
        ("2026-11-21 02:10", beijing(21, 2, 10)),
        ("2026年11月21日2时10分", beijing(21, 2, 10)),
        ("2026-11-21T02:10", beijing(21, 2, 10)),
        ("2026-11-21T02:10:30+08:00", beijing(21, 2, 10, 30)),
        ("2026-11-20T18:10:00Z", beijing(21, 2, 10)),
        ("2:10 am", beijing(21, 2, 10)),
        ("20分钟前", beijing(21, 2, 25, 30)),
        ("二十分钟前", beijing(21, 2, 25, 30)),
        ("半小时前", beijing(21, 2, 15, 30)),
        ("20 min ago", beijing(21, 2, 25, 30)),
        ("刚才", NOW),
    ],
)
def test_many_ways_of_saying_a_time_are_read(text: str, at: datetime) -> None:
    assert parse_time(text, now=NOW) == at


def test_a_bare_time_shortly_ahead_stays_ahead_and_can_be_refused() -> None:
    assert parse_time("03:10", now=NOW) == beijing(21, 3, 10)


def test_a_day_of_december_read_in_january_was_last_year() -> None:
    january = datetime(2027, 1, 1, 1, tzinfo=UTC)
    assert parse_time("12-31 23:00", now=january) == datetime(2026, 12, 31, 15, tzinfo=UTC)


def test_midnight_at_the_end_of_a_day_is_the_next_day() -> None:
    assert parse_time("11月20日24:00", now=NOW) == beijing(21, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25:00",
        "2:61",
        "2月30日 02:00",
        "桥上",
        "十几点",
        "2026-13-01 02:00",
        "99999999小时前",
        "0001-01-01T00:00",
        "9999-12-31 24:00",
        "9999-12-31T23:59:00-23:59",
    ],
)
def test_what_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(TimeUnreadable):
        parse_time(text, now=NOW)


def test_words_say_whether_a_time_is_approximate() -> None:
    assert says_about("2点左右")
    assert not says_about("02:10")
