"""Which lines to cut: a request that comes in, or an answer that goes out, so slowly that others have to wait.

A connection holds a thread of the web process from its first byte to the last byte of the answer. Whoever sends a byte
a minute on many connections would hold all of them, so that nobody else is served. A slow line is no fault: a phone at
the river may need minutes for a photograph. It is cut when nothing moves on it any more, and sooner only where threads
run short; then the address with the most slow lines loses first.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HEAD_S = 20.0
"""Time for handshake and head of a request: about a kilobyte, and one bar of signal is enough."""

STALL_S = 60.0
"""A line on which nothing moved for so long is dead."""

PATIENCE_S = 2.0
"""A line younger than this is not slow, however few threads are free."""

RESERVE = 16
"""Threads kept free for whoever comes next."""


@dataclass(slots=True, eq=False)
class Line:
    """One request being received, served or answered. Instants are seconds of one monotonic clock."""

    address: str
    began_at: float
    moved_at: float
    in_head: bool = True
    waits: bool = True
    """Whether its thread waits for the other side now, not for us."""
    moved_bytes: int = 0

    def serve(self, now: float) -> None:
        """The head is read: from now on we work, until the body or the answer is waited for."""
        self.in_head = self.waits = False
        self.moved_at = now

    @contextmanager
    def waiting(self, now: float) -> Iterator[None]:
        """Mark that the other side is waited for inside the block."""
        self.waits, self.moved_at = True, now
        try:
            yield
        finally:
            self.waits = False

    def moved(self, count: int, now: float) -> None:
        """So many bytes came or went."""
        self.moved_bytes += count
        self.moved_at = now

    def is_dead(self, now: float) -> bool:
        """Whether its head is overdue, or nothing has moved for long."""
        limit_passed = now - self.began_at > HEAD_S if self.in_head else now - self.moved_at > STALL_S
        return self.waits and limit_passed

    def speed(self, now: float) -> float:
        """Bytes per second since it began."""
        return self.moved_bytes / max(now - self.began_at, 1.0)


@dataclass(slots=True)
class SlowLines:
    """The lines of one process that serves with *threads* threads. Safe to use from several threads."""

    threads: int
    _lines: set[Line] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, address: str, now: float) -> Line:
        """A thread takes up a connection of *address*."""
        line = Line(address, now, now)
        with self._lock:
            self._lines.add(line)
        return line

    def end(self, line: Line) -> None:
        """The thread is free again."""
        with self._lock:
            self._lines.discard(line)

    def to_cut(self, now: float) -> list[Line]:
        """The lines to cut now: the dead ones, and of the slow ones as many as it takes to keep the reserve free."""
        with self._lock:
            lines = list(self._lines)
        dead = [line for line in lines if line.is_dead(now)]
        missing = RESERVE - (self.threads - len(lines)) - len(dead)
        if missing <= 0:
            return dead
        slow = [line for line in lines if line.waits and now - line.began_at > PATIENCE_S and line not in dead]
        return dead + _first_to_go(slow, missing, now)


def _first_to_go(slow: list[Line], count: int, now: float) -> list[Line]:
    """*count* of the slow lines: each time one of the address that holds the most, of these the slowest."""
    held = Counter(line.address for line in slow)
    by_address: dict[str, list[Line]] = {address: [] for address in held}
    for line in sorted(slow, key=lambda line: line.speed(now), reverse=True):
        by_address[line.address].append(line)
    chosen: list[Line] = []
    while held and len(chosen) < count:
        address, left = held.most_common(1)[0]
        chosen.append(by_address[address].pop())
        held[address] = left - 1
        if left == 1:
            del held[address]
    return chosen
