"""What can be wrong with a network file, a receptor file or a spill point, in words a person can act on."""

from __future__ import annotations

from incident_desk.domain.errors import N_, DomainError


class NetworkUnreadable(DomainError):
    """The file is missing, no line file, or lacks the two columns that make it a network."""

    code = "network_unreadable"
    message_id = N_("The river network %(path)s cannot be read: %(why)s")


class NetworkHasCycle(DomainError):
    """Water would run in a circle; no downstream answer can be trusted."""

    code = "network_has_cycle"
    message_id = N_(
        "The river network %(path)s runs in a circle at reaches %(reaches)s. "
        "Correct next_down there; “incident-desk network check” lists every fault."
    )


class NetworkUnsound(DomainError):
    """Ids that are not unique: every answer would be about an unknown reach."""

    code = "network_unsound"
    message_id = N_(
        "The river network %(path)s cannot be used: %(why)s. “incident-desk network check” lists every fault."
    )


class NoReachNear(DomainError):
    """No river within reach of the point."""

    code = "no_reach_near"
    message_id = N_(
        "There is no river within %(limit_km)s km of %(longitude)s, %(latitude)s. "
        "Check the coordinates and their datum; longitude comes first."
    )


class ReceptorsUnreadable(DomainError):
    """The receptor file is missing, is no point file, or lacks a column."""

    code = "receptors_unreadable"
    message_id = N_("The receptor file %(path)s cannot be read: %(why)s")


class UnknownNetwork(DomainError):
    """No file and no imported network has this name."""

    code = "network_unknown"
    message_id = N_("There is no network file and no imported network called %(name)s.")
