"""The rulebook: every rule table as frozen values, each with instrument, article, dates and reviewer.

``Rulebook.load`` refuses what it does not know. What a rule means is in ``clocks`` and ``grading``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from incident_desk import paths
from incident_desk.domain.law.calendar import WorkCalendar
from incident_desk.domain.law.deadline_tables import read_deadlines
from incident_desk.domain.law.legal_codes import Family
from incident_desk.domain.law.rule_rows import (
    read_calendar,
    read_criteria,
    read_offices,
    read_planned,
    read_triggers,
)
from incident_desk.domain.law.rule_values import Criterion, DeadlineRule, PlannedRule, Provenance, Trigger
from incident_desk.domain.offices import OfficeTree

__all__ = ["Criterion", "DeadlineRule", "PlannedRule", "Provenance", "Rulebook", "Trigger"]


@dataclass(frozen=True)
class Rulebook:
    """Every rule table, read once and never changed."""

    deadlines: tuple[DeadlineRule, ...]
    planned: Mapping[str, PlannedRule]
    triggers: Mapping[str, Trigger]
    criteria: tuple[Criterion, ...]
    offices: OfficeTree
    calendar: WorkCalendar

    @classmethod
    def load(cls, rules_dir: Path) -> Rulebook:
        """Read the tables of *rules_dir*.

        Raises:
            RuleTableFault: unknown key or column, overlapping dates, missing article, a value that is no code.
        """
        return cls(
            deadlines=read_deadlines(rules_dir),
            planned=read_planned(rules_dir / "planned.csv"),
            triggers=read_triggers(rules_dir / "triggers.csv"),
            criteria=read_criteria(rules_dir / "grading.csv"),
            offices=read_offices(rules_dir),
            calendar=read_calendar(rules_dir / "workdays.csv"),
        )

    @classmethod
    def shipped(cls) -> Rulebook:
        """The tables that ship with the program; read once in a process."""
        return _shipped()

    def in_force_on(self, day: date) -> Mapping[str, DeadlineRule]:
        """The deadlines in force on *day*, by id."""
        return {rule.rule_id: rule for rule in self.deadlines if rule.provenance.validity.covers(day)}

    def criteria_on(self, day: date) -> tuple[Criterion, ...]:
        """The grading standard in force on *day*."""
        return tuple(c for c in self.criteria if c.provenance.validity.covers(day))

    def family_of(self, rule_id: str) -> Family | None:
        """Family of the rule called *rule_id*, whatever its dates; None where no table holds it."""
        if rule_id in self.planned:
            return self.planned[rule_id].family
        return next((rule.family for rule in self.deadlines if rule.rule_id == rule_id), None)

    @property
    def extensions(self) -> tuple[DeadlineRule, ...]:
        """Rules that lengthen another one by an approval, whatever their dates."""
        return tuple(rule for rule in self.deadlines if rule.extends)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Every id a fact may name, also of rules whose clocks are not built yet."""
        return tuple(dict.fromkeys((*(rule.rule_id for rule in self.deadlines), *self.planned)))

    @cached_property
    def article4_triggers(self) -> frozenset[str]:
        """Codes of the circumstances of 令17号 第四条."""
        return frozenset(code for code, trigger in self.triggers.items() if trigger.is_article4)


@lru_cache(maxsize=1)
def _shipped() -> Rulebook:
    return Rulebook.load(paths.rules_dir())
