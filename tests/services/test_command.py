"""Headquarters, instructions, response, heads at the scene, minutes: row, fact, clock and journal stand together."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.calls.occurrence import TimeInFuture
from incident_desk.domain.command.due_times import DueBeforeGiven
from incident_desk.domain.command.headquarters import GroupKind, GroupNameMissing, PostNotSetUp
from incident_desk.domain.command.instructions import (
    GiverMissing,
    InstructionKind,
    InstructionStep,
    InstructionWithdrawn,
    NotDoneYet,
    NotOral,
    NotReportedBack,
    PassedHow,
    ReceiverMissing,
    StepNotRecorded,
    StepRecorded,
)
from incident_desk.domain.command.minutes import Decision, MinutesWithdrawn, NothingDecided
from incident_desk.domain.command.response import BodyMissing, LevelMissing, ResponseStep, ResponseSubject, RunsAlready
from incident_desk.domain.command.scene import DeputyReasonMissing, NoDutyOfThisOffice, NotArrivedYet, SceneStep
from incident_desk.domain.command.words import NameMissing, TakeBackReasonMissing, TextMissing, TimesReversed
from incident_desk.domain.errors import NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import ClockState
from incident_desk.extensions import db
from incident_desk.models import Incident, Instruction, Task
from incident_desk.services import scope
from incident_desk.services.calls import call_taking
from incident_desk.services.cases import facts
from incident_desk.services.command import (
    command_rows,
    headquarters,
    instruction_steps,
    instructions,
    minutes,
    response,
    scene,
)
from incident_desk.services.command.instructions import NewInstruction
from incident_desk.services.law import clocks, grading
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = NOW + 2 * HOUR
HEAD = {"head_name": "陈市长", "head_title": "副市长", "head_phone": "+8610000000031", "place": "堵河大桥南岸"}
ORDER = {"text": "立即关闭黄龙滩闸门", "given_by": "陈市长", "to_unit": "市水利局", "to_phone": "+8610000000032"}


@pytest.fixture
def incident(app_context: Any) -> Incident:
    return call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)


def state(incident: Incident, rule: str) -> ClockState | None:
    lines = clocks.clocks_of(actor("officer"), incident.case_no)
    found = next((one.clock for one in lines if one.clock.rule_id == rule), None)
    return found.state(LATER + 10 * HOUR) if found else None


def kinds(incident: Incident, prefix: str) -> list[str]:
    return [kind for kind, _ in entries(incident.case_no) if kind.startswith(prefix)]


def given(incident: Incident, kind: str = "command", login: str = "officer", **more: Any) -> Instruction:
    said = {**ORDER, **{key: more.pop(key) for key in list(more) if key in ORDER or key == "given_title"}}
    new = NewInstruction(InstructionKind(kind), said, more.pop("given_at", NOW), **more)
    return instructions.give(incident.case_no, new, actor=actor(login), now=LATER)


# --- headquarters -------------------------------------------------------------------------------------


def set_up(incident: Incident, **more: str) -> Any:
    return headquarters.set_up(incident.case_no, {**HEAD, **more}, set_up_at=NOW, actor=actor("officer"), now=LATER)


def test_a_change_of_head_keeps_who_was_head_before(incident: Incident) -> None:
    set_up(incident)
    set_up(incident, head_name="李市长")
    view = headquarters.of_case(actor("officer"), incident.case_no)
    assert view.post is not None
    assert (view.post.head_name, [row.head_name for row in view.earlier]) == ("李市长", ["陈市长"])
    assert kinds(incident, "command.") == ["command.set_up", "command.set_up"]


def test_saying_the_same_again_writes_nothing(incident: Incident) -> None:
    assert set_up(incident).id == set_up(incident).id
    assert kinds(incident, "command.") == ["command.set_up"]


def test_a_headquarters_needs_a_head_and_no_future(incident: Incident) -> None:
    with pytest.raises(NameMissing):
        set_up(incident, head_name=" ")
    with pytest.raises(TimeInFuture):
        headquarters.set_up(incident.case_no, HEAD, set_up_at=LATER + HOUR, actor=actor("officer"), now=LATER)


def test_groups_follow_the_headquarters_and_stand_in_the_order_of_plans(incident: Incident) -> None:
    def name(kind: GroupKind, **said: str) -> Any:
        return headquarters.name_group(
            incident.case_no, kind, {"head_name": "某", **said}, actor=actor("officer"), now=LATER
        )

    with pytest.raises(PostNotSetUp):
        name(GroupKind.DISPOSAL)
    set_up(incident)
    name(GroupKind.EXPERTS)
    first = name(GroupKind.DISPOSAL, head_name="周")
    headquarters.name_group(
        incident.case_no, GroupKind.DISPOSAL, {"head_name": "吴"}, actor=actor("officer"), now=LATER,
        instead_of=first.id,
    )  # fmt: skip
    view = headquarters.of_case(actor("officer"), incident.case_no)
    assert [(row.kind, row.head_name) for row in view.groups] == [("disposal", "吴"), ("experts", "某")]
    assert [row.head_name for row in view.ended_groups] == ["周"]
    with pytest.raises(GroupNameMissing):
        name(GroupKind.OTHER)
    with pytest.raises(NameMissing):
        name(GroupKind.MEDICAL, head_name="")
    headquarters.end_group(incident.case_no, view.groups[0].id, actor=actor("officer"), now=LATER)
    assert len(headquarters.of_case(actor("officer"), incident.case_no).groups) == 1


# --- instructions -------------------------------------------------------------------------------------


def test_orders_are_numbered_within_the_case_and_leaders_words_are_not(incident: Incident) -> None:
    numbers = [given(incident).number, given(incident, "written_word").number, given(incident).number]
    other = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    assert [*numbers, given(other).number] == [1, None, 2, 1]


def test_words_are_kept_as_given_and_the_journal_has_their_digest_only(incident: Incident) -> None:
    row = given(incident, text="先救人，\n再治水。", given_title="副市长")
    assert row.text == "先救人，\n再治水。"
    written = json.dumps(entries(incident.case_no), ensure_ascii=False, default=str)
    assert all(word not in written for word in ("救人", "陈市长", "水利局", "10000000032"))


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"text": ""}, TextMissing),
        ({"given_by": ""}, GiverMissing),
        ({"to_unit": ""}, ReceiverMissing),
        ({"due_at": NOW - MINUTE}, DueBeforeGiven),
        ({"given_at": LATER + HOUR}, TimeInFuture),
        ({"group_id": 99}, NotFound),
    ],
)
def test_an_instruction_that_says_too_little_is_refused(
    incident: Incident, more: dict[str, Any], refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        given(incident, **more)
    assert db.session.scalars(select(Instruction)).all() == []


def test_receipt_and_what_was_done_close_an_order(incident: Incident) -> None:
    row = given(incident, due_at=NOW + HOUR)
    officer = actor("officer")
    assert [view.row.id for view in instructions.open_of(officer, incident.case_no)] == [row.id]
    instruction_steps.acknowledge(incident.case_no, row.id, by="孙", at=NOW + MINUTE, actor=officer, now=LATER)
    instruction_steps.finish(
        incident.case_no, row.id, by="孙", text="闸门已关", at=NOW + 2 * MINUTE, actor=officer, now=LATER
    )
    assert instructions.open_of(officer, incident.case_no) == []
    assert kinds(incident, "instruction.") == ["instruction.given", "instruction.received", "instruction.done"]


def test_what_is_open_comes_by_its_time_and_what_has_none_last(incident: Incident) -> None:
    late, none, soon = (given(incident, due_at=due) for due in (NOW + 3 * HOUR, None, NOW + HOUR))
    order = [view.row.id for view in instructions.open_of(actor("officer"), incident.case_no)]
    assert order == [soon.id, late.id, none.id]


def test_a_step_is_taken_once_and_another_one_is_refused(incident: Incident) -> None:
    row, officer = given(incident), actor("officer")

    def receipt(by: str, at: Any = NOW + MINUTE) -> Any:
        return instruction_steps.acknowledge(incident.case_no, row.id, by=by, at=at, actor=officer, now=LATER)

    with pytest.raises(NameMissing):
        receipt("")
    with pytest.raises(TimesReversed):
        receipt("孙", NOW - HOUR)
    with pytest.raises(TimeInFuture):
        receipt("孙", LATER + HOUR)
    receipt("孙")
    receipt("孙")
    assert kinds(incident, "instruction.received") == ["instruction.received"]
    with pytest.raises(StepRecorded):
        receipt("钱")
    with pytest.raises(TextMissing):
        instruction_steps.finish(incident.case_no, row.id, by="孙", text=" ", at=NOW, actor=officer, now=LATER)


def test_a_leaders_word_stays_open_until_the_leader_was_told(incident: Incident) -> None:
    row, officer = given(incident, "written_word", due_at=NOW + HOUR), actor("officer")

    def back() -> Any:
        return instruction_steps.report_back(
            incident.case_no, row.id, by="王", text="已办", how=PassedHow.PHONE, at=LATER, actor=officer, now=LATER
        )

    with pytest.raises(NotDoneYet):
        back()
    instruction_steps.finish(incident.case_no, row.id, by="孙", text="已关", at=NOW, actor=officer, now=LATER)
    assert len(instructions.open_of(officer, incident.case_no)) == 1
    back()
    view = instructions.one(officer, incident.case_no, row.id)
    assert (view.life.is_open, view.life.is_late()) == (False, True)
    order = given(incident)
    with pytest.raises(NotReportedBack):
        instruction_steps.report_back(
            incident.case_no, order.id, by="王", text="", how=None, at=NOW, actor=officer, now=LATER
        )


def test_an_oral_word_leaves_a_task_until_it_stands_in_writing(incident: Incident) -> None:
    officer = actor("officer")
    row = given(incident, "oral_word")
    assert row.hearer == "王值班"

    def task() -> Task:
        db.session.rollback()
        return db.session.scalars(select(Task).where(Task.kind == "confirm_oral")).one()

    def confirm(instruction_id: int) -> Any:
        return instruction_steps.confirm(
            incident.case_no, instruction_id, by="陈市长", at=NOW, file_sha256=None, actor=officer, now=LATER
        )

    assert task().done_at is None
    confirm(row.id)
    assert task().done_at is not None
    instruction_steps.take_back_step(
        incident.case_no, row.id, InstructionStep.CONFIRMATION, reason="看错", actor=officer, now=LATER
    )
    assert task().done_at is None
    with pytest.raises(NotOral):
        confirm(given(incident, "written_word").id)


def test_a_wrong_entry_is_taken_back_with_a_reason(incident: Incident) -> None:
    row, officer = given(incident), actor("officer")

    def back(reason: str = "记错", step: InstructionStep = InstructionStep.DONE) -> Any:
        return instruction_steps.take_back_step(incident.case_no, row.id, step, reason=reason, actor=officer, now=LATER)

    with pytest.raises(StepNotRecorded):
        back()
    instruction_steps.finish(incident.case_no, row.id, by="孙", text="已关", at=NOW, actor=officer, now=LATER)
    with pytest.raises(TakeBackReasonMissing):
        back("")
    back()
    assert len(instructions.open_of(officer, incident.case_no)) == 1
    instruction_steps.take_back(incident.case_no, row.id, reason="重复", actor=officer, now=LATER)
    assert instructions.open_of(officer, incident.case_no) == []
    with pytest.raises(InstructionWithdrawn):
        instruction_steps.acknowledge(incident.case_no, row.id, by="孙", at=NOW, actor=officer, now=LATER)
    assert given(incident).number == 2


def test_only_the_office_that_gave_it_takes_it_back(incident: Incident) -> None:
    row = given(incident, login="province")
    with pytest.raises(NotAllowed):
        instruction_steps.take_back(incident.case_no, row.id, reason="x", actor=actor("officer"), now=LATER)
    instruction_steps.acknowledge(incident.case_no, row.id, by="孙", at=NOW + MINUTE, actor=actor("officer"), now=LATER)


def test_another_office_finds_no_instruction(incident: Incident) -> None:
    row = given(incident)
    for ask in (
        lambda: instructions.all_of(actor("stranger"), incident.case_no),
        lambda: instructions.open_of(actor("stranger"), incident.case_no),
        lambda: instructions.one(actor("stranger"), incident.case_no, row.id),
    ):
        with pytest.raises(NotFound):
            ask()


# --- response -----------------------------------------------------------------------------------------


def act(incident: Incident, subject: str, step: str, level: str = "", at: Any = NOW, **said: str) -> Any:
    return response.record(
        incident.case_no, ResponseSubject(subject), ResponseStep(step), {"body": "十堰市人民政府", **said},
        level=level, at=at, actor=actor("officer"), now=LATER,
    )  # fmt: skip


def test_the_end_of_the_emergency_starts_the_investigation_and_taking_it_back_voids_it(incident: Incident) -> None:
    grading.judge(incident.case_no, "III", basis="专家意见", actor=actor("officer"), now=NOW)
    act(incident, "response", "started", "III", document_no="十政办〔2026〕1号")
    assert facts.newest(incident.id, "response_started") is not None
    assert state(incident, "P2") is None
    row = act(incident, "response", "ended", at=NOW + HOUR)
    assert state(incident, "P2") is ClockState.RUNNING
    response.take_back(incident.case_no, row.id, reason="应急尚未终止", actor=actor("officer"), now=LATER)
    assert state(incident, "P2") is ClockState.VOID
    assert facts.newest(incident.id, "emergency_ended") is None
    assert kinds(incident, "response.") == ["response.recorded", "response.recorded", "response.withdrawn"]


def test_the_end_of_the_disposal_starts_result_report_and_assessment(incident: Incident) -> None:
    grading.judge(incident.case_no, "IV", basis="专家意见", actor=actor("officer"), now=NOW)
    act(incident, "disposal", "ended")
    assert {state(incident, "P3"), state(incident, "R7")} <= {ClockState.RUNNING, ClockState.NO_LIMIT}


def test_the_same_act_again_is_one_and_another_start_is_refused(incident: Incident) -> None:
    assert act(incident, "response", "started", "III").id == act(incident, "response", "started", "III").id
    with pytest.raises(RunsAlready):
        act(incident, "response", "started", "II", at=NOW + HOUR)
    with pytest.raises(BodyMissing):
        act(incident, "warning", "started", "RED", body="")
    with pytest.raises(LevelMissing):
        act(incident, "warning", "started", "III")
    with pytest.raises(TimeInFuture):
        act(incident, "warning", "started", "RED", at=LATER + HOUR)


def test_a_change_and_a_warning_move_no_clock(incident: Incident) -> None:
    act(incident, "response", "started", "IV")
    act(incident, "response", "changed", "III", at=NOW + MINUTE)
    act(incident, "warning", "started", "ORANGE")
    view = response.of_case(actor("officer"), incident.case_no)
    assert view.runs(ResponseSubject.RESPONSE)
    assert view.current[ResponseSubject.RESPONSE].level == "III"
    assert len(facts.history(incident.id, "response_started")) == 1


def test_taking_an_act_back_needs_a_reason_and_the_office_that_wrote_it(incident: Incident) -> None:
    row = act(incident, "response", "started", "III")
    with pytest.raises(TakeBackReasonMissing):
        response.take_back(incident.case_no, row.id, reason="", actor=actor("officer"), now=LATER)
    with pytest.raises(NotFound):
        response.take_back(incident.case_no, row.id, reason="x", actor=actor("stranger"), now=LATER)


# --- heads at the scene -------------------------------------------------------------------------------


def go(incident: Incident, step: str, name: str = "周局长", at: Any = NOW + MINUTE, **more: Any) -> Any:
    return scene.record(incident.case_no, SceneStep(step), name=name, at=at, actor=actor("officer"), now=LATER, **more)


def met(incident: Incident, rule: str) -> Any:
    lines = clocks.clocks_of(actor("officer"), incident.case_no)
    return next((one.clock.met_at for one in lines if one.clock.rule_id == rule), "no clock")


@pytest.fixture
def owed(incident: Incident) -> Incident:
    """A case of grade III: H1 is owed by the prefecture bureau."""
    grading.judge(incident.case_no, "III", basis="专家意见", actor=actor("officer"), now=NOW)
    assert met(incident, "H1") is None
    return incident


def test_departed_and_arrived_meet_the_duty_at_the_arrival(owed: Incident) -> None:
    first = go(owed, "departed")
    assert met(owed, "H1") is None
    assert go(owed, "arrived", at=NOW + HOUR).id == first.id
    assert met(owed, "H1") == NOW + HOUR
    assert kinds(owed, "scene.") == ["scene.departed", "scene.arrived"]


def test_who_acts_for_the_head_meets_it_with_the_reason(owed: Incident) -> None:
    with pytest.raises(DeputyReasonMissing):
        go(owed, "deputy_named", name="吴副局长")
    go(owed, "deputy_named", name="吴副局长", reason="局长在外地出差")
    assert met(owed, "H1") == NOW + MINUTE


def test_an_entry_taken_back_opens_the_duty_again(owed: Incident) -> None:
    go(owed, "departed")
    row = go(owed, "arrived", at=NOW + HOUR)
    scene.take_back(owed.case_no, row.id, reason="不是局长", actor=actor("officer"), now=LATER)
    assert met(owed, "H1") is None
    with pytest.raises(TakeBackReasonMissing):
        scene.take_back(owed.case_no, row.id, reason=" ", actor=actor("officer"), now=LATER)


def test_a_head_who_is_there_already_meets_a_duty_that_begins_later(incident: Incident) -> None:
    go(incident, "departed", at=NOW)
    row = go(incident, "arrived", at=NOW + MINUTE)
    grading.judge(incident.case_no, "III", basis="专家意见", actor=actor("officer"), now=NOW + HOUR)
    assert met(incident, "H1") is None
    go(incident, "present", at=LATER, journey_id=row.id)
    assert met(incident, "H1") == LATER


def test_the_way_of_a_head_is_refused_where_it_cannot_be(owed: Incident) -> None:
    with pytest.raises(NameMissing):
        go(owed, "departed", name="")
    with pytest.raises(TimeInFuture):
        go(owed, "departed", at=LATER + HOUR)
    with pytest.raises(NoDutyOfThisOffice):
        go(owed, "departed", head_office="420302")
    row = go(owed, "departed", at=NOW + HOUR)
    with pytest.raises(TimesReversed):
        go(owed, "arrived", at=NOW)
    with pytest.raises(NotArrivedYet):
        go(owed, "present", journey_id=row.id)
    with pytest.raises(NotFound):
        go(owed, "arrived", journey_id=999)


def test_the_head_of_the_province_meets_h4_and_not_h1(incident: Incident) -> None:
    grading.judge(incident.case_no, "II", basis="专家意见", actor=actor("officer"), now=NOW)
    facts_of_province(incident)
    assert met(incident, "H4") is None
    go(incident, "departed", name="厅长", head_office="420000")
    go(incident, "arrived", name="厅长", head_office="420000", at=LATER)
    assert (met(incident, "H4"), met(incident, "H1")) == (LATER, None)


def facts_of_province(incident: Incident) -> None:
    from incident_desk.services.cases import fact_recording

    fact_recording.record_fact(incident.case_no, "province_received", {}, at=NOW, actor=actor("officer"), now=LATER)


# --- minutes ------------------------------------------------------------------------------------------


def met_on(incident: Incident, *decisions: Decision, **more: Any) -> Any:
    said = {"title": "第一次会议", "chair": "陈市长", "present": "陈市长、周局长", "text": "研究处置", **more}
    return minutes.record(incident.case_no, said, decisions, held_at=NOW, actor=actor("officer"), now=LATER)


def test_a_decision_becomes_an_order_to_its_group_once(incident: Incident) -> None:
    set_up(incident)
    group = headquarters.name_group(
        incident.case_no, GroupKind.DISPOSAL, {"head_name": "周", "head_phone": "+8610000000044"},
        actor=actor("officer"), now=LATER,
    )  # fmt: skip
    row = met_on(incident, Decision("设置三道拦截坝", "污染处置组", NOW + 3 * HOUR))
    order = minutes.order_from(incident.case_no, 1, row.decisions[0].id, actor=actor("officer"), now=LATER)
    assert (order.number, order.text, order.group_id, order.due_at) == (1, "设置三道拦截坝", group.id, NOW + 3 * HOUR)
    assert (order.given_by, order.to_phone) == ("陈市长", "+8610000000044")
    again = minutes.order_from(incident.case_no, 1, row.decisions[0].id, actor=actor("officer"), now=LATER)
    assert again.id == order.id


def test_a_decision_that_nobody_carries_out_is_asked_for(incident: Incident) -> None:
    row = met_on(incident, Decision("加密监测"))
    with pytest.raises(ReceiverMissing):
        minutes.order_from(incident.case_no, 1, row.decisions[0].id, actor=actor("officer"), now=LATER)


def test_minutes_are_numbered_and_the_same_twice_are_one(incident: Incident) -> None:
    first, second = met_on(incident, Decision("甲", "水利局")), met_on(incident, Decision("甲", "水利局"))
    assert first.id == second.id
    assert met_on(incident, Decision("乙", "水利局")).number == 2
    with pytest.raises(NothingDecided):
        met_on(incident, text="")


def test_minutes_taken_back_give_no_order(incident: Incident) -> None:
    row = met_on(incident, Decision("甲", "水利局"))
    with pytest.raises(TakeBackReasonMissing):
        minutes.take_back(incident.case_no, 1, reason="", actor=actor("officer"), now=LATER)
    minutes.take_back(incident.case_no, 1, reason="记错", actor=actor("officer"), now=LATER)
    with pytest.raises(MinutesWithdrawn):
        minutes.order_from(incident.case_no, 1, row.decisions[0].id, actor=actor("officer"), now=LATER)
    with pytest.raises(NotFound):
        minutes.order_from(incident.case_no, 1, 999, actor=actor("officer"), now=LATER)


def test_a_file_lies_with_its_minutes(incident: Incident) -> None:
    sha256 = command_rows.keep_file(io.BytesIO(b"%PDF-1.7 minutes"))
    row = minutes.record(
        incident.case_no, {}, (), held_at=NOW, actor=actor("officer"), now=LATER, file_sha256=sha256,
        file_name="纪要.pdf",
    )  # fmt: skip
    path, name = minutes.file_of(minutes.one(actor("officer"), incident.case_no, row.number))
    assert (path.read_bytes(), name) == (b"%PDF-1.7 minutes", "纪要.pdf")
    with pytest.raises(NotFound):
        minutes.one(actor("stranger"), incident.case_no, row.number)
    assert scope.incident(actor("officer"), incident.case_no)
