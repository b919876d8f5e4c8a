"""The cells of an expert list: each reader gives a value or says in words what is wrong with the cell."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date

from incident_desk.domain.callouts.specialities import ExpertSpeciality
from incident_desk.domain.errors import N_

SAMPLE_MOBILE = re.compile(r"\+861000000\d{4}")
"""Numbers of samples: +8610000000000 to +8610000009999 exist in no network and cannot ring."""

_MOBILE = re.compile(r"\+861[3-9]\d{9}")
_LANDLINE = re.compile(r"\+86[2-9]\d{8,10}|\+8610\d{8}")
_REGION = re.compile(r"[1-9]\d{5}")
_SEPARATORS = re.compile(r"[;；,，、|/\s]+")


class UnreadableCellError(ValueError):
    """A cell that cannot be read: carries the words for it."""

    def __init__(self, message_id: str, **params: object) -> None:
        self.message_id = message_id
        self.params = params
        super().__init__(message_id)


def read_specialities(cell: str, names: Mapping[str, ExpertSpeciality]) -> tuple[ExpertSpeciality, ...]:
    """Speciality codes, or the Chinese names in *names*, in the order given."""
    words: list[str] = []
    for part in (part.strip() for part in re.split(r"[;；|]", cell)):  # a Chinese name may itself hold a comma
        words.extend([part] if part in names else filter(None, _SEPARATORS.split(part)))
    found: list[ExpertSpeciality] = []
    for word in words:
        code = names.get(word) or ExpertSpeciality.__members__.get(word.upper())
        if code is None:
            near = difflib.get_close_matches(word.upper(), [*ExpertSpeciality], n=1, cutoff=0.6)
            raise UnreadableCellError(
                N_("%(value)s is no speciality; meant is perhaps %(hint)s."),
                value=word,
                hint=near[0] if near else ", ".join(ExpertSpeciality),
            )
        if code not in found:
            found.append(code)
    if not found:
        raise UnreadableCellError(N_("At least one speciality is needed."))
    return tuple(found)


def read_region(cell: str) -> str:
    """A region code of six figures (GB/T 2260)."""
    if not _REGION.fullmatch(cell):
        raise UnreadableCellError(N_("%(value)s is no region code: six figures of GB/T 2260, like 420300."), value=cell)
    return cell


def read_phone(cell: str) -> str:
    """Any telephone number of the mainland, as E.164."""
    figures = re.sub(r"[\s\-()（）]", "", cell).replace("＋", "+")
    if figures.startswith("+"):
        number = figures
    elif figures.startswith("0086"):
        number = "+" + figures[2:]
    else:
        number = "+86" + figures.removeprefix("0")
    if not (_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number) or SAMPLE_MOBILE.fullmatch(number)):
        raise UnreadableCellError(N_("%(value)s is no telephone number (a spreadsheet may have cut it)."), value=cell)
    return number


def read_mobile(cell: str) -> str:
    """A mobile number, or a sample number, as E.164."""
    number = read_phone(cell)
    if not (_MOBILE.fullmatch(number) or SAMPLE_MOBILE.fullmatch(number)):
        raise UnreadableCellError(N_("%(value)s is no mobile number: eleven figures beginning 13 to 19."), value=cell)
    return number


def read_degrees(cell: str, lowest: float, highest: float) -> float:
    """A longitude or latitude in degrees between two bounds."""
    try:
        value = float(cell)
    except ValueError:
        raise UnreadableCellError(N_("%(value)s is no number in degrees, like 110.798."), value=cell) from None
    if not lowest <= value <= highest:
        raise UnreadableCellError(N_("%(value)s lies outside China: are longitude and latitude swapped?"), value=cell)
    return value


def read_day(cell: str) -> date:
    """A day as 2027-12-31, 2027/12/31 or 2027年12月31日."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", cell)
    try:
        if found is None:
            raise ValueError(cell)
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise UnreadableCellError(N_("%(value)s is no day, like 2027-12-31."), value=cell) from None


def read_yes(cell: str) -> bool:
    """Yes or no in either language."""
    word = cell.lower()
    if word in {"1", "yes", "true", "是", "样例"}:
        return True
    if word in {"0", "no", "false", "否"}:
        return False
    raise UnreadableCellError(N_("%(value)s is neither yes nor no."), value=cell)
