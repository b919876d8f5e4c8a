"""The headquarters at the scene (现场指挥部): by which document it was set up, its head, its groups."""

from __future__ import annotations

from enum import StrEnum

from incident_desk.domain.command.words import LINE, NAME
from incident_desk.domain.errors import N_, DomainError


class GroupKind(StrEnum):
    """Groups of a headquarters, in the order in which plans list them."""

    COORDINATION = "coordination"
    DISPOSAL = "disposal"
    MONITORING = "monitoring"
    MEDICAL = "medical"
    SUPPLIES = "supplies"
    PUBLIC_OPINION = "public_opinion"
    PUBLIC_ORDER = "public_order"
    INVESTIGATION = "investigation"
    EXPERTS = "experts"
    OTHER = "other"


POST_LIMITS = {
    "name": LINE, "place": LINE, "document_no": LINE, "head_name": NAME, "head_title": LINE, "head_phone": NAME,
    "deputies": 500, "note": 1000,
}  # fmt: skip
GROUP_LIMITS = {"name": NAME, "head_name": NAME, "head_unit": LINE, "head_phone": NAME, "members": 1000}


class PostNotSetUp(DomainError):
    """A group of a headquarters that nobody has recorded."""

    code = "post_not_set_up"
    status = 409
    message_id = N_("Record the headquarters first: who heads it, when and where it was set up.")


class GroupNameMissing(DomainError):
    """A group of a kind of its own without a name."""

    code = "group_name_missing"
    message_id = N_("Write what this group is called: it stands in no list.")
