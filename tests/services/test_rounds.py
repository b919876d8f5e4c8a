"""Rounds to the lower desks: asked with a link, answered three ways, silence flagged once, consultations on record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.command.words import TakeBackReasonMissing
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.rounds.answers import (
    AnswerState,
    NobodyNamed,
    NoOfficeAsked,
    NothingAnswered,
    NotWaiting,
    OfficeNotBelow,
    OfficeStanding,
    RoundHasEnded,
)
from incident_desk.domain.rounds.consultations import NobodyPresent, NothingConcluded
from incident_desk.domain.rounds.questions import NothingAsked, QuestionKind
from incident_desk.extensions import db
from incident_desk.models import Incident, InquiryRound, OutboxMessage, RoundAnswer, RoundQuestionRow
from incident_desk.services.calls import call_taking, corrections
from incident_desk.services.cases import case_files, facts
from incident_desk.services.rounds import answering, asking, consultations, needs, round_links, round_rows, silence
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")
DUE = NOW + timedelta(minutes=30)
ZHUSHAN, MAOJIAN = "420323", "420302"
INTO_WATER = "sheet:into_water"


@pytest.fixture
def incident(app_context: Any) -> Incident:
    typed = sheet(**{"intakes-0-name": "黄龙滩水源地", "intakes-0-state": "unknown"})
    return call_taking.take_call(typed, actor=actor("officer"), now=NOW)


def ask(
    incident: Incident, keys: Iterable[str] = (INTO_WATER, "intake:|黄龙滩水源地", "report:monitoring"), *,
    own: str = "调集了多少吸油毡？", offices: Iterable[str] = (ZHUSHAN, MAOJIAN), due_at: datetime = DUE,
) -> InquiryRound:  # fmt: skip
    return asking.ask(
        incident.case_no, keys=keys, own=own, offices=offices, due_at=due_at, note="", actor=actor("officer"), now=NOW
    )


def asked(row: InquiryRound, office: str = ZHUSHAN) -> int:
    return next(one.id for one in row.offices if one.office_code == office)


def question(row: InquiryRound, kind: QuestionKind) -> RoundQuestionRow:
    return next(one for one in row.questions if one.kind == kind.value)


def told(incident: Incident, row: InquiryRound, typed: dict[str, Any], office: str = ZHUSHAN, **more: Any) -> Any:
    given = {"answered_by": "吴山", "answered_at": NOW, "actor": actor("officer"), "now": NOW} | more
    return answering.by_telephone(incident.case_no, row.number, asked(row, office), typed, **given)


def newest(row: InquiryRound, kind: QuestionKind, office: str = ZHUSHAN) -> RoundAnswer:
    db.session.expire_all()
    own = question(row, kind).id
    query = select(RoundAnswer).where(RoundAnswer.round_office_id == asked(row, office), RoundAnswer.question_id == own)
    return db.session.scalars(query.order_by(RoundAnswer.id.desc())).first()  # type: ignore[return-value]


def value(incident: Incident, field: str) -> Any:
    db.session.expire_all()
    found = facts.current_values(incident.id).get(field)
    return None if found is None else found.data.get("value")


def test_a_round_asks_what_was_chosen_and_texts_each_desk_its_own_link(incident: Incident) -> None:
    row = ask(incident)
    assert [one.text_zh for one in row.questions][-1] == "调集了多少吸油毡？"
    assert [one.kind for one in row.questions] == ["sheet", "intake", "report", "own"]
    query = select(OutboxMessage).where(OutboxMessage.template == "round_asked")
    (text,) = db.session.scalars(query).all()
    token = round_links.token_of(asked(row), incident)
    assert text.body.endswith(f"/r/{token}")
    assert "十堰" in text.body or "竹山" in text.body
    _kind, data = next(one for one in entries(incident.case_no) if one[0] == "round.asked")
    assert (data["offices"], data["messages"], data["questions"]) == ([MAOJIAN, ZHUSHAN], 1, 4)
    assert "吸油毡" not in str(data)


def test_the_offer_holds_the_desks_below_and_nothing_that_is_known(incident: Incident) -> None:
    offer = needs.offer(actor("officer"), incident.case_no, now=NOW)
    codes = {office.code for office in offer.offices}
    assert {ZHUSHAN, MAOJIAN} <= codes
    assert not {"420300", "420000", "420500"} & codes
    keys = {one.key for one in offer.questions}
    assert INTO_WATER in keys
    assert "sheet:leaked" not in keys


def test_what_became_known_meanwhile_is_not_asked(incident: Incident) -> None:
    corrections.edit_sheet(incident.case_no, {"into_water": "3吨"}, actor=actor("officer"), now=NOW)
    with pytest.raises(NothingAsked):
        ask(incident, (INTO_WATER,), own="")


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"keys": (), "own": ""}, NothingAsked),
        ({"offices": ()}, NoOfficeAsked),
        ({"offices": ("420500",)}, OfficeNotBelow),
        ({"offices": ("420300",)}, OfficeNotBelow),
    ],
)
def test_a_round_is_refused_in_words(incident: Incident, more: dict[str, Any], refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        ask(incident, **more)
    assert db.session.scalars(select(InquiryRound)).all() == []


def test_an_answer_by_telephone_becomes_the_fact_with_its_source(incident: Incident) -> None:
    row = ask(incident)
    done = told(incident, row, {"into_water": "约3吨"})
    assert (done.recorded, done.problems) == (1, ())
    answer = newest(row, QuestionKind.SHEET)
    fact = facts.current_values(incident.id)["into_water"]
    assert (answer.state, answer.answered_by, answer.via) == ("taken", "吴山", "by_telephone")
    assert (fact.source, fact.office_code, fact.id) == (f"round:{answer.id}", ZHUSHAN, answer.fact_id)
    assert fact.data["value"]["low"] == 3.0
    data = next(data for kind, data in entries(incident.case_no) if kind == "round.answered")
    assert (data["office"], data["via"], data["facts"]) == (ZHUSHAN, "by_telephone", [fact.id])
    assert "吴山" not in str(data)


def test_an_answer_of_nobody_is_refused(incident: Incident) -> None:
    row = ask(incident)
    with pytest.raises(NobodyNamed):
        told(incident, row, {"into_water": "3吨"}, answered_by=" ")
    with pytest.raises(NothingAnswered):
        told(incident, row, {"into_water": " ", "into_water_certainty": "estimated"})
    with pytest.raises(DomainError):
        told(incident, row, {"into_water": "3吨"}, answered_at=NOW + timedelta(hours=1))


def test_what_cannot_be_read_is_kept_as_typed_and_takes_nothing_away(incident: Incident) -> None:
    row = ask(incident)
    done = told(incident, row, {"into_water": "好几桶", f"said-{question(row, QuestionKind.OWN).id}": "20公斤"})
    assert [problem.field for problem in done.problems] == ["into_water"]
    unread = newest(row, QuestionKind.SHEET)
    assert (unread.state, unread.said, unread.fact_id) == ("unread", "好几桶", None)
    assert newest(row, QuestionKind.OWN).said == "20公斤"
    assert value(incident, "into_water") is None
    told(incident, row, {"into_water": "3吨"})
    assert newest(row, QuestionKind.SHEET).state == "taken"


def test_not_known_is_an_answer_and_no_fact(incident: Incident) -> None:
    row = ask(incident)
    own = question(row, QuestionKind.OWN).id
    told(incident, row, {"not_known": ["into_water"], "unknown": [str(own)]})
    assert {newest(row, kind).state for kind in (QuestionKind.SHEET, QuestionKind.OWN)} == {"not_known"}
    assert "into_water" not in facts.current_values(incident.id)


def test_an_intake_is_told_alone_and_the_others_stay(incident: Incident) -> None:
    row = ask(incident)
    number = question(row, QuestionKind.INTAKE).id
    told(incident, row, {f"intake-{number}-state": "stopped_precaution", f"intake-{number}-supply_interrupted": "no"})
    (intake,) = value(incident, "intakes")
    assert (intake["name"], intake["state"], intake["supply_interrupted"]) == (
        "黄龙滩水源地",
        "stopped_precaution",
        "no",
    )


def test_a_second_desk_that_says_otherwise_waits_for_the_officer(incident: Incident) -> None:
    row = ask(incident)
    told(incident, row, {"into_water": "3吨"})
    told(incident, row, {"into_water": "5吨"}, office=MAOJIAN)
    other = newest(row, QuestionKind.SHEET, MAOJIAN)
    assert other.state == "differs"
    assert value(incident, "into_water")["low"] == 3.0
    view = round_rows.one(actor("officer"), incident.case_no, row.number)
    assert [answer.id for answer in view.waiting] == [other.id]
    answering.decide(incident.case_no, other.id, take=True, actor=actor("officer"), now=NOW)
    assert value(incident, "into_water")["low"] == 5.0
    with pytest.raises(NotWaiting):
        answering.decide(incident.case_no, other.id, take=True, actor=actor("officer"), now=NOW)


def test_an_answer_set_aside_changes_nothing(incident: Incident) -> None:
    row = ask(incident)
    told(incident, row, {"into_water": "3吨"})
    told(incident, row, {"into_water": "5吨"}, office=MAOJIAN)
    other = newest(row, QuestionKind.SHEET, MAOJIAN)
    answering.decide(incident.case_no, other.id, take=False, actor=actor("officer"), now=NOW)
    assert value(incident, "into_water")["low"] == 3.0
    assert round_rows.one(actor("officer"), incident.case_no, row.number).waiting == ()


def test_the_same_desk_corrects_itself_and_two_that_agree_are_one_fact(incident: Incident) -> None:
    row = ask(incident)
    told(incident, row, {"into_water": "3吨"})
    told(incident, row, {"into_water": "4吨"})
    assert value(incident, "into_water")["low"] == 4.0
    told(incident, row, {"into_water": "4吨"}, office=MAOJIAN)
    first, second = newest(row, QuestionKind.SHEET), newest(row, QuestionKind.SHEET, MAOJIAN)
    assert (second.state, second.fact_id) == (AnswerState.TAKEN.value, first.fact_id)


def test_telling_of_one_intake_does_not_change_what_another_told_of_the_next(incident: Incident) -> None:
    named = {"intakes-0-name": "黄龙滩水源地", "intakes-0-state": "unknown", "intakes-1-name": "郧阳水源地"}
    corrections.edit_sheet(
        incident.case_no, named | {"intakes-1-state": "stopped_polluted"}, actor=actor("officer"), now=NOW
    )
    row = ask(incident, ("intake:|黄龙滩水源地", "intake:|郧阳水源地"), own="")
    ids = {one.text_zh.partition("：")[0]: one.id for one in row.questions}
    told(incident, row, {f"intake-{ids['黄龙滩水源地']}-state": "drawing"})
    told(incident, row, {f"intake-{ids['郧阳水源地']}-state": "drawing"})
    states = {one["name"]: one["state"] for one in value(incident, "intakes")}
    assert states == {"黄龙滩水源地": "drawing", "郧阳水源地": "stopped_polluted"}
    assert len(round_rows.one(actor("officer"), incident.case_no, row.number).waiting) == 1


def test_the_same_form_twice_is_one_answer(incident: Incident) -> None:
    row = ask(incident)
    for _ in range(2):
        told(incident, row, {"into_water": "3吨"})
    assert len(db.session.scalars(select(RoundAnswer)).all()) == 1
    assert [kind for kind, _ in entries(incident.case_no)].count("round.answered") == 1


def test_a_link_opens_exactly_this_round_of_this_desk(incident: Incident) -> None:
    row = ask(incident)
    token = round_links.token_of(asked(row), incident)
    own = round_rows.of_link(token, NOW)
    assert (own.asked.office.code, own.round.id) == (ZHUSHAN, row.id)
    answering.by_link(token, {"into_water": "3吨"}, answered_by="吴山", now=NOW)
    answer = newest(row, QuestionKind.SHEET)
    assert (answer.via, answer.recorded_by) == ("by_link", f"round:{asked(row)}")
    assert round_rows.of_link(round_links.token_of(asked(row, MAOJIAN), incident), NOW).asked.newest == {}
    with pytest.raises(NobodyNamed):
        answering.by_link(token, {"into_water": "4吨"}, answered_by="", now=NOW)
    with pytest.raises(NotFound):
        round_links.holder("x" * 22, NOW)


def test_a_link_ends_with_its_round_and_two_days_after_the_time(incident: Incident) -> None:
    row = ask(incident)
    token = round_links.token_of(asked(row), incident)
    with pytest.raises(RoundHasEnded):
        round_links.holder(token, DUE + timedelta(hours=48))
    asking.end(incident.case_no, row.number, actor=actor("officer"), now=NOW)
    with pytest.raises(RoundHasEnded):
        answering.by_link(token, {"into_water": "3吨"}, answered_by="吴山", now=NOW)
    told(incident, row, {"into_water": "3吨"})
    assert value(incident, "into_water")["low"] == 3.0, "what is told on the telephone is never refused"


def test_the_asked_desk_answers_on_screen_and_sees_nothing_else(incident: Incident) -> None:
    row = ask(incident)
    county = actor("county")
    assert [own.asked.row.id for own in round_rows.asked_of(county)] == [asked(row)]
    assert round_rows.asked_of(actor("officer")) == [], "what this office asks itself is not asked of it"
    answering.on_screen(asked(row), {"into_water": "3吨"}, actor=county, now=NOW)
    assert newest(row, QuestionKind.SHEET).answered_by == "竹山值班"
    with pytest.raises(NotFound):
        answering.on_screen(asked(row, MAOJIAN), {"into_water": "3吨"}, actor=county, now=NOW)
    with pytest.raises(NotFound):
        round_rows.one(county, incident.case_no, row.number)
    with pytest.raises(NotFound):
        round_rows.own(actor("stranger"), asked(row))


def test_silence_is_flagged_once_with_a_text_to_the_silent_office(incident: Incident) -> None:
    row = ask(incident)
    told(incident, row, {"into_water": "3吨"}, office=MAOJIAN)
    assert silence.flag(DUE) == 0
    late = DUE + timedelta(seconds=1)
    assert silence.flag(late) == 1
    assert silence.flag(late + timedelta(hours=1)) == 0
    flagged = [data for kind, data in entries(incident.case_no) if kind == "round.silent"]
    assert [(data["office"], data["messages"]) for data in flagged] == [(ZHUSHAN, 1)]
    (text,) = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "round_silent")).all()
    assert "竹山" in text.body
    view = round_rows.one(actor("officer"), incident.case_no, row.number)
    standings = {one.office.code: one.standing(late) for one in view.asked}
    assert standings == {ZHUSHAN: OfficeStanding.SILENT, MAOJIAN: OfficeStanding.PART}


def test_a_round_that_ended_or_a_closed_case_chases_nobody(incident: Incident) -> None:
    ended, other = ask(incident), ask(incident)
    asking.end(incident.case_no, ended.number, actor=actor("officer"), now=NOW)
    case_files.close_case(incident.case_no, actor=actor("officer"), now=NOW)
    assert other.number == ended.number + 1
    assert silence.flag(DUE + timedelta(days=1)) == 0


def test_a_consultation_stands_with_its_round(incident: Incident) -> None:
    row = ask(incident)
    said = {
        "present": "赵带班、监测站站长",
        "conclusions": "污染团未到黄龙滩",
        "decisions": "投加活性炭",
        "chair": "赵带班",
    }
    held = consultations.record(
        incident.case_no, said, held_at=NOW, next_round_at=NOW + timedelta(hours=2), actor=actor("officer"), now=NOW
    )
    assert (held.number, held.round_id) == (1, row.id)
    data = next(data for kind, data in entries(incident.case_no) if kind == "consultation.recorded")
    assert "活性炭" not in str(data)
    with pytest.raises(TakeBackReasonMissing):
        consultations.take_back(incident.case_no, held.id, reason=" ", actor=actor("officer"), now=NOW)
    with pytest.raises(NotFound):
        consultations.take_back(incident.case_no, held.id, reason="误记", actor=actor("stranger"), now=NOW)
    taken = consultations.take_back(incident.case_no, held.id, reason="误记", actor=actor("officer"), now=NOW)
    assert taken.withdrawn_at == NOW


@pytest.mark.parametrize(
    ("said", "refusal"),
    [({"conclusions": "x"}, NobodyPresent), ({"present": "x"}, NothingConcluded)],
)
def test_a_consultation_needs_people_and_an_outcome(
    incident: Incident, said: dict[str, str], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        consultations.record(incident.case_no, said, held_at=NOW, next_round_at=None, actor=actor("officer"), now=NOW)


def test_what_an_office_above_recorded_is_not_taken_back_below(incident: Incident) -> None:
    held = consultations.record(
        incident.case_no, {"present": "x", "conclusions": "y"}, held_at=NOW, next_round_at=None,
        actor=actor("province"), now=NOW,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        consultations.take_back(incident.case_no, held.id, reason="x", actor=actor("officer"), now=NOW)
