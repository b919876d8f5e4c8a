"""The duties that watch the legal clocks, and the machine's own."""

from __future__ import annotations

from incident_desk.services import steady_time
from incident_desk.services.law import clocks
from incident_desk.worker.loop import NamedDuty

CLOCKS = NamedDuty("clocks", clocks.tick)
SYSTEM_CLOCK = NamedDuty("system_clock", steady_time.watch)
