"""A report is drafted from the case, signed as one text, and meets its clocks as each recipient is reached."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from incident_desk.domain.calls.occurrence import TimeInFuture
from incident_desk.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import ClockState, FactKind, Recipient, ReportForm, ReportKind
from incident_desk.domain.reports.report_wording import TextTooLong
from incident_desk.domain.reports.sign_off import DeliveryChannel, SecondHearerMissing, SignatureImageMissing, SignState
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, JournalEntry, OutboxMessage, Report, TraceRun
from incident_desk.services.calls import call_taking, phone_calls
from incident_desk.services.cases import fact_recording, facts, tasks
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks
from incident_desk.services.reports import report_filing, report_papers, report_rows, report_signing, reporting
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")
MINUTE = timedelta(minutes=1)
R2 = (Recipient.OWN_GOVERNMENT, Recipient.PROVINCE, Recipient.MINISTRY)


def opened(form: dict[str, Any] | None = None, **more: object) -> Incident:
    return call_taking.take_call(sheet(form, **more), actor=actor("officer"), now=NOW)


def sensitive(**more: object) -> Incident:
    intakes = {"intakes-0-name": "黄龙滩取水口", "intakes-0-state": "drawing"}
    return opened(**{**intakes, **more})


def drafted(incident: Incident, form: ReportForm = ReportForm.WRITTEN, login: str = "officer", **more: Any) -> Report:
    return reporting.begin(
        incident.case_no, kind=ReportKind.INITIAL, form=form, actor=actor(login), now=NOW + MINUTE, **more
    )


def drawing() -> str:
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 90), (150, 20), (280, 100)], fill="black", width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def by_phone(name: str = "陈", minutes: int = 5) -> report_filing.Passage:
    return report_filing.Passage(DeliveryChannel.PHONE, NOW + minutes * MINUTE, receiver_name=name)


def deliver(incident: Incident, row: Report, to: Any, passage: report_filing.Passage, minutes: int = 30) -> Report:
    return report_filing.record_delivery(
        incident.case_no, row.number, to, passage, actor=actor("officer"), now=NOW + minutes * MINUTE
    )


def clock(incident: Incident, rule: str) -> list[Any]:
    return [one.clock for one in clocks.clocks_of(actor("officer"), incident.case_no) if one.clock.rule_id == rule]


def entries(incident: Incident, kind: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.case_no == incident.case_no, JournalEntry.kind == kind)
        .order_by(JournalEntry.seq)
    )
    return [json.loads(row.data) for row in rows]


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


# --- the draft ---------------------------------------------------------------------------------------


def test_a_draft_says_what_the_case_knows() -> None:
    incident = opened(plate="鄂C12345")
    view = reporting.one(actor("officer"), incident.case_no, drafted(incident).number)
    said = {line.field: line.text for line in view.draft.lines}
    assert said["place"] == "堵河某桥"
    assert said["occurred"] == "11月21日02:10至02:15之间"
    assert said["learned"] == "2026年11月21日02:25"
    assert said["pollutants"] == "苯胺"
    assert said["amounts"] == "装载量18吨（估计），泄漏量5吨（估计），入河量正在核实"
    assert said["casualties"].startswith("死亡0人、受伤1人、中毒0人")
    assert said["info_source"] == "公安(110)"
    assert said["reporter_unit"] == "十堰市生态环境局"
    assert "鄂C12345" in said["course"]


def test_what_is_missing_is_printed_so_and_becomes_a_task() -> None:
    incident = opened(NOTHING_KNOWN)
    view = reporting.one(actor("officer"), incident.case_no, drafted(incident).number)
    line = view.draft.line("place")
    assert line is not None
    assert (line.text, line.known) == ("正在核实", False)
    waiting = {(task.kind, task.subject) for task in tasks.open_tasks(actor("officer"), incident.case_no)}
    assert {("find_out", "place"), ("attach", "photos"), ("sign", "signatory")} <= waiting


def test_calls_that_were_made_are_measures_taken() -> None:
    incident = opened()
    call = phone_calls.calls_of(actor("officer"), incident.case_no)[0]
    phone_calls.record_answer(
        incident.case_no, call.id, state="answered", done="已停止取水", actor=actor("officer"), now=NOW
    )
    line = reporting.one(actor("officer"), incident.case_no, drafted(incident).number).draft.line("measures_taken")
    assert line is not None
    assert line.text == f"02:45电话通知{call.name}，已停止取水"


def traced(incident: Incident) -> None:
    at = {
        key: (NOW + timedelta(hours=hours)).isoformat()
        for key, hours in (("earliest", 3), ("likely", 4), ("latest", 6))
    }
    receptors = [
        {"id": "i1", "kind": "intake", "name": "黄龙滩取水口", "distance_m": 12_300.0, "arrival": at},
        {"id": "b1", "kind": "border", "name": "鄂陕省界", "distance_m": 90_000.0, "arrival": None},
    ]
    result = {"receptors": receptors, "spill": {"discharge_m3s": None}, "network": {"weakest_source": "dem"}}
    with transaction() as tx:
        row = tx.session.get_one(Incident, incident.id)
        tx.session.add(
            TraceRun(
                incident_id=row.id, office_code="420300", run_at=NOW, run_by="worker", longitude=110.35,
                latitude=32.6, inputs={}, facts_version=1, way=[], network_sha256="0" * 64, result=result,
                result_sha256="1" * 64,
            )
        )  # fmt: skip


def test_an_intake_that_only_the_river_tells_of_is_named_with_its_arrival() -> None:
    incident = opened()
    traced(incident)
    view = reporting.one(actor("officer"), incident.case_no, drafted(incident).number)
    said = {line.field: line.text for line in view.draft.lines}
    assert "黄龙滩取水口：距事发点12.3公里，预计11月21日05:45至08:45" in said["intakes"]
    assert "取水状态正在核实" in said["intakes"]
    assert "流量取多年平均值" in said["receptors"]
    assert "河网未经测绘核实" in said["receptors"]


def test_the_snapshot_gives_the_digest_again() -> None:
    incident = opened()
    traced(incident)
    row = drafted(incident)
    stored = db.session.get_one(Report, row.id)
    assert hashlib.sha256(report_rows.snapshot_bytes(stored)).hexdigest() == stored.digest
    assert entries(incident, "report.drafted")[0]["digest"] == stored.digest


def test_recipients_are_those_whom_the_open_clock_lacks() -> None:
    view = reporting.one(actor("officer"), *_one(sensitive()))
    assert view.recipients == R2
    assert [one.name for one in view.row.deliveries] == ["十堰市人民政府", "湖北省生态环境厅", "生态环境部"]


def test_a_prefecture_reports_one_level_up_to_the_province() -> None:
    view = reporting.one(actor("officer"), *_one(opened(NOTHING_KNOWN)))
    assert view.recipients == (Recipient.OWN_GOVERNMENT, Recipient.PROVINCE)


def test_a_county_tells_the_prefecture_which_thereby_learns() -> None:
    incident = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("county"), now=NOW)
    row = drafted(incident, ReportForm.PHONE, login="county")
    to = reporting.one(actor("county"), incident.case_no, row.number).recipients
    assert to == (Recipient.OWN_GOVERNMENT, Recipient.LEVEL_UP)
    deliver(incident, row, to, by_phone())
    learned = facts.newest(incident.id, FactKind.OFFICE_LEARNED)
    assert learned is not None
    assert (learned.data, learned.at) == ({"office": "420300"}, NOW + 5 * MINUTE)
    assert [one.starts_at for one in clock(incident, "R1") if one.office == "420300"] == [NOW + 5 * MINUTE]


def _one(incident: Incident) -> tuple[str, int]:
    return incident.case_no, drafted(incident).number


def test_reports_of_a_case_are_numbered_one_after_the_other() -> None:
    incident = opened()
    assert [drafted(incident).number, drafted(incident, ReportForm.PHONE).number] == [1, 2]


def test_the_province_may_report_for_an_office_below_only_where_that_office_owes() -> None:
    incident = sensitive()
    row = drafted(incident, login="province")
    assert row.office_code == "420300"


# --- an officer's own words --------------------------------------------------------------------------


def test_own_words_stand_in_document_script_and_text() -> None:
    incident = opened()
    row = drafted(incident)
    reporting.word(
        incident.case_no, row.number, {"course": "罐车侧翻入河", "intakes": "黄龙滩水厂已停止取水"},
        actor=actor("officer"), now=NOW + 2 * MINUTE, expected_version=1,
    )  # fmt: skip
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert "罐车侧翻入河" in words_of(report_papers.document(view))
    assert "黄龙滩水厂已停止取水" in report_papers.script(view)
    assert "黄龙滩水厂已停止取水" in report_papers.chat(view)
    assert len(report_papers.chat(view)) <= 400


def test_own_words_close_the_task_of_their_field() -> None:
    incident = opened()
    row = drafted(incident)
    reporting.word(incident.case_no, row.number, {"advice": "请省厅协调"}, actor=actor("officer"), now=NOW + 2 * MINUTE)
    waiting = {task.subject for task in tasks.open_tasks(actor("officer"), incident.case_no)}
    assert "advice" not in waiting


def test_an_emptied_field_goes_back_to_the_case() -> None:
    incident = opened()
    row = drafted(incident)
    for text in ("另一座桥", ""):
        reporting.word(incident.case_no, row.number, {"place": text}, actor=actor("officer"), now=NOW + 2 * MINUTE)
    line = reporting.one(actor("officer"), incident.case_no, row.number).draft.line("place")
    assert line is not None
    assert line.text == "堵河某桥"


def test_two_officers_do_not_overwrite_each_other() -> None:
    incident = opened()
    row = drafted(incident)
    reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("officer"), now=NOW + 2 * MINUTE)
    with pytest.raises(ChangedMeanwhile) as refused:
        reporting.word(
            incident.case_no, row.number, {"advice": "乙"}, actor=actor("officer2"), now=NOW + 3 * MINUTE,
            expected_version=1,
        )  # fmt: skip
    assert refused.value.params["current"] == {"advice": "甲"}
    assert refused.value.params["typed"] == {"advice": "乙"}


def test_a_text_that_nobody_reads_is_refused() -> None:
    incident = opened()
    row = drafted(incident)
    with pytest.raises(TextTooLong):
        reporting.word(incident.case_no, row.number, {"advice": "建" * 2001}, actor=actor("officer"), now=NOW + MINUTE)


def test_a_refresh_brings_new_facts_and_keeps_own_words() -> None:
    incident = opened(NOTHING_KNOWN)
    row = drafted(incident)
    reporting.word(incident.case_no, row.number, {"advice": "请省厅协调"}, actor=actor("officer"), now=NOW + MINUTE)
    value = {"state": "known", "value": "堵河大桥", "estimated": False}
    fact_recording.record_fact(
        incident.case_no, "sheet.place_text", value, at=NOW, actor=actor("officer"), now=NOW + MINUTE
    )
    assert reporting.moved_on(reporting.one(actor("officer"), incident.case_no, row.number))
    reporting.refresh(incident.case_no, row.number, actor=actor("officer"), now=NOW + 3 * MINUTE)
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    said = {line.field: line.text for line in view.draft.lines}
    assert (said["place"], said["advice"]) == ("堵河大桥", "请省厅协调")
    assert not reporting.moved_on(view)


def test_filing_another_report_is_no_news_to_a_draft_and_a_call_is() -> None:
    incident = sensitive()
    row = drafted(incident)
    deliver(incident, drafted(incident, ReportForm.PHONE), R2, by_phone())
    assert not reporting.moved_on(reporting.one(actor("officer"), incident.case_no, row.number))
    call = phone_calls.calls_of(actor("officer"), incident.case_no)[0]
    phone_calls.record_answer(
        incident.case_no, call.id, state="answered", done="已关闸", actor=actor("officer"), now=NOW + 40 * MINUTE
    )
    assert reporting.moved_on(reporting.one(actor("officer"), incident.case_no, row.number))


def test_a_change_after_the_check_asks_for_another_check() -> None:
    incident = opened()
    row = drafted(incident)
    reporting.check(incident.case_no, row.number, actor=actor("officer2"), now=NOW + MINUTE, expected_version=1)
    assert reporting.one(actor("officer"), incident.case_no, row.number).state is SignState.CHECKED
    reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("officer"), now=NOW + 2 * MINUTE)
    assert reporting.one(actor("officer"), incident.case_no, row.number).state is SignState.DRAFTED


def test_the_writer_may_check_at_night_and_the_journal_says_so() -> None:
    incident = opened()
    row = drafted(incident)
    reporting.check(incident.case_no, row.number, actor=actor("officer"), now=NOW + MINUTE)
    assert entries(incident, "report.checked")[0]["same_person"] is True


# --- signing -----------------------------------------------------------------------------------------


def test_laying_it_before_the_leader_promises_a_message_with_the_link() -> None:
    incident = sensitive()
    row = drafted(incident)
    told = reporting.ask_to_sign(incident.case_no, row.number, actor=actor("officer"), now=NOW + 2 * MINUTE)
    message = db.session.scalar(select(OutboxMessage).where(OutboxMessage.template == "sign_request"))
    assert told == 1
    assert message is not None
    assert f"/incidents/{incident.case_no}/reports/{row.number}/sign" in message.body
    assert "04:25" in message.body


def test_a_signature_by_finger_covers_the_text_and_stands_on_the_document() -> None:
    incident = opened()
    row = drafted(incident)
    report_signing.sign_by_finger(
        incident.case_no, row.number, drawing(), digest=row.digest or "", actor=actor("leader"), now=NOW + 3 * MINUTE
    )
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    entry = entries(incident, "report.signed")[0]
    assert view.state is SignState.SIGNED
    assert entry["digest"] == view.draft.digest()
    document = evidence_store().path(entry["document"]).read_bytes()
    assert hashlib.sha256(document).hexdigest() == view.row.document_sha256
    assert "赵带班（手写签名" in words_of(document)
    assert "赵带班" not in json.dumps(entry, ensure_ascii=False)


def test_nothing_changes_after_the_signature() -> None:
    incident = opened()
    row = drafted(incident)
    report_signing.sign_by_finger(
        incident.case_no, row.number, drawing(), digest=row.digest or "", actor=actor("leader"), now=NOW + 3 * MINUTE
    )
    with pytest.raises(report_rows.ReportIsFixed):
        reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("officer"), now=NOW + 4 * MINUTE)
    with pytest.raises(report_rows.ReportIsFixed):
        reporting.refresh(incident.case_no, row.number, actor=actor("officer"), now=NOW + 4 * MINUTE)


def test_a_text_that_changed_since_it_was_read_is_not_signed() -> None:
    incident = opened()
    row = drafted(incident)
    reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("officer"), now=NOW + 2 * MINUTE)
    with pytest.raises(report_rows.DraftChanged):
        report_signing.sign_by_finger(
            incident.case_no, row.number, drawing(), digest=row.digest or "", actor=actor("leader"),
            now=NOW + 3 * MINUTE,
        )  # fmt: skip


def blank() -> str:
    out = io.BytesIO()
    Image.new("RGBA", (300, 120), (0, 0, 0, 0)).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


@pytest.mark.parametrize("given", ["", "data:image/png;base64,AAAA", "data:image/png;base64,§", "<svg/>", "blank"])
def test_what_is_no_drawing_is_no_signature(given: str) -> None:
    incident = opened()
    row = drafted(incident)
    with pytest.raises(SignatureImageMissing):
        report_signing.sign_by_finger(
            incident.case_no, row.number, blank() if given == "blank" else given, digest=row.digest or "",
            actor=actor("leader"), now=NOW + 3 * MINUTE,
        )  # fmt: skip


def page() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(out, "JPEG")
    return io.BytesIO(out.getvalue())


def test_a_photograph_of_the_signed_page_is_kept_by_content() -> None:
    incident = opened()
    row = drafted(incident)
    content = page().getvalue()
    for _double_click in range(2):
        report_signing.sign_by_page(
            incident.case_no, row.number, page(), digest=row.digest or "", signatory="赵带班", actor=actor("officer"),
            now=NOW + 3 * MINUTE,
        )  # fmt: skip
    digest = hashlib.sha256(content).hexdigest()
    assert evidence_store().path(digest).read_bytes() == content
    assert [entry["signature"] for entry in entries(incident, "report.signed")] == [digest]


def by_telephone(incident: Incident, row: Report, hearer: str = "李值班") -> Report:
    return report_signing.sign_by_telephone(
        incident.case_no, row.number, digest=row.digest or "", signatory="赵带班", second_hearer=hearer,
        actor=actor("officer"), now=NOW + 3 * MINUTE,
    )  # fmt: skip


@pytest.mark.parametrize("hearer", ["", "  ", "王值班", "赵带班"])
def test_a_signature_by_telephone_needs_a_second_hearer(hearer: str) -> None:
    incident = opened()
    row = drafted(incident)
    with pytest.raises(SecondHearerMissing):
        by_telephone(incident, row, hearer)


def test_a_signature_by_telephone_is_a_task_until_the_leader_confirms() -> None:
    incident = opened()
    row = drafted(incident)
    by_telephone(incident, row)
    kinds = {task.kind for task in tasks.open_tasks(actor("officer"), incident.case_no)}
    assert "confirm_signature" in kinds
    with pytest.raises(report_signing.NotTheSignatory):
        report_signing.confirm(incident.case_no, row.number, actor=actor("province_leader"), now=NOW + 9 * MINUTE)
    report_signing.confirm(incident.case_no, row.number, actor=actor("leader"), now=NOW + 9 * MINUTE)
    kinds = {task.kind for task in tasks.open_tasks(actor("officer"), incident.case_no)}
    assert "confirm_signature" not in kinds
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert "已补签确认" in words_of(report_papers.document(view))
    assert entries(incident, "report.sign_confirmed")[0]["digest"] == view.draft.digest()


# --- filing ------------------------------------------------------------------------------------------


def test_the_clock_is_met_when_the_last_recipient_was_reached() -> None:
    incident = sensitive()
    row = drafted(incident, ReportForm.PHONE)
    for minutes, recipient in enumerate(R2, start=5):
        assert clock(incident, "R2")[0].met_at is None
        deliver(incident, row, [recipient], by_phone(minutes=minutes))
    assert clock(incident, "R2")[0].state(NOW + 30 * MINUTE) is ClockState.MET
    assert clock(incident, "R2")[0].met_at == NOW + 7 * MINUTE
    filed = entries(incident, "report.filed")
    assert len(filed) == 1
    assert filed[0]["digest"] == row.digest


def test_a_written_report_follows_one_by_telephone() -> None:
    incident = sensitive()
    deliver(incident, drafted(incident, ReportForm.PHONE), R2, by_phone())
    owed = [one for one in clock(incident, "R5") if not one.is_closed]
    assert [one.recipients for one in owed] == [tuple(recipient.value for recipient in R2)]
    written = drafted(incident)
    assert reporting.one(actor("officer"), incident.case_no, written.number).recipients == R2
    sent = report_filing.Passage(DeliveryChannel.FAX, NOW + 20 * MINUTE, proof="回执OK 3页")
    deliver(incident, written, R2, sent)
    assert [one for one in clock(incident, "R5") if not one.is_closed] == []


def test_sent_without_proof_reaches_nobody() -> None:
    incident = sensitive()
    row = drafted(incident)
    deliver(incident, row, R2, report_filing.Passage(DeliveryChannel.FAX, NOW + 5 * MINUTE))
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert view.unreached == R2
    assert view.state is SignState.SENT
    assert clock(incident, "R2")[0].met_at is None
    deliver(incident, row, R2, report_filing.Passage(DeliveryChannel.FAX, NOW + 5 * MINUTE, proof="回执"))
    assert clock(incident, "R2")[0].met_at == NOW + 5 * MINUTE


def test_the_same_entry_twice_changes_nothing() -> None:
    incident = sensitive()
    row = drafted(incident, ReportForm.PHONE)
    for _double_click in range(2):
        deliver(incident, row, R2, by_phone())
    filed = select(func.count()).select_from(FactRecord).where(FactRecord.kind == "report_filed")
    assert db.session.scalar(filed) == 1
    assert len(entries(incident, "report.delivered")) == 1


def test_an_unsigned_report_goes_out_and_its_gap_stays_named() -> None:
    incident = sensitive()
    row = drafted(incident, ReportForm.PHONE)
    deliver(incident, row, R2, by_phone())
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert view.row.state == "filed"
    assert {gap.value for gap in view.sign_off.gaps()} == {"not_signed", "not_checked"}
    assert view.is_fixed


def test_who_is_reached_by_the_prefecture_has_received_as_the_province() -> None:
    incident = sensitive()
    deliver(incident, drafted(incident, ReportForm.PHONE), R2, by_phone())
    received = facts.newest(incident.id, FactKind.PROVINCE_RECEIVED)
    assert received is not None
    assert received.at == NOW + 5 * MINUTE
    assert [one.due_at for one in clock(incident, "R3")] == [NOW + 65 * MINUTE]


def test_a_time_that_has_not_come_or_lies_before_learning_is_refused() -> None:
    incident = sensitive()
    row = drafted(incident, ReportForm.PHONE)
    with pytest.raises(TimeInFuture):
        deliver(incident, row, R2, by_phone(minutes=31))
    with pytest.raises(report_filing.SentBeforeLearned):
        deliver(incident, row, R2, report_filing.Passage(DeliveryChannel.PHONE, LEARNED - 2 * MINUTE, "陈"))


def test_a_wrong_entry_is_taken_back_and_the_clock_runs_again() -> None:
    incident = sensitive()
    row = drafted(incident, ReportForm.PHONE)
    deliver(incident, row, R2, by_phone())
    report_filing.take_back(
        incident.case_no, row.number, Recipient.MINISTRY, reason="未接通", actor=actor("officer"), now=NOW + 31 * MINUTE
    )
    running = clock(incident, "R2")[0]
    assert running.met_at is None
    assert running.missing == ("ministry",)
    assert reporting.one(actor("officer"), incident.case_no, row.number).unreached == (Recipient.MINISTRY,)


# --- whose report it is ------------------------------------------------------------------------------


def test_another_office_finds_nothing() -> None:
    incident = opened()
    row = drafted(incident)
    with pytest.raises(NotFound):
        reporting.one(actor("stranger"), incident.case_no, row.number)
    with pytest.raises(NotFound):
        drafted(incident, login="stranger")


def test_an_office_that_is_part_of_the_case_reads_and_does_not_write() -> None:
    from incident_desk.services.calls import corrections

    incident = opened()
    row = drafted(incident)
    corrections.office_learned(incident.case_no, "420500", at=NOW, actor=actor("officer"), now=NOW)
    assert reporting.one(actor("stranger"), incident.case_no, row.number).row.id == row.id
    with pytest.raises(NotAllowed):
        reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("stranger"), now=NOW + MINUTE)
