"""What the maps draw, as GeoJSON: rivers of a view, places by kind, borders, open cases, a case's trace.

Words come from the caller, who knows the screen's language; the page of the archive is Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import ceil, floor
from pathlib import Path
from typing import Any

from sqlalchemy import select

from incident_desk.domain.calls.place import Position
from incident_desk.domain.china_time import short_minute
from incident_desk.domain.downstream import HORIZON_H, threatened
from incident_desk.domain.errors import NotFound
from incident_desk.domain.labels import label as label_of
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.geo import layers
from incident_desk.geo.layers import MARKS, Box, Feature
from incident_desk.geo.network import RiverNetwork, load_network
from incident_desk.geo.webmap import MapLayer, self_contained_page
from incident_desk.models import FactRecord, Incident, TraceRun
from incident_desk.paths import static_dir
from incident_desk.services import scope
from incident_desk.services.field.evidence import photographs
from incident_desk.services.water import facilities, tracing
from incident_desk.services.water.river_way import place_below

WHOLE_BELOW_ZOOM = 8
"""Up to this zoom the whole network is drawn at once, beyond it what the view shows."""
GRID_DEG = 0.25
"""Views are widened to this grid, so that moving a little asks for nothing new."""
KIND_GROUPS: Mapping[str, tuple[str, ...]] = {
    "intakes": ("intake",),
    "sections": ("section", "hydro_station"),
    "structures": ("dam", "reservoir", "hydro_dam", "sluice", "weir", "canal"),
    "borders": ("border",),
}
"""Layers of places on the map, in the order of the switch."""
TRACE_WORDS_ZH = {
    "distance": "距离", "earliest": "最早", "likely": "可能", "latest": "最迟", "peak": "峰值", "spill": "事发地点",
    "way": "污染团去向", "most": "偏高估计",
}  # fmt: skip
_LABELLED = frozenset({"intake", "dam", "hydro_dam"})
HUBEI: Box = (108.36, 29.03, 116.13, 33.28)
"""West, south, east, north of the province, shown where a trace draws nothing."""
_POOL_POINTS = ("-T", "-E")


@dataclass(frozen=True, slots=True)
class CasePlace:
    """An open case and where it is, degrees, CGCS2000."""

    incident: Incident
    longitude: float
    latitude: float


def rivers_json(zoom: int, box: Box | None) -> bytes:
    """The rivers of a view as GeoJSON text, kept for the next one who looks at the same."""
    if zoom <= WHOLE_BELOW_ZOOM or box is None:
        return _rivers_json(load_network(), min(zoom, WHOLE_BELOW_ZOOM), None)
    west, south, east, north = box
    grid = (_down(west), _down(south), _up(east), _up(north))
    return _rivers_json(load_network(), zoom, grid)


def places_layer(kinds: Iterable[str], word: Callable[[str], str]) -> Feature:
    """Places of these kinds; *word* gives a kind's name in the screen's language."""
    wanted = set(kinds)
    found = (one for one in facilities.places() if one.kind in wanted and not one.id.endswith(_POOL_POINTS))
    return layers.points(
        (
            one.longitude,
            one.latitude,
            {
                "kind": one.kind,
                "id": one.id,
                "mark": MARKS.get(one.kind, "·"),
                "title": one.name,
                "rows": [[word(one.kind), _details(one.river, one.attributes)]],
            },
        )
        for one in found
    )


def office_box(office: str) -> Box:
    """The frame of an office's own prefecture, by the places on its rivers; the province's where it has none."""
    own = [one for one in facilities.places() if one.attributes.get("prefecture_code", "")[:4] == office[:4]]
    found = layers.bounds(layers.points((one.longitude, one.latitude, {}) for one in own))
    return HUBEI if found is None or office.endswith("0000") else found


def boundaries_file() -> Path:
    """Where set-up lays the outlines of prefectures; they are never part of the program."""
    return static_dir() / "vendor" / "boundaries" / "prefectures.geojson"


def boundaries_layer() -> Feature:
    """Outlines of the prefectures, for reference only; nothing where set-up has not built them."""
    file = boundaries_file()
    if not file.is_file():
        return {"type": "FeatureCollection", "features": []}
    return _read_boundaries(file, file.stat().st_mtime_ns)


def case_places(actor: Actor) -> list[CasePlace]:
    """The open cases that *actor* may see and whose place is known, newest first."""
    rows = db.session.execute(
        select(Incident, FactRecord)
        .join(FactRecord, FactRecord.incident_id == Incident.id)
        .where(
            scope.visible_to(actor),
            Incident.state == "open",
            FactRecord.kind == "sheet.coordinates",
            FactRecord.withdrawn_at.is_(None),
        )
        .order_by(FactRecord.at, FactRecord.id)
    )
    newest = {incident.id: (incident, fact) for incident, fact in rows}
    found = (_case_place(incident, fact.data) for incident, fact in newest.values())
    return sorted((one for one in found if one is not None), key=lambda one: -one.incident.id)


def trace_layer(
    run: TraceRun,
    *,
    word: Callable[[str], str],
    words: Mapping[str, str] = TRACE_WORDS_ZH,
    horizon_h: float = HORIZON_H,
    beyond: bool = False,
) -> Feature:
    """A trace on record: the way of the water, each place with its band and peak, and the place of the spill.

    What the earliest front reaches within *horizon_h* is one layer; what lies *beyond* another, without labels.
    """
    receptors = run.result["receptors"]
    counting = {place.id for place in threatened((place_below(one) for one in receptors), horizon_h)}
    shown = [one for one in receptors if (one["id"] in counting) is not beyond]
    edge = max((one["distance_m"] for one in receptors if one["id"] in counting), default=0.0)
    entered = run.result["path"]["entered_m"]
    course = [line for line, start in zip(run.way, entered, strict=True) if (start >= edge > 0.0) is beyond]
    way = {
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": course},
        "properties": {
            "kind": "way" if beyond else "plume",
            "title": words["way"],
            "rows": [[words["distance"], _km(run.result["path"]["length_m"])]],
        },
    }
    places = [(one["longitude"], one["latitude"], _reached(one, word, words, label=not beyond)) for one in shown]
    spill = (run.longitude, run.latitude, {"kind": "incident", "mark": "!", "title": words["spill"]})
    drawn = layers.points(places if beyond else [*places, spill])
    return {"type": "FeatureCollection", "features": [way, *drawn["features"]]}


def map_page(actor: Actor, case_no: str, *, now: datetime) -> str:
    """One HTML file for archive and print that asks no host: the rivers around, the trace, the photographs' places.

    Outlines of areas are left out of it: they may be shown inside the office only.

    Raises:
        NotFound: not this actor's to see, or the river was never traced for it.
    """
    incident = scope.incident(actor, case_no)
    run = tracing.latest(actor, case_no)
    if run is None:
        raise NotFound
    leaflet = static_dir() / "vendor" / "leaflet"
    traced = trace_layer(run, word=kind_zh)
    around = layers.bounds(traced)
    drawn = [
        MapLayer("rivers", "河流", data=json.loads(_rivers_json(load_network(), 9, around))),
        MapLayer("beyond", "更下游", data=trace_layer(run, word=kind_zh, beyond=True)),
        MapLayer("trace", "污染团去向", data=traced, fit=True),
        MapLayer("photographs", "现场照片", data=_photographs(actor, case_no)),
    ]
    return self_contained_page(
        drawn,
        title=("【演练】" if incident.is_exercise else "") + f"{incident.case_no} {incident.title}",
        note=_note(run, now),
        leaflet_js=(leaflet / "leaflet.js").read_text("utf-8"),
        leaflet_css=(leaflet / "leaflet.css").read_text("utf-8"),
        box=around or HUBEI,
    )


def kind_zh(kind: str) -> str:
    """The Chinese name of a kind of place."""
    return label_of(("receptor_kind", kind), "zh_Hans")


@lru_cache(maxsize=128)
def _rivers_json(network: RiverNetwork, zoom: int, box: Box | None) -> bytes:
    drawn = layers.rivers(network, zoom=zoom, box=box)
    return json.dumps(drawn, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=2)
def _read_boundaries(file: Path, _changed: int) -> Feature:
    found: Feature = json.loads(file.read_text("utf-8"))
    for feature in found["features"]:
        feature["properties"] = {"kind": "prefecture", "title": feature["properties"].get("name", "")}
    return found


def _case_place(incident: Incident, data: Mapping[str, Any]) -> CasePlace | None:
    if data.get("state", "known") != "known" or not data.get("value"):
        return None
    return CasePlace(incident, *Position.from_json(data["value"]).coordinates.cgcs2000())


def _details(river: str | None, attributes: Mapping[str, str]) -> str:
    return " · ".join(text for text in (river, attributes.get("county"), attributes.get("serves")) if text)


def _reached(
    one: Mapping[str, Any], word: Callable[[str], str], words: Mapping[str, str], *, label: bool
) -> dict[str, Any]:
    rows = [[word(one["kind"]), _details(one["river"], one["attributes"])], [words["distance"], _km(one["distance_m"])]]
    properties = {
        "kind": one["kind"],
        "id": one["id"],
        "mark": MARKS.get(one["kind"], "·"),
        "title": one["name"],
        "exceeds": one["exceeds"],
    }
    if one["arrival"] is not None:
        times = {key: datetime.fromisoformat(one["arrival"][key]) for key in ("earliest", "likely", "latest")}
        rows += [[words[key], short_minute(at)] for key, at in times.items()]
        if label and (one["kind"] in _LABELLED or one["attributes"].get("border_level") == "province"):
            properties["label"] = f"{short_minute(times['earliest'])} – {short_minute(times['likely'])}"
    if one["peak"] is not None:
        rows.append([words["peak"], f"{one['peak']['mg_l']:.3g} mg/L"])
        rows.append([words["most"], f"{one['peak']['mg_l_p95']:.3g} mg/L"])
    return properties | {"rows": rows}


def _note(run: TraceRun, now: datetime) -> str:
    flow = run.inputs["discharge_m3s"]
    basis = f"实测流量 {flow:g} m³/s（{run.inputs['discharge_source']}）" if flow else "多年平均流量（估算）"
    return (
        f"推算于 {short_minute(run.run_at)}，打印于 {short_minute(now)}；{basis}；河网 {run.result['network']['name']} "
        f"SHA-256 {run.network_sha256[:12]}…，最弱来源 {_source_zh(run.result['network']['weakest_source'])}"
    )


def _source_zh(source: str | None) -> str:
    return "未注明" if source is None else label_of(("river_source", source), "zh_Hans")


def _photographs(actor: Actor, case_no: str) -> Feature:
    located: list[tuple[float, float, dict[str, Any]]] = []
    for row in photographs(actor, case_no):
        head = row.verdicts[0] if row.verdicts else {}
        if head.get("longitude") is not None:
            said: dict[str, Any] = {"kind": "photo", "mark": "照", "title": row.note or "现场照片"}
            said["rows"] = [["接收", short_minute(row.received_at)]]
            located.append((head["longitude"], head["latitude"], said))
    return layers.points(located)


def _km(metres: float) -> str:
    return f"{metres / 1000:.1f} km"


def _down(degrees: float) -> float:
    return floor(degrees / GRID_DEG) * GRID_DEG


def _up(degrees: float) -> float:
    return ceil(degrees / GRID_DEG) * GRID_DEG
