"""The office's own log, call checks, and figures that come from recorded rows only."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from docx import Document

from incident_desk.domain.calls.occurrence import TimeInFuture
from incident_desk.domain.duty.shifts import DutyPeriodKind, ShiftCode
from incident_desk.domain.duty.statistics import Span, SpanKind
from incident_desk.domain.errors import NotFound
from incident_desk.services.calls import call_taking
from incident_desk.services.cases.duty_log import EmptyLogLine
from incident_desk.services.duty import call_checks, duty_statistics, office_log, periods
from incident_desk.services.duty.call_checks import CheckForm
from incident_desk.services.duty.office_log import DutyLineKind
from incident_desk.services.law import grading
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")

NIGHT = date(2026, 11, 20)
NOVEMBER = Span(SpanKind.MONTH, 2026, 11)


def check(**changes: Any) -> CheckForm:
    said = {"target_office": "420300", "target_name": "", "at": NOW, "answered": True, "seconds": 12, **changes}
    return CheckForm(**said)


def test_an_own_line_stands_in_its_shift_by_the_time_of_the_matter() -> None:
    at = NOW - timedelta(hours=1)
    office_log.add_line(DutyLineKind.DOCUMENT, "收到省厅明电", at=at, actor=actor("officer"), now=NOW)
    found = office_log.day_of(actor("officer"), "420300", NIGHT, now=NOW)
    assert [(shift.slot.slot.shift, [line.text for line in shift.lines]) for shift in found.shifts] == [
        (ShiftCode.DAY, []), (ShiftCode.NIGHT, ["收到省厅明电"]),
    ]  # fmt: skip
    (entry,) = [data for kind, data in entries() if kind == "duty_line.added"]
    assert "明电" not in str(entry)
    assert len(entry["digest"]) == 64


def test_the_log_of_a_shift_holds_what_the_journal_says_of_its_cases() -> None:
    case_no = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW).case_no
    night = office_log.day_of(actor("officer"), "420300", NIGHT, shift=ShiftCode.NIGHT, now=NOW).shifts[0]
    assert {entry.kind for entry in night.entries if entry.case_no == case_no} >= {"incident.opened", "call.taken"}


def test_a_shift_that_has_not_begun_has_no_log() -> None:
    assert office_log.day_of(actor("officer"), "420300", NIGHT + timedelta(days=1), now=NOW).shifts == ()


def test_an_empty_line_and_one_of_tomorrow_are_refused() -> None:
    with pytest.raises(EmptyLogLine):
        office_log.add_line(DutyLineKind.OTHER, " \x00", at=None, actor=actor("officer"), now=NOW)
    with pytest.raises(TimeInFuture) as refused:
        office_log.add_line(DutyLineKind.OTHER, "x", at=NOW + timedelta(minutes=1), actor=actor("officer"), now=NOW)
    assert refused.value.field == "at"


def test_the_log_of_another_office_is_not_there() -> None:
    with pytest.raises(NotFound):
        office_log.day_of(actor("stranger"), "420300", NIGHT, now=NOW)


def test_a_check_of_a_lower_desk_is_seen_by_both_and_by_nobody_else() -> None:
    call_checks.record(check(target_office="420323", answered=False, seconds=None), actor=actor("officer"), now=NOW)
    assert len(call_checks.listed(actor("county"))) == len(call_checks.listed(actor("officer"))) == 1
    assert call_checks.listed(actor("stranger")) == []
    with pytest.raises(NotFound):
        call_checks.record(check(target_office="420500"), actor=actor("officer"), now=NOW)


@pytest.mark.parametrize("seconds", [-1, 3601])
def test_seconds_that_no_telephone_rings_are_refused(seconds: int) -> None:
    with pytest.raises(call_checks.CheckSecondsUnreadable):
        call_checks.record(check(seconds=seconds), actor=actor("officer"), now=NOW)


def test_a_check_of_the_future_is_refused() -> None:
    with pytest.raises(TimeInFuture):
        call_checks.record(check(at=NOW + timedelta(seconds=1)), actor=actor("officer"), now=NOW)


def test_special_periods_shorten_the_time_to_the_next_check() -> None:
    assert call_checks.next_due(actor("officer"), NOW).is_late(NOW)
    call_checks.record(check(at=NOW), actor=actor("officer"), now=NOW)
    assert call_checks.next_due(actor("officer"), NOW).due_at == NOW + timedelta(hours=24)
    periods.enter(DutyPeriodKind.HOLIDAY, "国庆", NIGHT, NIGHT, actor=actor("leader"), now=NOW)
    due = call_checks.next_due(actor("officer"), NOW)
    assert (due.due_at, due.special) == (NOW + timedelta(hours=8), True)


def _a_busy_month() -> None:
    officer = actor("officer")
    case_no = call_taking.take_call(sheet(), actor=officer, now=NOW).case_no
    grading.judge(case_no, "III", basis="现场核实", actor=officer, now=NOW)
    call_taking.take_call(sheet(), actor=actor("stranger"), now=NOW)
    call_checks.record(check(seconds=10), actor=officer, now=NOW)
    call_checks.record(check(seconds=20), actor=officer, now=NOW)
    call_checks.record(check(answered=False, seconds=None), actor=officer, now=NOW)


def test_figures_count_the_rows_of_the_office_and_of_no_other() -> None:
    _a_busy_month()
    figures = duty_statistics.of(actor("officer"), NOVEMBER, now=NOW).figures
    assert (figures.incidents, dict(figures.by_grade)) == (1, {"III": 1})
    assert sum(figures.by_cause.values()) == 1
    assert (figures.checks, figures.checks_answered, figures.answer_seconds) == (3, 2, 15.0)
    assert sum(figures.clocks.values()) > 0
    assert figures.handovers == figures.callouts == figures.drills == 0
    assert duty_statistics.of(actor("province"), NOVEMBER, now=NOW).figures.incidents == 2


def test_what_lies_outside_the_period_is_not_counted() -> None:
    _a_busy_month()
    october = duty_statistics.of(actor("officer"), Span(SpanKind.MONTH, 2026, 10), now=NOW)
    assert october.figures.is_empty


def words(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])


def test_the_document_says_the_same_figures_in_official_chinese_and_the_same_bytes() -> None:
    _a_busy_month()
    found = duty_statistics.of(actor("officer"), NOVEMBER, now=NOW)
    said = words(duty_statistics.document(found))
    assert "十堰市2026年11月环境应急值守统计" in said
    assert "共1起" in said
    assert "查岗平均15秒接听" in said
    assert "本期无演练记录" in said
    assert duty_statistics.document(found) == duty_statistics.document(found)


def test_an_empty_period_says_so() -> None:
    found = duty_statistics.of(actor("officer"), Span(SpanKind.YEAR, 2025, 1), now=NOW)
    said = words(duty_statistics.document(found))
    assert "无事件接报" in said
    assert "共0起" not in said


def test_a_case_learned_at_midnight_belongs_to_the_new_month() -> None:
    learned = datetime.fromisoformat("2026-11-01T00:00:00+08:00")
    form = {"learned_at": learned.isoformat(), "occurred_earliest": "", "occurred_latest": ""}
    call_taking.take_call(sheet(form, now=NOW), actor=actor("officer"), now=NOW)
    assert duty_statistics.of(actor("officer"), NOVEMBER, now=NOW).figures.incidents == 1
    assert duty_statistics.of(actor("officer"), Span(SpanKind.MONTH, 2026, 10), now=NOW).figures.incidents == 0
