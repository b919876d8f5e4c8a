"""Notices to neighbours on record: who is affected, what is printed, what meets R8, what the own government is told."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import ClockState
from incident_desk.domain.neighbours.advice import AdviceNamesNobody, AdviceReceiverMissing, AdviceTextMissing
from incident_desk.domain.neighbours.affected import AlreadyAffected, NeighbourWasTold, NotANeighbour
from incident_desk.domain.neighbours.notices import (
    NoticeDropped,
    NoticeField,
    NoticeIsFixed,
    NoticeNotSent,
    NoticeTextTooLong,
    NoticeWay,
    ReplyMissing,
)
from incident_desk.domain.reports.reporting import VERIFYING
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, JournalEntry
from incident_desk.services import scope
from incident_desk.services.calls import call_taking, corrections
from incident_desk.services.law import clocks
from incident_desk.services.neighbours import advice, affected, notice_acts, notice_papers, notice_rows, notices
from incident_desk.services.neighbours.advice import Advising
from incident_desk.services.neighbours.notice_acts import Giving
from incident_desk.services.water import tracing
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

pytestmark = pytest.mark.usefixtures("app_context")

XIANGYANG = "420600"
HAN_RIVER = {"coordinates": "111.55, 32.47", "water_body": "汉江", "place_text": "汉江某码头"}
"""Below the Danjiangkou dam, some kilometres above the border to Xiangyang."""
ELSEWHERE = {"coordinates": "111.28, 30.70", "water_body": "长江", "place_text": "长江某码头"}
"""On the Yangtze, whose water never comes to Xiangyang."""


@pytest.fixture
def officer(app_context: Any) -> Any:
    return actor("officer")


@pytest.fixture
def case_no(officer: Any) -> str:
    number = call_taking.take_call(sheet(**HAN_RIVER), actor=officer, now=NOW).case_no
    tracing.run(number, actor=officer, now=NOW)
    return number


def incident_of(case_no: str) -> Incident:
    return scope.incident(actor("officer"), case_no)


def r8(case_no: str, code: str = XIANGYANG) -> Any:
    lines = clocks.clocks_of(actor("officer"), case_no)
    return next((one.clock for one in lines if one.clock.rule_id == "R8" and code in one.clock.recipients), None)


def kinds(case_no: str) -> list[str]:
    query = select(JournalEntry.kind).where(JournalEntry.case_no == case_no).order_by(JournalEntry.seq)
    return list(db.session.scalars(query))


def call(**more: Any) -> Giving:
    said = {"number_rung": "+8610000000391", "answered_by": "韩值班", "read_back": "汉江、苯胺、谷城断面"}
    return Giving(**{"way": NoticeWay.CALL, "at": NOW, **said, **more})


def test_a_trace_names_the_neighbour_and_its_duty_begins(case_no: str) -> None:
    found = affected.all_of(incident_of(case_no))
    assert found[0].code == XIANGYANG
    assert found[0].by_river
    assert found[0].way_in is not None
    assert "谷城" in found[0].way_in.place
    assert r8(case_no).state(NOW) is ClockState.NO_LIMIT


def test_a_trace_that_no_longer_reaches_takes_the_neighbour_off_again(case_no: str, officer: Any) -> None:
    corrections.edit_sheet(case_no, ELSEWHERE, actor=officer, now=NOW)
    tracing.run(case_no, actor=officer, now=NOW)
    assert XIANGYANG not in {one.code for one in affected.all_of(incident_of(case_no))}
    assert r8(case_no).state(NOW) is ClockState.VOID
    assert "neighbour.withdrawn" in kinds(case_no)


def test_one_that_was_told_stays_on_the_list_whatever_the_next_trace_says(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    notice_acts.give(case_no, 1, call(), actor=officer, now=NOW)
    corrections.edit_sheet(case_no, ELSEWHERE, actor=officer, now=NOW)
    tracing.run(case_no, actor=officer, now=NOW)
    assert XIANGYANG in {one.code for one in affected.all_of(incident_of(case_no))}


def test_a_person_may_add_a_neighbour_of_another_province_and_take_it_off(case_no: str, officer: Any) -> None:
    affected.add(case_no, "411300", actor=officer, now=NOW)
    assert r8(case_no, "411300") is not None
    with pytest.raises(AlreadyAffected):
        affected.add(case_no, "411300", actor=officer, now=NOW)
    affected.withdraw(case_no, "411300", actor=officer, now=NOW)
    assert r8(case_no, "411300").state(NOW) is ClockState.VOID
    with pytest.raises(NotFound):
        affected.withdraw(case_no, "411300", actor=officer, now=NOW)


@pytest.mark.parametrize("code", ["420300", "420302", "420000"])
def test_the_office_and_whoever_stands_in_line_with_it_is_no_neighbour(case_no: str, officer: Any, code: str) -> None:
    with pytest.raises(NotANeighbour):
        affected.add(case_no, code, actor=officer, now=NOW)
    with pytest.raises(NotANeighbour):
        notices.begin(case_no, code, actor=officer, now=NOW)


def test_a_neighbour_that_was_told_is_not_taken_off(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    notice_acts.give(case_no, 1, call(), actor=officer, now=NOW)
    with pytest.raises(NeighbourWasTold):
        affected.withdraw(case_no, XIANGYANG, actor=officer, now=NOW)


def test_a_person_chooses_among_the_offices_beside_the_own(case_no: str) -> None:
    found = dict(affected.candidates(incident_of(case_no)))
    assert "411300" in found
    assert XIANGYANG not in found, "it is on the list already"
    province = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("province"), now=NOW)
    beyond = dict(affected.candidates(province))
    assert {"410000", "500000"} <= set(beyond)
    assert not {code for code in beyond if code.startswith("42")}


def test_the_notice_is_filled_from_the_case(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    notice = notice_rows.one(officer, case_no, 1).notice
    texts = {line.field: line.text for line in notice.lines}
    assert notice.to_name == "襄阳市生态环境局"
    assert notice.from_name == "十堰市生态环境局"
    assert texts[NoticeField.WATER_BODY] == "汉江"
    assert texts[NoticeField.PARAMETER] == "苯胺"
    assert "谷城" in texts[NoticeField.SECTION]
    assert "最可能" in texts[NoticeField.ARRIVAL]
    assert texts[NoticeField.MEASURED] == VERIFYING
    assert "0.1mg/L" in texts[NoticeField.LIMIT]
    assert notice.missing() == (NoticeField.MEASURED, NoticeField.MEASURES, NoticeField.CONTACT_PHONE)
    assert "刘某" not in str(notice.snapshot(), "utf-8")


def test_nothing_known_is_no_barrier(officer: Any) -> None:
    number = call_taking.take_call(sheet(NOTHING_KNOWN), actor=officer, now=NOW).case_no
    notices.begin(number, XIANGYANG, actor=officer, now=NOW)
    notice_acts.give(number, 1, call(), actor=officer, now=NOW)
    view = notice_rows.one(officer, number, 1)
    text = "\n".join(part.text for part in Document(io.BytesIO(notice_papers.letter(view))).paragraphs)
    assert text.count(VERIFYING) >= 5
    assert view.told_at == NOW


def test_a_call_that_was_answered_and_read_back_meets_the_duty(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    at = NOW + timedelta(minutes=3)
    notice_acts.give(case_no, 1, call(at=at), actor=officer, now=at)
    clock = r8(case_no)
    assert clock.met_at == at
    fact = db.session.scalars(select(FactRecord).where(FactRecord.kind == "neighbour_noticed")).one()
    assert fact.data == {"office": XIANGYANG}
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "notice.given")).one()
    assert "韩值班" not in entry.data
    assert "汉江" not in entry.data
    assert "clock.met" in kinds(case_no)


@pytest.mark.parametrize(
    "giving",
    [call(answered_by="", read_back=""), Giving(NoticeWay.FAX, NOW), Giving(NoticeWay.LETTER, NOW)],
    ids=["nobody answered", "fax without receipt", "letter without receipt"],
)
def test_what_nobody_received_is_recorded_and_does_not_meet_it(case_no: str, officer: Any, giving: Giving) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    notice_acts.give(case_no, 1, giving, actor=officer, now=NOW)
    view = notice_rows.one(officer, case_no, 1)
    assert len(view.acts) == 1
    assert view.acts[0].act.gaps()
    assert view.told_at is None
    assert r8(case_no).met_at is None


def test_a_fax_counts_from_when_it_was_received(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    received = NOW + timedelta(minutes=9)
    giving = Giving(NoticeWay.FAX, NOW, answered_by="襄阳值班", received_at=received)
    notice_acts.give(case_no, 1, giving, actor=officer, now=received)
    assert r8(case_no).met_at == received


def test_the_same_act_sent_twice_is_one(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    first = notice_acts.give(case_no, 1, call(), actor=officer, now=NOW)
    again = notice_acts.give(case_no, 1, call(), actor=officer, now=NOW + timedelta(seconds=5))
    assert again.id == first.id


def test_an_entry_taken_back_opens_the_duty_again(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    act = notice_acts.give(case_no, 1, call(), actor=officer, now=NOW)
    with pytest.raises(DomainError) as refused:
        notice_acts.take_back(case_no, 1, act.id, reason=" ", actor=officer, now=NOW)
    assert refused.value.code == "take_back_reason_missing"
    notice_acts.take_back(case_no, 1, act.id, reason="打错了", actor=officer, now=NOW)
    assert r8(case_no).met_at is None
    assert r8(case_no).state(NOW) is ClockState.NO_LIMIT
    assert notice_rows.one(officer, case_no, 1).told_at is None


def test_own_words_stand_before_the_case_until_they_are_emptied(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    notices.word(case_no, 1, {"measured": "苯胺0.35mg/L", "event": ""}, actor=officer, now=NOW)
    view = notice_rows.one(officer, case_no, 1)
    assert view.notice.line(NoticeField.MEASURED).text == "苯胺0.35mg/L"
    assert view.row.texts == {"measured": "苯胺0.35mg/L"}
    notices.word(case_no, 1, {"measured": ""}, actor=officer, now=NOW)
    assert notice_rows.one(officer, case_no, 1).notice.line(NoticeField.MEASURED).text == VERIFYING


def test_an_edit_of_an_older_version_is_refused_with_both(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    notices.word(case_no, 1, {"measured": "甲"}, actor=officer, now=NOW, expected_version=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        notices.word(case_no, 1, {"measured": "乙"}, actor=officer, now=NOW, expected_version=1)
    assert refused.value.params["current"]["measured"] == "甲"


def test_words_beyond_a_line_are_refused_and_named(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    with pytest.raises(NoticeTextTooLong) as refused:
        notices.word(case_no, 1, {"event": "长" * 2001}, actor=officer, now=NOW)
    assert refused.value.field == "event"


def test_what_went_out_stays_and_a_further_notice_follows_it(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    assert notices.begin(case_no, XIANGYANG, actor=officer, now=NOW).number == 1, "the open draft is brought up to date"
    notice_acts.give(case_no, 1, call(), actor=officer, now=NOW)
    before = notice_papers.letter(notice_rows.one(officer, case_no, 1))
    for act in (notices.refresh, notices.drop):
        with pytest.raises(NoticeIsFixed):
            act(case_no, 1, actor=officer, now=NOW)
    further = notices.begin(case_no, XIANGYANG, actor=officer, now=NOW + timedelta(hours=1))
    assert (further.number, notice_rows.one(officer, case_no, 2).notice.follows) == (2, 1)
    assert "续报" in notice_rows.one(officer, case_no, 2).notice.title
    assert notice_papers.letter(notice_rows.one(officer, case_no, 1)) == before


def test_a_draft_given_up_is_not_given(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    notices.drop(case_no, 1, actor=officer, now=NOW)
    with pytest.raises(NoticeDropped):
        notice_acts.give(case_no, 1, call(), actor=officer, now=NOW)
    with pytest.raises(NoticeDropped):
        notices.word(case_no, 1, {}, actor=officer, now=NOW)


def test_a_reply_needs_words_and_a_notice_that_went_out(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    said = {"reply_text": "已加密监测", "replied_by": "韩值班"}
    with pytest.raises(NoticeNotSent):
        notice_acts.reply(case_no, 1, said, at=NOW, actor=officer, now=NOW)
    notice_acts.give(case_no, 1, call(), actor=officer, now=NOW)
    with pytest.raises(ReplyMissing):
        notice_acts.reply(case_no, 1, {"reply_text": " "}, at=NOW, actor=officer, now=NOW)
    notice_acts.reply(case_no, 1, said, at=NOW, actor=officer, now=NOW)
    row = notice_rows.one(officer, case_no, 1).row
    assert (row.reply_text, row.replied_by) == ("已加密监测", "韩值班")


def test_times_ahead_are_refused_beside_their_field(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    with pytest.raises(DomainError) as refused:
        notice_acts.give(case_no, 1, call(at=NOW + timedelta(hours=1)), actor=officer, now=NOW)
    assert (refused.value.code, refused.value.field) == ("time_in_future", "at")
    early = call(received_at=NOW - timedelta(hours=1))
    with pytest.raises(DomainError) as refused:
        notice_acts.give(case_no, 1, early, actor=officer, now=NOW)
    assert (refused.value.code, refused.value.field) == ("times_reversed", "received_at")


def test_an_office_elsewhere_sees_nothing_and_a_part_of_the_case_reads_only(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW)
    stranger = actor("stranger")
    for ask in (lambda: notice_rows.one(stranger, case_no, 1), lambda: advice.state(stranger, case_no, now=NOW)):
        with pytest.raises(NotFound):
            ask()
    corrections.office_learned(case_no, stranger.office, at=NOW, actor=officer, now=NOW)
    assert notice_rows.one(stranger, case_no, 1).row.number == 1
    with pytest.raises(NotAllowed):
        notice_acts.give(case_no, 1, call(), actor=stranger, now=NOW)


def advising(**more: Any) -> Advising:
    said = {"addressee": "十堰市人民政府", "text": "建议通报", "receiver_name": "市政府总值班室"}
    return Advising(**{"neighbours": [XIANGYANG], "how": DeliveryChannel.PHONE, "at": NOW, **said, **more})


def test_the_advice_stands_open_until_it_names_every_neighbour(case_no: str, officer: Any) -> None:
    codes = tuple(one.code for one in affected.all_of(incident_of(case_no)))
    stands = advice.state(officer, case_no, now=NOW)
    assert stands.still == codes
    assert "襄阳市人民政府" in stands.draft
    assert "我局正向" in stands.draft
    row = advice.give(case_no, advising(neighbours=codes), actor=officer, now=NOW)
    assert advice.state(officer, case_no, now=NOW).still == ()
    advice.take_back(case_no, row.number, reason="写错", actor=officer, now=NOW)
    assert advice.state(officer, case_no, now=NOW).still == codes
    assert {"advice.given", "advice.withdrawn"} <= set(kinds(case_no))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"text": " "}, AdviceTextMissing),
        ({"neighbours": []}, AdviceNamesNobody),
        ({"receiver_name": ""}, AdviceReceiverMissing),
    ],
)
def test_advice_without_words_neighbours_or_receiver_is_refused(
    case_no: str, officer: Any, more: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        advice.give(case_no, advising(**more), actor=officer, now=NOW)


def test_learned_long_before_is_what_the_notice_says(case_no: str, officer: Any) -> None:
    notices.begin(case_no, XIANGYANG, actor=officer, now=NOW + timedelta(hours=4))
    assert LEARNED < NOW
    assert notice_rows.one(officer, case_no, 1).notice.line(NoticeField.FOUND_AT).text == "2026年11月21日02:25"
