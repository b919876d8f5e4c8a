"""The whole report as PDF/A-2b for keeping, sending and faxing: the text, who answers for it, map and photographs.

Its pages are counted after it is set, so what a cover says of them is what is sent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from incident_desk.domain.china_time import china_date, zh_time_with_year
from incident_desk.domain.reports.report_steps import signed_lines
from incident_desk.domain.reports.reporting import ReportDraft
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.domain.reports.urgency import urgency_zh
from incident_desk.records.report_document import CLOCK, NUMERALS, SIGNING_FIELDS, TABLE_HEADS, ReportAnnex
from incident_desk.records.typesetting import Typeset, typeset_pdf

SIGNATURE, SKETCH = "signature.png", "sketch.svg"
"""Names under which the template finds pictures beside it; others are numbered."""


@dataclass(frozen=True, slots=True)
class FaxCover:
    """The first page of a fax: to whom; everything else is the report's own."""

    recipients: Sequence[str]


def report_pdf(draft: ReportDraft, annex: ReportAnnex | None = None, *, cover: FaxCover | None = None) -> Typeset:
    """*draft* as PDF/A-2b, behind a cover where one is given; the same arguments give the same bytes.

    A signature that covers another version of the draft is not printed. Pages include the cover.

    Raises:
        ChineseFontMissing: no font with Chinese stands here.
        PaperNotSet: a picture could not be set.
    """
    annex = annex or ReportAnnex()
    files: dict[str, bytes] = {}
    page = _page(draft, annex, files, cover)
    return typeset_pdf("report.typ", {"page": json.dumps(page, ensure_ascii=False)}, files, made_at=draft.made_at)


def _page(draft: ReportDraft, annex: ReportAnnex, files: dict[str, bytes], cover: FaxCover | None) -> dict[str, Any]:
    digest = draft.digest()
    signature = annex.signature if annex.signature and annex.signature.digest == digest else None
    said = {line.field: line.text for line in signed_lines(draft, signature)}
    number = f"{draft.case_no} 第{draft.sequence}报"
    signed_on = china_date(signature.at if signature else draft.made_at)
    signatory = signature.signatory if signature else said.get("signatory", "")
    return {
        "exercise": draft.exercise,
        "urgency": urgency_zh(draft.urgency),
        "title": draft.title,
        "case": draft.case_no,
        "office": said.get("reporter_unit", ""),
        "number": number,
        "signatory": signatory,
        "to": "、".join(dict.fromkeys(annex.recipients)),
        "digest": digest[:16],
        "check": f"{number}　校验 {digest[:16]}",
        "made-at": zh_time_with_year(draft.made_at),
        "day": f"{signed_on.year}年{signed_on.month}月{signed_on.day}日",
        "sections": _sections(draft, annex),
        "heads": TABLE_HEADS,
        "receptors": _receptors(annex),
        "signing": _signing(draft, annex, signature, files),
        "pictures": _pictures(annex, files),
        "remarks": list(annex.remarks),
        "cover-pages": 0 if cover is None else 1,
        "cover": None
        if cover is None
        else {
            "to": "、".join(dict.fromkeys(cover.recipients)) or "＿＿＿＿＿＿",
            "signatory": signatory,
            "contact": " ".join(said[name] for name in ("contact", "contact_phone") if name in said),
        },
    }


def _sections(draft: ReportDraft, annex: ReportAnnex) -> list[dict[str, Any]]:
    body = [line for line in draft.lines if line.field not in SIGNING_FIELDS]
    sections = []
    for number, (section, lines) in enumerate(groupby(body, key=lambda line: line.section_zh)):
        rows = []
        for line in lines:
            is_table = line.field == "receptors" and bool(annex.receptors)
            basis = f"（{annex.trace_basis}）" if annex.trace_basis else ""
            rows.append(
                {"label": line.label_zh, "text": f"见下表{basis}。" if is_table else line.text, "table": is_table}
            )
        sections.append({"title": f"{NUMERALS[number]}、{section}", "lines": rows})
    return sections


def _receptors(annex: ReportAnnex) -> list[list[str]]:
    return [
        [
            str(number),
            f"{one.name}（{one.status}）" if one.status else one.name,
            one.kind_zh,
            one.distance_zh(),
            *(CLOCK.sub(r"\n\g<0>", cell) for cell in one.arrival_cells()),
        ]
        for number, one in enumerate(annex.receptors, 1)
    ]


def _signing(
    draft: ReportDraft, annex: ReportAnnex, signature: Signature | None, files: dict[str, bytes]
) -> list[dict[str, str]]:
    rows = []
    for line in signed_lines(draft, signature):
        if line.field not in SIGNING_FIELDS:
            continue
        text, picture = line.text, ""
        if line.field == "signatory" and signature is not None:
            text += _heard(signature)
            if annex.signature_image is not None and signature.manner is SignManner.FINGER:
                files[SIGNATURE] = annex.signature_image
                picture = SIGNATURE
        rows.append({"label": line.label_zh, "text": text, "picture": picture})
    return rows


def _heard(signature: Signature) -> str:
    """Who else heard a signature by telephone, and whether it was confirmed."""
    if signature.manner is not SignManner.BY_TELEPHONE:
        return ""
    stands = "已补签确认" if signature.is_confirmed() else "待补签确认"
    return f"（记录人{signature.recorded_by}，旁听人{signature.second_hearer}，{stands}）"


def _pictures(annex: ReportAnnex, files: dict[str, bytes]) -> list[dict[str, Any]]:
    """Maps on a page each, photographs two to a page; every one is laid beside the template."""
    found: list[tuple[str, bytes, str, bool]] = []
    if annex.attached_map:
        found.append(("敏感点分布图（附件）", annex.attached_map, "attached.jpg", True))
    if annex.sketch_svg:
        found.append(("敏感点分布示意图", annex.sketch_svg, SKETCH, True))
    for number, (caption, content) in enumerate(annex.photos, 1):
        found.append((f"现场照片　{caption}", content, f"photo-{number}.jpg", False))
    files.update({name: content for _caption, content, name, _whole in found})
    return [{"caption": caption, "name": name, "whole": whole} for caption, _content, name, whole in found]
