"""A rule in words, Chinese and English: its limit with unit, and whether it still stands."""

from __future__ import annotations

from datetime import date

from incident_desk.domain.law.rulebook import Criterion, DeadlineRule, Provenance

_WITHOUT_NUMBER_EN = {
    "及时": "promptly", "立即": "at once", "随时": "at any time", "持续": "continuously",
    "处理完毕后": "after the handling", "第一时间": "first of all",
    "连续达标后": "after readings in a row within the limit",
}  # fmt: skip


def limit_zh(rule: DeadlineRule) -> str:
    """The limit of *rule* in words, with unit."""
    if rule.within_minutes is not None:
        own = (f"{grade}级{_minutes(minutes, '小时', '分钟')}" for grade, minutes in rule.minutes_by_grade)
        text = "、".join((_minutes(rule.within_minutes, "小时", "分钟"), *own))
        return text + ("（设置，默认关闭）" if rule.overlay else "")
    if rule.within_days is not None:
        return f"{rule.within_days}日" + ("，评估期间不计" if rule.pauses else "")
    if rule.within_workdays is not None:
        return f"{rule.within_workdays}个工作日"
    preset = f"；本单位预设{_minutes(rule.preset_minutes, '小时', '分钟')}" if rule.preset_minutes else ""
    return f"{rule.no_number}（规定没有数字{preset}）"


def limit_en(rule: DeadlineRule) -> str:
    """The limit of *rule* in English words, with unit."""
    if rule.within_minutes is not None:
        own = (f"{_minutes(minutes, ' h', ' min')} at grade {grade}" for grade, minutes in rule.minutes_by_grade)
        text = ", ".join((_minutes(rule.within_minutes, " h", " min"), *own))
        return text + (" (a setting, off unless named)" if rule.overlay else "")
    if rule.within_days is not None:
        return f"{rule.within_days} days" + (", the time of the assessment not counted" if rule.pauses else "")
    if rule.within_workdays is not None:
        return f"{rule.within_workdays} working days"
    preset = f"; our own preset {_minutes(rule.preset_minutes, ' h', ' min')}" if rule.preset_minutes else ""
    words = _WITHOUT_NUMBER_EN.get(rule.no_number, rule.no_number)
    return f"{words} (no number in the rule{preset})"


def criterion_zh(row: Criterion) -> str:
    """A row of the grading standard in words, with its band."""
    if not row.metric:
        return row.text_zh
    unit = "人" if row.unit == "person" else "元"
    if row.below is None:
        return f"{row.text_zh}{_number_zh(row.at_least)}{unit}以上"
    if not row.at_least:
        return f"{row.text_zh}{_number_zh(row.below)}{unit}以下"
    return f"{row.text_zh}{_number_zh(row.at_least)}{unit}以上、{_number_zh(row.below)}{unit}以下"


def criterion_en(row: Criterion) -> str:
    """A row of the grading standard in English words, with its band."""
    if not row.metric:
        return row.text_en
    unit = " people" if row.unit == "person" else " yuan"
    least = f"{row.at_least:,.0f}" if row.at_least else ""
    below = f"fewer than {row.below:,.0f}" if row.below is not None else ""
    band = f"{least} or more, {below}" if least and below else f"{least} or more" if least else below
    return f"{row.text_en}: {band}{unit}"


def _number_zh(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100_000_000:
        return f"{value / 100_000_000:g}亿"
    return f"{value / 10_000:g}万" if value >= 10_000 else f"{value:g}"


def _minutes(minutes: int, hour: str, minute: str) -> str:
    return f"{minutes // 60}{hour}" if minutes % 60 == 0 else f"{minutes}{minute}"


def is_repealed(provenance: Provenance, day: date) -> bool:
    """True when the rule no longer stands on *day*: its last day has passed, or another instrument took its place."""
    ends_on = provenance.validity.ends_on
    return bool(provenance.successor) or (ends_on is not None and ends_on < day)
