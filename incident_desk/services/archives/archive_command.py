"""What a package holds of command: headquarters, instructions, papers, response, heads at the scene, minutes.

Leaders' words lie with the duty log (领导签批), all else under 指挥决策; each record as a table
and whole, each paper as it was signed, sent and answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.command.instructions import InstructionKind
from incident_desk.domain.labels import label
from incident_desk.models import (
    Base,
    CommandGroup,
    CommandPaper,
    CommandPost,
    Incident,
    Instruction,
    MeetingMinutes,
    ResponseAct,
    SceneJourney,
)
from incident_desk.records.package import PackedFile
from incident_desk.services.archives.archive_files import DUTY, Recorder, pair, plain_row
from incident_desk.services.command import paper_documents
from incident_desk.services.command.papers import view_of

ZH = "zh_Hans"
COMMAND = 5
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Paper = Callable[..., PackedFile]
"""``paper(group_no, sha256, name, title, media_type)``: a stored file as it goes into the package."""


def files(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    """Every record and paper of command, in the order of a night."""
    yield from _headquarters(session, incident, recorder)
    yield from _instructions(session, incident, recorder, paper)
    yield from _papers(session, incident, recorder, paper)
    yield from _response(session, incident, recorder)
    yield from _scene(session, incident, recorder)
    yield from _minutes(session, incident, recorder, paper)


def has_command(session: Session, incident: Incident) -> bool:
    """Whether anything of *incident* lies under 指挥决策."""
    tables: tuple[Any, ...] = (CommandPost, CommandPaper, ResponseAct, SceneJourney, MeetingMinutes, Instruction)
    return any(
        session.scalar(select(table.id).where(table.incident_id == incident.id).limit(1)) is not None
        for table in tables
    )


def _rows(session: Session, model: type[Base], incident: Incident) -> list[Any]:
    table: Any = model
    return list(session.scalars(select(table).where(table.incident_id == incident.id).order_by(table.id)))


def _headquarters(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "name": "指挥部", "head_name": "指挥长", "head_title": "职务", "head_phone": "电话",
        "deputies": "副指挥长和成员", "place": "地点", "set_up_at": "成立时间", "document_no": "文号", "note": "备注",
        "recorded_at": "登记时间",
        "recorded_by_name": "登记人", "replaced_at": "变更时间",
    }  # fmt: skip
    posts = [_told(row, recorder) for row in _rows(session, CommandPost, incident)]
    yield from pair(COMMAND, "现场指挥部", posts, heads, recorder, personal=True)
    heads = {
        "kind_zh": "工作组", "name": "名称", "head_name": "组长", "head_unit": "牵头单位", "head_phone": "电话",
        "members": "成员", "recorded_at": "登记时间", "recorded_by_name": "登记人", "ended_at": "撤销或变更时间",
    }  # fmt: skip
    groups = [
        {**_told(row, recorder), "kind_zh": label(("group_kind", row.kind), ZH)}
        for row in _rows(session, CommandGroup, incident)
    ]
    yield from pair(COMMAND, "指挥部工作组", groups, heads, recorder, personal=True)


def _instructions(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    """Orders of the headquarters beside the minutes, leaders' words beside the duty log; originals after each."""
    heads = {
        "number": "号", "kind_zh": "类别", "text": "原文", "given_by": "下达人", "given_title": "职务或单位",
        "given_at": "下达时间", "passed_by": "转达人", "passed_how_zh": "方式", "hearer": "听取人",
        "group_zh": "工作组", "to_unit": "接收单位", "to_name": "接收人", "to_phone": "电话", "due_at": "时限",
        "received_by": "签收人",
        "received_at": "回执时间", "done_text": "落实情况", "done_by": "落实人", "done_at": "落实时间",
        "reported_text": "反馈情况", "reported_by": "反馈人", "reported_at": "反馈时间", "confirmed_by": "书面确认人",
        "confirmed_at": "书面确认时间", "recorded_at": "登记时间", "recorded_by_name": "登记人",
        "withdrawn_at": "撤回时间", "withdrawn_reason": "撤回原因",
    }  # fmt: skip
    groups = {row.id: row for row in _rows(session, CommandGroup, incident)}
    rows = _rows(session, Instruction, incident)
    told = [{**_told(row, recorder), **_instruction_words(row, groups)} for row in rows]
    orders = [one for one in told if one["kind"] == InstructionKind.COMMAND.value]
    words = [one for one in told if one["kind"] != InstructionKind.COMMAND.value]
    yield from pair(COMMAND, "指挥部指令", orders, heads, recorder, personal=True)
    yield from pair(DUTY, "领导批示和口头指示", words, heads, recorder, personal=True)
    for row in rows:
        group_no = COMMAND if row.kind == InstructionKind.COMMAND.value else DUTY
        name = f"{label(('instruction_kind', row.kind), ZH)}-{row.number or row.id}"
        if row.original_sha256:
            yield paper(group_no, row.original_sha256, f"{name}-原件", f"{name} 原件")
        if row.confirmed_sha256:
            yield paper(group_no, row.confirmed_sha256, f"{name}-书面确认", f"{name} 书面确认")


