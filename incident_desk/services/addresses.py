"""Addresses of our own pages as they stand in messages, QR codes, links and documents."""

from __future__ import annotations

from flask import current_app

from incident_desk.settings import Settings


def of(path: str, *, asked: str | None = None) -> str:
    """The full address of *path* (``/incidents/…``) under ``PUBLIC_URL``.

    Where none is set: under *asked*, the address the reader's own request came to, else under the address served. What
    is sent to somebody else names no *asked*, which a request could make up.
    """
    settings: Settings = current_app.extensions["settings"]
    base = settings.public_url or asked or f"http://{settings.host}:{settings.port}"
    return base.rstrip("/") + path
