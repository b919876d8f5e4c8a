"""Who is on duty now and who comes next, as the pages of the duty office show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from incident_desk.domain.duty.roster import DutyRole
from incident_desk.domain.duty.shifts import Slot
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Office, Person
from incident_desk.services.duty import roster


@dataclass(frozen=True, slots=True)
class Around:
    """This shift and the next, with who has which role in each by the roster."""

    slot: Slot
    now: Mapping[DutyRole, Person]
    next_slot: Slot
    next: Mapping[DutyRole, Person]


def around(actor: Actor, now: datetime) -> Around:
    """This shift and the next of the actor's office."""
    session = db.session()
    office = session.get_one(Office, actor.office)
    slot = roster.shift_at(session, office, now)
    after = roster.shift_at(session, office, slot.ends_at)
    return Around(
        slot, roster.on_now(session, office.code, now), after, roster.on_now(session, office.code, slot.ends_at)
    )


def office_name(code: str) -> str:
    """The Chinese name of an office, for documents."""
    return db.session.get_one(Office, code).name_zh
