"""What to do with a message after an attempt: done, again later, at the next vendor, or given up.

Pure: the delivery service keeps the rows, this module only decides. A vendor that falls silent is noticed by
:class:`VendorHealth`, so that the messages behind do not each wait for their own time-outs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_desk.domain.messages import MessageState, next_attempt_at
from incident_desk.notify.channel import HandedOver, Refused, Retry, SendResult, Uncertain

SILENT_AFTER = 3
"""Attempts in a row without an answer, by any messages, after which a vendor counts as silent."""

SILENT_FOR = timedelta(seconds=60)
"""How long a silent vendor is left alone before one message tries it again."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The state a message takes, when it is tried again, at which vendor (index), and with a look first or not."""

    state: MessageState
    try_at: datetime | None = None
    vendor: int = 0
    attempts: int = 0
    look_first: bool = False
    reason: str = ""


def after_attempt(result: SendResult, *, attempts: int, vendor: int, vendors: int, now: datetime) -> NextStep:
    """What follows from *result*.

    Args:
        result: of the attempt just made.
        attempts: tries made at this vendor, this one counted.
        vendor: index of this vendor.
        vendors: how many there are.
        now: when the result came.
    """
    if isinstance(result, HandedOver):
        return NextStep(MessageState.HANDED_OVER, None, vendor, attempts)
    if isinstance(result, Refused) and not result.vendor_wide:
        return NextStep(MessageState.REFUSED, None, vendor, attempts, reason=result.reason)
    uncertain = isinstance(result, Uncertain)
    try_at = next_attempt_at(attempts, now) if isinstance(result, Retry | Uncertain) else None
    if try_at is not None:
        state = MessageState.UNCERTAIN if uncertain else MessageState.PROMISED
        return NextStep(state, try_at, vendor, attempts, look_first=uncertain, reason=result.reason)
    if vendor + 1 < vendors:
        return NextStep(MessageState.PROMISED, now, vendor + 1, 0, reason=result.reason)
    last = MessageState.REFUSED if isinstance(result, Refused) else MessageState.FAILED
    return NextStep(last, None, vendor, attempts, reason=result.reason)


@dataclass(frozen=True, slots=True)
class VendorHealth:
    """How a vendor has answered lately."""

    failures: int = 0
    silent_since: datetime | None = None

    def after(self, result: SendResult, now: datetime) -> VendorHealth:
        """The health after one more result; any answer, also a refusal of one number, ends a silence."""
        if isinstance(result, HandedOver) or (isinstance(result, Refused) and not result.vendor_wide):
            return VendorHealth()
        failures = self.failures + 1
        return VendorHealth(failures, now if failures >= SILENT_AFTER else None)

    def is_silent(self, now: datetime) -> bool:
        """Whether to pass this vendor over now, if there is another."""
        return self.silent_since is not None and now < self.silent_since + SILENT_FOR
