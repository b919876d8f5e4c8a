"""The wake-up ladder (叫醒): who is called when the desk does not answer, and after how many minutes the next one.

Preset [D]: 3 min the second, 6 min the leader on duty, 10 min the deputy head, 15 min the head; an office may change
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incident_desk.domain.duty.roster import DutyRole
from incident_desk.domain.errors import N_, DomainError

LONGEST_MIN = 120


class Rung(StrEnum):
    """Whom the ladder reaches, lowest first."""

    OFFICER = "officer"
    SECOND = "second"
    LEADER = "leader"
    DEPUTY_HEAD = "deputy_head"
    HEAD = "head"


class WakeUpState(StrEnum):
    """Where a wake-up stands."""

    RINGING = "ringing"
    ANSWERED = "answered"
    NOBODY = "nobody"
    CALLED_OFF = "called_off"


class WakeUpAnswer(StrEnum):
    """What somebody on the ladder said, or that nothing was said."""

    TAKING = "taking"
    CANNOT = "cannot"
    NO_ANSWER = "no_answer"


ROSTER_ROLE = {Rung.OFFICER: DutyRole.MAIN, Rung.SECOND: DutyRole.SECOND, Rung.LEADER: DutyRole.LEADER}
"""Rungs whose person the roster names."""

HEADS = (Rung.DEPUTY_HEAD, Rung.HEAD)
"""Rungs whose name and number the office sets."""

PRESET_MINUTES = {Rung.OFFICER: 0, Rung.SECOND: 3, Rung.LEADER: 6, Rung.DEPUTY_HEAD: 10, Rung.HEAD: 15}


class LadderBroken(DomainError):
    """Minutes that do not climb."""

    code = "ladder_broken"
    message_id = N_("The minutes must rise from one person to the next, at most %(most)s.")


@dataclass(frozen=True, slots=True)
class Step:
    """One rung and how many minutes after the beginning it is due."""

    rung: Rung
    minutes: int

    def due_at(self, started_at: datetime) -> datetime:
        """When it is due."""
        return started_at + timedelta(minutes=self.minutes)


def make_ladder(minutes: Mapping[Rung, int]) -> tuple[Step, ...]:
    """The ladder of these minutes; the officer comes first and at once.

    Raises:
        LadderBroken: minutes that do not rise, or beyond two hours; its field names the rung.
    """
    steps = [Step(Rung.OFFICER, 0)]
    for rung in list(Rung)[1:]:
        wanted = minutes.get(rung, PRESET_MINUTES[rung])
        if not steps[-1].minutes < wanted <= LONGEST_MIN:
            raise LadderBroken(field=f"ladder-{rung.value}", most=LONGEST_MIN)
        steps.append(Step(rung, wanted))
    return tuple(steps)


def ladder_of(setting: object) -> tuple[Step, ...]:
    """The ladder of an office by its settings; the preset where none is set."""
    said = setting if isinstance(setting, dict) else {}
    return make_ladder({rung: int(said[rung.value]) for rung in Rung if rung.value in said})


def to_setting(ladder: Sequence[Step]) -> dict[str, int]:
    """The ladder as settings and rows keep it."""
    return {step.rung.value: step.minutes for step in ladder}


def gives_up_at(ladder: Sequence[Step], started_at: datetime) -> datetime:
    """When nobody is left to hope for: as long after the last rung as the last one waited."""
    last, before = ladder[-1], ladder[-2]
    return started_at + timedelta(minutes=last.minutes + (last.minutes - before.minutes))
