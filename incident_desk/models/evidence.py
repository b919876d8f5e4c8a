"""Evidence: originals by content, with what the phone, the file and the server each said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class FieldLink(Base):
    """A short link that lets a phone at the river send to one case, until it expires or is taken back."""

    __tablename__ = "field_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    label: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Evidence(Base):
    """One file received. The original lies on disk by its SHA-256 and is never rewritten."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("incident_id", "client_key", name="uq_evidence_client_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    original_name: Mapped[str]
    client_key: Mapped[str]
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    received_at: Mapped[datetime]
    received_from: Mapped[str]
    phone_at: Mapped[datetime | None]
    phone_longitude: Mapped[float | None]
    phone_latitude: Mapped[float | None]
    phone_accuracy_m: Mapped[float | None]
    exif_at: Mapped[datetime | None]
    exif_longitude: Mapped[float | None]
    exif_latitude: Mapped[float | None]
    exif: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdicts: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")
