"""A stranger holds many connections and hardly sends: everybody else is served all the same, also over TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.desks import Desk, a_desk

pytestmark = pytest.mark.alone

HELD = 90
"""More connections than the desk has threads: one screen and sixty-four to spare."""

REST = {
    "head": b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "body": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 900\r\n\r\nlogin=",
}
GOODBYE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home: Path = tmp_path_factory.mktemp("slow") / "home"
    with a_desk(home, is_https=True, screens=1) as desk:
        desk.start("web")
        yield desk


@contextlib.contextmanager
def held(desk: Desk, sent: bytes, *, over_tls: bool) -> Iterator[None]:
    """Connections on which *sent* has come and nothing more does, nor is any closed from this side."""
    context = ssl.create_default_context(cafile=desk.verify if isinstance(desk.verify, str) else None)
    with contextlib.ExitStack() as lines:
        for _ in range(HELD):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", desk.port), timeout=30))
            if over_tls:
                line = lines.enter_context(context.wrap_socket(line, server_hostname="localhost"))
            with contextlib.suppress(OSError):  # cut already
                line.sendall(sent)
        yield


@pytest.mark.parametrize("what", [*REST, "handshake", "nothing"])
def test_others_are_served_while_somebody_holds_every_line(web: Desk, what: str) -> None:
    sent = REST.get(what, b"\x16\x03\x01" if what == "handshake" else b"")
    with held(web, sent, over_tls=what in REST):
        answer = requests.get(f"{web.url}/health/live", verify=web.verify, timeout=25)
        assert answer.json() == {"ok": True}
    assert web.processes["web"].poll() is None


def test_others_are_served_while_many_answers_are_not_said_goodbye_to(tmp_path: Path) -> None:
    with a_desk(tmp_path / "home", screens=1) as desk:
        desk.start("web")
        with held(desk, GOODBYE, over_tls=False):
            assert requests.get(f"{desk.url}/health/live", timeout=25).ok
