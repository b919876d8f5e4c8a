"""The form of an official document by GB/T 9704-2012: page, fonts, red head, closing, page numbers.

A4, 天头 37 mm, 订口 28 mm, 版心 156 mm × 225 mm, 22 lines of 三号仿宋. 文件 of several offices, seals and 版记 are not
drawn: a report goes out before anybody has stamped it.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile

from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from incident_desk.domain.reports.reporting import printable

TITLE_FONT, BODY_FONT, HEAD_FONT, NAME_FONT, PAGE_FONT = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"
OTHER_NAMES = {
    TITLE_FONT: "方正小标宋_GBK,小标宋体,华文中宋,宋体,SimSun,Noto Serif CJK SC",
    BODY_FONT: "FangSong,仿宋_GB2312,方正仿宋_GBK,华文仿宋,Noto Serif CJK SC",
    HEAD_FONT: "SimHei,方正黑体_GBK,华文黑体,Noto Sans CJK SC",
    NAME_FONT: "KaiTi,楷体_GB2312,方正楷体_GBK,华文楷体,Noto Serif CJK SC",
    PAGE_FONT: "SimSun,方正书宋_GBK,华文宋体,Noto Serif CJK SC",
}
"""What each font is called elsewhere, or what comes near it: Word, WPS and LibreOffice look these up in turn."""

TITLE_PT, BODY_PT, PAGE_PT, CHECK_PT = 22, 16, 14, 9  # 二号、三号、四号、小五
LINE_PT = 28.95  # 225 mm in 22 lines
WIDTH_MM = 156
OFFICE_PT, OFFICE_TOP_MM = 48.0, 35.0
"""Largest size of the office's name in the head, and how far below the top of the type area it stands."""

ZIP_TIME = (1980, 1, 1, 0, 0, 0)

RED = RGBColor(0xFF, 0, 0)


def set_page(document: DocumentObject, *, mark: str, check: str) -> None:
    """Margins, grid, fonts; *mark* in the header of every page, page number and *check* in the footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE_PT * 20)))
    _fonts(document)
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        if mark:
            run(header.paragraphs[0], mark, HEAD_FONT, BODY_PT, bold=True)
    _footer(section.footer.paragraphs[0], check, is_odd=True)
    _footer(section.even_page_footer.paragraphs[0], check, is_odd=False)


def _fonts(document: DocumentObject) -> None:
    """The house's default type, Chinese as its language, and the other names of every font."""
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(BODY_PT)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    part = next(one for one in document.part.package.iter_parts() if str(one.partname) == "/word/fontTable.xml")
    table = parse_xml(part.blob)
    for name, others in OTHER_NAMES.items():
        family = "swiss" if name == HEAD_FONT else "roman"
        table.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
                f'<w:family w:val="{family}"/><w:pitch w:val="auto"/></w:font>'
            )
        )
    part._blob = serialize_part_xml(table)


def _footer(holder: Paragraph, check: str, *, is_odd: bool) -> None:
    """``— 1 —`` at the outer side, one character in; what the page belongs to at the inner side."""
    if holder.style is not None:
        holder.style.paragraph_format.tab_stops.clear_all()
    holder.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM) - Pt(PAGE_PT), WD_TAB_ALIGNMENT.RIGHT)
    if is_odd:
        run(holder, check, BODY_FONT, CHECK_PT).add_tab()
        _page_number(holder)
    else:
        holder.paragraph_format.left_indent = Pt(PAGE_PT)
        _page_number(holder).add_tab()
        run(holder, check, BODY_FONT, CHECK_PT)


def _page_number(holder: Paragraph) -> Run:
    """``— 1 —``; gives back its last run."""
    run(holder, "— ", PAGE_FONT, PAGE_PT, latin=PAGE_FONT)
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("", "1"), ("end", "")):
        part = run(holder, "", PAGE_FONT, PAGE_PT, latin=PAGE_FONT)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText" if text == "PAGE" else "w:t")
            mark.text = text
        part._r.append(mark)
    return run(holder, " —", PAGE_FONT, PAGE_PT, latin=PAGE_FONT)


