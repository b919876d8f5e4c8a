"""All duties of the worker, by name."""

from __future__ import annotations

from incident_desk.worker import delivery, duty_watch, reminders, reports, rounds, ticks, tracing
from incident_desk.worker.loop import NamedDuty


def all_duties() -> tuple[NamedDuty, ...]:
    """What a worker does, in the order of the night."""
    return (
        ticks.SYSTEM_CLOCK,
        ticks.CLOCKS,
        reminders.REMINDERS,
        reminders.FINDINGS,
        reminders.PERIODIC,
        duty_watch.ROSTER,
        duty_watch.WAKE_UPS,
        delivery.MESSAGES,
        delivery.RECEIPTS,
        reports.CHASES,
        rounds.SILENCES,
        tracing.TRACES,
    )