def _instruction_words(row: Instruction, groups: Mapping[int, CommandGroup]) -> dict[str, str]:
    group = groups.get(row.group_id or 0)
    return {
        "kind_zh": label(("instruction_kind", row.kind), ZH),
        "passed_how_zh": label(("passed_how", row.passed_how), ZH) if row.passed_how else "",
        "group_zh": (group.name or label(("group_kind", group.kind), ZH)) if group else "",
    }


def _papers(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    heads = {
        "number": "号", "kind_zh": "类别", "title": "标题", "addressee": "主送", "document_no": "文号",
        "digest": "校验", "drafted_at": "拟稿时间", "signatory": "签发人", "signed_at": "签发时间",
        "sign_method_zh": "签发方式",
        "second_hearer": "旁听人", "sign_confirmed_at": "补签时间", "sent_at": "送出时间", "sent_how_zh": "方式",
        "receiver_name": "接收人", "proof": "凭据", "received_at": "收到时间", "answer_text": "批复",
        "answer_no": "批复文号", "answered_by": "批复机关", "answered_at": "批复时间", "dropped_at": "作废时间",
    }  # fmt: skip
    rows = _rows(session, CommandPaper, incident)
    told = [
        {
            **_told(row, recorder),
            **{key: row.snapshot[key] for key in ("title", "addressee")},
            "kind_zh": label(("paper_kind", row.kind), ZH),
            "sign_method_zh": label(("sign_manner", row.sign_method), ZH) if row.sign_method else "",
            "sent_how_zh": label(("delivery_channel", row.sent_how), ZH) if row.sent_how else "",
        }
        for row in rows
    ]
    yield from pair(COMMAND, "呈报件", told, heads, recorder, personal=True)
    for row in rows:
        yield from _paper_files(incident, row, recorder, paper)


def _paper_files(incident: Incident, row: CommandPaper, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    """The document as stored, a draft as it stands; its signature, receipt and answer."""
    name = f"呈报件-第{row.number}号-{label(('paper_kind', row.kind), ZH)}"
    if row.document_sha256:
        yield paper(COMMAND, row.document_sha256, f"{name}.docx", name, DOCX)
    else:
        mark = "已作废" if row.dropped_at else "未签发稿"
        content = paper_documents.compose(view_of(incident, row), None)
        made = (recorder.names(row.drafted_by), row.drafted_at)
        yield PackedFile(COMMAND, f"{name}（{mark}）.docx", content, f"{name}（{mark}）", *made, DOCX, True)
    for sha256, what in (
        (row.signature_sha256, "签字"), (row.proof_sha256, "送达凭据"), (row.answer_sha256, "批复"),
    ):  # fmt: skip
        if sha256:
            yield paper(COMMAND, sha256, f"{name}-{what}", f"{name} {what}")


def _response(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "at": "时间", "subject_zh": "事项", "step_zh": "动作", "level_zh": "级别", "body": "决定机关",
        "document_no": "文号", "note": "备注", "recorded_at": "登记时间", "recorded_by_name": "登记人",
        "withdrawn_at": "撤回时间",
        "withdrawn_reason": "撤回原因",
    }  # fmt: skip
    rows = [
        {
            **_told(row, recorder),
            "subject_zh": label(("response_subject", row.subject), ZH),
            "step_zh": label(("response_step", row.step), ZH),
            "level_zh": label((f"{row.subject}_level", row.level), ZH) if row.level else "",
        }
        for row in _rows(session, ResponseAct, incident)
    ]
    yield from pair(COMMAND, "应急响应和预警", rows, heads, recorder)


def _scene(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "head_office": "单位", "name": "姓名", "title": "职务", "departed_at": "出发时间", "arrived_at": "到达时间",
        "present_at": "在场时间", "deputy_named_at": "代行时间", "deputy_reason": "代行原因", "recorded_at": "登记时间",
        "recorded_by_name": "登记人", "withdrawn_at": "撤回时间", "withdrawn_reason": "撤回原因",
    }  # fmt: skip
    rows = [_told(row, recorder) for row in _rows(session, SceneJourney, incident)]
    yield from pair(COMMAND, "负责人赶赴现场", rows, heads, recorder, personal=True)


def _minutes(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    heads = {
        "number": "期", "title": "议题", "held_at": "时间", "place": "地点", "chair": "主持人", "present": "参加人员",
        "text": "内容", "decisions": "决定事项", "recorded_at": "登记时间", "recorded_by_name": "登记人",
        "withdrawn_at": "撤回时间", "withdrawn_reason": "撤回原因",
    }  # fmt: skip
    rows = _rows(session, MeetingMinutes, incident)
    told = [{**_told(row, recorder), "decisions": [plain_row(one) for one in row.decisions]} for row in rows]
    yield from pair(COMMAND, "会议纪要", told, heads, recorder, personal=True)
    for row in rows:
        if row.file_sha256:
            name = f"会议纪要-第{row.number}期"
            yield paper(COMMAND, row.file_sha256, name, name)


def _told(row: Any, recorder: Recorder) -> dict[str, Any]:
    who = getattr(row, "recorded_by", None) or getattr(row, "drafted_by", None)
    return {**plain_row(row), "recorded_by_name": recorder.names(who)}
