"""The end of a case: investigation begun, points of the three checks, package checks, sending, finish."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class InvestigationAct(Base):
    """An act that organises the investigation: who investigates (``name``, ``unit``), or what was preserved and how."""

    __tablename__ = "investigation_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    step: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class CheckPoint(Base):
    """A point of 三个不放过: ``matter`` is the check, ``owner`` the unit that owes it, ``evidence`` what proves it."""

    __tablename__ = "check_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    matter: Mapped[str]
    text: Mapped[str]
    owner: Mapped[str]
    owner_name: Mapped[str]
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    evidence: Mapped[str | None]
    done_recorded_at: Mapped[datetime | None]
    done_recorded_by: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    accepted_text: Mapped[str | None]
    accepted_recorded_at: Mapped[datetime | None]
    accepted_recorded_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class PackageCheck(Base):
    """四性检测 of one package: what was found of each property, and the two words that a person gave."""

    __tablename__ = "package_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("archive_package.id"))
    results: Mapped[list[Any]]
    is_sound: Mapped[bool]
    explained: Mapped[str]
    scanned: Mapped[str]
    checked_at: Mapped[datetime]
    checked_by: Mapped[str]


class ArchiveSending(Base):
    """A package sent upward and the receipt for it; ``fact_id`` is the fact ``archive_received`` that it became."""

    __tablename__ = "archive_sending"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    package_id: Mapped[int] = mapped_column(ForeignKey("archive_package.id"))
    to_name: Mapped[str]
    how: Mapped[str]
    sent_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    received_at: Mapped[datetime | None]
    receiver_name: Mapped[str | None]
    receipt_no: Mapped[str | None]
    receipt_recorded_at: Mapped[datetime | None]
    receipt_recorded_by: Mapped[str | None]
    fact_id: Mapped[int | None] = mapped_column(ForeignKey("fact.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class CaseFinish(Base):
    """案件办结: the list as it was decided on, with the reason of every unmet line, and who decided."""

    __tablename__ = "case_finish"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), unique=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    snapshot: Mapped[list[Any]]
    digest: Mapped[str]
    unmet: Mapped[int]
    decided_by: Mapped[str]
    decided_name: Mapped[str]
    decided_at: Mapped[datetime]
    fact_id: Mapped[int] = mapped_column(ForeignKey("fact.id"))
