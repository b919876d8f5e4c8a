"""三个不放过: not let go until the cause is found, those responsible are dealt with, corrections are in place.

Each check has its points: who owes it, until when, what proves it, who did it and when. A corrective measure is over
only when somebody accepted it on site.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError

LIMITS = {"text": 1_000, "owner": 100, "owner_name": 60}
DONE_LIMITS = {"done_by": 60, "evidence": 1_000}
ACCEPT_LIMITS = {"accepted_by": 60, "accepted_text": 1_000}
"""Longest texts, in characters."""


class ThreeCheck(StrEnum):
    """The three, in the order of the saying."""

    CAUSE = "cause"
    RESPONSIBILITY = "responsibility"
    CORRECTION = "correction"


class PointState(StrEnum):
    """How far a point has come; what is done and must be accepted is not over yet."""

    OPEN = "open"
    OVERDUE = "overdue"
    TO_ACCEPT = "to_accept"
    DONE = "done"


class PointTextMissing(DomainError):
    """A point without words."""

    code = "point_text_missing"
    message_id = N_("Write what is to be found out, decided or corrected.")


class OwnerMissing(DomainError):
    """A point that nobody owes."""

    code = "owner_missing"
    message_id = N_("Write which unit owes it.")


class DueMissing(DomainError):
    """A point without a day."""

    code = "due_missing"
    message_id = N_("Write by when it is due.")


class EvidenceMissing(DomainError):
    """Done, and nothing proves it."""

    code = "evidence_missing"
    message_id = N_("Write what proves it: the document and its number, or where it can be seen.")


class DoneByMissing(DomainError):
    """Done or accepted by nobody."""

    code = "done_by_missing"
    message_id = N_("Write who did it.")


class NotDoneYet(DomainError):
    """Accepted before it was done."""

    code = "not_done_yet"
    status = 409
    message_id = N_("Record first that it is done; then it can be accepted.")


class OnlyCorrectionsAreAccepted(DomainError):
    """A conclusion or a decision is not accepted on site."""

    code = "only_corrections_are_accepted"
    message_id = N_("Only a corrective measure is accepted on site.")


class PointIsSettled(DomainError):
    """Done or accepted already."""

    code = "point_is_settled"
    status = 409
    message_id = N_("This is on record already. Take the point back and write a new one if it is wrong.")


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a check."""

    check: ThreeCheck
    due_at: datetime
    done_at: datetime | None
    accepted_at: datetime | None

    @property
    def settled_at(self) -> datetime | None:
        """When it was over: a correction with its acceptance, everything else when it was done."""
        return self.accepted_at if self.check is ThreeCheck.CORRECTION else self.done_at

    def state(self, now: datetime) -> PointState:
        """How it stands at *now*."""
        if self.settled_at is not None:
            return PointState.DONE
        if now > self.due_at:
            return PointState.OVERDUE
        return PointState.TO_ACCEPT if self.done_at is not None else PointState.OPEN


@dataclass(frozen=True, slots=True)
class CheckStanding:
    """How a check stands: counts of its points, and whether it holds a closing back."""

    check: ThreeCheck
    points: int
    done: int
    overdue: int

    @property
    def is_held(self) -> bool:
        """True where every point is over or in somebody's hands in time; a check without a point is not."""
        return self.points > 0 and self.overdue == 0

    @property
    def is_over(self) -> bool:
        """True where every point is over."""
        return self.points > 0 and self.done == self.points


def standing(points: Iterable[Point], now: datetime) -> tuple[CheckStanding, ...]:
    """The three checks at *now*, in their order."""
    listed = list(points)
    found = []
    for check in ThreeCheck:
        states = [point.state(now) for point in listed if point.check is check]
        found.append(CheckStanding(check, len(states), states.count(PointState.DONE), states.count(PointState.OVERDUE)))
    return tuple(found)
