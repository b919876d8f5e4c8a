"""The worker's loop: one tick a second; a failing duty is logged and the others go on.

Several copies may run: every duty claims its rows in a transaction, so none is done twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from incident_desk.extensions import db
from incident_desk.services.office_time import office_now

log = logging.getLogger(__name__)
TICK_S = 1.0

Duty = Callable[[datetime], int]
"""Does what is due at an instant and says how many rows it handled."""


@dataclass(frozen=True, slots=True)
class NamedDuty:
    """A duty with the name under which its failures are logged."""

    name: str
    run: Duty


def run_worker(app: Flask, duties: Sequence[NamedDuty], stop: threading.Event) -> None:
    """Run each duty in a thread of its own until *stop*: a slow vendor never delays a clock."""
    threads = [
        threading.Thread(target=_repeat, args=(app, duty, stop), name=f"duty-{duty.name}", daemon=True)
        for duty in duties
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        for thread in threads:
            if not thread.is_alive():
                log.error("a duty's thread ended", extra={"duty": thread.name})
                return
    for thread in threads:
        thread.join(timeout=15)


def _repeat(app: Flask, duty: NamedDuty, stop: threading.Event) -> None:
    while not stop.is_set():
        began = time.monotonic()
        handled = run_once(app, duty)
        pause = 0.0 if handled else TICK_S - (time.monotonic() - began)
        stop.wait(max(0.01, pause))


def run_once(app: Flask, duty: NamedDuty) -> int:
    """One tick of one duty; a failure is logged and counts as nothing done."""
    try:
        with app.app_context():
            try:
                return duty.run(office_now())
            finally:
                db.session.remove()
    except Exception:
        log.exception("duty failed", extra={"duty": duty.name})
        return 0
