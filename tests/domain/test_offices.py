from __future__ import annotations

import pytest

from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.offices import MINISTRY, OfficeLevel, UnknownOffice

OFFICES = Rulebook.shipped().offices


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("420000", OfficeLevel.PROVINCE, MINISTRY),
        ("420300", OfficeLevel.PREFECTURE, "420000"),
        ("420303", OfficeLevel.COUNTY, "420300"),
        ("420381", OfficeLevel.COUNTY, "420300"),
        ("429004", OfficeLevel.PROVINCE_ADMINISTERED, "420000"),
        ("429021", OfficeLevel.PROVINCE_ADMINISTERED, "420000"),
        ("610000", OfficeLevel.PROVINCE, MINISTRY),
        ("610900", OfficeLevel.PREFECTURE, "610000"),
        ("610922", OfficeLevel.COUNTY, "610900"),
        ("469001", OfficeLevel.PROVINCE_ADMINISTERED, "460000"),
        ("500238", OfficeLevel.COUNTY, "500000"),
    ],
)
def test_a_code_stands_where_its_digits_put_it(code: str, level: OfficeLevel, parent: str) -> None:
    office = OFFICES.get(code)
    assert (office.level, office.parent_code) == (level, parent)


@pytest.mark.parametrize(
    "code", ["", "42", "420399", "420400", "990000", "000000", "42030a", "4203000", "500100", "429000"]
)
def test_a_code_that_names_no_office_is_refused(code: str) -> None:
    with pytest.raises(UnknownOffice):
        OFFICES.get(code)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("420000", "湖北省生态环境厅"),
        ("420300", "十堰市生态环境局"),
        ("420303", "十堰市生态环境局张湾分局"),
        ("420325", "十堰市生态环境局房县分局"),
        ("420528", "宜昌市生态环境局长阳分局"),
        ("420381", "十堰市生态环境局丹江口分局"),
        ("422800", "恩施土家族苗族自治州生态环境局"),
        ("429021", "神农架林区生态环境局"),
        ("411300", "河南省南阳市生态环境局"),
        (MINISTRY, "生态环境部"),
    ],
)
def test_an_office_is_called_as_officers_call_it(code: str, name: str) -> None:
    assert OFFICES.bureau_zh(code) == name


def test_hubei_has_seventeen_offices_below_the_province_and_every_county_one_above() -> None:
    assert len(OFFICES.children("420000")) == 17
    counties = [o for o in OFFICES.offices.values() if o.level is OfficeLevel.COUNTY]
    assert all(OFFICES.is_within(county.code, "420000") for county in counties)


def test_neighbours_inside_the_province_are_mutual() -> None:
    for office in OFFICES.offices.values():
        for neighbour in office.neighbours:
            if neighbour in OFFICES.offices:
                assert office.code in OFFICES.get(neighbour).neighbours, (office.code, neighbour)
            assert OFFICES.get(neighbour)


def test_another_prefecture_is_not_within_this_one() -> None:
    assert not OFFICES.is_within("420602", "420300")
    assert OFFICES.is_within("420303", "420300")
