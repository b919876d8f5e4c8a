"""Messages on the wire: kinds, states and which change of state is allowed, keys, and when to try again.

A message is promised with the record it belongs to and sent later. Its state only ever rises: a late
receipt, a second worker or a repeated answer of the vendor cannot make a delivered message undelivered.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError

RETRY_AFTER_S: tuple[int, ...] = (5, 15, 45)
"""Seconds before the second, third and fourth attempt at one vendor; after the last, the next vendor."""

EXERCISE_MARK = "【演练】"
"""What every text of an exercise begins with."""

REFERENCE_LENGTH = 6
_REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: it is read aloud on the telephone


class MessageKind(StrEnum):
    """What a message is for; each kind has its text in ``templates/messages/<kind>.txt``."""

    CALLOUT_REQUEST = "callout_request"
    CALLOUT_NOTED = "callout_noted"
    CALLOUT_UNCLEAR = "callout_unclear"
    CALLOUT_STAND_DOWN = "callout_stand_down"
    CLOCK_WARNED = "clock_warned"
    CLOCK_OVERDUE = "clock_overdue"
    INCIDENT_OPENED = "incident_opened"
    SIGN_REQUEST = "sign_request"
    RECEIPT_CHASE = "receipt_chase"
    FIELD_LINK = "field_link"
    FINDING_ASKED = "finding_asked"
    FINDING_LAPSED = "finding_lapsed"
    ROUND_ASKED = "round_asked"
    ROUND_SILENT = "round_silent"
    CONTACT_TEST = "contact_test"
    DUTY_WAKE_UP = "duty_wake_up"
    DUTY_WAKE_UP_OVER = "duty_wake_up_over"
    ROSTER_FAULT = "roster_fault"


class MessageState(StrEnum):
    """Where a message is on its way."""

    PROMISED = "promised"
    CLAIMED = "claimed"
    UNCERTAIN = "uncertain"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    FAILED = "failed"
    DELIVERED = "delivered"


_ALLOWED: dict[MessageState, frozenset[MessageState]] = {
    MessageState.PROMISED: frozenset({MessageState.CLAIMED, MessageState.FAILED}),
    MessageState.CLAIMED: frozenset(MessageState) - {MessageState.CLAIMED},
    MessageState.UNCERTAIN: frozenset(
        {
            MessageState.CLAIMED,
            MessageState.HANDED_OVER,
            MessageState.REFUSED,
            MessageState.FAILED,
            MessageState.DELIVERED,
        }
    ),
    MessageState.HANDED_OVER: frozenset({MessageState.FAILED, MessageState.DELIVERED}),
    MessageState.REFUSED: frozenset({MessageState.DELIVERED}),
    MessageState.FAILED: frozenset({MessageState.DELIVERED}),
    MessageState.DELIVERED: frozenset(),
}

FINAL_STATES = frozenset({MessageState.DELIVERED, MessageState.FAILED, MessageState.REFUSED})
"""States in which the desk does nothing more by itself; only proof of delivery still changes them."""

_RECEIPT_STATES = {
    "accepted": MessageState.HANDED_OVER,
    "scheduled": MessageState.HANDED_OVER,
    "queued": MessageState.HANDED_OVER,
    "sending": MessageState.HANDED_OVER,
    "sent": MessageState.HANDED_OVER,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.FAILED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}


class MessageStateConflict(DomainError):
    """A change of state that would go backwards or leave a final state."""

    code = "message_state_conflict"
    status = 409
    message_id = N_("A message that is %(state)s cannot become %(wanted)s.")


def may_become(state: MessageState, wanted: MessageState) -> bool:
    """Whether a message in *state* may go to *wanted*; staying where it is counts as no change, so no."""
    return wanted in _ALLOWED[state]


def moved(state: MessageState, wanted: MessageState) -> MessageState:
    """The state after an act of the desk itself.

    Raises:
        MessageStateConflict: *wanted* may not follow *state*.
    """
    if not may_become(state, wanted):
        raise MessageStateConflict(state=state.value, wanted=wanted.value)
    return wanted


def after_receipt(state: MessageState, vendor_status: str) -> MessageState:
    """The state after the vendor reported *vendor_status* (any order, any number of times).

    Nothing is raised: a receipt that says nothing new, comes late or uses a word not known leaves *state* as it is.
    ``delivered`` is proof and beats everything, also a failure noted before; a failure never beats delivery.
    """
    told = _RECEIPT_STATES.get(vendor_status.strip().lower())
    if told is None or state is MessageState.PROMISED:
        # A receipt for a message nobody claimed can only be a mix-up at the vendor: proof alone counts.
        return MessageState.DELIVERED if told is MessageState.DELIVERED else state
    if told is MessageState.HANDED_OVER and state not in {MessageState.CLAIMED, MessageState.UNCERTAIN}:
        return state
    return told if may_become(state, told) else state


def lease_expired(state: MessageState) -> MessageState:
    """The state of a message whose worker died holding it: claimed means that it may have left."""
    return MessageState.UNCERTAIN if state is MessageState.CLAIMED else state


def message_key(case_no: str, kind: MessageKind, subject: str, recipient: str, round_no: int = 1) -> str:
    """The name of one message to one recipient; promising it twice gives the same key and so one row.

    Args:
        case_no: the case file, or ``-`` for a message outside any case.
        kind: what it is for.
        subject: id of the thing it is about (call-out, clock, report).
        recipient: id of the person, never a number or a name.
        round_no: 1, 2, … when the same thing is meant to be said again.
    """
    parts = (case_no, kind.value, subject, recipient, str(round_no))
    if any(not part or "|" in part for part in parts):
        raise ValueError("the parts of a message key are non-empty and hold no |")
    return "|".join(parts)


def reference_of(key: str) -> str:
    """Six letters and figures that stand in the text and lead back to *key*: at the vendor and on the telephone."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    letters = []
    for _ in range(REFERENCE_LENGTH):
        number, index = divmod(number, len(_REFERENCE_ALPHABET))
        letters.append(_REFERENCE_ALPHABET[index])
    return "".join(letters)


def next_attempt_at(attempts: int, last_attempt_at: datetime) -> datetime | None:
    """When to try again at the same vendor after *attempts* tries (1, 2, …); ``None`` when the schedule is used up."""
    if attempts < 1:
        raise ValueError("attempts counts the tries already made, at least 1")
    if attempts > len(RETRY_AFTER_S):
        return None
    return last_attempt_at + timedelta(seconds=RETRY_AFTER_S[attempts - 1])
