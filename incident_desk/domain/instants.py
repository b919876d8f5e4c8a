"""Instants as stored documents hold them."""

from __future__ import annotations

from datetime import datetime


def read_instant(text: object) -> datetime | None:
    """The instant that an ISO 8601 *text* of a stored document says; None where it says None.

    Raises:
        ValueError: it is no ISO 8601 text.
    """
    return None if text is None else datetime.fromisoformat(str(text))
