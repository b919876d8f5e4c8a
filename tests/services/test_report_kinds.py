"""Follow-up and result reports carry on, say what is new and meet their clocks; departments are told one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from incident_desk.domain.law.legal_codes import ClockState, FactKind, Recipient, ReportForm, ReportKind
from incident_desk.domain.reports.addressees import required_departments
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, Report
from incident_desk.services.calls import phone_calls
from incident_desk.services.cases import fact_recording
from incident_desk.services.law import clocks, grading
from incident_desk.services.reports import report_filing, report_recipients, report_versions, reporting
from tests.conftest import NOW
from tests.people import actor
from tests.services.test_reporting import MINUTE, R2, by_phone, clock, deliver, drafted, entries, opened, sensitive

pytestmark = pytest.mark.usefixtures("app_context")
HOUR = timedelta(hours=1)
DEPARTMENTS = required_departments(is_water=True)


def begin(incident: Incident, kind: ReportKind, at: timedelta = HOUR, **more: Any) -> Report:
    return reporting.begin(
        incident.case_no, kind=kind, form=ReportForm.WRITTEN, actor=actor("officer"), now=NOW + at, **more
    )


def sent(minutes: int, proof: str = "回执OK") -> report_filing.Passage:
    return report_filing.Passage(DeliveryChannel.FAX, NOW + minutes * MINUTE, proof=proof)


def said(incident: Incident, row: Report) -> dict[str, str]:
    return {line.field: line.text for line in reporting.one(actor("officer"), incident.case_no, row.number).lines}


def tell(incident: Incident, field: str, value: object, minutes: int) -> None:
    fact_recording.record_fact(
        incident.case_no, f"sheet.{field}", {"state": "known", "value": value, "estimated": False},
        at=NOW + minutes * MINUTE, actor=actor("officer"), now=NOW + minutes * MINUTE,
    )  # fmt: skip


def reported(incident: Incident) -> Report:
    """A first report that went to everybody, with an officer's words in it."""
    row = drafted(incident)
    words = {"advice": "请省厅协调黄龙滩电站", "place": "堵河某桥下游200米"}
    reporting.word(incident.case_no, row.number, words, actor=actor("officer"), now=NOW + 2 * MINUTE)
    to = reporting.one(actor("officer"), incident.case_no, row.number).recipients
    return deliver(incident, row, to, sent(5))


def test_a_follow_up_carries_on_and_lists_what_is_new() -> None:
    incident = sensitive()
    first = reported(incident)
    tell(incident, "dead", 1, 35)
    tell(incident, "place_text", "堵河大桥桥面", 36)
    call = phone_calls.calls_of(actor("officer"), incident.case_no)[0]
    phone_calls.record_answer(
        incident.case_no, call.id, state="answered", done="已关闸", actor=actor("officer"), now=NOW + 40 * MINUTE
    )
    row = begin(incident, ReportKind.FOLLOW_UP)
    text = said(incident, row)
    assert text["advice"] == "请省厅协调黄龙滩电站"
    assert text["place"] == "堵河大桥桥面", "the case said something new here"
    assert text["progress"].startswith("第1报（初报，11月21日02:47）以来：11月21日03:20，人员受害情况更新为：死亡1人")
    assert "03:21，事发地点更新为：堵河大桥桥面" in text["progress"]
    assert f"03:25，电话通知{call.name}，已关闸" in text["progress"]
    assert report_versions.previous_of(row) is not None
    assert row.previous_id == first.id


def test_a_follow_up_without_news_says_that_progress_is_being_checked() -> None:
    incident = sensitive()
    reported(incident)
    assert said(incident, begin(incident, ReportKind.FOLLOW_UP))["progress"] == "正在核实"


def test_a_follow_up_before_any_report_is_no_error() -> None:
    row = begin(opened(), ReportKind.FOLLOW_UP)
    assert row.previous_id is None
    assert row.snapshot["title"].endswith("的报告（续报一）")


def test_a_result_report_has_its_four_parts_and_the_final_grade() -> None:
    incident = sensitive()
    reported(incident)
    grading.judge(incident.case_no, "III", basis="疏散120人", actor=actor("officer"), now=NOW + 50 * MINUTE)
    text = said(incident, begin(incident, ReportKind.RESULT))
    assert text["grade_line"] == "最终认定为较大（III级）突发环境事件"
    assert text["grade_basis"] == "疏散120人"
    assert [text[one] for one in ("losses", "social_effect", "remaining_problems", "accountability")] == [
        "正在评估", "正在核实", "正在核实", "正在办理",
    ]  # fmt: skip


