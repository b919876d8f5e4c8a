from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from incident_desk.domain.law.calendar import CalendarEnds, days_between, due_after_days
from incident_desk.domain.law.rulebook import Rulebook

CALENDAR = Rulebook.shipped().calendar


def test_thirty_days_from_the_last_day_of_december_end_at_24_00_of_30_january() -> None:
    due = due_after_days(datetime(2025, 12, 31, 7, 0, tzinfo=UTC), 30)
    assert due == datetime(2026, 1, 30, 16, 0, tzinfo=UTC)


def test_days_that_stand_still_do_not_count_their_first() -> None:
    assert days_between(datetime(2026, 1, 10, 1, tzinfo=UTC), datetime(2026, 1, 20, 1, tzinfo=UTC)) == 10
    assert days_between(datetime(2026, 1, 20, 1, tzinfo=UTC), datetime(2026, 1, 10, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("day", "works"),
    [(date(2026, 2, 18), False), (date(2026, 2, 28), True), (date(2026, 3, 2), True), (date(2026, 3, 7), False)],
)
def test_holidays_rest_and_make_up_saturdays_work(day: date, works: bool) -> None:
    assert CALENDAR.is_workday(day) is works


def test_five_working_days_over_the_national_day_of_2025() -> None:
    # 30 September 2025 is a Tuesday; 1-8 October rest, 11 October (Saturday) works: 9, 10, 11, 13, 14 October.
    assert CALENDAR.due_after_workdays(datetime(2025, 9, 30, 4, tzinfo=UTC), 5) == datetime(
        2025, 10, 14, 16, tzinfo=UTC
    )


def test_a_year_without_a_notice_is_refused_not_guessed() -> None:
    with pytest.raises(CalendarEnds, match="2031"):
        CALENDAR.is_workday(date(2031, 3, 3))
