from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.calls.coordinates import CoordinatesSwapped, from_cgcs2000
from incident_desk.geo.errors import NoReachNear, ReceptorsUnreadable
from incident_desk.geo.network import load_network
from incident_desk.geo.receptors import ReceptorTable, load_receptors
from incident_desk.geo.snapping import candidates, needs_asking, place_on_reach
from incident_desk.geo.tracing import (
    BadTraceOption,
    Direction,
    FrontState,
    SpillPoint,
    TraceOptions,
    TraceResult,
    trace,
)

from .conftest import WIDE, Build, Write, reach, straight

T0 = datetime(2026, 11, 21, 18, 10, tzinfo=UTC)  # 02:10 in China
DEGREE_M = 95_506.0  # a degree of longitude at 31 N


@pytest.fixture
def followed(build_rivers: Build, write_points: Write):  # type: ignore[no-untyped-def]
    """Two reaches of the main river, a tributary from the north into the second; five receptors."""
    network = build_rivers(
        straight(1, 2, 111.0, 111.2, river="汉江", **WIDE),
        straight(2, 0, 111.2, 111.5, river="汉江", **WIDE),
        reach(3, 2, [(111.2, 31.2), (111.2, 31.0)], river="堵河", **WIDE),
    )
    points = write_points(
        ("A", "intake", "above", 111.05, 31.0),
        ("B", "intake", "below", 111.15, 31.0),
        ("C", "DAM", "dam", 111.4, 31.001),
        ("D", "section", "other river", 111.2, 31.15),
        ("E", "section", "far", 113.4, 33.0),
    )
    table = load_receptors(network, points)

    def follow(longitude: float = 111.1, latitude: float = 31.0, **options: object) -> TraceResult:
        return trace(network, table, SpillPoint(longitude, latitude), TraceOptions(**options))  # type: ignore[arg-type]

    return follow


def names(result: TraceResult) -> list[str]:
    return [hit.receptor.id for hit in result.hits]


def test_receptors_come_in_the_order_of_the_river(followed) -> None:  # type: ignore[no-untyped-def]
    assert names(followed()) == ["B", "C"]


def test_distances_are_along_the_river(followed) -> None:  # type: ignore[no-untyped-def]
    assert [hit.distance_m for hit in followed().hits] == pytest.approx([0.05 * DEGREE_M, 0.3 * DEGREE_M], rel=1e-3)


def test_a_receptor_upstream_on_the_same_reach_is_not_listed(followed) -> None:  # type: ignore[no-untyped-def]
    assert "A" not in names(followed())


def test_a_receptor_at_the_spill_itself_is_listed_at_distance_0(followed) -> None:  # type: ignore[no-untyped-def]
    first = followed(longitude=111.15, t0=T0, mass_kg=10.0).hits[0]
    assert (first.receptor.id, first.distance_m) == ("B", 0.0)
    assert first.arrival is not None


def test_upwards_the_tributaries_are_followed_and_nothing_arrives(followed) -> None:  # type: ignore[no-untyped-def]
    up = followed(longitude=111.3, direction=Direction.UP, t0=T0)
    assert names(up) == ["B", "A", "D"] or names(up) == ["B", "D", "A"]
    assert {hit.why for hit in up.hits} == {"upstream"}
    assert set(up.path_ids) == {1, 2, 3}


def test_up_and_down_are_each_others_mirror(followed) -> None:  # type: ignore[no-untyped-def]
    down = {hit.receptor.id: hit.distance_m for hit in followed(longitude=111.05).hits}
    up = {hit.receptor.id: hit.distance_m for hit in followed(longitude=111.4, direction=Direction.UP).hits}
    assert up["A"] == pytest.approx(down["C"])


def test_the_way_ends_at_the_distance_asked_for(followed) -> None:  # type: ignore[no-untyped-def]
    result = followed(max_km=10.0)
    assert (names(result), result.path_ids, result.path_length_m) == (["B"], (1, 2), 10_000.0)


def test_the_whole_way_is_as_long_as_the_river_below(followed) -> None:  # type: ignore[no-untyped-def]
    assert followed().path_length_m == pytest.approx(0.4 * DEGREE_M, rel=1e-3)


def test_an_arrival_has_three_ordered_instants_after_the_spill(followed) -> None:  # type: ignore[no-untyped-def]
    for hit in followed(t0=T0, mass_kg=1_000.0).hits:
        assert hit.arrival is not None
        assert T0 <= hit.arrival.earliest <= hit.arrival.likely <= hit.arrival.latest
        assert hit.peak_at >= hit.arrival.likely


def test_without_a_time_there_are_hours_and_a_reason(followed) -> None:  # type: ignore[no-untyped-def]
    hit = followed(mass_kg=5.0).hits[0]
    assert (hit.arrival, hit.why) == (None, "no_t0")
    assert hit.arrival_h is not None


