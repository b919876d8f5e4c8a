"""Photographs received: kept whole first, judged beside the phone's word and the case, then put on record."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.errors import NotFound
from incident_desk.domain.evidence import EvidenceJudgement, Position, Witnesses, judge
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Evidence, Incident, TraceRun
from incident_desk.records import images
from incident_desk.services import scope
from incident_desk.services.field.content_store import evidence_store, preview_store
from incident_desk.services.transaction import transaction

NOTE_LENGTH = 1000
NAME_LENGTH = 200
KEY_LENGTH = 100
PREVIEW_PX = (320, 1600)
LARGE_PX = 30_000_000
_making, _making_large = threading.BoundedSemaphore(2), threading.Lock()
"""Previews made at once: the largest photograph takes a gigabyte while it is made smaller, so one of the large ones."""


@dataclass(frozen=True, slots=True)
class PhoneWord:
    """What the phone says of a photograph; each may be missing, none is believed alone."""

    at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    note: str = ""
    is_forwarded: bool = False

    def position(self) -> Position | None:
        """The phone's position, WGS 84 degrees."""
        if self.longitude is None or self.latitude is None:
            return None
        return Position(self.longitude, self.latitude, self.accuracy_m or 0.0)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in. ``client_key`` is the sender's own: the same key is the same photograph."""

    stream: IO[bytes]
    name: str
    client_key: str
    sha256: str = ""
    phone: PhoneWord = field(default_factory=PhoneWord)


def receive_photograph(upload: Upload, incident: Incident, *, actor: Actor, now: datetime) -> Evidence:
    """Take a photograph into *incident*, which the caller found through scope or a link.

    The original is whole on disk before its row is written; a photograph that was taken before under the same key
    gives the same row again.

    Raises:
        TooLarge, EmptyFile, NotWhole: the bytes.
        NotAnImage, ImageDamaged, ImageTooManyPixels: the content.
    """
    known = _by_key(db.session(), incident.id, upload.client_key)
    if known is not None:
        return known
    store = evidence_store()
    limit = current_app.config["UPLOAD_LIMIT"]
    with store.receive(upload.stream, limit_bytes=limit, expected_sha256=upload.sha256) as incoming:
        facts = images.inspect(incoming.path)
        store.keep(incoming)
    judgement = judge(_witnesses(facts, upload.phone, incident, now))
    row = Evidence(
        incident_id=incident.id,
        office_code=incident.office_code,
        kind="photo",
        sha256=incoming.sha256,
        size_bytes=incoming.size_bytes,
        original_name=upload.name[:NAME_LENGTH],
        client_key=upload.client_key[:KEY_LENGTH] or incoming.sha256,
        received_at=now,
        received_from=actor.ref,
        note=upload.phone.note.strip()[:NOTE_LENGTH],
        **_columns(facts, upload.phone),
        verdicts=_verdicts(judgement),
    )
    return _write(row, incident, actor=actor, now=now)


def _write(row: Evidence, incident: Incident, *, actor: Actor, now: datetime) -> Evidence:
    with transaction() as tx:
        known = _by_key(tx.session, incident.id, row.client_key)
        if known is not None:
            return known
        tx.session.add(row)
        tx.session.flush()
        tx.journal(incident, "evidence.received", actor=actor, at=now, data={"evidence": row.id, "sha256": row.sha256})
        tx.outcome("evidence", incident.case_no)
    return row


def _by_key(session: Session, incident_id: int, client_key: str) -> Evidence | None:
    if not client_key:
        return None
    key = client_key[:KEY_LENGTH]
    return session.scalar(select(Evidence).where(Evidence.incident_id == incident_id, Evidence.client_key == key))


def _columns(facts: images.ImageFacts, phone: PhoneWord) -> dict[str, Any]:
    return {
        "media_type": facts.media_type,
        "width_px": facts.width,
        "height_px": facts.height,
        "phone_at": phone.at,
        "phone_longitude": phone.longitude,
        "phone_latitude": phone.latitude,
        "phone_accuracy_m": phone.accuracy_m,
        "exif_at": facts.taken_at,
        "exif_longitude": facts.longitude,
        "exif_latitude": facts.latitude,
        "exif": {
            "camera": facts.camera,
            "orientation": facts.orientation,
            "taken_local": facts.taken_local.isoformat() if facts.taken_local else None,
            "has_exif": facts.has_exif,
        },
    }


