"""Tasks: what is missing or promised, until somebody has done it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class Task(Base):
    """One open point of a case. ``subject`` is a field code or what the task is about; one open task per subject."""

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("incident_id", "kind", "subject", name="uq_task_subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[str]
    subject: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
