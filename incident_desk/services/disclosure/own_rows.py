"""Whose a row of disclosure is: everybody who sees the case reads it, its own office and those above it act on it."""

from __future__ import annotations

from incident_desk.domain.errors import NotAllowed
from incident_desk.domain.permissions import Actor
from incident_desk.services import scope


def refuse_foreign(office_code: str, actor: Actor) -> None:
    """Refuse an act on what another office wrote.

    Raises:
        NotAllowed: *office_code* is neither the actor's office nor below it.
    """
    if not office_code.startswith(scope.code_prefix(actor.office)):
        raise NotAllowed
