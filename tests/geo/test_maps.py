from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
import shapely

from incident_desk.geo import layers
from incident_desk.geo.network import load_network
from incident_desk.geo.receptors import ReceptorTable, load_receptors
from incident_desk.geo.tracing import Direction, SpillPoint, TraceOptions, trace
from incident_desk.geo.webmap import ATTRIBUTION, MapLayer, compose_map, self_contained_page

from .conftest import WIDE, Build, Write, reach, straight

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
POINT = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [112.0, 31.0]}, "properties": {"title": EVIL}}
DATA = {"type": "FeatureCollection", "features": [POINT]}


def parts(**more: object):  # type: ignore[no-untyped-def]
    layer = MapLayer("rivers", "河流", url="/map/rivers.geojson", by_view=True)
    return compose_map([layer], nonce="n0nce", element_id="case", **more)  # type: ignore[arg-type]


def page(**more: object) -> str:
    given = {"title": "图", "leaflet_js": "var L = {};", "leaflet_css": ".leaflet{color:#000}"} | more
    return self_contained_page([MapLayer("x", "层", data=DATA)], **given)  # type: ignore[arg-type]


# --- the live page ----------------------------------------------------------------------------------


def test_a_map_renders_the_same_twice() -> None:
    assert parts() == parts()


def test_the_script_carries_the_nonce_and_the_html_no_script() -> None:
    made = parts()
    assert made.script.startswith('<script nonce="n0nce">')
    assert made.script.count("<script") == 1
    assert "<script" not in made.html
    assert 'id="map_case"' in made.html


def test_no_other_host_is_named() -> None:
    made = parts()
    assert not re.findall(r"https?:|src=\"//|cdn|openstreetmap", made.html + made.script)


def test_nothing_of_the_header_that_forbids_zoom_is_there() -> None:
    made = parts()
    assert "user-scalable" not in made.html + made.script
    assert "<style" not in made.html + made.script


def test_the_zoom_is_limited_and_the_note_on_boundaries_is_shown() -> None:
    made = parts()
    assert '"maxZoom": 15' in made.script
    assert ATTRIBUTION in json.loads(f'"{_said(made.script)}"')


def _said(script: str) -> str:
    found = re.search(r'"attribution": "([^"]+)"', script)
    assert found is not None
    return found.group(1)


def test_words_in_the_data_cannot_close_the_script() -> None:
    made = compose_map([MapLayer("x", EVIL, data=DATA)], nonce="n")
    assert made.script.count("</script") == 1


@pytest.mark.parametrize(
    "words",
    [
        *("{{ 7 * 7 }}", "{{lipsum.__globals__.os.getpid()}}", "{% 20 %}", "{%raw"),
        *("{# note", "{{{ {{{{", "半桶 {{", "}} %} #}"),
    ],
)
def test_words_in_the_data_are_never_worked_out_on_the_server(words: str) -> None:
    point = {**POINT, "properties": {"title": words, "rows": [[words, "1"]]}}
    said = {"type": "FeatureCollection", "features": [point]}
    made = compose_map([MapLayer("x", "层", data=said)], nonce="n")
    (carried,) = re.findall(r'"data": (\{.*\}), "refreshOn"', made.script)
    assert json.loads(carried) == said


def test_popups_are_never_made_from_markup() -> None:
    script = parts().script
    assert "insertAdjacentHTML" not in script
    assert re.findall(r"innerHTML\s*=[^=]", script) == []


def test_a_layer_is_found_by_the_page_that_refreshes_it() -> None:
    made = compose_map([MapLayer("photos", "照片", url="/x", refresh_on="evidence")], nonce="n")
    assert "incidentDeskLayers" in made.script
    assert '"refreshOn": "evidence"' in made.script


# --- the page for archive and print -----------------------------------------------------------------


def test_the_self_contained_page_asks_nobody() -> None:
    text = page()
    assert not re.findall(r"(?:src|href)\s*=", text.split("<body>")[0])
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")


def test_images_of_the_style_sheet_are_left_out() -> None:
    assert "images/" not in page(leaflet_css=".a{}\n  background-image: url(images/layers.png);\n")


def test_the_title_is_text() -> None:
    assert "<script>alert" not in page(title=EVIL, note=EVIL)


def test_a_layer_without_data_cannot_be_archived() -> None:
    with pytest.raises(ValueError, match="data"):
        self_contained_page([MapLayer("x", "x", url="/x")], title="", leaflet_js="", leaflet_css="")


# --- layers -----------------------------------------------------------------------------------------


def test_a_small_zoom_draws_the_large_rivers_only(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 0, 111.0, 111.2, order=1), straight(2, 0, 112.0, 112.2, order=6))
    assert [f["properties"]["order"] for f in layers.rivers(network, zoom=6)["features"]] == [6]
    assert [f["properties"]["order"] for f in layers.rivers(network, zoom=12)["features"]] == [1, 6]


def test_only_what_touches_the_view_is_drawn(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 0, 111.0, 111.2), straight(2, 0, 113.0, 113.2, river="汉江"))
    drawn = layers.rivers(network, zoom=12, box=(112.9, 30.0, 113.3, 32.0))["features"]
    assert [f["properties"]["title"] for f in drawn] == ["汉江"]


def test_coordinates_have_at_most_five_decimals(build_rivers: Build) -> None:
    network = build_rivers(reach(1, 0, [(111.123456789, 31.0), (111.2, 31.987654321)]))
    text = json.dumps(layers.rivers(network, zoom=14))
    assert max(len(found) for found in re.findall(r"\.(\d+)", text)) <= 5


def test_the_way_on_the_map_starts_at_the_spill_and_ends_at_the_limit(build_rivers: Build, write_points: Write) -> None:
    network = build_rivers(straight(1, 2, 111.0, 111.2, **WIDE), straight(2, 0, 111.2, 111.5, **WIDE))
    table = load_receptors(network, write_points(("B", "intake", "取水口", 111.25, 31.0)))
    options = TraceOptions(t0=datetime(2026, 11, 21, 18, 10, tzinfo=UTC), mass_kg=50.0, max_km=20.0)
    drawn = layers.trace(network, trace(network, table, SpillPoint(111.1, 31.0), options))
    way, intake, spill = drawn["features"]
    lines = [shapely.LineString(part) for part in way["geometry"]["coordinates"]]
    assert lines[0].coords[0] == pytest.approx((111.1, 31.0), abs=1e-4)
    assert lines[-1].coords[-1][0] == pytest.approx(111.1 + 20_000.0 / 95_506.0, abs=1e-4)
    assert intake["properties"]["label"].startswith("11-22 ")
    assert spill["geometry"]["coordinates"] == [111.1, 31.0]


def test_upwards_the_way_on_the_map_ends_at_the_point(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 2, 111.0, 111.2), straight(2, 0, 111.2, 111.5))
    up = trace(network, ReceptorTable.empty(), SpillPoint(111.4, 31.0), TraceOptions(direction=Direction.UP))
    way = layers.trace(network, up)["features"][0]["geometry"]["coordinates"]
    assert {round(end[0], 3) for part in way for end in (part[0], part[-1])} == {111.0, 111.2, 111.4}


def test_the_bounds_hold_everything() -> None:
    drawn = layers.points([(111.0, 30.0, {"kind": "photo"}), (112.0, 32.0, {"kind": "incident"})])
    assert layers.bounds(drawn) == (111.0, 30.0, 112.0, 32.0)


def test_the_shipped_rivers_of_the_province_are_light() -> None:
    assert len(json.dumps(layers.rivers(load_network(), zoom=7))) < 400_000
