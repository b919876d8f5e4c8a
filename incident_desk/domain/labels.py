"""The word for a code. Looked up by type, then member: two enums may share a value and mean different things."""

from __future__ import annotations

import re
from enum import StrEnum

from incident_desk.domain.code_lists import code_lists


class NoLabelError(LookupError):
    """A code without a word. A screen never shows a raw code, so this is a fault of the program or its data."""


def list_name_of(kind: type[StrEnum]) -> str:
    """The code list that labels an enum: its class name in snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind.__name__).lower()


def label(what: StrEnum | tuple[str, str], locale: str) -> str:
    """The name of an enum member, or of a ``(list, code)`` pair, in *locale* (``zh_Hans`` or ``en``).

    Raises:
        NoLabelError: the list or the code has no row in ``data/code_lists.csv``.
    """
    if isinstance(what, StrEnum):
        list_name, code = list_name_of(type(what)), what.value
    else:
        list_name, code = what
    found = code_lists().get(list_name, {}).get(code)
    if found is None:
        raise NoLabelError(f"{list_name} {code} has no label in data/code_lists.csv")
    return found.name(locale)
