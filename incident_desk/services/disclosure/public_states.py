"""What our public page showed of a case and when: each state with a digest, from the act that made it to the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.permissions import Actor
from incident_desk.models import Incident, PublicState, Release
from incident_desk.services.transaction import Transaction


def follow(tx: Transaction, incident: Incident, *, actor: Actor, now: datetime) -> None:
    """Write down what the page shows from *now* on, where that changed. Journal ``release.public_changed``."""
    tx.session.flush()
    shown = _shown(tx.session, incident)
    digest = digest_of(shown)
    standing = tx.session.scalar(
        select(PublicState).where(PublicState.incident_id == incident.id, PublicState.to_at.is_(None))
    )
    is_same = not shown if standing is None else standing.digest == digest
    if is_same:
        return
    if standing is not None:
        standing.to_at = now
    if shown:
        tx.session.add(PublicState(incident_id=incident.id, from_at=now, shown=shown, digest=digest))
    data = {"digest": digest if shown else None, "releases": [one["release"] for one in shown]}
    tx.journal(incident, "release.public_changed", actor=actor, at=now, data=data)


def states_of(session: Session, incident: Incident) -> list[PublicState]:
    """Every state of the page, oldest first."""
    query = select(PublicState).where(PublicState.incident_id == incident.id)
    return list(session.scalars(query.order_by(PublicState.id)))


def digest_of(shown: Sequence[Any]) -> str:
    """SHA-256 of the state as canonical JSON, hex; the releases stand in it by their own digests."""
    text = json.dumps(list(shown), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(session: Session, incident: Incident) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Release)
        .where(Release.incident_id == incident.id, Release.is_on_public_page, Release.withdrawn_at.is_(None))
        .order_by(Release.published_at.desc(), Release.id.desc())
    )
    return [{"release": row.id, "digest": row.digest, "corrects": row.corrects_id} for row in rows]
