"""The sketch map of sensitive points for a report: the water's course, the spill, what lies below, when it gets there.

Plain values in, SVG out: pure black on white, north up, with scale bar and datum, readable after a fax machine. The
same values give the same bytes. It is a sketch (示意图), drawn without any boundary, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import atan2, degrees, hypot
from xml.sax.saxutils import escape

from incident_desk.records.sketch_labels import Box, Point
from incident_desk.records.sketch_layout import (
    LEADING,
    NAME_MM,
    NOTE_MM,
    TIME_MM,
    TITLE_MM,
    WIDTH_MM,
    Sketch,
    SketchLayout,
    sketch_layout,
    text_mm,
    wrapped,
)

FONTS = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC',SimHei,'Microsoft YaHei',sans-serif"
ARROW_EVERY_MM = 20


def sketch_svg(sketch: Sketch) -> bytes:
    """*sketch* as SVG, ``WIDTH_MM`` wide, as high as it needs."""
    layout = sketch_layout(sketch)
    notes = [*_unplaced(sketch, layout), *sketch.notes]
    lines = [part for note in notes for part in wrapped(note, WIDTH_MM - 2.0, NOTE_MM)]
    first = layout.frame.bottom + 5.0
    height = first + 5.5 + len(lines) * NOTE_MM * 1.35
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_MM:g}mm" height="{height:.2f}mm" '
        f'viewBox="0 0 {WIDTH_MM:g} {height:.2f}" font-family="{FONTS}">'
    )
    parts = [
        head,
        f'<rect width="{WIDTH_MM:g}" height="{height:.2f}" fill="#fff"/>',
        _text((WIDTH_MM / 2, 7.8), sketch.title, TITLE_MM, bold=True, anchor="middle"),
        _rect(layout.frame, stroke=0.5),
        *_course(layout),
        *_leaders(layout),
        *_dots(sketch, layout),
        *_labels(layout),
        *_rivers(layout),
        *_north(),
        *_scale(layout),
        *_exercise(sketch),
        *_legend(first),
        *(_text((1.0, first + 5.5 + row * NOTE_MM * 1.35), line, NOTE_MM) for row, line in enumerate(lines)),
        "</svg>",
    ]
    return "\n".join(parts).encode("utf-8")


def _unplaced(sketch: Sketch, layout: SketchLayout) -> Iterator[str]:
    left = [
        f"{label.number} {sketch.places[label.number - 1].name}，{sketch.places[label.number - 1].arrival}"
        for label in layout.labels
        if label.placed is None
    ]
    if left:
        yield f"图上注不下：{'；'.join(left)}。"


def _text(at: Point, text: str, size: float, *, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{at[0]:.2f}" y="{at[1]:.2f}" font-size="{size:g}" text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )


def _rect(box: Box, *, stroke: float = 0.0, fill: str = "none") -> str:
    line = f' stroke="#000" stroke-width="{stroke:g}"' if stroke else ""
    size = f'width="{box.right - box.left:.2f}" height="{box.bottom - box.top:.2f}"'
    return f'<rect x="{box.left:.2f}" y="{box.top:.2f}" {size} fill="{fill}"{line}/>'


def _line(points: Sequence[Point], stroke: float) -> str:
    along = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return (
        f'<polyline points="{along}" fill="none" stroke="#000" stroke-width="{stroke:g}" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _course(layout: SketchLayout) -> Iterator[str]:
    """The water's way, with arrows that say which way it flows."""
    for line in layout.course:
        if len(line) > 1:
            yield _line(line, 0.9)
            steps = _steps(line)
            for number in range(ARROW_EVERY_MM // 2, len(steps) - 2, ARROW_EVERY_MM):
                yield from _flow(steps, number, (layout.spill, *layout.places))


def _flow(steps: Sequence[Point], number: int, dots: Sequence[Point]) -> Iterator[str]:
    """An arrow at a step of the course, or at the next one that is clear of every dot."""
    for at in range(number, min(number + ARROW_EVERY_MM // 2, len(steps) - 2)):
        if all(hypot(steps[at][0] - x, steps[at][1] - y) > 4.0 for x, y in dots):
            (x, y), (to_x, to_y) = steps[at - 2], steps[at + 2]
            yield _arrow(steps[at], degrees(atan2(to_y - y, to_x - x)))
            return


def _steps(line: Sequence[Point]) -> list[Point]:
    """Points along *line*, one millimetre from each to the next."""
    steps, due = [line[0]], 1.0
    for (x, y), (to_x, to_y) in pairwise(line):
        length = hypot(to_x - x, to_y - y)
        while due <= length:
            share = due / length
            steps.append((x + (to_x - x) * share, y + (to_y - y) * share))
            due += 1.0
        due -= length
    return steps


def _arrow(at: Point, turn: float) -> str:
    place = f"translate({at[0]:.2f} {at[1]:.2f}) rotate({turn:.1f})"
    return f'<path d="M2.2,0 L-1.6,-1.8 L-1.6,1.8 Z" transform="{place}"/>'


def _leaders(layout: SketchLayout) -> Iterator[str]:
    for label in layout.labels:
        if label.placed is not None:
            yield _line(label.placed.leader, 0.3)


def _dots(sketch: Sketch, layout: SketchLayout) -> Iterator[str]:
    yield _spill(layout.spill)
    for one, at in zip(sketch.places, layout.places, strict=True):
        yield _dot(at, is_intake=one.is_intake)


def _dot(at: Point, *, is_intake: bool) -> str:
    fill, radius = ("#000", 1.5) if is_intake else ("#fff", 1.2)
    return f'<circle cx="{at[0]:.2f}" cy="{at[1]:.2f}" r="{radius:g}" fill="{fill}" stroke="#000" stroke-width="0.5"/>'


def _spill(at: Point) -> str:
    x, y = at
    arms = f"M{x - 2:.2f},{y - 2:.2f} L{x + 2:.2f},{y + 2:.2f} M{x - 2:.2f},{y + 2:.2f} L{x + 2:.2f},{y - 2:.2f}"
    return f'<path d="{arms}" stroke="#fff" stroke-width="2.2"/><path d="{arms}" stroke="#000" stroke-width="1.1"/>'


def _labels(layout: SketchLayout) -> Iterator[str]:
    for label in layout.labels:
        if label.placed is None:
            continue
        box = label.placed.box
        if label.is_boxed:
            yield _rect(box, stroke=0.35)
        is_left = label.placed.leader[1][0] == box.right
        x, anchor = (box.right - 1.0, "end") if is_left else (box.left + 1.0, "start")
        base = box.top + 0.3
        for line in label.name:
            base += label.name_mm * LEADING
            yield _text((x, base - 0.6), line, label.name_mm, bold=True, anchor=anchor)
        if label.arrival:
            yield _text((x, base - 0.6 + TIME_MM * LEADING), label.arrival, TIME_MM, anchor=anchor)


def _rivers(layout: SketchLayout) -> Iterator[str]:
    for name, box in layout.rivers:
        if box is not None:
            yield _text((box.left, box.bottom - 0.6), name, NAME_MM)


def _north() -> Iterator[str]:
    x, y = WIDTH_MM - 8.0, 1.0
    yield _text((x + 5.0, y + 7.5), "北", NAME_MM, bold=True, anchor="middle")
    yield f'<path d="M{x:.2f},{y:.2f} l3,10 l-3,-2.5 l-3,2.5 Z"/>'


def _scale_km(mm_per_km: float) -> float:
    """A round length for the scale bar, 16 to 40 mm on the page."""
    lengths = [factor * 10.0**power for power in range(-3, 5) for factor in (1, 2, 5)]
    return max(one for one in lengths if one * mm_per_km <= 40.0)


def _scale(layout: SketchLayout) -> Iterator[str]:
    length = _scale_km(layout.mm_per_km)
    half = length * layout.mm_per_km / 2
    left, top = layout.inner.middle[0] - half, layout.frame.bottom - 4.0
    yield _rect(Box(left, top, left + half, top + 1.4), stroke=0.3, fill="#000")
    yield _rect(Box(left + half, top, left + 2 * half, top + 1.4), stroke=0.3, fill="#fff")
    said = f"{length:g}公里" if length >= 1 else f"{length * 1000:g}米"
    yield _text((left, top - 0.9), "0", TIME_MM, anchor="middle")
    yield _text((left + 2 * half, top - 0.9), said, TIME_MM, anchor="middle")


def _exercise(sketch: Sketch) -> Iterator[str]:
    if sketch.exercise:
        box = Box(1.5, 2.0, 19.5, 10.5)
        yield _rect(box, stroke=0.8)
        yield _text((box.middle[0], box.bottom - 2.2), "演练", 5.6, bold=True, anchor="middle")


def _legend(y: float) -> Iterator[str]:
    """What the marks mean, in one line under the frame."""
    x, middle = 3.0, y - 1.1
    said = ("事发点", "取水口（加框）", "其他敏感点", "水流方向")
    for number, words in enumerate(said):
        at = (x, middle)
        marks = (_spill(at), _dot(at, is_intake=True), _dot(at, is_intake=False), _arrow(at, 0.0))
        yield marks[number]
        yield _text((x + 3.5, y), words, NOTE_MM)
        x += 3.5 + text_mm(words, NOTE_MM) + 5.0
    yield _text((WIDTH_MM - 1.0, y), "时间为水流前锋最早到达时间", NOTE_MM, anchor="end")
