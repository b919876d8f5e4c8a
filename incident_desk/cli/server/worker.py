"""``incident-desk worker``: who looks when something is due, in a process of its own."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click

from incident_desk.cli.apps import desk
from incident_desk.logs import init_logs
from incident_desk.worker.duties import all_duties
from incident_desk.worker.loop import run_worker


@click.command()
def worker() -> None:
    """Watch the clocks, send the messages."""
    init_logs()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with desk() as app:
        run_worker(app, all_duties(), stop)
