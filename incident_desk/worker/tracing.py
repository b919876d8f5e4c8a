"""The duty that traces what no page traced: cases opened by a program, pages that were cut off."""

from __future__ import annotations

from incident_desk.services.water import tracing
from incident_desk.worker.loop import NamedDuty

TRACES = NamedDuty("traces", tracing.run_due)
