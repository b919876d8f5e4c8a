"""Messages promised to a real wall of phones on loopback, for the tests of what goes out and comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident_desk.domain.messages import MessageKind, message_key, reference_of
from incident_desk.extensions import db
from incident_desk.models import Incident, JournalEntry, OutboxMessage
from incident_desk.services.cases import case_files
from incident_desk.services.messages import delivery, outbox
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor

PHONE = "+8610000000007"
WALL_CLOCK = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
"""Real time in tests of leases: far from office time, so that mixing them up shows."""


def some_case(*, exercise: bool = True, login: str = "officer") -> Incident:
    with transaction() as tx:
        return case_files.open_case(
            tx,
            title="堵河某桥 苯胺",
            learned_at=NOW,
            occurred_at=None,
            is_exercise=exercise,
            actor=actor(login),
            now=NOW,
        )


def promise(
    incident: Incident, recipient: str = "expert-7", *, to: str = PHONE, not_before: datetime = NOW
) -> OutboxMessage:
    key = message_key(incident.case_no, MessageKind.CALLOUT_REQUEST, "callout-1", recipient)
    mark = "【演练】" if incident.is_exercise else ""
    with transaction() as tx:
        return outbox.promise(
            tx,
            incident,
            key=key,
            template=MessageKind.CALLOUT_REQUEST.value,
            to_number=to,
            body=f"{mark}请您参加应急处置（{reference_of(key)}）",
            not_before=not_before,
        )


def deliver(after_s: float = 0.0, *, wall_after_s: float | None = None) -> int:
    """One tick of the worker, some seconds after NOW."""
    wall = WALL_CLOCK + timedelta(seconds=after_s if wall_after_s is None else wall_after_s)
    return delivery.tick(NOW + timedelta(seconds=after_s), wall=wall)


def stored(message: OutboxMessage) -> OutboxMessage:
    """The row as it stands in the database now."""
    db.session.rollback()
    return db.session.get_one(OutboxMessage, message.id, populate_existing=True)


def change(message: OutboxMessage, **values: Any) -> None:
    with transaction() as tx:
        row = tx.session.get_one(OutboxMessage, message.id)
        for name, value in values.items():
            setattr(row, name, value)


def journal_kinds(prefix: str = "message.") -> list[str]:
    db.session.rollback()
    query = select(JournalEntry.kind).where(JournalEntry.kind.startswith(prefix)).order_by(JournalEntry.seq)
    return list(db.session.scalars(query))


def bodies(wall: Any, number: str = PHONE) -> list[str]:
    return [message.body for message in wall.book.messages(to=number) if not message.inbound]
