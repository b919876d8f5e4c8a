"""All duties of the worker, by name."""

from __future__ import annotations

from incident_desk.worker import delivery, ticks, tracing
from incident_desk.worker.loop import NamedDuty


def all_duties() -> tuple[NamedDuty, ...]:
    """What a worker does, in the order of the night."""
    return (ticks.CLOCKS, delivery.MESSAGES, delivery.RECEIPTS, tracing.TRACES)
