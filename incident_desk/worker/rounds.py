"""The duty that notices which desks stayed silent after a round."""

from __future__ import annotations

from incident_desk.services.rounds import silence
from incident_desk.worker.loop import NamedDuty

SILENCES = NamedDuty("silences", silence.flag)
