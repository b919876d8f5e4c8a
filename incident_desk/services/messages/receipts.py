"""What vendors report on messages: handed over, delivered, failed; any order, any number of times, never backwards."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.messages import MessageState, after_receipt
from incident_desk.domain.permissions import worker_actor
from incident_desk.extensions import db
from incident_desk.models import Incident, OutboxMessage
from incident_desk.notify.callbacks import Receipt
from incident_desk.services.messages.post_office import post_office
from incident_desk.services.transaction import Transaction, transaction

log = logging.getLogger(__name__)

ASK_AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
"""When the vendor is asked, counted from the hand-over, what became of a message whose receipt has not come."""

ASK_BATCH = 20


def receive(receipt: Receipt, *, is_exercise: bool, now: datetime) -> OutboxMessage:
    """Take a signed receipt; ``is_exercise`` says for which messages its signature counts.

    Raises:
        NotFound: it is about no message of ours, or about one its signer may not speak of.
    """
    with transaction() as tx:
        row = tx.session.scalar(_of(receipt).with_for_update())
        if row is None or row.is_exercise is not is_exercise:
            raise NotFound
        apply(tx, row, receipt.status, vendor_id=receipt.vendor_id, error_code=receipt.error_code, now=now)
    return row


def apply(
    tx: Transaction, row: OutboxMessage, status: str, *, vendor_id: str, error_code: str = "", now: datetime
) -> None:
    """Bring *row* in line with the vendor's word *status*; what says nothing new changes nothing."""
    before = MessageState(row.state)
    after = after_receipt(before, status)
    if after is before:
        return
    if row.handed_over_at is None:
        handed_over(tx, row, vendor=row.vendor or "", vendor_id=vendor_id, found=True, now=now)
    row.state = after.value
    row.leased_by = row.leased_until = None
    if after is MessageState.DELIVERED:
        row.delivered_at, row.ask_at, row.failure = now, None, None
        _journal(tx, row, "message.delivered", now=now)
    elif after is MessageState.FAILED:
        row.failure = f"{status.strip().lower()[:20]} {error_code[:10]}".strip()
        note_failure(tx, row, now=now)


def handed_over(
    tx: Transaction, row: OutboxMessage, *, vendor: str, vendor_id: str, found: bool, now: datetime
) -> None:
    """The vendor has it: journalled once; a later state stays what it is."""
    if row.handed_over_at is not None:
        if row.vendor_id != vendor_id:
            log.warning("a message was handed over twice", extra={"message_id": row.id})
        row.vendor = row.vendor or vendor or None
        return
    row.handed_over_at, row.vendor_id, row.vendor = now, vendor_id, vendor or row.vendor or None
    row.leased_by = row.leased_until = row.failure = None
    if row.state not in {MessageState.DELIVERED.value, MessageState.FAILED.value}:
        row.state = MessageState.HANDED_OVER.value
        row.ask_at = now + ASK_AFTER[0]
    _journal(tx, row, "message.handed_over", now=now, vendor=row.vendor, found=found)


def note_failure(tx: Transaction, row: OutboxMessage, *, now: datetime) -> None:
    """Journal that *row* will not arrive by itself."""
    row.ask_at = None
    _journal(tx, row, "message.failed", now=now, state=row.state, vendor=row.vendor)


def ask_vendors(now: datetime) -> int:
    """Ask what became of messages whose receipts have not come; says how many were asked about.

    Vendors report once, and the desk may have been down.
    """
    rows = db.session.execute(
        select(OutboxMessage.id, OutboxMessage.is_exercise, OutboxMessage.vendor, OutboxMessage.vendor_id)
        .where(OutboxMessage.ask_at <= now)
        .order_by(OutboxMessage.ask_at)
        .limit(ASK_BATCH)
    ).all()
    db.session.rollback()
    for message_id, is_exercise, vendor, vendor_id in rows:
        channels = {one.name: one for one in post_office().channels(is_exercise)}
        told = channels[vendor].status_of(vendor_id) if vendor in channels and vendor_id else None
        with transaction() as tx:
            row = tx.session.get_one(OutboxMessage, message_id, with_for_update=True)
            if row.ask_at is None or row.ask_at > now:
                continue
            row.ask_at = _next_question(row, now)
            if told is not None:
                apply(tx, row, told, vendor_id=vendor_id or "", now=now)
    return len(rows)


def _next_question(row: OutboxMessage, now: datetime) -> datetime | None:
    handed_over_at = row.handed_over_at or now
    return next((handed_over_at + wait for wait in ASK_AFTER if handed_over_at + wait > now), None)


def _of(receipt: Receipt) -> Select[OutboxMessage]:
    if receipt.key:
        return select(OutboxMessage).where(OutboxMessage.key == receipt.key)
    return select(OutboxMessage).where(OutboxMessage.vendor_id == receipt.vendor_id)


def _journal(tx: Transaction, row: OutboxMessage, kind: str, *, now: datetime, **data: object) -> None:
    incident = tx.session.get(Incident, row.incident_id) if row.incident_id is not None else None
    tx.journal(
        incident, kind, actor=worker_actor(row.office_code), at=now, office=row.office_code,
        data={"message": row.id, "template": row.template, **data},
    )  # fmt: skip
