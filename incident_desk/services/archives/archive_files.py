"""What a package holds of a case beside its reports, releases and photographs: records for people and for programs.

Each record stands there twice, as JSON whole and as a table that any spreadsheet opens.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.china_time import CHINA
from incident_desk.domain.journal import iso_utc
from incident_desk.domain.labels import NoLabelError, label
from incident_desk.domain.law.legal_codes import ClockState
from incident_desk.models import (
    Base,
    Call,
    Callout,
    CalloutMember,
    Expert,
    FactRecord,
    Incident,
    OutboxMessage,
    PhoneCall,
    Task,
)
from incident_desk.records.index import document
from incident_desk.records.package import PackedFile

INTAKE, DUTY, EXPERTS, SYSTEM = 1, 2, 6, 17
ZH = "zh_Hans"
JSON, CSV = "application/json", "text/csv"
_KEY_IN_A_LINK = re.compile(r"(/[afr]/)[\w-]{16,}")
"""A short link opens a page to whoever holds it: the archive says that one was sent, not which."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
CALL_STATES = {"to_make": "待拨", "answered": "已接通", "no_answer": "无人接听", "not_needed": "无需拨打"}
OTHER_FACTS = {
    "case_opened": "立案", "log.line": "值班记事", "river.discharge_now": "当前流量", "field.arrived": "到达现场",
    "field.message": "现场消息",
}  # fmt: skip
_FORMULA = ("=", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who writes the package down: ``maker`` is the office's name, ``names`` say who stands behind a reference."""

    maker: str
    made_at: datetime
    names: Callable[[str | None], str]


def case_files(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    """Calls, facts, telephone calls, tasks, call-outs and messages of *incident*."""
    yield from _calls(session, incident, recorder)
    yield from _facts(session, incident, recorder)
    yield from _phone_calls(session, incident, recorder)
    yield from _tasks(session, incident, recorder)
    yield from _callouts(session, incident, recorder)
    yield from _messages(session, incident, recorder)


def clock_table(clocks: Sequence[Mapping[str, Any]], recorder: Recorder) -> Iterator[PackedFile]:
    """The clocks as a table for people; ``clocks.json`` of the package holds them whole."""
    heads = {
        "rule_id": "规则", "title_zh": "时限", "office": "单位", "article": "依据", "duty_holder": "责任单位",
        "starts_at": "起算", "due_at": "法定截止", "strict_due_at": "从严截止", "state_zh": "状态", "met_at": "办结",
        "journal": "日志条目",
    }  # fmt: skip
    if clocks:
        rows = [{**clock, "state_zh": label(ClockState(clock["state"]), ZH)} for clock in clocks]
        made = (recorder.maker, recorder.made_at)
        yield PackedFile(SYSTEM, "时钟记录.csv", table(heads, rows), "时钟记录", *made, CSV)


def pair(
    group_no: int,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    heads: Mapping[str, str],
    recorder: Recorder,
    *,
    personal: bool = False,
) -> Iterator[PackedFile]:
    """*rows* as ``name.json`` whole and as ``name.csv`` with the columns of *heads*; nothing where there are none."""
    if not rows:
        return
    made = (recorder.maker, recorder.made_at)
    yield PackedFile(group_no, f"{name}.json", document(list(rows)), name, *made, JSON, personal)
    yield PackedFile(group_no, f"{name}.csv", table(heads, rows), name, *made, CSV, personal)


def table(heads: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A table in UTF-8 with a byte order mark; *heads* are key and heading. Times are Beijing time."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads.values())
    for row in rows:
        writer.writerow([_cell(row.get(key)) for key in heads])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def plain_row(row: Base, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A stored row as plain values by column, times as ISO-Z."""
    columns = [column.key for column in row.__table__.columns if column.key not in leave]
    return {key: plain(getattr(row, key)) for key in columns}


def plain(value: object) -> object:
    """*value* as JSON holds it."""
    return iso_utc(value) if isinstance(value, datetime) else value


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = str(value)
    if _INSTANT.fullmatch(text):
        return f"{datetime.fromisoformat(text).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    return f"'{text}" if text.startswith(_FORMULA) else text


def _kind_zh(kind: str) -> str:
    """What a fact is about, in words; a kind that no list names stands as it is."""
    field = kind.removeprefix("sheet.")
    try:
        return label(("call_field", field) if field != kind else ("fact_kind", kind), ZH)
    except NoLabelError:
        return OTHER_FACTS.get(kind, kind)


def _of(session: Session, table_: type[Base], incident: Incident) -> list[Any]:
    model: Any = table_
    return list(session.scalars(select(model).where(model.incident_id == incident.id).order_by(model.id)))


def _calls(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "id": "序号", "learned_at": "得知时间", "recorded_at": "记录时间", "received_by_name": "接报人",
        "channel": "来源", "caller_name": "报告人", "caller_unit": "报告单位", "caller_phone": "电话",
        "sheet": "接报内容",
    }  # fmt: skip
    rows = [
        {**plain_row(row), "received_by_name": recorder.names(row.received_by)} for row in _of(session, Call, incident)
    ]
    yield from pair(INTAKE, "接报记录单", rows, heads, recorder, personal=True)


def _facts(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "id": "序号", "at": "发生时间", "recorded_at": "记录时间", "recorded_by_name": "记录人", "office_code": "单位",
        "kind_zh": "事项", "data": "内容", "source": "来源",
    }  # fmt: skip
    rows = [
        {**plain_row(row), "recorded_by_name": recorder.names(row.recorded_by), "kind_zh": _kind_zh(row.kind)}
        for row in _of(session, FactRecord, incident)
    ]
    yield from pair(DUTY, "事实记录", rows, heads, recorder)
    log = [
        {"at": row["at"], "by": row["recorded_by_name"], "text": row["data"].get("text", "")}
        for row in rows
        if row["kind"] == "log.line"
    ]
    yield from pair(DUTY, "值班日志", log, {"at": "时间", "by": "记录人", "text": "内容"}, recorder)


def _phone_calls(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "rank": "次序", "name": "对方", "number": "电话", "state_zh": "结果", "made_at": "拨打时间",
        "made_by_name": "拨打人", "answered_by": "接听人", "said": "对方答复", "done": "已办", "done_at": "办结时间",
    }  # fmt: skip
    rows = [
        {
            **plain_row(row),
            "made_by_name": recorder.names(row.made_by),
            "state_zh": CALL_STATES.get(row.state, row.state),
        }
        for row in _of(session, PhoneCall, incident)
    ]
    yield from pair(DUTY, "首批电话", rows, heads, recorder, personal=True)


def _tasks(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "id": "序号", "kind": "类别", "subject": "事项", "opened_at": "提出时间", "done_at": "办结时间",
        "done_by_name": "办结人",
    }  # fmt: skip
    rows = [{**plain_row(row), "done_by_name": recorder.names(row.done_by)} for row in _of(session, Task, incident)]
    yield from pair(DUTY, "待办事项", rows, heads, recorder)


def _callouts(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    """Who was asked and what each answered; links' digests stay out, they are keys and no record."""
    heads = {
        "callout_id": "调用", "requested_at": "发出时间", "name": "专家", "employer": "单位", "phone": "电话",
        "answer": "答复", "answered_at": "答复时间", "arrives_at": "预计到达", "answer_text": "答复原文",
    }  # fmt: skip
    query = (
        select(Callout, CalloutMember, Expert)
        .join(CalloutMember, CalloutMember.callout_id == Callout.id)
        .join(Expert, Expert.id == CalloutMember.expert_id)
        .where(Callout.incident_id == incident.id)
        .order_by(CalloutMember.id)
    )
    rows = [
        {
            **plain_row(member, frozenset({"link_digest"})),
            "requested_at": plain(callout.requested_at),
            "requested_by_name": recorder.names(callout.requested_by),
            "is_whole_pool": callout.is_whole_pool,
            "expert_no": expert.expert_no,
            "name": expert.name,
            "employer": expert.employer,
            "phone": expert.phone,
        }
        for callout, member, expert in session.execute(query)
    ]
    yield from pair(EXPERTS, "专家调用记录", rows, heads, recorder, personal=True)


def _messages(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "id": "序号", "promised_at": "登记时间", "to_number": "号码", "body": "内容", "state": "状态",
        "handed_over_at": "交付时间", "delivered_at": "送达时间", "failure": "失败原因",
    }  # fmt: skip
    leave = frozenset({"leased_by", "leased_until", "next_try_at"})
    rows = [
        {**plain_row(row, leave), "body": _KEY_IN_A_LINK.sub(r"\1…", row.body)}
        for row in _of(session, OutboxMessage, incident)
    ]
    yield from pair(SYSTEM, "消息记录", rows, heads, recorder, personal=True)
