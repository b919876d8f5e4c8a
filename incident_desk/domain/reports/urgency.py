"""How urgent a report is on its way: the word on fax and document (GB/T 9704-2012, 7.2.3; 特急、加急、平急)."""

from __future__ import annotations

from enum import StrEnum

from incident_desk.domain.law.legal_codes import ReportKind


class Urgency(StrEnum):
    """The degree that stands on the first page; 平急 is that of a telegram or fax which merely goes today."""

    EXTRA_URGENT = "extra_urgent"
    URGENT = "urgent"
    PLAIN = "plain"


URGENCY_ZH = {Urgency.EXTRA_URGENT: "特急", Urgency.URGENT: "加急", Urgency.PLAIN: "平急"}
PRESET = {
    ReportKind.INITIAL: Urgency.EXTRA_URGENT, ReportKind.FOLLOW_UP: Urgency.URGENT, ReportKind.RESULT: Urgency.PLAIN,
}  # fmt: skip
"""What a report begins with; no rule sets it, and an officer changes it."""


def urgency_zh(code: str) -> str:
    """The word for *code*; a report from before there was a choice is 特急."""
    return URGENCY_ZH[Urgency(code)] if code else URGENCY_ZH[Urgency.EXTRA_URGENT]
