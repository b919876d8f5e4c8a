"""Duties that keep a clock from being forgotten: the ladder climbs, a word by telephone falls if nobody confirms it."""

from __future__ import annotations

from incident_desk.services.law import findings, periodic, reminders
from incident_desk.worker.loop import NamedDuty

REMINDERS = NamedDuty("reminders", reminders.climb)
FINDINGS = NamedDuty("findings", findings.lapse)
PERIODIC = NamedDuty("periodic", periodic.lay_out)
