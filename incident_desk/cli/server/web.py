"""``incident-desk web``: the pages and the live screens, in a process of their own."""

from __future__ import annotations

from pathlib import Path

import click

from incident_desk.cli.server.web_address import listening, settings_standing
from incident_desk.cli.server.web_server import serve_web
from incident_desk.logs import init_logs


@click.command()
@listening
def web(host: str | None, port: int | None, cert: Path | None, key: Path | None) -> None:
    """Serve the pages and the live screens."""
    settings = settings_standing(host, port, cert, key)
    init_logs()
    serve_web(settings, host=settings.host, port=settings.port, cert=cert, key=key)
