"""Signs of life of the worker's duties, so that a screen can say that one of them has stopped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from incident_desk.extensions import db
from incident_desk.models import Heartbeat
from incident_desk.services.transaction import transaction

WATCHED = ("clocks", "reminders", "messages")
"""Duties whose standstill a desk must know of: reminders that do not come, messages that do not leave."""


def beat(duties: Iterable[str], *, now: datetime) -> None:
    """Count one more completed tick for each of *duties*; *now* is real time, for whoever reads the table."""
    names = sorted(set(duties))
    if not names:
        return
    with transaction() as tx:
        insert = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        new = insert(Heartbeat).values([{"name": name, "beats": 1, "at": now} for name in names])
        more = {"beats": Heartbeat.beats + 1, "at": new.excluded.at}
        tx.session.execute(new.on_conflict_do_update(index_elements=["name"], set_=more))


def counts() -> dict[str, int]:
    """How often each duty has beaten; who compares two readings needs no clock that agrees with the worker's."""
    return {row.name: row.beats for row in db.session.execute(select(Heartbeat.name, Heartbeat.beats))}
