"""Shifts of an office (班次): which there are, when each begins and ends, and the shifts of a run of days.

Day, middle and night shift or one of 24 hours; the hours are the office's own; those preset are a proposal of
ours [D]. Days and hours are those of the office's wall clock; instants are aware UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from incident_desk.domain.china_time import CHINA
from incident_desk.domain.errors import N_, DomainError

DAY_MINUTES = 24 * 60
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


class ShiftCode(StrEnum):
    """班次, in the order of the day."""

    DAY = "day"
    MIDDLE = "middle"
    NIGHT = "night"
    WHOLE = "whole"


class DutyPeriodKind(StrEnum):
    """Special periods (特殊时段), by the code list; ``ORDINARY`` is no period anybody enters."""

    HOLIDAY = "HOLIDAY"
    MAJOR_EVENT = "MAJOR_EVENT"
    SENSITIVE_NODE = "SENSITIVE_NODE"
    FLOOD_SEASON = "FLOOD_SEASON"
    EXTREME_WEATHER = "EXTREME_WEATHER"
    DISASTER = "DISASTER"


class ShiftsBroken(DomainError):
    """Shifts that do not fill the day."""

    code = "shifts_broken"
    message_id = N_("The shifts must fill 24 hours without gap or overlap, each beginning when another ends.")


class ShiftTimeUnreadable(DomainError):
    """An hour of a shift that is none."""

    code = "shift_time_unreadable"
    message_id = N_("“%(text)s” is no time of day: write 08:00.")


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift; ``starts_min`` and ``ends_min`` are minutes after midnight, the end on the next day if not later."""

    code: ShiftCode
    starts_min: int
    ends_min: int

    @property
    def minutes(self) -> int:
        """How long it is; one that ends when it begins lasts 24 hours."""
        return (self.ends_min - self.starts_min) % DAY_MINUTES or DAY_MINUTES

    def begins(self, day: date) -> datetime:
        """When the shift of *day* begins, aware UTC."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=CHINA)
        return (midnight + timedelta(minutes=self.starts_min)).astimezone(UTC)

    def ends(self, day: date) -> datetime:
        """When it ends, aware UTC."""
        return self.begins(day) + timedelta(minutes=self.minutes)

    @property
    def hours_text(self) -> str:
        """``20:00–08:00``."""
        return f"{clock_text(self.starts_min)}–{clock_text(self.ends_min)}"

    def to_setting(self) -> dict[str, str]:
        """The shift as an office's settings keep it."""
        return {"code": self.code.value, "starts": clock_text(self.starts_min), "ends": clock_text(self.ends_min)}


PRESET_SHIFTS = (Shift(ShiftCode.DAY, 8 * 60, 20 * 60), Shift(ShiftCode.NIGHT, 20 * 60, 8 * 60))


@dataclass(frozen=True, slots=True)
class SpecialPeriod:
    """节假日、重大活动、汛期…: both days count; a shift belongs to the day on which it begins."""

    kind: DutyPeriodKind
    label: str
    first_day: date
    last_day: date

    def covers(self, day: date) -> bool:
        """Whether *day* lies in it."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Slot:
    """One shift of one day that has to be filled; ``doubled`` in a special period."""

    day: date
    shift: ShiftCode
    starts_at: datetime
    ends_at: datetime
    doubled: bool = False


def clock_text(minutes: int) -> str:
    """``08:00`` from minutes after midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def read_clock(text: str) -> int:
    """Minutes after midnight of ``8:00``; ``24:00`` is midnight.

    Raises:
        ShiftTimeUnreadable: no time of day.
    """
    found = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 0)
    if minute > 59 or hour * 60 + minute > DAY_MINUTES:
        raise ShiftTimeUnreadable(text=text[:20])
    return (hour * 60 + minute) % DAY_MINUTES


def make_shifts(hours: Mapping[ShiftCode, tuple[str, str]]) -> tuple[Shift, ...]:
    """Shifts from their hours as typed, in the order of the day.

    Raises:
        ShiftTimeUnreadable: an hour; its field names the shift.
        ShiftsBroken: together they are not one day.
    """
    found = []
    for code, (starts, ends) in hours.items():
        try:
            found.append(Shift(code, read_clock(starts), read_clock(ends)))
        except ShiftTimeUnreadable as error:
            error.field = f"shift-{code.value}"
            raise
    found.sort(key=lambda shift: shift.starts_min)
    follows = zip(found, found[1:] + found[:1], strict=True)
    if not found or sum(shift.minutes for shift in found) != DAY_MINUTES:
        raise ShiftsBroken(field="shifts")
    if any(shift.ends_min != after.starts_min for shift, after in follows):
        raise ShiftsBroken(field="shifts")
    return tuple(found)


def shifts_of(setting: object) -> tuple[Shift, ...]:
    """The shifts of an office by its settings; the preset where none are set."""
    rows: Sequence[Mapping[str, str]] = setting if isinstance(setting, list) else ()
    return (
        make_shifts({ShiftCode(row["code"]): (row["starts"], row["ends"]) for row in rows}) if rows else PRESET_SHIFTS
    )


def is_special(day: date, periods: Iterable[SpecialPeriod]) -> bool:
    """Whether some period covers *day*."""
    return any(period.covers(day) for period in periods)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from *first* to *last*, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def slots(shifts: Iterable[Shift], periods: Sequence[SpecialPeriod], first: date, last: date) -> list[Slot]:
    """The shifts of the days *first* to *last*, in order."""
    pattern = tuple(shifts)
    return [
        Slot(day, shift.code, shift.begins(day), shift.ends(day), doubled=is_special(day, periods))
        for day in days(first, last)
        for shift in pattern
    ]


def slot_at(shifts: Iterable[Shift], periods: Sequence[SpecialPeriod], now: datetime) -> Slot:
    """The shift that runs at *now*."""
    today = now.astimezone(CHINA).date()
    near = slots(shifts, periods, today - timedelta(days=1), today)
    return next(slot for slot in near if slot.starts_at <= now < slot.ends_at)
