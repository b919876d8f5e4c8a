"""The office's clock: real time, or for an exercise real time moved and stretched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class OfficeClock:
    """Office time = anchor + offset + (real - anchor) x speed; ``speed`` is dimensionless, > 0.

    Anything but the identity may be set only while every case is an exercise.
    """

    anchor: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    offset: timedelta = timedelta(0)
    speed: float = 1.0

    def at(self, real: datetime) -> datetime:
        """Office time at the *real* instant (aware)."""
        return self.anchor + self.offset + (real - self.anchor) * self.speed

    @property
    def is_real(self) -> bool:
        """True when office time is real time."""
        return self.offset == timedelta(0) and self.speed == 1.0