def test_reports_are_numbered_and_titled_by_kind() -> None:
    incident = sensitive()
    reported(incident)
    rows = [begin(incident, kind) for kind in (ReportKind.FOLLOW_UP, ReportKind.FOLLOW_UP, ReportKind.RESULT)]
    titles = [str(row.snapshot["title"]) for row in rows]
    assert [row.sequence for row in rows] == [2, 3, 4]
    assert [title[-6:] for title in titles] == ["告（续报一）", "告（续报二）", "处理结果的报告"[-6:]]
    assert said(incident, rows[1])["report_no"].startswith(f"{incident.case_no} 第3报")


def test_every_office_counts_its_own_reports() -> None:
    from incident_desk.services.calls import call_taking
    from tests.services.sheets import NOTHING_KNOWN, sheet

    incident = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("county"), now=NOW)
    row = drafted(incident, ReportForm.PHONE, login="county")
    deliver(incident, row, [Recipient.LEVEL_UP], by_phone())
    own = reporting.begin(
        incident.case_no, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN, actor=actor("officer"), now=NOW + HOUR
    )
    assert (own.office_code, own.number, own.sequence) == ("420300", 2, 1)


def test_a_follow_up_goes_to_everyone_told_before_and_starts_r6_anew() -> None:
    incident = sensitive()
    reported(incident)
    assert [one.starts_at for one in clock(incident, "R6")] == [NOW + 5 * MINUTE]
    row = begin(incident, ReportKind.FOLLOW_UP)
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert view.recipients == R2
    deliver(incident, row, view.recipients, sent(70), minutes=90)
    running = [one for one in clock(incident, "R6") if not one.is_closed]
    assert [one.starts_at for one in running] == [NOW + 70 * MINUTE]


def test_a_result_report_meets_r7_and_no_other_kind_does() -> None:
    incident = sensitive()
    reported(incident)
    ended = NOW + 2 * HOUR
    fact_recording.record_fact(
        incident.case_no, FactKind.DISPOSAL_ENDED, {}, at=ended, actor=actor("officer"), now=ended
    )
    another = begin(incident, ReportKind.FOLLOW_UP, 3 * HOUR)
    deliver(incident, another, R2, sent(185), minutes=200)
    assert not clock(incident, "R7")[0].is_closed
    row = begin(incident, ReportKind.RESULT, 4 * HOUR)
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert view.recipients == R2
    deliver(incident, row, view.recipients, sent(245), minutes=260)
    assert clock(incident, "R7")[0].met_at == NOW + 245 * MINUTE


def test_the_written_first_report_keeps_the_words_of_the_one_by_telephone() -> None:
    incident = sensitive()
    phone = drafted(incident, ReportForm.PHONE)
    reporting.word(incident.case_no, phone.number, {"nature": "交通事故次生"}, actor=actor("officer"), now=NOW + MINUTE)
    deliver(incident, phone, R2, by_phone())
    assert said(incident, begin(incident, ReportKind.INITIAL))["nature"] == "交通事故次生"


# --- departments of the same level -------------------------------------------------------------------


def notified(incident: Incident, departments: tuple[str, ...], minutes: int) -> Report:
    row = begin(incident, ReportKind.INITIAL, minutes * MINUTE, recipients=departments)
    return deliver(incident, row, departments, sent(minutes), minutes=minutes + 5)


def test_r11_is_met_when_the_last_of_its_departments_was_reached() -> None:
    incident = sensitive()
    for place, department in enumerate(DEPARTMENTS):
        assert clock(incident, "R11")[0].met_at is None
        notified(incident, (department,), 10 + place)
    assert clock(incident, "R11")[0].met_at == NOW + 16 * MINUTE


def test_from_r11_a_report_goes_to_the_departments_still_missing_by_name() -> None:
    incident = sensitive()
    notified(incident, DEPARTMENTS[:2], 10)
    wanted = report_recipients.wanted(actor("officer"), incident.case_no, form=ReportForm.WRITTEN, rule_id="R11")
    assert wanted.recipients == DEPARTMENTS[2:]
    assert report_recipients.name_zh("420300", "peer_departments.water") == "十堰市水利和湖泊局"


