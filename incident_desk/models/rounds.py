"""Rounds to the lower desks: what was asked of whom until when, what each answered; and consultations after them.

Names and words of those who answered stand in these rows and nowhere else, so that they can be destroyed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base


class InquiryRound(Base):
    """调度: one round of a case, numbered within it; what is asked of every office is the same."""

    __tablename__ = "inquiry_round"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_inquiry_round_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    note: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    questions: Mapped[list[RoundQuestionRow]] = relationship(
        order_by="RoundQuestionRow.position", cascade="all, delete-orphan"
    )
    offices: Mapped[list[RoundOffice]] = relationship(
        back_populates="round", order_by="RoundOffice.office_code", cascade="all, delete-orphan"
    )


class RoundQuestionRow(Base):
    """One question as it was asked, in both languages."""

    __tablename__ = "round_question"
    __table_args__ = (UniqueConstraint("round_id", "position", name="uq_round_question_position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("inquiry_round.id"))
    position: Mapped[int]
    kind: Mapped[str]
    subject: Mapped[str]
    text_zh: Mapped[str]
    text_en: Mapped[str]


class RoundOffice(Base):
    """One asked office: its phone link, when it first answered, and when its silence was flagged."""

    __tablename__ = "round_office"
    __table_args__ = (UniqueConstraint("round_id", "office_code", name="uq_round_office_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("inquiry_round.id"))
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    link_digest: Mapped[str | None] = mapped_column(unique=True)
    messages: Mapped[int]
    answered_at: Mapped[datetime | None]
    silent_at: Mapped[datetime | None]
    silent_messages: Mapped[int | None]

    round: Mapped[InquiryRound] = relationship(back_populates="offices")
    answers: Mapped[list[RoundAnswer]] = relationship(order_by="RoundAnswer.id", cascade="all, delete-orphan")


class RoundAnswer(Base):
    """One answer to one question; the newest counts. ``typed`` is what came, ``said`` how it reads.

    ``value`` is the answer as the case's fact would hold it, ``fact_id`` the fact that it became.
    """

    __tablename__ = "round_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_office_id: Mapped[int] = mapped_column(ForeignKey("round_office.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("round_question.id"), index=True)
    state: Mapped[str]
    said: Mapped[str]
    typed: Mapped[dict[str, Any]]
    value: Mapped[dict[str, Any] | None]
    via: Mapped[str]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    fact_id: Mapped[int | None] = mapped_column(ForeignKey("fact.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class Consultation(Base):
    """会商研判, numbered within the case: when, who took part, conclusions, what was decided, the next round."""

    __tablename__ = "consultation"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_consultation_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("inquiry_round.id"))
    held_at: Mapped[datetime]
    place: Mapped[str]
    chair: Mapped[str]
    present: Mapped[str]
    conclusions: Mapped[str]
    decisions: Mapped[str]
    next_round_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]
