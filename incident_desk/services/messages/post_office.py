"""The ways out of this process: channels made once and kept, how each has answered lately, and whose signatures count.

Nothing here touches the database, so it may be used from the threads that send.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from incident_desk.domain.errors import DomainError
from incident_desk.notify import callbacks
from incident_desk.notify.channel import Channel, OutgoingMessage, SendResult, VendorAccount
from incident_desk.notify.retry import VendorHealth
from incident_desk.notify.routing import ChannelSettings, NoVendor, channels_for
from incident_desk.settings import Settings

log = logging.getLogger(__name__)

RECEIPTS = "/webhooks/messages/status"
"""Where vendors report on messages; a person's answer goes beside it, to ``…/inbound``."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: at which vendor (index), under which name, and what came of it."""

    vendor: int
    name: str
    result: SendResult


class PostOffice:
    """Channels of one process. Safe to use from several threads."""

    def __init__(self, settings: Settings, secret: str) -> None:
        self.worker = secrets.token_hex(8)
        self._public_url = settings.public_url
        self._port = settings.port
        self._settings = channel_settings(settings, secret)
        self._channels: dict[bool, tuple[Channel, ...]] = {}
        self._health: dict[str, VendorHealth] = {}
        self._lock = threading.Lock()

    def channels(self, is_exercise: bool) -> tuple[Channel, ...]:
        """The channels for exercise or real messages, best first; none while no way out is set up."""
        with self._lock:
            if is_exercise not in self._channels:
                self._channels[is_exercise] = self._make(is_exercise)
            return self._channels[is_exercise]

    def callback_for(self, key: str, is_exercise: bool) -> str:
        """Where the vendor sends receipts of the message *key*; a vendor outside needs a public address."""
        if not self._public_url and not is_exercise:
            return ""
        return callbacks.receipt_address(self.callback_base + RECEIPTS, key)

    @property
    def callback_base(self) -> str:
        """The address under which vendors know this desk."""
        return self._public_url or f"http://127.0.0.1:{self._port}"

    def signed_for(self, path: str, form: Mapping[str, str], signature: str) -> bool | None:
        """Which messages a callback to *path* (query included) may speak of: True exercise, False real, None none.

        The wall of phones signs with a secret of its own, so it can never report on a real message.
        """
        url = self.callback_base + path
        if callbacks.is_signed(url, form, signature, (self._settings.phones_token,)):
            return True
        if callbacks.is_signed(url, form, signature, (account.auth_token for account in self._settings.vendors)):
            return False
        return None

    def send(self, message: OutgoingMessage, *, vendor: int, look_first: bool, now: datetime) -> Attempt:
        """Try *message* at *vendor*, or at the next one where that one is silent and cannot have it yet."""
        channels = self.channels(message.exercise)
        index = min(vendor, len(channels) - 1)
        while not look_first and index + 1 < len(channels) and self.is_silent(channels[index].name, now):
            index += 1
        channel = channels[index]
        result = channel.send(message, look_first=look_first)
        with self._lock:
            self._health[channel.name] = self._health.get(channel.name, VendorHealth()).after(result, now)
        return Attempt(index, channel.name, result)

    def is_silent(self, name: str, now: datetime) -> bool:
        """Whether the vendor *name* has stopped answering."""
        with self._lock:
            return self._health.get(name, VendorHealth()).is_silent(now)

    def _make(self, is_exercise: bool) -> tuple[Channel, ...]:
        try:
            return channels_for(is_exercise, self._settings)
        except NoVendor:
            return ()
        except DomainError as error:
            log.error("messages have no way out", extra={"exercise": is_exercise, "why": error.code})
            return ()


def post_office() -> PostOffice:
    """The post office of this process."""
    extensions = current_app.extensions
    if "post_office" not in extensions:
        extensions["post_office"] = PostOffice(extensions["settings"], str(current_app.config["SECRET_KEY"]))
    office: PostOffice = extensions["post_office"]
    return office


def channel_settings(settings: Settings, secret: str) -> ChannelSettings:
    """Where messages may go by *settings*; the wall's token is derived from the desk's *secret*."""
    token = hmac.digest(secret.encode(), b"incident-desk phones", "sha256").hex()[:32]
    vendors = (
        ("vendor", settings.vendor_account, settings.vendor_token, settings.vendor_sender, settings.vendor_api),
        ("vendor-2", settings.vendor2_account, settings.vendor2_token, settings.vendor2_sender, settings.vendor2_api),
    )
    return ChannelSettings(
        phones_url=settings.phones_url,
        phones_token=token,
        vendors=tuple(
            VendorAccount(account, auth_token, sender, api_base=api, name=name)
            for name, account, auth_token, sender, api in vendors
            if account and auth_token and sender and api
        ),
    )
