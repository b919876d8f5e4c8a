"""What the public was told: by whom, where, when, in which words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class Release(Base):
    """信息发布 as recorded: issuer, channel, account, link or capture, text, digest.

    ``snapshot`` is the content exactly as digested; ``gate`` the codes of what it lacked and gave away. A correction
    (更正) names in ``corrects_id`` what it corrects; ``next_notice_at`` is when it promised the next word.
    """

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    issuer: Mapped[str]
    channel: Mapped[str]
    account: Mapped[str]
    link: Mapped[str | None]
    capture_sha256: Mapped[str | None]
    title: Mapped[str]
    text: Mapped[str]
    published_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    gate: Mapped[dict[str, Any]]
    snapshot: Mapped[dict[str, Any]]
    digest: Mapped[str]
    is_on_public_page: Mapped[bool] = mapped_column(default=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    next_notice_at: Mapped[datetime | None]
