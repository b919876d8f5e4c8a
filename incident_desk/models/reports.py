"""Statutory reports upward, their signing and their proof of delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base


class Report(Base):
    """初报、续报、处理结果报告. ``state``: draft, checked, signed, filed. ``snapshot`` is what was signed.

    ``basis`` is what the draft was written from: values, trace, photographs, version of the case; ``texts`` are an
    officer's own words by field. ``signatory`` is the name as signed, ``sign_recorded_by`` who put it on record.
    """

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_report_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    report_kind: Mapped[str]
    form: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    snapshot: Mapped[dict[str, Any]]
    basis: Mapped[dict[str, Any]] = mapped_column(default=dict)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str | None]
    document_sha256: Mapped[str | None]
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    checked_by: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    signed_by: Mapped[str | None]
    signatory: Mapped[str | None]
    sign_recorded_by: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    sign_method: Mapped[str | None]
    signature_sha256: Mapped[str | None]
    second_hearer: Mapped[str | None]
    sign_confirmed_by: Mapped[str | None]
    sign_confirmed_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    deliveries: Mapped[list[ReportDelivery]] = relationship(back_populates="report", cascade="all, delete-orphan")


class ReportDelivery(Base):
    """A report's way to one recipient, with the proof that it arrived."""

    __tablename__ = "report_delivery"
    __table_args__ = (UniqueConstraint("report_id", "recipient", name="uq_report_delivery_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    recipient: Mapped[str]
    name: Mapped[str]
    channel: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]
    receiver_name: Mapped[str | None]
    proof: Mapped[str | None]
    proof_sha256: Mapped[str | None]
    recorded_by: Mapped[str | None]

    report: Mapped[Report] = relationship(back_populates="deliveries")
