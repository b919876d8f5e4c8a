"""Whom to ring, in the exercise: a tanker on a bridge over the Du River above Huanglongtan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.calls.first_calls import (
    CallRole,
    CallToMake,
    Contact,
    ReceptorBelow,
    SpillPlace,
    StructureAbove,
    propose_first_calls,
)

NOW = datetime(2026, 11, 20, 18, 45, tzinfo=UTC)
SPILL = SpillPlace("竹山县堵河大桥", "420323", "堵河", "苯胺", "aniline", reaches_water=True)


def contact(id_: str, name: str, role: CallRole, region: str = "", *facilities: str) -> Contact:
    number = f"+86100000000{len(id_):02d}"
    return Contact(id_, name, name, number, role, region, facilities, is_sample=True)


CONTACTS = (
    contact("province", "省厅值班室", CallRole.PROVINCE_DESK, "420000"),
    contact("fire-county", "竹山县消防救援大队", CallRole.FIRE_BRIGADE, "420323"),
    contact("fire", "十堰市消防救援支队", CallRole.FIRE_BRIGADE, "420300"),
    contact("bureau", "竹山县分局", CallRole.COUNTY_BUREAU, "420323"),
    contact("plant", "黄龙滩水厂", CallRole.WATERWORKS, "420303", "I19"),
    contact("power", "黄龙滩电厂", CallRole.STRUCTURE_BELOW, "420303", "S12"),
    contact("pankou", "潘口水电站", CallRole.STRUCTURE_ABOVE, "420323", "S13"),
    contact("xiaoxuan", "小漩水电站", CallRole.STRUCTURE_ABOVE, "420323", "S14"),
    contact("henan", "南阳市值班室", CallRole.NEIGHBOUR_DESK, "411300"),
)
LEADERS = (contact("leader", "带班领导", CallRole.DUTY_LEADER),)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


BELOW = (
    ReceptorBelow("S03", "dam", "丹江口水利枢纽", 190_000, at(90), at(120), at(160)),
    ReceptorBelow("I22", "intake", "丹江口水库胡家岭水源地", 180_000, at(80), at(110), at(150)),
    ReceptorBelow("S12", "reservoir", "黄龙滩水库", 52_000, at(9), at(12), at(16)),
    ReceptorBelow("I19", "intake", "黄龙滩水库水源地", 50_000, at(8.5), at(11), at(15)),
    ReceptorBelow("M01", "section", "黄龙滩断面", 40_000, at(7), at(9), at(12)),
)
ABOVE = (StructureAbove("S13", "reservoir", "潘口水库", 30_000), StructureAbove("S14", "reservoir", "小漩水库", 22_000))


def exercise(**changes: object) -> tuple[CallToMake, ...]:
    values: dict[str, object] = {
        "spill": SPILL,
        "receptors": BELOW,
        "structures_above": ABOVE,
        "contacts": CONTACTS,
        "leaders": LEADERS,
        "now": NOW,
    }
    return propose_first_calls(**{**values, **changes})  # type: ignore[arg-type]


def names(calls: tuple[CallToMake, ...]) -> list[str]:
    return [call.name_zh for call in calls]


def test_the_exercise_rings_whom_it_should_in_the_order_of_harm() -> None:
    assert names(exercise()) == [
        "黄龙滩水厂",
        "黄龙滩电厂",
        "丹江口水利枢纽",
        "小漩水电站",
        "潘口水电站",
        "竹山县分局",
        "竹山县消防救援大队",
        "带班领导",
        "省厅值班室",
        "南阳市值班室",
    ]


def test_calls_are_numbered_from_one() -> None:
    assert [call.order for call in exercise()] == list(range(1, 11))


def test_the_same_facts_in_another_order_give_the_same_calls() -> None:
    assert exercise(receptors=BELOW[::-1], structures_above=ABOVE[::-1]) == exercise()


def test_the_water_works_is_told_when_the_front_arrives() -> None:
    plant = exercise()[0]
    assert plant.before == at(8.5)
    assert "最早11月21日11:15、最迟11月21日17:45到达" in plant.reason_zh
    assert "50.0公里" in plant.reason_zh


def test_a_front_that_may_be_there_already_is_said_so() -> None:
    close = (ReceptorBelow("I19", "intake", "黄龙滩水库水源地", 900, at(-0.2), at(0.1), at(0.5)),)
    assert "可能已到" in exercise(receptors=close)[0].reason_zh


def test_a_front_that_has_passed_is_said_so() -> None:
    passed = (ReceptorBelow("I19", "intake", "黄龙滩水库水源地", 900, at(-3), at(-2), at(-1)),)
    assert "可能已通过" in exercise(receptors=passed)[0].reason_zh


def test_an_intake_far_off_is_rung_only_when_none_is_near() -> None:
    assert "丹江口水库胡家岭水源地" not in names(exercise())
    assert names(exercise(receptors=BELOW[:2]))[0] == "丹江口水库胡家岭水源地"


def test_an_intake_behind_a_held_front_is_rung_without_a_time() -> None:
    held = (ReceptorBelow("I19", "intake", "黄龙滩水库水源地", 50_000),)
    call = exercise(receptors=held)[0]
    assert (call.name_zh, call.before) == ("黄龙滩水厂", None)
    assert "无法估算" in call.reason_zh


def test_a_facility_without_a_number_keeps_its_place() -> None:
    first = exercise(contacts=())[0]
    assert (first.role, first.name_zh, first.number) == (CallRole.WATERWORKS, "黄龙滩水库水源地", None)


def test_roles_without_a_line_in_the_list_are_named_all_the_same() -> None:
    roles = [call.role for call in exercise(contacts=(), receptors=(), structures_above=())]
    assert roles == [CallRole.COUNTY_BUREAU, CallRole.FIRE_BRIGADE, CallRole.DUTY_LEADER]


def test_one_works_with_two_intakes_is_rung_once_for_the_earlier() -> None:
    works = (contact("plant", "黄龙滩水厂", CallRole.WATERWORKS, "", "I19", "I20"),)
    second = ReceptorBelow("I20", "intake", "备用取水口", 51_000, at(4), at(5), at(6))
    calls = [call for call in exercise(contacts=works, receptors=(*BELOW, second)) if call.role is CallRole.WATERWORKS]
    assert [call.before for call in calls] == [at(4)]


def test_one_station_may_stand_above_one_spill_and_below_another() -> None:
    below = (ReceptorBelow("S13", "reservoir", "潘口水库", 9_000, at(1), at(2), at(3)),)
    call = exercise(receptors=below, structures_above=())[0]
    assert (call.name_zh, call.role) == ("潘口水电站", CallRole.STRUCTURE_BELOW)


def test_a_structure_far_above_is_left_in_peace() -> None:
    far = (StructureAbove("S13", "reservoir", "潘口水库", 200_000),)
    assert "潘口水电站" not in names(exercise(structures_above=far))


def test_the_county_wins_over_its_prefecture() -> None:
    assert "十堰市消防救援支队" not in names(exercise())
    other = SpillPlace("张湾区", "420303", reaches_water=True)
    assert "十堰市消防救援支队" in names(exercise(spill=other))


@pytest.mark.parametrize(("reaches_water", "is_rung"), [(True, True), (None, True), (False, False)])
def test_the_province_is_rung_unless_no_water_is_concerned(reaches_water: bool | None, is_rung: bool) -> None:
    spill = SpillPlace("竹山县", "420323", reaches_water=reaches_water)
    assert ("省厅值班室" in names(exercise(spill=spill, receptors=()))) is is_rung


def test_a_neighbour_is_rung_only_when_a_border_or_danjiangkou_lies_below() -> None:
    assert "南阳市值班室" not in names(exercise(receptors=BELOW[2:]))
    border = ReceptorBelow("B1", "border", "陕鄂省界", 5_000, at(1), at(2), at(3))
    assert "南阳市值班室" in names(exercise(receptors=(border,)))


def test_a_call_keeps_its_key_when_the_arrival_changes() -> None:
    later = tuple(
        ReceptorBelow(r.id, r.kind, r.name, r.distance_m, at(20), at(22), at(23)) for r in BELOW if r.id == "I19"
    )
    assert exercise(receptors=later)[0].key == exercise()[0].key


def test_every_reason_is_given_in_both_languages() -> None:
    for call in exercise():
        assert call.reason_zh
        assert call.reason_en.isascii()


def test_sample_numbers_are_marked() -> None:
    assert all(call.is_sample for call in exercise() if call.contact_id)
