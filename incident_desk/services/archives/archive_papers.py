"""What a package holds that was signed, published, photographed or reckoned, with the entries that vouch for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.journal import Link
from incident_desk.domain.labels import label
from incident_desk.domain.permissions import Actor
from incident_desk.models import Evidence, FactRecord, Incident, Office, Release, Report, ReportVersion, TraceRun
from incident_desk.paths import static_dir
from incident_desk.records.index import document
from incident_desk.records.package import (
    IMAGE_GROUP,
    RELEASE_GROUP,
    REPORT_GROUP,
    PackedEvidence,
    PackedFile,
    PackedText,
)
from incident_desk.services.archives import archive_command, archive_neighbours, report_trail
from incident_desk.services.archives.archive_disclosure import disclosure_files
from incident_desk.services.archives.archive_files import JSON, Recorder, pair, plain_row
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.reports import report_sketch
from incident_desk.services.water import map_layers

ZH = "zh_Hans"
COMMAND, RIVER_PLAN = 5, 9
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SIGNATURES = (
    (b"\x89PNG", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"%PDF", "pdf", "application/pdf"),
)
"""First bytes of a stored paper, its ending and its media type."""

Mentions = Mapping[tuple[str, int], list[Link]]


class OriginalMissing(DomainError):
    """A file that a record names is not in the store."""

    code = "original_missing"
    status = 409
    message_id = N_("The stored original of %(what)s is missing (SHA-256 %(sha256)s). Restore it from a backup.")


class RecordChanged(DomainError):
    """A row no longer gives the digest that was journalled; the export stops and names it."""

    code = "record_changed"
    status = 409
    message_id = N_("%(what)s was changed behind the desk: its digest is now %(found)s. Restore it from a backup.")


class Papers:
    """The papers of one case, read through *session*; *entries* are the case's journal entries by what they name."""

    def __init__(
        self, session: Session, incident: Incident, recorder: Recorder, entries: Mentions, *, actor: Actor
    ) -> None:
        self.session, self.incident, self.actor = session, incident, actor
        self.recorder, self.entries = recorder, entries

    def reports(self) -> list[PackedText]:
        """Reports upward, drafts included and named so, with documents, signatures and proofs of delivery."""
        rows = self.session.scalars(
            select(Report).where(Report.incident_id == self.incident.id).order_by(Report.number)
        ).all()
        return [self._report(row) for row in rows]

    def releases(self) -> list[PackedText]:
        """What the public was told, with captures."""
        rows = self.session.scalars(
            select(Release).where(Release.incident_id == self.incident.id).order_by(Release.id)
        ).all()
        return [self._release(row, number) for number, row in enumerate(rows, 1)]

    def evidence(self) -> list[PackedEvidence]:
        """The originals, byte for byte."""
        return [
            PackedEvidence(
                no=f"照片-{row.id}",
                sha256=row.sha256,
                content=self._stored(row.sha256, f"照片-{row.id}"),
                media_type=row.media_type,
                caption=row.note or row.original_name or "现场照片",
                maker=self.recorder.names(row.received_from),
                made_at=row.received_at,
                journal=self._seqs("evidence", row.id),
            )
            for row in self._photographs()
        ]

    def files(self) -> Iterator[PackedFile]:
        """Captions, judgements of the grade, reports' deliveries, disclosure, and traces with the map."""
        yield from self._captions()
        yield from self._judgements()
        yield from archive_command.files(self.session, self.incident, self.recorder, self._paper)
        yield from self._deliveries()
        yield from archive_neighbours.neighbour_files(
            self.session, self.incident, self.recorder, self._paper, self._snapshot
        )
        yield from disclosure_files(self.session, self.incident, self.recorder, self._paper)
        yield from self._traces()

    def _report(self, row: Report) -> PackedText:
        kind = label(("report_kind", row.report_kind), ZH)
        draft = "" if row.signed_at or row.filed_at else "（未签发稿）"
        of_office = "" if row.office_code == self.incident.office_code else f"{self._office(row.office_code)}-"
        no = f"{of_office}第{row.sequence}报-{kind}{draft}"
        files = []
        if row.pdf_sha256:
            files.append(self._paper(REPORT_GROUP, row.pdf_sha256, f"{no}.pdf", no, PDF))
        if row.document_sha256:
            files.append(self._paper(REPORT_GROUP, row.document_sha256, f"{no}.docx", no, DOCX))
        if row.signature_sha256:
            files.append(self._paper(REPORT_GROUP, row.signature_sha256, f"{no}-签字", f"{no} 签字"))
        if row.basis.get("sketch_map"):
            files.append(self._paper(REPORT_GROUP, row.basis["sketch_map"], f"{no}-附图", f"{no} 附图"))
        for step in row.steps:
            if step.image_sha256:
                word = label(("report_step", step.step), ZH)
                files.append(
                    self._paper(REPORT_GROUP, step.image_sha256, f"{no}-{word}-{step.id}", f"{no} {word}纸质稿")
                )
        files.append(self._versions(row, no))
        for delivery in row.deliveries:
            if delivery.proof_sha256:
                name = f"{no}-送达证明-{delivery.recipient}"
                files.append(self._paper(REPORT_GROUP, delivery.proof_sha256, name, f"{no} 送达{delivery.name}的证明"))
        return PackedText(
            no=no,
            title=f"{kind}{draft}",
            snapshot=self._snapshot(no, row.snapshot, row.digest),
            digest=row.digest or "",
            journal=self._seqs("report", row.id),
            maker=row.signatory or self.recorder.names(row.drafted_by),
            made_at=row.signed_at or row.drafted_at,
            files=files,
        )

    def _versions(self, row: Report, no: str) -> PackedFile:
        """Every saved version of a report with its digest, who saved it and when."""
        query = select(ReportVersion).where(ReportVersion.report_id == row.id).order_by(ReportVersion.version)
        rows = [
            {**plain_row(one), "saved_by_name": self.recorder.names(one.saved_by)}
            for one in self.session.scalars(query)
        ]
        made = (self.recorder.maker, self.recorder.made_at)
        return PackedFile(REPORT_GROUP, f"{no}-历次稿.json", document(rows), f"{no} 历次稿", *made, JSON, personal=True)

    def _office(self, code: str) -> str:
        office = self.session.get(Office, code)
        return office.name_zh if office else code

    def _release(self, row: Release, number: int) -> PackedText:
        no = f"信息发布-{number}"
        files = []
        if row.capture_sha256:
            files.append(self._paper(RELEASE_GROUP, row.capture_sha256, f"{no}-截图", f"{row.title} 截图"))
        return PackedText(
            no=no,
            title=f"{row.title}（已撤回）" if row.withdrawn_at else row.title,
            snapshot=self._snapshot(no, row.snapshot, row.digest),
            digest=row.digest,
            journal=self._seqs("release", row.id),
            maker=row.account,
            made_at=row.published_at,
            files=files,
        )

    def _snapshot(self, no: str, stored: Mapping[str, Any], digest: str | None) -> bytes:
        """The stored snapshot as the bytes that were digested."""
        text = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        content = text.encode("utf-8", "replace")
        found = hashlib.sha256(content).hexdigest()
        if found != digest:
            raise RecordChanged(what=no, found=found)
        return content

    def _paper(self, group_no: int, sha256: str, name: str, title: str, media_type: str = "") -> PackedFile:
        """A stored paper; without *media_type* its first bytes say what it is."""
        path = self._stored(sha256, title)
        if not media_type:
            with path.open("rb") as file:
                head = file.read(8)
            ending, media_type = next(
                ((ending, kind) for mark, ending, kind in SIGNATURES if head.startswith(mark)),
                ("bin", "application/octet-stream"),
            )
            name = f"{name}.{ending}"
        made = (self.recorder.maker, self.recorder.made_at)
        return PackedFile(group_no, name, path, title, *made, media_type, personal=True)

    def _stored(self, sha256: str, what: str) -> Path:
        path = evidence_store().path(sha256)
        if not path.is_file():
            raise OriginalMissing(what=what, sha256=sha256)
        return path

    def _seqs(self, subject: str, row_id: int) -> tuple[int, ...]:
        return tuple(link.seq for link in self.entries.get((subject, row_id), ()))

    def _photographs(self) -> list[Evidence]:
        query = select(Evidence).where(Evidence.incident_id == self.incident.id).order_by(Evidence.id)
        return list(self.session.scalars(query))

    def _captions(self) -> Iterator[PackedFile]:
        heads = {
            "id": "序号", "sha256": "文件", "note": "说明", "received_at": "收到时间", "received_from_name": "提供人",
            "exif_at": "照片时间", "exif_longitude": "照片经度", "exif_latitude": "照片纬度", "phone_at": "手机时间",
            "phone_longitude": "手机经度", "phone_latitude": "手机纬度",
        }  # fmt: skip
        rows = [
            {**plain_row(row), "received_from_name": self.recorder.names(row.received_from)}
            for row in self._photographs()
        ]
        yield from pair(IMAGE_GROUP, "照片说明", rows, heads, self.recorder, personal=True)

    def _judgements(self) -> Iterator[PackedFile]:
        heads = {"at": "时间", "recorded_by_name": "记录人", "data": "认定"}
        query = select(FactRecord).where(FactRecord.incident_id == self.incident.id, FactRecord.kind == "grade_changed")
        rows = [
            {**plain_row(row), "recorded_by_name": self.recorder.names(row.recorded_by)}
            for row in self.session.scalars(query.order_by(FactRecord.id))
        ]
        yield from pair(COMMAND, "级别认定", rows, heads, self.recorder)

    def _deliveries(self) -> Iterator[PackedFile]:
        heads = {
            "number": "报次", "name": "报送对象", "channel": "方式", "sent_at": "发出时间", "reached_at": "送达时间",
            "receiver_name": "接收人", "proof": "凭据",
        }  # fmt: skip
        reports = self.session.scalars(
            select(Report).where(Report.incident_id == self.incident.id).order_by(Report.number)
        )
        rows = [{"number": row.number, **plain_row(one)} for row in reports for one in row.deliveries]
        yield from pair(REPORT_GROUP, "报送记录", rows, heads, self.recorder, personal=True)
        yield from report_trail.files(self.session, self.incident, self.recorder)

    def _traces(self) -> Iterator[PackedFile]:
        """Every trace with inputs, results and digests; the map of the newest opens in any browser, without network."""
        rows = self.session.scalars(
            select(TraceRun)
            .where(TraceRun.incident_id == self.incident.id)
            .options(undefer(TraceRun.way))
            .order_by(TraceRun.id)
        ).all()
        for number, row in enumerate(rows, 1):
            name = f"污染团到达推算-{number}"
            made = (self.recorder.names(row.run_by), row.run_at)
            yield PackedFile(RIVER_PLAN, f"{name}.json", document(plain_row(row)), name, *made, JSON)
        if rows:
            made = (self.recorder.maker, rows[-1].run_at)
            drawn = document(map_layers.trace_layer(rows[-1], word=map_layers.kind_zh))
            yield PackedFile(RIVER_PLAN, "污染团到达图.geojson", drawn, "污染团到达图", *made, "application/geo+json")
            if (static_dir() / "vendor" / "leaflet" / "leaflet.js").is_file():
                page = map_layers.map_page(self.actor, self.incident.case_no, now=self.recorder.made_at).encode()
                yield PackedFile(RIVER_PLAN, "污染团到达图.html", page, "污染团到达图", *made, "text/html")
            yield from self._sketch(rows[-1])

    def _sketch(self, run: TraceRun) -> Iterator[PackedFile]:
        """The sketch map as reports carry it: as a drawing, and as a picture where one can be made here."""
        name, made = "敏感点分布示意图", (self.recorder.maker, run.run_at)
        svg = report_sketch.svg_of(run, self.incident.case_no, exercise=self.incident.is_exercise)
        yield PackedFile(RIVER_PLAN, f"{name}.svg", svg, name, *made, "image/svg+xml")
        png = report_sketch.png_of(svg)
        if png is not None:
            yield PackedFile(RIVER_PLAN, f"{name}.png", png, name, *made, "image/png")


def groups_of(session: Session, incident: Incident) -> frozenset[int]:
    """Numbers of the archive groups that *incident* has something for, beside calls and the machine's part."""
    kinds = {
        2: FactRecord.id, REPORT_GROUP: Report.id, RIVER_PLAN: TraceRun.id, RELEASE_GROUP: Release.id,
        IMAGE_GROUP: Evidence.id,
    }  # fmt: skip
    found = {
        number
        for number, column in kinds.items()
        if session.scalar(select(column).where(column.class_.incident_id == incident.id).limit(1)) is not None
    }
    if incident.grade is not None or archive_command.has_command(session, incident):
        found.add(COMMAND)
    if archive_neighbours.has_notices(session, incident):
        found.add(archive_neighbours.NOTICES)
    return frozenset(found)
