"""Code lists: which codes there are, in their order, with their names in both languages (``data/code_lists.csv``).

A list carries the name of its ``StrEnum`` in snake_case; lists without one (``info_source``, ``medium``,
``cause`` …) are the department's own and can grow without a change of code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from incident_desk.domain.tables import read_table
from incident_desk.paths import data_dir

COLUMNS = ("list", "code", "name_zh", "name_en")


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one list with its names."""

    list_name: str
    code: str
    name_zh: str
    name_en: str

    def name(self, locale: str) -> str:
        """The name on a screen in *locale* (``zh_Hans`` or ``en``)."""
        return self.name_zh if locale.startswith("zh") else self.name_en


CodeLists = Mapping[str, Mapping[str, Code]]


def read_code_lists(path: Path) -> CodeLists:
    """Lists by name, codes in file order.

    Raises:
        ValueError: other columns, an empty cell, a code twice in one list.
    """
    return _grouped(path.name, read_table(path, COLUMNS))


def _grouped(name: str, rows: Iterable[Mapping[str, str]]) -> CodeLists:
    lists: dict[str, dict[str, Code]] = {}
    for number, row in enumerate(rows, start=2):
        cells = [row[column].strip() for column in COLUMNS]
        if not all(cells):
            raise ValueError(f"{name}, line {number}: an empty cell")
        code = Code(*cells)
        if code.code in lists.setdefault(code.list_name, {}):
            raise ValueError(f"{name}, line {number}: {code.list_name} {code.code} stands there twice")
        lists[code.list_name][code.code] = code
    return MappingProxyType({key: MappingProxyType(codes) for key, codes in lists.items()})


@cache
def code_lists() -> CodeLists:
    """The lists that ship with the program."""
    return read_code_lists(data_dir() / "code_lists.csv")


def codes(list_name: str) -> tuple[Code, ...]:
    """All codes of a list in their order.

    Raises:
        KeyError: there is no such list.
    """
    return tuple(code_lists()[list_name].values())


def is_code(list_name: str, code: str) -> bool:
    """Whether *code* stands in the list."""
    return code in code_lists()[list_name]


def choices(list_name: str, locale: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every member, for a select on a page."""
    return tuple((code.code, code.name(locale)) for code in codes(list_name))
