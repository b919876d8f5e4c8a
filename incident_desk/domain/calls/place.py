"""Where: a position as it was received, and what a region code says about the level of a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from incident_desk.domain.calls.coordinates import Coordinates, Datum
from incident_desk.domain.errors import N_, DomainError


class PositionHow(StrEnum):
    """How a position reached the desk."""

    MAP = "map"
    PASTED = "pasted"
    PHONE = "phone"


class SupplyLevel(StrEnum):
    """The level of the place a water source serves, as 国办函〔2014〕119号 附件1 grades an interrupted intake."""

    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"


class RegionCodeUnreadable(DomainError):
    """Not a GB/T 2260 code."""

    code = "region_code_unreadable"
    message_id = N_("“%(text)s” is no region code. A region code has six digits, such as 420323 for Zhushan county.")


@dataclass(frozen=True, slots=True)
class Position:
    """A position with how it was given and, from a phone, how good it is."""

    coordinates: Coordinates
    how: PositionHow
    accuracy_m: float | None = None

    def to_json(self) -> dict[str, object]:
        """Plain values; the numbers are those received, in the datum received."""
        return {
            "longitude": self.coordinates.longitude,
            "latitude": self.coordinates.latitude,
            "datum": self.coordinates.datum.value,
            "how": self.how.value,
            "accuracy_m": self.accuracy_m,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """The position that ``to_json`` wrote."""
        longitude, latitude = (float(str(document[key])) for key in ("longitude", "latitude"))
        accuracy = document.get("accuracy_m")
        return cls(
            Coordinates(longitude, latitude, Datum(str(document["datum"]))),
            PositionHow(str(document["how"])),
            None if accuracy is None else float(str(accuracy)),
        )


def read_region_code(text: str, *, field: str | None = None) -> str:
    """A GB/T 2260 code of six digits, or a longer statistical code of a township.

    Raises:
        RegionCodeUnreadable: anything else.
    """
    code = "".join(text.split())
    if not re.fullmatch(r"[1-8]\d{5}(?:\d{3}|\d{6})?", code, re.ASCII):
        raise RegionCodeUnreadable(field=field, text=text.strip()[:40])
    return code


def supply_level(region_code: str) -> SupplyLevel | None:
    """The level of the place that a source serving *region_code* supplies; None where the code cannot tell.

    Districts (市辖区) count as their city. In an autonomous prefecture (third and fourth digit 21-50) no
    unit is a city with districts, so its county-level cities count as counties; 90 marks the units that the
    province administers directly.

    Source: GB/T 2260 rules of coding; 国办函〔2014〕119号 附件1 for what the levels decide.
    """
    if len(region_code) > 6 and region_code[6:9] != "000":
        return SupplyLevel.TOWNSHIP
    prefecture, county = int(region_code[2:4]), int(region_code[4:6])
    if prefecture == 0 or (prefecture == 90 and county == 0):
        return None
    if prefecture == 90:
        return SupplyLevel.COUNTY
    if 21 <= prefecture <= 50:
        return SupplyLevel.COUNTY if county else None
    return SupplyLevel.PREFECTURE if county <= 20 else SupplyLevel.COUNTY
