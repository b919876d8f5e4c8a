"""``incident-desk serve``: everything with one command.

``serve`` keeps the parts running as processes of their own: a part that dies is started again.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import click

from incident_desk.cli.apps import desk
from incident_desk.cli.demo import log_in_lines
from incident_desk.cli.server.web_address import listening, settings_standing
from incident_desk.services import exercise, installation
from incident_desk.settings import Settings

log = logging.getLogger(__name__)
RESTART_PAUSE_S = 1.0
STOP_TIMEOUT_S = 10.0


@click.command()
@listening
def serve(host: str | None, port: int | None, cert: Path | None, key: Path | None) -> None:
    """Run everything: pages, worker, and in an exercise the wall of phones."""
    settings = settings_standing(host, port, cert, key)
    os.environ.update(_told(settings))  # every part makes the same links
    with desk():
        is_exercise = installation.is_exercise_only()
        samples = exercise.log_ins()
    arguments = ["web"]
    if cert is not None and key is not None:
        arguments += ["--cert", str(cert), "--key", str(key)]
    parts = [Part("web", arguments), Part("worker", ["worker"])]
    if is_exercise:
        parts.append(Part("phones", ["phones", "--port", str(urlsplit(settings.phones_url).port or 8090)]))
    click.echo(f"Incident Desk: {settings.public_url or f'http://{settings.host}:{settings.port}'}")
    if is_exercise:
        click.echo(f"演练 wall of phones: {settings.phones_url}")
        click.echo("\n".join(log_in_lines(*samples)))
    keep_running(parts)


def _told(settings: Settings) -> dict[str, str]:
    """The address as the parts of the desk read it from their environment."""
    told = {"INCIDENT_DESK_HOST": settings.host, "INCIDENT_DESK_PORT": str(settings.port)}
    return told | ({"PUBLIC_URL": settings.public_url} if settings.public_url else {})


@dataclass(slots=True)
class Part:
    """One process of the desk."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        """Start it, in this environment."""
        command = [sys.executable, "-c", "from incident_desk.cli import main; main()", *self.arguments]
        self.process = subprocess.Popen(command, env=os.environ.copy())  # noqa: S603 - our own command
        self.started = time.monotonic()


def keep_running(parts: list[Part]) -> None:
    """Start the parts and start again whichever dies, until a signal ends all."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for part in parts:
        part.start()
    while not stop.wait(0.2):
        for part in parts:
            if part.process is not None and part.process.poll() is not None:
                log.error("a part ended and is started again", extra={"part": part.name})
                stop.wait(max(0.0, RESTART_PAUSE_S - (time.monotonic() - part.started)))
                if not stop.is_set():
                    part.start()
    _end_all(parts)


def _end_all(parts: list[Part]) -> None:
    for part in parts:
        if part.process is not None:
            part.process.terminate()
    deadline = time.monotonic() + STOP_TIMEOUT_S
    for part in parts:
        if part.process is None:
            continue
        try:
            part.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()
