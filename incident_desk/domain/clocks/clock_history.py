"""How grade and circumstances of a case stood at every moment, from the opening facts, corrections and changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from incident_desk.domain.facts.case_facts import CaseFacts, FactEvent
from incident_desk.domain.law.legal_codes import FactKind, Grade


@dataclass(frozen=True, slots=True)
class Standing:
    """What was known at one moment: the grade, if judged, and the circumstances."""

    grade: Grade | None = None
    triggers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """A step from one standing to the next; *event* is None for the opening facts of the file."""

    at: datetime
    event: FactEvent | None
    before: Standing
    after: Standing

    @property
    def key(self) -> str:
        """Identity of the fact behind the step."""
        return self.event.key if self.event else "learned"

    @property
    def written_at(self) -> datetime:
        """When the step was written down."""
        return self.event.written_at if self.event else self.at

    @property
    def can_end_duties(self) -> bool:
        """True when it may take a duty off the board: a withdrawn circumstance, or a fall that is vouched for."""
        if self.event is None:
            return False
        return self.event.kind is FactKind.TRIGGER_WITHDRAWN or self.event.is_vouched_for


@dataclass(frozen=True, slots=True)
class Span:
    """A time during which something held: from the change that began it to the change that ended it."""

    starts_at: datetime
    begun_by: Change | None
    ended_by: Change | None


@dataclass(frozen=True, slots=True)
class History:
    """The corrected opening facts and every change after them, oldest first."""

    learned_at: datetime
    occurred_at: datetime | None
    changes: tuple[Change, ...]

    def at(self, moment: datetime) -> Standing:
        """How the case stood at *moment*, including what happened at that very second."""
        standing = Standing()
        for change in self.changes:
            if change.at > moment:
                break
            standing = change.after
        return standing

    def after(self, moment: datetime) -> Iterator[Change]:
        """The changes later than *moment*."""
        return (change for change in self.changes if change.at > moment)

    def spans(self, since: datetime, holds: Callable[[Standing], bool]) -> tuple[Span, ...]:
        """The times from *since* on during which *holds* is true.

        A fall in grade that nobody vouches for ends no span.
        """
        spans: list[Span] = []
        begun: tuple[datetime, Change | None] | None = (since, None) if holds(self.at(since)) else None
        for change in self.after(since):
            true_now = holds(change.after)
            if true_now and begun is None:
                begun = (change.at, change)
            elif begun is not None and not true_now and change.can_end_duties:
                spans.append(Span(*begun, change))
                begun = None
        if begun is not None:
            spans.append(Span(*begun, None))
        return tuple(spans)


def history_of(facts: CaseFacts) -> History:
    """The history of *facts*, corrections applied as if they had been so from the start.

    A correction of the grade replaces what was judged before it; a correction of the circumstances replaces those
    known at learning and leaves those that became known later.
    """
    grade, triggers = facts.grade, facts.triggers
    learned_at, occurred_at = facts.learned_at, _earliest(facts.occurred_at, facts.occurred_earliest)
    grade_said_at: datetime | None = None
    for correction in facts.of_kind(FactKind.FACTS_CORRECTED):
        if "grade" in correction.corrects:
            grade, grade_said_at = correction.grade, correction.at
        if "triggers" in correction.corrects:
            triggers = correction.triggers
        if "occurred_at" in correction.corrects:
            occurred_at = correction.occurred_at
        learned_at = correction.learned_at or learned_at
    events = tuple(
        event
        for event in facts.of_kind(FactKind.GRADE_CHANGED, FactKind.TRIGGER_KNOWN, FactKind.TRIGGER_WITHDRAWN)
        if not (event.kind is FactKind.GRADE_CHANGED and grade_said_at is not None and event.at < grade_said_at)
    )
    opening = Standing(grade, triggers)
    return History(learned_at, occurred_at, tuple(_changes(learned_at, opening, events)))


def _earliest(*moments: datetime | None) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None


def _changes(learned_at: datetime, opening: Standing, events: tuple[FactEvent, ...]) -> Iterator[Change]:
    standing = Standing()
    before = [event for event in events if event.at < learned_at]
    for event in (*before, None, *events[len(before) :]):
        if event is None:
            after = Standing(opening.grade or standing.grade, standing.triggers | opening.triggers)
        else:
            after = _apply(standing, event)
        if after != standing:
            yield Change(event.at if event else learned_at, event, standing, after)
        standing = after


def _apply(standing: Standing, event: FactEvent) -> Standing:
    if event.kind is FactKind.GRADE_CHANGED:
        return Standing(event.grade, standing.triggers)
    named = {event.trigger} if event.trigger else set()
    if event.kind is FactKind.TRIGGER_KNOWN:
        return Standing(standing.grade, standing.triggers | named)
    return Standing(standing.grade, standing.triggers - named)
