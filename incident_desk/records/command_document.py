"""A paper to the own government as a Word document, in the form of GB/T 9704-2012 (``document_form``).

The same paper and signature give the same bytes, so that the document's digest means something.
"""

from __future__ import annotations

import io
import re
from datetime import UTC

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Mm, Pt

from incident_desk.domain.china_time import china_date, zh_time_with_year
from incident_desk.domain.command.papers import Paper
from incident_desk.domain.reports.report_steps import MANNER_ZH
from incident_desk.domain.reports.reporting import printable
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.records import document_form as form
from incident_desk.records.document_form import (
    BODY_FONT,
    BODY_PT,
    HEAD_FONT,
    NAME_FONT,
    TITLE_FONT,
    TITLE_PT,
    paragraph,
    run,
    same_bytes,
)

FIRST_LEVEL = re.compile(r"[一二三四五六七八九十]+、")
SECOND_LEVEL = re.compile(r"（[一二三四五六七八九十]+）[^。：］]*[。：]?")
"""结构层次序数 of GB/T 9704-2012 7.3.3: the first in 黑体, the second in 楷体."""


def command_docx(
    paper: Paper, *, document_no: str = "", signature: Signature | None = None, signature_image: bytes | None = None
) -> bytes:
    """*paper* as DOCX for Word and WPS; the same arguments give the same bytes.

    An exercise says 演练 in the header of every page. A signature that covers another version is not printed.
    """
    given = signature if signature and signature.digest == paper.digest() else None
    document = Document()
    check = f"{paper.case_no}　呈第{paper.number}号　校验 {paper.digest()[:16]}"
    form.set_page(document, mark="演练　演练　演练" if paper.exercise else "", check=check)
    form.red_head(
        document, urgency="特急", office=paper.office_name, number=document_no or paper.document_no,
        signatory=given.signatory if given else "",
    )  # fmt: skip
    _title(document, paper)
    _body(document, paper)
    _closing(document, paper, given, signature_image)
    _properties(document, paper)
    return same_bytes(document)


def _title(document: DocumentObject, paper: Paper) -> None:
    title = paragraph(document, indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    form.off_grid(title)
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(form.LINE_PT)
    run(title, paper.title, TITLE_FONT, TITLE_PT)
    if paper.addressee:
        run(paragraph(document, indent=False), f"{paper.addressee}：", BODY_FONT, BODY_PT)


def _body(document: DocumentObject, paper: Paper) -> None:
    for line in (line.strip() for line in paper.text.split("\n")):
        if not line:
            continue
        holder = paragraph(document)
        second = SECOND_LEVEL.match(line)
        if FIRST_LEVEL.match(line):
            holder.paragraph_format.keep_with_next = True
            run(holder, line, HEAD_FONT, BODY_PT)
        elif second:
            run(holder, second.group(), NAME_FONT, BODY_PT)
            run(holder, line[second.end() :], BODY_FONT, BODY_PT)
        else:
            run(holder, line, BODY_FONT, BODY_PT)


def _closing(document: DocumentObject, paper: Paper, signature: Signature | None, image: bytes | None) -> None:
    """Office and day at the right; below how it was signed, and whom to ask."""
    signed_on = china_date(signature.at if signature else paper.made_at)
    form.closing(document, office=paper.office_name, day=f"{signed_on.year}年{signed_on.month}月{signed_on.day}日")
    if signature is not None:
        _signature(document, signature, image)
    contact = "，".join(part for part in (f"联系人：{paper.contact}" if paper.contact else "",
        f"联系电话：{paper.contact_phone}" if paper.contact_phone else "") if part)  # fmt: skip
    if contact:
        run(paragraph(document), f"（{contact}）", BODY_FONT, BODY_PT)


def _signature(document: DocumentObject, signature: Signature, image: bytes | None) -> None:
    holder = paragraph(document)
    holder.paragraph_format.keep_with_next = True
    run(holder, "签发：", BODY_FONT, BODY_PT)
    if image is not None and signature.manner is SignManner.FINGER:
        holder.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        run(holder, "", BODY_FONT, BODY_PT).add_picture(io.BytesIO(image), height=Mm(16))
    said = f"{signature.signatory}（{MANNER_ZH[signature.manner]}，{zh_time_with_year(signature.at)}"
    if signature.manner is SignManner.BY_TELEPHONE:
        said += f"，记录人{signature.recorded_by}，旁听人{signature.second_hearer}"
        said += "，已补签确认" if signature.is_confirmed() else "，待补签确认"
    run(holder, f"{said}）", BODY_FONT, BODY_PT)


def _properties(document: DocumentObject, paper: Paper) -> None:
    core = document.core_properties
    core.author = core.last_modified_by = printable(paper.office_name)[:255]
    core.title, core.subject = printable(paper.title)[:255], "请示"
    core.comments, core.keywords, core.language = "", paper.case_no, "zh-CN"
    core.created = core.modified = paper.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    core.revision = 1
    form.drop_thumbnail(document)
