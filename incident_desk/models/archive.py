"""Archive packages that were exported."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class ArchivePackage(Base):
    """One exported package: the digest of its tag manifest and the journal number up to which it tells."""

    __tablename__ = "archive_package"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    name: Mapped[str]
    digest: Mapped[str]
    journal_seq: Mapped[int]
    exported_at: Mapped[datetime]
    exported_by: Mapped[str]
