"""The checklists and the gate as an official page: 五个第一时间、三个不放过、结案核查."""

from __future__ import annotations

from datetime import datetime

from incident_desk.domain.china_time import zh_due_time, zh_time
from incident_desk.domain.closing.first_moments import MomentLine, MomentState
from incident_desk.domain.closing.gate import GateState
from incident_desk.domain.closing.three_checks import ThreeCheck
from incident_desk.domain.labels import label
from incident_desk.domain.permissions import Actor
from incident_desk.records.table_paper import TablePaper, TableSection, table_pdf
from incident_desk.services import installation
from incident_desk.services.closing import closing_view
from incident_desk.services.closing.closing_view import ClosingView, PointView

ZH = "zh_Hans"
NO_RECORD = "无记录"


def paper(actor: Actor, case_no: str, *, now: datetime) -> bytes:
    """The page of a case as PDF.

    Raises:
        NotFound: not this actor's to see.
        ChineseFontMissing, PaperNotSet.
    """
    return paper_of(closing_view.of_case(actor, case_no, now=now), now=now)


def paper_of(view: ClosingView, *, now: datetime) -> bytes:
    """The same of a view that was read already.

    Raises:
        ChineseFontMissing, PaperNotSet.
    """
    incident = view.incident
    made = TablePaper(
        title="突发环境事件结案核查表",
        office=installation.office_name(incident.office_code),
        case_no=incident.case_no,
        exercise=incident.is_exercise,
        made_at=now,
        lines=[f"事件：{incident.title}", _acts(view)],
        sections=[_moments(view, now), _checks(view), _gate(view)],
        signing=["核查人：＿＿＿＿＿＿", "审批人：＿＿＿＿＿＿", "日期：＿＿＿＿＿＿"],
    )
    return table_pdf(made).content


def _acts(view: ClosingView) -> str:
    acts = view.acts
    told = (("应急响应终止", acts.response_ended_at), ("案件办结", acts.finished_at), ("归档", acts.archived_at))
    return "　".join(f"{word}：{zh_time(at) if at else NO_RECORD}" for word, at in told)


def _moments(view: ClosingView, now: datetime) -> TableSection:
    rows = [[label(one.moment, ZH), label(one.state, ZH), _filled_by(one), _target(one, now)] for one in view.moments]
    return TableSection(
        "一、五个第一时间", heads=["事项", "状态", "记录", "目标时限"], widths=[1.3, 0.8, 2.6, 1.8], rows=rows
    )


def _filled_by(line: MomentLine) -> str:
    said = [act.words.zh for act in line.acts]
    if line.state is not MomentState.FILLED and line.missing.zh:
        said.append(line.missing.zh)
    return "；".join(said) or NO_RECORD


def _target(line: MomentLine, now: datetime) -> str:
    if line.target is None:
        return "—"
    kind = "预设" if line.target.is_preset else "法定"
    late = "，逾期" if line.is_late(now) else ""
    return f"{zh_due_time(line.target.due_at)}（{kind}：{line.target.basis.zh}{late}）"


def _checks(view: ClosingView) -> TableSection:
    rows = []
    for check in ThreeCheck:
        points = view.points_of(check)
        if not points:
            rows.append([label(check, ZH), NO_RECORD, "—", "—", "—"])
        rows += [_point(check, one) for one in points]
    return TableSection(
        "二、三个不放过",
        heads=["事项", "内容", "责任单位及期限", "状态", "依据"],
        widths=[1.3, 2, 1.4, 0.8, 2],
        rows=rows,
    )


def _point(check: ThreeCheck, point: PointView) -> list[str]:
    row = point.row
    proof = f"{zh_time(row.done_at)}由{row.done_by}办结：{row.evidence}" if row.done_at else "—"
    if row.accepted_at:
        proof += f"；{zh_time(row.accepted_at)}由{row.accepted_by}验收：{row.accepted_text or '合格'}"
    owner = "，".join(part for part in (row.owner, row.owner_name, f"{zh_due_time(row.due_at)}前") if part)
    return [label(check, ZH), row.text, owner, label(point.state, ZH), proof]


def _gate(view: ClosingView) -> TableSection:
    if view.finish is None:
        rows = [[label(one.line, ZH), label(one.state, ZH), one.words.zh] for one in view.gate.findings]
        return TableSection("三、结案条件", heads=["条件", "状态", "依据或者所缺"], widths=[1.6, 0.8, 3.4], rows=rows)
    finish = view.finish
    rows = [
        [
            label(("gate_line", one["line"]), ZH),
            label(GateState(one["state"]), ZH),
            one["words"] + (f"（未满足仍办结的理由：{one['reason']}）" if one["reason"] else ""),
        ]
        for one in finish.snapshot
    ]
    decided = f"{zh_time(finish.decided_at)}由{finish.decided_name}决定办结；清单摘要 {finish.digest[:16]}"
    heads = ["条件", "办结时状态", "依据、所缺及理由"]
    return TableSection("三、结案条件（办结时）", lines=[decided], heads=heads, widths=[1.6, 0.9, 3.4], rows=rows)
