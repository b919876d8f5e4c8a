"""The sketch map: the same bytes twice, labels apart and inside, lines that do not cross, a scale that measures."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import combinations, pairwise
from math import hypot
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from incident_desk.records.sketch_labels import Box, Segment, Wanted, place_labels
from incident_desk.records.sketch_layout import Sketch, SketchLayout, SketchPlace, sketch_layout
from incident_desk.records.sketch_map import sketch_svg
from incident_desk.records.typesetting import ChineseFontMissing, black_and_white_png, chinese_font

from .sample_sketch import ON_THE_DU, PLACES

SVG = "{http://www.w3.org/2000/svg}"
NOWHERE = replace(ON_THE_DU, places=())


def has_chinese_font() -> bool:
    try:
        chinese_font()
    except ChineseFontMissing:
        return False
    return True


def words_of(sketch: Sketch) -> list[str]:
    return [one.text or "" for one in ET.fromstring(sketch_svg(sketch)).iter(f"{SVG}text")]


def boxes_of(layout: SketchLayout) -> list[Box]:
    return [one.placed.box for one in layout.labels if one.placed is not None]


def cross(one: Segment, other: Segment) -> bool:
    def side(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = one, other
    return side(a, b, c) * side(a, b, d) < -1e-9 and side(c, d, a) * side(c, d, b) < -1e-9


def many(count: int) -> Sketch:
    """More places than a map has room for, strung along the course."""
    places = tuple(
        SketchPlace(f"第{n}个断面", 110.25 + n * 0.02, 32.25 + n * 0.01, "最早11月21日04:00") for n in range(count)
    )
    return replace(ON_THE_DU, places=places)


def test_the_same_sketch_gives_the_same_bytes() -> None:
    assert sketch_svg(ON_THE_DU) == sketch_svg(replace(ON_THE_DU))


def test_every_place_stands_on_the_map_in_order_with_its_arrival() -> None:
    text = "".join(words_of(ON_THE_DU))
    for number, place in enumerate(PLACES, 1):
        assert f"{number} {place.name}" in text
        assert place.arrival in text


@pytest.mark.parametrize("count", [1, 2, 8, 15])
def test_labels_stand_inside_the_frame_and_none_over_another(count: int) -> None:
    layout = sketch_layout(replace(ON_THE_DU, places=PLACES[:count]))
    boxes = boxes_of(layout)
    assert len(boxes) == count + 1
    assert [box for box in boxes if not layout.frame.holds(box)] == []
    assert [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])] == []


def test_no_label_stands_on_the_course_or_on_a_point() -> None:
    layout = sketch_layout(ON_THE_DU)
    pieces = [piece for line in layout.course for piece in pairwise(line)]
    dots = [(at, at) for at in (layout.spill, *layout.places)]
    assert [box for box in boxes_of(layout) for line in (*pieces, *dots) if box.is_met_by(line)] == []


def test_no_two_leaders_cross() -> None:
    leaders = [one.placed.leader for one in sketch_layout(ON_THE_DU).labels if one.placed is not None]
    assert [pair for pair in combinations(leaders, 2) if cross(*pair)] == []


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.tuples(st.floats(50, 120), st.floats(20, 110)), min_size=1, max_size=16))
def test_leaders_never_cross_wherever_the_points_lie(points: list[tuple[float, float]]) -> None:
    frame = Box(0.0, 0.0, 170.0, 130.0)
    found = place_labels([Wanted(at, 40.0, 12.0) for at in points], frame=frame, column_mm=43.0, pitch_mm=14.0)
    leaders = [one.leader for one in found if one is not None]
    assert len(leaders) == len(points)
    assert [pair for pair in combinations(leaders, 2) if cross(*pair)] == []


def test_a_name_of_any_length_keeps_to_its_slot() -> None:
    long = tuple(replace(place, name=place.name * 6) for place in PLACES)
    layout = sketch_layout(replace(ON_THE_DU, places=long))
    boxes = boxes_of(layout)
    assert [box for box in boxes if not layout.frame.holds(box)] == []
    assert [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])] == []


def test_a_place_without_room_is_named_under_the_map() -> None:
    layout = sketch_layout(many(30))
    left = [one.number for one in layout.labels if one.placed is None]
    assert left
    assert left == list(range(left[0], 31))
    below = "".join(words_of(many(30)))
    assert "图上注不下" in below
    assert all(f"{number} 第{number - 1}个断面，最早" in below for number in left)


def test_north_is_up_and_east_is_right() -> None:
    layout = sketch_layout(ON_THE_DU)
    south_west, north, east = layout.spill, layout.places[11], layout.places[12]
    assert north[1] < south_west[1]
    assert east[0] > south_west[0]


def test_the_scale_bar_measures_what_the_map_shows() -> None:
    layout = sketch_layout(ON_THE_DU)
    drawn = hypot(layout.places[-1][0] - layout.spill[0], layout.places[-1][1] - layout.spill[1])
    assert drawn / layout.mm_per_km == pytest.approx(122.0, rel=0.01)  # great circle between the two positions, km
    root = ET.fromstring(sketch_svg(ON_THE_DU))
    black, white = [one for one in root.iter(f"{SVG}rect") if one.get("height") == "1.40"]
    said = next(word for word in words_of(ON_THE_DU) if word.endswith("公里") and word[0].isdigit())
    bar = float(black.get("width", "")) + float(white.get("width", ""))
    assert bar == pytest.approx(float(said.removesuffix("公里")) * layout.mm_per_km, abs=0.05)


def test_a_map_of_a_single_point_has_a_scale_in_metres() -> None:
    here = replace(NOWHERE, course=(((110.2404, 32.2456), (110.2405, 32.2457)),))
    assert any(word.endswith("米") for word in words_of(here))


def test_the_map_says_what_it_is_in_which_datum_and_that_it_is_an_exercise() -> None:
    text = "".join(words_of(ON_THE_DU))
    for word in ("示意图", "CGCS2000", "北", "公里", "演练", "事发点", "水流方向", "堵河", "汉江"):
        assert word in text
    assert "演练" not in "".join(words_of(replace(ON_THE_DU, exercise=False)))


def test_the_map_is_black_and_white_and_asks_nobody() -> None:
    svg = sketch_svg(ON_THE_DU).decode()
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", svg)) == {"#000", "#fff"}
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]


def test_a_name_cannot_become_markup() -> None:
    words = words_of(replace(ON_THE_DU, places=(replace(PLACES[0], name="<b>&水厂"),)))
    assert "1 <b>&水厂" in words


@pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font: the map not drawn in points")
def test_the_picture_has_black_and_white_points_only_and_is_the_same_twice() -> None:
    svg = sketch_svg(ON_THE_DU)
    picture = black_and_white_png(svg, 170.0)
    with Image.open(io.BytesIO(picture)) as image:
        assert image.mode == "1"
        assert image.width == pytest.approx(170 / 25.4 * 300, abs=2)
        black = image.convert("L").histogram()[0]
        assert 0.02 < black / (image.width * image.height) < 0.2
    assert picture == black_and_white_png(svg, 170.0)
