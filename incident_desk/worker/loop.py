"""The worker's loop: one tick a second; a failing duty is logged and the others go on.

Several copies may run: every duty claims its rows in a transaction, so none is done twice.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask

from incident_desk.extensions import db
from incident_desk.services import heartbeats
from incident_desk.services.office_time import office_now

log = logging.getLogger(__name__)
TICK_S = 1.0
BEAT_S = 3.0

Duty = Callable[[datetime], int]
"""Does what is due at an instant and says how many rows it handled."""


@dataclass(frozen=True, slots=True)
class NamedDuty:
    """A duty with the name under which its failures are logged."""

    name: str
    run: Duty


def run_worker(app: Flask, duties: Sequence[NamedDuty], stop: threading.Event) -> None:
    """Run each duty in a thread of its own until *stop*: a slow vendor never delays a clock."""
    log.info("the worker is at work", extra={"process_id": os.getpid()})
    ticked = Ticked()
    threads = [
        threading.Thread(target=_repeat, args=(app, duty, stop, ticked), name=f"duty-{duty.name}", daemon=True)
        for duty in duties
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        _write_beats(app, ticked)
        for thread in threads:
            if not thread.is_alive():
                log.error("a duty's thread ended", extra={"duty": thread.name})
                return
    for thread in threads:
        thread.join(timeout=15)


class Ticked:
    """Which duties have completed a tick since the last look; a duty that fails or hangs is not among them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._given = float("-inf")

    def add(self, name: str) -> None:
        """A tick of *name* was completed."""
        with self._lock:
            self._names.add(name)

    def due(self) -> set[str]:
        """What has ticked, at most once in ``BEAT_S``; empty in between."""
        with self._lock:
            if time.monotonic() - self._given < BEAT_S or not self._names:
                return set()
            names, self._names, self._given = self._names, set(), time.monotonic()
            return names


def _write_beats(app: Flask, ticked: Ticked) -> None:
    names = ticked.due()
    if not names:
        return
    try:
        with app.app_context():
            try:
                heartbeats.beat(names, now=datetime.now(UTC))
            finally:
                db.session.remove()
    except Exception:
        log.exception("the worker's signs of life were not written")


def _repeat(app: Flask, duty: NamedDuty, stop: threading.Event, ticked: Ticked) -> None:
    while not stop.is_set():
        began = time.monotonic()
        handled = run_once(app, duty)
        if handled is not None:
            ticked.add(duty.name)
        pause = 0.0 if handled else TICK_S - (time.monotonic() - began)
        stop.wait(max(0.01, pause))


def run_once(app: Flask, duty: NamedDuty) -> int | None:
    """One tick of one duty: how many rows it handled; None for a failure, which is logged."""
    try:
        with app.app_context():
            try:
                return duty.run(office_now())
            finally:
                db.session.remove()
    except Exception:
        log.exception("duty failed", extra={"duty": duty.name})
        return None
