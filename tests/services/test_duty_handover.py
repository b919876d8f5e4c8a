"""Handing over: computed lists, two signatures, a frozen snapshot whose digest fits, and every way to be refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from incident_desk.domain.command.instructions import INSTRUCTION_LIMITS, InstructionKind
from incident_desk.domain.duty.handover import HandoverState, ThreadKind
from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import Handover, Setting, SignInAttempt
from incident_desk.services import people
from incident_desk.services.calls import call_taking, phone_calls
from incident_desk.services.command import instructions
from incident_desk.services.command.instructions import NewInstruction
from incident_desk.services.duty import handovers, threads
from incident_desk.services.duty.handovers import HandoverForm, Taker
from tests.conftest import NOW
from tests.full_case import open_full_case
from tests.people import PASSWORD, actor
from tests.services.entries import entries
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def case_no(app_context: Any) -> str:
    return call_taking.take_call(sheet(), actor=actor("officer"), now=NOW).case_no


def form(login: str = "officer", **changes: Any) -> HandoverForm:
    _, seen = handovers.open_list(actor(login))
    return HandoverForm(**{"equipment_ok": True, "phone_tested": True, "notes": "", "seen": seen, **changes})


def taker(login: str = "officer2", password: str = PASSWORD) -> Taker:
    return Taker(login, password, address="127.0.0.1")


def kinds(kind: str) -> list[dict[str, Any]]:
    return [data for one, data in entries() if one == kind]


def test_every_kind_of_open_thread_of_a_case_is_listed() -> None:
    db.session.add(Setting(name="exercise", value={"on": True}))
    db.session.commit()
    full = open_full_case(NOW)
    words = {"text": "立即关闭雨水口", "given_by": "赵局", "to_unit": "竹山分局"}
    said = {**dict.fromkeys(INSTRUCTION_LIMITS, ""), **words}
    new = NewInstruction(InstructionKind.COMMAND, said, given_at=NOW)
    instructions.give(full.case_no, new, actor=actor("leader"), now=NOW)
    found = threads.open_threads(actor("officer"))
    assert {one.kind for one in found} == set(ThreadKind)
    assert {one.case_no for one in found} == {full.case_no}
    assert all(one.zh and one.en for one in found)
    assert threads.open_threads(actor("stranger")) == ()


def test_a_call_that_was_made_is_listed_no_more_and_one_nobody_answered_is(case_no: str) -> None:
    officer = actor("officer")
    calls = phone_calls.calls_of(officer, case_no)
    phone_calls.record_answer(case_no, calls[0].id, state="answered", actor=officer, now=NOW)
    phone_calls.record_answer(case_no, calls[1].id, state="no_answer", actor=officer, now=NOW)
    keys = {one.key: one for one in threads.open_threads(officer)}
    assert f"phone_call:{calls[0].id}" not in keys
    assert "须再拨" in keys[f"phone_call:{calls[1].id}"].zh


def test_both_sign_on_one_screen_and_what_was_listed_is_frozen(case_no: str) -> None:
    listed = threads.open_threads(actor("officer"))
    row = handovers.sign_on_same_screen(form(notes="水厂06:00回电"), taker(), actor=actor("officer"), now=NOW)
    officer = actor("officer")
    for call in phone_calls.calls_of(officer, case_no):
        phone_calls.record_answer(case_no, call.id, state="answered", actor=officer, now=NOW)
    view = handovers.one(officer, row.id, NOW)
    assert view.listed.taken == listed
    assert (view.state, view.is_whole, row.from_name, row.to_name) == (HandoverState.SIGNED, True, "王值班", "李值班")
    (signed,) = kinds("handover.signed")
    assert (signed["digest"], sum(signed["items"].values())) == (row.digest, len(listed))
    assert "水厂" not in str(entries())


def test_whoever_changes_the_row_afterwards_is_found_out(case_no: str) -> None:
    row = handovers.sign_on_same_screen(form(), taker(), actor=actor("officer"), now=NOW)
    db.session.execute(text("UPDATE handover SET notes = 'x'"))
    db.session.commit()
    assert not handovers.one(actor("officer"), row.id, NOW).is_whole


def test_the_taker_signs_in_their_own_session_what_is_open_then(case_no: str) -> None:
    row = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    calls = phone_calls.calls_of(actor("officer"), case_no)
    phone_calls.record_answer(case_no, calls[0].id, state="answered", actor=actor("officer"), now=NOW)
    call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    later = NOW + timedelta(minutes=3)
    _, seen = handovers.open_list(actor("officer2"))
    signed = handovers.take(row.id, seen=seen, actor=actor("officer2"), now=later)
    view = handovers.one(actor("officer"), signed.id, later)
    assert [one.key for one in view.listed.gone] == [f"phone_call:{calls[0].id}"]
    assert view.listed.new
    assert view.is_whole


def test_a_list_that_changed_while_it_was_read_is_not_signed(case_no: str) -> None:
    old = form()
    call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    with pytest.raises(handovers.ListChanged):
        handovers.sign_as_giver(old, actor=actor("officer"), now=NOW)
    row = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    with pytest.raises(handovers.ListChanged):
        handovers.take(row.id, seen=old.seen, actor=actor("officer2"), now=NOW)


def test_a_signature_waits_fifteen_minutes(case_no: str) -> None:
    row = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    late = NOW + timedelta(minutes=15)
    assert handovers.waiting(actor("officer2"), late - timedelta(seconds=1)) is not None
    assert handovers.waiting(actor("officer2"), late) is None
    with pytest.raises(handovers.HandoverLapsed):
        handovers.take(row.id, seen=form("officer2").seen, actor=actor("officer2"), now=late)


def test_signing_again_voids_the_earlier_signature() -> None:
    first = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    second = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    with pytest.raises(handovers.HandoverLapsed):
        handovers.take(first.id, seen=form("officer2").seen, actor=actor("officer2"), now=NOW)
    waiting = handovers.waiting(actor("officer2"), NOW)
    assert waiting is not None
    assert waiting.id == second.id


def test_the_giver_may_take_the_signature_back_and_nobody_else() -> None:
    row = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    with pytest.raises(NotFound):
        handovers.take_back(row.id, actor=actor("officer2"), now=NOW)
    handovers.take_back(row.id, actor=actor("officer"), now=NOW)
    assert handovers.waiting(actor("officer2"), NOW) is None


def test_a_wrong_password_signs_nothing_and_counts_as_a_try() -> None:
    with pytest.raises(people.WrongSignIn):
        handovers.sign_on_same_screen(form(), taker(password="wrong"), actor=actor("officer"), now=NOW)
    assert db.session.scalars(select(Handover)).all() == []
    assert [row.succeeded for row in db.session.scalars(select(SignInAttempt))] == [False]


@pytest.mark.parametrize("login", ["officer", "stranger", "field", "archivist"])
def test_the_taker_is_another_person_of_the_office_who_may_keep_the_desk(login: str) -> None:
    with pytest.raises(handovers.TakerRefused):
        handovers.sign_on_same_screen(form(), taker(login), actor=actor("officer"), now=NOW)
    assert db.session.scalars(select(Handover)).all() == []
    assert not kinds("handover.given")


def test_the_giver_cannot_take_over_from_themselves() -> None:
    row = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    with pytest.raises(handovers.TakerRefused):
        handovers.take(row.id, seen=form().seen, actor=actor("officer"), now=NOW)


def test_what_is_not_in_order_has_to_be_explained() -> None:
    with pytest.raises(handovers.FaultUnexplained) as refused:
        handovers.sign_as_giver(form(equipment_ok=False), actor=actor("officer"), now=NOW)
    assert refused.value.field == "notes"
    assert handovers.sign_as_giver(form(phone_tested=False, notes="电话局检修"), actor=actor("officer"), now=NOW)


def test_a_program_hands_over_nothing() -> None:
    program = Actor(ref="token:1", office="420300", role=Role.DUTY_OFFICER, person_id=actor("officer").person_id)
    with pytest.raises(handovers.GiverNotAPerson):
        handovers.sign_as_giver(form(), actor=program, now=NOW)


def test_another_office_finds_no_handover() -> None:
    row = handovers.sign_on_same_screen(form(), taker(), actor=actor("officer"), now=NOW)
    with pytest.raises(NotFound):
        handovers.one(actor("stranger"), row.id, NOW)
    with pytest.raises(NotFound):
        handovers.listed(actor("stranger"), "420300")
    assert [one.id for one in handovers.listed(actor("province"), "420300")] == [row.id]


def test_another_office_cannot_take_over() -> None:
    row = handovers.sign_as_giver(form(), actor=actor("officer"), now=NOW)
    with pytest.raises(NotFound):
        handovers.take(row.id, seen=form("stranger").seen, actor=actor("stranger"), now=NOW)
