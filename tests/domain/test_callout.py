from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from incident_desk.domain.callouts.callout import (
    CalloutCondition,
    CalloutRuleUnreadable,
    LeaderNeeded,
    Need,
    QuorumState,
    SecondPersonNeeded,
    Situation,
    WholePool,
    load_need_rules,
    needs_of,
    propose,
    quorum,
    quorum_is_met,
    replacement,
)
from incident_desk.domain.callouts.callout_answers import AnswerKind, arriving_in, parse_answer
from incident_desk.domain.callouts.experts import Expert, WhyNot, parse_experts_csv
from incident_desk.domain.callouts.specialities import Discipline, ExpertSpeciality
from incident_desk.domain.permissions import Actor, Role
from incident_desk.paths import data_dir

TODAY = date(2026, 11, 21)
POOL = parse_experts_csv((data_dir() / "demo" / "experts.csv").read_bytes()).experts
RULES = load_need_rules()
ANILINE = Situation(
    media=("WATER_SURFACE",),
    pollutants=("NITRO_AMINE",),
    cause="TRAFFIC_ROAD",
    conditions=(CalloutCondition.DRINKING_SOURCE,),
    longitude=110.53,
    latitude=32.68,
)
NEEDS = needs_of(ANILINE, RULES)
REQUIRED = {
    Discipline.WATER_TREATMENT,
    Discipline.HYDROLOGY,
    Discipline.MONITORING,
    Discipline.CHEMICALS,
    Discipline.DRINKING_WATER,
}


def expert(no: str, *codes: ExpertSpeciality, at: tuple[float, float] | None = None) -> Expert:
    longitude, latitude = at or (None, None)
    return Expert(no, no, codes, "420300", f"+8610000000{no[1:]:0>3}", longitude=longitude, latitude=latitude)


def need(discipline: Discipline, *codes: ExpertSpeciality, required: bool = True) -> Need:
    return Need(discipline, required, codes, ())


def chosen(situation: Situation = ANILINE, already: Iterable[str] = ()) -> list[str]:
    proposal = propose(POOL, needs_of(situation, RULES), situation, TODAY, already=already)
    return [one.expert.expert_no for one in proposal.choices]


def test_aniline_above_a_drinking_water_source_needs_these_disciplines() -> None:
    assert {one.discipline for one in NEEDS if one.required} == REQUIRED


def test_the_proposal_names_six_to_ten_different_people() -> None:
    assert 6 <= len(set(chosen())) == len(chosen()) <= 10


def test_each_required_discipline_is_in_the_proposal() -> None:
    assert {one.discipline for one in propose(POOL, NEEDS, ANILINE, TODAY).choices} >= REQUIRED


@pytest.mark.parametrize("pollutant", ["HEAVY_METAL", "OIL", "TAILINGS_SLURRY", "HAZ_WASTE", "PATHOGEN", "UNKNOWN"])
@pytest.mark.parametrize("medium", ["WATER_SURFACE", "WATER_GROUND", "AIR", "SOIL"])
def test_any_case_gets_six_to_ten_people_and_no_gap(medium: str, pollutant: str) -> None:
    situation = Situation(media=(medium,), pollutants=(pollutant,), longitude=112.0, latitude=31.0)
    proposal = propose(POOL, needs_of(situation, RULES), situation, TODAY)
    assert 6 <= len(proposal.choices) <= 10
    assert proposal.uncovered == ()


def test_nothing_known_still_proposes_six() -> None:
    assert len(chosen(Situation())) == 6


def test_everything_at_once_stays_at_ten() -> None:
    crowded = replace(ANILINE, media=("WATER_SURFACE", "AIR", "SOIL", "SOLID_WASTE"), pollutants=("OIL", "HEAVY_METAL"))
    assert len(chosen(crowded)) == 10


def test_of_two_with_the_same_trade_the_nearer_is_called() -> None:
    far = expert("e1", ExpertSpeciality.MONITORING, at=(114.3, 30.6))
    near = expert("e2", ExpertSpeciality.MONITORING, at=(110.8, 32.6))
    needs = [need(Discipline.MONITORING, ExpertSpeciality.MONITORING)]
    assert propose([far, near], needs, ANILINE, TODAY).choices[0].expert is near


