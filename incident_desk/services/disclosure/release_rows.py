"""Releases on record, read out of their rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from incident_desk.domain.disclosure.public_answers import PublicAnswer, answers
from incident_desk.domain.disclosure.releases import GapFound, ReleaseContent, ReleaseGap
from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, Release
from incident_desk.records import images
from incident_desk.services import scope
from incident_desk.services.field.content_store import evidence_store

NEWEST = (Release.published_at.desc(), Release.id.desc())
"""The order of releases on every page."""


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """One release with its check read out of the row."""

    incident: Incident
    row: Release
    content: ReleaseContent
    gaps: tuple[GapFound, ...]
    warnings: tuple[str, ...]

    @property
    def link(self) -> str | None:
        """The address, where it is one that may be linked to."""
        unreadable = any(found.gap is ReleaseGap.LINK_UNREADABLE for found in self.gaps)
        return None if unreadable else self.content.link or None

    @property
    def answers(self) -> tuple[PublicAnswer, ...]:
        """What people ask, in the release's own sentences."""
        return answers(self.content.text)


def all_of(actor: Actor, case_no: str) -> list[ReleaseView]:
    """The releases of a case, newest publication first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(Release).where(Release.incident_id == incident.id)
    return [view_of(incident, row) for row in db.session.scalars(query.order_by(*NEWEST))]


def one(actor: Actor, case_no: str, release_id: int) -> ReleaseView:
    """One release of a case.

    Raises:
        NotFound: no such release in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    row = db.session.get(Release, release_id)
    if row is None or row.incident_id != incident.id:
        raise NotFound
    return view_of(incident, row)


def incident_of(actor: Actor, case_no: str) -> Incident:
    """The case itself.

    Raises:
        NotFound: not this actor's to see.
    """
    return scope.incident(actor, case_no)


def capture_file(view: ReleaseView) -> tuple[Path, str]:
    """Where the picture of the published page lies, and its media type.

    Raises:
        NotFound: there is none.
    """
    path = evidence_store().path(view.row.capture_sha256) if view.row.capture_sha256 else None
    if path is None or not path.is_file():
        raise NotFound
    return path, images.inspect(path).media_type


def view_of(incident: Incident, row: Release) -> ReleaseView:
    """A row with its content and its check."""
    gaps: Iterable[dict[str, str]] = row.gate.get("gaps", ())
    found = tuple(GapFound(ReleaseGap(one["gap"]), one["expected"], one["hint"]) for one in gaps)
    return ReleaseView(incident, row, content_of(row), found, tuple(row.gate.get("warnings", ())))


def content_of(row: Release) -> ReleaseContent:
    """The content of a row, as it was digested."""
    said = row.snapshot
    return ReleaseContent(
        **{
            **said,
            "issuer": Issuer(said["issuer"]),
            "channel": ReleaseChannel(said["channel"]),
            "published_at": datetime.fromisoformat(said["published_at"]),
        }
    )


def snapshot_bytes(row: Release) -> bytes:
    """The content exactly as digested, for the archive."""
    return content_of(row).snapshot()
