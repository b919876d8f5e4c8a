"""Who is on duty at an office: by its roster, else its leader and the officer who signed in last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from incident_desk.domain.duty.roster import DutyRole
from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import JournalEntry, Person
from incident_desk.services.duty import roster
from incident_desk.services.people import leaders_of

SHIFT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Names for the top bar; empty where nobody is known."""

    officer: str
    leader: str


def on_duty(actor: Actor, now: datetime) -> OnDuty:
    """The officer and the leader on duty at the actor's office.

    Where the roster names nobody: the officer is the actor where that is their role, else whoever of this role signed
    in last within a day; the leader is the one whom calls and messages go to first.
    """
    planned = roster.on_now(db.session(), actor.office, now)
    officer, leader = planned.get(DutyRole.MAIN), planned.get(DutyRole.LEADER)
    return OnDuty(officer.name if officer else _officer(actor, now), leader.name if leader else _leader(actor.office))


def _officer(actor: Actor, now: datetime) -> str:
    return actor.name if actor.role is Role.DUTY_OFFICER else _signed_in_last(actor.office, now)


def _leader(office: str) -> str:
    first = next(iter(leaders_of(office)), None)
    return first.name if first else ""


def _signed_in_last(office: str, now: datetime) -> str:
    officers = {
        f"person:{row.id}": row.name
        for row in db.session.scalars(
            select(Person).where(Person.office_code == office, Person.role == Role.DUTY_OFFICER.value, Person.is_active)
        )
    }
    newest = db.session.scalar(
        select(JournalEntry.actor)
        .where(
            JournalEntry.kind == "person.signed_in",
            JournalEntry.office_code == office,
            JournalEntry.at > now - SHIFT,
            JournalEntry.actor.in_(officers),
        )
        .order_by(JournalEntry.seq.desc())
        .limit(1)
    )
    return officers.get(newest or "", "")
