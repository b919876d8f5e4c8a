"""Who looks: the door that admits a screen, and the round that shuts out whoever may no longer look.

A live screen holds a thread of the web process. So the door stands before the upgrade to a websocket: a stranger, or
a screen beyond the number, is answered and gone, and never holds one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_login import current_user

from incident_desk.domain.permissions import Actor
from incident_desk.extensions import STORE_FAILED, db
from incident_desk.services.office_time import office_now
from incident_desk.services.people import who_asks
from incident_desk.services.tokens import WALL_COOKIE
from incident_desk.sockets.server import socketio

log = logging.getLogger(__name__)
RECHECK_S = 5.0
SOCKET_PATH = "/socket.io/"

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def screen_actor() -> Actor | None:
    """Who looks at this screen, decided as on every page. Asked anew at every event."""
    return who_asks(
        authorization=request.headers.get("Authorization", ""),
        account=current_user,
        wall_cookie=request.cookies.get(WALL_COOKIE),
        now=office_now,
    )


@dataclass(frozen=True, slots=True)
class Connected:
    """One connected screen: who it was when it came in."""

    environ: Environ
    identity: tuple[str, str]
    actor: Actor


class Screens:
    """How many screens are connected, against how many are allowed, and who each was when it came in."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self._seats = 0
        self._connected: dict[str, Connected] = {}
        self._lock = threading.Lock()

    def take_seat(self) -> bool:
        """Count a screen in; False when the house is full."""
        with self._lock:
            if self._seats >= self.allowed:
                return False
            self._seats += 1
            return True

    def give_up_seat(self) -> None:
        """Count a screen out."""
        with self._lock:
            self._seats -= 1

    def came_in(self, sid: str, environ: Environ, actor: Actor) -> None:
        """Remember who sits at the screen *sid*."""
        identity = (str(environ.get("HTTP_COOKIE", "")), str(environ.get("HTTP_AUTHORIZATION", "")))
        with self._lock:
            self._connected[sid] = Connected(environ, identity, actor)

    def left(self, sid: str) -> None:
        """Forget the screen *sid*."""
        with self._lock:
            self._connected.pop(sid, None)

    def connected(self) -> dict[str, Connected]:
        """The screens connected now."""
        with self._lock:
            return dict(self._connected)

    def __len__(self) -> int:
        return len(self._connected)


class Door:
    """Stands before the websocket: who may not look, or finds the house full, is turned away before the upgrade."""

    def __init__(self, app: Flask, inner: Wsgi, screens: Screens) -> None:
        self.app = app
        self.inner = inner
        self.screens = screens

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request; one for a websocket first has to show who it is."""
        is_screen = str(environ.get("PATH_INFO", "")).startswith(SOCKET_PATH)
        if not is_screen or str(environ.get("HTTP_UPGRADE", "")).lower() != "websocket":
            return self.inner(environ, start_response)
        try:
            actor = self._actor_of(environ)
        except STORE_FAILED:
            log.warning("a screen was turned away: the database does not answer", exc_info=True)
            return _refuse(start_response, "503 Service Unavailable", b"the database does not answer\n")
        if actor is None:
            return _refuse(start_response, "401 Unauthorized", b"sign in first\n")
        if not self.screens.take_seat():
            return _refuse(start_response, "503 Service Unavailable", b"too many screens\n")
        try:
            return self.inner(environ, start_response)
        finally:
            self.screens.give_up_seat()

    def _actor_of(self, environ: Environ) -> Actor | None:
        with self.app.request_context(environ):
            return screen_actor()


def _refuse(start_response: Callable[..., Any], status: str, words: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(words))), ("Connection", "close")]
    start_response(status, headers)
    return [words]


class Round:
    """Walks past the connected screens every few seconds: a session that was ended loses its screen."""

    def __init__(self, app: Flask, screens: Screens) -> None:
        self.app = app
        self.screens = screens

    def run(self, stop: threading.Event) -> None:
        """Go round until *stop*."""
        while not stop.wait(RECHECK_S):
            try:
                self.once()
            except Exception:
                log.exception("the round past the screens failed; the next one comes")

    def once(self) -> int:
        """Disconnect every screen whose holder may not look any more, or now belongs elsewhere; says how many."""
        known: dict[tuple[str, str], Actor | None] = {}
        ended = 0
        for sid, screen in self.screens.connected().items():
            if screen.identity not in known:
                known[screen.identity] = self._asked_again(screen.environ)
            if known[screen.identity] != screen.actor:
                self._disconnect(sid)
                ended += 1
        return ended

    def _asked_again(self, environ: Environ) -> Actor | None:
        with self.app.request_context(environ):
            try:
                return screen_actor()
            finally:
                db.session.remove()

    def _disconnect(self, sid: str) -> None:
        """Close the line itself, so that the page sees it break and comes back through the door."""
        server = socketio.server
        try:
            line = server.manager.eio_sid_from_sid(sid, "/")
        except KeyError:
            line = None
        self.screens.left(sid)
        if line is not None:
            server.eio.disconnect(line)
