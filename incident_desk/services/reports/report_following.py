"""What a report carries on from the one before: an officer's words, and what the case has learned since.

Words stay as long as the case itself says nothing new in their field; what is new is listed with its time under
处置进展, in official words, and goes out with the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.china_time import china_date, clock_zh, zh_time
from incident_desk.domain.labels import label
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.reports.report_titles import part_zh
from incident_desk.domain.reports.report_wording import TITLE, printable_line
from incident_desk.domain.reports.reporting import ReportDraft, ReportValues, draft_report
from incident_desk.models import Evidence, FactRecord, Incident, PhoneCall, Report
from incident_desk.services.cases import facts
from incident_desk.services.reports.report_rows import automatic_draft, draft_of

_F = CallField
FIELD_FACTS: Mapping[str, tuple[CallField, ...]] = {
    "occurred": (_F.OCCURRED,), "place": (_F.PLACE_TEXT,), "region": (_F.REGION_CODE,),
    "coordinates": (_F.COORDINATES,), "info_source": (_F.CHANNEL,), "medium": (_F.MEDIA, _F.WATER_BODY),
    "cause": (_F.CAUSE,), "course": (_F.COURSE, _F.PLATE, _F.CARRIER, _F.WAYBILL),
    "pollutants": (_F.SUBSTANCE, _F.UN_NO, _F.CAS_NO), "amounts": (_F.CARRIED, _F.LEAKED, _F.INTO_WATER),
    "casualties": (_F.DEAD, _F.INJURED, _F.POISONED, _F.EVACUATED, _F.CASUALTY_CAUSE), "intakes": (_F.INTAKES,),
}  # fmt: skip
"""Answers of the call sheet behind each field of a report."""

BY_EVENT = {
    FactKind.RESPONSE_STARTED, FactKind.DISPOSAL_ENDED, FactKind.EMERGENCY_ENDED, FactKind.NEIGHBOUR_NOTICED,
    FactKind.ASSESSMENT_STARTED, FactKind.ALL_POINTS_BELOW_LIMIT,
}  # fmt: skip
"""Facts that are progress by themselves."""

TOLD_BY_CALLS = "measures_taken"
SAID_SHORTLY = {"receptors": "下游敏感点到达时间已重新推算，见“敏感点受影响情况”", "trend": ""}
"""Fields whose whole text would say everything twice."""

NOT_NEWS = frozenset(
    {
        *("report_no", "learned", "progress", "photos", "sketch_map", "secret_items", "reporter_unit", "signatory"),
        *("contact", "contact_phone", TOLD_BY_CALLS),
    }
)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that the case has learned since a report, as a report says it; ``at`` None where no time is known."""

    at: datetime | None
    text: str


def last_report(session: Session, incident_id: int, office: str, *, before: int | None = None) -> Report | None:
    """The report of *office* to carry on: the newest that went out, else the newest signed, else the newest drafted."""
    query = select(Report).where(Report.incident_id == incident_id, Report.office_code == office)
    if before is not None:
        query = query.where(Report.number < before)
    rows = list(session.scalars(query.order_by(Report.number.desc())))
    sent = (row for row in rows if any(one.sent_at is not None for one in row.deliveries))
    signed = (row for row in rows if row.signed_at is not None)
    return next(sent, None) or next(signed, None) or next(iter(rows), None)


def carried_texts(previous: Report, now_known: ReportDraft) -> dict[str, str]:
    """The words of *previous* that still stand: those of fields in which the case says what it said then.

    Title and progress are of one report alone.
    """
    then = {line.field: line.text for line in automatic_draft(previous).lines if line.known}
    now = {line.field: line.text for line in now_known.lines if line.known}
    return {
        field: text
        for field, text in previous.texts.items()
        if field not in (TITLE, "progress") and (field not in now or now[field] == then.get(field))
    }


def news_since(
    session: Session, incident: Incident, previous: Report, values: ReportValues, *, now: datetime
) -> tuple[News, ...]:
    """What the case has learned since *previous* was written, oldest first; what has no time comes last."""
    found = [
        *_fields(session, incident, previous, values, now),
        *_calls(session, incident, previous),
        *_events(session, incident, previous),
        *_photographs(session, incident, previous),
    ]
    return tuple(sorted(found, key=lambda one: (one.at is None, one.at or now)))


