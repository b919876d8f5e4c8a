"""A live screen without a browser: the Socket.IO protocol over a real websocket, and what the screen's cursor does."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import websocket

from tests.desks import Desk


class Refused(Exception):
    """The desk did not let this screen in; the HTTP status, or the words of its refusal."""


class Screen:
    """One screen of *login* (None: a stranger). Everything heard is kept in order; ``clock`` is the screen's own."""

    def __init__(
        self, desk: Desk, login: str | None = "officer", *, clock: Callable[[], float] = time.time,
        headers: dict[str, str] | None = None, origin: str | None = None,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.heard: list[tuple[str, Any]] = []
        self.floor = 0
        self.closed = threading.Event()
        self._news = threading.Condition()
        sent = {"Authorization": f"Bearer {desk.tokens[login]}"} if login else {}
        address = desk.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        tls = {"context": ssl.create_default_context(cafile=str(desk.authority))} if desk.is_https else None
        try:
            self.line = websocket.create_connection(
                address, timeout=10, header={**sent, **(headers or {})}, origin=origin or desk.public_url, sslopt=tls
            )
        except websocket.WebSocketBadStatusException as error:
            raise Refused(str(error.status_code)) from error
        self._open()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        self.close()

    def _open(self) -> None:
        assert str(self.line.recv()).startswith("0")
        self.line.send("40")
        answer = str(self.line.recv())
        while answer == "2":
            self.line.send("3")
            answer = str(self.line.recv())
        if not answer.startswith("40"):
            self.line.close()
            raise Refused(answer)

    def _read(self) -> None:
        try:
            while True:
                frame = self.line.recv()
                if not isinstance(frame, str) or not frame or frame.startswith(("1", "41")):
                    break
                if frame == "2":
                    self.line.send("3")
                elif frame.startswith("42"):
                    name, *rest = json.loads(frame[2:])
                    with self._news:
                        self.heard.append((name, rest[0] if rest else None))
                        self._news.notify_all()
        except (websocket.WebSocketException, OSError):
            pass
        finally:
            self.closed.set()
            with self._news:
                self._news.notify_all()

    def say(self, name: str, *message: object) -> None:
        """Emit an event; a join says up to which number this screen has seen."""
        if message and isinstance(message[0], dict) and isinstance(message[0].get("last_seq"), int):
            self.floor = message[0]["last_seq"]
        self.line.send("42" + json.dumps([name, *message]))

    def wait_until(self, found: Callable[[Screen], object], within_s: float = 30.0) -> None:
        """Wait until *found* of this screen is true."""
        deadline = time.monotonic() + within_s
        with self._news:
            while not found(self):
                left = deadline - time.monotonic()
                assert left > 0, f"not heard within {within_s} s: {self.heard[-5:]}"
                self._news.wait(min(left, 0.2))

    def all_of(self, name: str) -> list[Any]:
        """Every message of one event, in order."""
        return [message for heard, message in self.heard if heard == name]

    def entries(self) -> list[dict[str, Any]]:
        """Every journal entry above what the screen had seen when it joined, as it came, doubled ones too."""
        return [entry for page in self.all_of("journal:entries") for entry in page if entry["seq"] > self.floor]

    def cut(self) -> None:
        """Break the line as a pulled plug does: no close frame, no goodbye."""
        with contextlib.suppress(OSError):
            self.line.sock.shutdown(2)
        self.line.shutdown()
        self.closed.wait(5)

    def close(self) -> None:
        """Leave."""
        with contextlib.suppress(websocket.WebSocketException, OSError):
            self.line.close(timeout=1)
        self.closed.wait(5)

    def server_time(self) -> float:
        """Ask the server's time as a screen does: by the screen's own clock only; gives server minus own clock, s."""
        before = len(self.all_of("time:tell"))
        sent = self.clock() * 1000
        self.say("time:ask", {"sent": sent})
        self.wait_until(lambda screen: len(screen.all_of("time:tell")) > before)
        received = self.clock() * 1000
        told = self.all_of("time:tell")[-1]
        assert told["sent"] == sent
        return float(told["server"] - (sent + received) / 2) / 1000
