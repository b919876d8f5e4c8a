"""The web process: gunicorn, one worker with threads, sized by the number of screens."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from incident_desk.app import create_app
from incident_desk.cli import loading
from incident_desk.cli.server.web_worker import PatientWorker
from incident_desk.settings import Settings

SPARE_THREADS = 64
"""Threads beyond the screens: without them all HTTP hangs when every screen is connected."""

GRACE_S = 3


class WebServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our options and our app."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.desk = app
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app."""
        return self.desk


def serve_web(settings: Settings, *, host: str, port: int, cert: Path | None, key: Path | None) -> None:
    """Serve until a signal ends it."""
    options: dict[str, Any] = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": 1,
        "worker_class": PatientWorker,
        "threads": settings.screens + SPARE_THREADS,
        "worker_connections": settings.screens + 4 * SPARE_THREADS,
        "graceful_timeout": GRACE_S,
        "timeout": 120,
        "keepalive": 15,
        "preload_app": False,
        "accesslog": None,
        "loglevel": "warning",
        "proc_name": "incident-desk",
    }
    if cert is not None and key is not None:
        options["certfile"], options["keyfile"] = str(cert), str(key)
    with loading():
        app = create_app(settings)
        gc.freeze()  # what stands by now stays: no later search goes through it
    WebServer(app, options).run()