def progress_zh(news: Iterable[News], previous: Report) -> str | None:
    """The news as the text of 处置进展; None where there is none."""
    day = None
    parts = []
    for one in news:
        when = ""
        if one.at is not None:
            when = clock_zh(one.at) if china_date(one.at) == day else zh_time(one.at)
            day = china_date(one.at)
        parts.append(f"{when}{'，' if when else ''}{one.text}")
    if not parts:
        return None
    draft = draft_of(previous)
    named = f"第{draft.sequence}报（{part_zh(draft.kind, previous.follow_up_no)}，{zh_time(draft.made_at)}）"
    return f"{named}以来：{'；'.join(parts)}。"


def _fields(
    session: Session, incident: Incident, previous: Report, values: ReportValues, now: datetime
) -> Iterable[News]:
    """Fields in which the case says something else than the report before did."""
    draft = draft_of(previous)
    said = {line.field: line for line in draft.lines}
    then = {line.field: line.text for line in automatic_draft(previous).lines}
    fresh = draft_report(values, now, kind=draft.kind, form=draft.form)
    for line in fresh.lines:
        before = said.get(line.field)
        if line.field in NOT_NEWS or not line.known or line.text == then.get(line.field):
            continue
        if before is not None and before.text == line.text:
            continue
        text = SAID_SHORTLY.get(line.field)
        if text is None:
            verb = "更新为" if before is not None and before.known else "已查明"
            text = f"{line.label_zh}{verb}：{printable_line(line.text)}"
        if text:
            yield News(_known_at(session, incident, previous, line.field), text)


def _known_at(session: Session, incident: Incident, previous: Report, field: str) -> datetime | None:
    """When the newest fact behind *field* was so; a judgement of the grade has its own time."""
    kinds = [f"{facts.SHEET}{code.value}" for code in FIELD_FACTS.get(field, ())]
    if field in ("grade_line", "grade_basis"):
        kinds = [FactKind.GRADE_CHANGED.value]
    query = select(FactRecord.at).where(
        FactRecord.incident_id == incident.id, FactRecord.kind.in_(kinds), FactRecord.withdrawn_at.is_(None),
        FactRecord.version > _version_of(previous),
    )  # fmt: skip
    return session.scalar(query.order_by(FactRecord.at.desc()).limit(1)) if kinds else None


def _calls(session: Session, incident: Incident, previous: Report) -> Iterable[News]:
    rows = session.scalars(
        select(PhoneCall).where(
            PhoneCall.incident_id == incident.id, PhoneCall.state == "answered",
            PhoneCall.made_at > draft_of(previous).made_at,
        )
    )  # fmt: skip
    for row in rows:
        yield News(row.made_at, printable_line(f"电话通知{row.name}" + (f"，{row.done}" if row.done else "")))


def _events(session: Session, incident: Incident, previous: Report) -> Iterable[News]:
    wanted = [*(kind.value for kind in BY_EVENT), "field.arrived"]
    rows = session.scalars(
        select(FactRecord).where(
            FactRecord.incident_id == incident.id, FactRecord.kind.in_(wanted), FactRecord.withdrawn_at.is_(None),
            FactRecord.version > _version_of(previous),
        )
    )  # fmt: skip
    for row in rows:
        arrived = row.kind == "field.arrived"
        yield News(row.at, "现场人员到达现场" if arrived else label(("fact_kind", row.kind), "zh_Hans"))


def _photographs(session: Session, incident: Incident, previous: Report) -> Iterable[News]:
    newest = max(previous.basis.get("photographs") or [0])
    rows = session.scalars(
        select(Evidence).where(Evidence.incident_id == incident.id, Evidence.kind == "photo", Evidence.id > newest)
    ).all()
    if rows:
        yield News(max(row.received_at for row in rows), f"收到现场照片{len(rows)}张")


def _version_of(previous: Report) -> int:
    return int(previous.basis.get("case_version", 0))
