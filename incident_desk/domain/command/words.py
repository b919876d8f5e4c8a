"""Words that people give to a record: trimmed, printable, of bounded length; and the ones that may not be missing."""

from __future__ import annotations

from collections.abc import Mapping

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.reports.reporting import printable

NAME, LINE, TEXT = 60, 200, 20_000
"""Longest name, line and text, in characters."""


class CommandTextTooLong(DomainError):
    """More words than a field takes."""

    code = "command_text_too_long"
    message_id = N_("This has %(length)s characters; at most %(most)s are taken here.")


class NameMissing(DomainError):
    """Nobody is named."""

    code = "name_missing"
    message_id = N_("Write the name.")


class TextMissing(DomainError):
    """No words at all."""

    code = "text_missing"
    message_id = N_("Write the words first: they are kept as given.")


class TakeBackReasonMissing(DomainError):
    """An entry taken back without a word."""

    code = "take_back_reason_missing"
    message_id = N_("Say why this entry is taken back.")


class TimesReversed(DomainError):
    """A time that lies before the one it follows."""

    code = "times_reversed"
    message_id = N_("This time lies before the one it follows (%(before)s). Check both times.")


def clean(given: Mapping[str, str], limits: Mapping[str, int]) -> dict[str, str]:
    """The texts of *limits* out of *given*, printable and trimmed; one that is not given is empty.

    Raises:
        CommandTextTooLong: more characters than the field's limit; nothing is cut off silently.
    """
    said: dict[str, str] = {}
    for field, most in limits.items():
        text = printable(given.get(field, "").replace("\r\n", "\n")).strip()
        if len(text) > most:
            raise CommandTextTooLong(field=field, length=len(text), most=most)
        said[field] = text
    return said


def reason_of(text: str) -> str:
    """Why an entry is taken back.

    Raises:
        TakeBackReasonMissing: without a word.
        CommandTextTooLong: a story.
    """
    reason = clean({"reason": text}, {"reason": 500})["reason"]
    if not reason:
        raise TakeBackReasonMissing(field="reason")
    return reason
