"""Twilio's Messages API: one call for one message, and what each of its answers means to us.

The only importer of Twilio's client. An exercise cannot leave here: :class:`TwilioChannel` refuses its messages, and
nothing in this module makes a channel from an exercise's settings.
Meanings of the codes: Twilio's published list of errors and warnings.
"""

from __future__ import annotations

import logging
from typing import Any

from twilio.base.exceptions import TwilioException

from incident_desk.notify.channel import (
    HandedOver,
    OutgoingMessage,
    Refused,
    Retry,
    SendResult,
    Uncertain,
    VendorAccount,
)
from incident_desk.notify.phone_numbers import is_sample
from incident_desk.notify.transport import AnswerLost, NotSent, Redirected, Transport, VendorTransport

log = logging.getLogger(__name__)

TRY_LATER = frozenset({429, 20429, 21611, 14107, 30001, 63038})
"""Too many requests, full queues, daily limits: not taken now."""

ACCOUNT_TROUBLE = frozenset({20003, 20005, 20006, 20008, 20404, 21603, 21606, 21659, 21660, 30002, 30038})
"""Credentials, suspension, sender: no message of ours will be taken here."""

_LOOK_BACK = 50
"""Newest messages to one number that are searched for ours."""


class TwilioMessages:
    """Twilio's Messages resource over a given transport. Safe to share between threads."""

    def __init__(self, transport: Transport, account: VendorAccount) -> None:
        from twilio.rest import Client  # noqa: PLC0415 - two hundred modules that only sending needs

        # A non-empty mapping in place of the environment: no region, edge or credential comes from outside.
        self._client: Any = Client(
            account.account_sid, account.auth_token, http_client=transport, environment={"TWILIO_ACCOUNT_SID": ""}
        )
        self._sender = account.sender

    def send(self, message: OutgoingMessage, *, look_first: bool) -> SendResult:
        """Hand over one message; see ``Channel.send``."""
        if look_first:
            try:
                vendor_id = self._find(message)
            except (NotSent, AnswerLost, Redirected, TwilioException, KeyError, ValueError, TypeError) as error:
                return Uncertain(f"the vendor could not be asked: {type(error).__name__}")
            if vendor_id is not None:
                return HandedOver(vendor_id, found=True)
        return self._create(message)

    def status_of(self, vendor_id: str) -> str | None:
        """The vendor's word for the state of a message."""
        try:
            return str(self._client.messages(vendor_id).fetch().status)
        except (NotSent, AnswerLost, Redirected, TwilioException, KeyError, ValueError, TypeError) as error:
            log.info("state of a message not learned", extra={"vendor_id": vendor_id, "why": type(error).__name__})
            return None

    def _find(self, message: OutgoingMessage) -> str | None:
        for known in self._client.messages.list(to=message.to, limit=_LOOK_BACK):
            if message.reference in (known.body or ""):
                return str(known.sid)
        return None

    def _create(self, message: OutgoingMessage) -> SendResult:
        by_service = self._sender.startswith("MG")
        words: dict[str, str] = {"messaging_service_sid" if by_service else "from_": self._sender}
        if message.status_callback:
            words["status_callback"] = message.status_callback
        try:
            taken = self._client.messages.create(to=message.to, body=message.body, **words)
        except (NotSent, AnswerLost, Redirected, TwilioException, KeyError, ValueError, TypeError) as error:
            return _meaning(error)
        return HandedOver(str(taken.sid)) if taken.sid else Uncertain("the answer names no message")


def _meaning(error: Exception) -> SendResult:
    """What became of a message when this was raised while handing it over."""
    if isinstance(error, NotSent):
        return Retry(f"no connection: {error}")
    if isinstance(error, Redirected):
        return Refused(f"redirected: {error}", vendor_wide=True)
    if isinstance(error, TwilioException):
        return _meaning_of_code(error)
    return Uncertain(f"no answer that can be read: {error or type(error).__name__}")


def _meaning_of_code(error: TwilioException) -> SendResult:
    """What an error of Twilio means: by its own code first, then by the HTTP status."""
    status = int(getattr(error, "status", 0) or 0)
    try:
        code = int(getattr(error, "code", 0) or 0)
    except ValueError:
        code = 0
    reason = f"Twilio {code or status}"
    if status == 429 or code in TRY_LATER:
        return Retry(reason)
    if status in {401, 403, 404} or code in ACCOUNT_TROUBLE:
        return Refused(reason, code or status, vendor_wide=True)
    if 400 <= status < 500 and status not in {408, 409}:
        return Refused(reason, code or status)
    return Uncertain(reason)


class TwilioChannel:
    """The real vendor. It takes no message of an exercise and rings no sample number."""

    def __init__(self, account: VendorAccount) -> None:
        self._name = account.name
        self._messages = TwilioMessages(VendorTransport(account.api_base), account)

    @property
    def name(self) -> str:
        """Short name for the record."""
        return self._name

    def send(self, message: OutgoingMessage, *, look_first: bool = False) -> SendResult:
        """Hand over a real message; see ``Channel.send``."""
        if message.exercise is not False:
            return Refused("a message of an exercise never goes to a real vendor")
        if is_sample(message.to):
            return Refused("a sample number cannot ring")
        return self._messages.send(message, look_first=look_first)

    def status_of(self, vendor_id: str) -> str | None:
        """The vendor's own word for the state of a message."""
        return self._messages.status_of(vendor_id)
