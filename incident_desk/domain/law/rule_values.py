"""What a rule is, once it is read: deadlines, triggers and criteria as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from incident_desk.domain.law.legal_codes import Family, Grade, Holder, MetBy, RunsFrom
from incident_desk.domain.law.rule_tables import Validity


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a rule comes from and how sure we are of it."""

    instrument: str
    article: str
    validity: Validity
    reviewed_by: str
    evidence: str
    successor: str = ""


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One duty with its limit; exactly one of minutes, days, working days and a wording without number is set."""

    rule_id: str
    family: Family
    title: str
    title_zh: str
    holder: Holder
    duty_holder_zh: str
    runs_from: RunsFrom
    met_by: MetBy
    provenance: Provenance
    within_minutes: int | None = None
    within_days: int | None = None
    within_workdays: int | None = None
    no_number: str = ""
    preset_minutes: int | None = None
    phone_within_minutes: int | None = None
    minutes_by_grade: tuple[tuple[Grade, int], ...] = ()
    grades: frozenset[Grade] = frozenset()
    triggers: frozenset[str] = frozenset()
    region: str = ""
    elsewhere: bool = False
    pauses: bool = False
    extends: str = ""
    overlay: bool = False
    recipients: tuple[str, ...] = ()
    applies_to_zh: str = ""
    satisfied_by_zh: str = ""

    def minutes_for(self, grade: Grade | None) -> int | None:
        """Minutes of this rule for *grade*; the general limit where the grade has none of its own."""
        return dict(self.minutes_by_grade).get(grade, self.within_minutes) if grade else self.within_minutes


@dataclass(frozen=True, slots=True)
class Trigger:
    """A circumstance that makes a case sensitive: 令17号 第四条 (T1-T6) or Hubei's H1-H3."""

    code: str
    name_zh: str
    name_en: str
    is_article4: bool
    effect_zh: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the grading standard: a band of a metric, or a condition."""

    grade: Grade
    number: int
    metric: str
    unit: str
    at_least: float | None
    below: float | None
    condition: str
    is_certain: bool
    text_zh: str
    text_en: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A duty of the tables that has no clock yet: it can be named and listed, and has no effect."""

    rule_id: str
    family: Family
    title_zh: str
    title_en: str
    limit: str
    basis: str
    evidence: str