def test_the_right_speciality_goes_before_the_shorter_way() -> None:
    near = expert("e1", ExpertSpeciality.CHEM_ENG, at=(110.53, 32.68))
    far = expert("e2", ExpertSpeciality.HAZCHEM, at=(114.3, 30.6))
    needs = [need(Discipline.CHEMICALS, ExpertSpeciality.HAZCHEM)]
    assert propose([near, far], needs, ANILINE, TODAY).choices[0].expert is far


def test_a_person_of_two_trades_goes_where_nobody_else_could() -> None:
    both = expert("e1", ExpertSpeciality.MONITORING, ExpertSpeciality.SHIPPING, at=(110.53, 32.68))
    one = expert("e2", ExpertSpeciality.MONITORING, at=(114.3, 30.6))
    needs = [
        need(Discipline.MONITORING, ExpertSpeciality.MONITORING),
        need(Discipline.SHIPPING, ExpertSpeciality.SHIPPING),
    ]
    picked = {choice.discipline: choice.expert for choice in propose([both, one], needs, ANILINE, TODAY).choices}
    assert picked == {Discipline.MONITORING: one, Discipline.SHIPPING: both}


def test_an_expert_without_position_comes_after_one_with() -> None:
    unknown, known = (
        expert("e1", ExpertSpeciality.MONITORING),
        expert("e2", ExpertSpeciality.MONITORING, at=(114.0, 30.0)),
    )
    needs = [need(Discipline.MONITORING, ExpertSpeciality.MONITORING)]
    assert propose([unknown, known], needs, ANILINE, TODAY).choices[0].expert is known


def test_an_unknown_place_is_said_and_not_guessed() -> None:
    choice = propose(POOL, NEEDS, replace(ANILINE, longitude=None), TODAY).choices[0]
    assert "距离未知" in choice.reason("环境监测")


def test_the_reason_says_trade_and_way_in_both_languages() -> None:
    someone = expert("e1", ExpertSpeciality.MONITORING, at=(110.53, 33.68))
    needs = [need(Discipline.MONITORING, ExpertSpeciality.MONITORING)]
    choice = propose([someone], needs, ANILINE, TODAY).choices[0]
    assert (choice.reason("环境监测"), choice.reason("Environmental monitoring", "en")) == (
        "必需：环境监测，直线距现场111公里",
        "Required: Environmental monitoring, 111 km from the place",
    )


def test_the_order_of_the_pool_does_not_matter() -> None:
    assert propose(tuple(reversed(POOL)), NEEDS, ANILINE, TODAY) == propose(POOL, NEEDS, ANILINE, TODAY)


def test_a_discipline_nobody_can_fill_is_named() -> None:
    assert propose([], NEEDS, ANILINE, TODAY).uncovered == tuple(one.discipline for one in NEEDS if one.required)


def test_an_expert_of_the_carrier_is_left_out_and_said_why() -> None:
    first = propose(POOL, NEEDS, ANILINE, TODAY).choices[0].expert
    proposal = propose(POOL, NEEDS, replace(ANILINE, enterprises=(first.employer,)), TODAY)
    assert (first, WhyNot.CONFLICT) in proposal.left_out
    assert first not in {one.expert for one in proposal.choices}


def test_nobody_is_asked_twice() -> None:
    before = chosen()
    assert not set(before) & set(chosen(already=before))


def test_after_a_no_the_next_nearest_is_asked() -> None:
    people = [expert(f"e{n}", ExpertSpeciality.MONITORING, at=(110.53 + n, 32.68)) for n in (1, 2, 3)]
    wanted = need(Discipline.MONITORING, ExpertSpeciality.MONITORING)
    found = replacement(people, wanted, ANILINE, TODAY, already=["e1"])
    assert found is not None
    assert found.expert.expert_no == "e2"


def test_when_the_pool_is_used_up_nobody_is_proposed() -> None:
    wanted = need(Discipline.MONITORING, ExpertSpeciality.MONITORING)
    assert replacement([], wanted, ANILINE, TODAY, already=[]) is None


