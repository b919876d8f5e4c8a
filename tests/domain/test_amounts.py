"""The three amounts of a spill."""

from __future__ import annotations

import pytest

from incident_desk.domain.calls.amounts import (
    Amount,
    AmountKind,
    Amounts,
    AmountUnit,
    AmountUnreadable,
    AmountWithoutUnit,
    Certainty,
    parse_amount,
)


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("18t", 18_000),
        ("18 吨", 18_000),
        ("１８吨", 18_000),
        ("十八吨", 18_000),
        ("两吨半", 2_500),
        ("半吨", 500),
        ("18,000 kg", 18_000),
        ("500公斤", 500),
        ("500千克", 500),
        ("500斤", 250),
        ("300克", 0.3),
        ("0 t", 0),
        ("1.5 tonnes", 1_500),
    ],
)
def test_a_mass_is_read_in_any_unit(text: str, kg: float) -> None:
    assert parse_amount(text).mass_kg() == pytest.approx(kg)


@pytest.mark.parametrize(
    ("text", "cubic_m"),
    [("200 L", 0.2), ("3 方", 3), ("三立方米", 3), ("3m³", 3), ("1.5万升", 15), ("500毫升", 0.0005), ("2㎥", 2)],
)
def test_a_volume_is_read_in_any_unit(text: str, cubic_m: float) -> None:
    assert parse_amount(text).volume_m3() == pytest.approx(cubic_m)


def test_a_volume_becomes_a_mass_only_by_a_density() -> None:
    """Two cubic metres of mercury weigh 27 t: that much is common knowledge."""
    assert parse_amount("2 m3").mass_kg() is None
    assert parse_amount("2 m3").mass_kg(13_534) == pytest.approx(27_068)


@pytest.mark.parametrize("text", ["5-6吨", "五六吨", "5到6吨", "5吨到6吨", "5～6 t"])
def test_a_range_keeps_both_ends_and_reckons_with_the_upper(text: str) -> None:
    amount = parse_amount(text)
    assert (amount.low, amount.high, amount.unit) == (5, 6, AmountUnit.T)
    assert amount.mass_kg() == 6_000


@pytest.mark.parametrize(
    "text", ["约18吨", "18吨左右", "大概18吨", "18多吨", "about 18 t", "~18 t", "18吨（估计）", "18吨"]
)
def test_an_amount_that_nobody_calls_confirmed_is_estimated(text: str) -> None:
    amount = parse_amount(text)
    assert (amount.high, amount.certainty) == (18, Certainty.ESTIMATED)


@pytest.mark.parametrize("text", ["18吨（已核实）", "过磅18吨", "18 t confirmed"])
def test_words_can_confirm_an_amount(text: str) -> None:
    assert parse_amount(text).certainty is Certainty.CONFIRMED


def test_the_tick_beside_an_amount_beats_its_words() -> None:
    assert parse_amount("约18吨", certainty=Certainty.CONFIRMED).certainty is Certainty.CONFIRMED


@pytest.mark.parametrize("text", ["18", "十八", "约18", "5-6"])
def test_an_amount_without_unit_is_refused_and_repeats_what_was_read(text: str) -> None:
    with pytest.raises(AmountWithoutUnit, match=text) as refusal:
        parse_amount(text, field="carried")
    assert refusal.value.field == "carried"


@pytest.mark.parametrize(
    "text",
    ["", "吨", "一些", "-3 t", "18桶", "十几吨", "18吨苯胺", "5吨到6公斤", "6-5吨", "nan t", "1e9 t", "9" * 400 + " t"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountUnreadable):
        parse_amount(text)


def codes(amounts: Amounts, density: float | None = None) -> set[tuple[str, str]]:
    return {(doubt.field, doubt.code) for doubt in amounts.doubts(density)}


def amount(text: str) -> Amount:
    return parse_amount(text)


def test_more_leaked_than_carried_is_a_doubt_and_no_refusal() -> None:
    amounts = Amounts(carried=amount("18t"), leaked=amount("20吨"))
    assert codes(amounts) == {("leaked", "leaked_more_than_carried")}
    assert all(doubt.soft for doubt in amounts.doubts())


def test_more_in_the_water_than_leaked_or_carried_is_a_doubt() -> None:
    amounts = Amounts(carried=amount("18t"), leaked=amount("2 t"), into_water=amount("30000kg"))
    assert codes(amounts) == {
        ("into_water", "into_water_more_than_leaked"),
        ("into_water", "into_water_more_than_carried"),
    }


def test_a_range_that_overlaps_is_no_doubt() -> None:
    assert codes(Amounts(carried=amount("5-6吨"), leaked=amount("5.5 t"))) == set()


def test_equal_amounts_in_other_units_are_no_doubt() -> None:
    assert codes(Amounts(carried=amount("18t"), leaked=amount("18000 kg"))) == set()


def test_a_volume_without_density_says_that_no_mass_is_reckoned() -> None:
    amounts = Amounts(carried=amount("20方"), leaked=amount("25 m3"))
    assert codes(amounts) == {
        ("leaked", "leaked_more_than_carried"),
        ("carried", "volume_without_density"),
        ("leaked", "volume_without_density"),
    }
    assert codes(amounts, 1_022) == {("leaked", "leaked_more_than_carried")}


def test_the_mass_to_reckon_with_is_the_one_nearest_the_water() -> None:
    assert Amounts(carried=amount("18t")).spilled_kg() == (AmountKind.CARRIED, 18_000)
    assert Amounts(amount("18t"), amount("5t"), amount("2t")).spilled_kg() == (AmountKind.INTO_WATER, 2_000)
    assert Amounts(amount("18t"), into_water=amount("3方")).spilled_kg() == (AmountKind.CARRIED, 18_000)
    assert Amounts().spilled_kg() is None


@pytest.mark.parametrize(
    ("text", "figure"), [("18t", "18"), ("5-6吨", "5-6"), ("12000000 kg", "12000000"), ("0.3t", "0.3")]
)
def test_a_figure_is_written_without_exponent(text: str, figure: str) -> None:
    assert amount(text).figure() == figure


def test_an_amount_survives_its_json() -> None:
    for text in ("约5-6吨", "200 L 已核实", "0.1 g"):
        assert Amount.from_json(amount(text).to_json()) == amount(text)
