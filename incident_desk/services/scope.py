"""The one door for reading: what an actor may see, by office.

An office sees its own cases, those of the offices below it, and those it is part of. Everything else does not
exist for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, IncidentOffice, JournalEntry, Office


def code_prefix(office_code: str) -> str:
    """What every code at or below *office_code* begins with: 420000 → 42, 420300 → 4203, 420302 → 420302."""
    return office_code.removesuffix("00").removesuffix("00")


def offices_above(office_code: str) -> tuple[str, ...]:
    """*office_code* and the offices above it, nearest first; 429004 stands directly under 420000."""
    chain = [office_code, office_code[:4] + "00", office_code[:2] + "0000"]
    if office_code[2:4] == "90":
        chain = [office_code, office_code[:2] + "0000"]
    return tuple(dict.fromkeys(chain))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``Incident`` that every read of cases carries."""
    prefix = code_prefix(actor.office)
    part_of = select(IncidentOffice.incident_id).where(IncidentOffice.office_code.startswith(prefix))
    return or_(Incident.office_code.startswith(prefix), Incident.id.in_(part_of))


def incidents(actor: Actor) -> Select[Incident]:
    """All cases *actor* may see."""
    return select(Incident).where(visible_to(actor))


def incident(actor: Actor, case_no: str, session: Session | None = None) -> Incident:
    """The case with this number.

    Raises:
        NotFound: there is none, or it belongs to another office; the two look the same.
    """
    found = (session or db.session).scalar(incidents(actor).where(Incident.case_no == case_no))
    if found is None:
        raise NotFound
    return found


def journal_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``JournalEntry``: entries of visible cases, and desk entries of offices at or below."""
    cases = select(Incident.case_no).where(visible_to(actor))
    own_desk = JournalEntry.case_no.is_(None) & JournalEntry.office_code.startswith(code_prefix(actor.office))
    return or_(JournalEntry.case_no.in_(cases), own_desk)


def office_rooms(session: Session, case_no: str | None, office_code: str) -> tuple[str, ...]:
    """The offices whose screens may hear of an entry: its office, those above, and those part of the case."""
    codes: list[str] = list(offices_above(office_code))
    if case_no is not None:
        rows = session.scalars(select(IncidentOffice.office_code).join(Incident).where(Incident.case_no == case_no))
        for code in rows:
            codes.extend(offices_above(code))
    return tuple(dict.fromkeys(codes))


def office(actor: Actor, code: str, session: Session | None = None) -> Office:
    """The office with this code, where it is the actor's own or stands below it.

    Raises:
        NotFound: there is none, or it is another's; the two look the same.
    """
    found = (session or db.session).get(Office, code) if code.startswith(code_prefix(actor.office)) else None
    if found is None:
        raise NotFound
    return found


def offices_below(actor: Actor) -> list[Office]:
    """The actor's own office and those below it, by code."""
    query = select(Office).where(Office.code.startswith(code_prefix(actor.office)))
    return list(db.session.scalars(query.order_by(Office.code)))


def offices_by_code(codes: Iterable[str]) -> dict[str, Office]:
    """The office rows of *codes*, by code."""
    rows = db.session.scalars(select(Office).where(Office.code.in_(list(codes))))
    return {row.code: row for row in rows}
