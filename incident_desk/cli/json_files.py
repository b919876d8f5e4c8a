"""Reads the one JSON document a command is given, from a file or from standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from incident_desk.cli import BadInput

MOST_BYTES = 20_000_000


def read_json_object(name: str) -> dict[str, Any]:
    """The JSON object in the file *name*, or on standard input for ``-``; UTF-8 with or without a byte-order mark.

    Raises:
        BadInput: unreadable, too large, another encoding, no JSON, a key that stands twice, or no object.
    """
    raw = _bytes(name)
    if len(raw) > MOST_BYTES:
        raise BadInput(f"the facts are larger than {MOST_BYTES // 1_000_000} MB")
    try:
        document = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise BadInput("the facts are not UTF-8 text; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the facts are not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise BadInput('the facts must be one JSON object, written {"key": value, ...}')
    return document


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{name} cannot be read: {reason}") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key} stands twice")
        found[key] = value
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")
