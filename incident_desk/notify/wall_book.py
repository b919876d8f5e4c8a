"""What the wall of phones remembers: messages as Twilio's API shows them, phones, and how the wall behaves."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum

from incident_desk.notify.wording import parts_of

API = "2010-04-01"


class WallMode(StrEnum):
    """How the wall treats what the desk sends."""

    NORMAL = "normal"
    SLOW = "slow"
    SILENT = "silent"
    ANSWER_LOST = "answer_lost"
    FAILING = "failing"
    BUSY = "busy"
    NO_RECEIPTS = "no_receipts"


class PhoneMode(StrEnum):
    """How one phone behaves."""

    ON = "on"
    OFF = "off"
    NO_SUCH = "no_such"


@dataclass(slots=True)
class WallMessage:
    """One message, to a phone or from one. ``token`` is the secret its sender signed in with."""

    to: str
    sender: str
    body: str
    account_sid: str
    inbound: bool = False
    callback: str = ""
    token: str = field(default="", repr=False)
    status: str = "queued"
    error_code: int | None = None
    note: str = ""
    sid: str = field(default_factory=lambda: "SM" + uuid.uuid4().hex)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent_at: datetime | None = None
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def phone(self) -> str:
        """The phone on the wall this message stands on."""
        return self.sender if self.inbound else self.to

    def as_resource(self) -> dict[str, object]:
        """The message as Twilio's API gives it."""
        uri = f"/{API}/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": API,
            "body": self.body,
            "date_created": _rfc2822(self.created_at),
            "date_sent": _rfc2822(self.sent_at),
            "date_updated": _rfc2822(self.updated_at),
            "direction": "inbound" if self.inbound else "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(parts_of(self.body)),
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }

    def as_bubble(self) -> dict[str, object]:
        """The message as the wall's page shows it."""
        return {
            "sid": self.sid,
            "body": self.body,
            "inbound": self.inbound,
            "at": self.created_at.isoformat(timespec="seconds"),
            "status": self.status,
            "parts": parts_of(self.body),
            "note": self.note,
        }


class WallBook:
    """All messages and phones of one wall. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: dict[str, WallMessage] = {}
        self._phones: dict[str, PhoneMode] = {}
        self._version = 0
        self._mode = WallMode.NORMAL
        self._delay_s = 3.0

    @property
    def mode(self) -> WallMode:
        """How the wall behaves now."""
        return self._mode

    @property
    def delay_s(self) -> float:
        """Seconds a slow wall waits before it answers."""
        return self._delay_s

    def behave(self, mode: WallMode, delay_s: float | None = None) -> None:
        """Change how the wall behaves; a request held by a silent wall is let go."""
        with self._changed:
            self._mode = mode
            if delay_s is not None:
                self._delay_s = delay_s
            self._bump()

    def wait_while_silent(self, at_most_s: float) -> None:
        """Hold the calling thread as long as the wall is silent."""
        with self._changed:
            self._changed.wait_for(lambda: self._mode is not WallMode.SILENT, at_most_s)

    def set_phone(self, number: str, mode: PhoneMode) -> None:
        """Switch one phone on or off, or take its number out of the network."""
        with self._changed:
            self._phones[number] = mode
            self._bump()

    def phone_mode(self, number: str) -> PhoneMode:
        """How one phone behaves; phones not seen yet are on."""
        with self._changed:
            return self._phones.get(number, PhoneMode.ON)

    def add(self, message: WallMessage) -> None:
        """Take one message in."""
        with self._changed:
            self._messages[message.sid] = message
            self._phones.setdefault(message.phone, PhoneMode.ON)
            self._bump()

    def change(self, sid: str, *, status: str | None = None, error_code: int | None = None, note: str = "") -> None:
        """Record news of one message; a message cleared meanwhile is ignored."""
        with self._changed:
            message = self._messages.get(sid)
            if message is None:
                return
            message.updated_at = datetime.now(UTC)
            message.note = note
            if status is not None:
                message.status = status
                message.error_code = error_code
                if message.sent_at is None and status in {"sent", "delivered"}:
                    message.sent_at = message.updated_at
            self._bump()

    def find(self, sid: str) -> WallMessage | None:
        """One message by its id."""
        with self._changed:
            return self._messages.get(sid)

    def messages(self, to: str = "", sender: str = "") -> list[WallMessage]:
        """Messages newest first, of all phones or between two numbers."""
        with self._changed:
            found = [m for m in self._messages.values() if to in {"", m.to} and sender in {"", m.sender}]
        return list(reversed(found))

    def last_to(self, number: str) -> WallMessage | None:
        """The newest message a phone received."""
        return next((m for m in self.messages(to=number) if not m.inbound), None)

    def clear(self) -> None:
        """Forget everything but how the wall behaves."""
        with self._changed:
            self._messages.clear()
            self._phones.clear()
            self._bump()

    def picture(self, after: int, at_most_s: float) -> dict[str, object]:
        """Everything the page shows; waits until something is newer than version *after*."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != after, at_most_s)
            shown: dict[str, list[dict[str, object]]] = {number: [] for number in self._phones}
            for message in self._messages.values():
                shown.setdefault(message.phone, []).append(message.as_bubble())
            phones = [
                {"number": number, "mode": self._phones.get(number, PhoneMode.ON), "messages": bubbles}
                for number, bubbles in sorted(shown.items())
            ]
            return {"version": self._version, "mode": self._mode, "delay_s": self._delay_s, "phones": phones}

    def _bump(self) -> None:
        self._version += 1
        self._changed.notify_all()


def _rfc2822(at: datetime | None) -> str | None:
    return format_datetime(at) if at else None
