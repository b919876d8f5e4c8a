"""An officer's words replace what the case gave, in the document and in what is read; snapshots come back whole."""

from __future__ import annotations

import json

import pytest

from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.reports.report_snapshots import draft_from_snapshot, values_from_json, values_to_json
from incident_desk.domain.reports.report_wording import (
    FieldNotWorded,
    TextTooLong,
    clean_texts,
    worded_draft,
    worded_fields,
    worded_values,
)
from incident_desk.domain.reports.reporting import draft_report
from incident_desk.records.scripts import PHONE_LIMIT, chat_text, telephone_script
from tests.records.sample_report import BARE, FULL, LONG, NOW

DRAFT = draft_report(FULL, NOW, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN)


@pytest.mark.parametrize("values", [FULL, BARE, LONG])
def test_values_come_back_equal(values: object) -> None:
    assert values_from_json(json.loads(json.dumps(values_to_json(values)))) == values  # type: ignore[arg-type]


def test_a_draft_comes_back_with_its_digest() -> None:
    again = draft_from_snapshot(json.loads(DRAFT.snapshot()))
    assert again == DRAFT
    assert again.digest() == DRAFT.digest()


def test_words_replace_the_line_and_close_its_task() -> None:
    bare = draft_report(BARE, NOW, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN)
    worded = worded_draft(bare, {"place": "堵河大桥"})
    line = worded.line("place")
    assert line is not None
    assert (line.text, line.known) == ("堵河大桥", True)
    assert "place" in {task.field for task in bare.tasks}
    assert "place" not in {task.field for task in worded.tasks}


def test_words_that_say_it_is_being_checked_keep_the_task() -> None:
    bare = draft_report(BARE, NOW, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN)
    worded = worded_draft(bare, {"place": "堵河沿岸，具体地点正在核实"})
    assert "place" in {task.field for task in worded.tasks}


def test_the_order_of_lines_stays_that_of_the_form() -> None:
    phone = draft_report(FULL, NOW, kind=ReportKind.INITIAL, form=ReportForm.PHONE)
    worded = worded_draft(phone, {"monitoring": "苯胺0.2毫克/升"})
    fields = [line.field for line in worded.lines]
    whole = [line.field for line in worded_draft(DRAFT, {"monitoring": "x"}).lines]
    assert "monitoring" in fields
    assert fields == [field for field in whole if field in fields]


def test_a_title_of_an_exercise_keeps_its_mark() -> None:
    assert worded_draft(DRAFT, {"title": "关于堵河的报告"}).title == "【演练】关于堵河的报告"


def test_only_words_of_ones_own_are_kept() -> None:
    place = DRAFT.line("place")
    assert place is not None
    kept = clean_texts({"place": f" {place.text}\r\n", "advice": "", "cause": "碰撞"}, DRAFT)
    assert kept == {"cause": "碰撞"}


def test_what_the_house_gives_is_not_worded() -> None:
    for field in ("learned", "report_no", "signatory", "photos", "nonsense"):
        with pytest.raises(FieldNotWorded):
            clean_texts({field: "x"}, DRAFT)
    assert "learned" not in worded_fields()


def test_a_text_beyond_the_limit_is_refused_with_its_length() -> None:
    with pytest.raises(TextTooLong) as refused:
        clean_texts({"advice": "建" * 2001}, DRAFT)
    assert refused.value.params == {"length": 2001, "most": 2000}


def test_intakes_in_own_words_are_read_aloud_and_pasted() -> None:
    worded = worded_values(FULL, {"intakes": "黄龙滩水厂已改用备用水源"})
    assert "黄龙滩水厂已改用备用水源" in telephone_script(worded, NOW)
    assert "黄龙滩水厂已改用备用水源" in chat_text(worded, NOW)
    assert "预防性停止取水" not in telephone_script(worded, NOW)


def test_long_words_do_not_make_the_script_longer_than_a_minute() -> None:
    worded = worded_values(FULL, {"intakes": "取水口" * 300, "casualties": "伤" * 500, "amounts": "约" * 300})
    assert len(telephone_script(worded, NOW)) <= PHONE_LIMIT
