"""Which places below count as threatened, and for whom."""

from __future__ import annotations

import pytest

from incident_desk.domain.downstream import (
    PlaceBelow,
    county_of,
    one_per_structure,
    prefectures_entered,
    targets_below,
    threatened,
)
from incident_desk.domain.law.triggers import KnownFacts, propose_triggers, trigger_codes

BORDER = PlaceBelow("B081", "border", "县界：竹山县→房县", 25_213.0, 5.0, "county", "420323", "420325")
INTAKE = PlaceBelow("I19", "intake", "黄龙滩水库水源地", 96_053.0, 19.4)
POOL = PlaceBelow("S03-6892-E", "reservoir", "丹江口水利枢纽（入库处）", 123_669.0, 23.9)
OUT = PlaceBelow("B050", "border", "市州界：丹江口市→谷城县", 272_700.0, 48.0, "prefecture", "420381", "420625")
FAR = PlaceBelow("B900", "border", "鄂赣省界", 1_200_000.0, 300.0, "province", "421127", "360481")
ALL = (BORDER, INTAKE, POOL, OUT, FAR)


def test_the_exercise_implies_a_source_and_a_border_between_provinces() -> None:
    codes = trigger_codes(propose_triggers(KnownFacts(targets=targets_below(ALL))))
    assert {"T1", "T4", "H2", "H3"} <= set(codes)


def test_a_border_that_the_front_reaches_in_twelve_days_does_not_count() -> None:
    assert FAR not in threatened(ALL)
    assert "T4" not in trigger_codes(propose_triggers(KnownFacts(targets=targets_below((BORDER, FAR)))))


def test_a_border_between_provinces_within_the_horizon_counts() -> None:
    near = PlaceBelow("B004", "border", "鄂豫省界", 30_000.0, 8.0, "province", "420323", "411326")
    assert "T4" in trigger_codes(propose_triggers(KnownFacts(targets=targets_below((near,)))))


def test_a_county_border_is_no_circumstance() -> None:
    assert targets_below((BORDER,)) == ()


def test_the_county_border_of_danjiangkou_city_is_not_its_reservoir() -> None:
    assert not PlaceBelow("B049", "border", "县界：郧阳区→丹江口市", 183_000.0, 34.0).is_diversion_source


def test_the_office_may_set_its_own_horizon() -> None:
    assert threatened(ALL, 10.0) == (BORDER,)


@pytest.mark.parametrize(("distance_m", "counts"), [(99_000.0, True), (101_000.0, False)])
def test_without_an_arrival_distance_decides(distance_m: float, counts: bool) -> None:
    still = PlaceBelow("I1", "intake", "某水厂", distance_m, None)
    assert bool(threatened((still,))) is counts


def test_only_the_three_nearest_intakes_are_named() -> None:
    many = [PlaceBelow(f"I{k}", "intake", f"水厂{k}", 1_000.0 * k, float(k)) for k in (5, 4, 3, 2, 1)]
    assert [target.name_zh for target in targets_below(many)] == ["水厂1", "水厂2", "水厂3"]


def test_the_county_of_the_spill_is_the_one_the_river_leaves_first() -> None:
    assert county_of(ALL) == "420323"
    assert county_of((INTAKE,)) is None


def test_prefectures_entered_leave_out_ones_own() -> None:
    assert prefectures_entered(ALL, "420300") == ("420600", "360400")
    assert prefectures_entered((OUT,), "420625") == ()


def test_of_a_dam_and_its_power_station_the_station_is_rung() -> None:
    assert one_per_structure(["S12-R07-T", "S12", "S12-P", "S03", "S12-8414-E"]) == {"S12-P", "S03"}
