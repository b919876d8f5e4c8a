"""Where the pages stand: address, port and certificate, as the command line says them over the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from incident_desk.cli import BadInput
from incident_desk.cli.apps import settings_or_exit
from incident_desk.settings import Settings

EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared with, not listened on

_OPTIONS = (
    click.option("--host", default=None, help="Address to listen on; default 127.0.0.1."),
    click.option("--port", type=click.IntRange(1, 65535), default=None),
    click.option("--cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None),
    click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None),
)


def listening(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the options ``--host --port --cert --key``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings_standing(host: str | None, port: int | None, cert: Path | None, key: Path | None) -> Settings:
    """The settings with what the command line says of the address; over TLS there is always a public one.

    Raises:
        BadInput: one of *cert* and *key* alone, or a certificate without a name that everybody reaches.
    """
    if (cert is None) != (key is None):
        raise BadInput("--cert and --key go together")
    settings = settings_or_exit()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    if cert is None or settings.public_url:
        return settings
    if settings.host in EVERYWHERE:
        raise BadInput("with --cert and an address for everybody, set PUBLIC_URL to the name in the certificate")
    return replace(settings, public_url=f"https://{settings.host}:{settings.port}")
