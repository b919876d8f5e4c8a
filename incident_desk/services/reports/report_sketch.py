"""The sketch map of a report, drawn from a trace on record: the same receptors, in the same order, as its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

from incident_desk.domain.china_time import zh_time
from incident_desk.domain.reports.reporting import VERIFYING
from incident_desk.models import TraceRun
from incident_desk.records import typesetting
from incident_desk.records.sketch_layout import WIDTH_MM, Sketch, SketchPlace
from incident_desk.records.sketch_map import sketch_svg
from incident_desk.services.cases import five_lines
from incident_desk.services.reports.report_values import shown_receptors

Line = Sequence[Sequence[float]]
Point = tuple[float, float]

COURSE_ALONE_M = 50_000.0
"""How far the course is drawn where the water meets no receptor."""


def sketch_of(run: TraceRun, case_no: str, *, exercise: bool) -> Sketch:
    """What the sketch map of *run* shows: the course down to the last receptor that the report names."""
    receptors = shown_receptors(run.result)
    edge = max((one["distance_m"] for one in receptors), default=COURSE_ALONE_M)
    course = _down_to(run.way, run.result["path"], edge)
    return Sketch(
        title=f"{case_no}　敏感点分布示意图",
        exercise=exercise,
        spill=(run.longitude, run.latitude),
        spill_label="事发点",
        course=course,
        places=tuple(_place(one) for one in receptors),
        river_names=tuple(_rivers(receptors, run.result)),
        notes=(f"示意图，不作测量依据。坐标系：CGCS2000。依据：{five_lines.trace_basis_zh(run)}。",),
    )


def svg_of(run: TraceRun, case_no: str, *, exercise: bool) -> bytes:
    """The sketch map as SVG; the same trace gives the same bytes."""
    return sketch_svg(sketch_of(run, case_no, exercise=exercise))


@lru_cache(maxsize=8)
def png_of(svg: bytes) -> bytes | None:
    """The same drawing in black and white points; None where no font here knows its words."""
    try:
        return typesetting.black_and_white_png(svg, WIDTH_MM)
    except typesetting.ChineseFontMissing:
        return None


def _place(one: Mapping[str, Any]) -> SketchPlace:
    band = five_lines.arrival_band(one)
    arrival = f"最早{zh_time(band.earliest)}" if band else f"到达时间{VERIFYING}"
    return SketchPlace(one["name"], one["longitude"], one["latitude"], arrival, one["kind"] == "intake")


def _down_to(way: Iterable[Line], path: Mapping[str, Any], edge_m: float) -> tuple[tuple[Point, ...], ...]:
    """The reaches of the way as one line, cut at *edge_m* below the spill."""
    entered = [*path["entered_m"], path["length_m"]]
    course: list[Point] = []
    for line, (begins, ends) in zip(way, pairwise(entered), strict=True):
        if begins >= edge_m:
            break
        share = 1.0 if ends <= edge_m else (edge_m - begins) / (ends - begins)
        points = _part([(float(at[0]), float(at[1])) for at in line], share)
        course += points[1:] if course and course[-1] == points[0] else points
    return (tuple(course),) if course else ()


def _part(line: list[Point], share: float) -> list[Point]:
    """The first *share* of a line, by its length in degrees; a reach is short enough for that."""
    steps = [((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5 for (x, y), (to_x, to_y) in pairwise(line)]
    left = share * sum(steps)
    kept = line[:1]
    for (x, y), (to_x, to_y), step in zip(line, line[1:], steps, strict=False):
        if step >= left:
            part = left / step if step else 0.0
            return [*kept, (x + (to_x - x) * part, y + (to_y - y) * part)]
        kept.append((to_x, to_y))
        left -= step
    return kept


def _rivers(receptors: Sequence[Mapping[str, Any]], result: Mapping[str, Any]) -> Iterable[tuple[str, Point]]:
    """Each river once, at the middle one of the receptors on it; the spill's own where there are none."""
    if not receptors and result["snapped"]["river"]:
        yield result["snapped"]["river"], (result["snapped"]["longitude"], result["snapped"]["latitude"])
    for river, group in groupby(receptors, key=lambda one: one["river"] or ""):
        found = list(group)
        middle = found[len(found) // 2]
        if river:
            yield river, (middle["longitude"], middle["latitude"])
