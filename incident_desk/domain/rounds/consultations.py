"""Consultations (会商研判): when, who took part, what was concluded and decided, when the next round is."""

from __future__ import annotations

from incident_desk.domain.errors import N_, DomainError

LIMITS = {"place": 100, "chair": 60, "present": 2_000, "conclusions": 8_000, "decisions": 8_000}
"""Longest texts, in characters."""


class NobodyPresent(DomainError):
    """A consultation of nobody."""

    code = "nobody_present"
    message_id = N_("Write who took part.")


class NothingConcluded(DomainError):
    """A consultation without a word of outcome."""

    code = "nothing_concluded"
    message_id = N_("Write what was concluded or decided.")
