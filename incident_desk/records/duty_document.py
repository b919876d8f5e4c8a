"""The figures of a period as a Word document, in the form of GB/T 9704-2012 (``document_form``), black and white.

Figures are those of recorded rows; a period in which nothing was recorded says so. The same paper gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Mm, Pt

from incident_desk.domain.china_time import china_date, zh_time_with_year
from incident_desk.domain.duty.statistics import DutyFigures, Span
from incident_desk.domain.reports.reporting import printable
from incident_desk.records import document_form as form
from incident_desk.records.document_form import (
    BODY_FONT,
    BODY_PT,
    HEAD_FONT,
    TITLE_FONT,
    TITLE_PT,
    paragraph,
    run,
    same_bytes,
)

COLUMNS_MM = (100, 46)
CELL_PT, CELL_LINE_PT = 12.0, 20.0
BASIS = "《突发环境事件信息报告办法》（环境保护部令第17号）第十条"
EMPTY = "本统计期内无事件接报、时限、报告、专家调用、交接班、查岗、叫醒及演练记录。"

Rows = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class StatisticsPaper:
    """What the document says; counts by their Chinese words, in order."""

    office: str
    span: Span
    made_at: datetime
    exercise: bool
    figures: DutyFigures
    grades: Rows
    causes: Rows
    clocks: Rows
    reports: Rows

    @property
    def title(self) -> str:
        """``十堰市生态环境局2026年第四季度环境应急值守统计``."""
        return f"{self.office}{self.span.zh}环境应急值守统计"


def statistics_docx(paper: StatisticsPaper) -> bytes:
    """*paper* as DOCX for Word and WPS; the same paper gives the same bytes."""
    document = Document()
    form.set_page(document, mark="演练　演练　演练" if paper.exercise else "", check=f"{paper.office}　{paper.span.zh}")
    _title(document, paper)
    _basis(document, paper)
    if paper.figures.is_empty:
        run(paragraph(document), EMPTY, BODY_FONT, BODY_PT)
    else:
        _sections(document, paper)
    day = china_date(paper.made_at)
    form.closing(document, office=paper.office, day=f"{day.year}年{day.month}月{day.day}日")
    _properties(document, paper)
    return same_bytes(document)


def _title(document: DocumentObject, paper: StatisticsPaper) -> None:
    title = paragraph(document, indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    form.off_grid(title)
    title.paragraph_format.space_after = Pt(form.LINE_PT)
    run(title, paper.title, TITLE_FONT, TITLE_PT)


def _basis(document: DocumentObject, paper: StatisticsPaper) -> None:
    words = (
        f"依据{BASIS}，现将{paper.span.zh}值守情况统计如下。统计范围为本单位及下级单位；数据取自值守台登记，"
        f"截至{zh_time_with_year(paper.made_at)}。"
    )
    run(paragraph(document), words, BODY_FONT, BODY_PT)


def _sections(document: DocumentObject, paper: StatisticsPaper) -> None:
    figures = paper.figures
    _section(document, "一、接报事件", f"共{figures.incidents}起。按级别和起因：", [*paper.grades, *paper.causes])
    _section(document, "二、法定时限", f"本期起算{sum(figures.clocks.values())}项。", paper.clocks)
    _section(document, "三、信息报告", f"共报出{sum(figures.reports.values())}份。", paper.reports)
    asked = [("通知专家（人次）", figures.callout_asked), ("答复能来（人次）", figures.callout_coming)]
    _section(document, "四、专家调用", f"共{figures.callouts}次。", asked if figures.callouts else ())
    seconds = "" if figures.answer_seconds is None else f"查岗平均{figures.answer_seconds:.0f}秒接听。"
    duty = [
        ("交接班（次）", figures.handovers), ("查岗抽查（次）", figures.checks),
        ("查岗接听（次）", figures.checks_answered), ("叫醒（次）", figures.wake_ups),
        ("叫醒后有人接手（次）", figures.wake_ups_answered),
    ]  # fmt: skip
    _section(document, "五、值守与查岗", seconds, duty)
    _section(document, "六、演练", f"共开展{figures.drills}次。" if figures.drills else "本期无演练记录。", ())


def _section(document: DocumentObject, head: str, words: str, rows: Rows) -> None:
    holder = paragraph(document)
    holder.paragraph_format.keep_with_next = True
    run(holder, head, HEAD_FONT, BODY_PT)
    if words:
        line = paragraph(document)
        line.paragraph_format.keep_with_next = bool(rows)
        run(line, words if rows else words.removesuffix("按级别和起因："), BODY_FONT, BODY_PT)
    if rows:
        _table(document, rows)


def _table(document: DocumentObject, rows: Rows) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = document.styles["Table Grid"]
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for words, count in rows:
        cells = table.add_row().cells
        for cell, text, width in zip(cells, (words, str(count)), COLUMNS_MM, strict=True):
            cell.width = Mm(width)
            holder = cell.paragraphs[0]
            space = holder.paragraph_format
            space.space_before = space.space_after = Pt(1)
            space.line_spacing_rule, space.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(CELL_LINE_PT)
            form.off_grid(holder)
            run(holder, text, BODY_FONT, CELL_PT)
    after = paragraph(document)
    after.paragraph_format.line_spacing = Pt(8)
    form.off_grid(after)


def _properties(document: DocumentObject, paper: StatisticsPaper) -> None:
    core = document.core_properties
    core.author = core.last_modified_by = printable(paper.office)[:255]
    core.title, core.subject = printable(paper.title)[:255], "值守统计"
    core.comments, core.keywords, core.language = "", paper.span.zh, "zh-CN"
    core.created = core.modified = paper.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    core.revision = 1
