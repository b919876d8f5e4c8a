"""The places on the rivers, each with who answers for it by the telephone lists of the offices.

Numbers are shown to whoever may ring or may read a caller; the others see the places.
"""

from __future__ import annotations

from dataclasses import dataclass

from incident_desk.domain.calls.first_calls import Contact
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.geo.network import load_network
from incident_desk.geo.receptors import Receptor, load_receptors
from incident_desk.services.calls import first_calls

READ_NUMBERS = ("caller.read", "phone_call.record")
"""Permissions of which one is needed to see a number."""


@dataclass(frozen=True, slots=True)
class Facility:
    """A place on a river with who answers for it; *contacts* is empty for whoever may not read numbers."""

    receptor: Receptor
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """Which facilities; what is empty does not narrow."""

    kinds: frozenset[str] = frozenset()
    river: str = ""
    text: str = ""
    prefecture: str = ""


def facilities(actor: Actor, wanted: FacilityFilter) -> list[Facility]:
    """The places on the rivers in the order of the register, each once, with the numbers *actor* may read."""
    lines: dict[str, list[Contact]] = {}
    if may_read_numbers(actor):
        for line in first_calls.contacts_of(db.session(), actor.office):
            for facility in line.facility_ids:
                lines.setdefault(facility, []).append(line)
    return [
        Facility(receptor, tuple(lines.get(receptor.id, ()))) for receptor in places() if _is_wanted(receptor, wanted)
    ]


def places() -> tuple[Receptor, ...]:
    """The register's places; what it lists twice (``same_as``) stands once, as first met."""
    seen: dict[str, Receptor] = {}
    for receptor in load_receptors(load_network()).receptors:
        seen.setdefault(receptor.attributes.get("same_as") or receptor.id, receptor)
    return tuple(seen.values())


def may_read_numbers(actor: Actor) -> bool:
    """Whether a role shows telephone numbers."""
    return any(actor.may(word) for word in READ_NUMBERS)


def _is_wanted(receptor: Receptor, wanted: FacilityFilter) -> bool:
    return (
        (not wanted.kinds or receptor.kind in wanted.kinds)
        and (not wanted.river or wanted.river == receptor.river)
        and (not wanted.prefecture or receptor.attributes.get("prefecture_code") == wanted.prefecture)
        and (not wanted.text or wanted.text in receptor.name)
    )
