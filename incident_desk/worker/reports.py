"""The duty that asks for receipts of reports."""

from __future__ import annotations

from incident_desk.services.reports import report_receipts
from incident_desk.worker.loop import NamedDuty

CHASES = NamedDuty("report-receipts", report_receipts.tick)
