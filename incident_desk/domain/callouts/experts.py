"""Experts of the pool (专家库): what is known of each, and reading the list that an office keeps as CSV.

Fields follow the expert register of the province's pool (专家库) as offices keep it; specialities are the codes
of the list ``expert_speciality``. A file is taken whole or not at all: every problem is named by line and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from incident_desk.domain.callouts.expert_cells import (
    SAMPLE_MOBILE,
    UnreadableCellError,
    read_day,
    read_degrees,
    read_mobile,
    read_phone,
    read_region,
    read_specialities,
    read_yes,
)
from incident_desk.domain.callouts.specialities import ExpertSpeciality
from incident_desk.domain.errors import N_
from incident_desk.domain.list_files import (
    CELL_TOO_LONG,
    LONGEST_CELL,
    ListForm,
    RowProblem,
    decoded,
    problem,
    read_rows,
)


@dataclass(frozen=True, slots=True)
class Expert:
    """One person of the pool. Positions in degrees CGCS2000; numbers in E.164; days are those of ``china_date``."""

    expert_no: str
    name: str
    specialities: tuple[ExpertSpeciality, ...]
    region_code: str
    mobile: str
    title: str = ""
    employer: str = ""
    longitude: float | None = None
    latitude: float | None = None
    backup_phone: str = ""
    appointed_to: date | None = None
    unavailable_from: date | None = None
    unavailable_to: date | None = None
    conflicts: tuple[str, ...] = ()
    sample: bool = False

    def why_not(self, on: date, enterprises: Iterable[str] = ()) -> WhyNot | None:
        """Why this person is not to be woken for a case on that day, or ``None``.

        *enterprises* are the names of carrier and polluter: an expert whose employer or declared conflict
        is one of them keeps out of the case (回避).
        """
        if self.appointed_to is not None and self.appointed_to < on:
            return WhyNot.APPOINTMENT_ENDED
        starts, ends = self.unavailable_from, self.unavailable_to
        if (starts or ends) and (starts is None or starts <= on) and (ends is None or on <= ends):
            return WhyNot.UNAVAILABLE
        parties = {name.strip() for name in enterprises if name.strip()}
        if parties & {self.employer, *self.conflicts}:
            return WhyNot.CONFLICT
        return None


class WhyNot(StrEnum):
    """Reasons to leave an expert out."""

    APPOINTMENT_ENDED = "appointment_ended"
    UNAVAILABLE = "unavailable"
    CONFLICT = "conflict"


class ExpertChangeKind(StrEnum):
    """What an import would do to one expert."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_IN_FILE = "not_in_file"


@dataclass(frozen=True, slots=True)
class ExpertChange:
    """What the import would do to one expert, and in which fields."""

    kind: ExpertChangeKind
    expert_no: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpertImport:
    """A file that was read: complete when *problems* is empty; nothing is stored by reading it."""

    experts: tuple[Expert, ...]
    problems: tuple[RowProblem, ...]
    changes: tuple[ExpertChange, ...]
    encoding: str

    @property
    def ok(self) -> bool:
        """Whether the file may be taken."""
        return not self.problems

    def count(self, kind: ExpertChangeKind) -> int:
        """How many experts the import would treat so."""
        return sum(change.kind is kind for change in self.changes)


HEADINGS: Mapping[str, str] = {
    "编号": "expert_no",
    "姓名": "name",
    "职称": "title",
    "单位": "employer",
    "专长": "specialities",
    "行政区划代码": "region_code",
    "经度": "longitude",
    "纬度": "latitude",
    "手机": "mobile",
    "备用电话": "backup_phone",
    "聘期至": "appointed_to",
    "不可用自": "unavailable_from",
    "不可用至": "unavailable_to",
    "回避单位": "conflicts",
    "样例": "sample",
}
REQUIRED_COLUMNS = ("expert_no", "name", "specialities", "region_code", "mobile")
COLUMNS = tuple(field.name for field in fields(Expert))
_FORM = ListForm(HEADINGS, COLUMNS, REQUIRED_COLUMNS, N_("%(found)s columns: this is no expert list."))


def parse_experts_csv(
    data: bytes,
    known: Iterable[Expert] = (),
    *,
    speciality_names: Mapping[str, ExpertSpeciality] | None = None,
) -> ExpertImport:
    """Read an expert list and say what taking it would change; never raises for what the file holds.

    Args:
        data: the file; UTF-8 with or without BOM, or GB 18030 (which GBK and GB 2312 files are too).
        known: the experts on record, to tell what would change. Experts missing from the file are kept.
        speciality_names: Chinese names that may stand for a speciality code.
    """
    text, encoding = decoded(data)
    if text is None:
        return ExpertImport((), (problem(1, None, N_("The file is no text in UTF-8 or GB 18030.")),), (), "")
    rows, problems = read_rows(text, _FORM)
    names = dict(speciality_names or {})
    experts: dict[str, Expert] = {}
    mobiles: dict[str, int] = {}
    for line, cells in rows:
        expert, wrong = _expert(line, cells, names)
        problems.extend(wrong)
        if expert is None:
            continue
        if expert.expert_no in experts:
            problems.append(
                problem(line, "expert_no", N_("%(value)s stands on an earlier line already."), value=expert.expert_no)
            )
        elif expert.mobile in mobiles:
            problems.append(
                problem(
                    line, "mobile", N_("The number is that of line %(other)s already."), other=mobiles[expert.mobile]
                )
            )
        else:
            experts[expert.expert_no] = expert
            mobiles[expert.mobile] = line
    if not rows and not problems:
        problems.append(problem(1, None, N_("The file has no experts in it.")))
    problems.sort(key=lambda found: found.line)
    found = tuple(experts.values())
    return ExpertImport(found, tuple(problems), () if problems else tuple(_changes(found, known)), encoding)


def _expert(
    line: int, cells: dict[str, str], names: Mapping[str, ExpertSpeciality]
) -> tuple[Expert | None, list[RowProblem]]:
    """One row as an expert, or everything that is wrong with it."""
    readers: dict[str, Callable[[str], object]] = {
        "specialities": lambda cell: read_specialities(cell, names),
        "region_code": read_region,
        "mobile": read_mobile,
        "backup_phone": read_phone,
        "longitude": lambda cell: read_degrees(cell, 73.0, 136.0),
        "latitude": lambda cell: read_degrees(cell, 3.0, 54.0),
        "appointed_to": read_day,
        "unavailable_from": read_day,
        "unavailable_to": read_day,
        "conflicts": lambda cell: tuple(part.strip() for part in re.split(r"[;；|]", cell) if part.strip()),
        "sample": read_yes,
    }
    values: dict[str, object] = {}
    problems: list[RowProblem] = []
    for column, cell in cells.items():
        if not cell:
            if column in REQUIRED_COLUMNS:
                problems.append(problem(line, column, N_("This cell must not be empty.")))
            continue
        if len(cell) > LONGEST_CELL:
            problems.append(problem(line, column, CELL_TOO_LONG, most=LONGEST_CELL))
            continue
        try:
            values[column] = readers.get(column, str)(cell)
        except UnreadableCellError as wrong:
            problems.append(RowProblem(line, column, wrong.message_id, wrong.params))
    if not problems:
        problems = _wrong_together(line, values)
    return (None if problems else Expert(**values)), problems  # type: ignore[arg-type]


def _wrong_together(line: int, values: Mapping[str, object]) -> list[RowProblem]:
    problems = []
    if ("longitude" in values) != ("latitude" in values):
        column = "latitude" if "longitude" in values else "longitude"
        problems.append(problem(line, column, N_("Longitude and latitude are given together or not at all.")))
    if bool(SAMPLE_MOBILE.fullmatch(str(values["mobile"]))) != bool(values.get("sample", False)):
        problems.append(
            problem(line, "mobile", N_("Sample numbers (+861000000…) and the mark 'sample' belong together."))
        )
    starts, ends = values.get("unavailable_from"), values.get("unavailable_to")
    if isinstance(starts, date) and isinstance(ends, date) and ends < starts:
        problems.append(problem(line, "unavailable_to", N_("This day lies before the first one.")))
    return problems


def _changes(found: tuple[Expert, ...], known: Iterable[Expert]) -> Iterable[ExpertChange]:
    before = {expert.expert_no: expert for expert in known}
    for expert in found:
        old = before.pop(expert.expert_no, None)
        if old is None:
            yield ExpertChange(ExpertChangeKind.ADDED, expert.expert_no)
            continue
        differing = tuple(name for name in COLUMNS if getattr(old, name) != getattr(expert, name))
        kind = ExpertChangeKind.CHANGED if differing else ExpertChangeKind.UNCHANGED
        yield ExpertChange(kind, expert.expert_no, differing)
    for expert_no in before:
        yield ExpertChange(ExpertChangeKind.NOT_IN_FILE, expert_no)
