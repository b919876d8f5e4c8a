"""Numbers in a text are found however they are written, and compared exactly with what was approved."""

from __future__ import annotations

from decimal import Decimal

import pytest

from incident_desk.domain.disclosure.stated_figures import (
    Figure,
    FigureKind,
    FigureUnit,
    FigureUnreadable,
    NumberFault,
    check_numbers,
    read_value,
    stated_numbers,
)


def figure(value: str = "0.35", unit: FigureUnit = FigureUnit.MG_L, indicator: str = "苯胺", **more: bool) -> Figure:
    return Figure(1, FigureKind.RESULT, indicator, "黄龙滩断面", value, unit, more.get("is_approved", True))


def values(text: str) -> list[Decimal | None]:
    return [one.measure.value if one.measure else None for one in stated_numbers("", text)]


def faults(text: str, *figures: Figure, title: str = "") -> list[NumberFault | None]:
    return [one.fault for one in check_numbers(title, text, figures)]


@pytest.mark.parametrize(
    "text",
    [
        *("苯胺0.35mg/L", "苯胺 0.35 mg/L", "苯胺0.35毫克/升", "苯胺0.35毫克每升", "每升含苯胺0.35毫克", "0.35 mg·L-1"),
        *(
            "苯胺０．３５ｍｇ／Ｌ",
            "苯胺0.35㎎/L",
            "苯胺零点三五毫克/升",
            "350μg/L",
            "350 µg/L",
            "350微克/升",
            "350ug/L",
        ),
        *("断面1：0.35mg/L", "11月21日02:25、0.35mg/L", "3.5×10⁻¹mg/L", ".35mg/L", "W1、0.35mg/L", "PM2.5 0.35mg/L"),
    ],
)
def test_a_concentration_is_read_however_it_is_written(text: str) -> None:
    assert values(text) == [Decimal("0.35")]


@pytest.mark.parametrize(
    "text", ["水温5℃", "罐车装载18吨", "距取水口30km", "11月21日2时", "超标3.5倍", "60公斤/小时", "每升水", ""]
)
def test_other_numbers_are_let_pass(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("苯胺0.1、0.2和0.3mg/L", ["0.1", "0.2", "0.3"]),
        ("0.12~0.35mg/L", ["0.12", "0.35"]),
        ("0.12—0.35mg/L", ["0.12", "0.35"]),
        ("浓度为0.1,0.35mg/L", ["0.1", "0.35"]),
        ("1,200mg/L", ["1200"]),
        ("从0.1mg/L降到0.05mg/L", ["0.1", "0.05"]),
        ("35μg/m³", ["0.000035"]),
    ],
)
def test_numbers_that_share_a_unit_are_all_found(text: str, wanted: list[str]) -> None:
    assert sorted(values(text), key=str) == sorted((Decimal(one) for one in wanted), key=str)


def test_a_number_that_is_none_is_refused_and_never_passed_over() -> None:
    assert faults("浓度1.2.3mg/L", figure("1.2")) == [NumberFault.UNREADABLE]
    assert faults("浓度五六毫克/升", figure("5")) == [NumberFault.UNREADABLE]
    assert faults(f"浓度{'1' * 40}mg/L") == [NumberFault.UNREADABLE]


def test_the_place_is_named() -> None:
    (one,) = stated_numbers("通报", "第一段。\n\n经监测，苯胺为0.35mg/L，达标。")
    assert (one.paragraph, one.position, one.written) == (2, 8, "0.35mg/L")
    assert one.excerpt == "经监测，苯胺为0.35mg/L，达标"
    (title,) = stated_numbers("苯胺0.35mg/L", "无")
    assert (title.paragraph, title.position) == (0, 3)


@pytest.mark.parametrize(
    ("text", "stored", "unit"),
    [
        ("苯胺0.35mg/L", "0.350", FigureUnit.MG_L),
        ("苯胺350μg/L", "0.35", FigureUnit.MG_L),
        ("苯胺0.35mg/L", "350", FigureUnit.UG_L),
        ("苯胺2mg/kg", "2000", FigureUnit.UG_KG),
        ("苯胺20μg/m³", "0.02", FigureUnit.MG_M3),
    ],
)
def test_equal_is_equal_in_any_unit(text: str, stored: str, unit: FigureUnit) -> None:
    assert faults(text, figure(stored, unit)) == [None]


def test_nearly_is_not_equal() -> None:
    assert faults("苯胺0.35mg/L", figure("0.351")) == [NumberFault.NOT_ENTERED]
    assert faults("苯胺0.35mg/kg", figure("0.35")) == [NumberFault.NOT_ENTERED]


def test_a_figure_that_nobody_approved_does_not_count() -> None:
    assert faults("苯胺0.35mg/L", figure(is_approved=False)) == [NumberFault.NOT_APPROVED]


def test_the_value_of_another_indicator_does_not_count() -> None:
    other = figure(indicator="氨氮")
    assert faults("苯胺0.35mg/L", figure("0.1"), other) == [NumberFault.OTHER_INDICATOR]
    assert faults("苯胺0.1mg/L，氨氮0.35mg/L", figure("0.1"), other) == [None, None]
    assert faults("断面浓度0.35mg/L", other) == [NumberFault.OTHER_INDICATOR]
    assert faults("主要污染物为苯胺。断面浓度0.35mg/L", figure()) == [None]


def test_many_numbers_are_all_looked_at() -> None:
    text = "苯胺0.35mg/L，" * 300 + "苯胺9mg/L"
    assert faults(text, figure())[-1] is NumberFault.NOT_ENTERED


@pytest.mark.parametrize("text", ["一" * 20_000, "1" * 20_000, "1," * 10_000, "1、" * 10_000 + "mg/L", "每升" * 10_000])
def test_hostile_texts_end(text: str) -> None:
    stated_numbers("", text)


@pytest.mark.parametrize(("typed", "stored"), [("0.35", "0.35"), ("１．５", "1.5"), ("1,200", "1200"), (" 3 ", "3")])
def test_a_value_is_kept_as_entered(typed: str, stored: str) -> None:
    assert read_value(typed) == stored


@pytest.mark.parametrize("typed", ["", "-1", "0.3mg/L", "<0.03", "1e5", "∞", "1.2.3", "9" * 30])
def test_what_is_no_number_is_no_figure(typed: str) -> None:
    with pytest.raises(FigureUnreadable):
        read_value(typed)
