"""The way out of an exercise: to the wall of phones on this machine and nowhere else.

By construction: the transport takes loopback addresses only, and the account is a fixed sample, so even a tunnel
from loopback to a real vendor would be turned away there for want of credentials.
"""

from __future__ import annotations

from incident_desk.notify.channel import OutgoingMessage, Refused, SendResult, VendorAccount
from incident_desk.notify.transport import LoopbackTransport
from incident_desk.notify.twilio_channel import TwilioMessages

EXERCISE_ACCOUNT = "AC" + "0" * 32
EXERCISE_SENDER = "+8610000009999"


class ExerciseChannel:
    """The loopback stand-in. *token* is what its callbacks are signed with; any secret of the desk will do."""

    def __init__(self, phones_url: str, token: str) -> None:
        """Raises ``NotLoopback`` unless *phones_url* is a literal loopback address."""
        self._transport = LoopbackTransport(phones_url)
        account = VendorAccount(EXERCISE_ACCOUNT, token, EXERCISE_SENDER, api_base=phones_url, name="phones")
        self._messages = TwilioMessages(self._transport, account)

    @property
    def name(self) -> str:
        """Short name for the record."""
        return "phones"

    def send(self, message: OutgoingMessage, *, look_first: bool = False) -> SendResult:
        """Hand over a message of an exercise; see ``Channel.send``.

        Raises:
            NotLoopback: the transport was tampered with after it was made.
        """
        if message.exercise is not True:
            return Refused("a real message does not go to the wall of phones")
        return self._messages.send(message, look_first=look_first)

    def status_of(self, vendor_id: str) -> str | None:
        """The wall's own word for the state of a message."""
        return self._messages.status_of(vendor_id)
