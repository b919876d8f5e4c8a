"""Places, levels and intakes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incident_desk.domain.calls.coordinates import Coordinates, Datum
from incident_desk.domain.calls.place import (
    Position,
    PositionHow,
    RegionCodeUnreadable,
    SupplyLevel,
    read_region_code,
    supply_level,
)
from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted, intake_conditions

PREFECTURE, COUNTY, TOWNSHIP = SupplyLevel.PREFECTURE, SupplyLevel.COUNTY, SupplyLevel.TOWNSHIP


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("420300", PREFECTURE),  # 十堰市
        ("420302", PREFECTURE),  # 茅箭区, a district of the city
        ("420304", PREFECTURE),  # 郧阳区
        ("420323", COUNTY),  # 竹山县
        ("420381", COUNTY),  # 丹江口市, a county-level city
        ("420323105", TOWNSHIP),
        ("420323105000", TOWNSHIP),
        ("422801", COUNTY),  # 恩施市 in an autonomous prefecture: no district although it ends in 01
        ("422800", None),
        ("429004", COUNTY),  # 仙桃市, administered by the province
        ("429021", COUNTY),  # 神农架林区
        ("420000", None),
    ],
)
def test_the_level_of_a_place_follows_from_its_code(code: str, level: SupplyLevel | None) -> None:
    assert supply_level(code) is level


@pytest.mark.parametrize("text", ["420323", " 420323 ", "420323105"])
def test_a_region_code_is_read(text: str) -> None:
    assert read_region_code(text) == text.strip()


@pytest.mark.parametrize("text", ["竹山县", "4203", "042032", "42032310"])
def test_what_is_no_region_code_is_refused(text: str) -> None:
    with pytest.raises(RegionCodeUnreadable):
        read_region_code(text)


def test_a_position_survives_its_json_with_what_was_received() -> None:
    position = Position(Coordinates(110.5033, 32.6768, Datum.GCJ02), PositionHow.PHONE, 12.5)
    assert Position.from_json(position.to_json()) == position
    assert position.to_json()["datum"] == "gcj02"


def intake(state: IntakeState, supply: SupplyInterrupted, serves: SupplyLevel | None = PREFECTURE) -> IntakeReport:
    return IntakeReport("黄龙滩水厂", "I19", state, supply, serves, datetime(2026, 11, 20, 18, 30, tzinfo=UTC))


def test_an_intake_survives_its_json() -> None:
    report = intake(IntakeState.STOPPED_PRECAUTION, SupplyInterrupted.NO)
    assert IntakeReport.from_json(report.to_json()) == report
    assert IntakeReport.from_json(IntakeReport("某水厂").to_json()) == IntakeReport("某水厂")


YES, NO, UNKNOWN = SupplyInterrupted.YES, SupplyInterrupted.NO, SupplyInterrupted.UNKNOWN


@pytest.mark.parametrize(
    ("report", "hold", "possible"),
    [
        (intake(IntakeState.DRAWING, YES), (), ()),
        (intake(IntakeState.UNKNOWN, UNKNOWN), (), ()),
        (intake(IntakeState.STOPPED_PRECAUTION, YES), ("WATER_INTAKE_STOPPED_PRECAUTION",), ()),
        (intake(IntakeState.STOPPED_PRECAUTION, NO), ("WATER_INTAKE_STOPPED_PRECAUTION",), ()),
        (intake(IntakeState.STOPPED_POLLUTED, YES), ("WATER_INTAKE_INTERRUPTED_PREFECTURE",), ()),
        (intake(IntakeState.STOPPED_POLLUTED, YES, COUNTY), ("WATER_INTAKE_INTERRUPTED_COUNTY",), ()),
        (intake(IntakeState.STOPPED_POLLUTED, YES, TOWNSHIP), ("WATER_INTAKE_INTERRUPTED_TOWNSHIP",), ()),
        (intake(IntakeState.STOPPED_POLLUTED, NO, COUNTY), (), ("WATER_INTAKE_INTERRUPTED_COUNTY",)),
        (intake(IntakeState.STOPPED_POLLUTED, UNKNOWN, COUNTY), (), ("WATER_INTAKE_INTERRUPTED_COUNTY",)),
        (intake(IntakeState.STOPPED_POLLUTED, YES, None), (), ("WATER_INTAKE_INTERRUPTED_PREFECTURE",)),
    ],
)
def test_what_an_intake_means_for_the_grade(
    report: IntakeReport, hold: tuple[str, ...], possible: tuple[str, ...]
) -> None:
    found = intake_conditions([report])
    assert (found.hold, found.possible) == (hold, possible)


def test_what_holds_for_one_intake_is_not_listed_as_possible_for_another() -> None:
    found = intake_conditions([intake(IntakeState.STOPPED_POLLUTED, NO), intake(IntakeState.STOPPED_POLLUTED, YES)])
    assert (found.hold, found.possible) == (("WATER_INTAKE_INTERRUPTED_PREFECTURE",), ())
