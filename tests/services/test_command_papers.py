"""Papers to the government: drafted from the case, signed by the rules of reports, sent with proof, answered; R12."""

from __future__ import annotations

import base64
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from PIL import Image, ImageDraw
from sqlalchemy import select

from incident_desk.domain.calls.occurrence import TimeInFuture
from incident_desk.domain.command.papers import (
    AnswerMissing,
    PaperChanged,
    PaperDropped,
    PaperGap,
    PaperIsFixed,
    PaperIsSigned,
    PaperKind,
    PaperNotSent,
    PaperState,
    PaperWasSent,
)
from incident_desk.domain.command.response import ResponseStep, ResponseSubject
from incident_desk.domain.command.words import CommandTextTooLong, TakeBackReasonMissing, TimesReversed
from incident_desk.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from incident_desk.domain.reports.sign_off import DeliveryChannel, SecondHearerMissing, SignatureImageMissing
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, OutboxMessage, Task
from incident_desk.records.command_document import command_docx
from incident_desk.services.calls import call_taking
from incident_desk.services.command import paper_documents, paper_sending, paper_signing, papers, response
from incident_desk.services.command.paper_sending import Sending
from incident_desk.services.law import clocks, grading
from incident_desk.services.reports.report_signing import NothingToConfirm, NotTheSignatory, SignatoryMissing
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = NOW + 2 * HOUR
TWO_LEVELS = "一、基本情况\n（一）概况。堵河苯胺。\n妥否，请批示。"
WORDS = {
    "title": "关于启动应急响应的请示",
    "addressee": "十堰市人民政府",
    "text": "建议启动Ⅲ级响应。",
    "document_no": "",
}


def drawing() -> str:
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 90), (150, 20), (280, 100)], fill="black", width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def page() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(out, "JPEG")
    return io.BytesIO(out.getvalue())


@pytest.fixture
def incident(app_context: Any) -> Incident:
    """A case of grade III, so that R12 is owed."""
    found = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    grading.judge(found.case_no, "III", basis="专家意见", actor=actor("officer"), now=NOW)
    return found


def drafted(incident: Incident, kind: PaperKind = PaperKind.RESPONSE_START) -> int:
    return papers.begin(incident.case_no, kind, actor=actor("officer"), now=NOW + MINUTE).number


def one(incident: Incident, number: int = 1) -> papers.PaperView:
    db.session.rollback()
    return papers.one(actor("officer"), incident.case_no, number)


def sign(incident: Incident, number: int = 1, at: Any = NOW + 5 * MINUTE) -> Any:
    digest = one(incident, number).row.digest
    return paper_signing.sign_by_finger(
        incident.case_no, number, drawing(), digest=digest, actor=actor("leader"), now=at
    )


def send(incident: Incident, number: int = 1, at: Any = NOW + 10 * MINUTE, **more: Any) -> Any:
    sending = Sending(**{"how": DeliveryChannel.IN_PERSON, "at": at, "receiver_name": "陈值班", **more})
    return paper_sending.send(incident.case_no, number, sending, actor=actor("officer"), now=LATER)


def r12(incident: Incident) -> Any:
    lines = clocks.clocks_of(actor("officer"), incident.case_no)
    return next(one.clock.met_at for one in lines if one.clock.rule_id == "R12")


# --- drafting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(PaperKind))
def test_every_kind_is_drafted_from_the_case_with_named_blanks(incident: Incident, kind: PaperKind) -> None:
    view = one(incident, drafted(incident, kind))
    assert view.paper.addressee == "十堰市人民政府"
    assert "苯胺" in view.paper.title
    assert view.paper.title.endswith("的请示")
    assert all(word in view.paper.text for word in ("堵河某桥", "苯胺", "一、", "三、", "妥否，请批示。"))
    assert "$" not in view.paper.text
    assert "刘某" not in view.paper.text
    assert PaperGap.BLANKS_LEFT in view.paper.gaps()


def test_a_case_that_knows_nothing_still_gives_a_paper(app_context: Any) -> None:
    bare = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)
    for kind in PaperKind:
        assert "正在核实" in one(bare, drafted(bare, kind)).paper.text


