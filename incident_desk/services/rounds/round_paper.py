"""A round as a page for the leader, and all rounds and consultations of a case for the archive; official Chinese."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.china_time import zh_due_time, zh_time
from incident_desk.domain.labels import label
from incident_desk.domain.permissions import Actor
from incident_desk.domain.rounds.answers import AnswerState, AnswerVia, OfficeStanding
from incident_desk.models import Consultation, Incident, RoundAnswer
from incident_desk.records.table_paper import TablePaper, TableSection, table_pdf
from incident_desk.services import installation
from incident_desk.services.people import names_of
from incident_desk.services.rounds import consultations, round_rows
from incident_desk.services.rounds.round_rows import AskedView, RoundView

ZH = "zh_Hans"
MOST_COLUMNS = 6
"""Offices that stand beside each other on one lying page."""


def paper(actor: Actor, case_no: str, number: int, *, now: datetime) -> bytes:
    """One round with the consultations after it, as PDF.

    Raises:
        NotFound: no such round in a case this actor may see.
        ChineseFontMissing, PaperNotSet.
    """
    view = round_rows.one(actor, case_no, number)
    held = [row for row in consultations.of_case(actor, case_no) if row.round_id == view.row.id]
    return table_pdf(_paper(view, held, now)).content


def papers_of(session: Session, incident: Incident, *, now: datetime) -> list[tuple[int, bytes]]:
    """Every round of a case by its number, as PDF.

    Raises:
        ChineseFontMissing, PaperNotSet.
    """
    query = select(Consultation).where(Consultation.incident_id == incident.id).order_by(Consultation.number)
    held = list(session.scalars(query))
    found = []
    for row in reversed(list(session.scalars(round_rows.rounds(incident)))):
        own = [one for one in held if one.round_id == row.id]
        view = round_rows.view_of(incident, row, session)
        found.append((row.number, table_pdf(_paper(view, own, now)).content))
    return found


def _paper(view: RoundView, held: list[Consultation], now: datetime) -> TablePaper:
    incident, row = view.incident, view.row
    asked_by = names_of({row.asked_by}).get(row.asked_by, "")
    lines = [
        f"调度时间：{zh_time(row.asked_at)}　调度人：{asked_by}　答复时限：{zh_due_time(row.due_at)}"
        f"　调度单位：{installation.office_name(row.office_code)}",
        f"事件：{incident.title}",
    ]
    if row.note:
        lines.append(f"说明：{row.note}")
    sections = [_standing(view, now)]
    columns = [view.asked[at : at + MOST_COLUMNS] for at in range(0, len(view.asked), MOST_COLUMNS)]
    for place, group in enumerate(columns, 1):
        title = "二、答复情况" if len(columns) == 1 else f"二、答复情况（{place}/{len(columns)}）"
        heads = ["问题", *(one.office.name_zh for one in group)]
        rows = [
            [f"{question.position}. {question.text_zh}", *(_cell(one.newest.get(question.id)) for one in group)]
            for question in view.questions
        ]
        sections.append(TableSection(title, heads=heads, widths=[1.4, *([1.0] * len(group))], rows=rows))
    sections += [_consultation(one) for one in held]
    return TablePaper(
        title=f"突发环境事件调度情况表（第{row.number}次）",
        office=installation.office_name(row.office_code),
        case_no=incident.case_no,
        exercise=incident.is_exercise,
        made_at=now,
        lines=lines,
        sections=sections,
        is_lying=True,
    )


def _standing(view: RoundView, now: datetime) -> TableSection:
    rows = [
        [one.office.name_zh, label(one.standing(now), ZH), f"{one.progress.answered}/{one.progress.asked}", _who(one)]
        for one in view.asked
    ]
    return TableSection(
        "一、各单位答复进度", heads=["单位", "状态", "已答", "最近答复"], widths=[1.6, 1, 0.7, 2.4], rows=rows
    )


def _who(asked: AskedView) -> str:
    last = asked.last
    if last is None:
        silent = asked.row.silent_at
        return f"{zh_time(silent)}系统催答" if silent else "—"
    return f"{zh_time(last.answered_at)}　{last.answered_by}（{label(AnswerVia(last.via), ZH)}）"


def _cell(answer: RoundAnswer | None) -> str:
    if answer is None:
        return label(OfficeStanding.WAITING, ZH)
    state = AnswerState(answer.state)
    mark = f"【{label(state, ZH)}】" if state in (AnswerState.DIFFERS, AnswerState.UNREAD) else ""
    return f"{mark}{answer.said}（{zh_time(answer.answered_at)} {answer.answered_by}）"


def _consultation(row: Consultation) -> TableSection:
    taken_back = "（已撤回）" if row.withdrawn_at else ""
    lines = [
        f"时间：{zh_time(row.held_at)}　地点：{row.place or '—'}　主持：{row.chair or '—'}",
        f"参加：{row.present}",
        f"研判结论：{row.conclusions or '—'}",
        f"决定事项：{row.decisions or '—'}",
    ]
    if row.next_round_at is not None:
        lines.append(f"下次调度：{zh_time(row.next_round_at)}")
    return TableSection(f"会商研判（第{row.number}次）{taken_back}", lines=lines)
