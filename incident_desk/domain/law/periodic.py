"""Duties that fall due by the calendar: no case starts them, the end of a period or a fixed day does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from incident_desk import paths
from incident_desk.domain.law.rule_tables import Key, RuleTableFault, check_keys, code_of, read_toml, read_validity
from incident_desk.domain.law.rule_values import Provenance
from incident_desk.domain.offices import OfficeLevel

TABLE = "periodic.toml"
MONTHS = 12
FIRST_YEAR = 2000
"""No duty of this table is older."""


class Period(StrEnum):
    """How often a duty returns; the value is what the tables say."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Its length in months."""
        return {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[self.value]


@dataclass(frozen=True, slots=True)
class PeriodicRule:
    """One duty: by whom, how often, and when it is due, by a fixed day of the year or by days after the period."""

    rule_id: str
    title: str
    title_zh: str
    level: OfficeLevel | None
    period: Period
    days_after: int | None
    due_on: tuple[tuple[int, int], ...]
    to_zh: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class PeriodicDue:
    """One time that a duty falls due: its period (``2026-Q3``, ``2026-H1``, ``2026-10``, ``2026``) and the last day."""

    rule: PeriodicRule
    period: str
    due_on: date


_DUTY = {
    "id": Key(str, required=True), "title": Key(str, required=True), "title_zh": Key(str, required=True),
    "article": Key(str, required=True), "level": Key(str, required=True), "period": Key(str, required=True),
    "days_after": Key(int), "due_on": Key(list), "to_zh": Key(str, required=True), "evidence": Key(str, required=True),
    "instrument": Key(str), "in_force_from": Key(date), "in_force_to": Key(date), "reviewed_by": Key(str),
}  # fmt: skip
_META = {
    "instrument": Key(str, required=True), "in_force_from": Key(date, required=True), "in_force_to": Key(date),
    "reviewed_by": Key(str, required=True, may_be_empty=True), "source": Key(str, required=True),
}  # fmt: skip


def due_between(rules: tuple[PeriodicRule, ...], first: date, last: date) -> tuple[PeriodicDue, ...]:
    """Every due day of *rules* from *first* to *last*, both included, in order; only while a rule is in force."""
    found = [
        due
        for rule in rules
        for year in range(first.year - 1, last.year + 1)
        for due in _of_year(rule, year)
        if first <= due.due_on <= last and rule.provenance.validity.covers(due.due_on)
    ]
    return tuple(sorted(found, key=lambda due: (due.due_on, due.rule.rule_id)))


def _of_year(rule: PeriodicRule, year: int) -> Iterator[PeriodicDue]:
    """The due days of the periods that end in *year*."""
    for place in range(MONTHS // rule.period.months):
        if rule.due_on:
            month, day = rule.due_on[place]
            yield PeriodicDue(rule, _name(rule.period, year, place), date(year, month, day))
            continue
        after = (place + 1) * rule.period.months
        ends_on = date(year + after // MONTHS, after % MONTHS + 1, 1) - timedelta(days=1)
        yield PeriodicDue(rule, _name(rule.period, year, place), ends_on + timedelta(days=rule.days_after or 0))


def _name(period: Period, year: int, place: int) -> str:
    forms = {
        Period.MONTH: f"{year}-{place + 1:02}", Period.QUARTER: f"{year}-Q{place + 1}",
        Period.HALF_YEAR: f"{year}-H{place + 1}", Period.YEAR: str(year),
    }  # fmt: skip
    return forms[period]


def read_periodic(path: Path) -> tuple[PeriodicRule, ...]:
    """The duties of the table at *path*.

    Raises:
        RuleTableFault: unknown key, a limit given twice or not at all, a day that does not exist, a double id.
    """
    document = read_toml(path)
    tops = {"meta": Key(dict, required=True), "duty": Key(list, required=True)}
    check_keys(document, tops, table=path.name, name="top level")
    check_keys(document["meta"], _META, table=path.name, name="[meta]")
    if not all(isinstance(entry, dict) for entry in document["duty"]):
        raise RuleTableFault(table=path.name, entry="duty", what="write each rule as [[duty]]")
    rules = tuple(_rule(entry, document["meta"], path.name) for entry in document["duty"])
    if len({rule.rule_id for rule in rules}) != len(rules):
        raise RuleTableFault(table=path.name, entry="duty", what="an id stands twice")
    return rules


def _rule(entry: dict[str, Any], meta: dict[str, Any], table: str) -> PeriodicRule:
    name = str(entry.get("id", "duty"))
    check_keys(entry, _DUTY, table=table, name=name)
    period = code_of(Period, entry["period"], table=table, entry=name)
    days = tuple(_month_and_day(text, table, name) for text in entry.get("due_on", ()))
    wanted = MONTHS // period.months
    if ("days_after" in entry) == bool(days) or (days and len(days) != wanted):
        raise RuleTableFault(table=table, entry=name, what=f"give days_after, or due_on with {wanted} days")
    own = {**meta, **entry}
    return PeriodicRule(
        rule_id=name,
        title=entry["title"],
        title_zh=entry["title_zh"],
        level=None if entry["level"] == "any" else code_of(OfficeLevel, entry["level"], table=table, entry=name),
        period=period,
        days_after=entry.get("days_after"),
        due_on=days,
        to_zh=entry["to_zh"],
        provenance=Provenance(
            instrument=own["instrument"],
            article=own["article"],
            validity=read_validity(own["in_force_from"], own.get("in_force_to"), table=table, entry=name),
            reviewed_by=own["reviewed_by"],
            evidence=own["evidence"],
        ),
    )


def _month_and_day(text: object, table: str, entry: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2025-{text}")
    except ValueError:
        raise RuleTableFault(table=table, entry=entry, what=f"{text} is no day of every year, write 06-30") from None
    return day.month, day.day


@lru_cache(maxsize=1)
def shipped() -> tuple[PeriodicRule, ...]:
    """The duties that ship with the program."""
    return read_periodic(paths.rules_dir() / TABLE)
