"""A small whole case, packed: two reports' worth of texts, a release, a photograph, entries of another case."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from incident_desk.domain.journal import GENESIS, Entry, Link, chained, sealed
from incident_desk.records.package import (
    CasePackage,
    PackedEvidence,
    PackedFile,
    PackedText,
    WrittenPackage,
    write_package,
)

from .sample_report import NOW

CASE_NO = "X420300-2026-0001"
PHOTO = b"\xff\xd8\xff photograph " * 50
REPORT, RELEASE = b'{"kind":"initial"}', b'{"issuer":"government"}'


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def some_journal() -> list[Link]:
    """Seven links; the third and fourth are of another case and sealed."""
    acts: list[tuple[str, str, dict[str, object]]] = [
        ("incident.opened", CASE_NO, {}),
        ("clock.started", CASE_NO, {"rule_id": "R2"}),
        ("incident.opened", "420300-2026-0002", {}),
        ("clock.started", "420300-2026-0002", {"rule_id": "R1"}),
        ("report.signed", CASE_NO, {"report": "初报-1", "digest": digest(REPORT)}),
        ("release.recorded", CASE_NO, {"digest": digest(RELEASE)}),
        ("evidence.received", CASE_NO, {"files": [{"sha256": digest(PHOTO)}]}),
    ]
    links: list[Link] = []
    for seq, (kind, case_no, data) in enumerate(acts, 1):
        entry = Entry(seq, NOW + timedelta(seconds=seq), kind, case_no, "420300", "u1", data)
        links.append(chained(links[-1].hash if links else GENESIS, entry))
    return [link if link.entry and link.entry.case_no == CASE_NO else sealed(link) for link in links]


def some_case(**changes: object) -> CasePackage:
    document = PackedFile(3, "初报 第1报.docx", b"PK docx", "初报", "王值班", NOW, "application/vnd.ms-word")
    parts: dict[str, object] = {
        "case_no": CASE_NO,
        "exercise": True,
        "office": "420300",
        "office_name": "十堰市生态环境局",
        "sealed_at": NOW + timedelta(days=30),
        "journal": some_journal(),
        "clocks": [{"rule_id": "R2", "office": "420300", "state": "met", "journal": [2, 5]}],
        "reports": [PackedText("初报-1", "初报", REPORT, digest(REPORT), (5,), "王值班", NOW, (document,))],
        "releases": [PackedText("通报-1", "情况通报", RELEASE, digest(RELEASE), (6,), "十堰发布", NOW)],
        "evidence": [PackedEvidence("P1", digest(PHOTO), PHOTO, "image/jpeg", "桥面", "u4", NOW, (7,))],
        "files": [
            PackedFile(1, "接报记录单.json", b"{}", "接报记录单", "王值班", NOW, "application/json", personal=True)
        ],
    }
    return CasePackage(**(parts | changes))  # type: ignore[arg-type]


def written(folder: Path, **changes: object) -> WrittenPackage:
    return write_package(some_case(**changes), folder)
