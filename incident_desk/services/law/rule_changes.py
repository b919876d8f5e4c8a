"""What a change of the rules would do to the cases that are open: their clocks derived anew, nothing stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.clocks.derivation import derive_clocks
from incident_desk.domain.law.rulebook import DeadlineRule, Rulebook
from incident_desk.extensions import db
from incident_desk.models import Incident
from incident_desk.services.cases import facts

Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TouchedClock:
    """One clock that would be another: its limit as it stands and as it would be; None where there is no clock."""

    office: str
    rule_id: str
    title_zh: str
    stands: Clock | None
    would_be: Clock | None


@dataclass(frozen=True, slots=True)
class TouchedCase:
    """An open case and the clocks that the change would touch."""

    case_no: str
    title: str
    clocks: tuple[TouchedClock, ...]


def with_table(book: Rulebook, table: Iterable[DeadlineRule]) -> Rulebook:
    """*book* with *table* in the place of every rule of the same id."""
    new = tuple(table)
    named = {rule.rule_id for rule in new}
    return replace(book, deadlines=(*(rule for rule in book.deadlines if rule.rule_id not in named), *new))


def touched(candidate: Rulebook, *, now: datetime) -> list[TouchedCase]:
    """The open cases of this installation whose clocks *candidate* would change, by number."""
    shipped, found = Rulebook.shipped(), []
    query = select(Incident).where(Incident.state == "open").order_by(Incident.case_no)
    for incident in db.session.scalars(query):
        known = facts.case_facts(db.session(), incident)
        stands = {clock.identity: clock for clock in derive_clocks(known, shipped, now=now)}
        would_be = {clock.identity: clock for clock in derive_clocks(known, candidate, now=now)}
        clocks = tuple(_differing(stands, would_be))
        if clocks:
            found.append(TouchedCase(incident.case_no, incident.title, clocks))
    return found


def _differing(stands: Mapping[Identity, Clock], would_be: Mapping[Identity, Clock]) -> Iterable[TouchedClock]:
    for identity in sorted(stands.keys() | would_be.keys()):
        before, after = stands.get(identity), would_be.get(identity)
        if _limits(before) != _limits(after):
            either = after or before
            assert either is not None
            yield TouchedClock(either.office, either.rule_id, either.title_zh, before, after)


def _limits(clock: Clock | None) -> object:
    return None if clock is None else (clock.due_at, clock.strict_due_at, clock.recipients, clock.is_closed)
