"""The Word document: form, content, signature, exercise, the same bytes twice."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from PIL import Image

from incident_desk.domain.reports.reporting import ReportDraft, draft_initial
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.records.report_document import ReportAnnex, report_docx

from .sample_report import BARE, FULL, LONG, NOW

DRAFT = draft_initial(FULL, NOW)
FINGER = Signature(SignManner.FINGER, "李局长", NOW, "李局长", DRAFT.digest(), image_sha256="e" * 64)


def some_png(width: int = 300, height: int = 100) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "black").save(out, "PNG")
    return out.getvalue()


def opened(draft: ReportDraft = DRAFT, annex: ReportAnnex | None = None) -> DocumentObject:
    return Document(io.BytesIO(report_docx(draft, annex)))


def text_of(document: DocumentObject) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_every_line_of_the_draft_is_printed() -> None:
    text = text_of(opened())
    assert [line.field for line in DRAFT.lines if f"{line.label_zh}：{line.text}" not in text] == []


def test_the_page_has_the_margins_of_an_official_document() -> None:
    section = opened().sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side] == [37, 35, 28, 26]
    assert [round(side.mm) for side in (section.page_width, section.page_height) if side] == [210, 297]


def test_the_body_is_set_in_size_three_fangsong() -> None:
    document = opened()
    run = next(run for paragraph in document.paragraphs for run in paragraph.runs if "苯胺的罐车" in run.text)
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    assert (run.font.size, fonts.get(qn("w:eastAsia"))) == (Pt(16), "仿宋")


def test_an_exercise_says_so_on_every_page_and_in_the_title() -> None:
    document = opened()
    assert "演练" in document.sections[0].header.paragraphs[0].text
    assert "【演练】" in text_of(document)


def test_a_real_report_never_says_exercise() -> None:
    document = opened(draft_initial(BARE, NOW))
    assert "演练" not in text_of(document) + document.sections[0].header.paragraphs[0].text


def test_the_recipients_are_named_once_each_by_their_full_names() -> None:
    wanted = ("十堰市人民政府", "湖北省生态环境厅", "生态环境部", "湖北省生态环境厅")
    lines = [paragraph.text for paragraph in opened(annex=ReportAnnex(recipients=wanted)).paragraphs]
    assert "十堰市人民政府、湖北省生态环境厅、生态环境部：" in lines


def test_receptors_stand_in_a_table_numbered_as_on_the_map() -> None:
    document = opened(annex=ReportAnnex(receptors=FULL.receptors, trace_basis=FULL.trace_basis))
    (table,) = document.tables
    first, second = ([cell.text for cell in row.cells] for row in table.rows[1:])
    assert first[:4] == ["1", "黄龙滩水厂取水口", "取水口", "下游12.3公里"]
    assert first[4:] == ["11月21日\n06:00", "11月21日\n06:54", "11月21日\n08:24"]
    assert second[:2] == ["2", "丹江口水库入库断面"]


def test_no_row_of_the_table_is_torn_by_a_page_and_its_head_comes_again() -> None:
    (table,) = opened(annex=ReportAnnex(receptors=FULL.receptors)).tables
    marks = [{mark.tag for mark in row._tr.get_or_add_trPr()} for row in table.rows]
    assert all(qn("w:cantSplit") in row for row in marks)
    assert [qn("w:tblHeader") in row for row in marks] == [True, False, False]
    assert sum(column.width or 0 for column in table.columns) <= Mm(156)


def test_the_head_is_red_with_number_and_signatory_over_a_red_line() -> None:
    document = opened(annex=ReportAnnex(signature=FINGER))
    urgency, office, number = document.paragraphs[:3]
    assert (urgency.text, office.text) == ("特急", "十堰市生态环境局（演练）")
    assert office.runs[0].font.color.rgb == RGBColor(0xFF, 0, 0)
    assert [part.strip() for part in number.text.split("\t")] == ["X420300-2026-0001 第1报", "签发人：李局长"]
    edge = number._p.get_or_add_pPr().find(qn("w:pBdr")).find(qn("w:bottom"))
    assert edge.get(qn("w:color")) == "FF0000"


def test_a_long_name_of_an_office_stays_on_one_line() -> None:
    name = "恩施土家族苗族自治州生态环境局恩施分局"
    office = opened(draft_initial(replace(FULL, reporter_unit=name), NOW)).paragraphs[1]
    assert office.runs[0].font.size.pt * len(name) <= Mm(156).pt


def test_office_and_day_stand_at_the_right_before_who_answers_for_the_report() -> None:
    paragraphs = [(one.text, one.alignment) for one in opened().paragraphs]
    place = paragraphs.index(("2026年11月21日", WD_ALIGN_PARAGRAPH.RIGHT))
    assert paragraphs[place - 1] == ("十堰市生态环境局（演练）", WD_ALIGN_PARAGRAPH.RIGHT)
    assert [text for text, _ in paragraphs[place + 1 :]][:2] == [
        "报告单位：十堰市生态环境局（演练）",
        "报告签发人：待签发",
    ]


def test_page_numbers_stand_outside_on_odd_and_on_even_pages() -> None:
    document = opened()
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    check = f"X420300-2026-0001　第1报　校验 {DRAFT.digest()[:16]}"
    assert (odd.text, even.text) == (f"{check}\t— 1 —", f"— 1 —\t{check}")
    for footer in (odd, even):
        assert [one.text for one in footer._p.iter(qn("w:instrText"))] == ["PAGE"]


def test_every_font_has_other_names_for_machines_that_lack_it() -> None:
    with zipfile.ZipFile(io.BytesIO(report_docx(DRAFT))) as parts:
        table, used = ET.fromstring(parts.read("word/fontTable.xml")), parts.read("word/document.xml").decode()
    known = {font.get(qn("w:name")): font.find(qn("w:altName")) for font in table}
    asked = set(re.findall(r'w:eastAsia="([^"]+)"', used))
    assert asked == {"仿宋", "黑体", "方正小标宋简体", "楷体"}
    assert [name for name in asked if known.get(name) is None] == []


def test_a_finger_signature_is_put_in_as_a_picture() -> None:
    document = opened(annex=ReportAnnex(signature=FINGER, signature_image=some_png()))
    assert len(document.inline_shapes) == 1
    assert "李局长（手写签名，2026年11月21日03:00）" in text_of(document)


def test_a_signature_of_another_version_is_not_printed() -> None:
    other = replace(FINGER, digest="0" * 64)
    document = opened(annex=ReportAnnex(signature=other, signature_image=some_png()))
    assert len(document.inline_shapes) == 0
    assert "报告签发人：待签发" in text_of(document)


def test_a_signature_by_telephone_names_both_who_heard_it() -> None:
    heard = replace(FINGER, manner=SignManner.BY_TELEPHONE, recorded_by="王值班", second_hearer="赵带班")
    text = text_of(opened(annex=ReportAnnex(signature=heard)))
    assert "电话签发" in text
    assert "记录人王值班，旁听人赵带班，待补签确认" in text


def test_maps_and_photographs_are_put_in_and_fit_the_page() -> None:
    annex = ReportAnnex(sketch_map=some_png(), attached_map=some_png(), photos=(("桥面", some_png(100, 400)),))
    document = opened(annex=annex)
    assert len(document.inline_shapes) == 3
    assert all(shape.width <= Mm(156) and shape.height <= Mm(200) for shape in document.inline_shapes)
    captions = [one.text for one in document.paragraphs if one.text.startswith("附图")]
    assert captions == ["附图1　敏感点分布图（附件）", "附图2　敏感点分布示意图", "附图3　现场照片　桥面"]


def test_a_map_that_could_not_be_drawn_is_named() -> None:
    assert "另行报送" in text_of(opened(annex=ReportAnnex(remarks=("示意图未能绘入，另行报送。",))))


def test_the_same_draft_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    annex = ReportAnnex(receptors=FULL.receptors, sketch_map=some_png())
    data = report_docx(DRAFT, annex)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert hashlib.sha256(data).digest() == hashlib.sha256(report_docx(DRAFT, annex)).digest()


def test_the_properties_are_the_reports_own() -> None:
    core = opened().core_properties
    assert (core.author, core.created, core.revision) == ("十堰市生态环境局（演练）", NOW, 1)


def test_control_characters_from_a_paste_do_not_stop_the_report() -> None:
    draft = draft_initial(replace(FULL, course="罐车\x00侧翻\x0b\ud800\uffff了"), NOW)
    assert "罐车侧翻了" in text_of(opened(draft))


def test_every_part_is_well_formed() -> None:
    with zipfile.ZipFile(io.BytesIO(report_docx(DRAFT, ReportAnnex(receptors=FULL.receptors)))) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(parts.read(name))


needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed: DOCX not opened by it"
)


def opened_by_libreoffice(content: bytes, folder: Path, kind: str) -> Path:
    (folder / "report.docx").write_bytes(content)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", kind]
    told = [*command, "--outdir", str(folder), str(folder / "report.docx")]
    subprocess.run(told, check=True, capture_output=True, timeout=120)
    return folder / f"report.{kind.partition(':')[0]}"


@needs_libreoffice
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    content = report_docx(DRAFT, ReportAnnex(receptors=FULL.receptors))
    assert "黄龙滩水厂取水口" in opened_by_libreoffice(content, tmp_path, "txt:Text").read_text("utf-8")


@needs_libreoffice
def test_a_report_with_long_texts_runs_on_over_pages_of_a4(tmp_path: Path) -> None:
    draft = draft_initial(LONG, NOW)
    pdf = opened_by_libreoffice(report_docx(draft, ReportAnnex(receptors=LONG.receptors)), tmp_path, "pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) >= 4
    sizes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert {(round(float(wide)), round(float(high))) for wide, high in sizes} == {(595, 842)}
