"""Letters sideways and reports on agreements as Word documents: GB/T 9704-2012, the first in its 信函格式.

The same content gives the same bytes, so that the document's digest means something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from incident_desk.domain.china_time import china_date
from incident_desk.domain.neighbours.notices import Notice, NoticeField, opening_zh
from incident_desk.domain.reports.reporting import printable
from incident_desk.records import document_form as form
from incident_desk.records.document_form import (
    BODY_FONT,
    BODY_PT,
    HEAD_FONT,
    RED,
    TITLE_FONT,
    TITLE_PT,
    paragraph,
    run,
    width_em,
)

FIRST_LEVEL = re.compile(r"[一二三四五六七八九十]+、")
NUMERALS = "一二三四五六七八九十"
LINE_MM, OFFICE_PT = 170, 36.0
"""Width of the two red double lines of a letter, and the largest size of the office's name over the first."""
TABLE_PT, TABLE_LINE_PT = 10.5, 15.0


@dataclass(frozen=True, slots=True)
class OfficialText:
    """A document upward: head, title, addressee, paragraphs, a table at its end, and what each page is checked by."""

    office: str
    number: str
    title: str
    addressee: str
    text: str
    made_at: datetime
    check: str
    exercise: bool = False
    table_title: str = ""
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def letter_docx(notice: Notice) -> bytes:
    """*notice* as DOCX for Word and WPS; an exercise says 演练 in the header of every page."""
    document = Document()
    check = f"{notice.document_no}　校验 {notice.digest()[:16]}"
    mark = "演练　演练　演练" if notice.exercise else ""
    form.set_page(document, mark=mark, check=check)
    _letter_page(document, mark, check)
    _letter_head(document, notice)
    _title(document, notice.title)
    run(paragraph(document, indent=False), f"{notice.to_name}：", BODY_FONT, BODY_PT)
    run(paragraph(document), opening_zh(notice), BODY_FONT, BODY_PT)
    shown = [(name, lines) for name, lines in notice.sections() if NoticeField.CONTACT not in {x.field for x in lines}]
    for number, (name, lines) in enumerate(shown):
        head = paragraph(document)
        head.paragraph_format.keep_with_next = True
        run(head, f"{NUMERALS[number]}、{name}", HEAD_FONT, BODY_PT)
        for line in lines:
            holder = paragraph(document)
            if len(lines) > 1:
                run(holder, f"{line.label_zh}：", BODY_FONT, BODY_PT, bold=True)
            run(holder, line.text, BODY_FONT, BODY_PT)
    _closing(document, notice.from_name, notice.made_at)
    contact, phone = notice.line(NoticeField.CONTACT), notice.line(NoticeField.CONTACT_PHONE)
    run(paragraph(document), f"（联系人：{contact.text}，联系电话：{phone.text}）", BODY_FONT, BODY_PT)
    _properties(document, notice.from_name, notice.title, notice.case_no, notice.made_at)
    return form.same_bytes(document)


def text_docx(text: OfficialText) -> bytes:
    """A document upward with its table as DOCX."""
    document = Document()
    form.set_page(document, mark="演练　演练　演练" if text.exercise else "", check=text.check)
    form.red_head(document, urgency="", office=text.office, number=text.number, signatory="")
    _title(document, text.title)
    run(paragraph(document, indent=False), f"{text.addressee}：", BODY_FONT, BODY_PT)
    for line in (line.strip() for line in text.text.split("\n")):
        if line:
            holder = paragraph(document)
            is_heading = FIRST_LEVEL.match(line) is not None
            holder.paragraph_format.keep_with_next = is_heading
            run(holder, line, HEAD_FONT if is_heading else BODY_FONT, BODY_PT)
    _closing(document, text.office, text.made_at)
    if text.rows:
        _table(document, text)
    _properties(document, text.office, text.title, text.number, text.made_at)
    return form.same_bytes(document)


def _letter_page(document: DocumentObject, mark: str, check: str) -> None:
    """The first page of a letter has no number, and the second double line with *check* above its lower edge."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    header = section.first_page_header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if mark:
        run(header, mark, HEAD_FONT, BODY_PT, bold=True)
    footer = section.first_page_footer.paragraphs[0]
    _double_line(footer, "top", "thinThickSmallGap")
    run(footer, check, BODY_FONT, form.CHECK_PT)


def _letter_head(document: DocumentObject, notice: Notice) -> None:
    """The office in red, the double line, the number at its right."""
    name = paragraph(document, indent=False)
    name.alignment = WD_ALIGN_PARAGRAPH.CENTER
    form.off_grid(name)
    points = min(OFFICE_PT, Mm(form.WIDTH_MM).pt / max(width_em(notice.from_name), 1.0) * 0.96)
    name.paragraph_format.line_spacing = Pt(points * 1.3)
    run(name, notice.from_name, TITLE_FONT, points).font.color.rgb = RED
    _double_line(name, "bottom", "thickThinSmallGap")
    number = paragraph(document, indent=False)
    number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    number.paragraph_format.space_before = Pt(6)
    run(number, notice.document_no, BODY_FONT, BODY_PT)


def _double_line(holder: Paragraph, side: str, kind: str) -> None:
    """A red double line at one *side* of *holder*, wider than the type area by half the difference on each side."""
    beyond = Mm((LINE_MM - form.WIDTH_MM) / 2)
    holder.paragraph_format.left_indent = holder.paragraph_format.right_indent = -beyond
    edges = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:{side} w:val="{kind}" w:sz="24" w:space="4" w:color="FF0000"/></w:pBdr>'
    )
    holder._p.get_or_add_pPr().insert_element_before(
        edges, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:snapToGrid", "w:spacing", "w:ind", "w:jc",
        "w:rPr",
    )  # fmt: skip


def _title(document: DocumentObject, words: str) -> None:
    title = paragraph(document, indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    form.off_grid(title)
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(form.LINE_PT)
    run(title, words, TITLE_FONT, TITLE_PT)


def _closing(document: DocumentObject, office: str, made_at: datetime) -> None:
    day = china_date(made_at)
    form.closing(document, office=office, day=f"{day.year}年{day.month}月{day.day}日")


def _table(document: DocumentObject, text: OfficialText) -> None:
    """The table on a page of its own, its first row repeated on each."""
    head = paragraph(document, indent=False)
    head.paragraph_format.page_break_before = True
    run(head, text.table_title, HEAD_FONT, BODY_PT)
    table = document.add_table(rows=1, cols=len(text.heads))
    table.style = document.styles["Table Grid"]
    _row(table.rows[0].cells, text.heads, bold=True)
    mark = parse_xml(f'<w:tblHeader {nsdecls("w")} w:val="true"/>')
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for row in text.rows:
        _row(table.add_row().cells, row)


def _row(cells: Sequence[object], texts: Sequence[str], *, bold: bool = False) -> None:
    for cell, words in zip(cells, texts, strict=True):
        holder = cell.paragraphs[0]  # type: ignore[attr-defined]
        holder.paragraph_format.line_spacing = Pt(TABLE_LINE_PT)
        form.off_grid(holder)
        run(holder, words, BODY_FONT, TABLE_PT, bold=bold, latin=BODY_FONT)


def _properties(document: DocumentObject, office: str, title: str, keywords: str, made_at: datetime) -> None:
    core = document.core_properties
    core.author = core.last_modified_by = printable(office)[:255]
    core.title, core.subject = printable(title)[:255], ""
    core.comments, core.keywords, core.language = "", keywords[:255], "zh-CN"
    core.created = core.modified = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    core.revision = 1
    form.drop_thumbnail(document)
