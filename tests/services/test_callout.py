"""Calling out: who is proposed, who is asked, on whose word the whole pool is woken, and what came back."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from incident_desk.domain.callouts.callout import LeaderNeeded, QuorumState, SecondPersonNeeded
from incident_desk.domain.callouts.callout_answers import AnswerKind
from incident_desk.domain.callouts.specialities import Discipline
from incident_desk.domain.errors import BadValue, NotFound
from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import Callout, CalloutMember, Expert, InboundMessage, Incident, JournalEntry, OutboxMessage
from incident_desk.notify.callbacks import InboundText
from incident_desk.services.callouts import answer_links, answers, callout, callout_standing, experts
from incident_desk.services.calls import call_taking
from incident_desk.services.tokens import token_digest
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import TANKER, sheet
from tests.services.wire import journal_kinds

pytestmark = pytest.mark.usefixtures("app_context", "pool")

LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def pool(app_context: Any) -> None:
    experts.load_sample_pool(actor=Actor("test", "420000"), now=NOW)


def a_case(*, exercise: bool = True, login: str = "officer", **more: object) -> Incident:
    incident = call_taking.take_call(sheet(TANKER, **more), actor=actor(login), now=NOW)
    if exercise:
        with transaction() as tx:
            tx.session.get_one(Incident, incident.id).is_exercise = True
    return incident


def proposed(incident: Incident) -> list[str]:
    found = callout_standing.suggest(actor("officer"), incident.case_no, now=NOW)
    return [choice.expert.expert_no for choice in found.proposal.choices]


def called(incident: Incident, count: int = 3) -> list[CalloutMember]:
    sent = callout.send(incident.case_no, proposed(incident)[:count], actor=actor("officer"), now=NOW)
    query = select(CalloutMember).where(CalloutMember.callout_id == sent.id).order_by(CalloutMember.id)
    return list(db.session.scalars(query))


def number_of(member: CalloutMember) -> str:
    return db.session.get_one(Expert, member.expert_id).phone


def again(member: CalloutMember) -> CalloutMember:
    db.session.rollback()
    return db.session.get_one(CalloutMember, member.id, populate_existing=True)


def text_from(member: CalloutMember, body: str, sid: str = "SM1", *, exercise: bool = True) -> answers.Taken:
    inbound = InboundText(sid, number_of(member), "+8610000009999", body)
    return answers.by_text(inbound, is_exercise=exercise, now=LATER)


def texts(template: str = "callout_request") -> list[OutboxMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == template)))


def make_all_real() -> None:
    with transaction() as tx:
        for row in tx.session.scalars(select(Expert)):
            row.is_sample = False


# --- whom ---------------------------------------------------------------------------------------------


def test_six_to_ten_are_proposed_for_aniline_in_a_river() -> None:
    found = callout_standing.suggest(actor("officer"), a_case().case_no, now=NOW).proposal
    assert 6 <= len(found.choices) <= 10
    disciplines = {choice.discipline for choice in found.choices}
    assert {Discipline.CHEMICALS, Discipline.WATER_TREATMENT, Discipline.MONITORING} <= disciplines
    assert all(choice.distance_km is not None for choice in found.choices)


def test_a_drinking_source_below_asks_for_its_discipline() -> None:
    without = callout_standing.suggest(actor("officer"), a_case().case_no, now=NOW)
    with_intake = a_case(**{"intakes-0-name": "某水厂", "intakes-0-state": "drawing"})
    found = callout_standing.suggest(actor("officer"), with_intake.case_no, now=NOW)
    assert Discipline.DRINKING_WATER in {need.discipline for need in found.needs if need.required}
    assert len(found.needs) >= len(without.needs)


def test_a_real_case_never_proposes_a_sample() -> None:
    assert proposed(a_case(exercise=False)) == []


def test_another_offices_case_does_not_exist() -> None:
    incident = a_case()
    for act in (
        lambda: callout_standing.suggest(actor("stranger"), incident.case_no, now=NOW),
        lambda: callout_standing.standing(actor("stranger"), incident.case_no),
        lambda: callout.send(incident.case_no, ["S001"], actor=actor("stranger"), now=NOW),
        lambda: callout.call_whole_pool(incident.case_no, actor=actor("stranger"), now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


# --- asking --------------------------------------------------------------------------------------------


def test_asking_promises_a_text_each_in_the_same_transaction() -> None:
    incident = a_case()
    members = called(incident, 7)
    messages = texts()
    assert sorted(message.to_number for message in messages) == sorted(number_of(member) for member in members)
    assert {member.outbox_id for member in members} == {message.id for message in messages}
    assert journal_kinds("callout.") == ["callout.sent"]


def test_a_text_says_exercise_who_what_by_when_and_carries_its_link() -> None:
    incident = a_case()
    called(incident, 1)
    body = texts()[0].body
    assert body.startswith("【演练】十堰市环境应急")
    for word in (incident.case_no, "堵河某桥", "苯胺", "11月21日03:00前答复", "1来 2不能来 3请来电"):
        assert word in body


def test_a_text_of_a_real_case_does_not_say_exercise() -> None:
    make_all_real()
    called(a_case(exercise=False), 1)
    assert not texts()[0].body.startswith("【")


def test_the_link_is_stored_as_a_digest_alone() -> None:
    member = called(a_case(), 1)[0]
    token = re.search(r"/a/([\w-]{22})", texts()[0].body)
    assert token is not None
    assert member.link_digest == token_digest(token.group(1))
    assert token.group(1) not in (member.link_digest or "")


def test_the_journal_names_nobody() -> None:
    incident = a_case()
    member = called(incident)[0]
    text_from(member, "来,40分钟")
    expert = db.session.get_one(Expert, member.expert_id)
    for entry in db.session.scalars(select(JournalEntry).where(JournalEntry.kind.startswith("callout."))):
        assert expert.name not in entry.data
        assert expert.phone[3:] not in entry.data
        assert "40分钟" not in entry.data


def test_nobody_is_asked_twice_in_a_case() -> None:
    incident = a_case()
    first = proposed(incident)[:2]
    callout.send(incident.case_no, first, actor=actor("officer"), now=NOW)
    with pytest.raises(callout.AlreadyAsked):
        callout.send(incident.case_no, first, actor=actor("officer2"), now=NOW)
    callout.send(incident.case_no, [*first, "S080"], actor=actor("officer2"), now=NOW)
    assert len(texts()) == 3


@pytest.mark.parametrize(("numbers", "error"), [([], callout.NobodyChosen), (["S999"], NotFound)])
def test_a_call_out_needs_people_who_exist(numbers: list[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        callout.send(a_case().case_no, numbers, actor=actor("officer"), now=NOW)
    assert db.session.scalar(select(func.count()).select_from(Callout)) == 0


def test_by_hand_one_cannot_wake_the_whole_pool() -> None:
    with pytest.raises(callout.TooManyByHand):
        callout.send(a_case().case_no, [f"S{n:03d}" for n in range(1, 81)], actor=actor("officer"), now=NOW)


def test_an_expert_of_the_polluter_keeps_out() -> None:
    incident = a_case(carrier="某化工有限公司")
    with transaction() as tx:
        row = tx.session.scalar(select(Expert).where(Expert.expert_no == "S001"))
        assert row is not None
        row.conflicts = ["某化工有限公司"]
    with pytest.raises(callout.ExpertKeepsOut):
        callout.send(incident.case_no, ["S001"], actor=actor("officer"), now=NOW)


# --- the whole pool -------------------------------------------------------------------------------------


def test_in_an_exercise_the_whole_pool_is_called_at_once() -> None:
    incident = a_case()
    sent = callout.call_whole_pool(incident.case_no, actor=actor("officer"), now=NOW)
    assert sent.state == "sent"
    assert len(texts()) >= 70


def test_in_a_real_case_the_whole_pool_waits_for_the_leader() -> None:
    make_all_real()
    incident = a_case(exercise=False)
    waiting = callout.call_whole_pool(incident.case_no, actor=actor("officer"), now=NOW)
    assert (waiting.state, texts()) == ("requested", [])
    confirmed = callout.confirm_whole_pool(incident.case_no, waiting.id, actor=actor("leader"), now=LATER)
    assert confirmed.confirmed_by == actor("leader").ref
    assert len(texts()) >= 70
    assert journal_kinds("callout.") == ["callout.requested", "callout.confirmed", "callout.sent"]


@pytest.mark.parametrize(
    ("first", "second", "error"),
    [
        ("officer", "officer", SecondPersonNeeded),
        ("officer", "officer2", LeaderNeeded),
        ("leader", "leader", SecondPersonNeeded),
    ],
)
def test_one_person_or_no_leader_does_not_wake_the_pool(first: str, second: str, error: type[Exception]) -> None:
    make_all_real()
    incident = a_case(exercise=False)
    waiting = callout.call_whole_pool(incident.case_no, actor=actor(first), now=NOW)
    with pytest.raises(error):
        callout.confirm_whole_pool(incident.case_no, waiting.id, actor=actor(second), now=LATER)
    assert texts() == []


def test_a_leader_who_asked_through_a_program_is_no_second_person() -> None:
    make_all_real()
    incident = a_case(exercise=False)
    leader = actor("leader")
    program = Actor("token:9", leader.office, role=Role.LEADER, person_id=leader.person_id)
    waiting = callout.call_whole_pool(incident.case_no, actor=program, now=NOW)
    with pytest.raises(SecondPersonNeeded):
        callout.confirm_whole_pool(incident.case_no, waiting.id, actor=leader, now=LATER)


def test_a_request_is_settled_once() -> None:
    make_all_real()
    incident = a_case(exercise=False)
    waiting = callout.call_whole_pool(incident.case_no, actor=actor("officer"), now=NOW)
    assert callout.call_whole_pool(incident.case_no, actor=actor("officer2"), now=NOW).id == waiting.id
    callout.decline_whole_pool(incident.case_no, waiting.id, actor=actor("leader"), now=LATER)
    with pytest.raises(callout.NothingToConfirm):
        callout.confirm_whole_pool(incident.case_no, waiting.id, actor=actor("leader"), now=LATER)
    assert texts() == []


# --- answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "answer", "minutes"),
    [
        ("1", "yes", None),
        ("2", "no", None),
        ("3", "call_me", None),
        ("来,40分钟", "arriving_at", 40),
        ("嗯？", "unclear", None),
    ],
)
def test_a_text_is_understood_or_kept_for_the_officer(body: str, answer: str, minutes: int | None) -> None:
    member = called(a_case(), 1)[0]
    text_from(member, body)
    row = again(member)
    assert (row.answer, row.answer_text, row.answered_via) == (answer, body, "text")
    assert row.arrives_at == (None if minutes is None else LATER + timedelta(minutes=minutes))


def test_the_same_text_twice_is_one_answer() -> None:
    member = called(a_case(), 1)[0]
    for _ in range(2):
        text_from(member, "1")
    assert journal_kinds("callout.answered") == ["callout.answered"]
    assert len(texts("callout_noted")) == 1


def test_the_same_text_in_many_callbacks_at_once_is_one_answer(app: Any) -> None:
    (member,) = called(a_case(), 1)
    number, found = number_of(member), list[object]()
    start = threading.Barrier(6)

    def deliver() -> None:
        with app.app_context():
            start.wait()
            try:
                found.append(answers.by_text(InboundText("SM1", number, "", "来"), is_exercise=True, now=NOW).kind)
            except Exception as error:  # noqa: BLE001 - whatever a callback would fail with
                found.append(error)

    callbacks = [threading.Thread(target=deliver) for _ in range(6)]
    for callback in callbacks:
        callback.start()
    for callback in callbacks:
        callback.join()
    assert Counter(found) == {AnswerKind.YES: 1, AnswerKind.UNCLEAR: 5}


def test_an_unclear_text_does_not_undo_a_clear_one() -> None:
    member = called(a_case(), 1)[0]
    text_from(member, "1")
    text_from(member, "那个路怎么走", "SM2")
    assert again(member).answer == "yes"
    assert again(member).answer_text == "那个路怎么走"


def test_somebody_may_change_their_mind() -> None:
    member = called(a_case(), 1)[0]
    text_from(member, "1")
    text_from(member, "2", "SM2")
    assert again(member).answer == "no"


def test_the_newest_call_out_is_meant_unless_the_text_names_another() -> None:
    older, newer = a_case(), a_case()
    number = proposed(older)[0]
    members = []
    for minutes, incident in enumerate((older, newer)):
        sent = callout.send(incident.case_no, [number], actor=actor("officer"), now=NOW + timedelta(minutes=minutes))
        members.append(db.session.scalars(select(CalloutMember).where(CalloutMember.callout_id == sent.id)).one())
    text_from(members[1], "1")
    assert (again(members[0]).answer, again(members[1]).answer) == (None, "yes")
    first = db.session.get_one(OutboxMessage, members[0].outbox_id)
    reference = re.search(r"（([2-9A-Z]{6})）", first.body)
    assert reference is not None
    text_from(members[0], f"2 {reference.group(1).lower()}", "SM2")
    assert (again(members[0]).answer, again(members[1]).answer) == ("no", "yes")


def test_a_text_that_came_in_an_exercise_answers_no_real_case() -> None:
    make_all_real()
    member = called(a_case(exercise=False), 1)[0]
    text_from(member, "1", exercise=True)
    assert again(member).answer is None


def test_a_strangers_text_is_kept_and_answers_nothing() -> None:
    called(a_case(), 1)
    taken = answers.by_text(InboundText("SM1", "+8610000008888", "+8610000009999", "1"), is_exercise=True, now=NOW)
    assert taken.member is None
    assert db.session.scalars(select(InboundMessage)).one().body == "1"


def test_a_phone_that_answers_by_itself_is_not_answered_for_ever() -> None:
    member = called(a_case(), 1)[0]
    for n in range(6):
        text_from(member, "我正在开会，稍后联系您", f"SM{n}")
    assert len(texts("callout_unclear")) == 2
    for n in range(6, 9):
        text_from(member, "好的", f"SM{n}")
    assert len(texts("callout_noted")) == 1


def test_the_backup_number_answers_too() -> None:
    member = called(a_case(), 1)[0]
    with transaction() as tx:
        tx.session.get_one(Expert, member.expert_id).backup_phone = "+8610000009000"
    answers.by_text(InboundText("SM1", "+8610000009000", "+8610000009999", "1"), is_exercise=True, now=LATER)
    assert again(member).answer == "yes"


def _token(member: CalloutMember) -> str:
    found = db.session.get_one(Callout, member.callout_id)
    return answer_links.token_of(member.id, db.session.get_one(Incident, found.incident_id))


def test_the_link_takes_yes_and_then_the_time() -> None:
    member = called(a_case(), 1)[0]
    answers.by_link(_token(member), AnswerKind.YES, now=LATER)
    answers.by_link(_token(member), AnswerKind.ARRIVING_AT, minutes=90, now=LATER)
    assert again(member).arrives_at == LATER + timedelta(minutes=90)
    assert again(member).answered_via == "link"


def test_a_button_pressed_twice_is_one_answer() -> None:
    member = called(a_case(), 1)[0]
    for _ in range(2):
        answers.by_link(_token(member), AnswerKind.NO, now=LATER)
    assert journal_kinds("callout.answered") == ["callout.answered"]


def test_the_expert_stands_in_the_journal_by_id() -> None:
    member = called(a_case(), 1)[0]
    answers.by_link(_token(member), AnswerKind.NO, now=LATER)
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "callout.answered")).one()
    assert entry.actor == f"expert:{member.expert_id}"
    assert json.loads(entry.data)["answer"] == "no"


@pytest.mark.parametrize("minutes", [None, -1, 2881, 10**12])
def test_a_time_that_cannot_be_is_refused(minutes: int | None) -> None:
    member = called(a_case(), 1)[0]
    with pytest.raises(BadValue):
        answers.by_link(_token(member), AnswerKind.ARRIVING_AT, minutes=minutes, now=LATER)


def test_a_link_ends_after_two_days_and_a_made_up_one_was_never_there() -> None:
    member = called(a_case(), 1)[0]
    with pytest.raises(answer_links.AnswerLinkEnded):
        answers.by_link(_token(member), AnswerKind.YES, now=NOW + timedelta(hours=48))
    with pytest.raises(NotFound):
        answers.by_link("A" * 22, AnswerKind.YES, now=NOW)


def test_what_was_said_on_the_telephone_is_recorded_by_the_officer() -> None:
    incident = a_case()
    member = called(incident, 1)[0]
    answers.by_telephone(
        incident.case_no,
        member.id,
        AnswerKind.ARRIVING_AT,
        minutes=30,
        said="已出发",
        actor=actor("officer"),
        now=LATER,
    )
    row = again(member)
    assert (row.answer, row.answered_via, row.answer_text) == ("arriving_at", "phone", "已出发")


# --- how it stands ---------------------------------------------------------------------------------------


def test_a_discipline_is_met_by_one_who_comes_and_missing_when_the_one_asked_declines() -> None:
    incident = a_case()
    members = called(incident, 2)
    text_from(members[0], "1", "SM1")
    text_from(members[1], "2", "SM2")
    states = {
        one.discipline: one.state for one in callout_standing.standing(actor("officer"), incident.case_no).disciplines
    }
    assert states[Discipline(members[0].reason["discipline"])] is QuorumState.MET
    assert states[Discipline(members[1].reason["discipline"])] is QuorumState.MISSING


def test_after_a_no_the_next_person_of_that_discipline_is_suggested() -> None:
    incident = a_case()
    members = called(incident, 10)
    text_from(members[0], "2")
    found = callout_standing.suggest(actor("officer"), incident.case_no, now=LATER)
    assert not found.is_first
    assert [choice.discipline for choice in found.proposal.choices] == [Discipline(members[0].reason["discipline"])]
    assert found.proposal.choices[0].expert.expert_no not in {
        db.session.get_one(Expert, member.expert_id).expert_no for member in members
    }


def test_those_coming_stand_by_the_time_of_arrival() -> None:
    incident = a_case()
    members = called(incident, 3)
    for member, body in zip(members, ("1", "来,90分钟", "来,20分钟"), strict=True):
        text_from(member, body, body)
    stands = callout_standing.standing(actor("officer"), incident.case_no)
    assert [one.member.id for one in stands.coming] == [members[2].id, members[1].id, members[0].id]


def test_who_does_not_answer_in_time_is_to_be_telephoned() -> None:
    incident = a_case()
    called(incident, 1)
    one = callout_standing.standing(actor("officer"), incident.case_no).asked[0]
    assert not one.to_telephone(NOW + timedelta(minutes=14))
    assert one.to_telephone(NOW + timedelta(minutes=16))


def test_whose_phone_takes_no_text_is_to_be_telephoned_at_once() -> None:
    incident = a_case()
    called(incident, 1)
    with transaction() as tx:
        tx.session.scalars(
            select(OutboxMessage).where(OutboxMessage.template == "callout_request")
        ).one().state = "failed"
    assert callout_standing.standing(actor("officer"), incident.case_no).asked[0].to_telephone(NOW)


def test_a_second_text_has_the_same_link_and_a_key_of_its_own() -> None:
    incident = a_case()
    member = called(incident, 1)[0]
    callout.text_again(incident.case_no, member.id, actor=actor("officer"), now=LATER)
    first, second = texts()
    assert first.key != second.key
    links = {re.findall(r"/a/[\w-]+", message.body)[0] for message in (first, second)}
    assert len(links) == 1
    assert again(member).outbox_id == second.id


def test_those_stood_down_are_told_once() -> None:
    incident = a_case()
    members = called(incident, 2)
    ids = [member.id for member in members]
    for _ in range(2):
        callout.stand_down(incident.case_no, ids, actor=actor("officer"), now=LATER)
    assert len(texts("callout_stand_down")) == 2
    assert callout_standing.standing(actor("officer"), incident.case_no).waiting == ()


def test_a_member_of_another_case_cannot_be_reached_through_ones_own() -> None:
    mine, other = a_case(), a_case()
    member = called(other, 1)[0]
    for act in (
        lambda: callout.text_again(mine.case_no, member.id, actor=actor("officer"), now=LATER),
        lambda: callout.stand_down(mine.case_no, [member.id], actor=actor("officer"), now=LATER),
        lambda: answers.by_telephone(mine.case_no, member.id, AnswerKind.YES, actor=actor("officer"), now=LATER),
    ):
        with pytest.raises(NotFound):
            act()
