"""Command by its rules alone: due times, lives of instructions, the order of a response, ways to the scene."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from incident_desk.domain.calls.spoken_times import TimeUnreadable
from incident_desk.domain.china_time import CHINA, local_minute
from incident_desk.domain.command.due_times import DueBeforeGiven, check_due, read_due
from incident_desk.domain.command.instructions import InstructionKind, InstructionLife, InstructionState
from incident_desk.domain.command.minutes import MOST_DECISIONS, TooManyDecisions, read_decisions
from incident_desk.domain.command.papers import (
    Paper,
    PaperGap,
    PaperKind,
    PaperState,
    met_at,
    paper_from,
    state_of,
    title_of,
)
from incident_desk.domain.command.response import (
    DisposalOnlyEnds,
    DoesNotRun,
    EndedAlready,
    LevelMissing,
    ResponseMove,
    ResponseStep,
    ResponseSubject,
    RunsAlready,
    check_move,
    standing,
)
from incident_desk.domain.command.scene import Journey, NoDutyOfThisOffice, check_journey, rules_of
from incident_desk.domain.command.words import (
    CommandTextTooLong,
    TakeBackReasonMissing,
    TimesReversed,
    clean,
    reason_of,
)
from incident_desk.domain.law.legal_codes import Recipient
from incident_desk.domain.offices import OfficeLevel
from incident_desk.domain.reports.sign_off import Delivery, DeliveryChannel, Signature, SignManner, SignOff
from tests.conftest import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("04:30", "2026-11-21 04:30"),
        ("02:00", "2026-11-22 02:00"),
        ("0300", "2026-11-21 03:00"),
        ("2小时内", "2026-11-21 04:45"),
        ("两小时", "2026-11-21 04:45"),
        ("半小时内", "2026-11-21 03:15"),
        ("30分钟后", "2026-11-21 03:15"),
        ("in 2 h", "2026-11-21 04:45"),
        ("三天内", "2026-11-24 02:45"),
        ("明天8点", "2026-11-22 08:00"),
        ("明晚8点", "2026-11-22 20:00"),
        ("后天", "2026-11-23 18:00"),
        ("11-21 18:00", "2026-11-21 18:00"),
    ],
)
def test_a_due_time_is_read_as_one_says_it(said: str, due: str) -> None:
    found = read_due(said, now=NOW)
    assert found is not None
    assert local_minute(found) == due


def test_nothing_said_is_no_due_time() -> None:
    assert read_due("  ", now=NOW) is None


@pytest.mark.parametrize("said", ["尽快", "99999999小时内", "x" * 200])
def test_a_due_time_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(TimeUnreadable):
        read_due(said, now=NOW)


def test_nothing_is_due_before_it_was_given() -> None:
    check_due(None, given_at=NOW)
    check_due(NOW + MINUTE, given_at=NOW)
    with pytest.raises(DueBeforeGiven):
        check_due(NOW, given_at=NOW)


def test_an_order_ends_when_done_and_a_leaders_word_when_reported_back() -> None:
    done = {"given_at": NOW, "due_at": NOW + HOUR, "done_at": NOW + MINUTE}
    assert not InstructionLife(InstructionKind.COMMAND, **done).is_open
    word = InstructionLife(InstructionKind.WRITTEN_WORD, **done)
    assert (word.state(), word.is_open) == (InstructionState.DONE, True)
    told = InstructionLife(InstructionKind.WRITTEN_WORD, **done, reported_at=NOW + 2 * MINUTE)
    assert (told.state(), told.is_open) == (InstructionState.REPORTED_BACK, False)


def test_what_is_open_past_its_time_is_overdue_and_stays_late_when_closed() -> None:
    life = InstructionLife(InstructionKind.COMMAND, NOW, NOW + HOUR, received_at=NOW)
    assert life.state() is InstructionState.RECEIVED
    assert not life.is_overdue(NOW + HOUR)
    assert life.is_overdue(NOW + HOUR + MINUTE)
    late = InstructionLife(InstructionKind.COMMAND, NOW, NOW + HOUR, done_at=NOW + 2 * HOUR)
    assert not late.is_overdue(NOW + 3 * HOUR)
    assert late.is_late()


def test_what_was_taken_back_is_neither_open_nor_late() -> None:
    life = InstructionLife(InstructionKind.COMMAND, NOW, NOW + HOUR, withdrawn_at=NOW + 2 * HOUR)
    assert (life.state(), life.is_open, life.is_late()) == (InstructionState.WITHDRAWN, False, False)


def move(subject: str, step: str, level: str = "III", after: timedelta = timedelta()) -> ResponseMove:
    return ResponseMove(ResponseSubject(subject), ResponseStep(step), level, NOW + after)


@pytest.mark.parametrize(
    ("wanted", "known", "refused"),
    [
        (move("response", "started", ""), [], LevelMissing),
        (move("disposal", "started"), [], DisposalOnlyEnds),
        (move("response", "changed", "II"), [], DoesNotRun),
        (move("warning", "ended", ""), [], DoesNotRun),
        (move("response", "started", after=HOUR), [move("response", "started")], RunsAlready),
        (move("response", "ended", "", HOUR), [move("response", "ended", "")], EndedAlready),
        (move("response", "ended", "", -HOUR), [move("response", "started")], TimesReversed),
    ],
)
def test_an_act_that_does_not_fit_is_refused(
    wanted: ResponseMove, known: list[ResponseMove], refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        check_move(wanted, known)


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        (move("response", "started"), []),
        (move("response", "ended", ""), []),
        (move("disposal", "ended", ""), []),
        (move("response", "changed", "II", HOUR), [move("response", "started")]),
        (move("response", "started", "IV", HOUR), [move("response", "ended", "")]),
        (move("warning", "started", "RED"), [move("response", "started")]),
    ],
)
def test_an_act_that_fits_is_taken(wanted: ResponseMove, known: list[ResponseMove]) -> None:
    check_move(wanted, known)
    assert standing([*known, wanted], wanted.subject) == wanted


def test_a_way_meets_its_duty_with_both_times_or_by_a_deputy_of_the_prefecture() -> None:
    assert Journey(departed_at=NOW).met_at("H1") == ()
    assert Journey(arrived_at=NOW).met_at("H1") == ()
    assert Journey(NOW, NOW + HOUR).met_at("H4") == (NOW + HOUR,)
    assert Journey(deputy_named_at=NOW).met_at("H2") == (NOW,)
    assert Journey(deputy_named_at=NOW).met_at("H4") == ()
    assert Journey(NOW, NOW + HOUR, present_at=NOW + 2 * HOUR).met_at("H3") == (NOW + HOUR, NOW + 2 * HOUR)


def test_a_county_branch_owes_no_head_and_nobody_arrives_before_departing() -> None:
    assert rules_of(OfficeLevel.PREFECTURE) == rules_of(OfficeLevel.PROVINCE_ADMINISTERED) == ("H1", "H2", "H3")
    assert rules_of(OfficeLevel.PROVINCE) == ("H4",)
    with pytest.raises(NoDutyOfThisOffice):
        rules_of(OfficeLevel.COUNTY)
    with pytest.raises(TimesReversed):
        check_journey(NOW, NOW - MINUTE)


def paper(**more: object) -> Paper:
    said = {
        "kind": PaperKind.RESPONSE_START, "case_no": "420300-2026-0001", "exercise": False, "number": 1,
        "office_name": "十堰市生态环境局", "addressee": "十堰市人民政府", "title": "关于启动应急响应的请示",
        "text": "一、基本情况", "contact": "王", "contact_phone": "", "made_at": NOW, **more,
    }  # fmt: skip
    return Paper(**said)  # type: ignore[arg-type]


def test_a_paper_is_read_back_from_its_snapshot_and_every_word_is_in_its_digest() -> None:
    import json

    assert paper_from(json.loads(paper().snapshot())) == paper()
    assert len({paper(**{name: "别的"}).digest() for name in ("title", "text", "addressee", "contact")}) == 4
    assert paper().digest() == paper().digest()


def test_gaps_of_a_paper_are_named() -> None:
    assert paper().gaps() == ()
    assert paper(text="建议启动［写明级别］级响应").gaps() == (PaperGap.BLANKS_LEFT,)
    assert paper(text="人员情况正在核实", addressee=" ", exercise=True).gaps() == (
        PaperGap.NO_ADDRESSEE, PaperGap.BEING_VERIFIED, PaperGap.NO_EXERCISE_MARK,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (PaperKind.RESPONSE_START, "关于启动十堰市涉苯胺突发环境事件应急响应的请示"),
        (PaperKind.NEIGHBOUR_NOTICE, "关于向相邻地区人民政府通报十堰市涉苯胺突发环境事件情况的请示"),
    ],
)
def test_the_title_asks_for_what_it_is_about(kind: PaperKind, title: str) -> None:
    assert title_of(kind, region="十堰市", substances=["苯胺"], exercise=False) == title
    assert title_of(kind, region="十堰市", substances=["苯胺"], exercise=True) == f"【演练】{title}"


def signed(at: datetime = NOW, digest: str = "d") -> Signature:
    return Signature(SignManner.FINGER, "赵带班", at, "赵带班", digest, image_sha256="0" * 64)


def reached(at: datetime = NOW + HOUR, receiver: str | None = "陈") -> Delivery:
    return Delivery(Recipient.OWN_GOVERNMENT, DeliveryChannel.PHONE, at, "person:1", receiver)


def test_the_duty_to_propose_is_met_by_a_signed_proposal_that_arrived() -> None:
    assert met_at(PaperKind.DISPOSAL, signed(), reached(), "d") == NOW + HOUR
    assert met_at(PaperKind.DISPOSAL, signed(NOW + 2 * HOUR), reached(), "d") == NOW + 2 * HOUR
    assert met_at(PaperKind.DISPOSAL, None, reached(), "d") is None
    assert met_at(PaperKind.DISPOSAL, signed(), None, "d") is None
    assert met_at(PaperKind.DISPOSAL, signed(), reached(receiver=None), "d") is None
    assert met_at(PaperKind.DISPOSAL, signed(digest="other"), reached(), "d") is None
    assert met_at(PaperKind.RESPONSE_END, signed(), reached(), "d") is None


def test_a_paper_is_as_far_as_its_last_act() -> None:
    sign_off = SignOff(NOW, "d", signature=signed())
    acts = {"sent_at": None, "answered_at": None, "dropped_at": None}
    assert state_of(SignOff(NOW, "d"), **acts) is PaperState.DRAFTED
    assert state_of(sign_off, **acts) is PaperState.SIGNED
    assert state_of(SignOff(NOW, "d"), **{**acts, "sent_at": NOW}) is PaperState.SENT
    assert state_of(sign_off, **{**acts, "sent_at": NOW, "answered_at": NOW}) is PaperState.ANSWERED
    assert state_of(sign_off, **{**acts, "dropped_at": NOW}) is PaperState.DROPPED


def test_decisions_are_read_row_by_row_and_an_empty_row_is_none() -> None:
    form = {
        "decision-1-text": "关闭闸门", "decision-1-to": "水利局", "decision-1-due": "2小时内",
        "decision-0-text": "设置拦截坝", "decision-4-to": "污染处置组", "title": "第一次会议",
    }  # fmt: skip
    first, second = read_decisions(form, held_at=NOW)
    assert (first.text, first.to, first.due_at) == ("设置拦截坝", "", None)
    assert (second.text, second.to, second.due_at) == ("关闭闸门", "水利局", NOW + 2 * HOUR)


def test_a_decision_that_cannot_be_read_names_its_row() -> None:
    with pytest.raises(TimeUnreadable) as refused:
        read_decisions({"decision-3-text": "关闸", "decision-3-due": "尽快"}, held_at=NOW)
    assert refused.value.field == "decision-3-due"
    with pytest.raises(TooManyDecisions):
        read_decisions({f"decision-{row}-text": "x" for row in range(MOST_DECISIONS + 1)}, held_at=NOW)


def test_words_are_kept_but_never_cut() -> None:
    assert clean({"text": " 关闸。\r\n立即\x00 "}, {"text": 10}) == {"text": "关闸。\n立即"}
    with pytest.raises(CommandTextTooLong) as refused:
        clean({"text": "长" * 11}, {"text": 10})
    assert refused.value.field == "text"
    with pytest.raises(TakeBackReasonMissing):
        reason_of("  ")


def test_the_day_of_tomorrow_is_that_of_the_office() -> None:
    just_after_midnight = datetime(2026, 11, 21, 0, 30, tzinfo=CHINA)
    assert local_minute(read_due("明天8点", now=just_after_midnight) or NOW) == "2026-11-22 08:00"
