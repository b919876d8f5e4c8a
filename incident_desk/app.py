"""The app factory: settings in, a Flask app out, with every floor bound to it."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from incident_desk.extensions import MEGABYTE, pageless_app
from incident_desk.paths import translations_dir
from incident_desk.routes import register_routes
from incident_desk.routes.auth import load_person
from incident_desk.routes.bodies import init_bodies
from incident_desk.routes.context import init_context, select_locale
from incident_desk.routes.errors import init_errors
from incident_desk.routes.extensions import babel, csrf, login_manager
from incident_desk.routes.guard import init_guard
from incident_desk.routes.headers import init_headers
from incident_desk.routes.idempotency import init_idempotency
from incident_desk.settings import Settings, load_settings
from incident_desk.sockets.desk import init_sockets
from incident_desk.sockets.server import socketio


def create_app(settings: Settings | None = None) -> Flask:
    """Build the desk for *settings* (default: from the environment)."""
    settings = settings or load_settings()
    app = pageless_app(settings)
    app.config.update(_flask_config(settings))
    init_bodies(app)
    _bind_extensions(app)
    init_headers(app)
    init_guard(app)
    init_idempotency(app)
    init_errors(app)
    init_context(app)
    register_routes(app)
    init_sockets(app)
    if settings.trusted_proxies:
        app.wsgi_app = TrustNamedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign,assignment]
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "REMEMBER_COOKIE_DURATION": timedelta(0),
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "MAX_CONTENT_LENGTH": 4 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 4 * MEGABYTE,
        "SCREENS": settings.screens,
        "BABEL_DEFAULT_LOCALE": "zh_Hans",
        "BABEL_TRANSLATION_DIRECTORIES": str(translations_dir()),
        "API_TITLE": "Incident Desk",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.0.3",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "TRUSTED_HOSTS": _hosts(settings),
    }


def _hosts(settings: Settings) -> list[str] | None:
    """Host names that may be asked for; None (any) while no public address is set."""
    name = urlsplit(settings.public_url).hostname
    return None if name is None else [name, "localhost", "127.0.0.1", "[::1]"]


def _bind_extensions(app: Flask) -> None:
    babel.init_app(app, locale_selector=select_locale)
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.user_loader(load_person)
    login_manager.session_protection = "basic"
    socketio.init_app(
        app,
        async_mode="threading",
        transports=["websocket"],
        ping_interval=2,
        ping_timeout=3,
        max_http_buffer_size=100_000,
        cors_allowed_origins=_origins(app.extensions["settings"]),
        manage_session=False,
    )


def _origins(settings: Settings) -> list[str] | None:
    """Origins a socket may come from: the public address, else the address that was asked."""
    return [settings.public_url] if settings.public_url else None


class TrustNamedProxies:
    """Believe forwarded headers from named networks only."""

    def __init__(self, wsgi_app: object, networks: tuple[str, ...]) -> None:
        self.plain = wsgi_app
        self.behind_proxy = ProxyFix(wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[arg-type]
        self.networks = tuple(ip_network(name) for name in networks)

    def __call__(self, environ: dict[str, object], start_response: object) -> object:
        """Serve a request, seen as the proxy tells it if the proxy is one of ours."""
        try:
            address = ip_address(str(environ.get("REMOTE_ADDR", "")))
            is_ours = any(address in network for network in self.networks)
        except ValueError:
            is_ours = False
        chosen = self.behind_proxy if is_ours else self.plain
        return chosen(environ, start_response)  # type: ignore[operator]
