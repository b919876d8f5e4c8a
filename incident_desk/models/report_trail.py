"""What a report leaves behind: versions, who drafted and checked it, receipts chased, entries undone, secret items."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class ReportVersion(Base):
    """One saved version of a report's text; never changed. ``snapshot`` gives ``digest`` again."""

    __tablename__ = "report_version"
    __table_args__ = (UniqueConstraint("report_id", "version", name="uq_report_version_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    version: Mapped[int]
    texts: Mapped[dict[str, Any]]
    snapshot: Mapped[dict[str, Any]]
    digest: Mapped[str | None]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class ReportStepRecord(Base):
    """Somebody drafted or checked one version (拟稿、审核): on the screen, by word of mouth, or on paper.

    ``person_ref`` is empty for a person without an account here; ``name`` is the name as said.
    """

    __tablename__ = "report_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    step: Mapped[str]
    manner: Mapped[str]
    name: Mapped[str]
    person_ref: Mapped[str | None]
    at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorder_name: Mapped[str]
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    image_sha256: Mapped[str | None]
    second_hearer: Mapped[str | None]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]


class ReceiptChase(Base):
    """One ten-minute step of chasing a receipt: what was sent at ``sent_at`` was not confirmed by ``due_at``."""

    __tablename__ = "receipt_chase"
    __table_args__ = (UniqueConstraint("report_id", "recipient", "sent_at", "step", name="uq_receipt_chase_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    recipient: Mapped[str]
    sent_at: Mapped[datetime]
    step: Mapped[int]
    due_at: Mapped[datetime]
    written_at: Mapped[datetime]
    messages: Mapped[int] = mapped_column(default=0)


class DeliveryUndone(Base):
    """An entry of a delivery that no longer stands. ``kind``: denied (对方称未收到), mistaken (登记有误)."""

    __tablename__ = "report_delivery_undone"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    recipient: Mapped[str]
    kind: Mapped[str]
    said_by: Mapped[str | None]
    said_at: Mapped[datetime]
    reason: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    entry: Mapped[dict[str, Any]]


class SecretItem(Base):
    """A secret item that was handled off line (涉密事项线下办理): who, when, which register number; no content."""

    __tablename__ = "secret_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    handled_by: Mapped[str]
    handled_at: Mapped[datetime]
    register_no: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    struck_by: Mapped[str | None]
    struck_at: Mapped[datetime | None]
