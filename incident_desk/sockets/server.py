"""The server of the live screens, made once and bound to an app in the factory; the one importer of Flask-SocketIO."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _left_out(*packages: str) -> Iterator[None]:
    """What is imported meanwhile does not find *packages*; one that is loaded already stays."""
    absent = [name for name in packages if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own sign for a module that is not to be found
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with _left_out(
    "aiohttp", "requests"
):  # used, where they are found, by its clients; we make none, and save half a second
    from flask_socketio import ConnectionRefusedError as ScreenRefused
    from flask_socketio import SocketIO, emit, join_room

__all__ = ["ScreenRefused", "emit", "join_room", "socketio"]

socketio = SocketIO()
