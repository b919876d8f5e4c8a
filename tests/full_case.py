"""A case with everything in it, made by the services that pages call: for walks past other offices, and for measuring.

Its words are such as stand nowhere else, so that one of them on another's page can only have come from here.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from tests.services.sheets import sheet

SECRETS = (
    "堵河秘桥", "刘秘某", "交警秘队", "+8610000009871", "秘密日志", "秘密依据", "秘密标签", "秘密备注", "秘密接听",
    "秘密答复", "秘密收件人", "秘密稿件", "秘密舆情", "秘密指标",
    "秘密指挥", "秘密组长", "秘密指示", "秘密局长", "秘密决定", "秘密批复",
)  # fmt: skip
"""Words of the case that may stand on nobody else's page."""

PUBLISHED = "堵河水质通报"
"""The title of the release: the only words of the case that the public may read."""


@dataclass(slots=True)
class FullCase:
    """The case and the ids of what is in it, by the names that addresses use."""

    case_no: str
    ids: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def open_full_case(now: datetime, *, learned_ago: timedelta = timedelta(minutes=35)) -> FullCase:
    """Open it as the officer of Shiyan; needs an app context and the people of ``tests.people``."""
    from incident_desk.services.calls import call_taking
    from tests.people import actor

    officer = actor("officer")
    learned = now - learned_ago
    typed = sheet(
        now=now, place_text="堵河秘桥", caller_name="刘秘某", caller_unit="交警秘队",
        caller_phone="+8610000009871", learned_at=learned.isoformat(),
        occurred_earliest=(learned - timedelta(minutes=15)).isoformat(),
        occurred_latest=(learned - timedelta(minutes=10)).isoformat(),
    )  # fmt: skip
    full = FullCase(call_taking.take_call(typed, actor=officer, now=now).case_no)
    _draft(full, now)
    _facts_and_calls(full, now)
    _river(full, now)
    _callout(full, now)
    _evidence(full, now)
    _report(full, now)
    _release(full, now)
    _disclosure(full, now)
    _command(full, now)
    _rounds(full, now)
    _archive(full, now)
    _closing(full, now)
    _neighbours(full, now)
    _duty(full, now)
    _law(full, now)
    _ids(full, now)
    return full


def _draft(full: FullCase, now: datetime) -> None:
    from incident_desk.services.calls import call_taking
    from tests.people import actor

    key = "draft-of-the-walk"
    call_taking.save_draft(key, {"place_text": "堵河秘桥"}, actor=actor("officer"), now=now, expected_version=None)
    full.ids["key"] = key


def _facts_and_calls(full: FullCase, now: datetime) -> None:
    from incident_desk.services.calls import phone_calls
    from incident_desk.services.cases import duty_log, fact_recording
    from incident_desk.services.law import grading
    from tests.people import actor

    officer = actor("officer")
    fact_recording.record_fact(
        full.case_no, "river.discharge_now", {"discharge_m3s": 80.0, "source": "水文站", "at": now.isoformat()},
        at=now, actor=officer, now=now,
    )  # fmt: skip
    duty_log.add_line(full.case_no, "秘密日志一行", actor=officer, now=now)
    grading.judge(full.case_no, "III", basis="秘密依据", actor=officer, now=now)
    calls = phone_calls.calls_of(officer, full.case_no)
    assert calls, "the desk says whom to ring"
    full.ids["phone_call_id"] = calls[0].id
    phone_calls.record_answer(
        full.case_no, calls[-1].id, state="answered", answered_by="秘密接听", said="秘密答复", actor=officer, now=now,
    )  # fmt: skip


def _river(full: FullCase, now: datetime) -> None:
    from incident_desk.services.water import tracing
    from tests.people import actor

    tracing.run(full.case_no, actor=actor("officer"), now=now)


def _callout(full: FullCase, now: datetime) -> None:
    from sqlalchemy import select

    from incident_desk.extensions import db
    from incident_desk.models import CalloutMember
    from incident_desk.services.callouts import callout, experts
    from tests.people import actor

    officer = actor("officer")
    experts.load_sample_pool(actor=officer, now=now)
    pool = [row.expert_no for row in experts.listed() if row.is_active][:6]
    made = callout.send(full.case_no, pool, actor=officer, now=now)
    member = db.session.scalars(select(CalloutMember).where(CalloutMember.callout_id == made.id)).first()
    assert member is not None
    full.ids |= {"callout_id": made.id, "member_id": member.id, "expert_no": pool[0]}


