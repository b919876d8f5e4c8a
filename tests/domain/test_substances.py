"""Substances by name and number."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from incident_desk.domain.calls import substances
from incident_desk.domain.calls.substances import (
    CasUnreadable,
    InWater,
    Substance,
    SubstanceDisagrees,
    UnDoesNotFit,
    UnUnreadable,
)

ALL = substances.substances()


def named(name: str) -> Substance:
    found = substances.find_by_name(name)
    assert found is not None
    return found


def test_at_least_sixty_substances_ship() -> None:
    assert len(ALL) >= 60


@pytest.mark.parametrize("one", [s for s in ALL if s.cas], ids=lambda s: s.id)
def test_every_cas_number_has_a_right_check_digit(one: Substance) -> None:
    """Reckoned here from the left, the table's reader does it from the right."""
    digits = [int(char) for char in (one.cas or "") if char.isdigit()]
    weights = range(len(digits) - 1, 0, -1)
    assert sum(w * d for w, d in zip(weights, digits[:-1], strict=True)) % 10 == digits[-1]


def test_no_name_or_alias_means_two_substances() -> None:
    seen: dict[str, str] = {}
    for one in ALL:
        for name in set(one.names()):
            assert seen.setdefault(name, one.id) == one.id, name


def test_every_limit_names_its_table() -> None:
    assert all(one.limit_source.startswith("GB 3838-2002 表") for one in ALL if one.limit_mg_l is not None)


@pytest.mark.parametrize(
    ("name", "limit", "source"),
    [
        ("苯胺", 0.1, "GB 3838-2002 表3"),
        ("硝基苯", 0.017, "GB 3838-2002 表3"),
        ("苯", 0.01, "GB 3838-2002 表3"),
        ("黄磷", 0.003, "GB 3838-2002 表3"),
        ("硫酸铊", 0.0001, "GB 3838-2002 表3"),
        ("苯酚", 0.005, "GB 3838-2002 表1 Ⅲ类"),
        ("柴油", 0.05, "GB 3838-2002 表1 Ⅲ类"),
    ],
)
def test_limits_are_those_of_the_standard(name: str, limit: float, source: str) -> None:
    assert (named(name).limit_mg_l, named(name).limit_source) == (limit, source)


def test_what_floats_is_lighter_than_water_and_what_sinks_is_heavier() -> None:
    for one in ALL:
        if one.density_kg_m3 and one.in_water in {InWater.FLOATS, InWater.SINKS}:
            assert (one.density_kg_m3 < 1_000) == (one.in_water is InWater.FLOATS), one.id


def test_no_decay_is_claimed_that_nobody_measured() -> None:
    assert all(one.decay_per_day is None for one in ALL)


def test_heavy_metals_and_metalloids_are_a_special_circumstance() -> None:
    assert named("硝酸铅").is_metal_or_metalloid
    assert named("砒霜").is_metal_or_metalloid
    assert not named("砒霜").is_heavy_metal
    assert not named("苯胺").is_metal_or_metalloid


def test_dangerous_goods_have_a_un_number() -> None:
    assert named("苯胺").is_hazardous_chemical
    assert not named("尿素").is_hazardous_chemical


@pytest.mark.parametrize("text", ["62-53-3", "0062-53-3", "62533", "CAS 62-53-3", "６２－５３－３", "CAS号：62-53-3"])
def test_a_cas_number_is_read_in_many_spellings(text: str) -> None:
    assert substances.read_cas(text) == "62-53-3"


@pytest.mark.parametrize("text", ["62-53-4", "62-35-3", "苯胺", "12", ""])
def test_a_cas_number_with_a_wrong_digit_is_refused(text: str) -> None:
    with pytest.raises(CasUnreadable):
        substances.read_cas(text)


@pytest.mark.parametrize("text", ["1547", "UN1547", "un 1547", "UN No. 1547", "ＵＮ１５４７", "UN编号：1547"])
def test_a_un_number_is_read_in_many_spellings(text: str) -> None:
    assert substances.read_un(text) == "1547"


@pytest.mark.parametrize("text", ["154", "15470", "UN", "苯胺"])
def test_what_is_no_un_number_is_refused(text: str) -> None:
    with pytest.raises(UnUnreadable):
        substances.read_un(text)


@pytest.mark.parametrize("text", ["苯胺", "阿尼林油", "aniline", "ANILINE", "1547", "UN1547", "62-53-3", "苯 胺"])
def test_a_search_puts_what_was_named_first(text: str) -> None:
    assert substances.search(text)[0].id == "aniline"


@pytest.mark.parametrize(
    ("text", "id_"), [("anil", "aniline"), ("anilin", "aniline"), ("tolune", "toluene"), ("154", "aniline")]
)
def test_a_beginning_or_a_near_miss_is_found(text: str, id_: str) -> None:
    assert id_ in {one.id for one in substances.search(text)}


def test_a_search_for_nothing_or_nonsense_finds_nothing() -> None:
    assert substances.search("  ") == ()
    assert substances.search("卡车侧翻") == ()


def test_several_forms_of_one_substance_share_it() -> None:
    assert [one.id for one in substances.find_by_un("2312")] == ["phenol"]


def test_name_and_numbers_that_agree_identify() -> None:
    found = substances.identify("苯胺", "1547", "62-53-3")
    assert found is not None
    assert found.id == "aniline"


def test_a_un_number_alone_identifies_only_when_one_substance_bears_it() -> None:
    found = substances.identify(un="1547")
    assert found is not None
    assert found.id == "aniline"
    assert substances.identify(un="2783") is None


def test_un_and_cas_that_disagree_are_refused() -> None:
    with pytest.raises(UnDoesNotFit, match="苯胺 Aniline, which travels as UN 1547") as refusal:
        substances.identify(un="1294", cas="62-53-3")
    assert refusal.value.field == "un_no"


def test_name_and_cas_that_disagree_are_refused() -> None:
    with pytest.raises(SubstanceDisagrees, match=r"苯胺.*甲苯"):
        substances.identify("甲苯", cas="62-53-3")


def test_a_collective_un_number_contradicts_nothing() -> None:
    found = substances.identify("苯胺", un="2810")
    assert found is not None
    assert found.id == "aniline"


def test_what_is_not_listed_is_no_error() -> None:
    assert substances.identify("某某新材料", "9999", "") is None


def table(tmp_path: Path, **changes: str) -> Path:
    row = dict.fromkeys(substances.COLUMNS, "")
    row |= {"id": "x", "name_zh": "甲", "name_en": "X", "pollutant_category": "ACID", "in_water": "sinks"} | changes
    path = tmp_path / "substances.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, substances.COLUMNS)
        writer.writeheader()
        writer.writerow(row)
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {"cas": "62-53-4"},
        {"un": "15"},
        {"pollutant_category": "NO_SUCH"},
        {"in_water": "flies"},
        {"limit_mg_l": "0.1"},
        {"density_kg_m3": "heavy"},
    ],
)
def test_a_wrong_row_stops_the_table(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        substances.read_substances(table(tmp_path, **changes))


def test_a_right_row_is_read(tmp_path: Path) -> None:
    assert substances.read_substances(table(tmp_path, cas="62-53-3"))[0].cas == "62-53-3"
