"""The incident: one case file, and the offices that are part of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base


class Incident(Base):
    """突发环境事件, one case file. What is known about it stands in its facts; here is what lists need."""

    __tablename__ = "incident"
    __table_args__ = (CheckConstraint("state IN ('open', 'closed')", name="state_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_no: Mapped[str] = mapped_column(unique=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    is_exercise: Mapped[bool]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="open", index=True)
    grade: Mapped[str | None]
    learned_at: Mapped[datetime]
    occurred_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    journal_salt: Mapped[str]

    offices: Mapped[list[IncidentOffice]] = relationship(back_populates="incident", cascade="all, delete-orphan")


class IncidentOffice(Base):
    """An office that is part of a case: its own, one that learned of it, a neighbour. ``learned_at`` is its own."""

    __tablename__ = "incident_office"
    __table_args__ = (UniqueConstraint("incident_id", "office_code", name="uq_incident_office_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    learned_at: Mapped[datetime | None]
    reason: Mapped[str]

    incident: Mapped[Incident] = relationship(back_populates="offices")


class CaseNumber(Base):
    """The last running number taken, per office, year and kind; numbers are never reused."""

    __tablename__ = "case_number"

    office_code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    is_exercise: Mapped[bool] = mapped_column(primary_key=True)
    last: Mapped[int]
