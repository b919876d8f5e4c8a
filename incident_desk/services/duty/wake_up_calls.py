"""Calling one rung of the wake-up ladder: who stands on it, the text with its link, and the answer behind the link.

The link is unguessable, of one person and one wake-up; the token is drawn from the desk's secret, what is stored is its
digest.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from incident_desk.domain.china_time import clock_zh
from incident_desk.domain.duty.wake_up import HEADS, ROSTER_ROLE, Rung, WakeUpAnswer, WakeUpState
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.exercise import DUTY_NUMBER
from incident_desk.domain.labels import label
from incident_desk.domain.messages import MessageKind
from incident_desk.domain.permissions import Actor, worker_actor
from incident_desk.extensions import db
from incident_desk.models import Office, WakeUp, WakeUpAttempt
from incident_desk.services import addresses
from incident_desk.services.duty import desk_messages, duty_settings, roster
from incident_desk.services.tokens import token_digest
from incident_desk.services.transaction import Transaction

LASTS = timedelta(hours=24)
"""Counted from the text; whoever answers later telephones."""


class WakeUpLinkEnded(DomainError):
    """The night is over."""

    code = "wake_up_link_ended"
    status = 410
    message_id = N_("This link has ended. Telephone the duty desk.")


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody who stands on a rung; without a number nobody can be texted."""

    name: str
    number: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Who tapped the link, and the actor for the journal."""

    attempt: WakeUpAttempt
    wake_up: WakeUp
    office: Office
    actor: Actor

    @property
    def answer(self) -> WakeUpAnswer | None:
        """What they said before."""
        return WakeUpAnswer(self.attempt.answer) if self.attempt.answer else None


def call(tx: Transaction, row: WakeUp, rung: Rung, *, now: datetime) -> bool:
    """Text whoever stands on *rung*; says whether somebody could be. Journal ``wake_up.attempted``."""
    office = tx.session.get_one(Office, row.office_code)
    asked = set(tx.session.scalars(select(WakeUpAttempt.number).where(WakeUpAttempt.wake_up_id == row.id)))
    found = _on(tx, office, rung, exercise=row.is_exercise, now=now)
    number = found.number if found is not None and found.number not in asked else ""
    attempt = WakeUpAttempt(
        wake_up_id=row.id, rung=rung.value, person_id=found.person_id if found else None,
        name=found.name if found else None, number=number or None, at=now,
    )  # fmt: skip
    tx.session.add(attempt)
    tx.session.flush()
    if number:
        token = token_of(attempt.id, row)
        words = {
            "office": office.name_zh, "learned": clock_zh(row.started_at), "role": label(rung, "zh_Hans"),
            "link": addresses.of(f"/w/{token}"),
        }  # fmt: skip
        message = desk_messages.promise(
            tx, row.office_code, MessageKind.DUTY_WAKE_UP, words, subject=f"wake-up-{row.id}",
            recipient=f"attempt-{attempt.id}", number=number, exercise=row.is_exercise,
            about={"wake_up": row.id, "attempt": attempt.id}, now=now,
        )  # fmt: skip
        tx.session.flush()
        attempt.link_digest, attempt.outbox_id = token_digest(token), message.id
    data = {
        "wake_up": row.id, "attempt": attempt.id, "rung": rung, "person": attempt.person_id, "texted": bool(number),
    }  # fmt: skip
    actor = worker_actor(row.office_code)
    tx.journal(None, "wake_up.attempted", actor=actor, at=now, office=row.office_code, data=data)
    return bool(number)


def _on(tx: Transaction, office: Office, rung: Rung, *, exercise: bool, now: datetime) -> Reachable | None:
    """Who stands on *rung* now: by the roster, the heads by the office's settings."""
    if rung in HEADS:
        head = duty_settings.of(office).heads[rung]
        return Reachable(head.name, head.number) if head.number else None
    person = roster.on_now(tx.session, office.code, now).get(ROSTER_ROLE[rung])
    if person is None and rung is Rung.LEADER:
        person = next(iter(desk_messages.leaders(tx, office.code)), None)
    if person is None:
        return None
    number = (person.phone or "") if desk_messages.may_ring(person, exercise=exercise) else ""
    return Reachable(person.name, number, person.id)


def token_of(attempt_id: int, row: WakeUp) -> str:
    """The token of one person in one wake-up: 128 bits that only this desk can make."""
    said = f"wake-up link|{row.id}|{row.salt}|{attempt_id}"
    drawn = hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), said.encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(drawn).decode().rstrip("=")


def holder(token: str, now: datetime) -> LinkHolder:
    """Who holds *token*.

    Raises:
        NotFound: nobody was ever given it.
        WakeUpLinkEnded: it is more than a day old.
    """
    attempt = db.session.scalar(select(WakeUpAttempt).where(WakeUpAttempt.link_digest == token_digest(token)))
    if attempt is None:
        raise NotFound
    if attempt.at + LASTS <= now:
        raise WakeUpLinkEnded
    row = db.session.get_one(WakeUp, attempt.wake_up_id)
    office = db.session.get_one(Office, row.office_code)
    ref = f"person:{attempt.person_id}" if attempt.person_id is not None else f"wake_up_attempt:{attempt.id}"
    return LinkHolder(attempt, row, office, Actor(ref=ref, office=row.office_code, name=attempt.name or ""))


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What the page behind the link says; ``taken_by`` is who takes it, where somebody does."""

    holder: LinkHolder
    state: WakeUpState
    taken_by: WakeUpAttempt | None
    duty_number: str


def page_of(token: str, now: datetime) -> LinkPage:
    """The page of who holds *token*.

    Raises:
        NotFound, WakeUpLinkEnded: the link.
    """
    found = holder(token, now)
    taken = next((one for one in found.wake_up.attempts if one.answer == WakeUpAnswer.TAKING.value), None)
    number = str(found.office.settings.get(DUTY_NUMBER, ""))
    return LinkPage(found, WakeUpState(found.wake_up.state), taken, number)
