"""A browser that somebody has signed in with before says so by a cookie, which opens nothing.

Tries to sign in from it are counted apart, so that nobody who merely knows a log-in can hold its owner up.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from incident_desk.routes.headers import has_secure_cookies
from incident_desk.services.people import login_digest

COOKIE = "known_browser"
YEAR_S = 31_536_000
MOST_LOGINS = 20
"""Officers who share one desk; the one who signed in longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A name of its own, and digests of the log-ins that were right here, newest first."""

    name: str
    logins: tuple[str, ...]


def browser_known_for(login: str) -> str:
    """The name of this browser where *login* has signed in with it before, else nothing."""
    browser = _browser()
    return browser.name if browser is not None and _short(login) in browser.logins else ""


def remember_browser(response: Response, login: str) -> None:
    """Let *response* mark the browser as known for *login*."""
    browser = _browser() or KnownBrowser(secrets.token_urlsafe(12), ())
    logins = (_short(login), *(one for one in browser.logins if one != _short(login)))[:MOST_LOGINS]
    value = _signer().dumps([browser.name, *logins])
    response.set_cookie(
        COOKIE, value, max_age=YEAR_S, httponly=True, samesite="Lax", secure=has_secure_cookies(), path="/sign-in"
    )


def _browser() -> KnownBrowser | None:
    try:
        name, *logins = _signer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return KnownBrowser(str(name), tuple(map(str, logins)))


def _short(login: str) -> str:
    return login_digest(login)[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="known browser")
