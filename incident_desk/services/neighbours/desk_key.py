"""The key with which this desk signs files for other desks: made once in the home folder, never shown."""

from __future__ import annotations

import base64
import os

from flask import current_app

from incident_desk.records.notice_packet import fingerprint, new_key, public_of
from incident_desk.settings import Settings


def private_key() -> bytes:
    """The private key, 32 bytes; the first call makes it."""
    settings: Settings = current_app.extensions["settings"]
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / "desk.key"
    made = settings.home / f"desk.key.{os.getpid()}"
    if not path.exists():
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(base64.b64encode(new_key()))
        try:
            os.link(made, path)  # whole at once: of two makers one wins, and both read the winner's
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return base64.b64decode(path.read_bytes(), validate=True)


def own_fingerprint() -> str:
    """What another desk compares by telephone."""
    return fingerprint(public_of(private_key()))
