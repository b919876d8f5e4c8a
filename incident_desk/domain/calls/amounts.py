"""The three amounts of a spill: carried 装载量, leaked 泄漏量, into the water 入河量.

Each has a value, a unit and whether it is estimated or confirmed, or is unknown. Kilograms are canonical;
a volume becomes a mass only by a density that somebody can name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Self

from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.spoken_numbers import NUMBER, half_width, read_range
from incident_desk.domain.errors import N_, DomainError


class AmountKind(StrEnum):
    """Which of the three amounts; in this order none can be more than the one before."""

    CARRIED = "carried"
    LEAKED = "leaked"
    INTO_WATER = "into_water"


class AmountUnit(StrEnum):
    """Units in which an amount is kept as it was given."""

    T = "t"
    KG = "kg"
    G = "g"
    M3 = "m3"
    L = "L"
    ML = "mL"


class Certainty(StrEnum):
    """Whether a value was estimated (估计) or confirmed (核实)."""

    ESTIMATED = "estimated"
    CONFIRMED = "confirmed"


class AmountWithoutUnit(DomainError):
    """A bare number: 18 of what?"""

    code = "amount_without_unit"
    message_id = N_("“%(text)s” has no unit. Write what was meant: t, kg, L or m³, such as 18 t.")


class AmountUnreadable(DomainError):
    """No amount in the text."""

    code = "amount_unreadable"
    message_id = N_(
        "“%(text)s” cannot be read as an amount. Write a number and a unit, such as 18 t, about 200 L or 5-6 t."
    )


_KG = {AmountUnit.T: 1_000.0, AmountUnit.KG: 1.0, AmountUnit.G: 0.001}
_CUBIC_M = {AmountUnit.M3: 1.0, AmountUnit.L: 0.001, AmountUnit.ML: 1e-6}

_UNIT_WORDS: dict[str, tuple[AmountUnit, float]] = {
    **dict.fromkeys(("t", "ton", "tons", "tonne", "tonnes", "吨", "公吨"), (AmountUnit.T, 1.0)),
    **dict.fromkeys(("kg", "kgs", "千克", "公斤"), (AmountUnit.KG, 1.0)),
    "斤": (AmountUnit.KG, 0.5),
    **dict.fromkeys(("g", "克"), (AmountUnit.G, 1.0)),
    **dict.fromkeys(("m3", "m^3", "cbm", "立方米", "立方", "方"), (AmountUnit.M3, 1.0)),
    **dict.fromkeys(("l", "升", "公升", "liter", "liters", "litre", "litres"), (AmountUnit.L, 1.0)),
    **dict.fromkeys(("ml", "毫升"), (AmountUnit.ML, 1.0)),
}
_UNIT_PATTERN = "|".join(sorted(map(re.escape, _UNIT_WORDS), key=len, reverse=True))
_LONGEST = 120
"""Characters of an amount with everything that is said around it; what is longer is a story."""
_SEPARATOR = r"\s*(?:-|~|–|—|至|到|to)\s*"
_WITH_UNIT = re.compile(
    rf"(?P<first>{NUMBER})\s*(?P<unit1>{_UNIT_PATTERN})?(?:{_SEPARATOR}(?P<second>{NUMBER}))?\s*"
    rf"(?P<unit2>{_UNIT_PATTERN})?\s*(?P<half>半)?"
)
_ESTIMATED = re.compile(
    r"大约|大概|估计|估算|预计|差不多|可能|左右|上下|约|近|多|余|来|approximately|approx\.?|about|around|estimated"
    r"|est\.?|circa|ca\.|^~"
)
_CONFIRMED = re.compile(r"已核实|核实|已确认|确认|过磅|实测|confirmed|weighed|measured")
_PUNCTUATION = re.compile(r"[()\[\]:;。!]|,(?!\d{3})")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as it was given: *low* to *high* in *unit*; both are the same when one number was said."""

    low: float
    high: float
    unit: AmountUnit
    certainty: Certainty

    @property
    def is_volume(self) -> bool:
        """Whether the amount was given as a volume."""
        return self.unit in _CUBIC_M

    def mass_kg(self, density_kg_m3: float | None = None) -> float | None:
        """The amount in kilograms, of a range the upper end; None for a volume whose density is unknown."""
        if self.is_volume:
            return None if density_kg_m3 is None else self.high * _CUBIC_M[self.unit] * density_kg_m3
        return self.high * _KG[self.unit]

    def volume_m3(self) -> float | None:
        """The amount in cubic metres where it was given as a volume."""
        return self.high * _CUBIC_M[self.unit] if self.is_volume else None

    def figure(self) -> str:
        """The number or range alone: ``18`` or ``5-6``."""
        low, high = _number(self.low), _number(self.high)
        return high if self.low == self.high else f"{low}-{high}"

    def to_json(self) -> dict[str, object]:
        """Plain values; ``from_json`` gives the same amount back."""
        return {"low": self.low, "high": self.high, "unit": self.unit.value, "certainty": self.certainty.value}

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """The amount that ``to_json`` wrote."""
        low, high = (float(str(document[key])) for key in ("low", "high"))
        return cls(low, high, AmountUnit(str(document["unit"])), Certainty(str(document["certainty"])))


