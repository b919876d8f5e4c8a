"""Numbers as they are said."""

from __future__ import annotations

import pytest

from incident_desk.domain.calls.spoken_numbers import read_number, read_range


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18", 18),
        ("１８．５", 18.5),
        ("18,000", 18_000),
        ("1.5万", 15_000),
        ("十八", 18),
        ("二十", 20),
        ("一百二十三", 123),
        ("一百零三", 103),
        ("两千三", 2_300),
        ("一百二", 120),
        ("两万五", 25_000),
        ("三万二千", 32_000),
        ("一亿", 100_000_000),
        ("三点五", 3.5),
        ("半", 0.5),
        ("零", 0),
    ],
)
def test_numbers_are_read_as_they_are_said(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["", "五六", "几", "abc", "三点", "1,8", "-3", "十百点"])
def test_what_is_no_single_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("5-6", (5, 6)),
        ("五到六", (5, 6)),
        ("五六", (5, 6)),
        ("十五六", (15, 16)),
        ("三四十", (30, 40)),
        ("两三百", (200, 300)),
        ("18", (18, 18)),
        ("18～20", (18, 20)),
    ],
)
def test_ranges_are_read_with_both_ends(text: str, bounds: tuple[float, float]) -> None:
    assert read_range(text) == bounds


@pytest.mark.parametrize("text", ["6-5", "五七", "六五", "5-"])
def test_what_is_no_range_is_none(text: str) -> None:
    assert read_range(text) is None
