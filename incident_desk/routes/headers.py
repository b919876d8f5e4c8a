"""Security headers: a strict content policy with a nonce, and the rest that every answer carries."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; style-src-attr {attributes}; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; worker-src 'self'"
)


def csp_nonce() -> str:
    """The nonce of this request's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def allow_style_attributes() -> None:
    """Let this one answer carry style attributes: map pages only, where the map library writes them."""
    g.style_attributes = True


def has_secure_cookies() -> bool:
    """Whether cookies of this answer travel over TLS only, as the session's do: also behind a proxy that ends TLS."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"]) or request.is_secure


def init_headers(app: Flask) -> None:
    """Put the headers on every answer."""

    @app.after_request
    def dress(response: Response) -> Response:
        attributes = "'unsafe-inline'" if g.get("style_attributes") else "'none'"
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce(), attributes=attributes))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        headers.setdefault("X-Frame-Options", "DENY")
        if app.config["SESSION_COOKIE_SECURE"]:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not request.path.startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        return response