def parse_amount(text: str, *, certainty: Certainty | None = None, field: str | None = None) -> Amount:
    """Read ``18t``, ``约18吨``, ``200 L``, ``三方``, ``1.5万升``, ``5-6吨``, ``两吨半``, ``18吨（已核实）``.

    Args:
        text: as it was typed.
        certainty: what was ticked beside it; without it the words decide, and where they are silent
            the amount counts as estimated, because nobody said that it was weighed.
        field: named in the error.

    Raises:
        AmountWithoutUnit: a number and nothing else.
        AmountUnreadable: anything else that is not one amount, a negative one included.
    """
    shown = " ".join(text[:200].split())[:60]
    if len(text) > _LONGEST:
        raise AmountUnreadable(field=field, text=shown)
    plain = half_width(text)
    words = Certainty.ESTIMATED if _ESTIMATED.search(plain) or not _CONFIRMED.search(plain) else Certainty.CONFIRMED
    for noise in (_CONFIRMED, _ESTIMATED, _PUNCTUATION):
        plain = noise.sub(" ", plain)
    plain = re.sub(r"\s+", " ", plain).strip()
    found = _WITH_UNIT.fullmatch(plain)
    unit_word = (found["unit2"] or found["unit1"]) if found else None
    if unit_word is None:
        error = AmountWithoutUnit if read_range(plain) else AmountUnreadable
        raise error(field=field, text=shown)
    assert found is not None
    if found["unit1"] and found["unit2"] and _UNIT_WORDS[found["unit1"]] != _UNIT_WORDS[found["unit2"]]:
        raise AmountUnreadable(field=field, text=shown)
    bounds = read_range(found["first"] + (f"-{found['second']}" if found["second"] else ""))
    if bounds is None or not math.isfinite(bounds[1]) or (found["unit1"] and not found["unit2"] and found["second"]):
        raise AmountUnreadable(field=field, text=shown)
    unit, factor = _UNIT_WORDS[unit_word]
    extra = 0.5 if found["half"] else 0.0
    return Amount((bounds[0] + extra) * factor, (bounds[1] + extra) * factor, unit, certainty or words)


LEAKED_MORE_THAN_CARRIED = N_("More is said to have leaked (%(more)s) than was carried (%(less)s). Check both.")
WATER_MORE_THAN_LEAKED = N_("More is said to have reached the water (%(more)s) than leaked (%(less)s). Check both.")
WATER_MORE_THAN_CARRIED = N_(
    "More is said to have reached the water (%(more)s) than was carried (%(less)s). Check both."
)
VOLUME_WITHOUT_DENSITY = N_(
    "The amount is a volume and the density is unknown, so no mass is reckoned. Name the substance or give kg."
)

_TOO_MUCH = {
    (AmountKind.CARRIED, AmountKind.LEAKED): ("leaked_more_than_carried", LEAKED_MORE_THAN_CARRIED),
    (AmountKind.LEAKED, AmountKind.INTO_WATER): ("into_water_more_than_leaked", WATER_MORE_THAN_LEAKED),
    (AmountKind.CARRIED, AmountKind.INTO_WATER): ("into_water_more_than_carried", WATER_MORE_THAN_CARRIED),
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """The three amounts; None is unknown."""

    carried: Amount | None = None
    leaked: Amount | None = None
    into_water: Amount | None = None

    def items(self) -> Iterator[tuple[AmountKind, Amount | None]]:
        """The three in their order."""
        yield AmountKind.CARRIED, self.carried
        yield AmountKind.LEAKED, self.leaked
        yield AmountKind.INTO_WATER, self.into_water

    def spilled_kg(self, density_kg_m3: float | None = None) -> tuple[AmountKind, float] | None:
        """The mass to reckon with in the water and which amount it is: into water, else leaked, else carried."""
        for kind, amount in reversed(list(self.items())):
            mass = amount.mass_kg(density_kg_m3) if amount else None
            if mass is not None:
                return kind, mass
        return None

    def doubts(self, density_kg_m3: float | None = None) -> tuple[FieldProblem, ...]:
        """What does not fit together, each a soft problem for a person to confirm; nothing is refused."""
        found = []
        for (outer, more_than), (inner, less_than) in combinations(self.items(), 2):
            if more_than and less_than and _exceeds(less_than, more_than, density_kg_m3):
                code, message = _TOO_MUCH[outer, inner]
                params = {
                    "more": f"{less_than.figure()} {less_than.unit}",
                    "less": f"{more_than.figure()} {more_than.unit}",
                }
                found.append(FieldProblem(inner.value, code, message, params, soft=True))
        for kind, amount in self.items():
            if amount and amount.mass_kg(density_kg_m3) is None:
                found.append(FieldProblem(kind.value, "volume_without_density", VOLUME_WITHOUT_DENSITY, soft=True))
        return tuple(found)


def _exceeds(inner: Amount, outer: Amount, density_kg_m3: float | None) -> bool:
    """Whether even the lowest reading of *inner* is more than the highest of *outer*, where they compare."""
    lowest = Amount(inner.low, inner.low, inner.unit, inner.certainty)
    if inner.is_volume and outer.is_volume:
        pair = lowest.volume_m3(), outer.volume_m3()
    else:
        pair = lowest.mass_kg(density_kg_m3), outer.mass_kg(density_kg_m3)
    return pair[0] is not None and pair[1] is not None and pair[0] > pair[1] * (1.0 + 1e-9)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(round(value, 9))