def test_a_proposal_to_change_says_what_runs_and_a_release_by_when(incident: Incident) -> None:
    response.record(
        incident.case_no, ResponseSubject.RESPONSE, ResponseStep.STARTED, {"body": "市政府"}, level="IV", at=NOW,
        actor=actor("officer"), now=NOW,
    )  # fmt: skip
    assert "启动Ⅳ级响应" in one(incident, drafted(incident, PaperKind.RESPONSE_CHANGE)).paper.text
    text = one(incident, drafted(incident, PaperKind.RELEASE)).paper.text
    assert "权威信息应于11月21日07:10前发布" in text
    assert "新闻发布会应于" in text
    assert "预计" not in text.partition("饮用水情况")[2], "what is reckoned is not proposed for the public"


def test_an_officers_words_stand_and_the_quicker_one_is_not_overwritten(incident: Incident) -> None:
    drafted(incident)
    officer = actor("officer")
    papers.word(incident.case_no, 1, WORDS, actor=officer, now=LATER, expected_version=1)
    assert (one(incident).paper.text, one(incident).row.version) == (WORDS["text"], 2)
    papers.word(incident.case_no, 1, WORDS, actor=officer, now=LATER, expected_version=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        papers.word(incident.case_no, 1, {**WORDS, "text": "别的"}, actor=officer, now=LATER, expected_version=1)
    assert refused.value.params["current"] == WORDS["text"]
    with pytest.raises(CommandTextTooLong):
        papers.word(incident.case_no, 1, {**WORDS, "title": "长" * 300}, actor=officer, now=LATER)


def test_a_draft_is_given_up_and_then_takes_nothing_more(incident: Incident) -> None:
    drafted(incident)
    papers.drop(incident.case_no, 1, actor=actor("officer"), now=LATER)
    assert one(incident).state is PaperState.DROPPED
    for act in (
        lambda: papers.word(incident.case_no, 1, WORDS, actor=actor("officer"), now=LATER),
        lambda: papers.ask_to_sign(incident.case_no, 1, actor=actor("officer"), now=LATER),
        lambda: send(incident),
        lambda: sign(incident),
    ):
        with pytest.raises(PaperDropped):
            act()
    assert drafted(incident) == 2


def test_a_paper_is_of_the_files_office_and_others_only_read_it(incident: Incident) -> None:
    papers.begin(incident.case_no, PaperKind.DISPOSAL, actor=actor("province"), now=LATER)
    row = one(incident).row
    assert row.office_code == "420300"
    with pytest.raises(NotFound):
        papers.one(actor("stranger"), incident.case_no, 1)


def test_the_paper_of_the_office_above_is_read_and_not_written(app_context: Any) -> None:
    above = call_taking.take_call(sheet(), actor=actor("province"), now=NOW)
    from incident_desk.models import IncidentOffice
    from incident_desk.services.transaction import transaction

    with transaction() as tx:
        tx.session.add(IncidentOffice(incident_id=above.id, office_code="420300", learned_at=NOW, reason="learned"))
    papers.begin(above.case_no, PaperKind.DISPOSAL, actor=actor("province"), now=LATER)
    assert one(above).row.office_code == "420000"
    with pytest.raises(NotAllowed):
        papers.word(above.case_no, 1, WORDS, actor=actor("officer"), now=LATER)


# --- signing ------------------------------------------------------------------------------------------


def test_a_signature_covers_the_text_that_was_read(incident: Incident) -> None:
    drafted(incident)
    old = one(incident).row.digest
    papers.word(incident.case_no, 1, WORDS, actor=actor("officer"), now=NOW + 2 * MINUTE)
    with pytest.raises(PaperChanged):
        paper_signing.sign_by_finger(incident.case_no, 1, drawing(), digest=old, actor=actor("leader"), now=LATER)
    sign(incident)
    assert one(incident).state is PaperState.SIGNED
    with pytest.raises(PaperIsSigned):
        paper_signing.sign_by_page(
            incident.case_no, 1, page(), digest=one(incident).row.digest, signatory="别人", at=LATER,
            actor=actor("officer"), now=LATER,
        )  # fmt: skip
    with pytest.raises(PaperIsFixed):
        papers.word(incident.case_no, 1, {**WORDS, "text": "别的"}, actor=actor("officer"), now=LATER)
    with pytest.raises(PaperIsFixed):
        papers.drop(incident.case_no, 1, actor=actor("officer"), now=LATER)
    with pytest.raises(PaperIsSigned):
        papers.ask_to_sign(incident.case_no, 1, actor=actor("officer"), now=LATER)


def test_nothing_drawn_is_no_signature(incident: Incident) -> None:
    drafted(incident)
    with pytest.raises(SignatureImageMissing):
        paper_signing.sign_by_finger(
            incident.case_no, 1, "", digest=one(incident).row.digest, actor=actor("leader"), now=LATER
        )


def by_telephone(incident: Incident, **more: Any) -> Any:
    said = {"signatory": "赵带班", "second_hearer": "李值班", "at": NOW + 5 * MINUTE, **more}
    return paper_signing.sign_by_telephone(
        incident.case_no, 1, digest=one(incident).row.digest, actor=actor("officer"), now=LATER, **said
    )


def test_a_signature_by_telephone_needs_a_second_hearer_and_its_leader(incident: Incident) -> None:
    drafted(incident)
    for hearer in ("", "王值班", "赵带班"):
        with pytest.raises(SecondHearerMissing):
            by_telephone(incident, second_hearer=hearer)
    with pytest.raises(SignatoryMissing):
        by_telephone(incident, signatory="")
    with pytest.raises(TimeInFuture):
        by_telephone(incident, at=LATER + HOUR)
    with pytest.raises(NothingToConfirm):
        paper_signing.confirm(incident.case_no, 1, actor=actor("leader"), now=LATER)
    by_telephone(incident)
    task = db.session.scalars(select(Task).where(Task.kind == "confirm_signature")).one()
    assert (task.subject, task.done_at) == ("paper-1", None)
    with pytest.raises(NotTheSignatory):
        paper_signing.confirm(incident.case_no, 1, actor=actor("province_leader"), now=LATER)
    paper_signing.confirm(incident.case_no, 1, actor=actor("leader"), now=LATER)
    assert one(incident).row.sign_confirmed_at == LATER
    assert "已补签确认" in text_of(paper_documents.document(one(incident)))


def test_a_signed_page_is_kept_with_its_photograph(incident: Incident) -> None:
    drafted(incident)
    paper_signing.sign_by_page(
        incident.case_no, 1, page(), digest=one(incident).row.digest, signatory="赵带班", at=NOW + 5 * MINUTE,
        actor=actor("officer"), now=LATER,
    )  # fmt: skip
    path, media_type = paper_documents.signature_file(one(incident))
    assert (path.is_file(), media_type) == (True, "image/jpeg")


def test_laying_it_before_the_leader_promises_a_message(incident: Incident) -> None:
    drafted(incident)
    assert papers.ask_to_sign(incident.case_no, 1, actor=actor("officer"), now=LATER) == 1
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "sign_request")).one()
    assert "/command/papers/1/sign" in message.body


