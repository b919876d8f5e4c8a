"""Rows of command: found inside their case, digested for the journal, their facts taken back, their files kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.china_time import local_minute
from incident_desk.domain.command.words import TimesReversed
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.models import Base, FactRecord, Incident
from incident_desk.services import scope
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.transaction import Transaction

FILE_LIMIT = 50_000_000

Row = TypeVar("Row", bound=Base)


class OfAnOffice(Protocol):
    """A row that an office made."""

    office_code: Any


def find(model: type[Row], incident: Incident, row_id: int | None, session: Session, *, lock: bool = False) -> Row:
    """The row of *incident* with this id.

    Raises:
        NotFound: there is none in this case.
    """
    table: Any = model
    query = select(table).where(table.id == row_id, table.incident_id == incident.id)
    row: Row | None = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def by_number(model: type[Row], incident: Incident, number: int, session: Session, *, lock: bool = False) -> Row:
    """The row of *incident* with this number.

    Raises:
        NotFound: there is none in this case.
    """
    table: Any = model
    query = select(table).where(table.number == number, table.incident_id == incident.id)
    row: Row | None = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def refuse_other_office(row: OfAnOffice, actor: Actor) -> None:
    """What another office wrote can be read, not changed.

    Raises:
        NotAllowed.
    """
    if not row.office_code.startswith(scope.code_prefix(actor.office)):
        raise NotAllowed


def digest_of(incident: Incident, *words: str | None) -> str:
    """Salted digest of *words*, for the journal."""
    said = "\x1f".join(word or "" for word in words)
    return salted_digest(bytes.fromhex(incident.journal_salt), said.encode("utf-8", "replace"))


def past(at: datetime, *, now: datetime, field: str, after: datetime | None = None) -> datetime:
    """*at* if it is neither ahead nor before what it follows, both told with *field*.

    A time typed to the minute may lie within the minute of what it follows.

    Raises:
        TimeInFuture, TimesReversed.
    """
    try:
        check_not_future(at, now=now)
    except DomainError as error:
        error.field = field
        raise
    if after is not None and at < after:
        if (at.replace(second=0, microsecond=0)) == after.replace(second=0, microsecond=0):
            return after
        raise TimesReversed(field=field, before=local_minute(after))
    return at


def withdraw_facts(tx: Transaction, incident: Incident, source: str, *, now: datetime) -> list[int]:
    """Take back by name every fact that *source* recorded; says which. The caller holds the case and derives anew."""
    query = select(FactRecord).where(
        FactRecord.incident_id == incident.id, FactRecord.source == source, FactRecord.withdrawn_at.is_(None)
    )
    rows = tx.session.scalars(query).all()
    for row in rows:
        row.withdrawn_at = now
        incident.version += 1
    return [row.id for row in rows]


def keep_file(stream: IO[bytes] | None) -> str | None:
    """Keep a file by its content; gives back its SHA-256, None where there is none.

    Raises:
        TooLarge, EmptyFile: the file.
    """
    if stream is None:
        return None
    store = evidence_store()
    with store.receive(stream, limit_bytes=FILE_LIMIT) as incoming:
        store.keep(incoming)
    return incoming.sha256


def stored(sha256: str | None) -> Path:
    """Where a kept file lies.

    Raises:
        NotFound: there is none.
    """
    path = None if sha256 is None else evidence_store().path(sha256)
    if path is None or not path.is_file():
        raise NotFound
    return path
