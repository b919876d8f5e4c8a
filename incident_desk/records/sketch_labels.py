"""Where the labels of a sketch map stand: in a column at either side, each tied to its point by a line.

Lengths are millimetres on the page, x to the right and y down. A column is cut into slots of one height, so no label
covers another; labels change places as long as that makes the lines shorter, and then no two lines cross: of two that
cross, changing places is always shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

Point = tuple[float, float]
Segment = tuple[Point, Point]

SHORTER_MM = 1e-6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with its sides along the page's."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From side to side."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> Point:
        """The point where its diagonals meet."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than a side."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def is_met_by(self, segment: Segment) -> bool:
        """Whether a line from point to point touches the rectangle (Liang and Barsky)."""
        (x, y), (to_x, to_y) = segment
        enter, leave = 0.0, 1.0
        for step, low, high in ((to_x - x, self.left - x, self.right - x), (to_y - y, self.top - y, self.bottom - y)):
            if step == 0.0:
                if low > 0.0 or high < 0.0:
                    return False
                continue
            near, far = sorted((low / step, high / step))
            enter, leave = max(enter, near), min(leave, far)
        return enter <= leave


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label that wants a place: the point it belongs to and its size; it is no larger than a slot."""

    anchor: Point
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A label in its place, and the line to it from its point."""

    box: Box
    leader: Segment


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a column; *port* is the middle of its side towards the map."""

    is_left: bool
    port: Point

    def take(self, label: Wanted) -> Placed:
        x, y = self.port
        left = x - label.width if self.is_left else x
        box = Box(left, y - label.height / 2, left + label.width, y + label.height / 2)
        return Placed(box, (label.anchor, self.port))


def place_labels(
    wanted: Sequence[Wanted], *, frame: Box, column_mm: float, pitch_mm: float
) -> tuple[Placed | None, ...]:
    """A place for each label, in columns of *column_mm* at the sides of *frame* with slots of *pitch_mm*.

    Where there are more labels than slots, the last ones get None.
    """
    slots = _slots(frame, column_mm, pitch_mm)
    taken: list[int] = []
    for label in wanted[: len(slots)]:
        free = (number for number in range(len(slots)) if number not in taken)
        taken.append(min(free, key=lambda number: _length(label, slots[number])))
    _shorten(wanted, slots, taken)
    found: list[Placed | None] = [slots[number].take(label) for label, number in zip(wanted, taken, strict=False)]
    return tuple(found + [None] * (len(wanted) - len(found)))


def _slots(frame: Box, column: float, pitch: float) -> tuple[_Slot, ...]:
    rows = int(frame.height // pitch)
    each = frame.height / max(rows, 1)
    heights = [frame.top + (row + 0.5) * each for row in range(rows)]
    left = [_Slot(True, (frame.left + column, y)) for y in heights]
    return (*left, *(_Slot(False, (frame.right - column, y)) for y in heights))


def _shorten(wanted: Sequence[Wanted], slots: Sequence[_Slot], taken: list[int]) -> None:
    """Let labels move to free slots, or change places, until no line gets shorter by it."""
    moved = True
    while moved:
        moved = False
        for one in range(len(taken)):
            for number in range(len(slots)):
                moved = _moves(wanted, slots, taken, one, number) or moved


def _moves(wanted: Sequence[Wanted], slots: Sequence[_Slot], taken: list[int], one: int, number: int) -> bool:
    now = taken[one]
    other = taken.index(number) if number in taken else None
    saved = _length(wanted[one], slots[now]) - _length(wanted[one], slots[number])
    if other is not None:
        saved += _length(wanted[other], slots[number]) - _length(wanted[other], slots[now])
    if number == now or saved <= SHORTER_MM:
        return False
    taken[one] = number
    if other is not None:
        taken[other] = now
    return True


def _length(label: Wanted, slot: _Slot) -> float:
    return hypot(label.anchor[0] - slot.port[0], label.anchor[1] - slot.port[1])
