from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident_desk.geo.checks import check
from incident_desk.geo.datasets import LineTable, line_length_m, read_lines
from incident_desk.geo.errors import NetworkHasCycle, NetworkUnreadable, NetworkUnsound
from incident_desk.geo.network import build_network, load_network

from .conftest import Build, Write, reach, straight


def table_of(next_down: list[int], area: list[float] | None = None) -> LineTable:
    """Reach i + 1 flows into next_down[i]; 0 is the outlet."""
    n = len(next_down)
    names = ("upstream_area_km2", "mean_discharge_m3s", "slope", "order", "width_m", "is_reservoir", "storage_m3")
    numbers = {name: np.full(n, np.nan) for name in names} | {"length_m": np.arange(1.0, n + 1)}
    if area is not None:
        numbers["upstream_area_km2"] = np.array(area)
    empty = np.array([""] * n, dtype=object)
    lines = np.array([shapely.LineString([(0, i), (1, i)]) for i in range(n)], dtype=object)
    texts = {"river": empty, "source": empty, "reservoir_code": empty}
    return LineTable(
        Path("t.gpkg"),
        "0" * 64,
        np.arange(1, n + 1),
        np.array(next_down),
        numbers,
        texts,
        lines,
        np.ones(n, dtype=np.int64),
    )


@st.composite
def forests(draw: st.DrawFn) -> list[int]:
    """next_down of a random forest with its ids shuffled."""
    n = draw(st.integers(1, 40))
    below = [draw(st.integers(0, i)) for i in range(n)]  # row i flows into an earlier row (1-based) or 0
    names = draw(st.permutations(range(1, n + 1)))
    down = [0] * n
    for row, to in enumerate(below):
        down[names[row] - 1] = 0 if to == 0 else names[to - 1]
    return down


def as_graph(down: list[int]) -> nx.DiGraph[int]:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(1, len(down) + 1))
    graph.add_edges_from((i + 1, to) for i, to in enumerate(down) if to)
    return graph


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(forests())
def test_upstream_and_downstream_are_what_a_graph_library_finds(down: list[int]) -> None:
    network, graph = build_network(table_of(down), name="t"), as_graph(down)
    for reach_id in range(1, len(down) + 1):
        at = network.index_of(reach_id)
        assert at is not None
        assert set(network.reach_id[network.upstream(at)]) == nx.ancestors(graph, reach_id) | {reach_id}
        assert network.reach_id[network.path_down(at)].tolist() == _walk(down, reach_id)


@settings(deadline=None)
@given(forests())
def test_a_reach_lies_below_another_exactly_if_that_one_lies_upstream_of_it(down: list[int]) -> None:
    network = build_network(table_of(down), name="t")
    everything = np.arange(len(down))
    for at in everything.tolist():
        below = set(everything[network.lies_below(everything, at)].tolist())
        assert below == {k for k in everything.tolist() if at in range(*network.upstream(k).indices(len(down)))}


@settings(deadline=None)
@given(forests())
def test_distance_to_the_outlet_is_the_sum_of_the_lengths_below(down: list[int]) -> None:
    network = build_network(table_of(down), name="t")
    for reach_id in range(1, len(down) + 1):
        at = network.index_of(reach_id)
        below = _walk(down, reach_id)[1:]
        assert network.outlet_distance_m[at] == pytest.approx(sum(below))  # reach i is i metres long


def _walk(down: list[int], reach_id: int) -> list[int]:
    walked = []
    while reach_id:
        walked.append(reach_id)
        reach_id = down[reach_id - 1]
    return walked


def test_the_main_stem_follows_the_larger_upstream_area() -> None:
    network = build_network(table_of([0, 1, 1], area=[30.0, 10.0, 19.0]), name="t")
    assert network.reach_id.tolist() == [1, 3, 2]


def test_the_order_of_the_rows_does_not_change_the_numbering() -> None:
    forward, backward = table_of([0, 1, 1, 2, 2, 3]), table_of([0, 1, 1, 2, 2, 3])
    turned = LineTable(
        backward.path, backward.sha256, backward.reach_id[::-1], backward.next_down[::-1],
        {k: v[::-1] for k, v in backward.numbers.items()}, backward.texts, backward.geometry, backward.parts,
    )  # fmt: skip
    assert build_network(forward, name="t").reach_id.tolist() == build_network(turned, name="t").reach_id.tolist()


