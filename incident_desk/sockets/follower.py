"""The one reader that broadcasts: it reads the journal on from its last number and emits to rooms."""

from __future__ import annotations

import logging
import threading

from flask import Flask

from incident_desk.extensions import db
from incident_desk.services.office_time import office_now
from incident_desk.services.screens import board
from incident_desk.sockets.screens import Round, Screens
from incident_desk.sockets.server import socketio

log = logging.getLogger(__name__)


class Follower:
    """Follows the journal for all screens of this process, once a first screen has come."""

    def __init__(self, app: Flask, screens: Screens) -> None:
        self.app = app
        self.round = Round(app, screens)
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to follow, once; it reads on from the newest entry, for every screen is replayed what came before."""
        with self._lock:
            if self._threads and all(thread.is_alive() for thread in self._threads):
                return
            self.stop.clear()
            with self.app.app_context():
                after = board.head_seq()
                db.session.remove()
            self._threads = [
                threading.Thread(target=self._run, args=(after,), name="journal-follower", daemon=True),
                threading.Thread(target=self.round.run, args=(self.stop,), name="screen-round", daemon=True),
            ]
            for thread in self._threads:
                thread.start()

    def end(self) -> None:
        """Stop following and wait for the threads."""
        self.stop.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads = []

    def _run(self, after: int) -> None:
        while not self.stop.is_set():
            try:
                with self.app.app_context():
                    for batch in board.follow(self.stop, after):
                        announce(batch)
                        after = batch.last_seq
            except Exception:
                log.exception("journal follower failed; it goes on from its last number")
                self.stop.wait(1.0)


def announce(batch: board.Batch) -> None:
    """Emit the entries of *batch* to their rooms, and the clocks that they tell of as they stand now."""
    for room, entries in batch.by_room():
        socketio.emit("journal:entries", entries, to=room)
    clocks_of = batch.rooms_of_clocks()
    if not clocks_of:
        return
    states = board.clock_states(clocks_of, office_now())
    for case_no, rooms in clocks_of.items():
        for room in rooms:
            socketio.emit("clock:state", states[case_no], to=clock_room(room))


def clock_room(room: str) -> str:
    """The room beside *room* of those who may read clocks."""
    return f"clocks:{room}"