def _evidence(full: FullCase, now: datetime) -> None:
    from incident_desk.services import scope
    from incident_desk.services.field import evidence, field_links
    from tests.people import actor

    officer = actor("officer")
    upload = evidence.Upload(
        io.BytesIO(picture("JPEG")), "river.jpg", "photo-of-the-walk",
        phone=evidence.PhoneWord(at=now, longitude=110.35, latitude=32.6, accuracy_m=12.0, note="秘密备注"),
    )  # fmt: skip
    row = evidence.receive_photograph(upload, scope.incident(officer, full.case_no), actor=officer, now=now)
    full.ids["evidence_id"] = row.id
    full.tokens["field"] = field_links.make_link(full.case_no, "秘密标签", 12, actor=officer, now=now)
    full.ids["link_id"] = field_links.links_of(officer, full.case_no, now)[0].id


def picture(kind: str) -> bytes:
    """A small picture: a stroke on white, as a signature or a capture might be."""
    image = Image.new("RGB", (640, 240), "white")
    image.paste((10, 20, 90), (60, 100, 500, 112))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def _report(full: FullCase, now: datetime) -> None:
    from incident_desk.domain.law.legal_codes import Recipient, ReportForm, ReportKind
    from incident_desk.domain.reports.sign_off import DeliveryChannel
    from incident_desk.services.field.content_store import evidence_store
    from incident_desk.services.reports import report_filing, report_signing, reporting
    from tests.people import actor

    officer, leader = actor("officer"), actor("leader")
    number = reporting.begin(
        full.case_no, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN, actor=officer, now=now
    ).number
    reporting.attach_sketch(full.case_no, number, io.BytesIO(picture("JPEG")), actor=officer, now=now)
    reporting.check(full.case_no, number, actor=actor("officer2"), now=now)
    view = reporting.one(officer, full.case_no, number)
    drawing = "data:image/png;base64," + base64.b64encode(picture("PNG")).decode()
    report_signing.sign_by_finger(full.case_no, number, drawing, digest=str(view.row.digest), actor=leader, now=now)
    proof = evidence_store().keep_bytes(picture("JPEG"))
    passage = report_filing.Passage(DeliveryChannel.PHONE, now, receiver_name="秘密收件人", proof_sha256=proof)
    to = [Recipient(delivery.recipient) for delivery in view.row.deliveries]
    report_filing.record_delivery(full.case_no, number, to[:1], passage, actor=officer, now=now)
    full.ids |= {"number": number, "recipient": to[0].value}
    _around_the_report(full, number, str(view.row.digest), now)


def _around_the_report(full: FullCase, number: int, digest: str, now: datetime) -> None:
    from incident_desk.domain.reports.report_steps import ReportStep, ReportStepManner
    from incident_desk.services.reports import report_steps, secret_items
    from tests.people import actor

    officer = actor("officer")
    row = report_steps.record(
        full.case_no, number, ReportStep.CHECK, ReportStepManner.PAGE_PHOTO, name="秘密核稿人", digest=digest,
        page=io.BytesIO(picture("JPEG")), actor=officer, now=now,
    )  # fmt: skip
    full.ids["report_step_id"] = row.steps[-1].id
    full.ids["secret_item_id"] = secret_items.note(
        full.case_no,
        number,
        handled_by="秘密经办人",
        register_no="密登2026-003",
        handled_at=now,
        actor=officer,
        now=now,
    ).id


def _release(full: FullCase, now: datetime) -> None:
    from incident_desk.domain.disclosure.releases import ReleaseContent
    from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
    from incident_desk.services.disclosure import releases
    from tests.people import actor

    content = ReleaseContent(
        issuer=Issuer.EEB, issuer_name="十堰市生态环境局", channel=ReleaseChannel.WECHAT, published_at=now,
        account="十堰生态环境", title=PUBLISHED,
        text="苯胺泄漏，堵河下游请勿取水，已设置拦截坝。",
    )  # fmt: skip
    full.ids["release_id"] = releases.record(
        full.case_no, content, actor=actor("officer"), now=now, capture=io.BytesIO(picture("PNG"))
    ).id


