"""Whom a reminder goes to: the keeper at 75 %, the leader at 90 %, and after the limit up the office's ladder.

Nothing here counts legal time; the moments are those of the clock. Minutes of the ladder are the office's own setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from incident_desk.domain.errors import N_, DomainError


class Whom(StrEnum):
    """Who is told, seen from the office whose clock it is."""

    KEEPERS = "keepers"
    LEADERS = "leaders"
    LEADERS_ABOVE = "leaders_above"
    LEADERS_OF_PROVINCE = "leaders_of_province"


class LadderFault(DomainError):
    """A ladder that does not climb, or names nobody the house knows."""

    code = "ladder_fault"
    message_id = N_(
        "Give each step of the ladder its minutes after the limit, rising and at most a day, and who is told."
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One step: so long after the reminder was raised, these are told, unless somebody has said that they know."""

    after: timedelta
    whom: Whom


USUAL = (
    Step(timedelta(0), Whom.LEADERS),
    Step(timedelta(minutes=5), Whom.LEADERS_ABOVE),
    Step(timedelta(minutes=15), Whom.LEADERS_OF_PROVINCE),
)
"""The ladder of an office that has set none: a design choice, no law."""

BEFORE_THE_LIMIT = {75: Whom.KEEPERS, 90: Whom.LEADERS}
LIMIT = 100
MOST_STEPS = 6
LONGEST = timedelta(days=1)


def ladder_of(setting: Iterable[Mapping[str, Any]] | None) -> tuple[Step, ...]:
    """The ladder that an office has set as ``[{"after_min", "whom"}, …]``; the usual one where it has set none.

    Raises:
        LadderFault: no step, more than ``MOST_STEPS``, minutes that do not rise, an unknown person.
    """
    if setting is None:
        return USUAL
    try:
        steps = tuple(Step(timedelta(minutes=int(row["after_min"])), Whom(row["whom"])) for row in setting)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise LadderFault(field="ladder") from None
    spans = [step.after for step in steps]
    rises = all(early < late for early, late in pairwise(spans))
    if not 0 < len(steps) <= MOST_STEPS or not rises or spans[0] < timedelta(0) or spans[-1] > LONGEST:
        raise LadderFault(field="ladder")
    return steps


def next_step_at(steps: tuple[Step, ...], place: int, raised_at: datetime) -> datetime | None:
    """When step *place* (0, 1, …) is due; None after the last."""
    return raised_at + steps[place].after if place < len(steps) else None
