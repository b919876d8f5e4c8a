"""Minutes of the headquarters (会议纪要): when, who was there, what was decided, by whom and by when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from incident_desk.domain.command.due_times import read_due
from incident_desk.domain.command.words import LINE, NAME, TEXT, clean
from incident_desk.domain.errors import N_, DomainError

MINUTES_LIMITS = {"title": LINE, "place": LINE, "chair": NAME, "present": 4000, "text": TEXT}
DECISION_LIMITS = {"text": 4000, "to": LINE, "due": NAME}
MOST_DECISIONS = 40
_ROW = re.compile(r"decision-(\d{1,3})-(text|to|due)")


class NothingDecided(DomainError):
    """Minutes with neither a record nor a decision."""

    code = "nothing_decided"
    message_id = N_("Write what was said or decided, or attach the minutes as a file.")


class TooManyDecisions(DomainError):
    """More rows than a meeting has."""

    code = "too_many_decisions"
    message_id = N_("At most %(most)s decisions are taken in one record. Write a second one for the rest.")


class MinutesWithdrawn(DomainError):
    """Minutes that were taken back give no instruction."""

    code = "minutes_withdrawn"
    status = 409
    message_id = N_("These minutes were taken back.")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: its words, who carries it out as written down, and by when."""

    text: str
    to: str = ""
    due_at: datetime | None = None


def read_decisions(form: Mapping[str, str], *, held_at: datetime) -> tuple[Decision, ...]:
    """The decisions of a form in the order of its rows; a row without words is none.

    Raises:
        CommandTextTooLong, TimeUnreadable, TooManyDecisions: with the row's field.
    """
    rows: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        found = _ROW.fullmatch(key)
        if found:
            rows.setdefault(int(found[1]), {})[found[2]] = value
    decided = []
    for number in sorted(rows):
        try:
            said = clean(rows[number], DECISION_LIMITS)
            due_at = read_due(said["due"], now=held_at, field="due")
        except DomainError as error:
            error.field = f"decision-{number}-{error.field}"
            raise
        if said["text"]:
            decided.append(Decision(said["text"], said["to"], due_at))
    if len(decided) > MOST_DECISIONS:
        raise TooManyDecisions(field="decision-0-text", most=MOST_DECISIONS)
    return tuple(decided)
