"""One dated fact of a case: what happened, when it was so, when it was written down, who vouches for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from incident_desk.domain.law.legal_codes import FactKind, Grade, Issuer, ReleaseChannel, ReportForm, ReportKind


@dataclass(frozen=True)
class FactEvent:
    """A dated fact. *at* is when it was so, *recorded_at* when it was written down (None: at once).

    Only the keys of its kind are set; ``fact_reading.KEYS`` names them. *corrects* says which of grade,
    triggers, occurred_at and learned_at a correction sets, since a grade may be corrected to "undetermined".
    *known_since* is when facts already on record gave the higher grade that a later judgement stated.
    """

    kind: FactKind
    at: datetime
    recorded_at: datetime | None = None
    office: str | None = None
    grade: Grade | None = None
    trigger: str | None = None
    triggers: frozenset[str] = frozenset()
    occurred_at: datetime | None = None
    learned_at: datetime | None = None
    corrects: frozenset[str] = frozenset()
    known_since: datetime | None = None
    sender: str | None = None
    report_kind: ReportKind = ReportKind.INITIAL
    form: ReportForm = ReportForm.WRITTEN
    to: tuple[str, ...] = ()
    issuer: Issuer | None = None
    channel: ReleaseChannel | None = None
    rule_id: str | None = None
    opinion: str = ""
    basis: str = ""
    reason: str = ""
    by: str = ""
    second: str = ""

    @property
    def written_at(self) -> datetime:
        """When it was written down; a fact dated back cannot undo what had happened by then."""
        return max(self.at, self.recorded_at) if self.recorded_at else self.at

    @property
    def is_vouched_for(self) -> bool:
        """True with a basis and two persons: what the law desk asks before a duty is taken off the board."""
        return bool(self.basis and self.by and self.second and self.by != self.second)

    @cached_property
    def key(self) -> str:
        """Identity of this fact in its case: kind, what it is about, when it was so."""
        about = self.trigger or self.office or self.opinion
        moment = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return ":".join(part for part in (self.kind.value, about) if part) + f"@{moment}"

    def sort_key(self) -> tuple[Any, ...]:
        """A total order by content, so that equal facts in another order give equal clocks."""
        rank = 0 if self.grade is None else self.grade.rank
        return (
            *(self.at, _ORDER.get(self.kind, 0), rank, self.key, self.written_at, self.sender or ""),
            *(self.form.value, self.report_kind.value, self.to, self.issuer or "", self.channel or ""),
            *(self.rule_id or "", self.opinion, self.basis, self.reason, self.by, self.second, sorted(self.triggers)),
            *(str(self.occurred_at), str(self.learned_at), sorted(self.corrects), str(self.known_since)),
        )


# Facts of one instant: circumstances first, then judgements, so that what was known bears on the judgement.
_ORDER = {FactKind.TRIGGER_KNOWN: 1, FactKind.TRIGGER_WITHDRAWN: 2, FactKind.GRADE_CHANGED: 3}


def in_order(events: Iterable[FactEvent]) -> tuple[FactEvent, ...]:
    """*events* oldest first, in one order whatever order they came in.

    The whole content decides only between facts of one instant and rank: working it out for all is a hundred times
    dearer than the sorting.
    """

    def roughly(event: FactEvent) -> tuple[datetime, int]:
        return (event.at, _ORDER.get(event.kind, 0))

    rough = sorted(events, key=roughly)
    ordered: list[FactEvent] = []
    for _, group in groupby(rough, key=roughly):
        same = list(group)
        ordered.extend(same if len(same) == 1 else sorted(same, key=FactEvent.sort_key))
    return tuple(ordered)
