"""Statutory reports upward, their signing and their proof of delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base
from incident_desk.models.report_trail import ReportStepRecord


class Report(Base):
    """初报、续报、处理结果报告. ``state``: draft, checked, signed, filed. ``snapshot`` is what was signed.

    ``basis`` is what the draft was written from: values, trace, photographs, version of the case; ``texts`` are an
    officer's own words by field. ``number`` counts the reports of the case and is their address, ``sequence`` those of
    the office: 第N报. ``previous_id`` is the report whose words it carries on. ``signatory`` is the name as signed,
    ``sign_recorded_by`` who put it on record. ``pages`` are those of the PDF/A that ``pdf_sha256`` names.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("incident_id", "number", name="uq_report_number"),
        UniqueConstraint("incident_id", "office_code", "sequence", name="uq_report_sequence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    sequence: Mapped[int]
    follow_up_no: Mapped[int] = mapped_column(default=0)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    urgency: Mapped[str] = mapped_column(default="extra_urgent")
    report_kind: Mapped[str]
    form: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    snapshot: Mapped[dict[str, Any]]
    basis: Mapped[dict[str, Any]] = mapped_column(default=dict)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str | None]
    document_sha256: Mapped[str | None]
    pdf_sha256: Mapped[str | None]
    pages: Mapped[int | None]
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    checked_by: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    signed_by: Mapped[str | None]
    signatory: Mapped[str | None]
    signatory_listed: Mapped[bool | None]
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
    steps: Mapped[list[ReportStepRecord]] = relationship(order_by=ReportStepRecord.id)


class ReportDelivery(Base):
    """A report's way to one recipient, with the proof that it arrived.

    ``recipient`` is an addressee's code: of the rules, or of one department. ``document_sha256`` and ``pdf_sha256`` are
    the papers that went out; ``chase_at`` is when a missing receipt is asked for next, empty when none is missing.
    """

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
    chase_at: Mapped[datetime | None] = mapped_column(index=True)
    document_sha256: Mapped[str | None]
    pdf_sha256: Mapped[str | None]

    report: Mapped[Report] = relationship(back_populates="deliveries")
