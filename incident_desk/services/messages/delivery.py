"""Sending what was promised: claim in one transaction, send outside any, mark in the next; nothing lost, nothing twice.

A claimed row is leased in real time. A worker that dies leaves it claimed; after the lease the message counts as
uncertain, and the vendor is asked whether it has it before it is sent again. Several workers may run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from incident_desk.domain.errors import DomainError
from incident_desk.domain.messages import FINAL_STATES, MessageKind, MessageState
from incident_desk.extensions import db
from incident_desk.models import OutboxMessage
from incident_desk.notify import phone_numbers
from incident_desk.notify.channel import HandedOver, OutgoingMessage, Refused, Retry, Uncertain
from incident_desk.notify.retry import NextStep, after_attempt
from incident_desk.services.messages import receipts
from incident_desk.services.messages.post_office import Attempt, PostOffice, post_office
from incident_desk.services.transaction import Transaction, transaction

log = logging.getLogger(__name__)

HANDS = 12
"""Messages in the air at once, and so the most that are claimed in one transaction (never above 50)."""

LEASE = timedelta(seconds=30)
"""Longer than one try can take: a look and a hand-over of at most 13 seconds each."""

TURN = timedelta(seconds=20)
"""After so long a tick takes no more messages on; the next one does."""

_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this worker holds. ``wire`` is None where its row makes no message; then *fault* says why."""

    id: int
    wire: OutgoingMessage | None
    vendor: int
    attempts: int
    look_first: bool
    fault: str = ""


def tick(now: datetime, *, wall: datetime) -> int:
    """Send everything that is due and whatever becomes due meanwhile; says how many tries were made.

    Args:
        now: office time, by which messages are due.
        wall: real time, by which leases run.
    """
    post = post_office()
    began = time.monotonic()
    flying: dict[Future[Attempt], Claimed] = {}
    tries = 0
    with ThreadPoolExecutor(HANDS, thread_name_prefix="send") as hands:
        while True:
            passed = timedelta(seconds=time.monotonic() - began)
            landed = [(flying.pop(done), done.result()) for done in [one for one in flying if one.done()]]
            free = HANDS - len(flying) if passed < TURN else 0
            claimed = _turn(post, landed, free, now=now + passed, wall=wall + passed)
            for one in claimed:
                flying[hands.submit(_send, post, one, now + passed)] = one
            tries += len(claimed)
            if not flying:
                return tries
            wait(flying, timeout=_WAIT_S, return_when=FIRST_COMPLETED)


def has_way_out(is_exercise: bool) -> bool:
    """Whether messages of this kind can leave at all; else they wait and people telephone."""
    return bool(post_office().channels(is_exercise))


def _turn(
    post: PostOffice, landed: Sequence[tuple[Claimed, Attempt]], free: int, *, now: datetime, wall: datetime
) -> list[Claimed]:
    """Mark what has landed and claim as many as there are free hands, in one transaction if there is anything."""
    due = _due(post, now, wall)
    if not landed and not (free and _is_any(due)):
        return []
    with transaction() as tx:
        for claimed, attempt in landed:
            _mark(tx, post, claimed, attempt, now=now)
        return _claim(tx, post, due, free, wall=wall) if free else []


def _due(post: PostOffice, now: datetime, wall: datetime) -> ColumnElement[bool]:
    """Messages to send now, for which there is a way out."""
    ways = [kind for kind in (True, False) if post.channels(kind)]
    waiting = OutboxMessage.state.in_((MessageState.PROMISED.value, MessageState.UNCERTAIN.value))
    return and_(
        OutboxMessage.is_exercise.in_(ways),
        or_(
            and_(waiting, OutboxMessage.next_try_at <= now),
            and_(OutboxMessage.state == MessageState.CLAIMED.value, OutboxMessage.leased_until <= wall),
        ),
    )


def _is_any(due: ColumnElement[bool]) -> bool:
    found = db.session.scalar(select(OutboxMessage.id).where(due).limit(1)) is not None
    db.session.rollback()
    return found


