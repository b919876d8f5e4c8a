"""What the way of the water means before anything has arrived: which places below count as threatened.

令17号 第四条 says 可能 (may) and names no hours. The desk counts what the earliest front can reach within
``HORIZON_H``: the earliest instant already takes the river at its fastest and gives reservoirs no credit, so a place
beyond it has days in which it is added by hand or by the next trace. The number is a setting of the office
(``downstream_horizon_h``), shown on the map page, not a number of the law.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from incident_desk.domain.law.triggers import DIVERSION_TARGET, INTAKE, PREFECTURE_SECTION, PROVINCE_SECTION, Target

HORIZON_H = 72.0
"""Hours within which the earliest front makes a place below count, unless the office has set its own."""
UNTIMED_WITHIN_M = 100_000.0
"""Where no arrival can be reckoned (still water, no flow known), places this near count."""
NAMED_INTAKES = 3
"""Intakes that are named as reasons, the nearest first; one would do, five would fill the page."""
INLET = "-T"
POOL_ENTRY = "-E"
"""Endings of the ids of points where the water enters a pool: places on the way, nobody stands there."""
STATION = "-P"
"""Ending of the id of a power station that stands at the dam whose id comes before it."""
_DANJIANGKOU = re.compile(r"丹江口(?:水库|库区|水利枢纽)|陶岔")


@dataclass(frozen=True, slots=True)
class PlaceBelow:
    """A place on the way of the water; *earliest_h* hours after the spill, None where no arrival can be reckoned."""

    id: str
    kind: str
    name: str
    distance_m: float
    earliest_h: float | None = None
    border_level: str = ""
    from_code: str = ""
    to_code: str = ""
    prefecture_code: str = ""

    @property
    def is_diversion_source(self) -> bool:
        """Whether it is part of the Danjiangkou reservoir or the head of the middle route."""
        return self.kind != "border" and _DANJIANGKOU.search(self.name) is not None

    @property
    def is_province_border(self) -> bool:
        """Whether the river leaves a province here."""
        return self.kind == "border" and self.border_level == "province"

    @property
    def is_pool_inlet(self) -> bool:
        """Whether it only marks where a pool begins."""
        return self.id.endswith((INLET, POOL_ENTRY))


def threatened(places: Iterable[PlaceBelow], horizon_h: float = HORIZON_H) -> tuple[PlaceBelow, ...]:
    """The places that count, in the order given."""
    return tuple(place for place in places if _counts(place, horizon_h))


def targets_below(places: Iterable[PlaceBelow], horizon_h: float = HORIZON_H) -> tuple[Target, ...]:
    """Sensitive targets that the trace implies, each once: intakes, borders of province and prefecture, Danjiangkou."""
    return tuple(dict.fromkeys(_targets(threatened(places, horizon_h))))


def county_of(places: Iterable[PlaceBelow]) -> str | None:
    """GB/T 2260 code of the county of the spill: the river leaves it at the first border below.

    Where a river is itself the border it may be the other bank's; an officer's own word goes first.
    """
    return next((place.from_code for place in places if place.kind == "border" and place.from_code), None)


def prefectures_entered(places: Iterable[PlaceBelow], own: str) -> tuple[str, ...]:
    """Codes of the prefectures below that the water enters, but for that of *own*; nearest first."""
    entered = (
        f"{place.to_code[:4]}00" if place.to_code[2:4] != "90" else place.to_code
        for place in places
        if place.kind == "border" and place.border_level in {"province", "prefecture"} and place.to_code
    )
    return tuple(dict.fromkeys(code for code in entered if code[:4] != own[:4]))


def one_per_structure(ids: Sequence[str]) -> frozenset[str]:
    """Of a dam and the power station at it the station, which holds the gates at night; inlets of pools not at all."""
    stations = {id_.removesuffix(STATION) for id_ in ids if id_.endswith(STATION)}
    return frozenset(id_ for id_ in ids if id_ not in stations and not id_.endswith((INLET, POOL_ENTRY)))


def _counts(place: PlaceBelow, horizon_h: float) -> bool:
    if place.earliest_h is None:
        return place.distance_m <= UNTIMED_WITHIN_M
    return place.earliest_h <= horizon_h


def _targets(places: Sequence[PlaceBelow]) -> Iterator[Target]:
    intakes = [place for place in places if place.kind == "intake"]
    for place in sorted(intakes, key=lambda intake: intake.distance_m)[:NAMED_INTAKES]:
        yield Target(INTAKE, place.name, through_trace=True)
    if any(place.is_diversion_source for place in places):
        yield Target(DIVERSION_TARGET, "丹江口水库", through_trace=True)
    for place in places:
        if place.is_province_border:
            yield Target(PROVINCE_SECTION, place.name, through_trace=True)
        elif place.kind == "border" and place.border_level == "prefecture":
            yield Target(PREFECTURE_SECTION, place.name, through_trace=True)
