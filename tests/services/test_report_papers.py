"""What leaves the office: the document and the fax pages name their bodies in full and carry the map of the trace."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from PIL import Image

from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.models import Incident
from incident_desk.services.calls import call_taking
from incident_desk.services.reports import report_papers, report_rows, report_sketch, reporting
from incident_desk.services.water import tracing
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")

MINUTE = timedelta(minutes=1)
ON_THE_DU = "110.2404, 32.2456"
BODIES = "十堰市人民政府、湖北省生态环境厅、生态环境部"


def opened(*, traced: bool) -> Incident:
    incident = call_taking.take_call(sheet(None, coordinates=ON_THE_DU), actor=actor("officer"), now=NOW)
    if traced:
        tracing.run(incident.case_no, actor=actor("officer"), now=NOW + MINUTE)
    return incident


def drafted(*, traced: bool = True) -> report_rows.ReportView:
    incident = opened(traced=traced)
    row = reporting.begin(
        incident.case_no, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN, actor=actor("officer"), now=NOW + 2 * MINUTE
    )
    return reporting.one(actor("officer"), incident.case_no, row.number)


def pictures_of(document: Any) -> list[str]:
    return [one.text for one in document.paragraphs if one.text.startswith("附图")]


def said_of(view: report_rows.ReportView, field: str) -> str:
    line = view.draft.line(field)
    assert line is not None
    return line.text


def test_the_document_and_the_fax_name_their_recipients_in_full() -> None:
    view = drafted()
    document = Document(io.BytesIO(report_papers.document(view)))
    assert f"{BODIES}：" in [one.text for one in document.paragraphs]
    assert f"收：{BODIES}" in report_papers.fax_html(view, nonce="n")


def test_the_map_of_the_trace_goes_into_the_document() -> None:
    view = drafted()
    assert said_of(view, "sketch_map") == "见附图"
    document = Document(io.BytesIO(report_papers.document(view)))
    assert pictures_of(document) == ["附图1　敏感点分布示意图"]
    assert len(document.inline_shapes) == 1


def test_the_map_numbers_its_places_as_the_table_does() -> None:
    view = drafted()
    svg = (report_papers.sketch_svg(view) or b"").decode()
    labels = "".join(re.findall(r">([^<>]+)</text>", svg))
    (table,) = Document(io.BytesIO(report_papers.document(view))).tables
    rows = [(row.cells[0].text, row.cells[1].text) for row in table.rows[1:]]
    assert len(rows) > 5
    assert [row for row in rows if f"{row[0]} {row[1]}" not in labels] == []
    assert "最早11月21日" in labels
    assert "11月21日02:46推算" in labels


def test_the_map_goes_to_the_fax_on_a_page_of_its_own() -> None:
    view = drafted()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", report_papers.fax_pdf(view))) == 2
    html = report_papers.fax_html(view, nonce="n")
    assert 'src="data:image/svg+xml;base64,' in html
    assert "共 2 页" in html


def test_without_a_trace_there_is_no_map_and_the_papers_say_so() -> None:
    view = drafted(traced=False)
    assert report_papers.sketch_svg(view) is None
    assert said_of(view, "sketch_map") == "尚无推算，随后补报"
    document = Document(io.BytesIO(report_papers.document(view)))
    assert (len(document.inline_shapes), pictures_of(document)) == (0, [])
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", report_papers.fax_pdf(view))) == 1


def test_a_picture_that_was_attached_stands_before_the_drawn_map() -> None:
    view = drafted()
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), (200, 30, 30)).save(picture, "PNG")
    picture.seek(0)
    key = (view.incident.case_no, view.row.number)
    reporting.attach_sketch(*key, picture, actor=actor("officer"), now=NOW + 3 * MINUTE)
    document = Document(io.BytesIO(report_papers.document(reporting.one(actor("officer"), *key))))
    assert pictures_of(document) == ["附图1　敏感点分布图（附件）", "附图2　敏感点分布示意图"]


def test_a_later_trace_does_not_change_the_map_of_a_report() -> None:
    view = drafted()
    before = report_papers.sketch_svg(view)
    tracing.run(view.incident.case_no, actor=actor("officer"), now=NOW + 30 * MINUTE)
    assert report_papers.sketch_svg(reporting.one(actor("officer"), view.incident.case_no, view.row.number)) == before


def test_a_station_that_gauges_the_river_is_not_called_a_power_station() -> None:
    names = {line.name: line.kind_zh for line in drafted().values.receptors}
    assert names["黄龙滩水文站"] == "水文站"


def test_the_course_ends_at_the_last_place_that_the_report_names() -> None:
    view = drafted()
    run = tracing.latest(actor("officer"), view.incident.case_no)
    assert run is not None
    drawn = report_sketch.sketch_of(run, view.incident.case_no, exercise=False)
    (line,) = drawn.course
    last = drawn.places[-1]
    whole = [tuple(at) for part in run.way for at in part]
    assert len(line) < len(whole) / 2
    assert min(abs(x - last.longitude) + abs(y - last.latitude) for x, y in line[-3:]) < 0.05
