"""The two-lane ruler: where law and water stand on one time axis, and which of them comes first.

Positions are percentages of the track (0 is *learned*, 100 the end of the axis), so that a template writes
them into SVG attributes without arithmetic on dates. Callers pass ``now``; all instants are aware.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil

from incident_desk.domain.china_time import CHINA

DAY_AHEAD = timedelta(hours=24)
LONGEST_AXIS = timedelta(hours=48)
BEYOND_LAST = timedelta(hours=2)
TICK_HOURS = (1, 2, 3, 4, 6, 12, 24)
MOST_TICKS = 9


class First(StrEnum):
    """Which lane asks for an act first."""

    LAW = "law"
    WATER = "water"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class LawMark:
    """One legal clock. *state* is the clock's own state; *target* is the page anchor of its row."""

    name: str
    starts_at: datetime
    due_at: datetime | None
    state: str
    strict_due_at: datetime | None = None
    met_at: datetime | None = None
    article: str = ""
    target: str = ""

    @property
    def open(self) -> bool:
        """Whether the duty is still owed."""
        return self.met_at is None and self.state in ("running", "warned", "overdue")


@dataclass(frozen=True, slots=True)
class WaterMark:
    """One intake, section or border that the water reaches: earliest, likely and latest arrival."""

    name: str
    kind: str
    earliest_at: datetime
    likely_at: datetime
    latest_at: datetime
    state: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class GateMark:
    """One gate: from *opens_at* to *decide_by* it can still be closed in time."""

    name: str
    opens_at: datetime
    decide_by: datetime
    state: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the track, in percent; *cut* when it runs on past the end of the axis."""

    x: float
    width: float
    cut: bool = False

    @property
    def end(self) -> float:
        """Right edge, in percent."""
        return round(self.x + self.width, 3)


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the axis; *day* marks midnight at the office."""

    at: datetime
    x: float
    day: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark and where it stands. Points that lie outside the axis are ``None``."""

    mark: LawMark | WaterMark | GateMark
    span: Span
    point: float | None = None
    strict: float | None = None
    met: float | None = None


@dataclass(frozen=True, slots=True)
class Ruler:
    """Everything the template draws."""

    starts_at: datetime
    ends_at: datetime
    now: datetime
    now_x: float
    ticks: tuple[Tick, ...]
    law: tuple[Placed, ...]
    water: tuple[Placed, ...]
    gates: tuple[Placed, ...]
    first: First
    first_law: LawMark | None = None
    first_water: WaterMark | None = None
    left_out: int = field(default=0)


def compose_ruler(
    learned_at: datetime,
    *,
    now: datetime,
    law: Iterable[LawMark] = (),
    water: Iterable[WaterMark] = (),
    gates: Iterable[GateMark] = (),
    most_rows: int | None = None,
) -> Ruler:
    """Place every mark on an axis from *learned_at* to a day later or the last place's earliest arrival.

    The axis ends two hours after that arrival and two days after *learned_at* at the latest: a reservoir spreads one
    band over days, and the hours that decide would shrink to nothing. What runs on is marked as cut.

    Args:
        learned_at: left end of the axis, unless a mark or the water began earlier.
        now: where the now-line stands.
        law: legal clocks in any order; they come back with the most urgent first.
        water: arrivals in any order; they come back with the earliest first.
        gates: windows in any order; they come back with the first to be decided first.
        most_rows: at most so many rows a lane (the small ruler of the board); the rest is counted in ``left_out``.

    Returns:
        Positions in percent of the track, 0 to 100, rounded to 0.001.

    Raises:
        ValueError: an instant without a time zone.
    """
    clocks = sorted(law, key=_law_order)
    arrivals = sorted(water, key=lambda mark: (mark.earliest_at, mark.likely_at, mark.name))
    windows = sorted(gates, key=lambda mark: (mark.decide_by, mark.name))
    _require_zones([learned_at, now, *(m.starts_at for m in clocks), *(m.earliest_at for m in arrivals)])
    starts_at, ends_at = _axis(learned_at, now, clocks, arrivals)
    shown = most_rows if most_rows is not None else max(len(clocks), len(arrivals), len(windows))
    first_law, first_water = _first_law(clocks), _first_water(arrivals, now)
    place = _Axis(starts_at, ends_at)
    return Ruler(
        starts_at=starts_at,
        ends_at=ends_at,
        now=now,
        now_x=place.clamped(now),
        ticks=_ticks(place),
        law=tuple(place.law(mark) for mark in clocks[:shown]),
        water=tuple(place.water(mark) for mark in arrivals[:shown]),
        gates=tuple(place.gate(mark) for mark in windows[:shown]),
        first=_which_first(first_law, first_water),
        first_law=first_law,
        first_water=first_water,
        left_out=sum(max(0, len(lane) - shown) for lane in (clocks, arrivals, windows)),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    starts_at: datetime
    ends_at: datetime

    def at(self, instant: datetime) -> float:
        return round((instant - self.starts_at) / (self.ends_at - self.starts_at) * 100.0, 3)

    def clamped(self, instant: datetime) -> float:
        return min(100.0, max(0.0, self.at(instant)))

    def inside(self, instant: datetime | None) -> float | None:
        if instant is None or not self.starts_at <= instant <= self.ends_at:
            return None
        return self.at(instant)

    def span(self, begin: datetime, end: datetime) -> Span:
        left, right = self.clamped(min(begin, end)), self.clamped(max(begin, end))
        return Span(left, round(right - left, 3), cut=max(begin, end) > self.ends_at)

    def law(self, mark: LawMark) -> Placed:
        end = mark.met_at or mark.due_at or self.ends_at
        if mark.met_at is not None and mark.due_at is not None:
            end = max(mark.met_at, mark.starts_at)
        return Placed(
            mark,
            self.span(mark.starts_at, end),
            point=self.inside(mark.due_at),
            strict=self.inside(mark.strict_due_at) if mark.strict_due_at != mark.due_at else None,
            met=self.inside(mark.met_at),
        )

    def water(self, mark: WaterMark) -> Placed:
        return Placed(mark, self.span(mark.earliest_at, mark.latest_at), point=self.inside(mark.likely_at))

    def gate(self, mark: GateMark) -> Placed:
        return Placed(mark, self.span(mark.opens_at, mark.decide_by), point=self.inside(mark.decide_by))


def _require_zones(instants: Iterable[datetime]) -> None:
    if any(instant.tzinfo is None for instant in instants):
        raise ValueError("every instant on the ruler needs a time zone")


def _urgent_at(mark: LawMark) -> datetime | None:
    return mark.strict_due_at or mark.due_at


def _law_order(mark: LawMark) -> tuple[bool, datetime, str]:
    last = datetime.max.replace(tzinfo=UTC)
    return (not mark.open, _urgent_at(mark) or last, mark.name)


def _first_law(clocks: Iterable[LawMark]) -> LawMark | None:
    return next((mark for mark in clocks if mark.open and _urgent_at(mark) is not None), None)


def _first_water(arrivals: Iterable[WaterMark], now: datetime) -> WaterMark | None:
    return next((mark for mark in arrivals if mark.earliest_at >= now), None)


def _which_first(law: LawMark | None, water: WaterMark | None) -> First:
    if law is None and water is None:
        return First.NEITHER
    if water is None:
        return First.LAW
    due = _urgent_at(law) if law is not None else None
    return First.LAW if due is not None and due <= water.earliest_at else First.WATER


def _axis(
    learned_at: datetime, now: datetime, clocks: Iterable[LawMark], arrivals: Iterable[WaterMark]
) -> tuple[datetime, datetime]:
    begin = min([learned_at, *(mark.starts_at for mark in clocks if mark.starts_at > learned_at - DAY_AHEAD)])
    end = max([begin + DAY_AHEAD, *(mark.earliest_at + BEYOND_LAST for mark in arrivals)])
    return begin, max(min(end, begin + LONGEST_AXIS), now + timedelta(hours=1))


def _ticks(place: _Axis) -> tuple[Tick, ...]:
    hours = (place.ends_at - place.starts_at) / timedelta(hours=1)
    step = next((h for h in TICK_HOURS if hours / h <= MOST_TICKS), 24 * ceil(hours / 24 / MOST_TICKS))
    at = place.starts_at.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)
    at -= timedelta(hours=at.hour % step if step <= 24 else at.hour)
    ticks = []
    while at <= place.ends_at:
        if at >= place.starts_at:
            ticks.append(Tick(at, place.at(at), at.hour == 0))
        at += timedelta(hours=step)
    return tuple(ticks)
