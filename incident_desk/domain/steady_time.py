"""Real time that a step of the system clock neither hurries nor holds back.

A machine has two ways to tell time: the system clock, which anybody may set, and a counter that runs from its start
and cannot be set. Once per start the two are tied together (an *anchor*); from then on time is reckoned by the
counter. Small differences are the clock's own correction and are followed; a larger one is a *step*: time goes on as
it did, the step is told on every screen, and a person who has looked at another clock accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FOLLOWED = timedelta(seconds=2)
"""Up to here the system clock is believed: correction by the network is slower than this in a minute."""
ANCHOR_AGAIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The counter (seconds since the machine started) and the time (aware) that it stood for."""

    counter_s: float
    at: datetime

    def reckon(self, counter_s: float) -> datetime:
        """The time when the counter stands at *counter_s*."""
        return self.at + timedelta(seconds=counter_s - self.counter_s)

    def step(self, counter_s: float, system: datetime) -> timedelta:
        """How far the *system* clock has been stepped; zero where it only drifts."""
        gap = system - self.reckon(counter_s)
        return gap if abs(gap) > FOLLOWED else timedelta(0)

    def now(self, counter_s: float, system: datetime) -> datetime:
        """The time: the system clock's where it can be believed, else by the counter."""
        return self.reckon(counter_s) if self.step(counter_s, system) else system

    def is_due(self, counter_s: float, system: datetime) -> bool:
        """Whether the anchor should be set anew, so that a slow drift never adds up to a step."""
        return not self.step(counter_s, system) and counter_s - self.counter_s > ANCHOR_AGAIN.total_seconds()
