"""Duties of an office by the calendar: each time one falls due, what was reminded and what met it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class PeriodicDuty(Base):
    """One office, one rule, one period. ``reference`` is the number of the paper or the link of the publication."""

    __tablename__ = "periodic_duty"
    __table_args__ = (UniqueConstraint("office_code", "rule_id", "period", name="uq_periodic_duty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    rule_id: Mapped[str]
    period: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date(), index=True)
    warned_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    done_on: Mapped[date | None] = mapped_column(Date())
    done_by: Mapped[str | None]
    recorded_at: Mapped[datetime | None]
    reference: Mapped[str | None]