def run(
    holder: Paragraph, text: str, font: str, points: float, *, bold: bool = False, latin: str = "Times New Roman"
) -> Run:
    """Text in *font*, its digits and Latin letters in *latin*; quotation marks and dashes are Chinese ones."""
    made = holder.add_run(printable(text))
    made.font.name, made.font.size, made.font.bold = latin, Pt(points), bold
    fonts = made._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")
    return made


def paragraph(document: DocumentObject, *, indent: bool = True) -> Paragraph:
    """A paragraph on the grid, by default begun two characters in."""
    made = document.add_paragraph()
    form = made.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    if indent:
        form.first_line_indent = Pt(BODY_PT * 2)
    return made


def off_grid(holder: Paragraph) -> None:
    """Let a paragraph keep its own line height: the grid would round it up to whole lines."""
    mark = OxmlElement("w:snapToGrid")
    mark.set(qn("w:val"), "false")
    holder._p.get_or_add_pPr().insert_element_before(mark, "w:spacing", "w:ind", "w:jc", "w:rPr")


def red_head(document: DocumentObject, *, urgency: str, office: str, number: str, signatory: str) -> None:
    """版头 of a document upward: urgency, the office in red, number and 签发人 on one line, the red line below."""
    run(paragraph(document, indent=False), urgency, HEAD_FONT, BODY_PT)
    name = paragraph(document, indent=False)
    name.alignment = WD_ALIGN_PARAGRAPH.CENTER
    off_grid(name)
    points = min(OFFICE_PT, Mm(WIDTH_MM).pt / max(width_em(office), 1.0) * 0.96)
    name.paragraph_format.line_spacing = Pt(points * 1.25)
    name.paragraph_format.space_before = Pt(Mm(OFFICE_TOP_MM).pt - LINE_PT)
    name.paragraph_format.space_after = Pt(LINE_PT)
    run(name, office, TITLE_FONT, points).font.color.rgb = RED
    line = paragraph(document, indent=False)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM) - Pt(BODY_PT), WD_TAB_ALIGNMENT.RIGHT)
    run(line, f"　{number}", BODY_FONT, BODY_PT).add_tab()
    run(line, "签发人：", BODY_FONT, BODY_PT)
    run(line, signatory, NAME_FONT, BODY_PT)
    line.paragraph_format.space_after = Pt(LINE_PT)
    _red_line(line)


def _red_line(holder: Paragraph) -> None:
    """A red line as wide as the type area, 4 mm below *holder*."""
    edges = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="11" w:color="FF0000"/></w:pBdr>'
    )
    holder._p.get_or_add_pPr().insert_element_before(
        edges, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def closing(document: DocumentObject, *, office: str, day: str) -> None:
    """署名 and 成文日期: the day four characters from the right, the office's name centred over it."""
    paragraph(document).paragraph_format.keep_with_next = True
    lean = 4.0 + (width_em(day) - width_em(office)) / 2
    for text, em in ((office, max(lean, 0.0)), (day, 4.0)):
        line = paragraph(document, indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(em * BODY_PT)
        line.paragraph_format.keep_with_next = True
        run(line, text, BODY_FONT, BODY_PT)


def width_em(text: str) -> float:
    """Width of *text* in characters: a Chinese one is one, a digit or Latin letter a half."""
    return sum(1.0 if unicodedata.east_asian_width(mark) in "WFA" else 0.5 for mark in text)


def drop_thumbnail(document: DocumentObject) -> None:
    """Leave out the picture of the template that python-docx begins with: it is not ours."""
    package = document.part.package
    assert package is not None
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]


def same_bytes(document: DocumentObject) -> bytes:
    """The package with its parts in a fixed order and at a fixed time."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as fixed:
        for name in parts.namelist():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            fixed.writestr(info, parts.read(name))
    return out.getvalue()