def test_a_table_with_an_unknown_discipline_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("when,code,discipline,need,specialities,source\nmedium,AIR,WIZARDRY,required,AIR,x\n")
    with pytest.raises(CalloutRuleUnreadable, match="line 2"):
        load_need_rules(table)


def test_a_table_with_a_speciality_of_another_discipline_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("when,code,discipline,need,specialities,source\nmedium,AIR,AIR,required,LAW,x\n")
    with pytest.raises(CalloutRuleUnreadable, match="LAW"):
        load_need_rules(table)


# The whole pool

OFFICER = Actor("person:1", "420300", Role.DUTY_OFFICER, person_id=1)
LEADER = Actor("person:2", "420300", Role.LEADER, person_id=2)


def test_the_whole_pool_needs_the_leader_as_second() -> None:
    assert WholePool(OFFICER, LEADER, exercise=False).second is LEADER


def test_one_person_alone_cannot_call_the_whole_pool() -> None:
    with pytest.raises(SecondPersonNeeded):
        WholePool(OFFICER, None, exercise=False)


def test_a_leader_cannot_confirm_what_he_asked_for_himself() -> None:
    with pytest.raises(SecondPersonNeeded):
        WholePool(LEADER, LEADER, exercise=False)


def test_a_leader_is_one_person_by_session_and_by_token() -> None:
    with pytest.raises(SecondPersonNeeded):
        WholePool(replace(LEADER, ref="token:9"), LEADER, exercise=False)


def test_a_second_officer_is_no_leader() -> None:
    with pytest.raises(LeaderNeeded):
        WholePool(OFFICER, replace(OFFICER, ref="person:3", person_id=3), exercise=False)


def test_in_an_exercise_the_officer_may_call_everybody() -> None:
    assert WholePool(OFFICER, None, exercise=True).exercise


# Quorum

TWO = [need(Discipline.MONITORING), need(Discipline.HYDROLOGY), need(Discipline.ECOLOGY, required=False)]
CALLED = [
    expert("m1", ExpertSpeciality.MONITORING),
    expert("m2", ExpertSpeciality.MONITORING),
    expert("h1", ExpertSpeciality.HYDROLOGY),
]


def states(answers: dict[str, AnswerKind]) -> dict[Discipline, QuorumState]:
    return {one.discipline: one.state for one in quorum(TWO, CALLED, answers)}


def test_before_any_answer_everybody_is_waited_for() -> None:
    assert states({}) == {
        Discipline.MONITORING: QuorumState.WAITING,
        Discipline.HYDROLOGY: QuorumState.WAITING,
        Discipline.ECOLOGY: QuorumState.MISSING,
    }


def test_one_who_comes_meets_a_discipline() -> None:
    assert states({"m2": AnswerKind.ARRIVING_AT})[Discipline.MONITORING] is QuorumState.MET


def test_a_single_no_leaves_its_discipline_missing_at_once() -> None:
    assert states({"h1": AnswerKind.NO})[Discipline.HYDROLOGY] is QuorumState.MISSING


@pytest.mark.parametrize("answer", [AnswerKind.UNCLEAR, AnswerKind.CALL_ME])
def test_an_unclear_answer_is_waited_for(answer: AnswerKind) -> None:
    assert states({"h1": answer})[Discipline.HYDROLOGY] is QuorumState.WAITING


def test_the_quorum_needs_every_required_discipline_and_no_useful_one() -> None:
    both = {"m1": AnswerKind.YES, "h1": AnswerKind.YES}
    assert [quorum_is_met(quorum(TWO, CALLED, answers)) for answers in ({"m1": AnswerKind.YES}, both)] == [False, True]


def test_a_person_of_two_trades_meets_both() -> None:
    both = expert("b1", ExpertSpeciality.MONITORING, ExpertSpeciality.HYDROLOGY)
    assert quorum_is_met(quorum(TWO, [both], {"b1": AnswerKind.YES}))


def test_no_needs_are_no_quorum() -> None:
    assert not quorum_is_met(())


# Answers

NIGHT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
"""02:30 on 21 November in Shanghai."""