def _disclosure(full: FullCase, now: datetime) -> None:
    """A text sent on by a signed page, a figure, a conference with its record, a matter of opinion."""
    from incident_desk.domain.disclosure.approval import StepManner
    from incident_desk.domain.disclosure.drafts import DraftContent
    from incident_desk.domain.disclosure.public_opinion import OpinionKind, OpinionSource
    from incident_desk.domain.disclosure.releases import ReleaseContent
    from incident_desk.domain.disclosure.stated_figures import FigureKind, FigureUnit
    from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
    from incident_desk.services.disclosure import conferences, draft_steps, drafts, figures, opinions
    from tests.people import actor

    officer = actor("officer")
    text = DraftContent(
        issuer=Issuer.GOVERNMENT, issuer_name="十堰市人民政府", channel=ReleaseChannel.WECHAT, account="十堰发布",
        title="秘密稿件", text="苯胺泄漏，堵河下游请勿取水。",
    )  # fmt: skip
    number = drafts.begin(full.case_no, text, actor=officer, now=now).number
    digest = drafts.one(officer, full.case_no, number, now=now).newest.digest
    page = draft_steps.StepWord(1, digest, StepManner.PAGE_PHOTO, person="孙核对", page=io.BytesIO(picture("JPEG")))
    row = draft_steps.take(full.case_no, number, page, actor=officer, now=now)
    figure = figures.FigureEntry(FigureKind.RESULT, "秘密指标", "黄龙滩", "0.35", FigureUnit.MG_L, "监测报告", now)
    held = conferences.record(
        full.case_no, conferences.Conference("发布厅", "李某"),
        ReleaseContent(Issuer.GOVERNMENT, "", ReleaseChannel.PRESS_CONFERENCE, "", PUBLISHED, "", published_at=now),
        transcript=conferences.Transcript(io.BytesIO("实录".encode()), "实录.txt"), actor=officer, now=now,
    )  # fmt: skip
    matter = opinions.OpinionEntry(OpinionKind.RUMOUR, OpinionSource.WECHAT, "秘密舆情")
    full.ids |= {
        "draft_no": number,
        "step_id": row.steps[-1].id,
        "figure_id": figures.enter(full.case_no, figure, actor=officer, now=now).id,
        "conference_id": held.id,
        "opinion_id": opinions.record(full.case_no, matter, seen_at=now, actor=officer, now=now).id,
    }


def _command(full: FullCase, now: datetime) -> None:
    """Headquarters, an oral word that stands in writing, a paper that was answered, a response, a head, minutes."""
    from incident_desk.domain.command.headquarters import GroupKind
    from incident_desk.domain.command.instructions import InstructionKind
    from incident_desk.domain.command.minutes import Decision
    from incident_desk.domain.command.response import ResponseStep, ResponseSubject
    from incident_desk.domain.command.scene import SceneStep
    from incident_desk.services.command import (
        headquarters,
        instruction_steps,
        instructions,
        minutes,
        response,
        scene,
    )
    from incident_desk.services.field.content_store import evidence_store
    from tests.people import actor

    officer, page = actor("officer"), evidence_store().keep_bytes(picture("JPEG"))
    headquarters.set_up(full.case_no, {"head_name": "秘密指挥"}, set_up_at=now, actor=officer, now=now)
    group = headquarters.name_group(full.case_no, GroupKind.DISPOSAL, {"head_name": "秘密组长"}, actor=officer, now=now)
    said = {"text": "秘密指示", "given_by": "秘密指挥"}
    word = instructions.give(
        full.case_no,
        instructions.NewInstruction(InstructionKind.ORAL_WORD, said, now, original_sha256=page),
        actor=officer, now=now,
    )  # fmt: skip
    instruction_steps.confirm(full.case_no, word.id, by="秘密指挥", at=now, file_sha256=page, actor=officer, now=now)
    act = response.record(
        full.case_no, ResponseSubject.RESPONSE, ResponseStep.STARTED, {"body": "市政府"}, level="IV", at=now,
        actor=officer, now=now,
    )  # fmt: skip
    journey = scene.record(full.case_no, SceneStep.DEPARTED, name="秘密局长", at=now, actor=officer, now=now)
    meeting = minutes.record(
        full.case_no, {"chair": "秘密指挥"}, [Decision("秘密决定", "水利局")], held_at=now, actor=officer, now=now,
        file_sha256=page, file_name="minutes.jpg",
    )  # fmt: skip
    full.ids |= {
        "group_id": group.id, "instruction_id": word.id, "act_id": act.id, "journey_id": journey.id,
        "minutes_no": meeting.number, "decision_id": meeting.decisions[0].id,
    }  # fmt: skip
    _paper(full, page, now)