# --- its way, R12 and the answer ----------------------------------------------------------------------


def test_a_signed_paper_that_arrived_meets_the_duty_to_propose(incident: Incident) -> None:
    drafted(incident)
    sign(incident)
    assert r12(incident) is None
    send(incident)
    assert r12(incident) == NOW + 10 * MINUTE
    assert one(incident).state is PaperState.SENT


def test_an_unsigned_paper_goes_out_all_the_same_and_meets_it_once_signed(incident: Incident) -> None:
    drafted(incident)
    send(incident)
    assert r12(incident) is None
    sign(incident, at=NOW + 30 * MINUTE)
    assert r12(incident) == NOW + 30 * MINUTE


def test_the_end_of_the_response_is_no_proposal_after_the_first_judgement(incident: Incident) -> None:
    drafted(incident, PaperKind.RESPONSE_END)
    sign(incident)
    send(incident)
    assert r12(incident) is None


def test_without_proof_it_has_not_arrived_and_may_be_completed(incident: Incident) -> None:
    drafted(incident)
    sign(incident)
    send(incident, how=DeliveryChannel.FAX, receiver_name="")
    assert r12(incident) is None
    send(incident, how=DeliveryChannel.FAX, receiver_name="", proof="回执0317")
    assert r12(incident) == NOW + 10 * MINUTE
    with pytest.raises(PaperWasSent):
        send(incident, receiver_name="别人")
    send(incident, how=DeliveryChannel.FAX, receiver_name="", proof="回执0317")
    assert [kind for kind, _ in entries(incident.case_no)].count("paper.sent") == 2


