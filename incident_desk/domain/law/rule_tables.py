"""Strict readers of rule tables: TOML deadlines and CSV rows, refused with file, entry and what to do.

A rule table is law: a key nobody knows, a date that overlaps or a missing article stops the reading.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from incident_desk.domain.errors import N_, DomainError

T = TypeVar("T")


class RuleTableFault(DomainError):
    """A rule table cannot be trusted as it stands."""

    code = "rule_table_fault"
    message_id = N_("Rule table %(table)s, %(entry)s: %(what)s")


@dataclass(frozen=True, slots=True)
class Key:
    """One key a table may hold: its type, and whether it must be there."""

    kind: type | tuple[type, ...]
    required: bool = False
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a rule is in force; both days included, no end means still in force."""

    starts_on: date
    ends_on: date | None = None

    def covers(self, day: date) -> bool:
        """True when the rule is in force on *day*."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def overlaps(self, other: Validity) -> bool:
        """True when there is a day on which both are in force."""
        return (other.ends_on is None or self.starts_on <= other.ends_on) and (
            self.ends_on is None or other.starts_on <= self.ends_on
        )


def read_toml(path: Path) -> dict[str, Any]:
    """The parsed table at *path*.

    Raises:
        RuleTableFault: the file is missing, is no UTF-8, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleTableFault(table=path.name, entry="whole file", what=f"cannot be read: {error}") from error


def read_csv(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Rows of the CSV at *path*, which has exactly *columns* in any order; values are stripped.

    Raises:
        RuleTableFault: missing file, another encoding than UTF-8, unknown or missing column, a row of another length.
    """
    wanted = set(columns)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="__more__", strict=True)
            found = set(reader.fieldnames or ())
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RuleTableFault(table=path.name, entry="whole file", what=f"cannot be read: {error}") from error
    if found != wanted:
        what = f"unknown columns {sorted(found - wanted)}, missing columns {sorted(wanted - found)}"
        raise RuleTableFault(table=path.name, entry="header", what=what)
    for number, row in enumerate(rows, start=2):
        if "__more__" in row or None in row.values():
            raise RuleTableFault(table=path.name, entry=f"line {number}", what="has another number of cells")
    return [{key: value.strip() for key, value in row.items()} for row in rows]


def check_keys(entry: Mapping[str, Any], schema: Mapping[str, Key], *, table: str, name: str) -> None:
    """Refuse unknown keys, missing keys and values of another type.

    Raises:
        RuleTableFault: with the table, the entry and the key.
    """
    unknown = sorted(set(entry) - set(schema))
    if unknown:
        raise RuleTableFault(table=table, entry=name, what=f"unknown key {', '.join(unknown)}")
    for key, rule in schema.items():
        if key not in entry:
            if rule.required:
                raise RuleTableFault(table=table, entry=name, what=f"{key} is missing")
            continue
        value = entry[key]
        if not _is_kind(value, rule.kind):
            raise RuleTableFault(table=table, entry=name, what=f"{key} has the wrong type")
        if rule.required and not rule.may_be_empty and value == "":
            raise RuleTableFault(table=table, entry=name, what=f"{key} is empty")


def _is_kind(value: object, kind: type | tuple[type, ...]) -> bool:
    """A yes is no number, an instant is no day, and a list holds texts or tables of one kind."""
    if isinstance(value, (bool, datetime)):
        return type(value) is kind
    if isinstance(value, list):
        return kind is list and len({type(item) for item in value}) <= 1 and all(type(i) in {str, dict} for i in value)
    return isinstance(value, kind)


def refuse_overlaps(entries: Iterable[tuple[str, Validity]], *, table: str) -> None:
    """Refuse two versions of one rule that are in force on the same day.

    Raises:
        RuleTableFault: with the rule's id.
    """
    seen: dict[str, list[Validity]] = {}
    for name, validity in entries:
        for other in seen.setdefault(name, []):
            if validity.overlaps(other):
                what = f"two versions are in force at the same time, from {validity.starts_on} and {other.starts_on}"
                raise RuleTableFault(table=table, entry=name, what=what)
        seen[name].append(validity)


def read_date(text: str, *, table: str, entry: str) -> date:
    """An ISO date of a CSV cell.

    Raises:
        RuleTableFault: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RuleTableFault(table=table, entry=entry, what=f"{text!r} is no date, write 2026-01-31") from error


def code_of(kind: type[T], text: str, *, table: str, entry: str) -> T:
    """A member of the code list *kind* for *text*.

    Raises:
        RuleTableFault: there is none.
    """
    try:
        return kind(text)  # type: ignore[call-arg]
    except ValueError as error:
        raise RuleTableFault(table=table, entry=entry, what=f"{text!r} is no known {kind.__name__}") from error


def read_validity(starts_on: date, ends_on: date | None, *, table: str, entry: str) -> Validity:
    """The span of days in force.

    Raises:
        RuleTableFault: it ends before it starts.
    """
    if ends_on is not None and ends_on < starts_on:
        raise RuleTableFault(table=table, entry=entry, what="in_force_to lies before in_force_from")
    return Validity(starts_on, ends_on)
