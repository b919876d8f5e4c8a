"""What a package holds of rounds, consultations, investigation, three checks and gate: tables and pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.errors import DomainError
from incident_desk.domain.labels import label
from incident_desk.models import (
    ArchiveSending,
    Base,
    CaseFinish,
    CheckPoint,
    Consultation,
    Incident,
    InquiryRound,
    InvestigationAct,
    Office,
    PackageCheck,
    RoundAnswer,
    RoundOffice,
    RoundQuestionRow,
)
from incident_desk.records.package import PackedFile
from incident_desk.services.archives.archive_files import Recorder, pair, plain, plain_row
from incident_desk.services.closing import closing_paper, closing_view
from incident_desk.services.rounds import round_paper

log = logging.getLogger(__name__)
ZH = "zh_Hans"
COMMAND, INVESTIGATION, LIABILITY, SYSTEM = 5, 13, 15, 17
PDF = "application/pdf"
ENDS: Mapping[str, tuple[type[Base], Mapping[str, str]]] = {
    "办结决定": (
        CaseFinish, {"decided_at": "决定时间", "decided_name": "决定人", "unmet": "未满足项数", "digest": "清单摘要"},
    ),
    "四性检测": (
        PackageCheck,
        {
            "checked_at": "检测时间", "is_sound": "通过", "results": "结果", "explained": "缺项说明",
            "scanned": "病毒查杀",
        },
    ),
    "档案报送": (
        ArchiveSending,
        {
            "sent_at": "报送时间", "to_name": "报送对象", "how": "方式", "received_at": "接收时间",
            "receiver_name": "接收人", "receipt_no": "回执号", "withdrawn_at": "撤回",
        },
    ),
}  # fmt: skip
"""What stands on record of the end of a case, with the columns of its table."""


def files(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    """Everything of this part of a case, each record as JSON and table, rounds and gate also as pages."""
    yield from _rounds(session, incident, recorder)
    yield from _consultations(session, incident, recorder)
    yield from _investigation(session, incident, recorder)
    yield from _points(session, incident, recorder)
    yield from _gate(session, incident, recorder)


def groups_of(session: Session, incident: Incident) -> frozenset[int]:
    """Numbers of the archive groups that this part has something for."""
    kinds = (
        (COMMAND, InquiryRound),
        (COMMAND, Consultation),
        (INVESTIGATION, InvestigationAct),
        (LIABILITY, CheckPoint),
    )
    return frozenset(number for number, table in kinds if _of(session, table, incident))


def _rounds(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "number": "次", "office": "单位", "position": "题号", "question": "问题", "said": "答复", "state_zh": "处理",
        "answered_by": "答复人", "answered_at": "答复时间", "via_zh": "方式", "due_at": "时限", "silent_at": "催答",
    }  # fmt: skip
    query = (
        select(InquiryRound, RoundOffice, RoundQuestionRow, Office)
        .join(RoundOffice, RoundOffice.round_id == InquiryRound.id)
        .join(RoundQuestionRow, RoundQuestionRow.round_id == InquiryRound.id)
        .join(Office, Office.code == RoundOffice.office_code)
        .where(InquiryRound.incident_id == incident.id)
        .order_by(InquiryRound.number, RoundOffice.office_code, RoundQuestionRow.position)
    )
    rows = []
    for held, asked, question, office in session.execute(query):
        about = {
            "number": held.number, "asked_at": plain(held.asked_at), "asked_by_name": recorder.names(held.asked_by),
            "due_at": plain(held.due_at), "note": held.note, "ended_at": plain(held.ended_at),
            "office": office.name_zh, "office_code": office.code, "position": question.position,
            "question": question.text_zh, "silent_at": plain(asked.silent_at),
        }  # fmt: skip
        answers = [answer for answer in asked.answers if answer.question_id == question.id]
        rows += [{**about, **_answer(answer, recorder)} for answer in answers] or [about]
    yield from pair(COMMAND, "调度记录", rows, heads, recorder, personal=True)
    if rows:
        for number, content in _set(lambda: round_paper.papers_of(session, incident, now=recorder.made_at)) or ():
            name = f"调度情况表-第{number}次"
            made = (recorder.maker, recorder.made_at)
            yield PackedFile(COMMAND, f"{name}.pdf", content, name, *made, PDF, personal=True)


def _answer(answer: RoundAnswer, recorder: Recorder) -> dict[str, Any]:
    return {
        **plain_row(answer),
        "state_zh": label(("answer_state", answer.state), ZH),
        "via_zh": label(("answer_via", answer.via), ZH),
        "recorded_by_name": recorder.names(answer.recorded_by),
    }


def _consultations(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "number": "次", "held_at": "时间", "place": "地点", "chair": "主持", "present": "参加",
        "conclusions": "研判结论", "decisions": "决定事项", "next_round_at": "下次调度",
        "recorded_by_name": "记录人", "withdrawn_at": "撤回",
    }  # fmt: skip
    rows = [
        {**plain_row(row), "recorded_by_name": recorder.names(row.recorded_by)}
        for row in _of(session, Consultation, incident)
    ]
    yield from pair(COMMAND, "会商研判记录", rows, heads, recorder, personal=True)


def _investigation(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "step_zh": "事项", "at": "时间", "name": "人员", "unit": "单位", "text": "内容", "recorded_by_name": "记录人",
        "withdrawn_at": "撤回",
    }  # fmt: skip
    rows = [
        {
            **plain_row(row), "step_zh": label(("investigation_step", row.step), ZH),
            "recorded_by_name": recorder.names(row.recorded_by),
        }
        for row in _of(session, InvestigationAct, incident)
    ]  # fmt: skip
    yield from pair(INVESTIGATION, "调查启动记录", rows, heads, recorder, personal=True)


def _points(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "matter_zh": "事项", "text": "内容", "owner": "责任单位", "owner_name": "责任人", "due_at": "期限",
        "done_at": "办结时间", "done_by": "办结人", "evidence": "依据", "accepted_at": "验收时间",
        "accepted_by": "验收人", "accepted_text": "验收意见", "withdrawn_at": "撤回",
    }  # fmt: skip
    rows = [
        {
            **plain_row(row), "matter_zh": label(("three_check", row.matter), ZH),
            "opened_by_name": recorder.names(row.opened_by),
        }
        for row in _of(session, CheckPoint, incident)
    ]  # fmt: skip
    yield from pair(LIABILITY, "三个不放过", rows, heads, recorder, personal=True)


def _gate(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    view = closing_view.read(session, incident, now=recorder.made_at)
    heads = {
        "line_zh": "条件", "state_zh": "状态", "words": "依据或者所缺", "at": "时间", "reason": "未满足仍办结的理由",
    }  # fmt: skip
    now_rows: list[dict[str, Any]] = [
        {"line": one.line.value, "state": one.state.value, "words": one.words.zh, "at": plain(one.at)}
        for one in view.gate.findings
    ]
    decided = [dict(one) for one in view.finish.snapshot] if view.finish is not None else None
    rows = [
        {
            **row, "line_zh": label(("gate_line", row["line"]), ZH),
            "state_zh": label(("gate_state", row["state"]), ZH),
        }
        for row in decided or now_rows
    ]  # fmt: skip
    yield from pair(SYSTEM, "结案清单", rows, heads, recorder)
    for name, (table, columns) in ENDS.items():
        found = [plain_row(row) for row in _of(session, table, incident)]
        yield from pair(SYSTEM, name, found, columns, recorder, personal=True)
    content = _set(lambda: closing_paper.paper_of(view, now=recorder.made_at))
    if content is not None:
        name = "结案核查表"
        yield PackedFile(SYSTEM, f"{name}.pdf", content, name, recorder.maker, recorder.made_at, PDF, personal=True)


def _set(make: Callable[[], Any]) -> Any:
    """A page, or None where none can be set here: the tables say the same."""
    try:
        return make()
    except DomainError as error:
        log.warning("a page is left out of the package", extra={"code": error.code})
        return None


def _of(session: Session, table: type[Base], incident: Incident) -> list[Any]:
    model: Any = table
    return list(session.scalars(select(model).where(model.incident_id == incident.id).order_by(model.id)))
