"""The pool as a list in a file: what is written can be read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from incident_desk.domain.callouts.experts import HEADINGS, Expert

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_cells(expert: Expert) -> dict[str, str]:
    """An expert as the texts of a list's row; reading them gives the same expert."""
    cells = {name: "" if value is None else str(value) for name, value in asdict(expert).items()}
    cells["specialities"] = ";".join(expert.specialities)
    cells["conflicts"] = ";".join(expert.conflicts)
    cells["sample"] = "是" if expert.sample else ""
    return cells


def one_row(cells: Mapping[str, str]) -> bytes:
    """A list with a single row, to be read as the office's list is."""
    return _written(list(cells), [cells]).encode()


def for_spreadsheets(experts: Iterable[Expert]) -> bytes:
    """The list with Chinese headings, UTF-8 with BOM, fit for WPS and Excel.

    Numbers are written without ``+86``, which a spreadsheet would turn into a figure; a text that a spreadsheet
    would reckon out as a formula gets an apostrophe before it.
    """
    rows = [
        {heading: _safe(_dialled(as_cells(expert)[column], column)) for heading, column in HEADINGS.items()}
        for expert in experts
    ]
    return _written(list(HEADINGS), rows).encode("utf-8-sig")


def _written(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _dialled(cell: str, column: str) -> str:
    return cell.removeprefix("+86") if column in {"mobile", "backup_phone"} else cell


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
