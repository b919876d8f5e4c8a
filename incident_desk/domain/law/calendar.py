"""Days of the office: deadlines in calendar days, working days with the State Council's notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from incident_desk.domain.china_time import CHINA, china_date
from incident_desk.domain.errors import N_, DomainError


class CalendarEnds(DomainError):
    """The holiday table does not reach the year that is asked for."""

    code = "calendar_ends"
    message_id = N_("The working-day calendar does not cover %(year)s: add that year's notice to workdays.csv.")


def end_of_day(day: date) -> datetime:
    """24:00 of *day*, which is 00:00 of the next; aware UTC."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA).astimezone(UTC)


def due_after_days(start: datetime, days: int) -> datetime:
    """End of the last of *days* calendar days; the day of the event itself is not counted.

    Source: the general rule for periods in days (始日不计，期间届满于末日24时), 民法典 第二百零一条、第二百零三条.
    """
    return end_of_day(china_date(start) + timedelta(days=days))


def days_between(start: datetime, end: datetime) -> int:
    """Days a period of days stands still from *start* to *end*: the first is not counted, the last is."""
    return max(0, (china_date(end) - china_date(start)).days)


@dataclass(frozen=True)
class WorkCalendar:
    """Working days: weekdays, without the holidays and with the make-up days of the notices on file."""

    holidays: frozenset[date]
    makeup_days: frozenset[date]

    def is_workday(self, day: date) -> bool:
        """True on a day the offices work.

        Raises:
            CalendarEnds: no notice for that year is on file.
        """
        if day.year not in self.years:
            raise CalendarEnds(year=day.year)
        if day in self.makeup_days:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def due_after_workdays(self, start: datetime, days: int) -> datetime:
        """End of the last of *days* working days; the day of the event itself is not counted.

        A year whose notice is not on file counts Monday to Friday; ``years_to_check`` says which.
        """
        day = china_date(start)
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_workday(day) if day.year in self.years else day.weekday() < 5
        return end_of_day(day)

    @cached_property
    def years(self) -> frozenset[int]:
        """Years whose notice is on file."""
        return frozenset(day.year for day in self.holidays)

    def years_to_check(self, start: datetime, due_at: datetime) -> tuple[int, ...]:
        """Years between the two whose notice is not on file, so that a due date among them is a guess."""
        last = china_date(due_at - timedelta(seconds=1)).year
        return tuple(year for year in range(china_date(start).year, last + 1) if year not in self.years)
