"""A notice to a neighbour for the fax machine: the house's black-and-white page, filled with its lines."""

from __future__ import annotations

from math import ceil

from incident_desk.domain.china_time import zh_time_with_year
from incident_desk.domain.neighbours.notices import Notice, NoticeField, NoticeLine
from incident_desk.domain.reports.reporting import ReportLine
from incident_desk.records.fax_page import LINE_LIMITS, ROOM_MM, ROW_MM, ROW_TEXT_MM, TYPE_MM, FaxPage, fax_html
from incident_desk.records.scripts import clip
from incident_desk.records.sketch_layout import text_mm

IN_THE_FOOT = frozenset({NoticeField.CONTACT, NoticeField.CONTACT_PHONE})
FIELD_MM = 1.2
SHORTENED = "（详见函件）"


def notice_fax_html(notice: Notice, *, nonce: str = "") -> str:
    """One page as self-contained HTML; long lines are shortened for it alone, and say so."""
    return fax_html(notice_fax_page(notice), nonce=nonce)


def notice_fax_page(notice: Notice) -> FaxPage:
    """The page of *notice*, its lines cut to what one printed page holds."""
    shown = [line for line in notice.lines if line.field not in IN_THE_FOOT]
    limit = next((limit for limit in LINE_LIMITS if _height_mm(shown, limit) <= ROOM_MM), LINE_LIMITS[-1])
    contact, phone = notice.line(NoticeField.CONTACT), notice.line(NoticeField.CONTACT_PHONE)
    return FaxPage(
        case_no=notice.document_no,
        exercise=notice.exercise,
        urgency="特急",
        title=clip(notice.title, 80),
        to=notice.to_name,
        sender=notice.from_name,
        lines=tuple(
            ReportLine(line.field.value, "", line.label_zh, _cut(line.text, limit), line.known) for line in shown
        ),
        signatory="＿＿＿＿＿＿",
        signature_png=None,
        contact=f"{contact.text} {phone.text}",
        made_at=zh_time_with_year(notice.made_at),
        check=notice.digest()[:16],
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{clip(text, limit - len(SHORTENED))}{SHORTENED}"


def _height_mm(lines: list[NoticeLine], limit: int) -> float:
    rows = sum(
        max(1, ceil(text_mm(part, TYPE_MM) / ROW_TEXT_MM))
        for line in lines
        for part in _cut(line.text, limit).split("\n")
    )
    return rows * ROW_MM + len(lines) * FIELD_MM
