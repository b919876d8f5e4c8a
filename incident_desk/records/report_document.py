"""The report as a Word document: the form of an official document, the draft's lines, the signature, the pictures.

Margins, head, type sizes, line grid and page numbers follow GB/T 9704-2012 (``document_form``). The same draft gives
the same bytes, so that the document's digest means something.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from itertools import groupby

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import _Cell, _Row

from incident_desk.domain.china_time import china_date, zh_time_with_year
from incident_desk.domain.reports.report_steps import MANNER_ZH
from incident_desk.domain.reports.report_titles import KIND_ZH
from incident_desk.domain.reports.reporting import ReceptorLine, ReportDraft, ReportLine, printable
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.domain.reports.urgency import urgency_zh
from incident_desk.records import document_form as form
from incident_desk.records.document_form import BODY_FONT, BODY_PT, HEAD_FONT, TITLE_FONT, TITLE_PT, paragraph, run

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
NUMERALS = "一二三四五六七八九十"
TABLE_HEADS = ("序号", "敏感点", "类别", "方位、距离", "最早到达", "最可能", "最晚")
TABLE_MM, CELL_MARGIN_MM = (10, 32, 19, 26, 23, 23, 23), 1
TABLE_PT, TABLE_LINE_PT = 10.5, 14.0
CLOCK = re.compile(r"\d\d:\d\d$")
PICTURE_MM = (156, 195)
SIGNING_FIELDS = ("reporter_unit", "signatory", "contact", "contact_phone")


@dataclass(frozen=True, slots=True)
class ReportAnnex:
    """What is put beside the draft's lines. Images are PNG or JPEG bytes; ``recipients`` are bodies by full name.

    ``attached_map`` is a picture that somebody chose, ``sketch_map`` the one drawn from the trace and ``sketch_svg``
    the same as a drawing; ``remarks`` are printed where the pictures begin.
    """

    recipients: Sequence[str] = ()
    receptors: Sequence[ReceptorLine] = ()
    trace_basis: str | None = None
    signature: Signature | None = None
    signature_image: bytes | None = None
    attached_map: bytes | None = None
    sketch_map: bytes | None = None
    sketch_svg: bytes | None = None
    photos: Sequence[tuple[str, bytes]] = field(default=())
    remarks: Sequence[str] = ()


def report_docx(draft: ReportDraft, annex: ReportAnnex | None = None) -> bytes:
    """*draft* as DOCX for Word and WPS; the same arguments give the same bytes.

    An exercise says 演练 in the header of every page and before the title. A signature that covers another
    version of the draft is not printed.
    """
    annex = annex or ReportAnnex()
    signature = annex.signature if annex.signature and annex.signature.digest == draft.digest() else None
    document = Document()
    check = f"{draft.case_no}　第{draft.sequence}报　校验 {draft.digest()[:16]}"
    form.set_page(document, mark="演练　演练　演练" if draft.exercise else "", check=check)
    _head(document, draft, annex, signature)
    _sections(document, draft, annex)
    _signing(document, draft, annex, signature)
    _pictures(document, annex)
    _properties(document, draft)
    return _same_bytes(document)


def _head(document: DocumentObject, draft: ReportDraft, annex: ReportAnnex, signature: Signature | None) -> None:
    """Urgency, the office in red, number and signatory, the red line; then title and addressees."""
    unit, signatory = (draft.line(name) for name in ("reporter_unit", "signatory"))
    said = signature.signatory if signature else signatory.text if signatory else ""
    form.red_head(
        document, urgency=urgency_zh(draft.urgency), office=unit.text if unit else "",
        number=f"{draft.case_no} 第{draft.sequence}报", signatory=said,
    )  # fmt: skip
    title = paragraph(document, indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    form.off_grid(title)
    title.paragraph_format.space_before = Pt(form.LINE_PT)
    title.paragraph_format.space_after = Pt(form.LINE_PT)
    run(title, draft.title, TITLE_FONT, TITLE_PT)
    if annex.recipients:
        names = "、".join(dict.fromkeys(annex.recipients))
        run(paragraph(document, indent=False), f"{names}：", BODY_FONT, BODY_PT)


def _sections(document: DocumentObject, draft: ReportDraft, annex: ReportAnnex) -> None:
    body = [line for line in draft.lines if line.field not in SIGNING_FIELDS]
    for number, (section, lines) in enumerate(groupby(body, key=lambda line: line.section_zh)):
        head = paragraph(document)
        head.paragraph_format.keep_with_next = True
        run(head, f"{NUMERALS[number]}、{section}", HEAD_FONT, BODY_PT)
        for line in lines:
            if line.field == "receptors" and annex.receptors:
                _receptor_table(document, line, annex)
            else:
                _line(document, line)


def _line(document: DocumentObject, line: ReportLine, *, keep: bool = False) -> None:
    holder = paragraph(document)
    holder.paragraph_format.keep_with_next = keep
    run(holder, f"{line.label_zh}：", BODY_FONT, BODY_PT, bold=True)
    run(holder, line.text, BODY_FONT, BODY_PT)


def _receptor_table(document: DocumentObject, line: ReportLine, annex: ReportAnnex) -> None:
    """The receptors, numbered as on the sketch map."""
    holder = paragraph(document)
    holder.paragraph_format.keep_with_next = True
    run(holder, f"{line.label_zh}：", BODY_FONT, BODY_PT, bold=True)
    run(holder, f"见下表{'（' + annex.trace_basis + '）' if annex.trace_basis else ''}。", BODY_FONT, BODY_PT)
    table = document.add_table(rows=1, cols=len(TABLE_HEADS))
    table.style = document.styles["Table Grid"]
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    table._tbl.tblPr.insert_element_before(_cell_margins(), "w:tblLook")
    for column, width in zip(table.columns, TABLE_MM, strict=True):
        column.width = Mm(width)
    _row(table.rows[0], TABLE_HEADS, bold=True)
    for number, receptor in enumerate(annex.receptors, 1):
        name = f"{receptor.name}（{receptor.status}）" if receptor.status else receptor.name
        arrival = (CLOCK.sub(r"\n\g<0>", cell) for cell in receptor.arrival_cells())
        _row(table.add_row(), (str(number), name, receptor.kind_zh, receptor.distance_zh(), *arrival))
    _marked(table.rows[0], "w:tblHeader")


def _cell_margins() -> object:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(round(Mm(CELL_MARGIN_MM).twips)))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    return margins


def _row(row: _Row, texts: Iterable[str], *, bold: bool = False) -> None:
    _marked(row, "w:cantSplit")
    for cell, text, width in zip(row.cells, texts, TABLE_MM, strict=True):
        _fill(cell, text, Mm(width), bold=bold)


def _fill(cell: _Cell, text: str, width: Length, *, bold: bool) -> None:
    cell.width = width
    holder = cell.paragraphs[0]
    space = holder.paragraph_format
    space.space_before = space.space_after = Pt(1)
    space.line_spacing_rule, space.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(TABLE_LINE_PT)
    form.off_grid(holder)
    run(holder, text, BODY_FONT, TABLE_PT, bold=bold, latin=BODY_FONT)


def _marked(row: _Row, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _signing(document: DocumentObject, draft: ReportDraft, annex: ReportAnnex, signature: Signature | None) -> None:
    """The office and the day at the right, then who answers for the report and how to reach them; on one page."""
    texts = {line.field: line for line in draft.lines if line.field in SIGNING_FIELDS}
    unit = texts.get("reporter_unit")
    signed_on = china_date(signature.at if signature else draft.made_at)
    day = f"{signed_on.year}年{signed_on.month}月{signed_on.day}日"
    form.closing(document, office=unit.text if unit else "", day=day)
    for name in SIGNING_FIELDS:
        line = texts.get(name)
        if line is None:
            continue
        if name == "signatory" and signature is not None:
            _signature(document, line, signature, annex.signature_image)
        else:
            _line(document, line, keep=True)
    run(paragraph(document), f"报告时间：{zh_time_with_year(draft.made_at)}", BODY_FONT, BODY_PT)


def _signature(document: DocumentObject, line: ReportLine, signature: Signature, image: bytes | None) -> None:
    holder = paragraph(document)
    holder.paragraph_format.keep_with_next = True
    run(holder, f"{line.label_zh}：", BODY_FONT, BODY_PT, bold=True)
    if image is not None and signature.manner is SignManner.FINGER:
        holder.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        run(holder, "", BODY_FONT, BODY_PT).add_picture(io.BytesIO(image), height=Mm(16))
    said = f"{signature.signatory}（{MANNER_ZH[signature.manner]}，{zh_time_with_year(signature.at)}"
    if signature.manner is SignManner.BY_TELEPHONE:
        said += f"，记录人{signature.recorded_by}，旁听人{signature.second_hearer}"
        said += "，已补签确认" if signature.is_confirmed() else "，待补签确认"
    run(holder, f"{said}）", BODY_FONT, BODY_PT)


def _pictures(document: DocumentObject, annex: ReportAnnex) -> None:
    """What was attached, then what was drawn, then photographs, each numbered; they begin on a page of their own."""
    pictures = [("敏感点分布图（附件）", annex.attached_map)] if annex.attached_map else []
    pictures += [("敏感点分布示意图", annex.sketch_map)] if annex.sketch_map else []
    pictures += [(f"现场照片　{caption}", data) for caption, data in annex.photos]
    for number, (caption, data) in enumerate(pictures, 1):
        head = paragraph(document, indent=False)
        head.paragraph_format.page_break_before = number == 1
        head.paragraph_format.keep_with_next = True
        run(head, f"附图{number}　{caption}", HEAD_FONT, BODY_PT)
        holder = document.add_paragraph()
        picture = holder.add_run().add_picture(io.BytesIO(data or b""), width=Mm(PICTURE_MM[0]))
        if picture.height > Mm(PICTURE_MM[1]):
            picture.width = round(picture.width * Mm(PICTURE_MM[1]) / picture.height)
            picture.height = Mm(PICTURE_MM[1])
    for remark in annex.remarks:
        run(paragraph(document), remark, BODY_FONT, BODY_PT)


def _properties(document: DocumentObject, draft: ReportDraft) -> None:
    made_at = draft.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    unit = draft.line("reporter_unit")
    core = document.core_properties
    core.author = core.last_modified_by = printable(unit.text if unit and unit.known else "")[:255]
    core.title, core.subject = printable(draft.title)[:255], KIND_ZH[draft.kind]
    core.comments, core.keywords, core.language = "", draft.case_no, "zh-CN"
    core.created = core.modified = made_at
    core.revision = 1
    package = document.part.package
    assert package is not None
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):  # the template's own picture, not ours
            del package.rels[key]


def _same_bytes(document: DocumentObject) -> bytes:
    """The package with its parts in a fixed order and at a fixed time."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as fixed:
        for name in parts.namelist():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            fixed.writestr(info, parts.read(name))
    return out.getvalue()
