"""The beginning of an investigation: who investigates, and that the evidence is preserved."""

from __future__ import annotations

from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError

LIMITS = {"name": 100, "unit": 100, "text": 1_000}
"""Longest texts, in characters."""


class InvestigationStep(StrEnum):
    """The two acts that make it organised."""

    INVESTIGATOR_NAMED = "investigator_named"
    EVIDENCE_PRESERVED = "evidence_preserved"


class PreservedHow(DomainError):
    """Evidence preserved, and nobody knows what or how."""

    code = "preserved_how"
    message_id = N_("Write what was preserved and how: samples sealed, photographs taken, records copied.")


class InvestigatorMissing(DomainError):
    """An investigation of nobody."""

    code = "investigator_missing"
    message_id = N_("Write who investigates.")