@pytest.mark.parametrize("down", [[2, 1], [1], [2, 3, 4, 2], [0, 3, 2]])
def test_a_cycle_is_refused_and_not_followed(down: list[int]) -> None:
    with pytest.raises(NetworkHasCycle):
        build_network(table_of(down), name="t")


def test_a_cycle_is_named_reach_by_reach() -> None:
    faults = check(table_of([2, 3, 4, 2, 0])).faults
    assert {fault.where for fault in faults if "cycle" in fault.what} == {"reach 2", "reach 3", "reach 4"}


def test_an_id_that_stands_twice_is_refused(build_rivers: Build) -> None:
    with pytest.raises(NetworkUnsound, match="twice"):
        build_rivers(straight(1, 0, 111.0, 111.1), straight(1, 0, 112.0, 112.1))


def test_a_clipped_network_ends_where_next_down_leaves_it(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 2, 111.0, 111.1), straight(2, 99, 111.1, 111.2))
    assert network.path_down(network.index_of(1) or 0).size == 2


@pytest.mark.parametrize(
    ("features", "where", "what"),
    [
        ([straight(1, 99, 111.0, 111.1)], "reach 1", "names no reach"),
        ([straight(1, 1, 111.0, 111.1)], "reach 1", "into itself"),
        ([straight(1, 0, 111.0, 111.0)], "reach 1", "length is 0"),
        ([straight(1, 2, 111.1, 111.0), straight(2, 0, 111.1, 111.2)], "reach 1", "reversed"),
        ([straight(1, 2, 111.1, 111.2), straight(2, 0, 111.0, 111.1)], "reach 1", "reversed"),
        ([straight(1, 2, 111.0, 111.1), straight(2, 0, 111.2, 111.1)], "reach 2", "reversed"),
    ],
)
def test_a_fault_is_found_where_it_is(
    write_rivers: Write, features: list[dict[str, object]], where: str, what: str
) -> None:
    faults = check(read_lines(write_rivers(*features))).faults
    assert [(fault.where, what in fault.what) for fault in faults] == [(where, True)]


def test_a_tributary_that_joins_in_the_middle_is_no_fault(write_rivers: Write) -> None:
    trunk = reach(2, 0, [(111.0, 31.0), (111.1, 31.0), (111.2, 31.0)])
    findings = check(read_lines(write_rivers(reach(1, 2, [(111.1, 31.2), (111.1, 31.0)]), trunk)))
    assert findings.ok
    assert not findings.warnings


def test_a_gap_is_a_warning_with_its_width(write_rivers: Write) -> None:
    findings = check(read_lines(write_rivers(straight(1, 2, 111.0, 111.1), straight(2, 0, 111.12, 111.2))))
    assert findings.ok
    gap_m = float(findings.warnings[0].what.split(" m away")[0].rsplit(" ", 1)[1])
    assert gap_m == pytest.approx(0.02 * 95_506.0, rel=0.005)


def test_length_is_measured_where_the_file_has_none(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 0, 111.0, 112.0))
    assert network.length_m[0] == pytest.approx(95_506.0, rel=1e-4)  # published length of a degree at 31 N


def test_measured_length_agrees_with_proj() -> None:
    pyproj = pytest.importorskip("pyproj")
    line = shapely.LineString([(110.0, 32.0), (110.2, 32.3), (110.25, 32.1)])
    assert line_length_m(line) == pytest.approx(pyproj.Geod(ellps="GRS80").geometry_length(line), rel=1e-5)


