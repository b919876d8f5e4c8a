"""What a package holds of disclosure beside releases: drafts, figures, conferences, opinion, what our page showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.labels import label
from incident_desk.models import (
    ApprovedFigure,
    Base,
    DraftStep,
    Incident,
    PressConference,
    PublicOpinion,
    PublicState,
    Release,
    ReleaseDraft,
)
from incident_desk.records.package import RELEASE_GROUP, PackedFile
from incident_desk.services.archives.archive_files import Recorder, pair, plain_row

ZH = "zh_Hans"
Paper = Callable[[int, str, str, str], PackedFile]
"""Group, digest, name and title to a stored paper."""


def disclosure_files(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    """Everything of disclosure that is no release, with the signed pages and the records of conferences."""
    drafts = _of(session, ReleaseDraft, incident)
    yield from _drafts(drafts, recorder)
    yield from _steps(drafts, recorder, paper)
    yield from _figures(session, incident, recorder)
    yield from _conferences(session, incident, recorder, paper)
    yield from _opinions(session, incident, recorder)
    yield from _public_states(session, incident, recorder)
    yield from _corrections(session, incident, recorder)


def _of(session: Session, table: type[Base], incident: Incident) -> list[Any]:
    model: Any = table
    return list(session.scalars(select(model).where(model.incident_id == incident.id).order_by(model.id)))


def _drafts(drafts: list[ReleaseDraft], recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "number": "稿号", "version": "稿次", "title": "标题", "text": "正文", "writer": "拟稿人",
        "written_at": "成稿时间", "digest": "摘要值", "releases": "对应发布",
    }  # fmt: skip
    rows = [
        {
            **plain_row(version),
            "number": draft.number,
            "chain": draft.chain,
            "corrects": draft.corrects_id,
            "dropped_at": plain_row(draft)["dropped_at"],
            "title": version.snapshot["title"],
            "text": version.snapshot["text"],
            "releases": [one.release_id for one in draft.publications if one.version == version.version],
        }
        for draft in drafts
        for version in draft.versions
    ]
    yield from pair(RELEASE_GROUP, "发布稿", rows, heads, recorder, personal=True)


def _steps(drafts: list[ReleaseDraft], recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    heads = {
        "number": "稿号", "version": "稿次", "title": "环节", "outcome_zh": "结果", "person": "办理人",
        "manner_zh": "方式", "second_hearer": "旁听人", "at": "时间", "recorded_by_name": "记录人",
        "recorded_at": "记录时间", "confirmed_at": "补签时间", "note": "说明", "digest": "摘要值",
    }  # fmt: skip
    found = [(draft, step) for draft in drafts for step in draft.steps]
    rows = [
        {
            **plain_row(step),
            "number": draft.number,
            "title": draft.chain[step.step]["title"],
            "outcome_zh": label(("step_outcome", step.outcome), ZH),
            "manner_zh": label(("step_manner", step.manner), ZH),
            "recorded_by_name": recorder.names(step.recorded_by),
        }
        for draft, step in found
    ]
    yield from pair(RELEASE_GROUP, "发布审核流程", rows, heads, recorder, personal=True)
    for draft, step in found:
        if step.page_sha256:
            name = _page_name(draft, step)
            yield paper(RELEASE_GROUP, step.page_sha256, name, name)


def _page_name(draft: ReleaseDraft, step: DraftStep) -> str:
    return f"发布稿-{draft.number}-第{step.version}稿-签字页-{step.id}"


def _figures(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "kind_zh": "类别", "indicator": "指标", "point": "点位", "value": "数值", "unit_zh": "单位",
        "sampled_at": "采样时间", "source": "来源", "entered_by_name": "录入人", "entered_at": "录入时间",
        "approved_by_name": "审核人", "approved_at": "审核时间", "withdrawn_at": "撤回时间",
    }  # fmt: skip
    rows = [
        {
            **plain_row(row),
            "kind_zh": label(("figure_kind", row.kind), ZH),
            "unit_zh": label(("figure_unit", row.unit), ZH),
            "entered_by_name": recorder.names(row.entered_by),
            "approved_by_name": recorder.names(row.approved_by),
        }
        for row in _of(session, ApprovedFigure, incident)
    ]
    yield from pair(RELEASE_GROUP, "发布数据审核", rows, heads, recorder)


def _conferences(session: Session, incident: Incident, recorder: Recorder, paper: Paper) -> Iterator[PackedFile]:
    heads = {
        "id": "序号", "held_at": "时间", "place": "地点", "spokespeople": "发言人", "host": "主持人",
        "media": "到会媒体", "release_id": "对应发布", "transcript_name": "实录文件", "recorded_by_name": "登记人",
    }  # fmt: skip
    found: list[PressConference] = _of(session, PressConference, incident)
    rows = [{**plain_row(row), "recorded_by_name": recorder.names(row.recorded_by)} for row in found]
    yield from pair(RELEASE_GROUP, "新闻发布会", rows, heads, recorder, personal=True)
    for row in found:
        if row.transcript_sha256:
            name = f"新闻发布会-{row.id}-实录"
            yield paper(RELEASE_GROUP, row.transcript_sha256, name, name)


def _opinions(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "number": "序号", "kind_zh": "类别", "subject": "概要", "text": "原文", "source_zh": "渠道", "place": "出处",
        "link": "链接", "seen_at": "发现时间", "line": "口径", "answered_at": "回应时间", "answered_where": "回应处",
        "recorded_by_name": "登记人", "withdrawn_at": "撤回时间",
    }  # fmt: skip
    rows = [
        {
            **plain_row(row),
            "kind_zh": label(("opinion_kind", row.kind), ZH),
            "source_zh": label(("opinion_source", row.source), ZH),
            "recorded_by_name": recorder.names(row.recorded_by),
        }
        for row in _of(session, PublicOpinion, incident)
    ]
    yield from pair(RELEASE_GROUP, "舆情应对", rows, heads, recorder, personal=True)


def _public_states(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {"from_at": "起", "to_at": "止", "shown": "公众页面内容", "digest": "摘要值"}
    rows = [plain_row(row) for row in _of(session, PublicState, incident)]
    yield from pair(RELEASE_GROUP, "公众页面留痕", rows, heads, recorder)


def _corrections(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    """Which release corrects which, and what each promised; a release's own snapshot holds its words only."""
    heads = {
        "release": "发布", "title": "标题", "published_at": "发布时间", "corrects": "更正",
        "next_notice_at": "下次发布",
    }  # fmt: skip
    releases: list[Release] = _of(session, Release, incident)
    rows = [
        {
            "release": row.id,
            "title": row.title,
            "published_at": plain_row(row)["published_at"],
            "corrects": row.corrects_id,
            "next_notice_at": plain_row(row)["next_notice_at"],
        }
        for row in releases
        if row.corrects_id or row.next_notice_at
    ]
    yield from pair(RELEASE_GROUP, "更正与下次发布", rows, heads, recorder)
