"""The call sheet while it is typed, and the call once it is taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class CallDraft(Base):
    """What has been typed so far; saved as one types, kept until its case is open and after."""

    __tablename__ = "call_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    body: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    discarded_at: Mapped[datetime | None]


class Call(Base):
    """接报记录: one call taken. The caller stands in columns of its own, so that it can be destroyed later."""

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    received_by: Mapped[str]
    channel: Mapped[str | None]
    learned_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    sheet: Mapped[dict[str, Any]]
    problems: Mapped[list[Any]] = mapped_column(default=list)
    caller_name: Mapped[str | None]
    caller_unit: Mapped[str | None]
    caller_phone: Mapped[str | None]
