"""The web's edge: parse, call one service, answer."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

BLUEPRINTS = (
    "callouts.answers",
    "archive",
    "auth",
    "board",
    "closing.closing",
    "callouts.callout",
    "calls.call_sheet",
    "command.headquarters",
    "command.instructions",
    "command.minutes",
    "command.papers",
    "command.response",
    "command.scene",
    "desk_frame",
    "duty.pages",
    "duty.wake_up_links",
    "field.evidence",
    "callouts.experts",
    "field.field_page",
    "health",
    "law.findings",
    "law.office_settings",
    "law.periodic",
    "law.reminders",
    "law.rules",
    "cases.incidents",
    "neighbours.agreements",
    "neighbours.notices",
    "neighbours.progress",
    "neighbours.received",
    "water.maps",
    "calls.phone_calls",
    "disclosure.chain",
    "disclosure.conferences",
    "disclosure.drafts",
    "disclosure.figures",
    "disclosure.opinions",
    "disclosure.public",
    "disclosure.releases",
    "reports.reporting",
    "rounds.asked",
    "rounds.round_link",
    "rounds.rounds",
    "reports.report_sheets",
    "reports.report_steps",
    "reports.report_trail",
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
    "instructions",
    "journal",
    "neighbour_notices",
    "offices",
    "release_drafts",
    "releases",
    "reports",
    "rivers",
    "rounds",
    "roster",
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
