"""The half-yearly report on joint prevention (联防联控机制建设进展): its periods, and a draft from the register.

Source: 鄂环办〔2021〕31号 二、1: to the province by 30 June and 31 December (P9).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.labels import label
from incident_desk.domain.neighbours.agreements import Agreement, AgreementGap, AgreementLevel, GapFound

ZH = "zh_Hans"
BLANK = "［填写］"
MOST_NAMED = 12
"""Pairs that the text names of one kind of gap; the table at its end has them all."""
TABLE_HEADS = ("水体", "上游", "下游", "层级", "签订", "有效期至", "最近会议", "最近演练")
_PERIOD = re.compile(r"(20\d\d)-(h[12])")


class HalfYear(StrEnum):
    """Which half a report is about."""

    H1 = "h1"
    H2 = "h2"


class NoSuchPeriod(DomainError):
    """Not a half-year that a report is due for."""

    code = "no_such_period"
    status = 404
    message_id = N_("%(period)s is no half-year: write it as 2026-h1 or 2026-h2.")


class ProgressWasSent(DomainError):
    """A report that went out stays as it is."""

    code = "progress_was_sent"
    status = 409
    message_id = N_("This report went out already. Take that entry back first if it is wrong.")


class ProgressNotSent(DomainError):
    """Taken back before it went out."""

    code = "progress_not_sent"
    status = 409
    message_id = N_("This report has not gone out.")


class ProgressTextMissing(DomainError):
    """A report without a word."""

    code = "progress_text_missing"
    message_id = N_("Write the report first, or take it from the register.")


class ProgressProofMissing(DomainError):
    """Nothing shows that it arrived."""

    code = "progress_proof_missing"
    message_id = N_("Write who took it, or what shows that it arrived.")


@dataclass(frozen=True, slots=True)
class Period:
    """A half-year."""

    year: int
    half: HalfYear

    @classmethod
    def read(cls, text: str) -> Period:
        """The half-year of ``2026-h1``.

        Raises:
            NoSuchPeriod: it is none.
        """
        found = _PERIOD.fullmatch(text)
        if found is None:
            raise NoSuchPeriod(field="period", period=text[:20])
        return cls(int(found[1]), HalfYear(found[2]))

    @classmethod
    def of(cls, day: date) -> Period:
        """The half-year in which *day* lies."""
        return cls(day.year, HalfYear.H1 if day.month <= 6 else HalfYear.H2)

    @property
    def code(self) -> str:
        """``2026-h1``."""
        return f"{self.year}-{self.half.value}"

    @property
    def due_on(self) -> date:
        """Its last day: 30 June or 31 December."""
        return date(self.year, 6, 30) if self.half is HalfYear.H1 else date(self.year, 12, 31)

    def before(self) -> Period:
        """The half-year before it."""
        return Period(self.year, HalfYear.H1) if self.half is HalfYear.H2 else Period(self.year - 1, HalfYear.H2)

    def words_zh(self) -> str:
        """``2026年上半年``."""
        return f"{self.year}年{label(self.half, ZH)}"


@dataclass(frozen=True, slots=True)
class DisputeWord:
    """A dispute as the report tells it."""

    water_body: str
    about: str
    opened_on: date
    mediated_by: str
    settled_on: date | None


def title_of(office: str, period: Period) -> str:
    """``十堰市生态环境局关于2026年上半年联防联控机制建设进展情况的报告``."""
    return f"{office}关于{period.words_zh()}联防联控机制建设进展情况的报告"


def draft_zh(
    *,
    office: str,
    agreements: Sequence[Agreement],
    gaps: Sequence[GapFound],
    disputes: Sequence[DisputeWord],
    names: Mapping[str, str],
    today: date,
) -> str:
    """The text to begin with; *names* are the areas by code. What only the office knows stands as a named blank."""
    parts = (
        "一、总体情况",
        _overview(office, agreements, today),
        "二、协议签订和运行情况",
        *_run(agreements, names),
        "三、纠纷协调情况",
        *_disputes(disputes),
        "四、存在的差距",
        *_gaps(gaps, names),
        "五、下一步安排",
        BLANK,
    )
    return "\n".join(parts)


def table_rows(agreements: Iterable[Agreement], names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The register as the table at the report's end, by ``TABLE_HEADS``; no contact stands in it."""
    return [
        (
            one.water_body, names[one.upstream_code], names[one.downstream_code], label(one.level, ZH),
            *(_cell(day) for day in (one.signed_on, one.valid_until, one.last_meeting_on, one.last_drill_on)),
        )
        for one in agreements
    ]  # fmt: skip


def _overview(office: str, agreements: Sequence[Agreement], today: date) -> str:
    counts = "、".join(
        f"{label(level, ZH)}{number}份" for level in AgreementLevel
        if (number := sum(one.level is level for one in agreements))
    )  # fmt: skip
    expired = sum(one.is_expired(today) for one in agreements)
    met = sum(one.has_met_within_a_year(today) for one in agreements)
    if not agreements:
        return f"截至{_day(today)}，{office}登记的上下游、左右岸联防联控协议为0份。"
    return (
        f"截至{_day(today)}，{office}登记上下游、左右岸联防联控协议{len(agreements)}份（{counts}），"
        f"其中过期{expired}份；一年内召开过联席会议的{met}份。"
    )


def _run(agreements: Sequence[Agreement], names: Mapping[str, str]) -> list[str]:
    if not agreements:
        return [f"尚未登记协议。{BLANK}"]
    said = []
    for number, one in enumerate(agreements, 1):
        what = one.title or f"{one.water_body}联防联控协议"
        held = (
            f"最近联席会议{_held(one.last_meeting_on)}，最近联合演练{_held(one.last_drill_on)}，"
            f"联合监测方案：{one.monitoring_plan or '尚未制定'}"
        )
        parties = f"{names[one.upstream_code]}（上游）、{names[one.downstream_code]}（下游）"
        said.append(
            f"{number}．{what}：{parties}，{_day(one.signed_on)}签订，有效期至{_day(one.valid_until)}；{held}。"
        )
    return said


def _disputes(disputes: Sequence[DisputeWord]) -> list[str]:
    if not disputes:
        return ["本期未登记跨界纠纷。"]
    said = []
    for number, one in enumerate(disputes, 1):
        ended = f"{_day(one.settled_on)}办结" if one.settled_on else "正在协调"
        what = f"{one.water_body}：{_day(one.opened_on)}发生，事由：{one.about}；调解单位：{one.mediated_by or BLANK}"
        said.append(f"{number}．{what}；{ended}。")
    return said


def _gaps(gaps: Sequence[GapFound], names: Mapping[str, str]) -> list[str]:
    """One sentence a kind of gap, with the pairs by name."""
    if not gaps:
        return ["已知重点流域界面均有有效协议，且一年内召开过联席会议。"]
    order = list(AgreementGap)
    said = []
    for gap, found in groupby(sorted(gaps, key=lambda one: order.index(one.gap)), key=lambda one: one.gap):
        pairs = [f"{one.pair.river}{names[one.pair.upstream_code]}—{names[one.pair.downstream_code]}" for one in found]
        more = f"等{len(pairs)}处" if len(pairs) > MOST_NAMED else ""
        said.append(f"{label(gap, ZH)}的界面{len(pairs)}处：{'；'.join(pairs[:MOST_NAMED])}{more}。")
    return said


def _day(day: date | None) -> str:
    return BLANK if day is None else f"{day.year}年{day.month}月{day.day}日"


def _held(day: date | None) -> str:
    return _day(day) if day is not None else "未登记"


def _cell(day: date | None) -> str:
    return "—" if day is None else day.isoformat()
