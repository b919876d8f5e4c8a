"""Five first moments, three checks, the gate, the leader's decision, the package and its receipt, by the record."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.closing.first_moments import FirstMoment, MomentState
from incident_desk.domain.closing.gate import GateLine, GateMoved, GateState, ReasonsMissing
from incident_desk.domain.closing.investigation import InvestigationStep, InvestigatorMissing, PreservedHow
from incident_desk.domain.closing.package_checks import NoPackageYet
from incident_desk.domain.closing.sending import ReceivedAlready, ReceivedBeforeSent, ReceiverMissing, RecipientMissing
from incident_desk.domain.closing.three_checks import (
    DoneByMissing,
    EvidenceMissing,
    NotDoneYet,
    OnlyCorrectionsAreAccepted,
    OwnerMissing,
    PointIsSettled,
    PointTextMissing,
    ThreeCheck,
)
from incident_desk.domain.command.response import ResponseStep, ResponseSubject
from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import FactKind, Issuer, ReleaseChannel
from incident_desk.extensions import db
from incident_desk.models import CaseFinish, CheckPoint, FactRecord, Incident
from incident_desk.services import scope
from incident_desk.services.archives import archive
from incident_desk.services.calls import call_taking
from incident_desk.services.cases import fact_recording
from incident_desk.services.cases.case_files import CaseIsClosed
from incident_desk.services.closing import (
    archive_sending,
    closing_view,
    finishing,
    investigation,
    package_check,
    three_checks,
)
from incident_desk.services.command import response, scene
from incident_desk.services.disclosure import releases
from incident_desk.services.field import evidence, field_words
from incident_desk.services.law import clocks, grading
from tests.conftest import NOW
from tests.full_case import picture
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import LEARNED, sheet

pytestmark = pytest.mark.usefixtures("app_context")
LATER = NOW + timedelta(hours=6)
WORDS = {"explained": "演练案件，无相应材料", "scanned": "杀毒软件，未发现病毒"}


@pytest.fixture
def incident(app_context: Any) -> Incident:
    return call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)


def view(incident: Incident, now: datetime = LATER) -> closing_view.ClosingView:
    db.session.expire_all()
    return closing_view.of_case(actor("officer"), incident.case_no, now=now)


def moment(incident: Incident, which: FirstMoment) -> Any:
    return next(one for one in view(incident).moments if one.moment is which)


def state(incident: Incident, line: GateLine) -> GateState:
    return view(incident).finding(line).state


def publish(incident: Incident, at: datetime, issuer: Issuer = Issuer.GOVERNMENT, **more: Any) -> None:
    content = ReleaseContent(
        issuer=issuer, issuer_name="十堰市人民政府", channel=ReleaseChannel.WECHAT, account="十堰发布",
        title="堵河水质通报", text="苯胺泄漏，堵河下游请勿取水，已设置拦截坝。", published_at=at,
    )  # fmt: skip
    releases.record(incident.case_no, content, actor=actor("officer"), now=LATER, **more)


def end_response(incident: Incident, subject: ResponseSubject = ResponseSubject.RESPONSE, at: datetime = LATER) -> None:
    response.record(
        incident.case_no, subject, ResponseStep.ENDED, {"body": "十堰市人民政府", "document_no": "十政函1号"},
        level="", at=at, actor=actor("officer"), now=LATER,
    )  # fmt: skip


def open_point(incident: Incident, check: ThreeCheck, due_at: datetime = LATER + timedelta(days=9)) -> CheckPoint:
    said = {"text": "查清原因", "owner": "竹山分局"}
    return three_checks.open_point(incident.case_no, check, said, due_at=due_at, actor=actor("officer"), now=NOW)


def export(incident: Incident) -> int:
    return archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER).id


def test_a_new_case_has_nothing_on_record_and_every_line_says_what_is_missing(incident: Incident) -> None:
    for one in view(incident).moments:
        assert one.state is MomentState.MISSING
        assert one.missing.zh
        assert one.missing.en
    assert {one.state for one in view(incident).gate.findings} == {GateState.UNMET}


def test_the_scene_is_reached_by_whoever_arrived_first(incident: Incident) -> None:
    field_words.hear(
        incident, kind="arrived", text="", at=NOW + timedelta(minutes=50), client_key="k", phone=evidence.PhoneWord(),
        actor=actor("field"), now=LATER,
    )  # fmt: skip
    assert moment(incident, FirstMoment.SCENE).at == NOW + timedelta(minutes=50)
    scene.record(
        incident.case_no, scene.SceneStep.ARRIVED, name="钱局长", at=NOW + timedelta(minutes=40),
        actor=actor("officer"), now=LATER,
    )  # fmt: skip
    found = moment(incident, FirstMoment.SCENE)
    assert (found.at, found.acts[0].path) == (NOW + timedelta(minutes=40), "/command/scene")
    assert found.target.is_preset
    assert found.target.due_at == LEARNED + timedelta(minutes=120)


def test_a_photograph_or_an_arrival_fills_monitoring_only_in_part(incident: Incident) -> None:
    import io

    field_words.hear(
        incident, kind="arrived", text="", at=NOW, client_key="k", phone=evidence.PhoneWord(), actor=actor("field"),
        now=NOW,
    )  # fmt: skip
    assert moment(incident, FirstMoment.MONITORING).state is MomentState.PARTLY
    upload = evidence.Upload(io.BytesIO(picture("JPEG")), "river.jpg", "photo")
    evidence.receive_photograph(upload, incident, actor=actor("field"), now=NOW + timedelta(minutes=5))
    found = moment(incident, FirstMoment.MONITORING)
    assert (found.state, found.acts[0].at) == (MomentState.PARTLY, NOW + timedelta(minutes=5))
    assert found.target.due_at == NOW + timedelta(minutes=60), "an hour after the arrival"


def test_only_what_the_government_or_its_command_published_counts(incident: Incident) -> None:
    publish(incident, NOW + timedelta(hours=1), Issuer.EEB)
    assert moment(incident, FirstMoment.RELEASE).state is MomentState.MISSING
    publish(incident, NOW + timedelta(hours=2))
    assert moment(incident, FirstMoment.RELEASE).at == NOW + timedelta(hours=2)


def test_an_investigation_is_organised_by_both_acts(incident: Incident) -> None:
    officer = actor("officer")
    named = investigation.record(
        incident.case_no, InvestigationStep.INVESTIGATOR_NAMED, {"name": "张某"}, at=NOW, actor=officer, now=NOW
    )
    assert moment(incident, FirstMoment.INVESTIGATION).state is MomentState.PARTLY
    investigation.record(
        incident.case_no,
        InvestigationStep.EVIDENCE_PRESERVED,
        {"text": "封存水样2瓶"},
        at=LATER,
        actor=officer,
        now=LATER,
    )
    found = moment(incident, FirstMoment.INVESTIGATION)
    assert (found.state, found.at) == (MomentState.FILLED, LATER)
    investigation.take_back(incident.case_no, named.id, reason="误记", actor=officer, now=LATER)
    assert moment(incident, FirstMoment.INVESTIGATION).state is MomentState.PARTLY
    assert "张某" not in str(entries(incident.case_no))


@pytest.mark.parametrize(
    ("step", "said", "refusal"),
    [
        (InvestigationStep.INVESTIGATOR_NAMED, {"unit": "x"}, InvestigatorMissing),
        (InvestigationStep.EVIDENCE_PRESERVED, {"name": "x"}, PreservedHow),
    ],
)
def test_an_act_of_investigation_says_who_or_what(
    incident: Incident, step: InvestigationStep, said: dict[str, str], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        investigation.record(incident.case_no, step, said, at=NOW, actor=actor("officer"), now=NOW)


def test_a_correction_is_done_then_accepted(incident: Incident) -> None:
    officer, case_no = actor("officer"), incident.case_no
    row = open_point(incident, ThreeCheck.CORRECTION)
    with pytest.raises(NotDoneYet):
        three_checks.accept(case_no, row.id, {"accepted_by": "王某"}, at=LATER, actor=officer, now=LATER)
    with pytest.raises(EvidenceMissing):
        three_checks.done(case_no, row.id, {"done_by": "李某"}, at=LATER, actor=officer, now=LATER)
    with pytest.raises(DoneByMissing):
        three_checks.done(case_no, row.id, {"evidence": "照片"}, at=LATER, actor=officer, now=LATER)
    three_checks.done(case_no, row.id, {"done_by": "李某", "evidence": "验收单1号"}, at=LATER, actor=officer, now=LATER)
    with pytest.raises(PointIsSettled):
        three_checks.done(case_no, row.id, {"done_by": "李某", "evidence": "x"}, at=LATER, actor=officer, now=LATER)
    assert view(incident).points[0].state.value == "to_accept"
    three_checks.accept(case_no, row.id, {"accepted_by": "王某"}, at=LATER, actor=officer, now=LATER)
    assert view(incident).points[0].state.value == "done"
    kinds = [kind for kind, _ in entries(case_no) if kind.startswith("check_point")]
    assert kinds == ["check_point.opened", "check_point.done", "check_point.accepted"]


def test_a_point_is_refused_in_words(incident: Incident) -> None:
    officer, case_no = actor("officer"), incident.case_no
    for said, refusal in (({"owner": "x"}, PointTextMissing), ({"text": "x"}, OwnerMissing)):
        with pytest.raises(refusal):
            three_checks.open_point(case_no, ThreeCheck.CAUSE, said, due_at=LATER, actor=officer, now=NOW)
    cause = open_point(incident, ThreeCheck.CAUSE)
    with pytest.raises(OnlyCorrectionsAreAccepted):
        three_checks.accept(case_no, cause.id, {"accepted_by": "x"}, at=LATER, actor=officer, now=LATER)
    with pytest.raises(NotFound):
        three_checks.done(case_no, cause.id + 99, {"done_by": "x", "evidence": "y"}, at=LATER, actor=officer, now=LATER)
    above = three_checks.open_point(
        case_no, ThreeCheck.CAUSE, {"text": "x", "owner": "y"}, due_at=LATER, actor=actor("province"), now=NOW
    )
    with pytest.raises(NotAllowed):
        three_checks.take_back(case_no, above.id, reason="x", actor=officer, now=NOW)


def test_three_checks_hold_once_each_is_assigned_and_none_overdue(incident: Incident) -> None:
    for check in (ThreeCheck.CAUSE, ThreeCheck.RESPONSIBILITY):
        open_point(incident, check)
    assert state(incident, GateLine.THREE_CHECKS) is GateState.UNMET
    last = open_point(incident, ThreeCheck.CORRECTION, due_at=LATER + timedelta(minutes=1))
    assert state(incident, GateLine.THREE_CHECKS) is GateState.MET
    late = view(incident, LATER + timedelta(days=1)).finding(GateLine.THREE_CHECKS)
    assert (late.state, late.words.zh) == (GateState.UNMET, "整改有逾期事项")
    three_checks.take_back(incident.case_no, last.id, reason="误记", actor=actor("officer"), now=LATER)
    assert state(incident, GateLine.THREE_CHECKS) is GateState.UNMET


def test_the_last_word_to_the_public_comes_after_the_end_and_promises_no_other(incident: Incident) -> None:
    publish(incident, NOW)
    end_response(incident, at=NOW + timedelta(hours=1))
    ended = view(incident).finding(GateLine.RESPONSE_ENDED)
    assert ended.state is GateState.MET
    assert "十堰市人民政府" in ended.words.zh
    assert state(incident, GateLine.DISCLOSURE_ENDED) is GateState.UNMET
    more = releases.Circumstances(next_notice_at=LATER + timedelta(hours=9))
    publish(incident, NOW + timedelta(hours=2), circumstances=more)
    assert "预告" in view(incident).finding(GateLine.DISCLOSURE_ENDED).words.zh
    publish(incident, NOW + timedelta(hours=3))
    assert state(incident, GateLine.DISCLOSURE_ENDED) is GateState.MET


def test_clocks_of_investigation_and_assessment_are_settled_or_found_not_to_apply(incident: Incident) -> None:
    officer, case_no = actor("officer"), incident.case_no
    grading.judge(case_no, "III", basis="现场核实", second="赵带班", actor=officer, now=NOW)
    end_response(incident)
    end_response(incident, ResponseSubject.DISPOSAL)
    running = view(incident).finding(GateLine.INVESTIGATION)
    assert (running.state, running.path) == (GateState.UNMET, f"/clocks/{_clock(incident, 'P2')}")
    fact_recording.record_fact(case_no, FactKind.DUTY_DONE, {"rule_id": "P2"}, at=LATER, actor=officer, now=LATER)
    assert state(incident, GateLine.INVESTIGATION) is GateState.MET
    finding = {"rule_id": "P3", "basis": "无损失", "reason": "无损失", "by": "王值班", "second": "赵带班"}
    fact_recording.record_fact(case_no, FactKind.NOT_APPLICABLE, finding, at=LATER, actor=officer, now=LATER)
    found = view(incident).finding(GateLine.ASSESSMENT)
    assert found.state is GateState.NOT_APPLICABLE
    assert "无损失" in found.words.zh


def _clock(incident: Incident, rule: str) -> int:
    return next(one.id for one in clocks.clocks_of(actor("officer"), incident.case_no) if one.clock.rule_id == rule)


def test_a_package_is_sound_when_the_four_checks_hold(incident: Incident) -> None:
    with pytest.raises(NoPackageYet):
        package_check.check_newest(incident.case_no, {}, actor=actor("archivist"), now=LATER)
    export(incident)
    first = package_check.check_newest(incident.case_no, {}, actor=actor("archivist"), now=LATER)
    holds = {one["property"]: one["holds"] for one in first.results}
    assert holds == {"authentic": True, "complete": False, "usable": True, "safe": False}, first.results
    assert state(incident, GateLine.PACKAGE_SOUND) is GateState.UNMET
    assert package_check.check_newest(incident.case_no, WORDS, actor=actor("archivist"), now=LATER).is_sound
    assert state(incident, GateLine.PACKAGE_SOUND) is GateState.MET
    export(incident)
    assert state(incident, GateLine.PACKAGE_SOUND) is GateState.UNMET, "a newer package is checked anew"


def test_a_package_that_was_changed_is_not_sound(incident: Incident) -> None:
    path = archive.package_file(actor("archivist"), incident.case_no, export(incident))
    with zipfile.ZipFile(path, "a") as bag:
        bag.writestr(f"{incident.case_no}/data/02值班日志/外来.txt", "x")
    found = package_check.check_newest(incident.case_no, WORDS, actor=actor("archivist"), now=LATER)
    assert not found.is_sound
    assert not found.results[0]["holds"]


def test_the_receipt_makes_the_case_archived_and_meets_its_clock(incident: Incident) -> None:
    archivist, case_no = actor("archivist"), incident.case_no
    said = {"to_name": "省生态环境厅应急和信访处", "how": "政务网"}
    with pytest.raises(NoPackageYet):
        archive_sending.send(case_no, said, sent_at=LATER, actor=archivist, now=LATER)
    finishing.finish(case_no, {"all": "演练"}, actor=actor("leader"), now=LATER)
    export(incident)
    with pytest.raises(RecipientMissing):
        archive_sending.send(case_no, {}, sent_at=LATER, actor=archivist, now=LATER)
    row = archive_sending.send(case_no, said, sent_at=LATER, actor=archivist, now=LATER)
    assert state(incident, GateLine.PACKAGE_RECEIVED) is GateState.UNMET
    receipt = {"receiver_name": "收件某", "receipt_no": "回1号"}
    with pytest.raises(ReceiverMissing):
        archive_sending.receive(case_no, row.id, {}, received_at=LATER, actor=archivist, now=LATER)
    with pytest.raises(ReceivedBeforeSent):
        archive_sending.receive(case_no, row.id, receipt, received_at=NOW, actor=archivist, now=LATER)
    archive_sending.receive(case_no, row.id, receipt, received_at=LATER, actor=archivist, now=LATER)
    with pytest.raises(ReceivedAlready):
        archive_sending.receive(case_no, row.id, receipt, received_at=LATER, actor=archivist, now=LATER)
    found = view(incident)
    assert found.acts.archived_at == LATER
    assert found.finding(GateLine.PACKAGE_RECEIVED).state is GateState.MET
    clock = next(one.clock for one in clocks.clocks_of(archivist, case_no) if one.clock.rule_id == "P6")
    assert clock.met_at == LATER
    archive_sending.take_back(case_no, row.id, reason="误记", actor=archivist, now=LATER)
    assert view(incident).acts.archived_at is None
    assert "收件某" not in str(entries(case_no))


def test_a_receipt_before_the_end_of_the_case_meets_the_clock_that_starts_then(incident: Incident) -> None:
    archivist, case_no = actor("archivist"), incident.case_no
    export(incident)
    row = archive_sending.send(case_no, {"to_name": "省厅"}, sent_at=NOW, actor=archivist, now=LATER)
    archive_sending.receive(case_no, row.id, {"receiver_name": "某"}, received_at=NOW, actor=archivist, now=LATER)
    finishing.finish(case_no, {"all": "演练"}, actor=actor("leader"), now=LATER)
    clock = next(one.clock for one in clocks.clocks_of(archivist, case_no) if one.clock.rule_id == "P6")
    assert clock.met_at == LATER
    assert view(incident).acts.archived_at == NOW


def test_a_case_is_finished_with_its_list_and_reasons(incident: Incident) -> None:
    leader, case_no = actor("leader"), incident.case_no
    with pytest.raises(ReasonsMissing):
        finishing.finish(case_no, {"result_report": "误报"}, actor=leader, now=LATER)
    assert scope.incident(leader, case_no).state == "open"
    mark = view(incident).gate.mark
    open_point(incident, ThreeCheck.CAUSE)
    for check in (ThreeCheck.RESPONSIBILITY, ThreeCheck.CORRECTION):
        open_point(incident, check)
    with pytest.raises(GateMoved):
        finishing.finish(case_no, {"all": "误报"}, mark=mark, actor=leader, now=LATER)
    row = finishing.finish(
        case_no, {"all": "误报", "result_report": "另行报送"}, mark=view(incident).gate.mark, actor=leader, now=LATER
    )
    reasons = {one["line"]: one["reason"] for one in row.snapshot}
    assert (reasons["result_report"], reasons["response_ended"], reasons["three_checks"]) == ("另行报送", "误报", None)
    found = view(incident)
    assert (found.incident.state, found.acts.finished_at) == ("closed", LATER)
    fact = db.session.get_one(FactRecord, row.fact_id)
    assert (fact.kind, fact.source) == ("incident_closed", "closing")
    data = next(data for kind, data in entries(case_no) if kind == "case.finished")
    assert data["digest"] == row.digest
    assert len(data["unmet"]) == row.unmet == 7
    assert "误报" not in json.dumps(data, ensure_ascii=False)
    with pytest.raises(CaseIsClosed):
        finishing.finish(case_no, {"all": "误报"}, actor=leader, now=LATER)
    assert len(db.session.scalars(select(CaseFinish)).all()) == 1


def test_the_package_holds_rounds_checks_and_the_gate(incident: Incident) -> None:
    from incident_desk.services.rounds import asking

    asking.ask(
        incident.case_no, keys=("sheet:into_water",), own="秘问？", offices=("420323",),
        due_at=NOW + timedelta(minutes=30), note="", actor=actor("officer"), now=NOW,
    )  # fmt: skip
    open_point(incident, ThreeCheck.CAUSE)
    finishing.finish(incident.case_no, {"all": "误报"}, actor=actor("leader"), now=LATER)
    path = archive.package_file(actor("archivist"), incident.case_no, export(incident))
    with zipfile.ZipFile(path) as bag:
        names = {name.partition("/data/")[2] for name in bag.namelist()}
        gate = json.loads(bag.read(next(name for name in bag.namelist() if name.endswith("结案清单.json"))))
        messages = next((name for name in bag.namelist() if name.endswith("消息记录.csv")), None)
        assert messages is not None
        assert "/r/…" in bag.read(messages).decode(), "the archive says that a link was sent, not which"
    assert {"05指挥决策/调度记录.csv", "15责任追究与赔偿/三个不放过.csv", "17系统记录/办结决定.json"} <= names
    assert gate[0]["reason"] == "误报"
    wanted = {"05指挥决策/调度情况表-第1次.pdf", "17系统记录/结案核查表.pdf"}
    assert wanted <= names or not any(name.endswith(".pdf") for name in names)
