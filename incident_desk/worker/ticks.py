"""The duty that watches the clocks."""

from __future__ import annotations

from incident_desk.services.law import clocks
from incident_desk.worker.loop import NamedDuty

CLOCKS = NamedDuty("clocks", clocks.tick)
