"""A list or a matrix as an official page: title, sections of lines and tables, PDF/A-2b on A4, upright or lying."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from incident_desk.domain.china_time import zh_time_with_year
from incident_desk.domain.reports.reporting import printable
from incident_desk.records.typesetting import Typeset, typeset_pdf


@dataclass(frozen=True, slots=True)
class TableSection:
    """A titled part: lines of text above, then a table; *widths* are shares of the page, one a column."""

    title: str
    lines: Sequence[str] = ()
    heads: Sequence[str] = ()
    widths: Sequence[float] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class TablePaper:
    """What is printed. All words are official Chinese; ``made_at`` is aware."""

    title: str
    office: str
    case_no: str
    exercise: bool
    made_at: datetime
    lines: Sequence[str] = ()
    sections: Sequence[TableSection] = field(default_factory=tuple)
    signing: Sequence[str] = ()
    is_lying: bool = False


def table_pdf(paper: TablePaper) -> Typeset:
    """*paper* as PDF/A-2b; the same arguments give the same bytes.

    Raises:
        ChineseFontMissing: no font with Chinese stands here.
        PaperNotSet: it cannot be set.
    """
    page = {
        "title": printable(paper.title),
        "office": printable(paper.office),
        "case": paper.case_no,
        "exercise": paper.exercise,
        "lying": paper.is_lying,
        "made-at": f"{zh_time_with_year(paper.made_at)}制表",
        "lines": [printable(line) for line in paper.lines],
        "sections": [_section(one) for one in paper.sections],
        "signing": list(paper.signing),
    }
    return typeset_pdf("table.typ", {"page": json.dumps(page, ensure_ascii=False)}, {}, made_at=paper.made_at)


def _section(section: TableSection) -> dict[str, object]:
    return {
        "title": printable(section.title),
        "lines": [printable(line) for line in section.lines],
        "heads": list(section.heads),
        "widths": list(section.widths) or [1.0] * len(section.heads),
        "rows": [[printable(cell) for cell in row] for row in section.rows],
    }
