"""Experts and call-outs: who was asked, through what, and what each answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base


class Expert(Base):
    """One of the pool. ``specialities`` are codes of expert_speciality; ``conflicts`` are names of enterprises."""

    __tablename__ = "expert"

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    employer: Mapped[str]
    title: Mapped[str | None]
    specialities: Mapped[list[Any]]
    region_code: Mapped[str]
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    phone: Mapped[str]
    backup_phone: Mapped[str | None]
    appointed_to: Mapped[date | None]
    unavailable_from: Mapped[date | None]
    unavailable_to: Mapped[date | None]
    conflicts: Mapped[list[Any]] = mapped_column(default=list)
    is_sample: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class Callout(Base):
    """One call-out of experts for a case. ``state``: requested (a leader has to confirm), sent, declined."""

    __tablename__ = "callout"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    is_whole_pool: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="sent")
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    basis: Mapped[dict[str, Any]]

    members: Mapped[list[CalloutMember]] = relationship(back_populates="callout", cascade="all, delete-orphan")


class CalloutMember(Base):
    """One expert in a call-out. ``answer``: null or a code of answer_kind; the last clear one counts.

    ``round_no`` counts the texts that asked; ``answered_via``: text, link or phone.
    """

    __tablename__ = "callout_member"
    __table_args__ = (UniqueConstraint("callout_id", "expert_id", name="uq_callout_member_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    callout_id: Mapped[int] = mapped_column(ForeignKey("callout.id"), index=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("expert.id"), index=True)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    link_digest: Mapped[str | None] = mapped_column(unique=True)
    reason: Mapped[dict[str, Any]]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    arrives_at: Mapped[datetime | None]
    answer_text: Mapped[str | None]
    answered_via: Mapped[str | None]
    round_no: Mapped[int] = mapped_column(default=1)
    stood_down_at: Mapped[datetime | None]

    callout: Mapped[Callout] = relationship(back_populates="members")
