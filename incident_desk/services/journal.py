"""The journal as a chain: checked from its first entry to its head."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select

from incident_desk.domain.journal import ChainCheck, Entry, Link, stored_link, verify_chain
from incident_desk.extensions import db
from incident_desk.models import JournalEntry, JournalHead
from incident_desk.services.transaction import snapshot


def to_link(row: JournalEntry) -> Link:
    """A stored entry as a link of the chain."""
    entry = Entry(row.seq, row.at, row.kind, row.case_no, row.office_code, row.actor or None, json.loads(row.data))
    return stored_link(entry, row.prev_hash, row.hash)


def links(up_to: int | None = None) -> Iterator[Link]:
    """Every link in order, read as a stream."""
    query = select(JournalEntry).order_by(JournalEntry.seq).execution_options(yield_per=1000)
    if up_to is not None:
        query = query.where(JournalEntry.seq <= up_to)
    for row in db.session.scalars(query):
        yield to_link(row)


def verify() -> ChainCheck:
    """Walk the whole chain and compare its end with the recorded head, both as of one moment while others write."""
    with snapshot() as session:
        head = session.execute(select(JournalHead.seq, JournalHead.hash)).one_or_none()
        return verify_chain(links(), head=None if head is None else (head.seq, head.hash))
