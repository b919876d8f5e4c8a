"""The file for a neighbour's desk: alert, notice, trace, clocks, letter, signed; made once, kept by its content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.occurrence import OccurrenceKind
from incident_desk.domain.errors import ChangedMeanwhile
from incident_desk.domain.neighbours.cap import EnteringPlace, alert_xml
from incident_desk.domain.neighbours.exchange import Exchange, identifier_of
from incident_desk.domain.neighbours.notices import LONGEST, NoticeDropped
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, NeighbourNotice, TraceRun
from incident_desk.records.notice_packet import ALERT, CLOCKS, LETTER, NOTICE, TRACE, packet_zip
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import five_lines
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks
from incident_desk.services.neighbours import affected, desk_key, notice_papers, notice_rows
from incident_desk.services.neighbours.notice_rows import NoticeView
from incident_desk.services.transaction import transaction
from incident_desk.services.water import map_layers


@dataclass(frozen=True, slots=True)
class _Kept:
    """SHA-256 of the file and of the letter in it, both in the store."""

    file: str
    letter: str


def make(case_no: str, number: int, *, actor: Actor, now: datetime) -> NeighbourNotice:
    """Make the file of a notice and keep it; the text is fixed from now on. Journal ``notice.file_made``.

    A second call gives the file that was made: what two people hand over is one and the same.

    Raises:
        NoticeDropped, NotAllowed, NotFound.
        ChangedMeanwhile: the text was changed while the file was made.
    """
    view = notice_rows.one(actor, case_no, number)
    if view.row.dropped_at is not None:
        raise NoticeDropped
    packed = None if view.row.file_sha256 else _packed(view, actor=actor, now=now)
    with transaction() as tx:
        incident, row = notice_rows.find_own(tx, case_no, number, actor)
        if packed is not None and row.file_sha256 is None:
            if row.digest != view.row.digest:
                raise ChangedMeanwhile
            row.file_sha256, row.file_made_at, row.file_made_by = packed.file, now, actor.ref
            row.document_sha256 = row.document_sha256 or packed.letter
            data = {"notice": row.id, "number": number, "to": row.to_code, "file": packed.file, "digest": row.digest}
            tx.journal(incident, "notice.file_made", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("notice", f"{case_no}/{number}")
    return row


def _packed(view: NoticeView, *, actor: Actor, now: datetime) -> _Kept:
    letter = notice_papers.letter(view)
    made = packet_zip(_parts(view, letter, actor=actor, now=now), desk_key.private_key())
    return _Kept(evidence_store().keep_bytes(made), evidence_store().keep_bytes(letter))


def _parts(view: NoticeView, letter: bytes, *, actor: Actor, now: datetime) -> dict[str, bytes]:
    incident, notice = view.incident, view.notice
    identifier = identifier_of(notice.case_no, notice.number)
    before = _before(view)
    place = _entering(incident, notice.to_code)
    run = five_lines.newest_trace(db.session, incident.id)
    exchange = Exchange(
        identifier=identifier, notice=notice, sent=now, grade=incident.grade,
        follows=None if before is None else identifier_of(notice.case_no, before.number),
        sheet=_sheet(case_sheet.current_sheet(incident)),
    )  # fmt: skip
    references = None
    if before is not None and before.file_made_at is not None:
        references = (identifier_of(notice.case_no, before.number), before.office_code, before.file_made_at)
    parts = {
        NOTICE: exchange.to_json(),
        ALERT: alert_xml(
            notice, identifier=identifier, sent=now, grade=incident.grade, place=place, references=references
        ),
        CLOCKS: _clocks(actor, incident, now),
        LETTER: letter,
    }
    return parts if run is None else {**parts, TRACE: _geojson(run)}


def _before(view: NoticeView) -> NeighbourNotice | None:
    """The notice to the same neighbour before this one, where a file was made of it."""
    if view.notice.follows is None:
        return None
    return db.session.scalar(
        notice_rows.of_case(view.incident).where(
            NeighbourNotice.number == view.notice.follows, NeighbourNotice.file_sha256.is_not(None)
        )
    )


def _entering(incident: Incident, to_code: str) -> EnteringPlace | None:
    way_in = affected.ways_in(db.session, incident).get(to_code)
    if way_in is None:
        return None
    return EnteringPlace(way_in.place, way_in.longitude, way_in.latitude, way_in.earliest, way_in.latest)


def _sheet(sheet: CallSheet) -> dict[str, str]:
    """What the receiving desk may begin its call sheet with; nothing about callers, vehicles or persons."""
    told = {
        "place_text": sheet.place_text,
        "water_body": sheet.water_body,
        "substance": sheet.identified.name_zh if sheet.identified else sheet.substance,
        "un_no": sheet.un_no or "",
        "cas_no": sheet.cas_no or "",
        "course": sheet.course,
        "measures": sheet.measures,
    }
    if sheet.position is not None:
        longitude, latitude = sheet.position.coordinates.cgcs2000()
        told |= {"coordinates": f"{longitude:.6f}, {latitude:.6f}", "datum": "cgcs2000"}
    occurred = sheet.occurred
    if occurred.earliest is not None and occurred.latest is not None:
        is_exact = occurred.kind is OccurrenceKind.EXACT
        bounds = {"earliest": occurred.earliest.isoformat(), "latest": occurred.latest.isoformat()}
        told |= {"occurred_kind": occurred.kind.value}
        told |= {"occurred_at": bounds["earliest"]} if is_exact else {f"occurred_{k}": v for k, v in bounds.items()}
    return {name: text[:LONGEST] for name, text in told.items() if text}


def _clocks(actor: Actor, incident: Incident, now: datetime) -> bytes:
    lines = [line.clock.to_json(now) for line in clocks.clocks_of(actor, incident.case_no)]
    document: dict[str, Any] = {"case_no": incident.case_no, "at": now.isoformat(), "clocks": lines}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode("utf-8", "replace")


def _geojson(run: TraceRun) -> bytes:
    """The trace as it is drawn, with what it rests on."""
    layer: Mapping[str, Any] = map_layers.trace_layer(run, word=map_layers.kind_zh)
    basis = {
        "run_at": run.run_at.isoformat(),
        "basis": five_lines.trace_basis_zh(run),
        "network": run.result["network"],
    }
    return json.dumps({**layer, "properties": basis}, ensure_ascii=False, indent=1).encode("utf-8", "replace")
