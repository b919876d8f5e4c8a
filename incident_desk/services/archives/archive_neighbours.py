"""What a package holds of notices to neighbours: letters, how each was given, files for other desks, the advice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.labels import label
from incident_desk.domain.neighbours.notices import NoticeWay, notice_from
from incident_desk.models import Incident, NeighbourAdvice, NeighbourNotice, ReceivedNotice
from incident_desk.records.neighbour_letter import letter_docx
from incident_desk.records.package import PackedFile
from incident_desk.services.archives.archive_files import JSON, Recorder, pair, plain, plain_row

NOTICES = 4
ZH = "zh_Hans"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"

Paper = Callable[..., PackedFile]
Snapshot = Callable[[str, Mapping[str, Any], str | None], bytes]


def neighbour_files(
    session: Session, incident: Incident, recorder: Recorder, paper: Paper, snapshot: Snapshot
) -> Iterator[PackedFile]:
    """Group 4 of the package.

    *paper* gives a stored original by its digest; *snapshot* the bytes that were digested, and it refuses a row that
    gives another digest now.
    """
    rows = session.scalars(
        select(NeighbourNotice).where(NeighbourNotice.incident_id == incident.id).order_by(NeighbourNotice.number)
    ).all()
    for row in rows:
        yield from _notice(row, recorder, paper, snapshot)
    yield from _acts(rows, recorder)
    yield from _advice(session, incident, recorder, paper)
    yield from _received(session, incident, recorder, paper)


def _notice(row: NeighbourNotice, recorder: Recorder, paper: Paper, snapshot: Snapshot) -> Iterator[PackedFile]:
    notice = notice_from(row.snapshot)
    content = snapshot(f"通报第{row.number}号", row.snapshot, row.digest)
    name = f"通报第{row.number}号-{notice.to_name}{'（作废稿）' if row.dropped_at else ''}"
    made = (recorder.names(row.drafted_by), notice.made_at)
    yield PackedFile(NOTICES, f"{name}.json", content, notice.title, *made, JSON)
    if row.document_sha256:
        yield paper(NOTICES, row.document_sha256, f"{name}.docx", notice.title, DOCX)
    else:
        yield PackedFile(NOTICES, f"{name}.docx", letter_docx(notice), f"{notice.title}（未发出）", *made, DOCX)
    if row.file_sha256:
        yield paper(NOTICES, row.file_sha256, f"{name}-系统文件.zip", f"{notice.title} 系统文件", ZIP)
    for act in row.acts:
        if act.proof_sha256:
            way = label(NoticeWay(act.way), ZH)
            yield paper(NOTICES, act.proof_sha256, f"{name}-凭据-{act.id}", f"{notice.to_name} {way}凭据")


def _acts(rows: Sequence[NeighbourNotice], recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "notice": "通报", "to": "接收单位", "way_zh": "方式", "at": "发出时间", "number_rung": "拨打号码",
        "answered_by": "接收人", "read_back": "复诵", "received_at": "收到时间", "proof": "凭据",
        "recorded_by_name": "记录人", "withdrawn_at": "撤回时间", "withdrawn_reason": "撤回原因",
        "reply_text": "对方回复", "replied_by": "回复人", "replied_at": "回复时间",
    }  # fmt: skip
    said = []
    for row in rows:
        notice = notice_from(row.snapshot)
        reply = {name: plain(getattr(row, name)) for name in ("reply_text", "replied_by", "replied_at")}
        said += [
            {
                **plain_row(act), **reply, "notice": notice.document_no, "to": notice.to_name,
                "way_zh": label(NoticeWay(act.way), ZH), "recorded_by_name": recorder.names(act.recorded_by),
            }
            for act in row.acts
        ]  # fmt: skip
    yield from pair(NOTICES, "相邻通报记录", said, heads, recorder, personal=True)


def _advice(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    heads = {
        "number": "序号", "addressee": "对象", "text": "建议内容", "neighbours": "建议通报地区", "how_zh": "方式",
        "at": "时间", "receiver_name": "接收人", "proof": "凭据", "recorded_by_name": "记录人",
        "withdrawn_at": "撤回时间", "withdrawn_reason": "撤回原因",
    }  # fmt: skip
    query = select(NeighbourAdvice).where(NeighbourAdvice.incident_id == incident.id).order_by(NeighbourAdvice.number)
    rows = session.scalars(query).all()
    said = [
        {
            **plain_row(row), "how_zh": label(("delivery_channel", row.how), ZH),
            "recorded_by_name": recorder.names(row.recorded_by),
        }
        for row in rows
    ]  # fmt: skip
    yield from pair(NOTICES, "建议本级政府通报", said, heads, recorder, personal=True)
    for row in rows:
        if row.proof_sha256:
            yield paper(NOTICES, row.proof_sha256, f"建议本级政府通报-凭据-{row.number}", "建议本级政府通报凭据")


def _received(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    """Files that came from neighbours, byte for byte, with who took them."""
    heads = {
        "identifier": "编号", "sender_name": "发送单位", "sender_case_no": "对方案件", "sender_key": "密钥指纹",
        "received_at": "收到时间", "taken_at": "接收登记时间", "taken_by_name": "登记人", "sha256": "SHA-256",
    }  # fmt: skip
    query = select(ReceivedNotice).where(ReceivedNotice.incident_id == incident.id).order_by(ReceivedNotice.id)
    rows = session.scalars(query).all()
    said = [{**plain_row(row), "taken_by_name": recorder.names(row.taken_by)} for row in rows]
    yield from pair(NOTICES, "收到的相邻通报", said, heads, recorder, personal=True)
    for row in rows:
        yield paper(NOTICES, row.sha256, f"收到-{row.identifier}.zip", f"{row.sender_name}通报文件", ZIP)


def has_notices(session: Session, incident: Incident) -> bool:
    """Whether *incident* has anything for group 4."""
    return any(
        session.scalar(select(table.id).where(table.incident_id == incident.id).limit(1)) is not None
        for table in (NeighbourNotice, NeighbourAdvice, ReceivedNotice)
    )
