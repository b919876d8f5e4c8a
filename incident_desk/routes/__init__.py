"""The web's edge: parse, call one service, answer."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

BLUEPRINTS = (
    "callouts.answers",
    "archive",
    "auth",
    "board",
    "callouts.callout",
    "calls.call_sheet",
    "desk_frame",
    "field.evidence",
    "callouts.experts",
    "field.field_page",
    "health",
    "law.rules",
    "cases.incidents",
    "water.maps",
    "calls.phone_calls",
    "disclosure.public",
    "disclosure.releases",
    "reports.reporting",
    "webhooks",
)
"""Modules of this package with a ``bp``; one subject each."""

API_BLUEPRINTS = (
    "archive",
    "callouts",
    "calls",
    "clocks",
    "experts",
    "facilities",
    "facts",
    "grade",
    "incidents",
    "journal",
    "offices",
    "releases",
    "reports",
    "rivers",
    "tasks",
    "trace",
)
"""Modules of ``routes.api`` with a ``bp`` made by ``api.frame``, under ``/api/v1``."""


def register_routes(app: Flask) -> None:
    """Bind every subject's blueprint."""
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"{__name__}.{name}").bp)
    register_api(app)


def register_api(app: Flask) -> None:
    """Bind the programs' side: every subject's resources, and the document that describes them."""
    frame = import_module(f"{__name__}.api.frame")
    frame.bind(app, [import_module(f"{__name__}.api.{name}").bp for name in API_BLUEPRINTS])
