"""Figures of a month, quarter, half-year or year (值守统计) as they are reported upward.

Source of the duty: 突发环境事件信息报告办法 (部令第17号) 第十条; quarterly summaries with drills: 湖北 2021 work plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from incident_desk.domain.china_time import CHINA, china_date
from incident_desk.domain.errors import N_, DomainError

YEARS = range(2000, 2200)
QUARTERS_ZH = ("一", "二", "三", "四")


class SpanKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


MONTHS = {SpanKind.MONTH: 1, SpanKind.QUARTER: 3, SpanKind.HALF_YEAR: 6, SpanKind.YEAR: 12}


class SpanUnknown(DomainError):
    """No such period."""

    code = "span_unknown"
    message_id = N_("There is no such period: choose month, quarter, half-year or year and its number.")


@dataclass(frozen=True, slots=True)
class Span:
    """One period; ``number`` counts from 1 within the year."""

    kind: SpanKind
    year: int
    number: int

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * MONTHS[self.kind] + 1, 1)

    @property
    def starts_at(self) -> datetime:
        """Midnight before its first day, aware UTC."""
        return _midnight(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """Midnight after its last day, aware UTC; not in it any more."""
        month = self.number * MONTHS[self.kind] + 1
        return _midnight(date(self.year + month // 13, (month - 1) % 12 + 1, 1))

    @property
    def zh(self) -> str:
        """``2026年第四季度``."""
        return (
            f"{self.year}年"
            + {
                SpanKind.MONTH: f"{self.number}月",
                SpanKind.QUARTER: f"第{QUARTERS_ZH[(self.number - 1) % 4]}季度",
                SpanKind.HALF_YEAR: "上半年" if self.number == 1 else "下半年",
                SpanKind.YEAR: "",
            }[self.kind]
        )

    @property
    def en(self) -> str:
        """``quarter 4 of 2026``."""
        return {
            SpanKind.MONTH: f"{self.year}-{self.number:02d}",
            SpanKind.QUARTER: f"quarter {self.number} of {self.year}",
            SpanKind.HALF_YEAR: f"half-year {self.number} of {self.year}",
            SpanKind.YEAR: f"{self.year}",
        }[self.kind]


def make_span(kind: SpanKind, year: int, number: int) -> Span:
    """The period of this number.

    Raises:
        SpanUnknown: the year has no such period.
    """
    if year not in YEARS or not 1 <= number <= 12 // MONTHS[kind]:
        raise SpanUnknown(field="number")
    return Span(kind, year, number)


def span_at(kind: SpanKind, now: datetime) -> Span:
    """The period in which *now* lies."""
    day = china_date(now)
    return Span(kind, day.year, (day.month - 1) // MONTHS[kind] + 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class DutyFigures:
    """What was recorded in a period; every figure counts rows. Keys of mappings are codes, in their order.

    ``clocks`` counts limits that began in the period by how they stand, ``answer_seconds`` is the mean over the checks
    that were answered. ``drills`` are exercise files begun.
    """

    incidents: int = 0
    by_grade: Mapping[str, int] = field(default_factory=dict)
    by_cause: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, int] = field(default_factory=dict)
    reports: Mapping[str, int] = field(default_factory=dict)
    callouts: int = 0
    callout_asked: int = 0
    callout_coming: int = 0
    handovers: int = 0
    checks: int = 0
    checks_answered: int = 0
    answer_seconds: float | None = None
    wake_ups: int = 0
    wake_ups_answered: int = 0
    drills: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was recorded."""
        counted = (self.incidents, self.callouts, self.handovers, self.checks, self.wake_ups, self.drills)
        return not any(counted) and not any(self.clocks.values()) and not any(self.reports.values())
