"""Lists that offices keep as CSV: decoding, headings and shape; every problem is named by line and column.

A file is UTF-8 with or without BOM, or GB 18030 (which GBK and GB 2312 files are too).
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Mapping
from dataclasses import dataclass

from incident_desk.domain.errors import N_

LONGEST_CELL = 500
"""Characters of a cell; a longer one is a mistake of the spreadsheet, and no screen or telephone could show it."""
CELL_TOO_LONG = N_("This cell has more than %(most)s characters.")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong in the file: *line* counts from 1 as an editor shows it, *column* is its heading."""

    line: int
    column: str | None
    message_id: str
    params: Mapping[str, object]

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{place}: {self.message_id % self.params if self.params else self.message_id}"


@dataclass(frozen=True, slots=True)
class ListForm:
    """What a list must look like: Chinese *headings* by column, all *columns*, those *required*.

    *too_many* is the message for a file with far too many columns; its parameter is ``found``.
    """

    headings: Mapping[str, str]
    columns: tuple[str, ...]
    required: tuple[str, ...]
    too_many: str


Rows = list[tuple[int, dict[str, str]]]


def problem(line: int, column: str | None, message_id: str, **params: object) -> RowProblem:
    """A problem with its parameters by name."""
    return RowProblem(line, column, message_id, params)


def decoded(data: bytes) -> tuple[str | None, str]:
    """The text of a file and its encoding; None where it is no text."""
    if b"\x00" in data:  # UTF-16 or no text at all; GB 18030 would read it as nonsense
        return None, ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding
        except UnicodeDecodeError:
            continue
    return None, ""


def read_rows(text: str, form: ListForm) -> tuple[Rows, list[RowProblem]]:
    """Cells by column for each line that is not empty, and what is wrong with the headings or the shape."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    problems: list[RowProblem] = []
    columns: list[str] | None = None
    starts_at = 1
    try:
        for cells in reader:
            line, starts_at = starts_at, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns, problems = _columns(line, cells, form)
                if problems:
                    return [], problems
            elif len(cells) != len(columns):
                problems.append(
                    problem(
                        line,
                        None,
                        N_("%(found)s cells where the headings name %(wanted)s: look for a missing or spare comma."),
                        found=len(cells),
                        wanted=len(columns),
                    )
                )
            else:
                rows.append((line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    except csv.Error as error:
        if "field limit" in str(error):
            problems.append(problem(starts_at, None, CELL_TOO_LONG, most=LONGEST_CELL))
        else:
            problems.append(problem(starts_at, None, N_("A quotation mark is opened and not closed.")))
    if columns is None and not problems:
        problems.append(problem(1, None, N_("The file is empty: the first line must name the columns.")))
    return rows, problems


def _columns(line: int, cells: list[str], form: ListForm) -> tuple[list[str], list[RowProblem]]:
    columns = [form.headings.get(cell.strip(), cell.strip().lower()) for cell in cells]
    if len(columns) > 3 * len(form.columns):
        return columns, [problem(line, None, form.too_many, found=len(columns))]
    problems = []
    for heading, column in zip(cells, columns, strict=True):
        if column not in form.columns:
            near = difflib.get_close_matches(heading.strip()[:40], [*form.columns, *form.headings], n=1, cutoff=0.6)
            hint = near[0] if near else ", ".join(form.columns)
            problems.append(
                problem(line, heading.strip() or "?", N_("This column is not known; meant is: %(hint)s"), hint=hint)
            )
        elif columns.count(column) > 1:
            problems.append(problem(line, heading.strip(), N_("This column stands there twice.")))
    problems.extend(
        problem(line, column, N_("This column is missing.")) for column in form.required if column not in columns
    )
    return columns, problems
