"""Neighbours: notices with the acts that gave them, advice to the own government, files received, agreements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base


class NeighbourNotice(Base):
    """通报: one notice to one neighbour, numbered within the case. ``snapshot`` is the text as digested.

    ``to_code`` may lie outside the province and so names no row of the offices. ``texts`` are an officer's own words
    by line. ``file_sha256`` is the file made for the neighbour's desk, ``document_sha256`` the letter as it went out.
    """

    __tablename__ = "neighbour_notice"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_neighbour_notice_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    to_code: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    digest: Mapped[str]
    texts: Mapped[dict[str, Any]]
    version: Mapped[int]
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    document_sha256: Mapped[str | None]
    file_sha256: Mapped[str | None] = mapped_column(unique=True)
    file_made_at: Mapped[datetime | None]
    file_made_by: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[str | None]
    reply_text: Mapped[str | None]
    reply_recorded_by: Mapped[str | None]
    dropped_at: Mapped[datetime | None]
    dropped_by: Mapped[str | None]

    acts: Mapped[list[NeighbourNoticeAct]] = relationship(order_by="NeighbourNoticeAct.id")


class NeighbourNoticeAct(Base):
    """One act of giving a notice: call with read-back, fax, letter, file. Never changed, only taken back."""

    __tablename__ = "neighbour_notice_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("neighbour_notice.id"), index=True)
    way: Mapped[str]
    at: Mapped[datetime]
    number_rung: Mapped[str]
    answered_by: Mapped[str]
    read_back: Mapped[str]
    proof: Mapped[str]
    proof_sha256: Mapped[str | None]
    received_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class NeighbourAdvice(Base):
    """建议本级人民政府通报: the advice as it was given to the own government, and what shows it."""

    __tablename__ = "neighbour_advice"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_neighbour_advice_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    neighbours: Mapped[list[Any]]
    addressee: Mapped[str]
    text: Mapped[str]
    digest: Mapped[str]
    how: Mapped[str]
    at: Mapped[datetime]
    receiver_name: Mapped[str]
    proof: Mapped[str]
    proof_sha256: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class ReceivedNotice(Base):
    """A neighbour's file that this office took, once: ``identifier`` is the sender's, ``sender_key`` who signed it."""

    __tablename__ = "received_notice"
    __table_args__ = (UniqueConstraint("office_code", "identifier", name="uq_received_notice_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    identifier: Mapped[str]
    sha256: Mapped[str]
    sender_code: Mapped[str]
    sender_name: Mapped[str]
    sender_case_no: Mapped[str]
    sender_key: Mapped[str]
    is_exercise: Mapped[bool]
    opened_case: Mapped[bool]
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    taken_by: Mapped[str]


class JointAgreement(Base):
    """联防联控协议: one line of an office's register. Parties are codes, which may lie outside the province."""

    __tablename__ = "joint_agreement"
    __table_args__ = (
        UniqueConstraint("office_code", "agreement_no", name="uq_joint_agreement_no"),
        CheckConstraint("level IN ('province', 'prefecture', 'county')", name="level_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    agreement_no: Mapped[str]
    title: Mapped[str]
    water_body: Mapped[str]
    upstream_code: Mapped[str]
    downstream_code: Mapped[str]
    level: Mapped[str]
    signed_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    upstream_contact: Mapped[str]
    upstream_phone: Mapped[str]
    downstream_contact: Mapped[str]
    downstream_phone: Mapped[str]
    last_meeting_on: Mapped[date | None]
    last_drill_on: Mapped[date | None]
    monitoring_plan: Mapped[str]
    version: Mapped[int]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    disputes: Mapped[list[AgreementDispute]] = relationship(order_by="AgreementDispute.id")


class AgreementDispute(Base):
    """纠纷: opened, about what, mediated by whom, settled when and how."""

    __tablename__ = "agreement_dispute"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("joint_agreement.id"), index=True)
    opened_on: Mapped[date]
    about: Mapped[str]
    mediated_by: Mapped[str]
    settled_on: Mapped[date | None]
    outcome: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    settled_recorded_by: Mapped[str | None]


class AgreementProgress(Base):
    """联防联控机制建设进展: an office's report of one half-year, and its way to the province."""

    __tablename__ = "agreement_progress"
    __table_args__ = (UniqueConstraint("office_code", "period", name="uq_agreement_progress_period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    period: Mapped[str]
    addressee: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    digest: Mapped[str]
    version: Mapped[int]
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[str]
    sent_how: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None]
    receiver_name: Mapped[str | None]
    proof: Mapped[str | None]
    proof_sha256: Mapped[str | None]
    document_sha256: Mapped[str | None]
