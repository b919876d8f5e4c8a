"""The link in a round's text: unguessable, one round of one office, no sign-in.

Drawn from the desk's secret as the links of call-outs are, so that a second text carries the same link and the officer
can show its QR code again; what is stored is its digest.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.domain.rounds.answers import RoundHasEnded, is_link_over
from incident_desk.extensions import db
from incident_desk.models import Incident, InquiryRound, RoundOffice
from incident_desk.services import addresses
from incident_desk.services.tokens import token_digest


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Who opened a link: the asked office, in which round, of which case, and the actor for the journal."""

    incident: Incident
    round: InquiryRound
    asked: RoundOffice
    actor: Actor


def token_of(round_office_id: int, incident: Incident) -> str:
    """The token of one office in one round: 128 bits that only this desk can make."""
    said = f"round link|{incident.case_no}|{incident.journal_salt}|{round_office_id}"
    drawn = hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), said.encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(drawn).decode().rstrip("=")


def address_of(token: str) -> str:
    """The link as it stands in the text."""
    return addresses.of(f"/r/{token}")


def holder(token: str, now: datetime) -> LinkHolder:
    """Who holds *token*.

    Raises:
        NotFound: nobody was ever given it.
        RoundHasEnded: the round was ended, or its time is two days past.
    """
    asked = db.session.scalar(select(RoundOffice).where(RoundOffice.link_digest == token_digest(token)))
    if asked is None:
        raise NotFound
    held = db.session.get_one(InquiryRound, asked.round_id)
    if is_link_over(held.due_at, held.ended_at, now):
        raise RoundHasEnded
    incident = db.session.get_one(Incident, held.incident_id)
    return LinkHolder(incident, held, asked, link_actor(asked))


def link_actor(asked: RoundOffice) -> Actor:
    """Whoever answers by the link of an asked office."""
    return Actor(ref=f"round:{asked.id}", office=asked.office_code)
