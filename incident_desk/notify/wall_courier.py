"""Callbacks of the wall of phones: signed as Twilio signs them, to addresses of this machine only, tried again.

Twilio's signature: HMAC-SHA1, keyed with the account's token, of the full address followed by every form field's
name and value in order of names; Base64; header X-Twilio-Signature (Twilio, "Webhooks security").
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import http.client
import itertools
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode, urlsplit

log = logging.getLogger(__name__)

TRY_AGAIN_S = (1, 2, 4, 8, 16, 30)
"""Seconds between the tries of one callback, so that a desk that starts anew still gets its receipts."""

_ANSWER_S = 10.0


class NotThisMachineError(ValueError):
    """A callback address whose host is another machine."""


def sign(url: str, fields: Mapping[str, str], token: str) -> str:
    """Twilio's signature of a form post to *url*."""
    said = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def local_address(host: str, port: int) -> str:
    """An address of *host* that belongs to this machine; every name below ``.localhost`` is loopback (RFC 6761, 6.3).

    Raises:
        NotThisMachineError: the name cannot be resolved, or every address is elsewhere.
    """
    if host.rstrip(".").endswith(".localhost"):
        return "127.0.0.1"  # browsers know this by themselves, resolvers often do not
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotThisMachineError(f"{host} cannot be resolved") from error
    for family, _, _, _, where in found:
        address = str(where[0])
        if ip_address(address.partition("%")[0]).is_loopback or _is_ours(family, address):
            return address
    raise NotThisMachineError(f"{host} is not this machine")


def check_callback(url: str) -> None:
    """Make sure that a callback to *url* stays on this machine.

    Raises:
        NotThisMachineError: it would not, or *url* is no http address.
    """
    _target(url)


def _target(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and local address of a callback."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotThisMachineError(str(error)) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise NotThisMachineError(f"{url!r} is no address for callbacks")
    return parts.scheme, parts.hostname, port, local_address(parts.hostname, port)


def _is_ours(family: int, address: str) -> bool:
    """Only an address of this machine can be bound to."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return not ip_address(address.partition("%")[0]).is_unspecified


class _LocalConnection(http.client.HTTPConnection):
    """A connection to a chosen address under the name the desk is known by."""

    def __init__(self, host: str, port: int, address: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=_ANSWER_S)
        self._address, self._tls = address, tls
        if tls is not None:
            self.default_port = 443

    def connect(self) -> None:
        sock = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(sock, server_hostname=self.host) if self._tls else sock


class Courier:
    """Delivers things later, from a few threads of its own, until it is closed.

    TLS: with *ca* the desk's certificate is checked against it. Without, it is not checked: the connection was made
    to an address of this very machine, nothing of it can be seen from outside.
    """

    def __init__(self, ca: Path | None = None) -> None:
        self._tls = ssl.create_default_context(cafile=str(ca) if ca else None)
        if ca is None:
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._closed = False
        self._hands = ThreadPoolExecutor(max_workers=16, thread_name_prefix="wall-callback")
        self._clock = threading.Thread(target=self._run, name="wall-courier", daemon=True)
        self._clock.start()

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Run *act* after *delay_s* seconds on a thread of the courier."""
        with self._wake:
            heapq.heappush(self._due, (time.monotonic() + delay_s, next(self._order), act))
            self._wake.notify()

    def post(
        self, url: str, fields: Mapping[str, str], token: str, done: Callable[[str], None], *, attempt: int = 0
    ) -> None:
        """Post a signed form; *done* gets ``""`` on success, else what went wrong, once, at the end."""
        trouble, again = self._post_once(url, fields, token)
        if again and attempt < len(TRY_AGAIN_S):
            self.later(TRY_AGAIN_S[attempt], lambda: self.post(url, fields, token, done, attempt=attempt + 1))
            return
        if trouble:
            log.warning("callback not delivered", extra={"why": trouble})
        done(trouble)

    def close(self) -> None:
        """Stop; what is due later is dropped."""
        with self._wake:
            self._closed = True
            self._due.clear()
            self._wake.notify()
        self._clock.join()
        self._hands.shutdown(wait=True, cancel_futures=True)

    def _post_once(self, url: str, fields: Mapping[str, str], token: str) -> tuple[str, bool]:
        """What went wrong, and whether to try again."""
        try:
            scheme, host, port, address = _target(url)
        except NotThisMachineError as error:
            return str(error), False
        connection = _LocalConnection(host, port, address, self._tls if scheme == "https" else None)
        parts = urlsplit(url)
        try:
            connection.request(
                "POST",
                (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
                urlencode(fields).encode(),
                {
                    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                    "X-Twilio-Signature": sign(url, fields, token),
                    "User-Agent": "IncidentDeskPhones/1",
                    "Connection": "close",
                },
            )
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"服务台无应答（{type(error).__name__}）", True
        finally:
            connection.close()
        return ("", False) if 200 <= status < 300 else (f"服务台返回 {status}", status >= 500)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._closed and (not self._due or self._due[0][0] > time.monotonic()):
                    self._wake.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._closed:
                    return
                _, _, act = heapq.heappop(self._due)
            self._hands.submit(act)