@pytest.mark.parametrize(
    "text", ["1", "1。", "来", " 来吧 ", "好的", "可以", "没问题", "yes", "OK", "on my way", "收到，马上来",
             "K7F3QX 来", "10分钟后出发", "在路上", "明天早上8点到"]
)  # fmt: skip
def test_coming_without_a_time(text: str) -> None:
    assert parse_answer(text, NIGHT).kind is AnswerKind.YES


@pytest.mark.parametrize(
    "text", ["2", "不来", "不来了", "来不了", "去不了", "赶不到", "不能来", "有事来不了", "身体不适，无法参加",
             "我在出差", "不在武汉", "不行", "no", "no thanks", "I can't come", "走不开"]
)  # fmt: skip
def test_not_coming(text: str) -> None:
    assert parse_answer(text, NIGHT).kind is AnswerKind.NO


@pytest.mark.parametrize("text", ["3", "给我打电话", "请打我电话", "call me"])
def test_wants_to_be_called(text: str) -> None:
    assert parse_answer(text, NIGHT).kind is AnswerKind.CALL_ME


@pytest.mark.parametrize(
    "text", ["", "收到", "知道了", "谢谢", "40", "能来吗?", "不用来吧？", "稍后回复", "不一定能来", "看情况",
             "3点到不了", "不是不来", "领导叫我去北京开会", "我是张三", "叫小李来", "他来", "你们来人接我",
             "40分钟后开会", "电话打不通", "原来如此", "TD", "退订", "99小时到", "来" * 200, "11", "12", "来不来"]
)  # fmt: skip
def test_what_is_not_understood_is_never_a_yes_or_a_no(text: str) -> None:
    answer = parse_answer(text, NIGHT)
    assert (answer.kind, answer.arrives_at) == (AnswerKind.UNCLEAR, None)


@pytest.mark.parametrize(
    ("text", "shanghai"),
    [
        ("来,40分钟", "03:10"), ("１，４０分钟", "03:10"), ("1 40", "03:10"), ("yes 45", "03:15"), ("来 60", "03:30"),
        ("coming in 45 min", "03:15"), ("半小时", "03:00"), ("一个半小时", "04:00"), ("1小时20分", "03:50"),
        ("两小时内到", "04:30"), ("十五分钟", "02:45"), ("二十分钟到", "02:50"), ("3刻钟到", "03:15"),
        ("不到40分钟", "03:10"), ("堵车，40分钟到", "03:10"), ("抱歉来晚了，40分钟到", "03:10"),
        ("03:40到", "03:40"), ("好，03：40", "03:40"), ("3点半到", "03:30"), ("3点三刻到", "03:45"),
        ("凌晨3点40分", "03:40"), ("预计3:20到达现场", "03:20"), ("下午3点", "15:00"), ("今晚8点", "20:00"),
    ],
)  # fmt: skip
def test_coming_with_a_time(text: str, shanghai: str) -> None:
    answer = parse_answer(text, NIGHT)
    assert answer.kind is AnswerKind.ARRIVING_AT
    assert answer.arrives_at is not None
    assert (answer.arrives_at + timedelta(hours=8)).strftime("%d %H:%M") == f"21 {shanghai}"


def test_a_time_past_midnight_is_tomorrow() -> None:
    late = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)  # 23:50
    assert parse_answer("0:30到", late).arrives_at == late + timedelta(minutes=40)


def test_a_time_just_gone_is_not_put_off_by_a_day() -> None:
    assert parse_answer("02:25到", NIGHT).arrives_at == NIGHT - timedelta(minutes=5)


def test_the_words_are_kept() -> None:
    assert parse_answer("来,４０分钟", NIGHT).text == "来,４０分钟"


def test_the_phone_page_gives_minutes() -> None:
    assert arriving_in(40, NIGHT).arrives_at == NIGHT + timedelta(minutes=40)


@pytest.mark.parametrize("minutes", [-1, 2_881])
def test_the_phone_page_takes_no_nonsense(minutes: int) -> None:
    with pytest.raises(ValueError, match="2880"):
        arriving_in(minutes, NIGHT)
