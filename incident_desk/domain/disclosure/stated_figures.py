"""Concentrations that a text states, each with its place, and whether an approved figure of the case stands behind it.

A number in a release must equal an approved result: 0.30 mg/L is 0.3 mg/L and 300 μg/L, never 0.298. Numbers are read
as Chinese notices write them: full width, 毫克/升, 每升0.3毫克, lists and ranges with one unit for all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from incident_desk.domain.calls.spoken_numbers import read_number
from incident_desk.domain.errors import N_, DomainError


class FigureUnit(StrEnum):
    """Units in which a figure is entered."""

    MG_L = "mg_l"
    UG_L = "ug_l"
    NG_L = "ng_l"
    MG_M3 = "mg_m3"
    UG_M3 = "ug_m3"
    MG_KG = "mg_kg"
    UG_KG = "ug_kg"


class FigureKind(StrEnum):
    """What a figure is: a result 监测结果, a limit 标准限值, a detection limit 检出限."""

    RESULT = "result"
    LIMIT = "limit"
    DETECTION_LIMIT = "detection_limit"


class NumberFault(StrEnum):
    """Why a number may not go out."""

    NOT_ENTERED = "not_entered"
    NOT_APPROVED = "not_approved"
    OTHER_INDICATOR = "other_indicator"
    UNREADABLE = "unreadable"


class FigureUnreadable(DomainError):
    """A figure that is no number."""

    code = "figure_unreadable"
    message_id = N_("“%(text)s” is no number. Write the result as a number alone, such as 0.35.")


SYMBOLS = {
    FigureUnit.MG_L: "mg/L", FigureUnit.UG_L: "μg/L", FigureUnit.NG_L: "ng/L", FigureUnit.MG_M3: "mg/m³",
    FigureUnit.UG_M3: "μg/m³", FigureUnit.MG_KG: "mg/kg", FigureUnit.UG_KG: "μg/kg",
}  # fmt: skip
_MASS_MG = {
    **dict.fromkeys(("mg", "毫克"), Decimal(1)),
    **dict.fromkeys(("μg", "ug", "微克"), Decimal("0.001")),
    **dict.fromkeys(("ng", "纳克"), Decimal("0.000001")),
    **dict.fromkeys(("kg", "千克", "公斤"), Decimal(1_000_000)),
    **dict.fromkeys(("g", "克"), Decimal(1_000)),
}
_PER = {
    **dict.fromkeys(("ml", "毫升"), ("volume", Decimal("0.001"))),
    **dict.fromkeys(("l", "升"), ("volume", Decimal(1))),
    **dict.fromkeys(("m3", "m^3", "立方米", "标准立方米", "标立方米"), ("volume", Decimal(1_000))),
    **dict.fromkeys(("kg", "千克", "公斤"), ("mass", Decimal(1))),
}
_PARTS = {"ppm": Decimal(1), "ppb": Decimal("0.001")}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_HAN = "〇零一二两三四五六七八九十百千万亿点半"
_NUMBER = rf"(?:(?<![\d.])\.?\d[\d.,]{{0,400}}+[百千万亿]?|(?<![{_HAN}])[{_HAN}]{{1,400}})"
"""A number as it stands; one that turns out to be none is refused, never passed over."""
_POWER = r"(?:\s*[×x*]\s*10\s*\^?\s*(?P<power>[-−+]?\d{1,3}))?"
_BEHIND = re.compile(
    rf"(?P<number>{_NUMBER}){_POWER}\s*(?:(?P<mass>{_any_of(_MASS_MG)})\s*(?:/|每|[·.]\s*(?=\w+\s*\^?[-−]1))\s*"
    rf"(?P<per>{_any_of(_PER)})(?:\s*\^?\s*[-−]1)?|(?P<parts>{_any_of(_PARTS)}))(?![a-z])"
)
_BEFORE = re.compile(
    rf"每(?P<per>{_any_of(_PER)})[^\d。；;!?\n]{{0,8}}?(?P<number>{_NUMBER})\s*(?P<mass>{_any_of(_MASS_MG)})"
)
_LISTED = re.compile(rf"(?P<number>{_NUMBER})\s*(?:[-~—–−至到、,和与及或;]|\.\.)\s*$")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NO_MEMBER = re.compile(r"(?:[a-z0-9.第月年]|\d:)$")
_CLAUSE_ENDS = "。！？；\n"
_EXCERPT = 24
_LONGEST = 30
_LARGEST_POWER = 12


@dataclass(frozen=True, slots=True)
class Measure:
    """A value in the base of its dimension: mg/L (volume), mg/kg (mass), ppm (parts)."""

    value: Decimal
    dimension: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the case's register. ``value`` is the number as entered."""

    id: int
    kind: FigureKind
    indicator: str
    point: str
    value: str
    unit: FigureUnit
    is_approved: bool

    def measure(self) -> Measure:
        """The figure in its base unit."""
        mass, per = SYMBOLS[self.unit].replace("³", "3").lower().split("/")
        dimension, volume = _PER[per]
        return Measure(Decimal(self.value) * _MASS_MG[mass] / volume, dimension)


@dataclass(frozen=True, slots=True)
class StatedNumber:
    """One number with its unit as it stands in a text; paragraph 0 is the title, ``position`` counts from 1."""

    written: str
    measure: Measure | None
    paragraph: int
    position: int
    excerpt: str
    before: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """A stated number, the figures that stand behind it, and what speaks against it."""

    stated: StatedNumber
    figures: tuple[Figure, ...]
    fault: NumberFault | None


