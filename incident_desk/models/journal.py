"""The journal: one append-only table that is duty log, live feed, audit trail and archive index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class JournalEntry(Base):
    """One entry. ``data`` is canonical JSON text of ids, codes and salted digests; never a name or a number.

    ``seq`` and ``hash`` are given as the last act of a transaction under one lock, so what is visible has no gaps.
    UPDATE and DELETE are refused by triggers.
    """

    __tablename__ = "journal"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    case_no: Mapped[str | None] = mapped_column(ForeignKey("incident.case_no"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    actor: Mapped[str]
    data: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str]
    hash: Mapped[str]


class JournalHead(Base):
    """The last entry's number and hash: the lock under which numbers are given, and the proof of the end."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str]
