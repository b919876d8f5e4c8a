"""The duties that look through the rosters ahead and climb the wake-up ladder."""

from __future__ import annotations

from incident_desk.services.duty import roster_watch, wake_ups
from incident_desk.worker.loop import NamedDuty

ROSTER = NamedDuty("roster", roster_watch.tick)
WAKE_UPS = NamedDuty("wake_ups", wake_ups.tick)
