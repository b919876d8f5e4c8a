"""The draft of a report: every line of the matrix, nothing held back, what is missing named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.reports.report_fields import COLUMNS, FieldNeed, read_report_fields, report_fields
from incident_desk.domain.reports.reporting import (
    INTAKE_STATES_ZH,
    ArrivalBand,
    IntakeLine,
    ReceptorLine,
    ReportDraft,
    ReportValues,
    StatedAmount,
    TaskKind,
    draft_initial,
    draft_report,
)

LEARNED = datetime(2026, 11, 20, 18, 25, tzinfo=UTC)
NOW = LEARNED + timedelta(minutes=35)
BARE = ReportValues(case_no="420300-2026-0007", exercise=False, learned_at=LEARNED)
TWELVE_SUBJECTS = {  # 令17号 第十二条: what a first report must hold, counted by hand from the article's subjects
    *("occurred", "place", "info_source", "cause", "nature", "course", "pollutants", "amounts", "monitoring"),
    *("casualties", "intakes", "receptors", "trend", "measures_taken", "measures_planned", "advice", "sketch_map"),
}


def text_of(draft: ReportDraft, field: str) -> str:
    line = draft.line(field)
    assert line is not None
    return line.text


def test_a_first_report_has_a_line_for_every_subject_of_article_12() -> None:
    assert {line.field for line in draft_initial(BARE, NOW).lines} >= TWELVE_SUBJECTS


def test_a_report_with_nothing_known_is_still_a_report() -> None:
    draft = draft_initial(BARE, NOW)
    assert text_of(draft, "place") == "正在核实"
    assert text_of(draft, "learned") == "2026年11月21日02:25"
    assert text_of(draft, "grade_line") == "等级尚未判明"
    assert text_of(draft, "signatory") == "待签发"


def test_everything_missing_becomes_a_task() -> None:
    draft = draft_initial(BARE, NOW)
    assert {task.field for task in draft.tasks} == {line.field for line in draft.lines if not line.known}


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("place", TaskKind.FIND_OUT),
        ("amounts", TaskKind.CONFIRM_UNKNOWN),
        ("photos", TaskKind.ATTACH),
        ("signatory", TaskKind.SIGN),
    ],
)
def test_a_task_says_what_it_asks_of_a_person(field: str, kind: TaskKind) -> None:
    assert {task.field: task.kind for task in draft_initial(BARE, NOW).tasks}[field] is kind


def test_a_half_known_value_is_printed_and_stays_a_task() -> None:
    amounts = (StatedAmount("装载量", "18吨", confirmed=True), StatedAmount("入河量", None))
    draft = draft_initial(replace(BARE, amounts=amounts), NOW)
    assert text_of(draft, "amounts") == "装载量18吨（核实），入河量正在核实"
    assert "amounts" in {task.field for task in draft.tasks}


def test_estimated_and_confirmed_amounts_are_told_apart() -> None:
    assert StatedAmount("泄漏量", "5吨", confirmed=False).text_zh() == "泄漏量5吨（估计）"


def test_a_telephone_report_asks_for_no_sketch_map() -> None:
    draft = draft_initial(BARE, NOW, form=ReportForm.PHONE)
    assert draft.line("sketch_map") is None
    assert draft.line("monitoring") is None


def test_intakes_are_asked_for_only_where_water_is_touched() -> None:
    assert draft_initial(replace(BARE, is_water=False), NOW).line("intakes") is None


def test_only_the_result_report_speaks_of_accountability() -> None:
    assert draft_initial(BARE, NOW).line("accountability") is None
    assert draft_report(BARE, NOW, kind=ReportKind.RESULT).line("accountability") is not None


def test_what_is_known_is_printed_even_where_it_was_not_asked_for() -> None:
    values = replace(BARE, monitoring="苯胺0.3 mg/L（03:20，堵河大桥下游2公里）")
    draft = draft_initial(values, NOW, form=ReportForm.PHONE)
    assert text_of(draft, "monitoring").startswith("苯胺0.3 mg/L")


def test_triggers_are_printed_when_there_are_any() -> None:
    assert draft_initial(BARE, NOW).line("triggers") is None
    assert text_of(draft_initial(replace(BARE, triggers=("T1", "T4")), NOW), "triggers") == "T1；T4"


def test_an_arrival_within_a_day_names_the_day_once() -> None:
    band = ArrivalBand(NOW + timedelta(hours=3), NOW + timedelta(hours=4), NOW + timedelta(hours=6))
    assert band.text_zh() == "11月21日06:00至09:00，最可能07:00"


def test_an_arrival_over_midnight_names_both_days() -> None:
    band = ArrivalBand(NOW + timedelta(hours=20), NOW + timedelta(hours=22), NOW + timedelta(hours=30))
    assert band.text_zh() == "11月21日23:00至11月22日09:00，最可能11月22日01:00"


def test_an_arrival_band_into_another_year_names_that_year() -> None:
    band = ArrivalBand(NOW + timedelta(hours=20), NOW + timedelta(days=10), NOW + timedelta(days=50))
    assert band.text_zh() == "11月21日23:00至2027年1月10日03:00，最可能12月1日03:00"
    assert band.cells_zh() == ("11月21日23:00", "12月1日03:00", "2027年1月10日03:00")


def test_without_a_trace_the_report_says_that_there_is_no_sketch_map() -> None:
    assert text_of(draft_initial(BARE, NOW), "sketch_map") == "尚无推算，随后补报"


def test_receptors_are_printed_with_the_basis_of_their_times() -> None:
    values = replace(BARE, receptors=(ReceptorLine("黄龙滩", "intake", "取水口", 12.34),), trace_basis="按03:00推算")
    assert text_of(draft_initial(values, NOW), "receptors") == "黄龙滩（下游12.3公里）。（按03:00推算）"


@pytest.mark.parametrize("state", sorted(INTAKE_STATES_ZH))
def test_every_state_of_an_intake_has_its_words(state: str) -> None:
    assert INTAKE_STATES_ZH[state] in IntakeLine("水厂", state).text_zh()


def test_a_supply_not_asked_about_is_not_said_to_run() -> None:
    assert "供水" not in IntakeLine("水厂", "stopped_precaution").state_zh()
    assert "供水未中断" in IntakeLine("水厂", "stopped_precaution", supply_interrupted=False).state_zh()


def test_an_exercise_says_so_in_its_title() -> None:
    assert draft_initial(replace(BARE, exercise=True), NOW).title.startswith("【演练】")
    assert "演练" not in draft_initial(BARE, NOW).title


def test_the_digest_changes_with_any_word() -> None:
    one, other = draft_initial(BARE, NOW), draft_initial(replace(BARE, place="桥"), NOW)
    assert one.digest() == hashlib.sha256(one.snapshot()).hexdigest()
    assert one.digest() != other.digest()
    assert one.digest() == draft_initial(BARE, NOW).digest()


def test_the_snapshot_holds_every_line() -> None:
    draft = draft_initial(BARE, NOW)
    document = json.loads(draft.snapshot())
    assert [line["field"] for line in document["lines"]] == [line.field for line in draft.lines]
    assert document["made_at"] == "2026-11-20T19:00:00+00:00"


def test_a_rare_character_of_a_name_is_kept_and_rubbish_is_not() -> None:
    draft = draft_initial(replace(BARE, contact="王\U000323af\ue000\x00\ud800\uffff"), NOW)
    assert text_of(draft, "contact") == "王\U000323af\ue000"
    assert draft.digest()


def test_every_field_of_the_matrix_can_be_filled() -> None:
    names = {row.field for row in report_fields()}
    assert {task.field for task in draft_report(BARE, NOW, kind=ReportKind.RESULT).tasks} <= names
    assert {row.need(ReportKind.RESULT, ReportForm.WRITTEN) for row in report_fields()} <= {
        FieldNeed.REQUIRED,
        FieldNeed.IF_ANY,
    }


HEAD = ",".join(COLUMNS)
ROW = "place,基本情况,地点,Place,required,required,required,required,正在核实,令17号 第十二条,"


@pytest.mark.parametrize(
    "text",
    [
        "field,label\n",
        f"{HEAD}\n{ROW}\n{ROW}\n",
        f"{HEAD}\n{ROW.replace('required', 'perhaps', 1)}\n",
        f"{HEAD}\n{ROW.replace('令17号 第十二条', '')}\n",
    ],
    ids=["columns", "twice", "unknown need", "no source"],
)
def test_a_broken_matrix_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report_fields.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"report_fields|perhaps"):
        read_report_fields(path)
