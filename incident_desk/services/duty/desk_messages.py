"""Messages of the desk itself, about no case: to whom they may go, and whether they are an exercise's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Role
from incident_desk.models import OutboxMessage, Person
from incident_desk.notify import wording
from incident_desk.services import installation
from incident_desk.services.messages import outbox
from incident_desk.services.transaction import Transaction

NO_CASE = "-"


def is_exercise() -> bool:
    """What the desk does by itself is an exercise exactly while the whole installation is."""
    return installation.is_exercise_only()


def may_ring(person: Person, *, exercise: bool) -> bool:
    """Whether a message may go to *person*: with a number, and never to a sample outside an exercise."""
    return bool(person.phone) and (exercise or not person.is_sample)


def leaders(tx: Transaction, office: str) -> list[Person]:
    """The active leaders of *office*."""
    query = select(Person).where(Person.office_code == office, Person.role == Role.LEADER.value, Person.is_active)
    return list(tx.session.scalars(query.order_by(Person.id)))


def promise(
    tx: Transaction,
    office: str,
    kind: MessageKind,
    words: Mapping[str, str],
    *,
    subject: str,
    recipient: str,
    number: str,
    exercise: bool,
    about: Mapping[str, object],
    now: datetime,
) -> OutboxMessage:
    """Promise one text of *kind*; *subject* and *recipient* are ids and make its key, so it is promised once."""
    key = message_key(NO_CASE, kind, f"{office}-{subject}", recipient)
    text = wording.render(kind, words, key=key, exercise=exercise)
    return outbox.promise_of_desk(
        tx, office, key=key, is_exercise=exercise, template=kind.value, to_number=number, body=text.body,
        not_before=now, about=about,
    )  # fmt: skip
