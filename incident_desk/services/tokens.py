"""Tokens that prove their holder: a program's, a wall screen's, and those in the links sent to phones."""

from __future__ import annotations

import hashlib

WALL_COOKIE = "wall_token"
"""Name of the cookie in which a wall screen's browser keeps its token."""


def token_digest(token: str) -> str:
    """What is stored of a token, and all that is."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer_token(authorization: str) -> str | None:
    """The token of an ``Authorization`` header; None where the header offers none, empty where it offers nothing."""
    scheme, blank, token = authorization.partition(" ")
    return token.strip() if blank and scheme.lower() == "bearer" else None
