from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from incident_desk.domain.china_time import (
    china_date,
    china_iso,
    clock_zh,
    local_minute,
    short_minute,
    zh_due_time,
    zh_time,
    zh_time_with_year,
)

NEW_YEAR = datetime(2026, 12, 31, 16, 5, tzinfo=UTC)


def test_the_office_s_day_begins_at_sixteen_hundred_utc() -> None:
    assert china_date(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert china_date(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)) == date(2026, 3, 2)


def test_a_time_is_written_as_the_office_s_clock_shows_it() -> None:
    assert local_minute(NEW_YEAR) == "2027-01-01 00:05"
    assert short_minute(NEW_YEAR) == "01-01 00:05"
    assert clock_zh(NEW_YEAR) == "00:05"
    assert zh_time(NEW_YEAR) == "1月1日00:05"
    assert zh_time_with_year(NEW_YEAR) == "2027年1月1日00:05"


def test_an_instant_for_programs_carries_its_offset() -> None:
    assert china_iso(NEW_YEAR) == "2027-01-01T00:05:00+08:00"
    assert china_iso(NEW_YEAR.replace(microsecond=7), "seconds") == "2027-01-01T00:05:00+08:00"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "12月31日24:00"),
        (datetime(2026, 12, 31, 16, 0, 1, tzinfo=UTC), "1月1日00:00"),
        (datetime(2026, 11, 20, 20, 25, tzinfo=UTC), "11月21日04:25"),
    ],
)
def test_what_is_due_at_midnight_is_due_at_24_00_of_the_day_that_ends(at: datetime, words: str) -> None:
    assert zh_due_time(at) == words
