"""The read side of the journal: what a screen missed, and what comes next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident_desk.domain.journal import iso_utc
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import JournalEntry
from incident_desk.services.law import clocks
from incident_desk.services.scope import incident, journal_visible_to, office_rooms
from incident_desk.services.transaction import journal_written

POLL_S = 0.25
BATCH = 500
LAST_SEQ = 2**53
"""The highest number that a screen can name; the database takes no larger ones."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries that became visible together, with the rooms each may be heard in."""

    entries: tuple[tuple[dict[str, Any], tuple[str, ...]], ...]
    last_seq: int

    def by_room(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Each room with its entries in order."""
        rooms: dict[str, list[dict[str, Any]]] = {}
        for entry, names in self.entries:
            for name in names:
                rooms.setdefault(name, []).append(entry)
        yield from rooms.items()

    def rooms_of_clocks(self) -> dict[str, tuple[str, ...]]:
        """Each case whose clocks these entries tell of, with the rooms that may hear of them."""
        rooms: dict[str, dict[str, None]] = {}
        for entry, names in self.entries:
            if entry["case_no"] is not None and entry["kind"].startswith("clock."):
                rooms.setdefault(entry["case_no"], {}).update(dict.fromkeys(names))
        return {case_no: tuple(names) for case_no, names in rooms.items()}


def clock_states(case_nos: Iterable[str], now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The clocks of each case as ``clock:state`` carries them, for the reader that broadcasts to rooms."""
    with Session(db.engine) as session:
        return {case_no: clocks.state_payload(clocks.of_case(session, case_no), now) for case_no in case_nos}


def as_message(entry: JournalEntry) -> dict[str, Any]:
    """An entry as screens receive it: ``{seq, at, kind, case_no, actor, data}``."""
    return {
        "seq": entry.seq,
        "at": iso_utc(entry.at),
        "kind": entry.kind,
        "case_no": entry.case_no,
        "actor": entry.actor,
        "data": json.loads(entry.data),
    }


def head_seq() -> int:
    """The number of the newest entry; 0 when there is none."""
    return db.session.scalar(select(func.max(JournalEntry.seq))) or 0


def entries_after(seq: int, *, actor: Actor, case_no: str | None = None, limit: int = BATCH) -> list[dict[str, Any]]:
    """What *actor* may see after *seq*, oldest first, at most *limit*; of one case where *case_no* is given.

    Raises:
        NotFound: the case is not this actor's to see.
    """
    query = select(JournalEntry).where(JournalEntry.seq > seq)
    if case_no is None:
        query = query.where(journal_visible_to(actor))
    else:
        query = query.where(JournalEntry.case_no == incident(actor, case_no).case_no)
    return [as_message(row) for row in db.session.scalars(query.order_by(JournalEntry.seq).limit(limit))]


def latest(*, actor: Actor, case_no: str | None = None, limit: int = 30) -> list[JournalEntry]:
    """The newest entries *actor* may see, newest first."""
    query = select(JournalEntry).where(journal_visible_to(actor))
    if case_no is not None:
        query = query.where(JournalEntry.case_no == case_no)
    return list(db.session.scalars(query.order_by(JournalEntry.seq.desc()).limit(limit)))


def follow(stop: Event, after: int) -> Iterator[Batch]:
    """Read the journal on from *after* until *stop*; wakes by signal, at the latest every 250 ms."""
    seq = after
    while not stop.is_set():
        batch = read_batch(seq)
        if batch is None:
            with journal_written:
                journal_written.wait(POLL_S)
            continue
        seq = batch.last_seq
        yield batch


def read_batch(after: int) -> Batch | None:
    """The next entries after *after* with their rooms, or None."""
    with Session(db.engine) as session:
        rows = session.scalars(
            select(JournalEntry).where(JournalEntry.seq > after).order_by(JournalEntry.seq).limit(BATCH)
        ).all()
        if not rows:
            return None
        return Batch(tuple((as_message(row), _rooms(session, row)) for row in rows), rows[-1].seq)


def _rooms(session: Session, row: JournalEntry) -> tuple[str, ...]:
    offices: Iterable[str] = office_rooms(session, row.case_no, row.office_code)
    rooms = [f"office:{code}" for code in offices]
    if row.case_no is not None:
        rooms.append(f"case:{row.case_no}")
    return tuple(rooms)
