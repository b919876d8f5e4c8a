"""Which field a report must hold, by kind and form: the matrix as data, read from ``report_fields.csv``.

Source: 突发环境事件信息报告办法 (令第17号) 第十二条至第十四条 and 鄂环办〔2021〕31号; each row names its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.tables import read_table
from incident_desk.paths import rules_dir


class FieldNeed(StrEnum):
    """How much a report of one kind and form needs a field."""

    REQUIRED = "required"
    UNKNOWN_ALLOWED = "unknown_allowed"
    WATER = "water"  # required where water is the medium
    IF_ANY = "if_any"  # printed when there is something to say, never asked for
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class ReportField:
    """One row of the matrix."""

    field: str
    section_zh: str
    label_zh: str
    label_en: str
    needs: Mapping[str, FieldNeed]
    missing_zh: str
    source: str
    reviewed_by: str

    def need(self, kind: ReportKind, form: ReportForm) -> FieldNeed:
        """What a report of *kind* in *form* needs of this field."""
        if kind is ReportKind.INITIAL:
            return self.needs[f"{form.value}_initial"]
        return self.needs[kind.value]


NEED_COLUMNS = ("phone_initial", "written_initial", "follow_up", "result")
COLUMNS = ("field", "section_zh", "label_zh", "label_en", *NEED_COLUMNS, "missing_zh", "source", "reviewed_by")


def read_report_fields(path: Path) -> tuple[ReportField, ...]:
    """The matrix in the order in which a report prints it.

    Raises:
        ValueError: other columns, an unknown need, a field twice, a row without source.
    """
    rows = [_field_from(path.name, row) for row in read_table(path, COLUMNS)]
    names = [row.field for row in rows]
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name}: a field stands there twice")
    return tuple(rows)


def _field_from(name: str, row: Mapping[str, str]) -> ReportField:
    if not row["source"]:
        raise ValueError(f"{name}: {row['field']} has no source")
    return ReportField(
        field=row["field"],
        section_zh=row["section_zh"],
        label_zh=row["label_zh"],
        label_en=row["label_en"],
        needs={column: FieldNeed(row[column]) for column in NEED_COLUMNS},
        missing_zh=row["missing_zh"],
        source=row["source"],
        reviewed_by=row["reviewed_by"],
    )


@cache
def report_fields() -> tuple[ReportField, ...]:
    """The matrix that ships with the program."""
    return read_report_fields(rules_dir() / "report_fields.csv")