def _claim(tx: Transaction, post: PostOffice, due: ColumnElement[bool], most: int, *, wall: datetime) -> list[Claimed]:
    """Lease up to *most* due messages to this worker; rows that another one is taking are passed over."""
    chosen = (
        select(OutboxMessage.id)
        .where(due)
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = tx.session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(chosen.c.id)))
        .values(
            state=MessageState.CLAIMED.value,
            look_first=or_(OutboxMessage.look_first, OutboxMessage.state != MessageState.PROMISED.value),
            attempts=OutboxMessage.attempts + 1,
            leased_by=post.worker,
            leased_until=wall + LEASE,
        )
        .returning(OutboxMessage),
        execution_options={"synchronize_session": False, "populate_existing": True},
    ).all()
    return [_claimed(row, post) for row in sorted(rows, key=lambda row: (row.next_try_at, row.id))]


def _claimed(row: OutboxMessage, post: PostOffice) -> Claimed:
    try:
        wire = OutgoingMessage(
            key=row.key,
            to=phone_numbers.normalise(row.to_number),
            body=row.body,
            kind=MessageKind(row.template),
            exercise=row.is_exercise,
            status_callback=post.callback_for(row.key, row.is_exercise),
        )
    except (DomainError, ValueError) as error:
        code = error.code if isinstance(error, DomainError) else "message_malformed"
        return Claimed(row.id, None, row.vendor_index, row.attempts, row.look_first, code)
    return Claimed(row.id, wire, row.vendor_index, row.attempts, row.look_first)


def _send(post: PostOffice, claimed: Claimed, now: datetime) -> Attempt:
    """Runs on a thread of its own, without a database."""
    if claimed.wire is None:
        return Attempt(claimed.vendor, "", Refused(claimed.fault))
    try:
        return post.send(claimed.wire, vendor=claimed.vendor, look_first=claimed.look_first, now=now)
    except DomainError as error:  # raised before anything leaves: the address is not one we send to
        log.error("a message was held back", extra={"message_id": claimed.id, "why": error.code})
        return Attempt(claimed.vendor, "", Retry(error.code))
    except Exception as error:
        log.exception("sending failed unexpectedly", extra={"message_id": claimed.id})
        return Attempt(claimed.vendor, "", Uncertain(type(error).__name__))


def _mark(tx: Transaction, post: PostOffice, claimed: Claimed, attempt: Attempt, *, now: datetime) -> None:
    """Write down what became of a try. What a receipt has said meanwhile stands."""
    row = tx.session.get_one(OutboxMessage, claimed.id, with_for_update=True)
    result = attempt.result
    if isinstance(result, HandedOver):
        receipts.handed_over(tx, row, vendor=attempt.name, vendor_id=result.vendor_id, found=result.found, now=now)
        return
    if row.state != MessageState.CLAIMED.value or row.leased_by != post.worker:
        return
    step = _step(post, claimed, attempt, row.is_exercise, now)
    row.state, row.attempts, row.failure = step.state.value, step.attempts, step.reason or None
    row.look_first = step.look_first or (row.look_first and step.vendor == claimed.vendor)
    row.vendor_index, row.vendor = step.vendor, attempt.name or row.vendor
    row.next_try_at = step.try_at or row.next_try_at
    row.leased_by = row.leased_until = None
    if step.state in FINAL_STATES:
        receipts.note_failure(tx, row, now=now)


def _step(post: PostOffice, claimed: Claimed, attempt: Attempt, is_exercise: bool, now: datetime) -> NextStep:
    """What follows from a try; a message that hangs between us and a silent vendor waits for one look, no longer."""
    vendors = len(post.channels(is_exercise))
    attempts = claimed.attempts if attempt.vendor == claimed.vendor else 1
    step = after_attempt(attempt.result, attempts=attempts, vendor=attempt.vendor, vendors=vendors, now=now)
    was_looked_for = isinstance(attempt.result, Uncertain) and claimed.look_first
    if was_looked_for and attempt.vendor + 1 < vendors and post.is_silent(attempt.name, now):
        return NextStep(MessageState.PROMISED, now, attempt.vendor + 1, 0, reason=step.reason)
    return step