def _witnesses(facts: images.ImageFacts, phone: PhoneWord, incident: Incident, now: datetime) -> Witnesses:
    run = db.session.scalar(
        select(TraceRun).where(TraceRun.incident_id == incident.id).order_by(TraceRun.id.desc()).limit(1)
    )
    has_file_place = facts.longitude is not None and facts.latitude is not None
    return Witnesses(
        received_at=now,
        has_exif=facts.has_exif,
        maybe_recompressed=facts.maybe_recompressed or phone.is_forwarded,
        file_at=facts.taken_at,
        file_local=facts.taken_local,
        file_position=Position(facts.longitude or 0.0, facts.latitude or 0.0) if has_file_place else None,
        phone_taken_at=phone.at,
        phone_position=phone.position(),
        case_earliest_at=incident.occurred_at,
        case_position=None if run is None else Position(run.longitude, run.latitude),
    )


def _verdicts(judgement: EvidenceJudgement) -> list[dict[str, Any]]:
    """Everything found, with time, place and whose word they are as the first row."""
    place = judgement.position
    head: dict[str, Any] = {
        "taken_at": judgement.taken_at.isoformat(),
        "time_source": judgement.time_source.value,
        "longitude": None if place is None else place.longitude,
        "latitude": None if place is None else place.latitude,
        "place_source": None if judgement.place_source is None else judgement.place_source.value,
    }
    return [head, *({"code": f.verdict.value, "params": dict(f.params)} for f in judgement.findings)]


def photographs(actor: Actor, case_no: str) -> list[Evidence]:
    """The photographs of a case, newest first.

    Raises:
        NotFound: the case is not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(Evidence).where(Evidence.incident_id == incident.id, Evidence.kind == "photo")
    return list(db.session.scalars(query.order_by(Evidence.id.desc())))


def one(actor: Actor, case_no: str, evidence_id: int) -> Evidence:
    """One file of a case.

    Raises:
        NotFound: no such file in a case of this actor.
    """
    incident = scope.incident(actor, case_no)
    row = db.session.get(Evidence, evidence_id)
    if row is None or row.incident_id != incident.id:
        raise NotFound
    return row


def received_through(incident: Incident, actor: Actor, limit: int = 20) -> list[Evidence]:
    """What this phone or person has sent to the case, newest first."""
    query = select(Evidence).where(Evidence.incident_id == incident.id, Evidence.received_from == actor.ref)
    return list(db.session.scalars(query.order_by(Evidence.id.desc()).limit(limit)))


def original_path(row: Evidence) -> Path:
    """Where the original lies."""
    return evidence_store().path(row.sha256)


def preview_of(row: Evidence, size_px: int) -> bytes:
    """An upright JPEG without EXIF, made once and kept beside the originals; the original is never changed."""
    wanted = min(PREVIEW_PX, key=lambda known: abs(known - size_px))
    store, name = preview_store(), f"{wanted}/{row.sha256}.jpg"
    cached = store.root / name
    if cached.is_file():
        return cached.read_bytes()
    is_large = (row.width_px or 0) * (row.height_px or 0) > LARGE_PX
    with _making_large if is_large else nullcontext(), _making:
        if cached.is_file():  # made while this one waited
            return cached.read_bytes()
        content = images.preview(original_path(row), wanted)
        store.keep_derived(name, content)
    return content


def as_geojson(rows: list[Evidence], href: Mapping[int, str]) -> dict[str, Any]:
    """The located photographs as points for the map, WGS 84 degrees; *href* gives each preview's address."""
    features = []
    for row in rows:
        head = row.verdicts[0] if row.verdicts else {}
        if head.get("longitude") is None:
            continue
        features.append(
            {
                "type": "Feature",
                "id": f"evidence-{row.id}",
                "geometry": {"type": "Point", "coordinates": [head["longitude"], head["latitude"]]},
                "properties": {
                    "kind": "photo",
                    "mark": "照",
                    "title": row.note or row.original_name,
                    "photo": href.get(row.id, ""),
                    "taken_at": head["taken_at"],
                    "note": row.note,
                    "href": href.get(row.id, ""),
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}
