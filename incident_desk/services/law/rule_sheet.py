"""Every rule the desk goes by, with the clocks that came from it as far as a reader may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import ClockState, Family
from incident_desk.domain.law.rule_words import is_repealed
from incident_desk.domain.law.rulebook import Criterion, DeadlineRule, PlannedRule, Rulebook, Trigger
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, Incident
from incident_desk.services import scope

CLOCKS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, whether it still stands today, and how many clocks of it this reader may see."""

    rule: DeadlineRule
    is_repealed: bool
    open_clocks: int = 0
    clocks: int = 0


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """All rules by family, in the order of the tables."""

    families: Mapping[Family, Sequence[RuleLine]]
    triggers: Sequence[Trigger]
    criteria: Sequence[Criterion]
    planned: Sequence[PlannedRule]
    without_reviewer: int
    calendar_until: int


@dataclass(frozen=True, slots=True)
class RuleClock:
    """One clock that came from a rule."""

    case_no: str
    title: str
    office: str
    starts_at: datetime
    due_at: datetime | None
    state: ClockState


def sheet(actor: Actor, *, now: datetime) -> RuleSheet:
    """Every rule on file; counts are of the cases that *actor* may see."""
    book, today = Rulebook.shipped(), china_date(now)
    counts = _counts(actor)
    families: dict[Family, list[RuleLine]] = {family: [] for family in Family}
    for rule in book.deadlines:
        families[rule.family].append(_line(rule, today, counts))
    return RuleSheet(
        families={family: lines for family, lines in families.items() if lines},
        triggers=tuple(book.triggers.values()),
        criteria=book.criteria,
        planned=tuple(book.planned.values()),
        without_reviewer=sum(not rule.provenance.reviewed_by for rule in book.deadlines),
        calendar_until=max(book.calendar.years),
    )


def versions(actor: Actor, rule_id: str, *, now: datetime) -> tuple[RuleLine, ...]:
    """Every version of one rule, the newest first.

    Raises:
        NotFound: no table holds it.
    """
    counts = _counts(actor)
    found = [_line(r, china_date(now), counts) for r in Rulebook.shipped().deadlines if r.rule_id == rule_id]
    if not found:
        raise NotFound
    return tuple(sorted(found, key=lambda line: line.rule.provenance.validity.starts_on, reverse=True))


def clocks_of(actor: Actor, rule_id: str, *, now: datetime) -> tuple[RuleClock, ...]:
    """The newest clocks that came from *rule_id*, of the cases that *actor* may see."""
    rows = db.session.execute(
        select(ClockRecord, Incident.case_no, Incident.title)
        .join(Incident, Incident.id == ClockRecord.incident_id)
        .where(scope.visible_to(actor), ClockRecord.rule_id == rule_id)
        .order_by(ClockRecord.is_open.desc(), ClockRecord.starts_at.desc())
        .limit(CLOCKS_SHOWN)
    )
    return tuple(
        RuleClock(case_no, title, row.office_code, row.starts_at, row.due_at, row.to_domain().state(now))
        for row, case_no, title in rows
    )


def _line(rule: DeadlineRule, today: date, counts: Mapping[str, tuple[int, int]]) -> RuleLine:
    open_clocks, clocks = counts.get(rule.rule_id, (0, 0))
    return RuleLine(rule, is_repealed(rule.provenance, today), open_clocks, clocks)


def _counts(actor: Actor) -> dict[str, tuple[int, int]]:
    """Open clocks and all clocks, by rule."""
    if not actor.may("clock.read"):
        return {}
    query = (
        select(ClockRecord.rule_id, func.sum(func.cast(ClockRecord.is_open, db.Integer)), func.count())
        .join(Incident, Incident.id == ClockRecord.incident_id)
        .where(scope.visible_to(actor))
        .group_by(ClockRecord.rule_id)
    )
    return {rule_id: (int(opened or 0), total) for rule_id, opened, total in db.session.execute(query)}
