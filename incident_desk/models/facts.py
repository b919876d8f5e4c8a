"""Dated facts: everything that is known about a case, each with its time, its recorder and its source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class FactRecord(Base):
    """One dated fact.

    ``kind`` is an event kind of the clocks (``trigger_known``, ``report_filed`` …) or ``sheet.<field>`` for a value
    of the call sheet. ``at`` is when it was so, ``recorded_at`` when it was written down. A fact is never
    changed: a later one of the same kind stands before it, and ``withdrawn_at`` takes one back by name. ``version``
    is the version of the case that it made.
    """

    __tablename__ = "fact"
    __table_args__ = (Index("ix_fact_incident_kind", "incident_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    data: Mapped[dict[str, Any]]
    source: Mapped[str | None]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    version: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
