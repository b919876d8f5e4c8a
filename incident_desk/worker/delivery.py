"""The duties that send messages and ask what became of them; the only place here that reads the real clock."""

from __future__ import annotations

from datetime import datetime

from incident_desk.services import steady_time
from incident_desk.services.messages import delivery, receipts
from incident_desk.worker.loop import NamedDuty


def send(now: datetime) -> int:
    """Send what is due at office time *now*; leases run in real time."""
    return delivery.tick(now, wall=steady_time.now())


MESSAGES = NamedDuty("messages", send)
RECEIPTS = NamedDuty("receipts", receipts.ask_vendors)