def read_value(text: str) -> str:
    """A figure as typed, as a plain decimal.

    Raises:
        FigureUnreadable: no number, or a negative one.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if not re.fullmatch(r"\d{1,12}(?:\.\d{1,12})?", plain):
        raise FigureUnreadable(field="value", text=text.strip()[:40] or "—")
    return plain


def stated_numbers(title: str, text: str) -> tuple[StatedNumber, ...]:
    """Every concentration in *title* and *text*, in the order in which they stand."""
    found: list[StatedNumber] = []
    paragraphs = [title, *(part for part in text.split("\n") if part.strip())]
    for number, paragraph in enumerate(paragraphs):
        found.extend(sorted(_of_paragraph(paragraph, number), key=lambda one: one.position))
    return tuple(found)


def check_numbers(title: str, text: str, figures: Iterable[Figure]) -> tuple[NumberCheck, ...]:
    """Each number of a text against the register.

    The indicator that stands last before the number in its sentence must be the figure's; where the sentence names
    none, the figure's must be named somewhere in the text.
    """
    register = tuple(figures)
    return tuple(_check(stated, register, f"{title}\n{text}") for stated in stated_numbers(title, text))


def _check(stated: StatedNumber, register: tuple[Figure, ...], text: str) -> NumberCheck:
    if stated.measure is None:
        return NumberCheck(stated, (), NumberFault.UNREADABLE)
    same = tuple(figure for figure in register if figure.measure() == stated.measure)
    if not same:
        return NumberCheck(stated, (), NumberFault.NOT_ENTERED)
    said = _last_indicator(stated.before, register)
    fitting = tuple(one for one in same if (one.indicator == said if said else one.indicator in text))
    if not fitting:
        return NumberCheck(stated, same, NumberFault.OTHER_INDICATOR)
    approved = tuple(figure for figure in fitting if figure.is_approved)
    return NumberCheck(stated, approved or fitting, None if approved else NumberFault.NOT_APPROVED)


def _last_indicator(before: str, register: Iterable[Figure]) -> str:
    """The known indicator that ends last in *before*, of two the longer; none is an empty text."""
    ends = {one.indicator: at + len(one.indicator) for one in register if (at := before.rfind(one.indicator)) >= 0}
    return max(ends, key=lambda name: (ends[name], len(name)), default="")


def _of_paragraph(paragraph: str, number: int) -> Iterator[StatedNumber]:
    plain, places = _plain(paragraph)
    seen: set[int] = set()
    for pattern in (_BEHIND, _BEFORE):
        for match in pattern.finditer(plain):
            power = match.groupdict().get("power")
            spans = [*_members(match["number"], match.start("number")), *_listed_before(plain, match.start("number"))]
            for start, end in spans:
                if start in seen:
                    continue
                seen.add(start)
                is_last = end == match.end("number")
                measure = _measure(match, plain[start:end], power if is_last else None)
                yield _stated(paragraph, places, number, (start, match.end() if is_last else end), measure)


def _members(token: str, at: int) -> Iterator[tuple[int, int]]:
    """The number *token* at *at*; several where a comma parts them, as in 0.1,0.35."""
    if not re.search(r"\d", token) or _GROUPED.fullmatch(token):
        yield at, at + len(token)
        return
    for part in re.finditer(r"[^,]+", token):
        yield at + part.start(), at + part.end()


def _listed_before(plain: str, at: int) -> Iterator[tuple[int, int]]:
    """The numbers that share the unit of the one at *at*: 0.1、0.2和0.3mg/L, 0.1~0.3mg/L.

    A number after a letter, of a date or as the minutes of a time is none of them.
    """
    while (match := _LISTED.search(plain, max(0, at - 2 * _LONGEST), at)) is not None:
        start, end = match.span("number")
        if _NO_MEMBER.search(plain[max(0, start - 2) : start]):
            return
        yield from _members(plain[start:end], start)
        at = start


def _measure(match: re.Match[str], number: str, power: str | None) -> Measure | None:
    value = _value(number.lstrip(",").rstrip(".,"))
    exponent = int(power.replace("−", "-")) if power else 0
    if value is None or abs(exponent) > _LARGEST_POWER:
        return None
    value = value.scaleb(exponent)
    groups = match.groupdict()
    if groups.get("parts"):
        return Measure(value * _PARTS[groups["parts"]], "parts")
    dimension, volume = _PER[match["per"]]
    return Measure(value * _MASS_MG[match["mass"]] / volume, dimension)


def _value(number: str) -> Decimal | None:
    if len(number) > _LONGEST:
        return None
    if re.fullmatch(r"\d*\.?\d+", number) or _GROUPED.fullmatch(number):
        return Decimal(number.replace(",", ""))
    spoken = read_number(number)
    return None if spoken is None else Decimal(str(spoken))


def _stated(
    paragraph: str, places: list[int], number: int, span: tuple[int, int], measure: Measure | None
) -> StatedNumber:
    start, end = places[span[0]], places[span[1]]
    begins = max((paragraph.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1) + 1
    stops = min((at for mark in _CLAUSE_ENDS if (at := paragraph.find(mark, end)) >= 0), default=len(paragraph))
    excerpt = paragraph[max(begins, start - _EXCERPT) : min(stops, end + _EXCERPT)].strip()
    return StatedNumber(
        written=paragraph[start:end].strip(),
        measure=measure,
        paragraph=number,
        position=start + 1,
        excerpt=excerpt,
        before=paragraph[begins:start],
    )


def _plain(text: str) -> tuple[str, list[int]]:
    """*text* in half width and lower case, with the place of each of its characters in *text*."""
    plain: list[str] = []
    places: list[int] = []
    for at, mark in enumerate(text):
        for char in unicodedata.normalize("NFKC", mark).casefold():
            plain.append(char)
            places.append(at)
    places.append(len(text))
    return "".join(plain), places
