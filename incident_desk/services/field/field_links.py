"""Short links for phones at the river: one case, some hours, taken back at will; no sign-in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from incident_desk.domain.errors import N_, BadValue, DomainError, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import FieldLink, Incident
from incident_desk.services import scope
from incident_desk.services.tokens import token_digest
from incident_desk.services.transaction import transaction

MAX_HOURS = 168
LABEL_LENGTH = 60


class LinkEnded(DomainError):
    """The link has expired or was taken back."""

    code = "link_ended"
    status = 410
    message_id = N_("This link has ended. Ask the duty officer for a new one; your photographs stay on the phone.")


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """A phone that came by a link: its case and the actor it acts as."""

    incident: Incident
    actor: Actor
    label: str
    expires_at: datetime


def make_link(case_no: str, label: str, hours: int, *, actor: Actor, now: datetime) -> str:
    """Make a link and give back its token; only the token's digest is stored.

    Raises:
        NotFound: the case is not this actor's to see.
        BadValue: hours outside 1 to 168.
    """
    if not 1 <= hours <= MAX_HOURS:
        raise BadValue(field="hours", what=N_("Hours"), value=hours, hint=N_("Write 1 to 168."))
    token = secrets.token_urlsafe(16)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        link = FieldLink(
            digest=token_digest(token),
            incident_id=incident.id,
            office_code=incident.office_code,
            label=label.strip()[:LABEL_LENGTH],
            made_by=actor.ref,
            made_at=now,
            expires_at=now + timedelta(hours=hours),
        )
        tx.session.add(link)
        tx.session.flush()
        tx.journal(incident, "field_link.made", actor=actor, at=now, data={"link": link.id, "hours": hours})
    return token


def take_back(case_no: str, link_id: int, *, actor: Actor, now: datetime) -> None:
    """End a link now.

    Raises:
        NotFound: no such link in a case of this actor.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        link = tx.session.get(FieldLink, link_id)
        if link is None or link.incident_id != incident.id:
            raise NotFound
        if link.revoked_at is None:
            link.revoked_at = now
            tx.journal(incident, "field_link.revoked", actor=actor, at=now, data={"link": link.id})


def holder(token: str, now: datetime) -> LinkHolder:
    """Who holds *token*.

    Raises:
        NotFound: nobody was ever given it.
        LinkEnded: expired or taken back.
    """
    link = db.session.scalar(select(FieldLink).where(FieldLink.digest == token_digest(token)))
    if link is None:
        raise NotFound
    if link.revoked_at is not None or link.expires_at <= now:
        raise LinkEnded
    incident = db.session.get_one(Incident, link.incident_id)
    actor = Actor(ref=f"link:{link.id}", office=link.office_code, name=link.label)
    return LinkHolder(incident, actor, link.label, link.expires_at)


def links_of(actor: Actor, case_no: str, now: datetime) -> list[FieldLink]:
    """The links of a case that still open something, newest first."""
    incident = scope.incident(actor, case_no)
    return list(
        db.session.scalars(
            select(FieldLink)
            .where(FieldLink.incident_id == incident.id, FieldLink.revoked_at.is_(None), FieldLink.expires_at > now)
            .order_by(FieldLink.id.desc())
        )
    )