def _paper(full: FullCase, page: str, now: datetime) -> None:
    from incident_desk.domain.command.papers import PaperKind
    from incident_desk.domain.reports.sign_off import DeliveryChannel
    from incident_desk.services.command import paper_sending, paper_signing, papers
    from tests.people import actor

    officer = actor("officer")
    row = papers.begin(full.case_no, PaperKind.DISPOSAL, actor=officer, now=now)
    drawing = "data:image/png;base64," + base64.b64encode(picture("PNG")).decode()
    paper_signing.sign_by_finger(full.case_no, row.number, drawing, digest=row.digest, actor=actor("leader"), now=now)
    sending = paper_sending.Sending(DeliveryChannel.FAX, now, proof="回执", proof_sha256=page)
    paper_sending.send(full.case_no, row.number, sending, actor=officer, now=now)
    paper_sending.answer(
        full.case_no, row.number, {"answer_text": "秘密批复"}, at=now, file_sha256=page, actor=officer, now=now
    )
    full.ids["paper_no"] = row.number


def _archive(full: FullCase, now: datetime) -> None:
    from incident_desk.services.archives import archive
    from tests.people import actor

    full.ids["package_id"] = archive.export_for_page(full.case_no, actor=actor("archivist"), now=now).id


def _duty(full: FullCase, now: datetime) -> None:
    """A handover that lists the case, a wake-up of the office, a special period."""
    from incident_desk.domain.china_time import china_date
    from incident_desk.domain.duty.shifts import DutyPeriodKind
    from incident_desk.services.duty import handovers, periods, wake_ups
    from incident_desk.services.duty.handovers import HandoverForm, Taker
    from tests.people import PASSWORD, actor

    officer = actor("officer")
    _, seen = handovers.open_list(officer)
    form = HandoverForm(equipment_ok=True, phone_tested=True, notes="秘密备注", seen=seen)
    taker = Taker("officer2", PASSWORD, address="127.0.0.1")
    full.ids["handover_id"] = handovers.sign_on_same_screen(form, taker, actor=officer, now=now).id
    woken = wake_ups.start("420300", "秘密备注", actor=officer, now=now)
    full.ids |= {"wake_up_id": woken.id, "attempt_id": wake_ups.one(officer, woken.id).attempts[0].id}
    day = china_date(now)
    period = periods.enter(DutyPeriodKind.HOLIDAY, "国庆", day, day, actor=actor("leader"), now=now)
    full.ids |= {"period_id": period.id, "day": day.isoformat()}


def _rounds(full: FullCase, now: datetime) -> None:
    from incident_desk.services.rounds import answering, asking, consultations
    from incident_desk.services.rounds.round_rows import one
    from tests.people import actor

    officer = actor("officer")
    row = asking.ask(
        full.case_no, keys=(), own="秘密答复？", offices=("420302",), due_at=now + timedelta(minutes=30),
        note="秘密备注", actor=officer, now=now,
    )  # fmt: skip
    view = one(officer, full.case_no, row.number)
    ask_id, question_id = view.asked[0].row.id, view.questions[0].id
    answering.by_telephone(
        full.case_no, row.number, ask_id, {f"said-{question_id}": "秘密答复"}, answered_by="秘密接听", answered_at=now,
        actor=officer, now=now,
    )  # fmt: skip
    answer = one(officer, full.case_no, row.number).asked[0].last
    assert answer is not None
    held = consultations.record(
        full.case_no, {"present": "秘密接听", "conclusions": "秘密依据"}, held_at=now, next_round_at=None,
        actor=officer, now=now,
    )  # fmt: skip
    full.ids |= {
        "round_no": row.number, "ask_id": ask_id, "answer_id": answer.id, "consultation_id": held.id,
    }  # fmt: skip