def test_still_water_holds_the_front_and_says_so(followed) -> None:  # type: ignore[no-untyped-def]
    hit = followed(t0=T0, discharge_m3s=0.0).hits[0].to_json()
    assert (hit["arrival"], hit["why"]) == (None, "no_flow")


def test_a_peak_above_the_limit_exceeds_it(followed) -> None:  # type: ignore[no-untyped-def]
    low, high = (followed(t0=T0, mass_kg=1_000.0, limit_mg_l=limit).hits[0] for limit in (1e-4, 1e4))
    assert (low.exceeds, high.exceeds) == (True, False)


@pytest.mark.parametrize("options", [{"limit_mg_l": 1.0}, {"mass_kg": 10.0}])
def test_without_a_limit_or_a_mass_nothing_is_said_about_exceeding(followed, options: dict[str, float]) -> None:  # type: ignore[no-untyped-def]
    assert followed(t0=T0, **options).hits[0].exceeds is None


@pytest.mark.parametrize(("hours", "state"), [(0, FrontState.AHEAD), (24 * 30, FrontState.ARRIVED)])
def test_now_says_where_the_front_is(followed, hours: int, state: FrontState) -> None:  # type: ignore[no-untyped-def]
    assert followed(t0=T0, now=T0 + timedelta(hours=hours)).hits[0].state is state


def test_times_carry_the_offset_of_china(followed) -> None:  # type: ignore[no-untyped-def]
    document = followed(t0=T0, mass_kg=1.0).to_json()
    assert document["spill"]["t0"] == "2026-11-22T02:10:00+08:00"
    assert document["receptors"][0]["arrival"]["likely"].endswith("+08:00")


def test_the_document_has_the_keys_of_the_contract(followed) -> None:  # type: ignore[no-untyped-def]
    document = followed(t0=T0, mass_kg=1.0).to_json(load_ms=2.0)
    assert list(document) == ["spill", "candidates", "snapped", "path", "receptors", "windows", "network", "elapsed_ms"]
    assert set(document["candidates"][0]) == {"reach_id", "river", "distance_m", "measure_m"}
    assert {
        "id",
        "kind",
        "name",
        "reach_id",
        "distance_m",
        "arrival",
        "peak",
        "passage_h",
        "exceeds",
        "methods",
    } <= set(document["receptors"][0])
    assert set(document["network"]) == {"name", "sha256", "reaches", "weakest_source"}
    assert set(document["elapsed_ms"]) == {"load", "snap", "trace", "transport"}
    assert set(document["receptors"][0]["peak"]) == {"at", "mg_l", "mg_l_p95"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"mass_kg": -1.0},
        {"duration_h": -1.0},
        {"discharge_m3s": -0.1},
        {"limit_mg_l": 0.0},
        {"mass_kg": float("nan")},
        {"t0": T0.replace(tzinfo=None)},
    ],
)
def test_what_no_spill_can_have_is_refused(followed, wrong: dict[str, object]) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadTraceOption):
        followed(**wrong)


def test_a_chosen_reach_is_taken_without_asking(build_rivers: Build) -> None:
    network = build_rivers(
        straight(1, 0, 111.0, 111.2, **WIDE), reach(2, 0, [(111.0, 31.004), (111.2, 31.004)], **WIDE)
    )
    spill = SpillPoint(111.1, 31.001, reach_id=2)
    result = trace(network, ReceptorTable.empty(), spill, TraceOptions())
    assert (result.snapped.reach_id, result.needs_asking) == (2, False)


# --- snapping ---------------------------------------------------------------------------------------


def test_every_reach_within_two_kilometres_is_a_candidate(build_rivers: Build) -> None:
    rows = [reach(i, 0, [(111.0, 31.0 + 0.002 * i), (111.2, 31.0 + 0.002 * i)]) for i in range(1, 8)]
    assert len(candidates(build_rivers(*rows), 111.1, 31.0)) == 7


def test_the_distance_to_a_reach_is_in_metres_on_the_ground(build_rivers: Build) -> None:
    found = candidates(build_rivers(straight(1, 0, 111.0, 111.2)), 111.1, 31.01)
    assert found[0].distance_m == pytest.approx(1_108.7, abs=1.0)  # 0.01 degree of latitude at 31 N
    assert found[0].measure_m == pytest.approx(0.1 * DEGREE_M, rel=1e-3)


def test_degrees_of_longitude_are_shorter_than_of_latitude(build_rivers: Build) -> None:
    """0.0110 degree east is nearer than 0.0100 degree north: 1 050 against 1 109 m."""
    east = reach(1, 0, [(111.0110, 30.9), (111.0110, 31.1)])
    north = reach(2, 0, [(110.9, 31.0100), (111.0, 31.0100)])
    assert candidates(build_rivers(east, north), 111.0, 31.0)[0].reach_id == 1


