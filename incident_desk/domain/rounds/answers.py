"""Answers to a round: how each is taken, by which way it came, and how far an office has come with its list.

An answer to a sheet question becomes the case's fact. Where another value stands in the case already, it waits for
the desk; one that cannot be read waits as it was typed. Neither takes anything away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incident_desk.domain.china_time import local_minute
from incident_desk.domain.errors import N_, DomainError

LONGEST_SAID = 2_000
LONGEST_NOTE = 500
LONGEST_NAME = 60
LINK_LASTS = timedelta(hours=48)
"""How long after the time to answer by a phone link still opens; a choice of this house."""

MOST_TIME = timedelta(days=7)


class AnswerState(StrEnum):
    """What became of an answer."""

    TAKEN = "taken"
    SAID = "said"
    DIFFERS = "differs"
    UNREAD = "unread"
    NOT_KNOWN = "not_known"


class AnswerVia(StrEnum):
    """By which way an answer came."""

    ON_SCREEN = "on_screen"
    BY_LINK = "by_link"
    BY_TELEPHONE = "by_telephone"


class OfficeStanding(StrEnum):
    """How far an asked office has come."""

    WAITING = "waiting"
    PART = "part"
    ANSWERED = "answered"
    SILENT = "silent"


class NoOfficeAsked(DomainError):
    """A round to nobody."""

    code = "no_office_asked"
    message_id = N_("Choose at least one office to ask.")


class OfficeNotBelow(DomainError):
    """An office that is not below the one that asks."""

    code = "office_not_below"
    message_id = N_("%(office)s is not below this office and cannot be asked from here.")


class AnswerTimeWrong(DomainError):
    """A time to answer by that has passed, or lies far ahead."""

    code = "answer_time_wrong"
    message_id = N_("The time to answer by (%(due)s) must lie ahead, within seven days.")


class NothingAnswered(DomainError):
    """A form without an answer."""

    code = "nothing_answered"
    message_id = N_("Nothing is answered yet. Fill in at least one line, or mark it as not known.")


class NobodyNamed(DomainError):
    """An answer of nobody."""

    code = "nobody_named"
    message_id = N_("Write the name of who answers.")


class RoundHasEnded(DomainError):
    """The round was ended, or is long over."""

    code = "round_has_ended"
    status = 410
    message_id = N_("This round is over. If there is news, telephone the duty desk.")


class NotWaiting(DomainError):
    """An answer that waits for no decision."""

    code = "answer_not_waiting"
    status = 409
    message_id = N_("This answer does not wait for a decision any more. Look at the round again.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of an office's questions are answered, and until when they were asked."""

    asked: int
    answered: int
    due_at: datetime

    def standing(self, now: datetime) -> OfficeStanding:
        """How far it has come at *now*; an answer at the very second of due is in time."""
        if self.answered >= self.asked:
            return OfficeStanding.ANSWERED
        if self.answered:
            return OfficeStanding.PART
        return OfficeStanding.SILENT if now > self.due_at else OfficeStanding.WAITING

    def is_late(self, now: datetime) -> bool:
        """Whether something is still missing after the time."""
        return self.answered < self.asked and now > self.due_at


def check_due(due_at: datetime, now: datetime) -> datetime:
    """*due_at* if it lies ahead within a week.

    Raises:
        AnswerTimeWrong.
    """
    if not now < due_at <= now + MOST_TIME:
        raise AnswerTimeWrong(field="due", due=local_minute(due_at))
    return due_at


def is_link_over(due_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a phone link opens its round no more."""
    return ended_at is not None or due_at + LINK_LASTS <= now