def _neighbours(full: FullCase, now: datetime) -> None:
    from incident_desk.domain.neighbours.notices import NoticeWay
    from incident_desk.domain.reports.sign_off import DeliveryChannel
    from incident_desk.services.field.content_store import evidence_store
    from incident_desk.services.neighbours import (
        advice,
        agreements,
        disputes,
        notice_acts,
        notice_files,
        notice_rows,
        notices,
        progress,
    )  # fmt: skip
    from tests.people import actor

    officer, code = actor("officer"), "420600"
    proof = evidence_store().keep_bytes(picture("JPEG"))
    number = notices.begin(full.case_no, code, actor=officer, now=now).number
    assert number == full.ids["number"], "one name for the number of a report and of a notice"
    notices.word(full.case_no, number, {"event": "秘密依据"}, actor=officer, now=now)
    notice_files.make(full.case_no, number, actor=officer, now=now)
    giving = notice_acts.Giving(NoticeWay.FAX, now, answered_by="秘密接听", read_back="秘密答复", proof_sha256=proof)
    act = notice_acts.give(full.case_no, number, giving, actor=officer, now=now)
    advising = advice.Advising([code], "十堰市人民政府", "秘密依据", DeliveryChannel.PHONE, now, "秘密收件人")
    advice_no = advice.give(full.case_no, advising, actor=officer, now=now).number
    cells = {
        "agreement_no": "1", "title": "秘密标签", "water_body": "汉江", "upstream_code": "420300",
        "downstream_code": code, "level": "prefecture", "upstream_contact": "秘密接听",
    }  # fmt: skip
    row = agreements.save(None, cells, actor=officer, now=now)
    dispute = disputes.open_dispute(row.id, {"about": "秘密备注"}, opened_on=now.date(), actor=officer, now=now)
    period = progress.periods(now)[0].code
    progress.draft(period, actor=officer, now=now)
    progress.word(period, "秘密日志", "湖北省生态环境厅", actor=officer, now=now)
    sent = progress.Sent(DeliveryChannel.NETWORK, now, "秘密收件人", proof_sha256=proof)
    progress.send(period, sent, actor=officer, now=now)
    full.ids |= {
        "act_id": act.id, "advice_no": advice_no, "code": code, "agreement_id": row.id, "dispute_id": dispute.id,
        "period": period, "sha256": notice_rows.one(officer, full.case_no, number).row.file_sha256,
    }  # fmt: skip


def _closing(full: FullCase, now: datetime) -> None:
    from incident_desk.domain.closing.investigation import InvestigationStep
    from incident_desk.domain.closing.three_checks import ThreeCheck
    from incident_desk.services.closing import archive_sending, investigation, three_checks
    from tests.people import actor

    officer, step = actor("officer"), InvestigationStep.INVESTIGATOR_NAMED
    named = investigation.record(full.case_no, step, {"name": "秘密接听"}, at=now, actor=officer, now=now)
    point = three_checks.open_point(
        full.case_no, ThreeCheck.CAUSE, {"text": "秘密依据", "owner": "秘密标签"}, due_at=now + timedelta(days=9),
        actor=officer, now=now,
    )  # fmt: skip
    sent = archive_sending.send(full.case_no, {"to_name": "秘密收件人"}, sent_at=now, actor=officer, now=now)
    full.ids |= {"investigation_id": named.id, "point_id": point.id, "sending_id": sent.id}


def _law(full: FullCase, now: datetime) -> None:
    """A finding that awaits its second person, and what the office owes by the calendar."""
    from incident_desk.domain.law.findings import Finding, Ground
    from incident_desk.services.law import clocks, findings, periodic
    from tests.people import actor

    officer = actor("officer")
    open_clocks = [line for line in clocks.clocks_of(officer, full.case_no) if not line.clock.is_closed]
    finding = Finding(Ground.MERGED, "秘密依据", "秘密备注", "秘密标签", "另一事件")
    row = findings.propose(full.case_no, open_clocks[-1].id, finding, second="leader", actor=officer, now=now)
    periodic.lay_out(now)
    owed = next(line for line in periodic.lines(officer, now=now) if line.row.done_on is None)
    full.ids |= {"finding_id": row.id, "duty_id": owed.row.id}


def _ids(full: FullCase, now: datetime) -> None:
    from incident_desk.services.cases import tasks
    from incident_desk.services.law import clocks
    from tests.people import actor

    officer = actor("officer")
    assert now.tzinfo
    full.ids["clock_id"] = clocks.clocks_of(officer, full.case_no)[0].id
    full.ids["task_id"] = tasks.open_tasks(officer, full.case_no)[0].id
    full.ids |= {"case_no": full.case_no, "field": "place_text"}
