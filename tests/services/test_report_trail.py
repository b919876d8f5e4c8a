"""Receipts chased every ten minutes, versions kept, steps off the screen, secret items by number, PDF/A and pages."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.reports.report_steps import PagePhotoMissing, ReportStep, ReportStepManner, StepNameMissing
from incident_desk.domain.reports.sign_off import DeliveryChannel, SecondHearerMissing, SignGap
from incident_desk.domain.reports.urgency import Urgency
from incident_desk.extensions import db
from incident_desk.models import Incident, OutboxMessage, ReceiptChase, Report, ReportVersion
from incident_desk.services.cases import tasks
from incident_desk.services.reports import (
    report_filing,
    report_papers,
    report_receipts,
    report_rows,
    report_signing,
    report_steps,
    report_versions,
    reporting,
    secret_items,
)
from tests.conftest import NOW
from tests.people import actor
from tests.services.test_reporting import (
    MINUTE,
    by_telephone,
    deliver,
    drafted,
    drawing,
    entries,
    opened,
    page,
    sensitive,
    words_of,
)

pytestmark = pytest.mark.usefixtures("app_context")
TEN = timedelta(minutes=10)


def faxed(incident: Incident, minutes: int = 5, recorded: int = 6, to: str = "province") -> Report:
    """Sent without a receipt."""
    passage = report_filing.Passage(DeliveryChannel.FAX, NOW + minutes * MINUTE)
    return deliver(incident, drafted(incident), [to], passage, minutes=recorded)


def steps(report: Report) -> list[int]:
    rows = db.session.scalars(select(ReceiptChase).where(ReceiptChase.report_id == report.id).order_by(ReceiptChase.id))
    return [row.step for row in rows]


def messages() -> list[OutboxMessage]:
    db.session.rollback()
    query = select(OutboxMessage).where(OutboxMessage.template == "receipt_chase").order_by(OutboxMessage.id)
    return list(db.session.scalars(query))


# --- receipts ----------------------------------------------------------------------------------------


def test_a_missing_receipt_is_asked_for_every_ten_minutes() -> None:
    report = faxed(sensitive())
    sent_at = NOW + 5 * MINUTE
    assert report_receipts.tick(sent_at + TEN - timedelta(seconds=1)) == 0
    for number in (1, 2, 3):
        assert report_receipts.tick(sent_at + number * TEN) == 1
        assert report_receipts.tick(sent_at + number * TEN) == 0, "once a step"
    assert steps(report) == [1, 2, 3]


def test_first_the_keeper_is_told_then_the_leader_too() -> None:
    incident = sensitive()
    faxed(incident)
    for number in (1, 2):
        report_receipts.tick(NOW + 5 * MINUTE + number * TEN)
    officer, leader = actor("officer").person_id, actor("leader").person_id
    assert [(one.about["step"], one.about["person"]) for one in messages()] == [(1, officer), (2, officer), (2, leader)]
    assert "湖北省生态环境厅" in messages()[0].body
    assert f"/incidents/{incident.case_no}/reports/1" in messages()[0].body


def test_a_worker_that_was_dead_writes_each_step_once_and_sends_one_message() -> None:
    incident = sensitive()
    report = faxed(incident)
    report_receipts.tick(NOW + 50 * MINUTE)
    assert steps(report) == [1, 2, 3, 4]
    assert {one.about["step"] for one in messages()} == {4}
    assert [entry["step"] for entry in entries(incident, "report.receipt_chased")] == [1, 2, 3, 4]
    assert report_receipts.tick(NOW + 50 * MINUTE) == 0


def test_a_confirmation_ends_the_chase_and_keeps_the_time_of_sending() -> None:
    incident = sensitive()
    report = faxed(incident)
    report_receipts.tick(NOW + 15 * MINUTE)
    report_filing.confirm_receipt(
        incident.case_no, report.number, "province", receiver_name="孔值班", received_at=NOW + 17 * MINUTE,
        actor=actor("officer"), now=NOW + 18 * MINUTE,
    )  # fmt: skip
    assert report_receipts.tick(NOW + 60 * MINUTE) == 0
    view = reporting.one(actor("officer"), incident.case_no, report.number)
    (delivery,) = view.deliveries
    assert (delivery.at, delivery.received_at, delivery.has_proof()) == (NOW + 5 * MINUTE, NOW + 17 * MINUTE, True)
    assert report_receipts.due_at_desk(actor("officer")) == []


def test_a_confirmation_by_nobody_is_refused() -> None:
    incident = sensitive()
    report = faxed(incident)
    with pytest.raises(report_filing.ConfirmedBy):
        report_filing.confirm_receipt(
            incident.case_no, report.number, "province", receiver_name=" ", received_at=NOW + 17 * MINUTE,
            actor=actor("officer"), now=NOW + 18 * MINUTE,
        )  # fmt: skip


def test_what_is_missing_stands_on_the_desk_of_the_office_and_on_no_other() -> None:
    incident = sensitive()
    report = faxed(incident)
    (due,) = report_receipts.due_at_desk(actor("officer"))
    assert (due.report.id, due.delivery.recipient) == (report.id, "province")
    assert report_receipts.due_at_desk(actor("stranger")) == []
    report_filing.deny(
        incident.case_no, report.number, "province", said_by="孔某", said_at=NOW + 20 * MINUTE, actor=actor("officer"),
        now=NOW + 20 * MINUTE,
    )  # fmt: skip
    (denied,) = report_receipts.due_at_desk(actor("officer"))
    assert denied.denied is not None
    assert report_receipts.tick(NOW + 60 * MINUTE) == 0


def test_sent_again_the_chase_begins_anew() -> None:
    incident = sensitive()
    report = faxed(incident)
    report_receipts.tick(NOW + 15 * MINUTE)
    report_filing.deny(
        incident.case_no, report.number, "province", said_by="孔某", said_at=NOW + 20 * MINUTE, actor=actor("officer"),
        now=NOW + 20 * MINUTE,
    )  # fmt: skip
    passage = report_filing.Passage(DeliveryChannel.FAX, NOW + 21 * MINUTE)
    deliver(incident, report, ["province"], passage, minutes=22)
    report_receipts.tick(NOW + 31 * MINUTE)
    assert steps(report) == [1, 1]


def test_a_closed_case_is_not_chased() -> None:
    incident = sensitive()
    report = faxed(incident)
    db.session.get_one(Incident, incident.id).state = "closed"
    db.session.commit()
    report_receipts.tick(NOW + 60 * MINUTE)
    assert steps(report) == []


# --- versions ----------------------------------------------------------------------------------------


def test_every_saved_version_is_kept_with_who_and_when() -> None:
    incident = opened()
    row = drafted(incident)
    reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("officer2"), now=NOW + 2 * MINUTE)
    reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("officer2"), now=NOW + 3 * MINUTE)
    versions = db.session.scalars(select(ReportVersion).where(ReportVersion.report_id == row.id)).all()
    assert [(one.version, one.saved_by) for one in versions] == [(1, actor("officer").ref), (2, actor("officer2").ref)]
    assert [one.digest for one in versions] == [entry["digest"] for entry in entries(incident, "report.drafted")]


def test_two_versions_are_compared_field_by_field() -> None:
    incident = opened()
    row = drafted(incident)
    for text in ("甲", "甲乙"):
        reporting.word(incident.case_no, row.number, {"advice": text}, actor=actor("officer"), now=NOW + 2 * MINUTE)
    found = report_versions.compare(actor("officer"), incident.case_no, row.number, before=2, after=3)
    (changed,) = [one for one in found.fields if one.field == "advice"]
    assert [(piece.change.value, piece.text) for piece in changed.pieces] == [("same", "甲"), ("added", "乙")]
    with pytest.raises(NotFound):
        report_versions.compare(actor("officer"), incident.case_no, row.number, before=9, after=1)
    with pytest.raises(NotFound):
        report_versions.compare(actor("stranger"), incident.case_no, row.number, before=1, after=2)


def test_a_report_is_compared_with_the_one_before() -> None:
    incident = sensitive()
    faxed(incident)
    later = reporting.begin(
        incident.case_no, kind=ReportKind.FOLLOW_UP, form=ReportForm.WRITTEN, actor=actor("officer"), now=NOW + 2 * TEN
    )
    found = report_versions.compare_with_previous(actor("officer"), incident.case_no, later.number)
    assert {"title", "progress"} <= {one.field for one in found.fields if one.is_changed}


# --- drafting and checking off the screen ------------------------------------------------------------


def step(incident: Incident, row: Report, which: ReportStep, manner: ReportStepManner, **more: Any) -> Report:
    said = {"name": "李值班", "digest": row.digest or "", **more}
    return report_steps.record(
        incident.case_no, row.number, which, manner, actor=actor("officer"), now=NOW + 5 * MINUTE, **said
    )


@pytest.mark.parametrize("which", ReportStep)
def test_a_step_by_word_of_mouth_needs_a_hearer_and_is_a_task_until_confirmed(which: ReportStep) -> None:
    incident = opened()
    row = drafted(incident)
    for hearer in ("", "李值班", "王值班"):
        with pytest.raises(SecondHearerMissing):
            step(incident, row, which, ReportStepManner.BY_TELEPHONE, second_hearer=hearer)
    made = step(incident, row, which, ReportStepManner.BY_TELEPHONE, second_hearer="赵带班")
    gap = SignGap.CHECK_NOT_CONFIRMED if which is ReportStep.CHECK else SignGap.DRAFT_NOT_CONFIRMED
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert gap in view.sign_off.gaps()
    assert "confirm_step" in {task.kind for task in tasks.open_tasks(actor("officer"), incident.case_no)}
    number = made.steps[-1].id
    with pytest.raises(report_steps.NotTheOneWhoSaidIt):
        report_steps.confirm(incident.case_no, row.number, number, actor=actor("officer"), now=NOW + 6 * MINUTE)
    report_steps.confirm(incident.case_no, row.number, number, actor=actor("officer2"), now=NOW + 6 * MINUTE)
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert gap not in view.sign_off.gaps()
    assert "confirm_step" not in {task.kind for task in tasks.open_tasks(actor("officer"), incident.case_no)}


def test_a_step_on_paper_keeps_its_photograph_and_a_double_click_is_one() -> None:
    incident = opened()
    row = drafted(incident)
    with pytest.raises(PagePhotoMissing):
        step(incident, row, ReportStep.CHECK, ReportStepManner.PAGE_PHOTO)
    for _double_click in range(2):
        made = step(incident, row, ReportStep.CHECK, ReportStepManner.PAGE_PHOTO, page=page())
    assert len(made.steps) == 1
    path, media_type = report_papers.step_file(
        reporting.one(actor("officer"), incident.case_no, row.number), made.steps[0].id
    )
    assert media_type == "image/jpeg"
    assert path.read_bytes() == page().getvalue()
    assert SignGap.NOT_CHECKED not in reporting.one(actor("officer"), incident.case_no, row.number).sign_off.gaps()


def test_a_step_of_nobody_or_of_another_version_is_refused() -> None:
    incident = opened()
    row = drafted(incident)
    with pytest.raises(StepNameMissing):
        step(incident, row, ReportStep.CHECK, ReportStepManner.PAGE_PHOTO, name=" ", page=page())
    with pytest.raises(report_rows.DraftChanged):
        step(incident, row, ReportStep.CHECK, ReportStepManner.PAGE_PHOTO, digest="0" * 64, page=page())


def test_a_check_of_an_earlier_version_says_nothing_of_the_new_one() -> None:
    incident = opened()
    row = drafted(incident)
    step(incident, row, ReportStep.CHECK, ReportStepManner.BY_TELEPHONE, second_hearer="赵带班")
    reporting.word(incident.case_no, row.number, {"advice": "甲"}, actor=actor("officer"), now=NOW + 6 * MINUTE)
    gaps = reporting.one(actor("officer"), incident.case_no, row.number).sign_off.gaps()
    assert SignGap.NOT_CHECKED in gaps
    assert SignGap.CHECK_NOT_CONFIRMED not in gaps


# --- signing -----------------------------------------------------------------------------------------


def test_a_signed_report_names_who_signed_and_its_digest_is_what_was_signed() -> None:
    incident = opened()
    row = drafted(incident)
    before = row.digest
    report_signing.sign_by_finger(
        incident.case_no, row.number, drawing(), digest=before or "", actor=actor("leader"), now=NOW + 3 * MINUTE
    )
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    said = {line.field: line.text for line in view.lines}
    assert said["signatory"] == "赵带班（手写签名，2026年11月21日02:48）"
    assert view.draft.digest() == before
    papers = words_of(report_papers.document(view)) + report_papers.fax_html(view, nonce="n")
    assert view.row.pdf_sha256 is not None
    assert b"/Subtype/Image" in report_papers.pdf(view).replace(b" ", b""), "the signature itself"
    assert "待签发" not in papers
    assert "赵带班" in papers


def test_a_signatory_who_is_not_listed_is_warned_of_and_recorded() -> None:
    incident = opened()
    row = drafted(incident)
    report_signing.sign_by_page(
        incident.case_no, row.number, page(), digest=row.digest or "", signatory="外单位某某", actor=actor("officer"),
        now=NOW + 3 * MINUTE,
    )  # fmt: skip
    gaps = reporting.one(actor("officer"), incident.case_no, row.number).sign_off.gaps()
    assert SignGap.SIGNATORY_NOT_LISTED in gaps
    assert entries(incident, "report.signed")[0]["listed"] is False
    other = opened()
    by_telephone(other, drafted(other))
    assert entries(other, "report.signed")[0]["listed"] is True


# --- urgency, secret items, papers -------------------------------------------------------------------


def test_urgency_is_by_kind_is_changed_and_voids_the_check() -> None:
    incident = opened()
    row = drafted(incident)
    assert row.urgency == Urgency.EXTRA_URGENT
    reporting.check(incident.case_no, row.number, actor=actor("officer2"), now=NOW + 2 * MINUTE)
    reporting.rate(incident.case_no, row.number, Urgency.PLAIN, actor=actor("officer"), now=NOW + 3 * MINUTE)
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    assert view.row.checked_at is None
    assert "平急" in words_of(report_papers.document(view))
    assert "特急" not in report_papers.fax_html(view, nonce="n")


def test_a_secret_item_is_printed_by_number_and_never_by_content() -> None:
    incident = opened()
    row = drafted(incident)
    secret_items.note(
        incident.case_no, row.number, handled_by="机要员孙某", register_no="密登2026-003", handled_at=NOW + 2 * MINUTE,
        actor=actor("officer"), now=NOW + 3 * MINUTE,
    )  # fmt: skip
    view = reporting.one(actor("officer"), incident.case_no, row.number)
    line = view.draft.line("secret_items")
    assert line is not None
    assert line.text == "涉密事项1项已按保密规定线下办理（登记号密登2026-003，机要员孙某，11月21日02:47），内容不在本件"
    assert line.text in words_of(report_papers.document(view))
    (item,) = secret_items.items_of(view.row)
    secret_items.strike(incident.case_no, row.number, item.id, actor=actor("officer"), now=NOW + 4 * MINUTE)
    assert reporting.one(actor("officer"), incident.case_no, row.number).draft.line("secret_items") is None
    assert "孙某" not in str(entries(incident, "report.secret_noted"))


@pytest.mark.parametrize(
    ("name", "number", "refusal"),
    [
        ("", "密登1", secret_items.HandlerMissing),
        ("某某" * 20, "密登1", secret_items.HandlerMissing),
        ("孙某", "", secret_items.RegisterNoWrong),
        ("孙某", "某部队的具体部署如下：一、", secret_items.RegisterNoWrong),
    ],
)
def test_a_secret_item_takes_a_name_and_a_number_alone(name: str, number: str, refusal: Any) -> None:
    incident = opened()
    row = drafted(incident)
    with pytest.raises(refusal):
        secret_items.note(
            incident.case_no, row.number, handled_by=name, register_no=number, handled_at=NOW, actor=actor("officer"),
            now=NOW + 3 * MINUTE,
        )  # fmt: skip


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_the_pdf_is_pdf_a_its_fonts_are_in_it_and_its_pages_are_counted() -> None:
    incident = sensitive()
    report = faxed(incident)
    view = reporting.one(actor("officer"), incident.case_no, report.number)
    content = report_papers.pdf(view)
    assert view.row.pages == pages_of(content)
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content
    fonts = re.findall(rb"/Type\s*/FontDescriptor", content)
    assert fonts
    assert len(re.findall(rb"/FontFile[23]?\b", content)) == len(fonts)
    (delivery,) = [one for one in view.row.deliveries if one.sent_at is not None]
    assert delivery.pdf_sha256 == view.row.pdf_sha256


def test_the_cover_counts_the_pages_of_what_is_sent() -> None:
    incident = sensitive()
    view = reporting.one(actor("officer"), incident.case_no, drafted(incident).number)
    alone, whole = report_papers.pdf(view), report_papers.fax_with_cover(view, ["湖北省生态环境厅"])
    assert pages_of(whole) == pages_of(alone) + 1
    assert io.BytesIO(whole).read(5) == b"%PDF-"
