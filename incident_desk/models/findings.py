"""Findings that a duty does not exist in a case: who found it, who was asked, what they answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class FindingRecord(Base):
    """不适用认定. ``fact_id`` is the fact that took the duty off the board, while it stands.

    ``confirm_by`` is until when a word by telephone must be confirmed; None where no answer by telephone was given.
    """

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    rule_id: Mapped[str]
    state: Mapped[str]
    ground: Mapped[str]
    basis: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
    other: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    heard_at: Mapped[datetime | None]
    confirm_by: Mapped[datetime | None] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
    fact_id: Mapped[int | None] = mapped_column(ForeignKey("fact.id"))
