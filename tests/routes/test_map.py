"""The maps: of the desk and of a case, the table of arrivals, the layers, a person's own figures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from incident_desk.services.calls import call_taking
from incident_desk.services.water import tracing
from tests.conftest import NOW
from tests.people import actor
from tests.routes.api_client import Program
from tests.services.sheets import sheet

SignIn = Callable[..., Any]
Speak = Callable[..., Program]
BRIDGE = "110.24, 32.24"


@pytest.fixture
def open_case(app: Any) -> str:
    """A case at a bridge over the Du River, not traced yet."""
    with app.app_context():
        return call_taking.take_call(sheet(coordinates=BRIDGE), actor=actor("officer"), now=NOW).case_no


@pytest.fixture
def traced(app: Any, open_case: str) -> str:
    with app.app_context():
        tracing.run(open_case, actor=actor("officer"), now=NOW)
    return open_case


def _post(client: Any, path: str, **form: str) -> Any:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/map").text)
    assert token is not None
    return client.post(path, data={"csrf_token": token.group(1), **form})


# --- the case's map -----------------------------------------------------------------------------------


def test_the_tab_shows_map_and_table(sign_in: SignIn, traced: str) -> None:
    page = sign_in("officer").get(f"/incidents/{traced}/map")
    assert page.status_code == 200
    assert 'id="map_case"' in page.text
    for words in ("黄龙滩水库水源地", "取水状态正在核实", "多年平均流量（估算）", "GB 3838-2002", "泄漏量"):
        assert words in page.text, words


def test_the_tab_speaks_english_too(sign_in: SignIn, traced: str) -> None:
    client = sign_in("officer")
    _post(client, "/preferences", locale="en")
    page = client.get(f"/incidents/{traced}/map")
    assert "What the water reaches" in page.text
    assert "mean flow of many years (estimate)" in page.text
    assert not re.search(r"additive_moments|discharge_mean|may_have_arrived", page.text)


def test_the_map_needs_no_other_host_and_its_script_carries_the_nonce(sign_in: SignIn, traced: str) -> None:
    page = sign_in("officer").get(f"/incidents/{traced}/map")
    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page.text)
    assert all(f'nonce="{nonce.group(1)}"' in attributes or "application/json" in attributes for attributes in inline)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)


def test_style_attributes_are_let_in_on_map_pages_only(sign_in: SignIn, traced: str) -> None:
    client = sign_in("officer")
    assert "style-src-attr 'unsafe-inline'" in client.get("/map").headers["Content-Security-Policy"]
    assert "style-src-attr 'none'" in client.get(f"/incidents/{traced}/map/table").headers["Content-Security-Policy"]


def test_before_the_first_trace_the_tab_says_what_it_is_for(sign_in: SignIn, open_case: str) -> None:
    assert "尚未追踪" in sign_in("officer").get(f"/incidents/{open_case}/map").text


def test_a_place_on_no_river_is_said_on_the_tab(app: Any, sign_in: SignIn) -> None:
    with app.app_context():
        made = call_taking.take_call(sheet(coordinates="93.5, 40.2"), actor=actor("officer"), now=NOW)
        number = made.case_no
        assert tracing.run_quietly(number, actor=actor("officer"), now=NOW) is None
    page = sign_in("officer").get(f"/incidents/{number}/map")
    assert page.status_code == 200
    assert "10" in page.text
    assert "93.50000" in page.text


def test_the_print_page_holds_the_table(sign_in: SignIn, traced: str) -> None:
    page = sign_in("officer").get(f"/incidents/{traced}/map/print")
    assert page.status_code == 200
    assert "黄龙滩水库水源地" in page.text


def test_the_map_can_be_kept_as_one_file_that_asks_nobody(sign_in: SignIn, traced: str) -> None:
    answer = sign_in("officer").get(f"/incidents/{traced}/map/page")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.dumps("黄龙滩水库水源地")[1:-1] in answer.text
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", answer.text)
    assert '"url": "' not in answer.text


# --- layers -------------------------------------------------------------------------------------------


def test_the_trace_is_a_layer_in_the_language_of_the_screen(sign_in: SignIn, traced: str) -> None:
    layer = sign_in("officer").get(f"/incidents/{traced}/trace.json").json
    kinds = {feature["properties"]["kind"] for feature in layer["features"]}
    assert {"plume", "intake", "incident"} <= kinds
    intake = next(f for f in layer["features"] if f["properties"].get("id") == "I19")["properties"]
    assert intake["title"] == "黄龙滩水库水源地"
    assert "最早" in dict(intake["rows"])
    assert intake["label"]


def test_an_untraced_case_has_an_empty_layer(sign_in: SignIn, open_case: str) -> None:
    assert sign_in("officer").get(f"/incidents/{open_case}/trace.json").json["features"] == []


def test_open_cases_stand_on_the_map_where_they_are(sign_in: SignIn, open_case: str) -> None:
    layer = sign_in("officer").get("/map/incidents.json").json
    assert [f["geometry"]["coordinates"] for f in layer["features"]] == [[110.24, 32.24]]
    assert open_case in str(layer)
    assert sign_in("stranger").get("/map/incidents.json").json["features"] == []


@pytest.mark.parametrize("query", ["", "?zoom=9&bbox=110,32,111,33", "?zoom=99&bbox=nonsense", "?zoom=x&bbox=9,8,7,6"])
def test_rivers_are_given_for_any_view(sign_in: SignIn, query: str) -> None:
    answer = sign_in("officer").get(f"/map/rivers.json{query}")
    assert answer.status_code == 200
    assert any(f["properties"]["title"] == "堵河" for f in json.loads(answer.text)["features"])


def test_rivers_that_the_browser_has_are_not_sent_again(sign_in: SignIn) -> None:
    client = sign_in("officer")
    first = client.get("/map/rivers.json?zoom=7")
    again = client.get("/map/rivers.json?zoom=7", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_places_come_by_group_and_each_once(sign_in: SignIn) -> None:
    client = sign_in("officer")
    intakes = client.get("/map/receptors.json?group=intakes").json["features"]
    assert {f["properties"]["kind"] for f in intakes} == {"intake"}
    everything = client.get("/map/receptors.json").json["features"]
    ids = [f["properties"]["id"] for f in everything]
    assert len(ids) == len(set(ids)) > len(intakes)
    assert not {"M15", "M15-R02"} <= set(ids)


def test_outlines_that_were_not_built_are_no_error(sign_in: SignIn) -> None:
    assert sign_in("officer").get("/map/boundaries.json").json["type"] == "FeatureCollection"


# --- another reach, own figures -----------------------------------------------------------------------


def test_a_person_traces_again_with_another_reach(app: Any, sign_in: SignIn, traced: str) -> None:
    with app.app_context():
        run = tracing.latest(actor("officer"), traced)
        assert run is not None
        other = next(c["reach_id"] for c in run.result["candidates"] if c["river"] is None)
    answer = _post(sign_in("officer"), f"/incidents/{traced}/trace", reach_id=str(other))
    assert answer.status_code == 303
    with app.app_context():
        assert tracing.latest(actor("officer"), traced).result["snapped"]["reach_id"] == other  # type: ignore[union-attr]


@pytest.mark.parametrize("figures", [{"mass_kg": "viel"}, {"mass_kg": "-5"}, {"decay_per_day": "-1"}])
def test_a_figure_that_cannot_be_is_refused_and_stays_typed(
    sign_in: SignIn, traced: str, figures: dict[str, str]
) -> None:
    answer = _post(sign_in("officer"), f"/incidents/{traced}/trace", **figures)
    assert answer.status_code == 422
    assert f'value="{next(iter(figures.values()))}"' in answer.text
    assert "黄龙滩水库水源地" in answer.text


def test_the_double_click_runs_once(app: Any, sign_in: SignIn, traced: str) -> None:
    client = sign_in("officer")
    form = {"mass_kg": "900", "_idempotency_key": "twice"}
    first, second = (_post(client, f"/incidents/{traced}/trace", **form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    with app.app_context():
        assert len(tracing.history(actor("officer"), traced)) == 2


# --- who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["map", "map/table", "map/print", "map/page", "trace.json"])
def test_another_office_gets_404(sign_in: SignIn, traced: str, tail: str) -> None:
    assert sign_in("officer").get(f"/incidents/{traced}/{tail}").status_code == 200
    assert sign_in("stranger").get(f"/incidents/{traced}/{tail}").status_code == 404


def test_another_office_cannot_trace(sign_in: SignIn, traced: str) -> None:
    assert _post(sign_in("stranger"), f"/incidents/{traced}/trace").status_code == 404


def test_field_staff_look_at_the_map_and_do_not_trace(sign_in: SignIn, traced: str) -> None:
    client = sign_in("field")
    page = client.get(f"/incidents/{traced}/map")
    assert page.status_code == 200
    assert f'/incidents/{traced}/trace"' not in page.text
    assert _post(client, f"/incidents/{traced}/trace").status_code == 403


@pytest.mark.parametrize("path", ["/map", "/map/rivers.json", "/map/receptors.json", "/map/incidents.json"])
def test_a_stranger_without_a_name_signs_in_first(app: Any, path: str) -> None:
    assert app.test_client().get(path).status_code == 302


# --- programs -----------------------------------------------------------------------------------------


def test_a_program_reads_the_trace_by_its_contract(program: Speak, traced: str) -> None:
    found = program("officer").get(f"/incidents/{traced}/trace").json
    contract = {"spill", "candidates", "snapped", "path", "receptors", "windows", "network", "elapsed_ms"}
    assert contract <= set(found)
    assert set(found["elapsed_ms"]) == {"load", "snap", "trace", "transport"}
    assert len(found["result_sha256"]) == 64


def test_a_program_traces_with_its_own_figures(program: Speak, open_case: str) -> None:
    officer = program("officer")
    assert officer.get(f"/incidents/{open_case}/trace").status_code == 404
    made = officer.post(f"/incidents/{open_case}/trace", {"mass_kg": 18_000, "t0": "2026-11-21T02:10:00+08:00"})
    assert made.status_code == 201
    assert made.json["inputs"]["mass_kg"] == 18_000
    assert made.json["inputs"]["start"]["basis"] == "given"
    assert len(officer.get(f"/incidents/{open_case}/trace/runs").json) == 1


@pytest.mark.parametrize("body", [{"speed": 3}, {"mass_kg": "much"}, {"mass_kg": -1}, {"t0": "2026-11-21T02:10:00"}])
def test_a_program_is_refused_in_words(program: Speak, traced: str, body: dict[str, object]) -> None:
    answer = program("officer").post(f"/incidents/{traced}/trace", body)
    assert answer.status_code == 422
    assert answer.json["code"]


def test_rivers_and_the_reaches_near_a_point(program: Speak) -> None:
    officer = program("officer")
    names = [river["name"] for river in officer.get("/rivers").json["rivers"]]
    assert {"长江", "汉江", "堵河"} <= set(names)
    near = officer.get("/rivers/near?longitude=110.24&latitude=32.24&river=堵河").json["candidates"]
    assert near[0]["river"] == "堵河"
    assert officer.get("/rivers/near?longitude=93.5&latitude=40.2").status_code == 422


def test_numbers_are_for_those_who_ring(app: Any, program: Speak) -> None:
    from incident_desk.extensions import db
    from incident_desk.models import Office

    with app.app_context():
        line = {"id": "plant", "name_zh": "黄龙滩水厂", "number": "+8610000000019", "role": "waterworks",
                "facility_ids": ["I19"], "is_sample": True}  # fmt: skip
        db.session.get_one(Office, "420300").settings = {"contacts": [line]}
        db.session.commit()
    query = "/facilities?kind=intake&river=堵河"
    seen = program("officer").get(query).json
    assert [one["contacts"][0]["number"] for one in seen if one["id"] == "I19"] == ["+8610000000019"]
    archivist = program("archivist").get(query).json
    assert [one["id"] for one in archivist] == [one["id"] for one in seen]
    assert all("contacts" not in one for one in archivist)
    stranger = program("stranger").get(query).json
    assert all(one["contacts"] == [] for one in stranger)
