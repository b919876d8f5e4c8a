"""Papers to the own government: draft, signature, sending and answer of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class CommandPaper(Base):
    """呈报件, numbered within the case. ``snapshot`` is what was signed, ``document_no`` the office's own number.

    The columns of the signature are those of a report. ``sent_*`` is its way to the government with its proof,
    ``answer_*`` the government's answer (批复).
    """

    __tablename__ = "command_paper"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_command_paper_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    kind: Mapped[str]
    document_no: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    digest: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    sign_method: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    signatory: Mapped[str | None]
    sign_recorded_by: Mapped[str | None]
    sign_recorder_name: Mapped[str | None]
    signature_sha256: Mapped[str | None]
    second_hearer: Mapped[str | None]
    sign_confirmed_at: Mapped[datetime | None]
    sign_confirmed_by: Mapped[str | None]
    document_sha256: Mapped[str | None]
    sent_how: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    receiver_name: Mapped[str | None]
    proof: Mapped[str | None]
    proof_sha256: Mapped[str | None]
    received_at: Mapped[datetime | None]
    sent_recorded_by: Mapped[str | None]
    answer_text: Mapped[str | None]
    answer_no: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answer_sha256: Mapped[str | None]
    answer_recorded_by: Mapped[str | None]
    dropped_at: Mapped[datetime | None]
    dropped_by: Mapped[str | None]
