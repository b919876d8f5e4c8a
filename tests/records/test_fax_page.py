"""One page, pure black on white, for the fax machine."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from PIL import Image, ImageDraw

from incident_desk.domain.reports.reporting import draft_initial
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.records import fax_pdf
from incident_desk.records.fax_page import FaxAnnex, fax_html, fax_page
from incident_desk.records.sketch_map import sketch_svg
from incident_desk.records.typesetting import FONT_FAMILIES, ChineseFontMissing, chinese_font

from .sample_report import BARE, FULL, LONG, NOW
from .sample_sketch import ON_THE_DU

DRAFT = draft_initial(FULL, NOW)
FINGER = Signature(SignManner.FINGER, "李局长", NOW, "李局长", DRAFT.digest(), image_sha256="e" * 64)
TWO = ("十堰市人民政府", "湖北省生态环境厅")
SKETCH = FaxAnnex(sketch_svg=sketch_svg(ON_THE_DU), receptors=FULL.receptors)


def has_chinese_font() -> bool:
    try:
        chinese_font()
    except ChineseFontMissing:
        return False
    return True


needs_font = pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font: PDF not made")


def blue_signature() -> bytes:
    image = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(10, 80), (150, 20), (290, 70)], fill=(20, 40, 160, 255), width=7)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


SIGNED = FaxAnnex(signature=FINGER, signature_image=blue_signature())


def photograph() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((600, 300)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


class Words(HTMLParser):
    """The text of a page, and the addresses it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.asked: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [value or "" for name, value in attrs if name in ("src", "href")]


def read(html: str) -> Words:
    words = Words()
    words.feed(html)
    return words


def test_the_page_says_urgent_who_to_whom_and_how_many_pages() -> None:
    text = " ".join(read(fax_html(fax_page(DRAFT, recipients=TWO))).words)
    for word in (
        "特急",
        "收：十堰市人民政府、湖北省生态环境厅",
        "发：十堰市生态环境局",
        "共 1 页",
        "演练",
        "苯胺",
        "待签发",
    ):
        assert word in text


def test_a_real_page_never_says_exercise() -> None:
    assert "演练" not in " ".join(read(fax_html(fax_page(draft_initial(BARE, NOW)))).words)


def test_the_page_has_no_colour_but_black_and_white() -> None:
    html = fax_html(fax_page(DRAFT))
    assert set(re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", html)) == {"#fff", "#000"}


def test_the_page_asks_nobody_for_anything() -> None:
    page = fax_page(DRAFT, annex=SIGNED)
    assert [address[:22] for address in read(fax_html(page)).asked] == ["data:image/png;base64,"]


def test_what_was_typed_cannot_become_markup() -> None:
    html = fax_html(fax_page(draft_initial(replace(FULL, place="<script>x</script>"), NOW)))
    assert "<script>" not in html


def test_a_signature_has_no_grey() -> None:
    page = fax_page(DRAFT, annex=SIGNED)
    assert page.signature_png is not None
    with Image.open(io.BytesIO(page.signature_png)) as image:
        assert image.mode == "1"
        assert {0, 255} == set(image.get_flattened_data())


def test_a_signature_of_another_version_is_not_shown() -> None:
    other = replace(FINGER, digest="0" * 64)
    page = fax_page(DRAFT, annex=FaxAnnex(signature=other, signature_image=blue_signature()))
    assert (page.signature_png, page.signatory) == (None, "待签发")


def test_a_shortened_line_says_where_the_rest_is() -> None:
    page = fax_page(draft_initial(LONG, NOW))
    assert [line.field for line in page.lines if line.text.endswith("（详见书面）")]
    assert sum(len(line.text) for line in page.lines) < 1_200


def test_the_name_of_who_signed_stands_beside_the_drawing() -> None:
    assert "李局长" in " ".join(read(fax_html(fax_page(DRAFT, annex=SIGNED))).words)


def test_the_map_has_a_page_of_its_own_with_the_receptors_by_number() -> None:
    page = fax_page(DRAFT, annex=SKETCH)
    assert page.page_count == 2
    text = " ".join(read(fax_html(page)).words)
    assert "敏感点分布示意图：见第2页" in text
    assert "第 2 页 共 2 页" in " ".join(text.split())
    assert text.count("演练") >= 3
    assert page.receptor_rows[1][:3] == ("2", "丹江口水库入库断面", "下游68.0公里")


def test_without_a_map_the_page_says_so() -> None:
    page = fax_page(draft_initial(BARE, NOW))
    assert page.page_count == 1
    assert "敏感点分布示意图：尚无推算，随后补报" in [line.text for line in page.lines]


def test_a_map_that_was_attached_comes_before_the_drawn_one_in_black_points() -> None:
    page = fax_page(DRAFT, annex=replace(SKETCH, attached_map=photograph()))
    assert page.page_count == 3
    assert page.attached_map_png is not None
    with Image.open(io.BytesIO(page.attached_map_png)) as image:
        assert image.mode == "1"
    asked = [address[:22] for address in read(fax_html(page)).asked]
    assert asked == ["data:image/png;base64,", "data:image/svg+xml;bas"]


@needs_font
def test_each_map_adds_exactly_one_page_to_the_pdf() -> None:
    for values in (FULL, LONG):
        draft = draft_initial(values, NOW)
        assert pages_of(fax_pdf.fax_pdf(draft, annex=SKETCH)) == 2
        both = replace(SKETCH, attached_map=photograph())
        assert pages_of(fax_pdf.fax_pdf(draft, annex=both)) == 3


@needs_font
def test_the_pdf_is_one_page_whatever_is_known() -> None:
    for values in (FULL, BARE, LONG):
        assert pages_of(fax_pdf.fax_pdf(draft_initial(values, NOW))) == 1


@needs_font
def test_the_pdf_is_pdf_a_and_the_same_twice() -> None:
    one = fax_pdf.fax_pdf(
        DRAFT, recipients=TWO, annex=replace(SKETCH, signature=FINGER, signature_image=blue_signature())
    )
    assert one.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in one
    assert one == fax_pdf.fax_pdf(
        DRAFT, recipients=TWO, annex=replace(SKETCH, signature=FINGER, signature_image=blue_signature())
    )


@needs_font
def test_the_font_of_the_pdf_knows_chinese() -> None:
    family, _ = chinese_font()
    assert family in FONT_FAMILIES
    assert re.search(rb"/BaseFont\s*/\w+\+NotoSansCJKsc|SourceHanSans|NotoSansSC", fax_pdf.fax_pdf(DRAFT))


@needs_font
def test_markup_in_a_value_stays_text() -> None:
    values = replace(FULL, place='#image("/etc/passwd") $x$ *b* \\')
    assert pages_of(fax_pdf.fax_pdf(draft_initial(values, NOW))) == 1


def test_values_go_to_the_typesetter_as_json() -> None:
    document = json.loads(fax_pdf._as_json(fax_page(DRAFT)))
    assert {line["label"] for line in document["lines"]} >= {"事发地点", "已采取措施"}
