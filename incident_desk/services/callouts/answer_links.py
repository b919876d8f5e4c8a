"""The link in an expert's text: unguessable, one person and one call-out, some days; no sign-in.

The token is drawn from the desk's secret, so that a second text to the same person carries the same link; what is
stored is its digest.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Callout, CalloutMember, Expert, Incident
from incident_desk.services import addresses
from incident_desk.services.tokens import token_digest

LASTS = timedelta(hours=48)
"""Counted from the call-out; an answer later than this is given by telephone."""


class AnswerLinkEnded(DomainError):
    """The call-out is long over."""

    code = "answer_link_ended"
    status = 410
    message_id = N_("This link has ended. If the matter still concerns you, telephone the duty desk.")


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Who tapped the link: the person asked, in which call-out, for which case, and the actor for the journal."""

    member: CalloutMember
    callout: Callout
    expert: Expert
    incident: Incident
    actor: Actor


def token_of(member_id: int, incident: Incident) -> str:
    """The token of one person in one call-out: 128 bits that only this desk can make."""
    said = f"answer link|{incident.case_no}|{incident.journal_salt}|{member_id}"
    drawn = hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), said.encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(drawn).decode().rstrip("=")


def address_of(token: str) -> str:
    """The link as it stands in the text."""
    return addresses.of(f"/a/{token}")


def holder(token: str, now: datetime) -> LinkHolder:
    """Who holds *token*.

    Raises:
        NotFound: nobody was ever given it.
        AnswerLinkEnded: the call-out is more than two days old.
    """
    member = db.session.scalar(select(CalloutMember).where(CalloutMember.link_digest == token_digest(token)))
    if member is None:
        raise NotFound
    callout = db.session.get_one(Callout, member.callout_id)
    if (callout.confirmed_at or callout.requested_at) + LASTS <= now:
        raise AnswerLinkEnded
    expert = db.session.get_one(Expert, member.expert_id)
    incident = db.session.get_one(Incident, callout.incident_id)
    return LinkHolder(member, callout, expert, incident, expert_actor(expert, incident))


def expert_actor(expert: Expert, incident: Incident) -> Actor:
    """The expert as the one who answers, for the journal of the case's office."""
    return Actor(ref=f"expert:{expert.id}", office=incident.office_code)
