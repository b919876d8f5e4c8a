"""Which neighbouring offices the water reaches: those of the reporting office's own level, nearest first.

令17号 第八条 names the 同级生态环境主管部门 of the neighbour. A province tells provinces, a prefecture prefectures; a
county branch tells the counties below within its prefecture and, beyond, the prefecture bureau, because branches are
parts of that bureau. Cities and counties directly under a province or a municipality stand for themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

from incident_desk.domain.downstream import PlaceBelow
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.offices import Office, OfficeLevel, OfficeTree, UnknownOffice

_CROSSINGS = frozenset({"border", "intake"})


class NotANeighbour(DomainError):
    """The office itself, or one above or below it, is no neighbour."""

    code = "not_a_neighbour"
    message_id = N_("%(name)s is the reporting office, or stands above or below it: report there instead.")


class AlreadyAffected(DomainError):
    """The neighbour stands on the list."""

    code = "already_affected"
    status = 409
    message_id = N_("%(name)s is on the list already.")


class NeighbourWasTold(DomainError):
    """A neighbour that was told cannot be taken off the list."""

    code = "neighbour_was_told"
    status = 409
    message_id = N_("%(name)s was told already: send a further notice that says it is not affected.")


def neighbours_reached(places: Iterable[PlaceBelow], own: Office, tree: OfficeTree) -> dict[str, PlaceBelow]:
    """Offices that the water reaches, each with the first place at which it does.

    Args:
        places: what counts as threatened below.
        own: the office whose file it is.
        tree: the offices; a code that it does not know is left out, since nobody could be addressed.
    """
    found: dict[str, PlaceBelow] = {}
    for place in sorted(places, key=lambda one: one.distance_m):
        if place.kind not in _CROSSINGS:
            continue
        code = _peer(place.to_code if place.kind == "border" else place.prefecture_code, own, place)
        if code and code not in found and _is_known(code, tree):
            found[code] = place
    return found


def refuse_no_neighbour(code: str, own: Office, tree: OfficeTree) -> Office:
    """The office *code* as a neighbour of *own*.

    Raises:
        UnknownOffice: no such office.
        NotANeighbour: it is *own*, or in one line with it.
    """
    other = tree.get(code)
    if tree.is_within(code, own.code) or tree.is_within(own.code, code):
        raise NotANeighbour(field="office", name=tree.bureau_zh(code))
    return other


def peer_of(code: str) -> str:
    """The bureau of prefecture rank that answers for the county *code*."""
    stands_for_itself = code[2:4] == "90" or code[:2] in {"11", "12", "31", "50"}
    return code if stands_for_itself else f"{code[:4]}00"


def _peer(code: str, own: Office, place: PlaceBelow) -> str | None:
    if not code:
        return None
    if own.level is OfficeLevel.PROVINCE:
        return None if code[:2] == own.code[:2] else f"{code[:2]}0000"
    other = peer_of(code)
    if own.level is not OfficeLevel.COUNTY:
        return None if other == own.code else other
    if other != peer_of(own.code):
        return other
    return code if place.kind == "border" and code != own.code else None


def _is_known(code: str, tree: OfficeTree) -> bool:
    try:
        tree.get(code)
    except UnknownOffice:
        return False
    return True
