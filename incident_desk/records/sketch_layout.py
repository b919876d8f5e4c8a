"""A sketch map laid out on its page: what it shows, to which scale, and where every label stands.

Lengths on the page are millimetres, x to the right and y down; north is up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil, cos, hypot, radians, sin

from incident_desk.records.sketch_labels import Box, Placed, Point, Segment, Wanted, place_labels

WIDTH_MM = 170.0
TITLE_MM, NAME_MM, TIME_MM, NOTE_MM = 4.4, 3.6, 3.3, 3.2
"""Sizes of type: 3.6 mm are about ten points, fourteen dots of a fax machine at 100 to the inch."""

COLUMN_MM, NAME_WIDTH_MM, PITCH_MM, LEADING = 43.0, 39.0, 14.6, 1.22
"""Width of the columns of labels and of a name in them; height of a label's slot: two lines of a name, one of time."""

NAME_SIZES_MM, LONGEST_NAME = (NAME_MM, 3.2, 2.8, 2.4, 2.0), 36

CLOSING, OPENING = "）」』】》，。；：、", "（「『【《"
"""Marks that never begin a line, and marks that never end one."""

FRAME_TOP_MM, LEAST_ROWS, MOST_ROWS = 13.0, 8, 11
SIDE_ROOM_MM, HEAD_ROOM_MM, FOOT_ROOM_MM = 7.0, 8.0, 14.0
"""Room between the course and the columns, the frame above and the scale bar below."""

LEAST_EXTENT_M = 1_000.0
FINEST_MM = 0.15


@dataclass(frozen=True, slots=True)
class SketchPlace:
    """A sensitive point in the order the water meets it; *arrival* is the line under its name, ready to print."""

    name: str
    longitude: float
    latitude: float
    arrival: str = ""
    is_intake: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a sketch map shows. Positions are (longitude, latitude) in degrees, CGCS2000.

    ``course`` are the lines of the water from the spill down, ``river_names`` each with a position on its river,
    ``notes`` the lines under the map: source, time and basis.
    """

    title: str
    exercise: bool
    spill: Point
    spill_label: str
    course: tuple[tuple[Point, ...], ...]
    places: tuple[SketchPlace, ...]
    river_names: tuple[tuple[str, Point], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SketchLabel:
    """A label on the map: number of its place (0 is the spill), its words, and where it stands; None: no room."""

    number: int
    name: tuple[str, ...]
    name_mm: float
    arrival: str
    is_boxed: bool
    placed: Placed | None


@dataclass(frozen=True, slots=True)
class SketchLayout:
    """A sketch laid out on its page, mm."""

    frame: Box
    inner: Box
    course: tuple[tuple[Point, ...], ...]
    spill: Point
    places: tuple[Point, ...]
    labels: tuple[SketchLabel, ...]
    rivers: tuple[tuple[str, Box | None], ...]
    mm_per_km: float


@lru_cache(maxsize=16)
def sketch_layout(sketch: Sketch) -> SketchLayout:
    """Where everything of *sketch* stands."""
    plane = _Plane(sketch)
    lowest, highest = plane.extent(sketch)
    wide, high = (max(highest[axis] - lowest[axis], LEAST_EXTENT_M) for axis in (0, 1))
    inner_wide = WIDTH_MM - 2.0 - 2 * (COLUMN_MM + SIDE_ROOM_MM)
    wanted_high = high * inner_wide / wide + HEAD_ROOM_MM + FOOT_ROOM_MM
    rows = min(max(ceil(wanted_high / PITCH_MM), ceil((len(sketch.places) + 1) / 2), LEAST_ROWS), MOST_ROWS)
    frame = Box(1.0, FRAME_TOP_MM, WIDTH_MM - 1.0, FRAME_TOP_MM + rows * PITCH_MM + 2.0)
    inner = Box(
        frame.left + COLUMN_MM + SIDE_ROOM_MM,
        frame.top + HEAD_ROOM_MM,
        frame.right - COLUMN_MM - SIDE_ROOM_MM,
        frame.bottom - FOOT_ROOM_MM,
    )
    scale = min(inner.width / wide, inner.height / high)
    middle = ((lowest[0] + highest[0]) / 2, (lowest[1] + highest[1]) / 2)

    def page(position: Point) -> Point:
        x, y = plane.of(position)
        return inner.middle[0] + (x - middle[0]) * scale, inner.middle[1] - (y - middle[1]) * scale

    course = tuple(_thinned([page(position) for position in line]) for line in sketch.course)
    spill, places = page(sketch.spill), tuple(page((one.longitude, one.latitude)) for one in sketch.places)
    labels = _labelled(sketch, frame, [spill, *places])
    lines = [one.placed.leader for one in labels if one.placed is not None]
    lines += [piece for line in course for piece in pairwise(line)]
    lines += [((x - 2.0, y), (x + 2.0, y)) for x, y in (spill, *places)]
    rivers = tuple((name, _beside(name, page(at), lines, inner)) for name, at in sketch.river_names)
    return SketchLayout(frame, inner, course, spill, places, labels, rivers, scale * 1_000.0)


class _Plane:
    """Degrees to metres about the spill: straight enough for a sketch of a few hundred kilometres."""

    def __init__(self, sketch: Sketch) -> None:
        self.origin = sketch.spill
        positions = [at for line in sketch.course for at in line]
        latitude = radians(sum(at[1] for at in [*positions, self.origin]) / (len(positions) + 1))
        self.across = 111_412.84 * cos(latitude) - 93.5 * cos(3 * latitude)
        self.up = 111_132.95 - 559.85 * cos(2 * latitude)

    def of(self, position: Point) -> Point:
        return (position[0] - self.origin[0]) * self.across, (position[1] - self.origin[1]) * self.up

    def extent(self, sketch: Sketch) -> tuple[Point, Point]:
        """Lowest and highest of all that is drawn, metres."""
        drawn = [at for line in sketch.course for at in line]
        drawn += [sketch.spill, *((one.longitude, one.latitude) for one in sketch.places)]
        spread = [self.of(at) for at in drawn]
        return (
            (min(x for x, _ in spread), min(y for _, y in spread)),
            (max(x for x, _ in spread), max(y for _, y in spread)),
        )


def _labelled(sketch: Sketch, frame: Box, anchors: Sequence[Point]) -> tuple[SketchLabel, ...]:
    """The labels of the spill and of the places in their order, each in its slot."""
    named = [(sketch.spill_label, "", False)]
    named += [(f"{number} {one.name}", one.arrival, one.is_intake) for number, one in enumerate(sketch.places, 1)]
    sizes = [_name_mm(name) for name, _, _ in named]
    names = [tuple(wrapped(_cut(name), NAME_WIDTH_MM, size)) for (name, _, _), size in zip(named, sizes, strict=True)]
    wanted = [
        Wanted(at, *_size(name, arrival, size))
        for at, name, (_, arrival, _), size in zip(anchors, names, named, sizes, strict=True)
    ]
    inside = Box(frame.left + 1.0, frame.top + 1.0, frame.right - 1.0, frame.bottom - 1.0)
    found = place_labels(wanted, frame=inside, column_mm=COLUMN_MM, pitch_mm=PITCH_MM)
    rows = enumerate(zip(names, named, sizes, found, strict=True))
    return tuple(
        SketchLabel(number, name, size, arrival, is_boxed, placed)
        for number, (name, (_, arrival, is_boxed), size, placed) in rows
    )


def _name_mm(name: str) -> float:
    """The size of type in which a name takes two lines at most."""
    fitting = (size for size in NAME_SIZES_MM if len(wrapped(_cut(name), NAME_WIDTH_MM, size)) <= 2)
    return next(fitting, NAME_SIZES_MM[-1])


def _cut(name: str) -> str:
    """A name at its longest; the report's table has it whole."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _beside(name: str, at: Point, lines: Sequence[Segment], inner: Box) -> Box | None:
    """Where the name of a river stands free of *lines* beside its course; None where it would cover something."""
    width, height = text_mm(name, NAME_MM), NAME_MM * 1.1
    for away in (3.0, 5.0, 7.5, 10.0):
        for step in range(12):
            turn = radians(30 * step)
            x, y = at[0] + cos(turn) * (away + width / 2), at[1] + sin(turn) * (away + height / 2)
            box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if inner.holds(box) and not any(box.is_met_by(line) for line in lines):
                return box
    return None


