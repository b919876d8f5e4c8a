"""Does the worker still do its duties? Told to every screen with the time, so that a standstill shows within 15 s."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

SILENT_S = 8.0
"""A duty ticks each second and its count is written every three; a screen asks every three."""
LOOK_EVERY_S = 1.0


class WorkerWatch:
    """Compares the duties' counts as time goes by on this machine's own counter; no clock of another one is believed.

    *read* gives the counts as they stand; *duties* are those that are watched, also when they never began.
    """

    def __init__(
        self,
        read: Callable[[], Mapping[str, int]],
        duties: Sequence[str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.read = read
        self.monotonic = monotonic
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._changed = dict.fromkeys(duties, monotonic())
        self._counts: dict[str, int | None] = dict.fromkeys(duties)

    def stalled(self) -> list[str]:
        """The duties that have not ticked for ``SILENT_S``; looks at most once in ``LOOK_EVERY_S``."""
        with self._lock:
            now = self.monotonic()
            if now - self._looked >= LOOK_EVERY_S:
                self._look(now)
            return [duty for duty, changed in self._changed.items() if now - changed > SILENT_S]

    def _look(self, now: float) -> None:
        counts = self.read()
        if now - self._looked > SILENT_S:  # nobody asked for long: what happened meanwhile is not known yet
            self._changed = {duty: max(changed, now - SILENT_S / 2) for duty, changed in self._changed.items()}
        self._looked = now
        for duty, before in self._counts.items():
            count = counts.get(duty)
            if count != before:
                self._counts[duty] = count
                if count is not None:
                    self._changed[duty] = now
