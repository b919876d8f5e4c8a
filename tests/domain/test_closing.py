"""Five first moments, three checks, the closing gate, four properties of a package."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident_desk.domain.closing import package_checks
from incident_desk.domain.closing.first_moments import Act, FirstMoment, MomentState, line, presets, scene_preset
from incident_desk.domain.closing.gate import (
    Gate,
    GateFinding,
    GateLine,
    GateState,
    ReasonsMissing,
    ReasonTooLong,
    digest_of,
    reasons_for,
    snapshot,
)
from incident_desk.domain.closing.package_checks import PackageFacts, PackageProperty
from incident_desk.domain.closing.said import Said
from incident_desk.domain.closing.three_checks import Point, PointState, ThreeCheck, standing
from tests.conftest import NOW

A_DAY = timedelta(days=1)
MISSING = Said("缺", "missing")


def finding(line_: GateLine, state: GateState) -> GateFinding:
    return GateFinding(line_, state, Said("甲", "a"))


def test_every_target_has_a_source_and_says_whether_it_is_a_preset() -> None:
    assert {code for code, preset in presets().items() if not preset.is_preset} == {"release"}
    assert all(preset.source for preset in presets().values())


@pytest.mark.parametrize(
    ("region", "minutes"), [("420302", 60), ("420323", 120), ("420381", 120), ("420300", 120), ("", 120)]
)
def test_a_district_of_a_city_is_reached_sooner(region: str, minutes: int) -> None:
    assert scene_preset(region).within == timedelta(minutes=minutes)


def test_a_line_is_filled_by_its_last_act_and_late_by_its_target() -> None:
    target = presets()["scene_other"].after(NOW)
    acts = (Act(NOW, MISSING, ""), Act(NOW + timedelta(minutes=121), MISSING, ""))
    filled = line(FirstMoment.SCENE, acts, target=target)
    assert (filled.state, filled.at) == (MomentState.FILLED, NOW + timedelta(minutes=121))
    assert filled.is_late(NOW)


def test_a_line_with_something_missing_is_filled_in_part_and_goes_on_being_late() -> None:
    target = presets()["scene_other"].after(NOW)
    partly = line(FirstMoment.MONITORING, (Act(NOW, MISSING, ""),), missing=MISSING, target=target)
    assert partly.state is MomentState.PARTLY
    assert not partly.is_late(NOW + timedelta(minutes=120))
    assert partly.is_late(NOW + timedelta(minutes=121))
    assert line(FirstMoment.RELEASE, (), missing=MISSING).state is MomentState.MISSING


def test_a_target_without_a_start_is_none() -> None:
    assert presets()["monitoring_sample"].after(None) is None


def test_a_correction_is_over_only_when_it_was_accepted() -> None:
    done = Point(ThreeCheck.CORRECTION, NOW, NOW - A_DAY, None)
    assert done.state(NOW) is PointState.TO_ACCEPT
    assert done.state(NOW + A_DAY) is PointState.OVERDUE
    assert Point(ThreeCheck.CORRECTION, NOW, NOW - A_DAY, NOW).state(NOW + A_DAY) is PointState.DONE
    assert Point(ThreeCheck.CAUSE, NOW, NOW - A_DAY, None).state(NOW + A_DAY) is PointState.DONE


def test_a_check_without_a_point_or_with_an_overdue_one_is_not_held() -> None:
    found = {one.check: one for one in standing([Point(ThreeCheck.CAUSE, NOW, None, None)], NOW)}
    assert found[ThreeCheck.CAUSE].is_held
    assert not found[ThreeCheck.RESPONSIBILITY].is_held
    late = {one.check: one for one in standing([Point(ThreeCheck.CAUSE, NOW, None, None)], NOW + A_DAY)}
    assert not late[ThreeCheck.CAUSE].is_held


GATE = Gate(
    (
        finding(GateLine.RESPONSE_ENDED, GateState.MET),
        finding(GateLine.RESULT_REPORT, GateState.UNMET),
        finding(GateLine.THREE_CHECKS, GateState.UNMET),
        finding(GateLine.ASSESSMENT, GateState.NOT_APPLICABLE),
    )
)


def test_every_unmet_line_needs_a_reason_and_the_first_without_one_is_named() -> None:
    with pytest.raises(ReasonsMissing) as refused:
        reasons_for(GATE, {"result_report": "另行报送"})
    assert refused.value.field == "reason-three_checks"
    assert reasons_for(GATE, {"result_report": "另行报送", "all": "误报"}) == {
        GateLine.RESULT_REPORT: "另行报送", GateLine.THREE_CHECKS: "误报",
    }  # fmt: skip
    with pytest.raises(ReasonTooLong):
        reasons_for(GATE, {"all": "长" * 501})


def test_a_blank_reason_is_none() -> None:
    with pytest.raises(ReasonsMissing):
        reasons_for(GATE, {"all": "  "})


def test_the_mark_follows_the_lines_and_the_digest_the_words() -> None:
    met = Gate(tuple(finding(one.line, GateState.MET) for one in GATE.findings))
    assert met.is_open
    assert not GATE.is_open
    assert met.mark != GATE.mark
    first, other = (snapshot(GATE, {GateLine.RESULT_REPORT: why}, by="赵", at=NOW) for why in ("甲", "乙"))
    assert digest_of(first) == digest_of(snapshot(GATE, {GateLine.RESULT_REPORT: "甲"}, by="赵", at=NOW))
    assert digest_of(first) != digest_of(other)


def facts(**more: object) -> PackageFacts:
    whole: dict[str, object] = {
        "faults": (), "paths": ("a/data/01接报记录/接报.json",), "missing_groups": (), "personal_files": 1,
        "explained": "", "scanned": "杀毒软件，未发现病毒",
    }  # fmt: skip
    return PackageFacts(**(whole | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ({}, set()),
        ({"faults": ("seq 3 hash",)}, {PackageProperty.AUTHENTIC}),
        ({"missing_groups": ("16总结",)}, {PackageProperty.COMPLETE}),
        ({"missing_groups": ("16总结",), "explained": "总结另行报送"}, set()),
        ({"paths": ("a/data/x.xyz",)}, {PackageProperty.USABLE}),
        ({"paths": ("a/data/x.exe",)}, {PackageProperty.USABLE, PackageProperty.SAFE}),
        ({"scanned": ""}, {PackageProperty.SAFE}),
    ],
)
def test_each_property_fails_for_its_own_reason(more: dict[str, object], failed: set[PackageProperty]) -> None:
    results = package_checks.check(facts(**more))
    assert {one.prop for one in results if not one.holds} == failed
    assert package_checks.is_sound(results) is not bool(failed)
