"""Disclosure before and around a release: drafts and their way, figures, press conferences, opinion, our page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base
from incident_desk.models.releases import Release


class DisclosureChain(Base):
    """An office's approval chain; the newest row is its setting, older ones stay for the cases begun under them."""

    __tablename__ = "disclosure_chain"
    __table_args__ = (UniqueConstraint("office_code", "number", name="uq_disclosure_chain_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    number: Mapped[int]
    steps: Mapped[list[Any]]
    set_at: Mapped[datetime]
    set_by: Mapped[str]


class ReleaseDraft(Base):
    """稿: a text on its way to the public. ``chain`` is the one it was begun with; ``version`` the newest."""

    __tablename__ = "release_draft"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_release_draft_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    chain: Mapped[list[Any]]
    version: Mapped[int]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    begun_at: Mapped[datetime]
    begun_by: Mapped[str]
    dropped_at: Mapped[datetime | None]
    dropped_by: Mapped[str | None]

    versions: Mapped[list[DraftVersion]] = relationship(order_by="DraftVersion.version", cascade="all, delete-orphan")
    steps: Mapped[list[DraftStep]] = relationship(order_by="DraftStep.id", cascade="all, delete-orphan")
    publications: Mapped[list[DraftPublication]] = relationship(
        order_by="DraftPublication.id", cascade="all, delete-orphan"
    )

    @property
    def is_out(self) -> bool:
        """Whether it was published; a record that was taken back is none."""
        return any(one.release.withdrawn_at is None for one in self.publications)


class DraftVersion(Base):
    """One version of a draft: ``snapshot`` is the text exactly as digested. Never changed."""

    __tablename__ = "release_draft_version"
    __table_args__ = (UniqueConstraint("draft_id", "version", name="uq_release_draft_version_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("release_draft.id"), index=True)
    version: Mapped[int]
    snapshot: Mapped[dict[str, Any]]
    digest: Mapped[str]
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    writer: Mapped[str]
    writer_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class DraftStep(Base):
    """A person's word on one version: passed or sent back, how, when, who else heard it. Only ever confirmed."""

    __tablename__ = "release_draft_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("release_draft.id"), index=True)
    version: Mapped[int]
    step: Mapped[int]
    outcome: Mapped[str]
    person: Mapped[str]
    person_ref: Mapped[str | None]
    manner: Mapped[str]
    second_hearer: Mapped[str | None]
    page_sha256: Mapped[str | None]
    note: Mapped[str]
    digest: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]


class DraftPublication(Base):
    """A release on record that went out from a draft; one text may stand on several accounts."""

    __tablename__ = "release_draft_publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("release_draft.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), unique=True)
    version: Mapped[int]

    release: Mapped[Release] = relationship()


class ApprovedFigure(Base):
    """A figure of the case and who stands for it: entered by one person, approved by another.

    ``value`` is the number as entered, ``unit`` a code; a limit has no time of sampling.
    """

    __tablename__ = "approved_figure"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[str]
    indicator: Mapped[str]
    point: Mapped[str]
    value: Mapped[str]
    unit: Mapped[str]
    sampled_at: Mapped[datetime | None]
    source: Mapped[str]
    digest: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    entered_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class PressConference(Base):
    """新闻发布会 as held; what was said there is its release."""

    __tablename__ = "press_conference"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), unique=True)
    place: Mapped[str]
    held_at: Mapped[datetime]
    spokespeople: Mapped[str]
    host: Mapped[str]
    media: Mapped[str]
    transcript_sha256: Mapped[str | None]
    transcript_name: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class PublicOpinion(Base):
    """舆情: one matter, what is answered (口径), and when and where it was. ``subject`` is its name in the facts."""

    __tablename__ = "public_opinion"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_public_opinion_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    kind: Mapped[str]
    source: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    place: Mapped[str]
    link: Mapped[str | None]
    seen_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    line: Mapped[str]
    line_at: Mapped[datetime | None]
    line_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_where: Mapped[str | None]
    answer_link: Mapped[str | None]
    answer_recorded_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class PublicState(Base):
    """What our public page showed of a case, from when to when; ``to_at`` empty is now. ``shown`` gives ``digest``."""

    __tablename__ = "public_state"
    __table_args__ = (Index("ix_public_state_open", "incident_id", "to_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    shown: Mapped[list[Any]]
    digest: Mapped[str]
