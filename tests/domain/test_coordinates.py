"""Positions as people give them."""

from __future__ import annotations

import math

import pytest

from incident_desk.domain.calls import coordinates
from incident_desk.domain.calls.coordinates import (
    CoordinatesOutsideChina,
    CoordinatesSwapped,
    CoordinatesUnreadable,
    Datum,
    parse_coordinates,
)

# (longitude, latitude) in WGS 84 and in GCJ-02: values of two public packages, to six decimals.
GCJ_POINTS = [
    ((121.5272106, 31.1774276), (121.531542, 31.175304)),
    ((113.912316, 22.543847), (113.917177, 22.540796)),
    ((116.377817, 39.911954), (116.384047, 39.913345)),
    ((114.305, 30.593), (114.310444, 30.590590)),
    ((110.798, 32.629), (110.803320, 32.626810)),
    ((109.488, 30.272), (109.492870, 30.269431)),
]


def metres_apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = math.radians(a[0] - b[0]) * math.cos(math.radians(a[1])) * 6_371_000
    return math.hypot(east, math.radians(a[1] - b[1]) * 6_371_000)


@pytest.mark.parametrize(("wgs", "gcj"), GCJ_POINTS)
def test_gcj02_agrees_with_the_published_points(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert coordinates.from_cgcs2000(*wgs, Datum.GCJ02) == pytest.approx(gcj, abs=2e-6)


@pytest.mark.parametrize(("wgs", "gcj"), GCJ_POINTS)
def test_gcj02_is_undone_to_the_published_points(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert coordinates.to_cgcs2000(*gcj, Datum.GCJ02) == pytest.approx(wgs, abs=1e-5)


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize("point", [(110.53, 32.68), (108.36, 29.03), (116.13, 33.28), (114.3, 30.6)])
def test_there_and_back_is_the_same_point_within_a_millimetre(point: tuple[float, float], datum: Datum) -> None:
    back = coordinates.to_cgcs2000(*coordinates.from_cgcs2000(*point, datum), datum)
    assert metres_apart(back, point) < 0.001


def test_wgs84_and_cgcs2000_count_as_the_same() -> None:
    assert coordinates.to_cgcs2000(110.53, 32.68, "wgs84") == (110.53, 32.68)


def test_bd09_lies_about_a_kilometre_from_wgs84() -> None:
    """The known size of the two shifts together in central China; the sign is east."""
    shifted = coordinates.from_cgcs2000(114.305, 30.593, Datum.BD09)
    assert 900 < metres_apart(shifted, (114.305, 30.593)) < 1_500
    assert shifted[0] > 114.305


def test_outside_the_frame_web_maps_shift_nothing() -> None:
    assert coordinates.from_cgcs2000(2.35, 48.85, Datum.GCJ02) == (2.35, 48.85)


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        coordinates.to_cgcs2000(math.nan, 32.68, Datum.GCJ02)


@pytest.mark.parametrize(
    "text",
    [
        "110.53, 32.68",
        "110.53 32.68",
        "(110.53,32.68)",
        "１１０．５３，３２．６８",
        "110。53，32。68",
        "32.68N 110.53E",
        "32.68°N, 110.53°E",
        "N32.68 E110.53",
        "E 110.53, N 32.68",
        "110°31′48″E 32°40′48″N",
        "32°40'48\"N 110°31'48\"E",
        "32°40’48”N，110°31’48”E",
        "110°31.8′ 32°40.8′",
        "110º31'48''E, 32º40'48''N",
        "东经110.53度，北纬32.68度",
        "北纬32°40′48″ 东经110°31′48″",
        "东经110度31分48秒、北纬32度40分48秒",
        "经度：110.53　纬度：32.68",
        "lat=32.68&lng=110.53",
        "Latitude: 32.68, Longitude: 110.53",
        "事故点位置：110.53,32.68",
        "32 40 48 N 110 31 48 E",
        "110:31:48E 32:40:48N",
        "+110.53, +32.68",
        "110.53E, 32.68",
    ],
)
def test_many_spellings_of_one_position_are_read(text: str) -> None:
    read = parse_coordinates(text)
    assert (read.longitude, read.latitude) == pytest.approx((110.53, 32.68), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("GCJ-02 110.53,32.68", Datum.GCJ02),
        ("110.53,32.68（百度坐标）", Datum.BD09),
        ("BD-09: 110.53,32.68", Datum.BD09),
        ("CGCS2000 110.53,32.68", Datum.CGCS2000),
        ("110.53, 32.68 WGS84", Datum.WGS84),
    ],
)
def test_a_datum_named_in_the_text_beats_the_one_chosen(text: str, datum: Datum) -> None:
    chosen = Datum.WGS84 if datum is not Datum.WGS84 else Datum.BD09
    assert parse_coordinates(text, chosen).datum is datum


def test_the_chosen_datum_is_kept_with_what_was_read() -> None:
    read = parse_coordinates("110.803320, 32.626810", "gcj02")
    assert read.datum is Datum.GCJ02
    assert read.cgcs2000() == pytest.approx((110.798, 32.629), abs=1e-5)


@pytest.mark.parametrize("text", ["32.68, 110.53", "北纬110.53 东经32.68", "110.53N 32.68E"])
def test_swapped_coordinates_are_refused_with_what_was_meant(text: str) -> None:
    with pytest.raises(CoordinatesSwapped, match=r"Did you mean 110\.53, 32\.68\?"):
        parse_coordinates(text, field="coordinates")


@pytest.mark.parametrize(
    ("text", "named"),
    [("1105300, 326800", "1105300"), ("110.53W 32.68N", "-110.53"), ("48.85N 2.35E", "2.35"), ("0, 0", "0")],
)
def test_a_position_outside_china_is_refused_and_names_what_was_read(text: str, named: str) -> None:
    with pytest.raises(CoordinatesOutsideChina) as refusal:
        parse_coordinates(text)
    assert f"longitude {named}" in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["", "堵河大桥", "110.53", "110,53 32,68", "110°61′00″E 32°40′48″N", "110.53E 32.68E", "1 2 3"]
)
def test_what_is_no_pair_of_angles_is_refused(text: str) -> None:
    with pytest.raises(CoordinatesUnreadable):
        parse_coordinates(text)


def test_a_refusal_names_its_field() -> None:
    with pytest.raises(CoordinatesUnreadable) as refusal:
        parse_coordinates("堵河大桥", field="coordinates")
    assert refusal.value.field == "coordinates"
    assert "堵河大桥" in str(refusal.value)


def test_decimal_text_can_be_pasted_back() -> None:
    text = coordinates.format_decimal(110.530001, 32.68)
    assert text == "110.530001, 32.680000"
    assert parse_coordinates(text).longitude == pytest.approx(110.530001)


def test_degrees_minutes_seconds_carry_over() -> None:
    assert coordinates.format_dms(110.53, 32.68) == "东经110°31′48.0″ 北纬32°40′48.0″"
    assert coordinates.format_dms(110.9999999, 32.68, "en") == "111°00′00.0″E 32°40′48.0″N"


def test_hubei_is_only_a_hint() -> None:
    assert coordinates.is_in_hubei(110.53, 32.68)
    assert not coordinates.is_in_hubei(121.5, 31.2)
    coordinates.check_coordinates(121.5, 31.2)
