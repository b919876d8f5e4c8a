"""Waking an office: durable steps, one text a person, stopped by an answer, never past the wall of an exercise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.duty.roster import DutyRole, DutySeat
from incident_desk.domain.duty.shifts import ShiftCode
from incident_desk.domain.duty.wake_up import Rung, WakeUpAnswer, WakeUpState
from incident_desk.domain.errors import NotFound
from incident_desk.extensions import db
from incident_desk.models import Office, OutboxMessage, Person, Setting, WakeUp, WakeUpAttempt
from incident_desk.services.duty import duty_settings, roster, wake_up_calls, wake_ups
from incident_desk.services.duty.duty_settings import Head
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries

pytestmark = pytest.mark.usefixtures("app_context")

NUMBERS = {"officer": "+8610000000101", "officer2": "+8610000000102", "leader": "+8610000000103"}
DEPUTY, HEAD = "+8610000000104", "+8610000000105"
NIGHT = "2026-11-20"


@pytest.fixture(autouse=True)
def manned(app_context: Any) -> None:
    """An exercise; on the night shift of the 20th an officer, a second and a leader, and both heads in the settings."""
    db.session.add(Setting(name="exercise", value={"on": True}))
    for person in db.session.scalars(select(Person).where(Person.login.in_(NUMBERS))):
        person.phone = NUMBERS[person.login]
    db.session.commit()
    seats = {
        (ShiftCode.NIGHT, role, DutySeat.A): actor(login).person_id
        for role, login in (
            (DutyRole.MAIN, "officer"), (DutyRole.SECOND, "officer2"), (DutyRole.LEADER, "leader"),
        )
    }  # fmt: skip
    day = NOW.date()  # 18:45 UTC of the 20th is the night shift of the 20th in Shiyan
    assert day.isoformat() == NIGHT
    roster.fill_days(day, day, seats, actor=actor("leader"), now=NOW)
    known = duty_settings.of(db.session.get_one(Office, "420300"))
    heads = {Rung.DEPUTY_HEAD: Head("孙副局", DEPUTY), Rung.HEAD: Head("钱局", HEAD)}
    duty_settings.change(replace(known, heads=heads), actor=actor("leader"), now=NOW)


def begin(login: str = "province") -> int:
    return wake_ups.start("420300", "三次拨打无人接听", actor=actor(login), now=NOW).id


def tick(minutes: float) -> int:
    return wake_ups.tick(NOW + timedelta(minutes=minutes))


def texted(template: str = "duty_wake_up") -> list[str]:
    db.session.rollback()
    query = select(OutboxMessage).where(OutboxMessage.template == template).order_by(OutboxMessage.id)
    return [row.to_number for row in db.session.scalars(query)]


def view(wake_up_id: int) -> wake_ups.WakeUpView:
    db.session.rollback()
    db.session.expire_all()
    return wake_ups.one(actor("province"), wake_up_id)


def token(wake_up_id: int, place: int = 0) -> str:
    found = view(wake_up_id)
    return wake_up_calls.token_of(found.attempts[place].id, found.row)


def test_the_officer_is_texted_at_once_in_the_exercise_only() -> None:
    begin()
    assert texted() == [NUMBERS["officer"]]
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.is_exercise, message.incident_id, message.body[:4]) == (True, None, "【演练】")


@pytest.mark.parametrize(
    ("minutes", "called"), [(2.9, 1), (3, 2), (5.9, 2), (6, 3), (9.9, 3), (10, 4), (14.9, 4), (15, 5), (60, 5)]
)
def test_it_climbs_at_three_six_ten_and_fifteen_minutes(minutes: float, called: int) -> None:
    begin()
    for passed in (3, 6, 10, 15):
        if passed <= minutes:
            tick(passed)
    tick(minutes)
    everybody = [*NUMBERS.values(), DEPUTY, HEAD]
    assert texted() == everybody[:called]


def test_a_worker_that_was_dead_for_twelve_minutes_calls_everybody_whose_turn_has_come_once() -> None:
    begin()
    tick(12)
    tick(12)
    assert texted() == [*NUMBERS.values(), DEPUTY]


def test_an_answer_by_link_stops_it_and_lets_the_others_sleep() -> None:
    number = begin()
    tick(3)
    wake_ups.by_link(token(number, 1), WakeUpAnswer.TAKING, now=NOW + timedelta(minutes=4))
    assert tick(30) == 0
    found = view(number)
    assert found.state is WakeUpState.ANSWERED
    assert found.taken_by is not None
    assert found.taken_by.name == "李值班"
    assert texted() == [NUMBERS["officer"], NUMBERS["officer2"]]
    assert texted("duty_wake_up_over") == [NUMBERS["officer"]]


def test_whoever_cannot_passes_the_call_on_at_once() -> None:
    number = begin()
    wake_ups.by_link(token(number), WakeUpAnswer.CANNOT, said="高速上", now=NOW + timedelta(minutes=1))
    assert texted() == [NUMBERS["officer"], NUMBERS["officer2"]]
    assert view(number).state is WakeUpState.RINGING
    assert "高速" not in str(entries())


def test_an_answer_told_on_the_telephone_counts_the_same() -> None:
    number = begin()
    first = view(number).attempts[0].id
    wake_ups.by_hand(number, first, WakeUpAnswer.NO_ANSWER, said="", actor=actor("province"), now=NOW)
    second = view(number).attempts[1].id
    wake_ups.by_hand(number, second, WakeUpAnswer.TAKING, said="马上到", actor=actor("province"), now=NOW)
    found = view(number)
    assert [one.answer for one in found.attempts] == ["no_answer", "taking"]
    assert found.attempts[1].said == "马上到"
    assert found.state is WakeUpState.ANSWERED


def test_a_rung_on_which_nobody_stands_passes_the_call_on() -> None:
    db.session.scalars(select(Person).where(Person.login == "officer")).one().is_active = False
    db.session.commit()
    number = begin()
    assert texted() == [NUMBERS["officer2"]]
    assert [(one.rung, one.name) for one in view(number).attempts] == [("officer", None), ("second", "李值班")]


def test_nobody_is_texted_twice() -> None:
    db.session.scalars(select(Person).where(Person.login == "officer2")).one().phone = NUMBERS["officer"]
    db.session.commit()
    begin()
    tick(3)
    assert texted() == [NUMBERS["officer"], NUMBERS["leader"]]


def test_when_nobody_answers_it_says_so_and_a_late_answer_still_ends_it() -> None:
    number = begin()
    tick(20)
    assert view(number).state is WakeUpState.NOBODY
    assert [kind for kind, _ in entries() if kind == "wake_up.nobody"] == ["wake_up.nobody"]
    wake_ups.by_link(token(number, 4), WakeUpAnswer.TAKING, now=NOW + timedelta(minutes=25))
    assert view(number).state is WakeUpState.ANSWERED


def test_calling_off_needs_a_word_and_ends_it() -> None:
    number = begin()
    with pytest.raises(wake_ups.WakeUpReasonMissing):
        wake_ups.call_off(number, "  ", actor=actor("province"), now=NOW)
    wake_ups.call_off(number, "值班员已回电", actor=actor("province"), now=NOW)
    assert tick(30) == 0
    with pytest.raises(wake_ups.WakeUpOver):
        wake_ups.call_off(number, "再次", actor=actor("province"), now=NOW)
    with pytest.raises(wake_ups.WakeUpOver):
        wake_ups.by_link(token(number), WakeUpAnswer.TAKING, now=NOW)


def test_it_begins_once_and_with_a_reason() -> None:
    with pytest.raises(wake_ups.WakeUpReasonMissing):
        wake_ups.start("420300", " ", actor=actor("province"), now=NOW)
    begin()
    with pytest.raises(wake_ups.WakeUpRunning):
        begin("officer2")


def test_another_office_can_neither_begin_nor_see_nor_answer_for_it() -> None:
    with pytest.raises(NotFound):
        begin("stranger")
    number = begin()
    attempt = view(number).attempts[0].id
    with pytest.raises(NotFound):
        wake_ups.one(actor("stranger"), number)
    with pytest.raises(NotFound):
        wake_ups.by_hand(number, attempt, WakeUpAnswer.TAKING, said="", actor=actor("stranger"), now=NOW)
    assert wake_ups.listed(actor("stranger")) == []


def test_a_link_that_nobody_was_given_or_is_a_day_old_opens_nothing() -> None:
    number = begin()
    with pytest.raises(NotFound):
        wake_up_calls.holder("x" * 22, NOW)
    with pytest.raises(wake_up_calls.WakeUpLinkEnded):
        wake_up_calls.holder(token(number), NOW + timedelta(hours=24))


def test_outside_an_exercise_no_sample_is_woken() -> None:
    db.session.get_one(Setting, "exercise").value = {"on": False}
    for person in db.session.scalars(select(Person).where(Person.login == "officer")):
        person.is_sample = True
    db.session.commit()
    begin()
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.to_number, message.is_exercise) == (NUMBERS["officer2"], False)
    assert db.session.scalars(select(WakeUp)).one().is_exercise is False


def test_every_attempt_is_a_row_with_what_was_said() -> None:
    number = begin()
    tick(6)
    rows = db.session.scalars(select(WakeUpAttempt).where(WakeUpAttempt.wake_up_id == number)).all()
    assert [row.rung for row in rows] == ["officer", "second", "leader"]
    assert all(row.outbox_id and row.link_digest for row in rows)
