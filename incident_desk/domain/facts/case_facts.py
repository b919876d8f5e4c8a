"""The facts of a case as law sees them: what was known at learning, and dated facts after it, in any order.

``CaseFacts`` is what ``clocks.derive_clocks`` reads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from incident_desk.domain.facts.fact_events import FactEvent, in_order
from incident_desk.domain.facts.fact_reading import OWN_ACCOUNTS, read_case
from incident_desk.domain.law.legal_codes import FactKind, Grade
from incident_desk.domain.law.rulebook import Rulebook

__all__ = ["CaseFacts", "FactEvent"]


@dataclass(frozen=True)
class CaseFacts:
    """What an office knows of a case. *grade* and *triggers* are what was known at *learned_at*.

    *occurred_at* None means unknown; *occurred_earliest* is the early bound of an "about".
    *overlays* are the rules that the case or the office's settings name; *accounts* the office's own media.
    """

    office: str
    learned_at: datetime
    occurred_at: datetime | None = None
    occurred_earliest: datetime | None = None
    grade: Grade | None = None
    triggers: frozenset[str] = frozenset()
    overlays: frozenset[str] = frozenset()
    accounts: tuple[str, ...] = OWN_ACCOUNTS
    events: tuple[FactEvent, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any], rules: Rulebook | None = None) -> CaseFacts:
        """The facts of a JSON document as the ``clocks`` command takes it; see ``fact_reading.read_case``.

        Raises:
            DomainError: unknown key or kind, naive or impossible time, unknown office, trigger or rule.
        """
        return cls(**read_case(data, rules or Rulebook.shipped()))

    def of_kind(self, *kinds: FactKind) -> tuple[FactEvent, ...]:
        """Events of these kinds, oldest first, in one order whatever order they came in."""
        found = [events for kind in kinds if (events := self._by_kind.get(kind))]
        if len(found) <= 1:
            return found[0] if found else ()
        return in_order(event for events in found for event in events)

    def as_known(self, by: datetime, *, always: Collection[FactKind]) -> CaseFacts:
        """The facts written down *by* then; those of the kinds in *always* whatever their time."""
        known = {
            kind: events if kind in always else tuple(e for e in events if e.written_at <= by)
            for kind, events in self._by_kind.items()
        }
        view = replace(self, events=tuple(event for events in known.values() for event in events))
        view.__dict__["_by_kind"] = known  # in order already
        return view

    @cached_property
    def _by_kind(self) -> dict[FactKind, tuple[FactEvent, ...]]:
        kinds: dict[FactKind, list[FactEvent]] = {}
        for event in in_order(self.events):
            kinds.setdefault(event.kind, []).append(event)
        return {kind: tuple(events) for kind, events in kinds.items()}
