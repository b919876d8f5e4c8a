"""What a vendor sends us: receipts and answers, each signed; and the addresses it sends them to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from incident_desk.domain.errors import N_, DomainError

SIGNATURE_HEADER = "X-Twilio-Signature"
LONGEST_FIELD = 64
"""Characters of an id, a number or a status; a vendor's have half as many."""


class CallbackUnreadable(DomainError):
    """A callback without the fields it must have, or with one that no vendor sends."""

    code = "callback_unreadable"
    status = 400
    message_id = N_("The callback lacks %(name)s.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """News of a message we sent. ``key`` is ours, from the address; ``status`` is the vendor's word."""

    vendor_id: str
    status: str
    key: str = ""
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text a person sent us. ``vendor_id`` makes a doubled callback harmless."""

    vendor_id: str
    from_number: str
    to_number: str
    body: str


def receipt_address(base: str, key: str) -> str:
    """The address for receipts of the message *key*: *base* with the key in its query."""
    return f"{base}?{urlencode({'key': key})}"


def is_signed(url: str, form: Mapping[str, str], signature: str, tokens: Iterable[str]) -> bool:
    """Whether a callback to *url* (as the vendor was given it, query included) was signed with one of *tokens*."""
    return any(bool(token) and RequestValidator(token).validate(url, form, signature) for token in tokens)


def read_receipt(form: Mapping[str, str], key: str = "") -> Receipt:
    """A receipt from the fields of a status callback.

    Raises:
        CallbackUnreadable: no message id or no status.
    """
    return Receipt(_field(form, "MessageSid"), _field(form, "MessageStatus"), key, form.get("ErrorCode", ""))


def read_inbound(form: Mapping[str, str]) -> InboundText:
    """A person's answer from the fields of an inbound callback.

    Raises:
        CallbackUnreadable: no message id, sender or addressee. An empty body is read as empty.
    """
    return InboundText(
        _field(form, "MessageSid"), _field(form, "From"), _field(form, "To"), form.get("Body", "").strip()
    )


def _field(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value or len(value) > LONGEST_FIELD:
        raise CallbackUnreadable(name=name)
    return value
