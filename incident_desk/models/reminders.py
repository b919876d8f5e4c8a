"""Reminders of clocks: how far each has gone, and who has said that they know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class Reminder(Base):
    """The newest reminder of a clock: 75, 90 or 100 (the limit has passed); earlier ones stand in the journal.

    ``step`` counts the steps of the ladder that were taken, ``next_step_at`` says when the next is due; it is None
    below 100, after the last step, and once somebody has said that they know.
    """

    __tablename__ = "reminder"

    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    level: Mapped[int]
    is_breach: Mapped[bool]
    raised_at: Mapped[datetime]
    step: Mapped[int]
    next_step_at: Mapped[datetime | None] = mapped_column(index=True)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
