"""A wall of phones on loopback that stands in for the message vendor: it speaks Twilio's Messages API.

It accepts messages, reports what became of them by signed callbacks, shows every phone on one page and lets a person
answer. It can be told to fall silent, lose its answers, fail or be slow. Needs no database, secret or set-up.
"""

from __future__ import annotations

import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from incident_desk.notify.wall_book import WallBook, WallMode
from incident_desk.notify.wall_courier import Courier, check_callback
from incident_desk.notify.wall_exchange import Exchange
from incident_desk.notify.wall_http import WallHandler

BACKLOG = 1024


class PhoneWall:
    """The wall with its server. ``start`` serves from a thread of its own; ``serve`` from the calling one."""

    def __init__(
        self,
        port: int = 0,
        *,
        backlog: int = BACKLOG,
        inbound_url: str = "",
        auth_token: str | None = None,
        ca: Path | None = None,
    ) -> None:
        """Bind 127.0.0.1; raises ``OSError`` when the port is taken, ``NotThisMachineError`` for a foreign inbound URL.

        Args:
            port: 0 for any free one.
            backlog: connections the kernel holds for us.
            inbound_url: where answers go; empty: beside the receipts of the message that is answered.
            auth_token: the only token accepted; ``None`` accepts any and signs with the one that came.
            ca: certificate authority of a desk that serves https.
        """
        if inbound_url:
            check_callback(inbound_url)
        server = type("Server", (_Server,), {"request_queue_size": backlog})
        self._server: ThreadingHTTPServer = server(("127.0.0.1", port), WallHandler)
        self.courier = Courier(ca)
        self.exchange = Exchange(self.courier, inbound_url)
        self._server.RequestHandlerClass = type(
            "Handler", (WallHandler,), {"exchange": self.exchange, "auth_token": auth_token}
        )
        self._thread: threading.Thread | None = None

    @property
    def book(self) -> WallBook:
        """Messages, phones and how the wall behaves."""
        return self.exchange.book

    @property
    def url(self) -> str:
        """The address of the page and of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> PhoneWall:
        """Serve from a thread until :meth:`close`."""
        self._thread = threading.Thread(target=self.serve, name="phone-wall", daemon=True)
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve until :meth:`close` or an interrupt."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Stop serving and drop what is due."""
        self.book.behave(WallMode.NORMAL)
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self.courier.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
