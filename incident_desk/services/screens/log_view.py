"""The duty log for a screen: journal entries with what they name looked up, never the other way round."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import (
    Base,
    ClockRecord,
    DutyLine,
    Evidence,
    FactRecord,
    Incident,
    JournalEntry,
    PhoneCall,
    Release,
    Report,
    Task,
)
from incident_desk.services import scope
from incident_desk.services.people import names_of
from incident_desk.services.screens import board

NAMED: Mapping[str, tuple[str, type[Base]]] = {
    "fact": ("fact", FactRecord),
    "clock": ("clock", ClockRecord),
    "phone_call": ("phone_call", PhoneCall),
    "task": ("task", Task),
    "evidence": ("evidence", Evidence),
    "report": ("report", Report),
    "release": ("release", Release),
    "duty_line": ("duty_line", DutyLine),
}
"""Key in an entry's data → name of what it points at, and its table."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry: when, what kind, about which case, by whom, and the rows its ids point at."""

    seq: int
    at: datetime
    kind: str
    case_no: str | None
    actor: str
    who: str
    data: Mapping[str, Any]
    named: Mapping[str, Any] = field(default_factory=dict)
    incident: Incident | None = None


def newest(actor: Actor, *, case_no: str | None = None, limit: int = 40, before: int | None = None) -> list[LogLine]:
    """The newest entries that *actor* may see, newest first; of one case where *case_no* is given.

    Raises:
        NotFound: the case is not this actor's to see.
    """
    if case_no is not None:
        scope.incident(actor, case_no)
    if before is None:
        return _looked_up(board.latest(actor=actor, case_no=case_no, limit=limit))
    query = select(JournalEntry).where(scope.journal_visible_to(actor), JournalEntry.seq < before)
    if case_no is not None:
        query = query.where(JournalEntry.case_no == case_no)
    return _looked_up(list(db.session.scalars(query.order_by(JournalEntry.seq.desc()).limit(limit))))


def between(actor: Actor, starts: datetime, ends: datetime, *, limit: int) -> list[LogLine]:
    """The entries that *actor* may see, written from *starts* until before *ends*, oldest first."""
    query = select(JournalEntry).where(
        scope.journal_visible_to(actor), JournalEntry.at >= starts, JournalEntry.at < ends
    )  # fmt: skip
    return _looked_up(list(db.session.scalars(query.order_by(JournalEntry.seq).limit(limit))))


def _looked_up(entries: list[JournalEntry]) -> list[LogLine]:
    data = {entry.seq: json.loads(entry.data) for entry in entries}
    rows = _rows(data.values())
    who = names_of({entry.actor for entry in entries})
    cases = _cases(entry.case_no for entry in entries)
    return [
        LogLine(
            seq=entry.seq,
            at=entry.at,
            kind=entry.kind,
            case_no=entry.case_no,
            actor=entry.actor,
            who=who.get(entry.actor, ""),
            data=data[entry.seq],
            named=_named(data[entry.seq], rows),
            incident=cases.get(entry.case_no or ""),
        )
        for entry in entries
    ]


def _rows(documents: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], Any]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for document in documents:
        for key in NAMED.keys() & document.keys():
            if isinstance(document[key], int):
                wanted[key].add(document[key])
    found: dict[tuple[str, int], Any] = {}
    for key, ids in wanted.items():
        table: Any = NAMED[key][1]
        for row in db.session.scalars(select(table).where(table.id.in_(ids))):
            found[key, row.id] = row
    return found


def _named(document: Mapping[str, Any], rows: Mapping[tuple[str, int], Any]) -> dict[str, Any]:
    return {
        NAMED[key][0]: rows[key, document[key]]
        for key in NAMED.keys() & document.keys()
        if isinstance(document[key], int) and (key, document[key]) in rows
    }


def _cases(numbers: Iterable[str | None]) -> dict[str, Incident]:
    wanted = {number for number in numbers if number}
    return {row.case_no: row for row in db.session.scalars(select(Incident).where(Incident.case_no.in_(wanted)))}