def test_the_named_river_goes_first(build_rivers: Build) -> None:
    network = build_rivers(
        straight(1, 0, 111.0, 111.2, river="汉江"), reach(2, 0, [(111.0, 31.01), (111.2, 31.01)], river="堵河")
    )
    assert candidates(network, 111.1, 31.001)[0].river == "汉江"
    assert candidates(network, 111.1, 31.001, "堵河")[0].river == "堵河"
    assert candidates(network, 111.1, 31.0, "汉江干流")[0].river == "汉江"


def test_two_rivers_about_as_near_are_asked_about(build_rivers: Build) -> None:
    network = build_rivers(
        straight(1, 0, 111.0, 111.2, river="汉江"), reach(2, 0, [(111.0, 31.004), (111.2, 31.004)], river="堵河")
    )
    assert needs_asking(candidates(network, 111.1, 31.0018))
    assert not needs_asking(candidates(network, 111.1, 31.0001))


def test_nothing_within_ten_kilometres_is_refused(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 0, 111.0, 111.2))
    assert candidates(network, 111.1, 31.085)[0].reach_id == 1
    with pytest.raises(NoReachNear):
        candidates(network, 111.1, 31.1)


def test_swapped_coordinates_are_named_as_such(build_rivers: Build) -> None:
    with pytest.raises(CoordinatesSwapped):
        candidates(build_rivers(straight(1, 0, 111.0, 111.2)), 31.0, 111.1)


def test_a_web_map_position_is_brought_back_to_the_river(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 0, 111.0, 111.2, **WIDE))
    shifted = from_cgcs2000(111.1, 31.0, "gcj02")
    result = trace(network, ReceptorTable.empty(), SpillPoint(*shifted, datum="gcj02"), TraceOptions())
    assert result.snapped.distance_m < 1.0


def test_a_given_length_scales_the_measure(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 0, 111.0, 111.2, length_m=40_000.0))
    assert place_on_reach(network, 0, 111.05, 31.0)[1] == pytest.approx(10_000.0, rel=1e-6)


# --- receptors --------------------------------------------------------------------------------------


def test_a_receptor_on_no_river_is_named_as_left_out(build_rivers: Build, write_points: Write) -> None:
    table = load_receptors(build_rivers(straight(1, 0, 111.0, 111.2)), write_points(("X", "intake", "x", 113.0, 33.0)))
    assert (table.receptors, table.unplaced) == ((), ("X",))


def test_a_receptor_file_in_gb18030_is_read(build_rivers: Build, write_points: Write) -> None:
    path = write_points(("X", "intake", "黄龙滩水厂", 111.1, 31.0))
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert load_receptors(build_rivers(straight(1, 0, 111.0, 111.2)), path).receptors[0].name == "黄龙滩水厂"


def test_a_receptor_file_without_a_column_is_refused(build_rivers: Build, write_points: Write) -> None:
    path = write_points(name="bad.csv")
    path.write_text("id,name,longitude,latitude\n1,x,111.1,31.0\n", encoding="utf-8")
    with pytest.raises(ReceptorsUnreadable, match="kind"):
        load_receptors(build_rivers(straight(1, 0, 111.0, 111.2)), path)


def test_a_register_that_names_the_reach_is_believed(build_rivers: Build, write_points: Write) -> None:
    network = build_rivers(straight(1, 2, 111.0, 111.2), straight(2, 0, 111.2, 111.4))
    path = write_points(("X", "dam", "x", 111.1, 31.0, 2, 1_234.5), extra="reach_id,measure_m")
    table = load_receptors(network, path)
    assert (network.reach_id[table.index[0]], table.measure_m[0]) == (2, 1_234.5)


# --- the shipped network ----------------------------------------------------------------------------


def test_a_spill_on_the_du_river_reaches_huanglongtan_the_han_and_wuhan_in_this_order() -> None:
    network = load_network()
    huanglongtan = next(r for r in load_receptors(network).receptors if r.name == "黄龙滩水库")
    spill = SpillPoint(huanglongtan.longitude, huanglongtan.latitude - 0.15, river="堵河")
    options = TraceOptions(t0=T0, mass_kg=18_000.0, substance="苯胺", limit_mg_l=0.1)
    hits = trace(network, load_receptors(network), spill, options).hits
    order = [
        next(i for i, hit in enumerate(hits) if word in hit.receptor.name)
        for word in ("黄龙滩", "丹江口水利枢纽", "襄阳", "仙桃", "宗关")
    ]
    assert order == sorted(order)
    assert all(hit.arrival is not None for hit in hits)
    lows = [hit.arrival.earliest for hit in hits if hit.arrival is not None]
    assert lows == sorted(lows)
