"""Rows the house keeps for itself: keys of requests already answered, and settings of the installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class IdempotencyRecord(Base):
    """An Idempotency-Key that has been used, with what it led to; written in the record's own transaction."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("key", "actor", name="uq_idempotency_key_actor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    actor: Mapped[str]
    digest: Mapped[str]
    outcome_kind: Mapped[str | None]
    outcome_id: Mapped[str | None]
    used_at: Mapped[datetime]


class Heartbeat(Base):
    """A duty of the worker and how many ticks it has completed, whichever worker did them."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beats: Mapped[int]
    at: Mapped[datetime]


class TimeAnchor(Base):
    """What time it was when a machine's counter stood at ``counter_s``; one row a start of a machine.

    ``told_step_s`` is the step of its system clock that stands in the journal, 0 while there is none.
    """

    __tablename__ = "time_anchor"

    machine: Mapped[str] = mapped_column(primary_key=True)
    counter_s: Mapped[float]
    at: Mapped[datetime]
    told_step_s: Mapped[float]


class Setting(Base):
    """A setting of the whole installation that people change while it runs, such as the office clock."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
