"""First calls out: whom to ring, who answered, what was said and done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class PhoneCall(Base):
    """One call to make, then the record of it. ``state``: to_make, answered, no_answer, not_needed."""

    __tablename__ = "phone_call"
    __table_args__ = (UniqueConstraint("incident_id", "contact_key", name="uq_phone_call_contact"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    contact_key: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    number: Mapped[str | None]
    rank: Mapped[int]
    reason: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="to_make", index=True)
    proposed_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    made_by: Mapped[str | None]
    answered_by: Mapped[str | None]
    said: Mapped[str | None]
    done: Mapped[str | None]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
