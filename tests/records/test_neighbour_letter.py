"""The letter and the page to fax: form, exercise mark on every page, one page whatever the lines hold."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from docx import Document

from incident_desk.domain.neighbours.notices import NoticeField
from incident_desk.records.neighbour_fax import FIELD_MM, SHORTENED, notice_fax_html, notice_fax_page
from incident_desk.records.neighbour_letter import OfficialText, letter_docx, text_docx
from tests.conftest import NOW
from tests.domain.test_neighbours import a_notice, lines_of


def test_the_same_notice_gives_the_same_bytes_and_another_others() -> None:
    assert letter_docx(a_notice()) == letter_docx(a_notice())
    assert letter_docx(a_notice()) != letter_docx(a_notice(made_at=NOW + timedelta(days=1)))


def test_an_exercise_says_so_in_every_header() -> None:
    for exercise in (True, False):
        document = Document(io.BytesIO(letter_docx(a_notice(exercise=exercise))))
        section = document.sections[0]
        headers = (section.header, section.even_page_header, section.first_page_header)
        assert {"演练" in header.paragraphs[0].text for header in headers} == {exercise}


def test_a_letter_names_no_signatory_and_has_its_check_on_the_first_page() -> None:
    notice = a_notice()
    document = Document(io.BytesIO(letter_docx(notice)))
    text = "\n".join(part.text for part in document.paragraphs)
    assert "签发人" not in text
    assert document.sections[0].different_first_page_header_footer
    assert notice.digest()[:16] in document.sections[0].first_page_footer.paragraphs[0].text


def test_the_fax_is_black_on_white_without_script() -> None:
    page = notice_fax_html(a_notice(exercise=True), nonce="n")
    assert '<p class="exercise">演练</p>' in page
    assert "<script" not in page
    assert "苯胺 &lt;&amp;&gt;" in page


@pytest.mark.parametrize("characters", [10, 400, 2_000])
def test_long_lines_are_cut_to_one_page_and_say_so(characters: int) -> None:
    known = dict.fromkeys(NoticeField, "长" * characters)
    page = notice_fax_page(a_notice(lines=lines_of(known, {})))
    assert FIELD_MM > 0
    cut = [line.text.endswith(SHORTENED) for line in page.lines]
    assert all(cut) if characters > 300 else not any(cut)


def test_a_document_upward_repeats_the_head_of_its_table() -> None:
    text = OfficialText(
        office="十堰市生态环境局", number="＿＿号", title="报告", addressee="湖北省生态环境厅", text="一、情况\n良好",
        made_at=NOW, check="校验", exercise=True, table_title="附件", heads=("甲", "乙"), rows=[("1", "2")],
    )  # fmt: skip
    document = Document(io.BytesIO(text_docx(text)))
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["1", "2"]
    assert "tblHeader" in document.tables[0].rows[0]._tr.xml
    assert "演练" in document.sections[0].header.paragraphs[0].text
