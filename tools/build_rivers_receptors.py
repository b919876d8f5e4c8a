"""The tables beside the network: who must be told along a river, reservoirs, offtakes, sample telephone numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely

from tools.build_boundaries import HUBEI, Unit, read_units
from tools.build_rivers_attributes import DIVERTED_M3S
from tools.build_rivers_places import RIVER_ALIASES, Crossing, Map, Place, Pool
from tools.build_rivers_sources import read_table

Row = dict[str, Any]

RECEPTOR_COLUMNS = (
    "id", "kind", "name", "river", "reach_id", "measure_m", "longitude", "latitude", "county", "prefecture_code",
    "confidence", "serves", "source", "offset_m", "same_as", "border_level", "from_code", "to_code", "note",
)  # fmt: skip
RESERVOIR_COLUMNS = (
    "code", "name", "river", "river_code", "total_storage_m3", "normal_storage_m3", "storage_in_network_m3",
    "normal_level_m", "mean_discharge_m3s", "first_reach_id", "last_reach_id", "reaches", "length_m", "method",
    "confidence", "longitude", "latitude", "note",
)  # fmt: skip
DIVERSION_COLUMNS = (
    "river_code", "river", "from_reach_id", "from_measure_m", "to_reach_id", "mean_discharge_m3s", "note",
)  # fmt: skip
CONTACT_COLUMNS = ("id", "receptor_id", "county_code", "role", "unit", "duty_unit", "phone", "note")

TABLE_SOURCE = "公开资料整理，近似，仅供演示"
BORDER_SOURCE = "由河网与天地图行政区界计算"
NETWORK_SOURCE = "由河网计算"
GAUGE_SOURCE = "公开水文资料整理，近似，仅供演示"
STRUCTURE_KINDS = {"dam": "dam", "reservoir": "reservoir", "sluice": "sluice", "diversion": "canal"}
HYDROPOWER = {*(f"S{n}" for n in (12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 28, 48, 58, 61))}
MOUTH_NAMES = {"A01": "洞庭湖口城陵矶", "R09": "丹江入库处"}
DANJIANGKOU = "S03"
PROVINCE_SIGNS = {
    "420000": "鄂", "610000": "陕", "410000": "豫", "500000": "渝", "430000": "湘", "360000": "赣", "340000": "皖",
}  # fmt: skip
BORDER_WORDS = {"prefecture": "市州界", "county": "县界"}
SAMPLE_MARK = "样例"
PHONE_FIRST, PHONE_LAST = 8610000000000, 8610000009999


class Builder:
    """Collects the rows; a point that cannot be placed is kept apart, never guessed."""

    def __init__(self, chart: Map, pools: list[Pool], crossings: list[Crossing]) -> None:
        self.chart, self.pools, self.crossings = chart, pools, crossings
        self.units = read_units("district")
        self.unit_tree = shapely.STRtree([unit.geometry for unit in self.units])
        self.receptors: list[Row] = []
        self.unplaced: list[Row] = []
        self.pool_of = self._pool_names()

    def _pool_names(self) -> dict[str, list[int]]:
        """Reaches of a pool by the names under which our tables file its points."""
        names: dict[str, list[int]] = {}
        for pool in self.pools:
            aliases = {alias for alias in RIVER_ALIASES if alias.endswith("水库") and alias[:3] in pool.name}
            for name in {pool.name} | aliases:
                names.setdefault(name, []).extend(pool.reaches)
        return names

    def unit_at(self, longitude: float, latitude: float) -> Unit | None:
        """The county at a position."""
        hits = self.unit_tree.query(shapely.Point(longitude, latitude), predicate="intersects")
        return self.units[int(hits.min())] if hits.size else None

    def add(self, place: Place, *, position: tuple[float, float] | None = None, **columns: object) -> None:
        """One receptor; county and river are looked up when they are not given."""
        longitude, latitude = position or self.chart.position(place)
        river = self.chart.names.get(self.chart.balance.reaches.code[place.reach], "")
        row: Row = dict.fromkeys(RECEPTOR_COLUMNS, "")
        row |= {
            "river": river,
            "reach_id": place.reach + 1,
            "measure_m": round(place.measure_m, 1),
            "longitude": round(longitude, 5),
            "latitude": round(latitude, 5),
            "offset_m": round(place.offset_m),
        }
        if "county" not in columns:
            unit = self.unit_at(longitude, latitude)
            row["county"] = unit.name if unit else ""
            row["prefecture_code"] = (unit.prefecture_code or unit.province_code) if unit else ""
        self.receptors.append(row | columns)

    def add_table(self, table: str, kind: str | None, river_column: str, code_column: str) -> None:
        """Every row of one of our tables."""
        dams = {pool.code: pool.dam for pool in reversed(self.pools)}
        for row in read_table(table):
            place = dams.get(row[code_column]) or self.chart.place(
                row, row[river_column], self.pool_of, is_reservoir=row.get("kind") == "reservoir"
            )
            position = (float(row["longitude"]), float(row["latitude"]))
            columns: Row = {
                "id": row[code_column],
                "kind": kind or STRUCTURE_KINDS[row["kind"]],
                "name": row["name_zh"],
                "county": row["county"],
                "prefecture_code": row["prefecture_code"],
                "confidence": row["confidence"],
                "serves": row.get("serves", ""),
                "source": TABLE_SOURCE,
                "note": row["note"],
            }
            if place is None:
                empty: Row = dict.fromkeys(RECEPTOR_COLUMNS, "")
                self.unplaced.append(
                    empty | {"river": row[river_column], "longitude": position[0], "latitude": position[1]} | columns
                )
                continue
            offset = self.chart.on_reach(place.reach, *position).offset_m
            self.add(replace(place, offset_m=offset), position=position, **columns)
            self._also_by_the_han(place, columns, position)

    def _also_by_the_han(self, place: Place, columns: Row, position: tuple[float, float]) -> None:
        """What lies in the Dan arm of the Danjiangkou pool is reached by water from the Han as well."""
        arm = next(p for p in self.pools if p.code == DANJIANGKOU and p.river_code == "R09")
        if place.reach not in arm.reaches:
            return
        junction = int(self.chart.balance.reaches.down[arm.reaches[-1]])
        name = f"{columns['name']}（经汉江库区）"
        self.add(
            Place(junction, 0.0, self.chart.on_reach(junction, *position).offset_m),
            position=position,
            **(columns | {"id": f"{columns['id']}-R02", "name": name, "same_as": columns["id"]}),
        )

    def add_pools(self) -> None:
        """Where a front enters each pool, and the power station at its dam."""
        for pool in self.pools:
            river = self.chart.names[pool.river_code]
            reservoir = pool.name if pool.name.endswith("水库") else f"{_dam_name(pool.name)}库区"
            common: Row = {"confidence": pool.confidence, "source": NETWORK_SOURCE}
            self.add(
                Place(pool.reaches[0], 0.0, 0.0),
                id=f"{pool.code}-{pool.river_code}-T",
                kind="reservoir",
                name=f"{reservoir}（{river}库尾）",
                **common,
            )
            if pool.code in HYDROPOWER:
                name = f"{pool.name.removesuffix('水库')}水电站大坝"
                self.add(pool.dam, **(common | {"id": f"{pool.code}-P", "kind": "hydro_dam", "name": name}))

    def add_junctions(self) -> None:
        """Mouths of the named rivers and offtakes of the distributaries, on the river that receives or feeds them."""
        for code, stem in self.chart.balance.stems.items():
            common: Row = {"kind": "confluence", "confidence": "medium", "source": NETWORK_SOURCE}
            path = self.chart.balance.path(code)
            if stem.receiver and path:
                below = int(self.chart.balance.reaches.down[path[-1]])
                mouth = MOUTH_NAMES.get(code, f"{stem.name}口")
                name = f"{mouth}（入{self.chart.names[stem.receiver]}）"
                self.add(Place(below, 0.0, 0.0), **(common | {"id": f"J-{code}", "name": name}))
            offtake = self._offtake(code)
            if offtake is not None:
                self.add(offtake, id=f"K-{code}", name=f"{stem.name}分流口", note="水流由此分出", **common)

    def _offtake(self, code: str) -> Place | None:
        cell = self.chart.balance.stems[code].diverts_from
        if cell is None:
            return None
        reaches = self.chart.balance.reaches
        reach = next(r for r in range(len(reaches.cells)) if cell in reaches.cells[r][:-1])
        return self.chart.on_reach(reach, *map(float, reaches.points[cell]))

    def add_gauges(self) -> None:
        """Hydrological stations of ``gauges.csv`` whose position is known."""
        stations = [row for row in read_table("gauges") if row["confidence"] != "low" and "(" not in row["name_zh"]]
        for number, row in enumerate(stations, start=1):
            path = self.chart.balance.path(row["river_code"])
            index = self.chart.balance.reach_ending_at(path, (float(row["longitude"]), float(row["latitude"])))
            reach = path[index]
            place = Place(reach, float(self.chart.attributes.length_m[reach]), 0.0)
            columns: Row = {"kind": "hydro_station", "name": f"{row['name_zh']}水文站", "confidence": row["confidence"]}
            self.add(place, **(columns | {"id": f"H{number:02d}", "source": GAUGE_SOURCE}))

    def add_borders(self) -> None:
        """Crossings of counties, prefectures and provinces."""
        for number, crossing in enumerate(self.crossings, start=1):
            upper, lower = crossing.upper, crossing.lower
            if crossing.level == "province":
                signs = [PROVINCE_SIGNS[upper.province_code], PROVINCE_SIGNS[lower.province_code]]
                word = "".join(sorted(signs, key=lambda sign: sign != "鄂")) + "省界"
            else:
                word = BORDER_WORDS[crossing.level]
            self.add(
                crossing.place,
                id=f"B{number:03d}",
                kind="border",
                name=f"{word}：{_unit_name(upper, crossing.level)}→{_unit_name(lower, crossing.level)}",
                confidence="medium",
                source=BORDER_SOURCE,
                border_level=crossing.level,
                from_code=upper.code,
                to_code=lower.code,
                note="界河" if crossing.boundary_river else "",
            )

    def build(self) -> None:
        """All receptors, ordered by id."""
        self.add_table("intakes", "intake", "river_or_reservoir", "intake_code")
        self.add_table("sections", "section", "river", "section_code")
        self.add_table("structures", None, "river", "structure_code")
        self.add_pools()
        self.add_junctions()
        self.add_gauges()
        self.add_borders()
        self.receptors.sort(key=lambda row: str(row["id"]))

    def reservoirs(self) -> list[Row]:
        """One row per pool and arm; the total volume stands on the arm that holds the dam."""
        rows: list[Row] = []
        notes = {(row["structure_code"], row["river_code"]): row["note"] for row in read_table("pools")}
        for pool in self.pools:
            length, flow = self.chart.attributes.length_m, self.chart.attributes.discharge_m3s
            rows.append(
                {
                    "code": pool.code,
                    "name": pool.name,
                    "river": self.chart.names[pool.river_code],
                    "river_code": pool.river_code,
                    "total_storage_m3": round(float(pool.row["total_storage_million_m3"]) * 1e6),
                    "normal_storage_m3": round(pool.storage_m3),
                    "storage_in_network_m3": round(sum(pool.reach_storage_m3)),
                    "normal_level_m": pool.row["normal_level_m"],
                    "mean_discharge_m3s": round(float(flow[pool.reaches[-1]]), 1),
                    "first_reach_id": pool.reaches[0] + 1,
                    "last_reach_id": pool.reaches[-1] + 1,
                    "reaches": len(pool.reaches),
                    "length_m": round(float(length[pool.reaches].sum())),
                    "method": pool.method,
                    "confidence": pool.confidence,
                    "longitude": pool.row["longitude"],
                    "latitude": pool.row["latitude"],
                    "note": notes[pool.code, pool.river_code],
                }
            )
        return rows

    def diversions(self) -> list[Row]:
        """Where a distributary leaves its parent; the tree of reaches does not hold this edge."""
        rows: list[Row] = []
        for code, stem in self.chart.balance.stems.items():
            offtake = self._offtake(code)
            if offtake is not None:
                first = self.chart.balance.path(code)[0]
                note = "gated" if not DIVERTED_M3S[code] else ""
                rows.append(
                    {
                        "river_code": code,
                        "river": stem.name,
                        "from_reach_id": offtake.reach + 1,
                        "from_measure_m": round(offtake.measure_m, 1),
                        "to_reach_id": first + 1,
                        "mean_discharge_m3s": DIVERTED_M3S[code],
                        "note": note,
                    }
                )
        return rows


def _dam_name(name: str) -> str:
    for ending in ("水利水电枢纽", "水利枢纽", "航电枢纽", "航运枢纽", "水电站"):
        name = name.removesuffix(ending)
    return name.split("（")[0]


def _unit_name(unit: Unit, level: str) -> str:
    if level == "county":
        return unit.name
    prefecture = unit.parents[-1] if unit.parents[-1] != unit.name else ""
    return f"{prefecture}{unit.name}"


def contacts() -> list[Row]:
    """Sample duty telephones of waterworks, dams, power stations, county bureaus, fire brigades; none can be rung."""
    wanted: list[tuple[str, str, str, str, str]] = []
    for row in read_table("intakes"):
        name = row["name_zh"].removesuffix("取水口").removesuffix("水源地")
        wanted.append((row["intake_code"], "", "waterworks", f"{name}供水单位", "供水调度值班室"))
    for row in read_table("structures"):
        role = {"dam": "dam", "reservoir": "dam", "sluice": "sluice", "diversion": "diversion"}[row["kind"]]
        wanted.append((row["structure_code"], "", role, f"{row['name_zh']}管理单位", "运行调度值班室"))
        if row["structure_code"] in HYDROPOWER:
            name = row["name_zh"].removesuffix("水库")
            wanted.append((f"{row['structure_code']}-P", "", "power_station", f"{name}水电站", "中控室"))
    for unit in read_units("district"):
        if unit.province_code == HUBEI:
            wanted.append(("", unit.code, "county_bureau", f"{unit.name}生态环境分局", "值班室"))
            wanted.append(("", unit.code, "fire_brigade", f"{unit.name}消防救援大队", "指挥中心"))
    for row in read_table("prefectures"):
        wanted.append(("", row["code_gbt2260"], "prefecture_bureau", f"{row['name_zh']}生态环境局", "应急值班室"))
    if len(wanted) > PHONE_LAST - PHONE_FIRST:
        raise RuntimeError("the range of sample numbers is used up")
    return [
        {
            "id": f"C{number:04d}",
            "receptor_id": receptor,
            "county_code": county,
            "role": role,
            "unit": f"{unit}（{SAMPLE_MARK}）",
            "duty_unit": duty,
            "phone": f"+{PHONE_FIRST + number}",
            "note": SAMPLE_MARK,
        }
        for number, (receptor, county, role, unit, duty) in enumerate(wanted, start=1)
    ]