def test_a_sending_taken_back_opens_the_duty_again_by_name(incident: Incident) -> None:
    drafted(incident)
    with pytest.raises(PaperNotSent):
        paper_sending.take_back_sending(incident.case_no, 1, reason="x", actor=actor("officer"), now=LATER)
    sign(incident)
    send(incident)
    with pytest.raises(TakeBackReasonMissing):
        paper_sending.take_back_sending(incident.case_no, 1, reason="", actor=actor("officer"), now=LATER)
    paper_sending.take_back_sending(incident.case_no, 1, reason="送错", actor=actor("officer"), now=LATER)
    assert r12(incident) is None
    fact = db.session.scalars(select(FactRecord).where(FactRecord.kind == "duty_done")).one()
    data = next(data for kind, data in entries(incident.case_no) if kind == "paper.sending_withdrawn")
    assert (fact.withdrawn_at, data["facts"]) == (LATER, [fact.id])


def test_a_paper_is_not_sent_before_it_was_drafted_nor_in_the_future(incident: Incident) -> None:
    drafted(incident)
    with pytest.raises(TimesReversed):
        send(incident, at=NOW - HOUR)
    with pytest.raises(TimeInFuture):
        send(incident, at=LATER + HOUR)


def test_the_answer_is_kept_word_for_word_and_may_be_corrected(incident: Incident) -> None:
    drafted(incident)
    said = {"answer_text": "同意。请市局牵头。", "answer_no": "十政办函〔2026〕7号", "answered_by": "市政府办公室"}

    def answer(at: Any = NOW + HOUR, **more: str) -> Any:
        return paper_sending.answer(
            incident.case_no, 1, {**said, **more}, at=at, file_sha256=None, actor=actor("officer"), now=LATER
        )

    with pytest.raises(PaperNotSent):
        answer()
    send(incident)
    with pytest.raises(AnswerMissing):
        answer(answer_text=" ")
    with pytest.raises(TimesReversed):
        answer(at=NOW)
    answer()
    answer(answer_no="十政办函〔2026〕8号")
    row = one(incident).row
    assert (row.answer_text, row.answer_no, one(incident).state) == (
        said["answer_text"], "十政办函〔2026〕8号", PaperState.ANSWERED,
    )  # fmt: skip
    written = json.dumps(entries(incident.case_no), ensure_ascii=False, default=str)
    assert all(word not in written for word in ("市局牵头", "陈值班", "赵带班"))


# --- the document -------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    return "\n".join(part.text for part in Document(io.BytesIO(content)).paragraphs)


def test_the_document_has_the_form_of_an_official_one_and_the_same_bytes(incident: Incident) -> None:
    drafted(incident)
    papers.word(
        incident.case_no, 1, {**WORDS, "text": TWO_LEVELS, "document_no": "十环〔2026〕3号"},
        actor=actor("officer"), now=NOW + 2 * MINUTE,
    )  # fmt: skip
    sign(incident)
    view = one(incident)
    content = paper_documents.document(view)
    assert content == paper_documents.compose(view, view.sign_off.signature)
    text = text_of(content)
    for words in (
        "特急",
        "十堰市生态环境局",
        "十环〔2026〕3号",
        "签发人：赵带班",
        "十堰市人民政府：",
        "2026年11月21日",
        "手写签名",
    ):
        assert words in text
    fonts = {
        part.text: part.runs[0]._r.rPr.rFonts.get(
            "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia"
        )
        for part in Document(io.BytesIO(content)).paragraphs
        if part.runs
    }
    assert (fonts["一、基本情况"], fonts["（一）概况。堵河苯胺。"]) == ("黑体", "楷体")


def test_an_exercise_says_so_on_every_page_and_another_versions_signature_is_not_printed(incident: Incident) -> None:
    drafted(incident)
    sign(incident)
    view = one(incident)
    from dataclasses import replace

    paper = replace(view.paper, exercise=True, text="别的")
    content = command_docx(paper, signature=view.sign_off.signature)
    assert "赵带班" not in text_of(content)
    assert "演练" in Document(io.BytesIO(content)).sections[0].header.paragraphs[0].text
