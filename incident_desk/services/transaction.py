"""One use case, one transaction: rows, journal and promises stand together or not at all.

Journal numbers and hashes are given as the last act under one lock, so that whoever can see entry *n* can see
every entry before it. A message is only promised here; the worker sends it after the commit.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from incident_desk.domain.errors import KeyReused
from incident_desk.domain.journal import GENESIS, Entry, canonical, chained
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import WRITING, db
from incident_desk.models import IdempotencyRecord, Incident, JournalEntry, JournalHead

journal_written = threading.Condition()
"""Notified after a commit that wrote journal entries; followers in this process wake sooner by it."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The Idempotency-Key of the request being served, with the digest of its body."""

    key: str
    actor: str
    digest: str
    at: datetime


class AlreadyDone(Exception):
    """This key led to an outcome before; the edge gives the same answer again."""

    def __init__(self, kind: str | None, identity: str | None) -> None:
        self.kind = kind
        self.identity = identity
        super().__init__(f"{kind} {identity}")


request_key: ContextVar[RequestKey | None] = ContextVar("request_key", default=None)


@dataclass(slots=True)
class Transaction:
    """What a use case writes with: its session, the journal, and the outcome of the request's key."""

    session: Session
    pending: list[Entry] = field(default_factory=list)
    key_record: IdempotencyRecord | None = None

    def journal(
        self,
        incident: Incident | None,
        kind: str,
        *,
        actor: Actor,
        at: datetime,
        data: Mapping[str, object] | None = None,
        office: str | None = None,
    ) -> None:
        """Write entry *kind* about *incident* (None: about the desk of *office*, default the actor's).

        ``data`` holds ids, codes and salted digests only; ``at`` is when it was written.
        """
        office_code = office or (incident.office_code if incident is not None else actor.office)
        case_no = None if incident is None else incident.case_no
        self.pending.append(Entry(0, at, kind, case_no, office_code, actor.ref, dict(data or {})))

    def outcome(self, kind: str, identity: str | int) -> None:
        """Say what this request made, so that the same key gets the same answer."""
        if self.key_record is not None:
            self.key_record.outcome_kind = kind
            self.key_record.outcome_id = str(identity)


@contextmanager
def key_set_aside() -> Iterator[None]:
    """Keep the request's key for the use case itself, while what only prepares it writes transactions of its own."""
    wanted = request_key.get()
    request_key.set(None)
    try:
        yield
    finally:
        request_key.set(wanted)


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Begin a writing transaction, give it to the use case, number its journal entries, commit.

    The session is its own: what the request read before is let go, so that it reads on after the commit.
    """
    db.session.rollback()
    with Session(db.engine, expire_on_commit=False) as session:
        session.connection(execution_options={WRITING: True})
        tx = Transaction(session)
        _claim_request_key(tx)
        yield tx
        session.flush()
        numbered = _number(session, tx.pending)
        session.commit()
    db.session.rollback()
    if numbered:
        with journal_written:
            journal_written.notify_all()


def _claim_request_key(tx: Transaction) -> None:
    """Use up the request's key inside this transaction, or say that it was used before."""
    wanted = request_key.get()
    if wanted is None:
        return
    request_key.set(None)
    used = find_key(tx.session, wanted)
    if used is not None:
        raise AlreadyDone(used.outcome_kind, used.outcome_id)
    record = IdempotencyRecord(key=wanted.key, actor=wanted.actor, digest=wanted.digest, used_at=wanted.at)
    try:
        with tx.session.begin_nested():
            tx.session.add(record)
            tx.session.flush()
    except IntegrityError as error:  # the other click of a double click committed while this one waited
        used = find_key(tx.session, wanted)
        if used is None:
            raise
        raise AlreadyDone(used.outcome_kind, used.outcome_id) from error
    tx.key_record = record


def find_key(session: Session, wanted: RequestKey) -> IdempotencyRecord | None:
    """The earlier use of this key by this actor, if any.

    Raises:
        KeyReused: the key came before with another body.
    """
    used = session.scalar(
        select(IdempotencyRecord).where(IdempotencyRecord.key == wanted.key, IdempotencyRecord.actor == wanted.actor)
    )
    if used is not None and used.digest != wanted.digest:
        raise KeyReused
    return used


def _number(session: Session, pending: list[Entry]) -> bool:
    """Give each pending entry its number and hash under the lock of the journal's head."""
    if not pending:
        return False
    head = session.scalar(select(JournalHead).where(JournalHead.id == 1).with_for_update())
    if head is None:
        head = JournalHead(id=1, seq=0, hash=GENESIS)
        session.add(head)
    for entry in pending:
        link = chained(
            head.hash, Entry(head.seq + 1, entry.at, entry.kind, entry.case_no, entry.office, entry.actor, entry.data)
        )
        assert link.entry is not None
        session.add(_row(link.entry, link.prev_hash, link.hash))
        head.seq, head.hash = link.seq, link.hash
    return True


def _row(entry: Entry, prev_hash: str, hash_: str) -> JournalEntry:
    data = json.dumps(json.loads(canonical(entry))["data"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return JournalEntry(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        case_no=entry.case_no,
        office_code=entry.office,
        actor=entry.actor or "",
        data=data,
        prev_hash=prev_hash,
        hash=hash_,
    )


@contextmanager
def snapshot() -> Iterator[Session]:
    """The request's session, reading one and the same state of the store until the end of the block."""
    session = db.session()
    session.rollback()
    if db.engine.dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield session
    finally:
        session.rollback()
