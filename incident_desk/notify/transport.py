"""HTTP to one host and no other: no redirects, no proxies from the environment, bounded waiting.

Each transport owns a connection pool that was made for one address. Whatever address the vendor's client asks for,
only its path and query are used. The loopback transport also looks at the peer of every connection it opens.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    SSLError,
)

from incident_desk.domain.errors import N_, DomainError

CONNECT_S, READ_S = 3.0, 10.0


class NotLoopback(DomainError):
    """An address that is not, or does not stay, on this machine."""

    code = "not_loopback"
    status = 500
    message_id = N_("An exercise needs an address like http://127.0.0.1:8090, not %(address)s.")


class NotSent(Exception):
    """The request certainly did not reach the vendor."""


class AnswerLost(Exception):
    """The request may have reached the vendor; no whole answer came back."""


class Redirected(Exception):
    """The vendor's address points elsewhere; it is not followed."""


class Answer:
    """What the vendor's client wants to see of a response."""

    def __init__(self, status_code: int, text: str, headers: Mapping[str, str]) -> None:
        self.status_code = status_code
        self.text = text
        self.content = text
        self.headers = headers
        self.ok = status_code < 400


def loopback_address(base_url: str) -> tuple[str, int]:
    """Host and port of ``http://127.0.0.1:PORT`` or ``http://[::1]:PORT``.

    Raises:
        NotLoopback: a name (also ``localhost``: names can be made to point elsewhere), another address, another
            scheme, or anything beside host and port.
    """
    parts = urlsplit(base_url)
    try:
        host, port = parts.hostname or "", parts.port or 80
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise NotLoopback(address=base_url) from error
    plain = not (parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"))
    if parts.scheme != "http" or not address.is_loopback or "%" in host or not plain:
        raise NotLoopback(address=base_url)
    return host, port


class _LoopbackConnection(HTTPConnection):
    """A connection that hangs up before the first byte when the other end is not this machine."""

    def connect(self) -> None:
        super().connect()
        peer = self.sock.getpeername()[0]
        if not ipaddress.ip_address(peer).is_loopback:
            self.close()
            raise NotLoopback(address=peer)


class _LoopbackPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _LoopbackConnection


class Transport:
    """The part both transports share: one request over one pool."""

    def __init__(self, pool: urllib3.HTTPConnectionPool) -> None:
        self._pool = pool

    def request(  # noqa: PLR0917 - the vendor's client sets the shape
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Answer:
        """One request; the shape is that of the vendor's ``HttpClient``. Waiting and redirects are ours to set.

        Raises:
            NotSent, AnswerLost, Redirected: what became of it.
        """
        parts = urlsplit(uri)
        query = "&".join(filter(None, (parts.query, urlencode(dict(params or {}), doseq=True))))
        sent = dict(headers or {})
        if auth:
            sent.update(urllib3.make_headers(basic_auth=":".join(auth)))
        response = self._exchange(
            method.upper(), parts.path + (f"?{query}" if query else ""), urlencode(dict(data or {}), doseq=True), sent
        )
        if 300 <= response.status < 400:
            raise Redirected(f"HTTP {response.status}")
        return Answer(response.status, response.data.decode("utf-8", "replace"), dict(response.headers))

    def _exchange(self, method: str, target: str, body: str, headers: dict[str, str]) -> Any:
        try:
            return self._pool.urlopen(
                method,
                target,
                body=body.encode() if body else None,
                headers=headers,
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S),
            )
        except (NewConnectionError, ConnectTimeoutError, SSLError) as error:
            raise NotSent(type(error).__name__) from error
        except (HTTPError, OSError) as error:
            raise AnswerLost(type(error).__name__) from error


class LoopbackTransport(Transport):
    """HTTP to this machine. The address is checked when it is made, at each request and on each connection."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        host, port = loopback_address(base_url)
        super().__init__(_LoopbackPool(host, port, maxsize=16))

    def _exchange(self, method: str, target: str, body: str, headers: dict[str, str]) -> Any:
        host, port = loopback_address(self.base_url)
        if type(self._pool) is not _LoopbackPool or (self._pool.host.strip("[]"), self._pool.port) != (host, port):
            raise NotLoopback(address=self._pool.host)
        return super()._exchange(method, target, body, headers)


class VendorTransport(Transport):
    """HTTPS to a vendor, certificates checked; plain HTTP to loopback only, so a credential never travels open."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme == "https" and parts.hostname:
            pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
                parts.hostname, parts.port or 443, maxsize=16, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()
            )
        else:
            pool = _LoopbackPool(*loopback_address(base_url), maxsize=16)
        super().__init__(pool)