def test_hydrorivers_columns_are_understood(build_rivers: Build) -> None:
    def hydro(i: int, down: int, west: float) -> dict[str, object]:
        line = {"type": "LineString", "coordinates": [[west, 31.0], [west + 0.1, 31.0]]}
        given = {
            "HYRIV_ID": i,
            "NEXT_DOWN": down,
            "LENGTH_KM": 12.5,
            "DIS_AV_CMS": 7.5,
            "UPLAND_SKM": 300.0,
            "ORD_STRA": 2,
        }
        return {"type": "Feature", "geometry": line, "properties": given}

    network = build_rivers(hydro(11, 12, 111.0), hydro(12, 0, 111.1))
    assert network.length_m.tolist() == [12_500.0, 12_500.0]
    assert (network.mean_discharge_m3s[0], network.upstream_area_km2[0], network.order[0]) == (7.5, 300.0, 2)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
def test_every_format_gives_the_same_network(write_rivers: Write, tmp_path: Path, suffix: str) -> None:
    geopandas = pytest.importorskip("geopandas")
    features = [straight(1, 2, 111.0, 111.1, river="堵河"), straight(2, 0, 111.1, 111.2, river="汉江")]
    frame = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4490")
    path = tmp_path / f"rivers{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, encoding="utf-8")
    ours, plain = load_network(path), load_network(write_rivers(*features))
    assert ours.reach_id.tolist() == plain.reach_id.tolist()
    assert ours.river.tolist() == ["汉江", "堵河"]
    assert ours.length_m == pytest.approx(plain.length_m)


def test_projected_coordinates_are_brought_to_degrees(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    frame = geopandas.GeoDataFrame.from_features([straight(1, 0, 112.5, 112.6)], crs="EPSG:4490").to_crs("EPSG:4547")
    frame.to_file(tmp_path / "zone.gpkg")
    network = load_network(tmp_path / "zone.gpkg")
    assert shapely.get_coordinates(network.geometry[0])[0] == pytest.approx([112.5, 31.0], abs=1e-6)


def test_a_geopackage_that_names_no_frame_is_taken_as_degrees(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    frame = geopandas.GeoDataFrame.from_features([straight(1, 0, 112.5, 112.6)])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "bare.gpkg")
    network = load_network(tmp_path / "bare.gpkg")
    assert shapely.get_coordinates(network.geometry[0])[0] == pytest.approx([112.5, 31.0])


def test_of_several_layers_the_one_called_reaches_is_read(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    path = tmp_path / "two.gpkg"
    points = geopandas.GeoDataFrame({"id": ["P1"]}, geometry=[shapely.Point(112.5, 31.0)], crs="EPSG:4490")
    points.to_file(path, layer="gauges")
    geopandas.GeoDataFrame.from_features([straight(7, 0, 112.5, 112.6)], crs="EPSG:4490").to_file(path, layer="reaches")
    assert load_network(path).reach_id.tolist() == [7]


def test_an_empty_name_in_a_parquet_file_stays_empty(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    features = [straight(1, 2, 111.0, 111.1, river="堵河"), straight(2, 0, 111.1, 111.2, river=None)]
    frame = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4490").astype({"river": "string"})
    frame.to_parquet(tmp_path / "gaps.parquet")
    assert sorted(load_network(tmp_path / "gaps.parquet").river.tolist()) == ["", "堵河"]


@pytest.mark.parametrize("content", [b"", b"no geojson", b'{"type":"FeatureCollection","features":[]}'])
def test_a_file_that_is_no_network_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.geojson"
    path.write_bytes(content)
    with pytest.raises((NetworkUnreadable, NetworkUnsound)):
        load_network(path)


def test_a_missing_column_is_named(write_rivers: Write) -> None:
    path = write_rivers(
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}, "properties": {"a": 1}}
    )
    with pytest.raises(NetworkUnreadable, match="next_down"):
        load_network(path)


def test_a_changed_file_is_read_again(write_rivers: Write) -> None:
    assert len(load_network(write_rivers(straight(1, 0, 111.0, 111.1)))) == 1
    path = write_rivers(straight(1, 2, 111.0, 111.1), straight(2, 0, 111.1, 111.2))
    assert len(load_network(path)) == 2


def test_the_weakest_source_on_the_way_is_named(build_rivers: Build) -> None:
    network = build_rivers(straight(1, 2, 111.0, 111.1, source="survey"), straight(2, 0, 111.1, 111.2, source="dem"))
    assert network.weakest_source(network.path_down(network.index_of(1) or 0)) == "dem"
