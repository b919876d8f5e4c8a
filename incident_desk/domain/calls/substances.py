"""Substances met on Hubei's roads and in its plants: names, CAS and UN numbers, and what they do in water.

``data/substances.csv`` holds them. Densities and behaviour are handbook values near 20 °C, for a first
reckoning; limits name the table they come from; a decay rate is empty unless somebody has measured one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from incident_desk.domain.calls.spoken_numbers import half_width
from incident_desk.domain.code_lists import is_code
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.tables import read_table
from incident_desk.paths import data_dir

COLUMNS = (
    "id", "name_zh", "name_en", "aliases", "cas", "un", "pollutant_category", "is_heavy_metal", "density_kg_m3",
    "in_water", "limit_mg_l", "limit_as", "limit_source", "decay_per_day", "note",
)  # fmt: skip

COLLECTIVE_UN = frozenset(
    {"1760", "1992", "1993", "2810", "2811", "2902", "2903", "3077", "3082", "3264", "3265", "3266", "3267", "3286",
     "3287", "3288", "3289", "3290"}
)  # fmt: skip
"""Entries “not otherwise specified” (未另作规定的): they say a hazard, not a substance, so they contradict no CAS."""


class InWater(StrEnum):
    """What a substance does when it reaches a river; decides where to sample and whether a boom helps."""

    FLOATS = "floats"
    SINKS = "sinks"
    DISSOLVES = "dissolves"
    SUSPENDS = "suspends"
    GAS = "gas"
    REACTS = "reacts"


class CasUnreadable(DomainError):
    """Not a CAS number, or its check digit is wrong."""

    code = "cas_unreadable"
    message_id = N_("“%(text)s” is no CAS number: its check digit does not fit. Read it again from the paper.")


class UnUnreadable(DomainError):
    """Not a UN number."""

    code = "un_unreadable"
    message_id = N_("“%(text)s” is no UN number. It has four digits and stands on the orange plate, such as 1547.")


class SubstanceDisagrees(DomainError):
    """Name or numbers point at different substances."""

    code = "substance_disagrees"
    message_id = N_("%(one)s is %(one_name)s, but %(other)s is %(other_name)s. Ask which stands on the waybill.")


class UnDoesNotFit(DomainError):
    """The UN number belongs to another substance than the one named."""

    code = "un_does_not_fit"
    message_id = N_("UN %(un)s does not fit %(name)s, which travels as UN %(known)s. Ask which stands on the plate.")


@dataclass(frozen=True, slots=True)
class Substance:
    """One substance. Numbers that are unknown are None; *limit_mg_l* is for the parameter *limit_as*."""

    id: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...]
    cas: str | None
    un: tuple[str, ...]
    pollutant_category: str
    is_heavy_metal: bool
    density_kg_m3: float | None
    in_water: InWater
    limit_mg_l: float | None
    limit_as: str
    limit_source: str
    decay_per_day: float | None
    note: str

    @property
    def is_hazardous_chemical(self) -> bool:
        """Whether it travels as dangerous goods, that is, has a UN number."""
        return bool(self.un)

    @property
    def is_metal_or_metalloid(self) -> bool:
        """Whether it is a heavy metal or metalloid, a special circumstance of 令17号 第四条."""
        return self.is_heavy_metal or self.pollutant_category in {"HEAVY_METAL", "METALLOID"}

    def name(self, locale: str) -> str:
        """The name in *locale*."""
        return self.name_zh if locale.startswith("zh") else self.name_en

    @property
    def both_names(self) -> str:
        """The name in both languages, for a message that either reader understands."""
        return f"{self.name_zh} {self.name_en}"

    def names(self) -> Iterator[str]:
        """All names it is known by, in the form in which they are compared."""
        yield from (_comparable(name) for name in (self.name_zh, self.name_en, *self.aliases))


def read_substances(path: Path) -> tuple[Substance, ...]:
    """The table at *path*.

    Raises:
        ValueError: other columns, an id or CAS number twice, a wrong check digit, an unknown code.
    """
    found = tuple(_substance(row) for row in read_table(path, COLUMNS))
    for keys in ([s.id for s in found], [s.cas for s in found if s.cas]):
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"{path.name}: stands there twice: {', '.join(sorted(twice))}")
    return found


def _substance(row: Mapping[str, str]) -> Substance:
    try:
        cas = read_cas(row["cas"]) if row["cas"] else None
        un = tuple(read_un(number) for number in _list(row["un"]))
    except DomainError as error:
        raise ValueError(f"{row['id']}: {error}") from error
    if not is_code("pollutant_category", row["pollutant_category"]):
        raise ValueError(f"{row['id']}: unknown pollutant category {row['pollutant_category']}")
    limit = _float(row["limit_mg_l"])
    if limit is not None and not (row["limit_source"] and row["limit_as"]):
        raise ValueError(f"{row['id']}: a limit without parameter and source")
    return Substance(
        id=row["id"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        aliases=_list(row["aliases"]),
        cas=cas,
        un=un,
        pollutant_category=row["pollutant_category"],
        is_heavy_metal=row["is_heavy_metal"] == "yes",
        density_kg_m3=_float(row["density_kg_m3"]),
        in_water=InWater(row["in_water"]),
        limit_mg_l=limit,
        limit_as=row["limit_as"],
        limit_source=row["limit_source"],
        decay_per_day=_float(row["decay_per_day"]),
        note=row["note"],
    )


@cache
def substances() -> tuple[Substance, ...]:
    """The substances that ship with the program."""
    return read_substances(data_dir() / "substances.csv")


def substance_by_id(substance_id: str) -> Substance | None:
    """The substance with this id, or None."""
    return next((found for found in substances() if found.id == substance_id), None)


def read_cas(text: str, *, field: str | None = None) -> str:
    """A CAS number with its hyphens; leading zeros and missing hyphens are put right, the check digit is verified.

    Raises:
        CasUnreadable: not a CAS number.
    Source: the check digit is the sum of the other digits, weighted 1, 2, 3 … from the right, modulo 10.
    """
    plain = half_width(text) if len(text) <= _LONGEST else ""
    digits = re.sub(r"[\s-]|cas|no\.?|号|:", "", plain).lstrip("0")
    if not re.fullmatch(r"\d{5,10}", digits, re.ASCII):
        raise CasUnreadable(field=field, text=text.strip()[:30])
    total = sum(weight * int(digit) for weight, digit in enumerate(reversed(digits[:-1]), start=1))
    if total % 10 != int(digits[-1]):
        raise CasUnreadable(field=field, text=text.strip()[:30])
    return f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}"


def read_un(text: str, *, field: str | None = None) -> str:
    """A UN number as four digits, from ``UN1547``, ``un 1547`` or ``1547``.

    Raises:
        UnUnreadable: anything else.
    """
    plain = half_width(text) if len(text) <= _LONGEST else ""
    found = re.fullmatch(r"(?:un)?\s*(?:no\.?|编号|号)?\s*[:-]?\s*(\d{4})", plain, re.ASCII)
    if found is None:
        raise UnUnreadable(field=field, text=text.strip()[:30])
    return found[1]


def find_by_un(un: str) -> tuple[Substance, ...]:
    """All substances that travel under a UN number of four digits."""
    return tuple(found for found in substances() if un in found.un)


def find_by_cas(cas: str) -> Substance | None:
    """The substance with a CAS number as ``read_cas`` writes it."""
    return next((found for found in substances() if found.cas == cas), None)


def find_by_name(text: str) -> Substance | None:
    """The substance that bears exactly this name or alias."""
    wanted = _comparable(text)
    return next((found for found in substances() if wanted and wanted in found.names()), None)


def search(text: str, limit: int = 8) -> tuple[Substance, ...]:
    """What somebody typing *text* may mean, best first: number, exact name, beginning, part, near miss."""
    wanted = _comparable(text[:_LONGEST])
    if not wanted:
        return ()
    ranked = [
        (rank, order, found) for order, found in enumerate(substances()) if (rank := _rank(found, wanted)) < _MISS
    ]
    ranked.sort(key=lambda item: item[:2])
    return tuple(found for _, _, found in ranked[:limit])


def identify(name: str = "", un: str = "", cas: str = "") -> Substance | None:
    """The one substance that name, UN and CAS number (as read by ``read_un`` and ``read_cas``) agree on.

    Returns:
        None when what was given is not in the table, or a UN number alone leaves several.

    Raises:
        SubstanceDisagrees: name and CAS number mean different substances of the table.
        UnDoesNotFit: the UN number is none of those under which the substance travels.
    """
    by_cas, by_name, by_un = find_by_cas(cas), find_by_name(name), find_by_un(un)
    if by_cas and by_name and by_cas is not by_name:
        one, other = by_cas.both_names, by_name.both_names
        raise SubstanceDisagrees(field="cas_no", one=f"CAS {cas}", one_name=one, other=f"“{name}”", other_name=other)
    certain = by_cas or by_name
    if certain is None:
        return by_un[0] if len(by_un) == 1 else None
    if un and certain.un and un not in certain.un and un not in COLLECTIVE_UN:
        raise UnDoesNotFit(field="un_no", un=un, name=certain.both_names, known=" / ".join(certain.un))
    return certain


_LONGEST = 100
"""Characters that are looked at: no name of the table has half as many."""
_MISS = 9
_NEAR = 0.72


def _rank(found: Substance, wanted: str) -> int:
    number = re.sub(r"^(?:un|cas)", "", wanted)
    if number.isdigit() and len(number) >= 3:
        if number in found.un or number == (found.cas or "").replace("-", ""):
            return 0
        if any(un.startswith(number) for un in found.un) or (found.cas or "").replace("-", "").startswith(number):
            return 2
    names = tuple(found.names())
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1 if names[0].startswith(wanted) else 2
    if any(wanted in name or (len(name) > 1 and name in wanted) for name in names):
        return 3
    near = len(wanted) > 2 and max(difflib.SequenceMatcher(None, wanted, name).ratio() for name in names) >= _NEAR
    return 4 if near else _MISS


def _comparable(text: str) -> str:
    return re.sub(r"[\s\-_,，、()（）'′]", "", half_width(text))


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _float(text: str) -> float | None:
    return float(text) if text.strip() else None
