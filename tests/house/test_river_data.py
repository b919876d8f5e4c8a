"""The river data that ship: directed, connected, named, in the right order, and no better than they say."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from functools import lru_cache
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from incident_desk.paths import rivers_dir

BRIDGE_ON_THE_DU = (110.24, 32.24)  # near 竹山, above the 黄龙滩 reservoir
KINDS = {
    "intake",
    "section",
    "dam",
    "reservoir",
    "sluice",
    "border",
    "confluence",
    "canal",
    "hydro_dam",
    "hydro_station",
}
MEGABYTE = 1_000_000


@lru_cache(maxsize=1)
def reaches() -> geopandas.GeoDataFrame:
    return geopandas.read_file(rivers_dir() / "hubei.gpkg", layer="reaches").set_index("reach_id", drop=False)


def rows(name: str) -> list[dict[str, str]]:
    with (rivers_dir() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def manifest() -> dict[str, Any]:
    return tomllib.loads((rivers_dir() / "manifest.toml").read_text(encoding="utf-8"))


def nearest(river: str, longitude: float, latitude: float) -> int:
    """The reach of *river* whose lower end lies nearest."""
    own = reaches()[reaches()["river"] == river]
    ends = np.array([line.coords[-1] for line in own.geometry])
    offset = np.hypot((ends[:, 0] - longitude) * np.cos(np.radians(latitude)), ends[:, 1] - latitude)
    return int(own["reach_id"].iloc[int(offset.argmin())])


def way_down(start: int) -> list[int]:
    below = reaches()["next_down"].to_dict()
    way = [start]
    while below[way[-1]]:
        way.append(below[way[-1]])
        assert len(way) <= len(below), "the way down runs in a circle"
    return way


@lru_cache(maxsize=1)
def met_from_the_bridge() -> list[dict[str, str]]:
    """Receptors below the bridge, in the order in which water meets them."""
    own = reaches()[reaches()["river"] == "堵河"]
    offset = shapely.distance(own.geometry.values, shapely.Point(*BRIDGE_ON_THE_DU))
    start = int(own["reach_id"].iloc[int(offset.argmin())])
    rank = {reach: place for place, reach in enumerate(way_down(start))}
    below = [row for row in rows("receptors") if int(row["reach_id"]) in rank]
    return sorted(below, key=lambda row: (rank[int(row["reach_id"])], float(row["measure_m"])))


def kilometres(river: str, upper: tuple[float, float], lower: tuple[float, float]) -> float:
    way = way_down(nearest(river, *upper))[1:]
    way = way[: way.index(nearest(river, *lower)) + 1]
    return float(reaches().loc[way, "length_m"].sum()) / 1_000.0


# --- what the files are ------------------------------------------------------------------------------


def test_the_manifest_holds_the_digest_of_every_file_that_ships() -> None:
    listed = {entry["name"]: entry["sha256"] for entry in manifest()["file"]}
    shipped = {path.name for path in rivers_dir().iterdir() if path.is_file()} - {"manifest.toml"}
    assert set(listed) == shipped
    assert listed == {name: hashlib.sha256((rivers_dir() / name).read_bytes()).hexdigest() for name in shipped}


def test_every_file_names_its_licence_and_every_input_its_use() -> None:
    assert all(entry["licence"] and entry["method"] for entry in manifest()["file"])
    assert all(entry["licence"] and entry["used_for"] for entry in manifest()["input"])


def test_the_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in rivers_dir().rglob("*") if path.is_file()) < 20 * MEGABYTE


def test_no_administrative_outline_ships() -> None:
    assert set(reaches().geom_type) == {"LineString"}
    assert {path.suffix for path in rivers_dir().rglob("*") if path.is_file()} <= {".gpkg", ".csv", ".toml"}


def test_the_frame_is_cgcs2000() -> None:
    frame = reaches().crs
    assert frame is not None
    assert frame.to_epsg() == 4490


# --- the tree ----------------------------------------------------------------------------------------


def test_every_reach_flows_into_a_reach_that_exists_and_one_is_the_outlet() -> None:
    below = reaches()["next_down"]
    assert set(below) - {0} <= set(reaches().index)
    assert int((below == 0).sum()) == 1


def test_no_water_runs_in_a_circle() -> None:
    below = {int(reach): int(down) for reach, down in zip(reaches()["reach_id"], reaches()["next_down"], strict=True)}
    arrives = {reach for reach, down in below.items() if down == 0}
    for start in list(below):
        at, way = start, [start]
        while at not in arrives:
            assert len(way) <= len(below)
            at = below[at]
            way.append(at)
        arrives.update(way)
    assert len(arrives) == len(below)


def test_every_line_ends_where_the_next_begins() -> None:
    inner = reaches()[reaches()["next_down"] > 0]
    first = {reach: line.coords[0] for reach, line in reaches().geometry.items()}
    assert all(line.coords[-1] == first[down] for line, down in zip(inner.geometry, inner["next_down"], strict=True))


def test_drainage_area_never_falls_downstream() -> None:
    inner = reaches()[reaches()["next_down"] > 0]
    here = inner["upstream_area_km2"].to_numpy()
    below = reaches().loc[inner["next_down"], "upstream_area_km2"].to_numpy()
    assert (below >= here - 0.02).all()


def test_every_reach_has_length_slope_flow_and_a_known_source() -> None:
    table = reaches()
    assert (table["length_m"] > 0).all()
    assert (table["slope"] > 0).all()
    assert (table["mean_discharge_m3s"] > 0).all()
    assert set(table["source"]) <= {"dem", "wdbii", "survey"}


# --- the figures a hydrologist knows by heart ----------------------------------------------------------


@pytest.mark.parametrize(
    ("river", "gauge", "longitude", "latitude", "published_m3s"),
    [
        ("堵河", "黄龙滩", 110.53, 32.68, 200.0),
        ("汉江", "黄家港", 111.488, 32.556, 1_100.0),
        ("汉江", "皇庄", 112.565, 31.19, 1_480.0),
        ("长江", "宜昌", 111.28, 30.69, 13_700.0),
        ("长江", "汉口", 114.31, 30.59, 22_500.0),
        ("清江", "长阳", 111.17, 30.48, 440.0),
    ],
)
def test_mean_discharge_is_the_published_one(
    river: str, gauge: str, longitude: float, latitude: float, published_m3s: float
) -> None:
    found = float(reaches()["mean_discharge_m3s"].loc[nearest(river, longitude, latitude)])
    assert found == pytest.approx(published_m3s, rel=0.03), gauge


@pytest.mark.parametrize(
    ("river", "longitude", "latitude", "published_km2"),
    [("汉江", 111.488, 32.556, 95_217.0), ("汉江", 112.565, 31.19, 142_056.0), ("清江", 111.17, 30.48, 15_280.0)],
)
def test_the_grid_alone_gives_the_published_drainage_area(
    river: str, longitude: float, latitude: float, published_km2: float
) -> None:
    found = float(reaches()["grid_area_km2"].loc[nearest(river, longitude, latitude)])
    assert found == pytest.approx(published_km2, rel=0.03)


@pytest.mark.parametrize(
    ("upper", "lower", "waterway_km"),
    [
        ((111.273, 30.741), (113.14, 29.44), 1_669.0 - 1_274.0),
        ((113.14, 29.44), (114.29, 30.575), 1_274.0 - 1_043.0),
        ((114.29, 30.575), (115.98, 29.74), 1_043.0 - 793.0),
    ],
)
def test_the_uncorrected_yangtze_keeps_the_waterway_kilometres(
    upper: tuple[float, float], lower: tuple[float, float], waterway_km: float
) -> None:
    assert kilometres("长江", upper, lower) == pytest.approx(waterway_km, rel=0.03)


def test_the_han_above_the_dam_is_as_long_as_published_although_only_a_quarter_of_it_was_fitted() -> None:
    own = reaches()[reaches()["river"] == "汉江"]
    below_the_dam = 652.0
    assert float(own["length_m"].sum()) / 1_000.0 - below_the_dam == pytest.approx(925.0, rel=0.05)


@pytest.mark.parametrize(
    ("river", "published_km"), [("堵河", 354.0), ("清江", 423.0), ("汉江", 1_577.0), ("沮河", 226.0)]
)
def test_a_river_is_as_long_as_published(river: str, published_km: float) -> None:
    own = reaches()[reaches()["river"] == river]
    assert float(own["length_m"].sum()) / 1_000.0 == pytest.approx(published_km, rel=0.05)


# --- the exercise: a tanker on a bridge over the Du ----------------------------------------------------


def test_water_from_the_du_meets_everything_down_to_huangmei_in_order() -> None:
    met = [row["id"] for row in met_from_the_bridge()]
    wanted = ["S12-R07-T", "I19", "S12", "M32", "J-R07", "I23", "M17", "S03", "S06", "J-R08", "I33", "J-R10", "S08"]
    wanted += ["I36", "M22", "I42", "S11", "I64", "I65", "I63", "I44", "I01", "J-R02", "I08", "I38", "I16", "I56"]
    assert [code for code in met if code in set(wanted)] == wanted
    assert met_from_the_bridge()[-1]["to_code"].startswith("36")  # the last thing met is the border of 江西


def test_water_from_the_du_passes_the_pools_of_huanglongtan_and_danjiangkou() -> None:
    way = way_down(int(met_from_the_bridge()[0]["reach_id"]))
    pools = [code for code in reaches().loc[way, "reservoir_code"] if isinstance(code, str)]
    assert list(dict.fromkeys(pools))[:3] == ["S12", "S03", "S06"]


def test_the_head_of_the_transfer_canal_hears_of_a_spill_in_the_du() -> None:
    assert "S76" in {row["same_as"] for row in met_from_the_bridge()}


def test_water_from_the_bridge_ends_in_the_yangtze_and_never_leaves_a_named_river() -> None:
    way = way_down(int(met_from_the_bridge()[0]["reach_id"]))
    assert list(dict.fromkeys(reaches().loc[way, "river"])) == ["堵河", "汉江", "长江"]


def test_the_border_of_xiangyang_is_met_before_that_of_wuhan() -> None:
    borders = [row["name"] for row in met_from_the_bridge() if row["kind"] == "border"]
    xiangyang = next(i for i, name in enumerate(borders) if "襄阳市" in name)
    wuhan = next(i for i, name in enumerate(borders) if "武汉市" in name)
    assert xiangyang < wuhan


# --- the tables beside the network ----------------------------------------------------------------------


def test_every_receptor_stands_on_a_reach_and_inside_its_length() -> None:
    length = reaches()["length_m"].to_dict()
    assert all(0.0 <= float(row["measure_m"]) <= length[int(row["reach_id"])] + 0.2 for row in rows("receptors"))


def test_receptors_have_one_id_each_and_a_known_kind() -> None:
    receptors = rows("receptors")
    assert len({row["id"] for row in receptors}) == len(receptors)
    assert {row["kind"] for row in receptors} == KINDS


def test_a_receptor_of_a_named_river_stands_on_that_river() -> None:
    river = reaches()["river"].to_dict()
    named = {row["name_zh"]: row["name_zh"].removesuffix("干流") for row in rows("source/rivers")}
    listed = {row["intake_code"]: row["river_or_reservoir"] for row in rows("source/intakes")}
    listed |= {row["section_code"]: row["river"] for row in rows("source/sections")}
    own = set(named.values())
    wrong = [
        row["id"]
        for row in rows("receptors")
        if listed.get(row["id"]) in own and river[int(row["reach_id"])] != listed[row["id"]]
    ]
    assert wrong == []


def test_every_point_of_our_tables_is_placed_or_named_as_unplaced() -> None:
    listed = {row["intake_code"] for row in rows("source/intakes")}
    listed |= {row["section_code"] for row in rows("source/sections")}
    listed |= {row["structure_code"] for row in rows("source/structures")}
    placed = {row["id"] for row in rows("receptors")}
    unplaced = {row["id"] for row in rows("receptors_unplaced")}
    assert placed & unplaced == set()
    assert listed <= placed | unplaced


def test_an_intake_on_the_han_or_the_yangtze_lies_within_five_kilometres_of_its_reach() -> None:
    intakes = [row for row in rows("receptors") if row["kind"] == "intake" and row["river"] in {"汉江", "长江"}]
    assert len(intakes) > 40
    assert all(float(row["offset_m"]) <= 5_000.0 for row in intakes)


def test_the_volume_of_a_pool_is_shared_out_among_its_reaches() -> None:
    for code in {row["code"] for row in rows("reservoirs")}:
        told = sum(float(row["storage_in_network_m3"]) for row in rows("reservoirs") if row["code"] == code)
        held = float(reaches().loc[reaches()["reservoir_code"] == code, "storage_m3"].sum())
        assert held == pytest.approx(told, rel=1e-6), code


def test_a_pool_ends_at_its_own_dam() -> None:
    dams = {row["id"]: int(row["reach_id"]) for row in rows("receptors")}
    arms = {("S03", "R09")}
    for row in rows("reservoirs"):
        if (row["code"], row["river_code"]) not in arms:
            assert dams[row["code"]] == int(row["last_reach_id"]), row["name"]


def test_an_offtake_joins_two_reaches_that_exist() -> None:
    known = set(reaches().index)
    assert all({int(row["from_reach_id"]), int(row["to_reach_id"])} <= known for row in rows("diversions"))


def test_no_sample_number_can_be_rung_and_each_is_marked() -> None:
    contacts = rows("contacts_sample")
    numbers = [row["phone"] for row in contacts]
    assert len(set(numbers)) == len(numbers)
    assert all("+8610000000000" <= number <= "+8610000009999" and len(number) == 14 for number in numbers)
    assert all("样例" in row["unit"] and row["note"] == "样例" for row in contacts)


def test_every_intake_that_the_bridge_threatens_has_somebody_to_ring() -> None:
    reachable = {row["receptor_id"] for row in rows("contacts_sample")}
    met = {
        row["same_as"] or row["id"] for row in met_from_the_bridge() if row["kind"] in {"intake", "hydro_dam", "dam"}
    }
    assert met <= reachable


def test_every_county_of_hubei_has_a_bureau_and_a_fire_brigade() -> None:
    bureaus = {row["county_code"] for row in rows("contacts_sample") if row["role"] == "county_bureau"}
    brigades = {row["county_code"] for row in rows("contacts_sample") if row["role"] == "fire_brigade"}
    assert len(bureaus) == 103
    assert bureaus == brigades
