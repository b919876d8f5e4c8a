"""A real wall of phones and a real listening desk on loopback, for tests of any floor."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from incident_desk.notify.phone_wall import PhoneWall

TOKEN = "a-token-for-tests"


def eventually(is_so: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Wait until *is_so*; the limit only bounds a failing test."""
    ends = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True


@dataclass
class Heard:
    """One callback: the full address it was sent to, its fields and its signature."""

    url: str
    form: dict[str, str]
    signature: str


@dataclass
class ListeningDesk:
    """Records every callback; ``answers`` are the statuses given, the last one for ever."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [204])

    def statuses(self, key: str) -> list[str]:
        return [one.form["MessageStatus"] for one in self.heard if f"key={key}" in one.url]


@pytest.fixture
def wall() -> Iterator[PhoneWall]:
    """A wall of phones on a free port."""
    running = PhoneWall().start()
    yield running
    running.close()


@pytest.fixture
def desk() -> Iterator[ListeningDesk]:
    """A desk that only listens, on plain http."""
    with listening_desk() as listening:
        yield listening


@contextmanager
def listening_desk(tls: ssl.SSLContext | None = None) -> Iterator[ListeningDesk]:
    """A desk that only listens; with *tls* it serves https and calls itself localhost."""
    listening = ListeningDesk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
            listening.heard.append(
                Heard(
                    f"{'https' if tls else 'http'}://{self.headers['Host']}{self.path}",
                    {name: values[0] for name, values in form.items()},
                    self.headers["X-Twilio-Signature"],
                )
            )
            self.send_response(listening.answers.pop(0) if len(listening.answers) > 1 else listening.answers[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listening.url = f"http://127.0.0.1:{server.server_address[1]}"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        listening.url = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield listening
    server.shutdown()
    thread.join()
    server.server_close()
