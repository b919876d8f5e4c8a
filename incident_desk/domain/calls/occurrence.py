"""When it happened: exactly, about (with bounds), or unknown; and what cannot be true of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from incident_desk.domain.china_time import local_minute
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.instants import read_instant


class OccurrenceKind(StrEnum):
    """How well the time of occurrence is known."""

    EXACT = "exact"
    ABOUT = "about"
    UNKNOWN = "unknown"


class TimeInFuture(DomainError):
    """A time that has not come yet."""

    code = "time_in_future"
    message_id = N_("%(time)s lies in the future: it is now %(now)s. Check the time and the date.")


class LearnedBeforeHappened(DomainError):
    """Nobody learns of what has not happened."""

    code = "learned_before_happened"
    message_id = N_("It was learned at %(learned)s, before it happened at %(happened)s. Check both times.")


class BoundsReversed(DomainError):
    """The earliest time is later than the latest."""

    code = "bounds_reversed"
    message_id = N_("The earliest time %(earliest)s is later than the latest %(latest)s. Check both.")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The time of occurrence; *earliest* and *latest* are aware and both None when it is unknown."""

    kind: OccurrenceKind = OccurrenceKind.UNKNOWN
    earliest: datetime | None = None
    latest: datetime | None = None

    @classmethod
    def exactly(cls, at: datetime) -> Self:
        """It happened at *at*."""
        return cls(OccurrenceKind.EXACT, at, at)

    @classmethod
    def about(cls, earliest: datetime, latest: datetime) -> Self:
        """It happened between the two.

        Raises:
            BoundsReversed: earliest is later than latest.
        """
        if earliest > latest:
            raise BoundsReversed(earliest=local_minute(earliest), latest=local_minute(latest))
        return cls(OccurrenceKind.ABOUT, earliest, latest)

    def check(self, *, learned_at: datetime, now: datetime) -> None:
        """Refuse what cannot be: even the earliest bound lies ahead, or after the moment somebody learned of it.

        Raises:
            TimeInFuture, LearnedBeforeHappened.
        """
        if self.earliest is None:
            return
        check_not_future(self.earliest, now=now)
        if learned_at < self.earliest:
            raise LearnedBeforeHappened(learned=local_minute(learned_at), happened=local_minute(self.earliest))

    def to_json(self) -> dict[str, object]:
        """Plain values; ``from_json`` gives the same back."""
        return {
            "kind": self.kind.value,
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "latest": self.latest.isoformat() if self.latest else None,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """The occurrence that ``to_json`` wrote."""
        earliest, latest = read_instant(document["earliest"]), read_instant(document["latest"])
        return cls(OccurrenceKind(str(document["kind"])), earliest, latest)


def check_not_future(at: datetime, *, now: datetime) -> None:
    """Refuse a time that has not come yet by the desk's clock.

    Raises:
        TimeInFuture: *at* is later than *now*.
    """
    if at > now:
        raise TimeInFuture(time=local_minute(at), now=local_minute(now))
