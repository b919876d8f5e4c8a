"""The outbox: messages promised with the record and sent after it; and what came back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class OutboxMessage(Base):
    """One message on the wire. ``key`` is its identity at the vendor too; ``state`` as domain.messages.

    ``attempts`` counts the tries at the vendor ``vendor_index``; ``look_first`` says that an earlier try there may
    have arrived. ``leased_until`` is real time, every other instant is office time. ``ask_at`` is when the vendor is
    asked what became of a message whose receipt has not come.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    is_exercise: Mapped[bool]
    template: Mapped[str]
    to_number: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="promised")
    promised_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    vendor: Mapped[str | None]
    vendor_index: Mapped[int] = mapped_column(default=0)
    vendor_id: Mapped[str | None] = mapped_column(index=True)
    look_first: Mapped[bool] = mapped_column(default=False)
    handed_over_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    ask_at: Mapped[datetime | None] = mapped_column(index=True)
    failure: Mapped[str | None]
    about: Mapped[dict[str, Any]] = mapped_column(default=dict)


class InboundMessage(Base):
    """An answer that came back from a phone; the vendor's id makes a doubled callback harmless."""

    __tablename__ = "inbound_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_id: Mapped[str] = mapped_column(unique=True)
    from_number: Mapped[str]
    body: Mapped[str]
    is_exercise: Mapped[bool]
    received_at: Mapped[datetime]
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
