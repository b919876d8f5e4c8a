"""A way out for messages: what goes in, what can come back, and what every vendor must be able to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from incident_desk.domain.messages import EXERCISE_MARK, MessageKind, reference_of

LONGEST_BODY = 1_600
"""Characters a vendor takes in one message (Twilio error 21617 beyond)."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message as it goes on the wire.

    ``key`` names it for ever (see ``domain.messages.message_key``); the reference made from it stands in the body,
    so that the vendor's list of sent messages can be searched for it. ``to`` is E.164. ``status_callback`` is the
    absolute address for receipts. A text begins with 【演练】 exactly when it belongs to an exercise.
    """

    key: str
    to: str
    body: str
    kind: MessageKind
    exercise: bool
    status_callback: str = ""

    def __post_init__(self) -> None:
        if not self.to.startswith("+") or not self.to[1:].isdigit():
            raise ValueError("a number on the wire is E.164: + and figures")
        if not 0 < len(self.body) <= LONGEST_BODY:
            raise ValueError(f"a body has 1 to {LONGEST_BODY} characters")
        if self.body.startswith(EXERCISE_MARK) is not self.exercise:
            raise ValueError("a text begins with the mark of the exercise exactly when it belongs to one")
        if self.reference not in self.body:
            raise ValueError("the reference of the message must stand in its text")

    @property
    def reference(self) -> str:
        """The six characters that name this message in its text."""
        return reference_of(self.key)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The vendor has it. ``found`` is true when it had it already and nothing was sent now."""

    vendor_id: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """It did certainly not leave; the same vendor may take it later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not be taken: for this number or text, or (``vendor_wide``) nothing from us is taken by this vendor."""

    reason: str
    code: int | None = None
    vendor_wide: bool = False


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may or may not have left; look at the vendor before sending it again."""

    reason: str


SendResult = HandedOver | Retry | Refused | Uncertain


@dataclass(frozen=True, slots=True)
class VendorAccount:
    """An account with a vendor. ``sender`` is a number in E.164 or a messaging service id (``MG…``)."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    api_base: str = "https://api.twilio.com"
    name: str = "twilio"


class Channel(Protocol):
    """One vendor. Nothing is raised for what a vendor or a network does; every outcome is a ``SendResult``."""

    @property
    def name(self) -> str:
        """Short name for the record."""
        ...

    def send(self, message: OutgoingMessage, *, look_first: bool = False) -> SendResult:
        """Hand *message* over; with *look_first* only if the vendor does not have it already.

        ``look_first`` is for every message whose fate is uncertain. If the look fails, nothing is sent.
        """
        ...

    def status_of(self, vendor_id: str) -> str | None:
        """The vendor's own word for the state of a message, or ``None`` when it cannot be learned now."""
        ...