def text_mm(text: str, size: float) -> float:
    """Width of a line of type, mm: Chinese marks are square, others a little over half as wide."""
    return sum(size if ord(mark) >= 0x2000 else size * (0.68 if mark.isupper() else 0.57) for mark in text)


def _size(name: Sequence[str], arrival: str, size: float) -> tuple[float, float]:
    wide = max([text_mm(arrival, TIME_MM), *(text_mm(line, size) for line in name)])
    return wide + 2.0, (len(name) * size + (TIME_MM if arrival else 0.0)) * LEADING + 1.2


def wrapped(text: str, width: float, size: float) -> list[str]:
    """*text* in as few lines of at most about *width* mm as it takes, equally long; nothing is left out."""
    count = max(1, ceil(text_mm(text, size) / width))
    each = text_mm(text, size) / count + (size if count > 1 else 0.0)
    lines, line = [], ""
    for mark in text:
        if line and text_mm(line + mark, size) > each and mark not in CLOSING:
            kept = line.rstrip(OPENING)
            lines.append(kept)
            line = line[len(kept) :]
        line += mark
    return [*lines, line]


def _thinned(line: Sequence[Point]) -> tuple[Point, ...]:
    """*line* without points that lie closer together than ``FINEST_MM``; its ends stay."""
    kept: list[Point] = []
    for number, at in enumerate(line):
        is_end = number in (0, len(line) - 1)
        if is_end or hypot(at[0] - kept[-1][0], at[1] - kept[-1][1]) >= FINEST_MM:
            kept.append(at)
    return tuple(kept)