def test_a_department_that_denies_opens_r11_again() -> None:
    incident = sensitive()
    row = notified(incident, DEPARTMENTS, 10)
    report_filing.deny(
        incident.case_no, row.number, DEPARTMENTS[3], said_by="钱某", said_at=NOW + 20 * MINUTE,
        actor=actor("officer"), now=NOW + 20 * MINUTE,
    )  # fmt: skip
    assert clock(incident, "R11")[0].met_at is None
    deliver(incident, row, [DEPARTMENTS[3]], sent(25))
    assert clock(incident, "R11")[0].met_at == NOW + 25 * MINUTE


def test_a_notice_to_departments_is_no_report_upward() -> None:
    incident = sensitive()
    reported(incident)
    notified(incident, DEPARTMENTS, 20)
    assert [one.starts_at for one in clock(incident, "R6") if not one.is_closed] == [NOW + 5 * MINUTE]
    assert clock(incident, "R2")[0].met_at == NOW + 5 * MINUTE


def test_a_result_report_reaches_the_departments_that_were_told() -> None:
    incident = sensitive()
    reported(incident)
    notified(incident, DEPARTMENTS, 20)
    ended = NOW + 2 * HOUR
    fact_recording.record_fact(
        incident.case_no, FactKind.DISPOSAL_ENDED, {}, at=ended, actor=actor("officer"), now=ended
    )
    row = begin(incident, ReportKind.RESULT, 3 * HOUR)
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert set(view.recipients) == {*R2, *DEPARTMENTS}
    deliver(incident, row, R2, sent(185), minutes=200)
    assert not clock(incident, "R7")[0].is_closed
    deliver(incident, row, DEPARTMENTS, sent(190), minutes=200)
    assert clock(incident, "R7")[0].met_at == NOW + 190 * MINUTE


# --- to nobody ---------------------------------------------------------------------------------------


def test_a_report_to_nobody_is_refused() -> None:
    incident = sensitive()
    with pytest.raises(reporting.NoRecipient):
        begin(incident, ReportKind.INITIAL, recipients=())
    with pytest.raises(reporting.NoRecipient):
        begin(incident, ReportKind.INITIAL, recipients=("nobody",))


# --- a receipt that is denied ------------------------------------------------------------------------


def test_a_denied_receipt_opens_the_clock_again_and_a_breach_stays() -> None:
    incident = sensitive()
    row = reported(incident)
    assert clock(incident, "R2")[0].state(NOW + HOUR) is ClockState.MET
    denied = NOW + 3 * HOUR
    report_filing.deny(
        incident.case_no, row.number, "ministry", said_by="部总值班室周某", said_at=denied, reason="传真机缺纸",
        actor=actor("officer"), now=denied,
    )  # fmt: skip
    clocks.tick(denied)
    opened_again = clock(incident, "R2")[0]
    assert opened_again.missing == ("ministry",)
    assert opened_again.state(denied) is ClockState.OVERDUE
    withdrawn = db.session.get_one(FactRecord, entries(incident, "report.receipt_denied")[0]["facts"][0])
    assert withdrawn.withdrawn_at is not None
    deliver(incident, row, ["ministry"], sent(200), minutes=210)
    assert clock(incident, "R2")[0].state(NOW + 4 * HOUR) is ClockState.MET_LATE


def test_who_denied_it_stays_on_record_and_out_of_the_journal() -> None:
    from incident_desk.services.reports import report_receipts

    incident = sensitive()
    row = reported(incident)
    report_filing.deny(
        incident.case_no, row.number, "province", said_by="省厅孔某", said_at=NOW + 20 * MINUTE, actor=actor("officer"),
        now=NOW + 21 * MINUTE,
    )  # fmt: skip
    (undone,) = report_receipts.undone_of(db.session.get_one(Report, row.id))
    assert (undone.kind, undone.said_by, undone.said_at) == ("denied", "省厅孔某", NOW + 20 * MINUTE)
    assert undone.entry["proof"] == "回执OK"
    assert "省厅孔某" not in str(entries(incident, "report.receipt_denied"))
    assert clock(incident, "R3") == [] or all(one.is_closed for one in clock(incident, "R3"))


@pytest.mark.parametrize(
    ("said_by", "minutes", "refusal"),
    [(" ", 20, report_filing.DenierMissing), ("孔某", 3, report_filing.DeniedBeforeSent)],
)
def test_a_denial_needs_a_name_and_a_time_after_the_sending(said_by: str, minutes: int, refusal: Any) -> None:
    incident = sensitive()
    row = reported(incident)
    with pytest.raises(refusal):
        report_filing.deny(
            incident.case_no, row.number, "province", said_by=said_by, said_at=NOW + minutes * MINUTE,
            actor=actor("officer"), now=NOW + HOUR,
        )  # fmt: skip
