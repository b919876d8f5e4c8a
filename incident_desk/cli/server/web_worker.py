"""Gunicorn's threaded worker, made to outlast slow and silent connections: none of them may hold the others up.

Its own worker waits without limit for the rest of a head, a body or an answer's reader, a thread each; and it waits for
the other side's goodbye in the one loop that accepts connections.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from incident_desk.cli.server.slow_lines import Line, SlowLines

ROUND_S = 0.5
PIECE = 16_384
"""Bytes sent at a time; each piece that goes shows that the line lives."""

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class WatchedSocket:
    """A connection's socket that tells its line when it waits for the other side and what moved."""

    def __init__(self, plain: Any, line: Line) -> None:
        self.plain = plain
        self._line = line

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)

    def recv(self, *arguments: Any) -> bytes:
        """Read what has come."""
        with self._line.waiting(time.monotonic()):
            data: bytes = self.plain.recv(*arguments)
        self._line.moved(len(data), time.monotonic())
        return data

    def send(self, data: bytes) -> int:
        """Send as much as goes."""
        with self._line.waiting(time.monotonic()):
            sent: int = self.plain.send(data)
        self._line.moved(sent, time.monotonic())
        return sent

    def sendall(self, data: bytes) -> None:
        """Send all, piece by piece."""
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            piece = view[start : start + PIECE]
            with self._line.waiting(time.monotonic()):
                self.plain.sendall(piece)
            self._line.moved(len(piece), time.monotonic())

    def sendfile(self, file: Any, offset: int, count: int) -> None:
        """Send *count* bytes of *file*, piece by piece."""
        for start in range(offset, offset + count, PIECE):
            size = min(PIECE, offset + count - start)
            with self._line.waiting(time.monotonic()):
                self.plain.sendfile(file, start, size)
            self._line.moved(size, time.monotonic())


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """The threaded worker with an eye on every line that it serves."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.lines = SlowLines(self.cfg.threads)
        self._connections: dict[Line, Any] = {}
        self._looked_at = 0.0

    def load_wsgi(self) -> None:
        """Load the app; a websocket gets the plain socket, on which it may be silent for hours."""
        super().load_wsgi()
        inner = self._inner()

        def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            watched = environ.get("gunicorn.socket")
            if isinstance(watched, WatchedSocket):
                environ["gunicorn.socket"] = watched.plain
            return inner(environ, start_response)

        self.wsgi = serve

    def _inner(self) -> Wsgi:
        loaded: Wsgi = self.wsgi
        return loaded

    def notify(self) -> None:
        """Called on every turn of the accepting loop."""
        super().notify()
        now = time.monotonic()
        if now - self._looked_at < ROUND_S:
            return
        self._looked_at = now
        slow = self.lines.to_cut(now)
        for line in slow:
            self._cut(line)
        if slow:
            self.log.warning("slow lines cut: %s, of %s", len(slow), ", ".join(sorted({line.address for line in slow})))
        if self.nr_conns >= self.worker_connections:  # who sends nothing gives way to whoever wants in
            for conn in (*self.pending_conns, *self.keepalived_conns):
                conn.timeout = now

    def _cut(self, line: Line) -> None:
        conn = self._connections.get(line)
        if conn is None:
            return
        plain = conn.sock.plain if isinstance(conn.sock, WatchedSocket) else conn.sock
        with contextlib.suppress(OSError):  # it ended meanwhile
            socket.socket.shutdown(plain, socket.SHUT_RDWR)  # under TLS too: nothing is agreed with the other side

    def handle(self, conn: Any) -> Any:
        """Serve one request on one of the threads; the goodbye is waited for here, not in the accepting loop."""
        client = conn.client
        address = str(client[0]) if isinstance(client, tuple) and client else str(client)
        line = self.lines.begin(address, time.monotonic())
        self._connections[line] = conn
        conn.line = line
        try:
            kept = super().handle(conn)
            if kept is False:
                with line.waiting(time.monotonic()):
                    util.close_graceful(conn.sock)
            return kept
        finally:
            self._connections.pop(line, None)
            self.lines.end(line)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Serve a request whose head is read, over a socket that is watched."""
        conn.line.serve(time.monotonic())
        plain = conn.sock
        conn.sock = conn.parser.unreader.sock = WatchedSocket(plain, conn.line)
        try:
            return super().handle_request(req, conn)
        finally:
            conn.sock = conn.parser.unreader.sock = plain

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Back in the accepting loop: a connection that was closed on its thread is only counted out."""
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            self.nr_conns -= 1
            conn.close()
            return
        super().finish_request(conn, fs)
