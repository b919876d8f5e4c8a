"""What a fact about an answer of the call sheet must look like, so that the sheet can be put together again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.errors import N_, DomainError

STATES = ("known", "unknown", "unread")
COUNTS = frozenset({CallField.DEAD, CallField.INJURED, CallField.POISONED, CallField.EVACUATED})
STRUCTURED = frozenset(
    {
        CallField.OCCURRED, CallField.COORDINATES, CallField.MEDIA, CallField.CARRIED, CallField.LEAKED,
        CallField.INTO_WATER, CallField.INTAKES,
    }
)  # fmt: skip
LONGEST = 4_000
MOST_PEOPLE = 100_000_000
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class AnswerUnreadable(DomainError):
    """A fact about an answer that the sheet could not hold."""

    code = "answer_unreadable"
    message_id = N_("The answer for %(name)s cannot be used. Send it through the sheet, which reads what was typed.")


def refuse_unreadable(field: CallField, data: Mapping[str, Any]) -> None:
    """Refuse a fact whose state or value the sheet cannot take.

    Raises:
        AnswerUnreadable: with the field.
    """
    state = data.get("state")
    if state == "known":
        is_good = _fits(field, data.get("value"))
    else:
        is_good = state in STATES and (state != "unread" or _is_text(data.get("text")))
    if not is_good:
        raise AnswerUnreadable(field=field.value, name=field.value)


def _fits(field: CallField, value: Any) -> bool:
    if field in COUNTS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_PEOPLE
    if field not in STRUCTURED:
        return _is_text(value)
    document = {**CallSheet(learned_at=_ANY_TIME).to_json(), field.value: value}
    try:
        return bool(CallSheet.from_json(document).to_json()[field.value] == value)
    except (KeyError, ValueError, TypeError, AttributeError):
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST
