"""The roster as a list in a file: one line a person in a shift. A file is taken whole or not at all."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from incident_desk.domain.callouts.expert_cells import UnreadableCellError, read_day
from incident_desk.domain.duty.roster import DutyRole, DutySeat, RosterRow
from incident_desk.domain.duty.shifts import Shift, ShiftCode
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

HEADINGS: Mapping[str, str] = {"日期": "day", "班次": "shift", "岗位": "role", "A/B角": "seat", "姓名": "person"}
COLUMNS = ("day", "shift", "role", "seat", "person")
REQUIRED_COLUMNS = ("day", "shift", "role", "person")
MOST_LINES = 5_000
SPAN_DAYS = 400
"""Days around today that a roster may name; another year is a slip of the pen."""

_FORM = ListForm(HEADINGS, COLUMNS, REQUIRED_COLUMNS, N_("%(found)s columns: this is no roster."))
_SAID: Mapping[str, StrEnum] = {
    "主班": DutyRole.MAIN, "值班员": DutyRole.MAIN, "值班员（主班）": DutyRole.MAIN, "值班员(主班)": DutyRole.MAIN,
    "带班": DutyRole.LEADER, "监测": DutyRole.MONITORING, "司机": DutyRole.DRIVER, "技术备勤": DutyRole.DRIVER,
    "白": ShiftCode.DAY, "夜": ShiftCode.NIGHT, "全天": ShiftCode.WHOLE,
    "a": DutySeat.A, "b": DutySeat.B, "双岗": DutySeat.DOUBLED,
}  # fmt: skip
"""What people write for a code, beside its name in the code lists."""

Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody whom the roster may name."""

    id: int
    name: str
    login: str


@dataclass(frozen=True, slots=True)
class RosterImport:
    """A file that was read: complete when *problems* is empty; nothing is stored by reading it."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RowProblem, ...]
    encoding: str

    @property
    def ok(self) -> bool:
        """Whether the file may be taken."""
        return not self.problems


def parse_roster_csv(
    data: bytes,
    people: Iterable[Colleague],
    shifts: Sequence[Shift],
    *,
    labels: Mapping[str, StrEnum],
    today: date,
) -> RosterImport:
    """Read a roster; never raises for what the file holds.

    Args:
        data: the file; UTF-8 with or without BOM, or GB 18030.
        people: the office's own people, found by name or by log-in.
        shifts: the office's shifts; another shift is a fault of the line.
        labels: names of shifts, roles and seats in the code lists, by name.
        today: against slips of the year.
    """
    text, encoding = decoded(data)
    if text is None:
        return RosterImport((), (problem(1, None, N_("The file is no text in UTF-8 or GB 18030.")),), "")
    lines, problems = read_rows(text, _FORM)
    if len(lines) > MOST_LINES:
        return RosterImport(
            (), (problem(1, None, N_("More than %(most)s lines: split the file."), most=MOST_LINES),), ""
        )
    reader = _Reader(tuple(people), {shift.code: shift for shift in shifts}, labels, today)
    taken: dict[object, int] = {}
    rows = []
    for line, cells in lines:
        row, wrong = reader.row(line, cells)
        problems.extend(wrong)
        if row is None:
            continue
        if row.place in taken:
            problems.append(
                problem(
                    line, "seat", N_("Line %(other)s already names somebody for this seat."), other=taken[row.place]
                )
            )
        taken.setdefault(row.place, line)
        rows.append(row)
    if not lines and not problems:
        problems.append(problem(1, None, N_("The file has no shifts in it.")))
    problems.sort(key=lambda found: found.line)
    return RosterImport(() if problems else tuple(rows), tuple(problems), encoding)


@dataclass(frozen=True, slots=True)
class _Reader:
    people: tuple[Colleague, ...]
    shifts: Mapping[ShiftCode, Shift]
    labels: Mapping[str, StrEnum]
    today: date

    def row(self, line: int, cells: Mapping[str, str]) -> tuple[RosterRow | None, list[RowProblem]]:
        """One line as a row, or everything that is wrong with it."""
        readers: dict[str, Callable[[str], object]] = {
            "day": self._day,
            "shift": self._shift,
            "role": lambda cell: self._code(DutyRole, cell),
            "seat": lambda cell: self._code(DutySeat, cell) if cell else DutySeat.A,
            "person": self._person,
        }
        found: dict[str, object] = {}
        problems = []
        for column in COLUMNS:
            cell = cells.get(column, "")
            if not cell and column in REQUIRED_COLUMNS:
                problems.append(problem(line, column, N_("This cell must not be empty.")))
                continue
            if len(cell) > LONGEST_CELL:
                problems.append(problem(line, column, CELL_TOO_LONG, most=LONGEST_CELL))
                continue
            try:
                found[column] = readers[column](cell)
            except UnreadableCellError as wrong:
                problems.append(RowProblem(line, column, wrong.message_id, wrong.params))
        return (None if problems else self._made(found)), problems

    def _made(self, found: Mapping[str, object]) -> RosterRow:
        day, shift = found["day"], found["shift"]
        role, seat, person = found["role"], found["seat"], found["person"]
        assert isinstance(day, date)
        assert isinstance(shift, Shift)
        assert isinstance(role, DutyRole)
        assert isinstance(seat, DutySeat)
        assert isinstance(person, int)
        return RosterRow(day, shift.code, role, seat, person, shift.begins(day), shift.ends(day))

    def _day(self, cell: str) -> date:
        day = read_day(cell)
        if abs((day - self.today).days) > SPAN_DAYS:
            raise UnreadableCellError(N_("%(value)s is more than a year away: check the year."), value=cell)
        return day

    def _shift(self, cell: str) -> Shift:
        code = self._code(ShiftCode, cell)
        if code not in self.shifts:
            raise UnreadableCellError(
                N_("The office has no shift %(value)s; its shifts stand in the settings."), value=cell
            )
        return self.shifts[code]

    def _code(self, kind: type[Code], cell: str) -> Code:
        names = {name: code for name, code in {**_SAID, **self.labels}.items() if isinstance(code, kind)}
        found = names.get(cell) or names.get(cell.lower())
        if found is None and cell in set(kind):
            found = kind(cell)
        if found is None:
            raise UnreadableCellError(
                N_("%(value)s is not known here; meant is one of: %(hint)s"), value=cell, hint="、".join(names)
            )
        return found

    def _person(self, cell: str) -> int:
        found = [one for one in self.people if cell in (one.name, one.login)]
        found = [one for one in found if one.login == cell] or found
        if len(found) == 1:
            return found[0].id
        if found:
            raise UnreadableCellError(
                N_("Several people are called %(value)s: write the log-in (%(hint)s)."), value=cell,
                hint="、".join(one.login for one in found),
            )  # fmt: skip
        near = difflib.get_close_matches(cell[:40], [one.name for one in self.people], n=1, cutoff=0.5)
        if near:
            raise UnreadableCellError(
                N_("Nobody of this office is called %(value)s; meant is perhaps %(hint)s."), value=cell, hint=near[0]
            )
        raise UnreadableCellError(N_("Nobody of this office is called %(value)s."), value=cell)
