"""The text to begin a paper with: what the case knows, and named blanks for what a person decides."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.china_time import zh_due_time, zh_time
from incident_desk.domain.command.papers import PaperKind, title_of
from incident_desk.domain.command.response import ResponseStep
from incident_desk.domain.labels import label
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import VERIFYING, ReportValues
from incident_desk.models import ClockRecord, FactRecord, Incident
from incident_desk.paths import templates_dir
from incident_desk.services.command import response
from incident_desk.services.reports import report_values

ZH = "zh_Hans"
BLANK = "［填写］"
LIMITS = {"D1": "权威信息应于{due}前发布", "D2": "新闻发布会应于{due}前召开", "D3": "本单位两微一端应于{due}前发布"}
"""What a release is due by, of the open clocks of the case."""


@dataclass(frozen=True, slots=True)
class PaperBeginning:
    """What a paper begins with: to whom, from whom, its title and its text, and who answers questions about it."""

    addressee: str
    office_name: str
    title: str
    text: str
    contact: str
    contact_phone: str


def begin(
    session: Session, incident: Incident, kind: PaperKind, *, office: str, number: int, actor: Actor, now: datetime
) -> PaperBeginning:
    """The beginning of paper *number* of *office*; no number of a caller and no plate stands in it."""
    values, _rests_on = report_values.values_of(session, incident, office=office, actor=actor, now=now, sequence=number)
    offices = Rulebook.shipped().offices
    region = values.region or ""
    return PaperBeginning(
        addressee=offices.government_zh(office),
        office_name=values.reporter_unit or "",
        title=title_of(kind, region=region, substances=values.substances, exercise=incident.is_exercise),
        text=_text(session, incident, kind, values, office=office, now=now),
        contact=values.contact or "",
        contact_phone=values.contact_phone or "",
    )


def _text(
    session: Session, incident: Incident, kind: PaperKind, values: ReportValues, *, office: str, now: datetime
) -> str:
    said = {
        "what": f"{values.region or ''}{_about(values)}突发环境事件",
        "situation": _situation(values, now),
        "judgement": _judgement(values),
        "intakes": _sentence("；".join(line.text_zh() for line in values.intakes)),
        "supply": _sentence("；".join(f"{line.name}{line.state_zh()}" for line in values.intakes)) or BLANK,
        "running": _running(incident, session),
        "limits": _limits(session, incident),
        "government": Rulebook.shipped().offices.government_zh(office),
        "pollutant": "、".join(values.substances) or f"污染物质{VERIFYING}",
        "range": f"{values.medium}［写明受影响和未受影响的范围］" if values.medium else BLANK,
        "trend": _sentence(values.trend or "") or f"对相邻地区的影响{VERIFYING}。",
        "neighbours": _neighbours(session, incident),
    }
    return _template(kind).substitute(said)


def _about(values: ReportValues) -> str:
    return f"涉{'、'.join(values.substances)}" if values.substances else ""


def _situation(values: ReportValues, now: datetime) -> str:
    """What happened, with what, to whom, and what was done; a value that nobody knows says so."""
    when = values.occurred or f"（事发时间{VERIFYING}）"
    where = _joined(values.region or "", values.place or f"（地点{VERIFYING}）")
    because = f"{values.cause}引发的" if values.cause else ""
    happened = f"{when}，{where}发生{because}{_about(values)}突发环境事件。"
    parts = [
        _sentence("，".join(amount.text_zh() for amount in values.amounts)),
        _sentence(f"受影响的环境要素：{values.medium}" if values.medium else ""),
        _sentence(f"人员情况：{values.casualties or VERIFYING}"),
        _sentence(f"截至{zh_time(now)}，已采取的措施：{values.measures_taken}" if values.measures_taken else ""),
    ]
    return happened + "".join(parts)


def _joined(region: str, place: str) -> str:
    """*place* after *region*, without saying twice what *place* begins with: ……十堰市竹山县 and 竹山县堵河桥."""
    shared = next((at for at in range(len(region)) if place.startswith(region[at:])), len(region))
    return region[:shared] + place


def _judgement(values: ReportValues) -> str:
    grade = _sentence(values.grade_line or "事件级别尚未判明")
    named = _sentence(f"本次事件涉及下列情形：{'；'.join(values.triggers)}" if values.triggers else "")
    return f"{grade}{named}{_sentence(values.trend or '')}"


def _running(incident: Incident, session: Session) -> str:
    """What runs now by the record, so that a proposal to change or end it says what it changes."""
    last = response.runs_since(incident, session)
    if last is None or last.step is ResponseStep.ENDED:
        return "应急响应于［写明启动时间、启动机关、文号和级别］启动。"
    word = {ResponseStep.STARTED: "启动", ResponseStep.CHANGED: "调整为"}[last.step]
    return f"应急响应于{zh_time(last.at)}{word}{label(('response_level', last.level), ZH)}。"


def _limits(session: Session, incident: Incident) -> str:
    rows = session.scalars(
        select(ClockRecord)
        .where(ClockRecord.incident_id == incident.id, ClockRecord.is_open, ClockRecord.rule_id.in_(LIMITS))
        .order_by(ClockRecord.rule_id, ClockRecord.id)
    )
    told = {row.rule_id: LIMITS[row.rule_id].format(due=zh_due_time(row.due_at)) for row in rows if row.due_at}
    return _sentence("；".join(told.values())) or "按照信息公开时限要求及时发布。"


def _neighbours(session: Session, incident: Incident) -> str:
    """The governments of the neighbours that may be affected, in the order in which they became known."""
    query = select(FactRecord).where(
        FactRecord.incident_id == incident.id, FactRecord.kind == FactKind.NEIGHBOUR_AFFECTED.value,
        FactRecord.withdrawn_at.is_(None),
    )  # fmt: skip
    offices = Rulebook.shipped().offices
    codes = dict.fromkeys(str(fact.data["office"]) for fact in session.scalars(query.order_by(FactRecord.at)))
    return "、".join(offices.government_zh(code) for code in codes) or "［写明相邻地区人民政府］"


def _sentence(text: str) -> str:
    """*text* with its full stop; nothing stays nothing."""
    plain = text.strip().rstrip("。；")
    return f"{plain}。" if plain else ""


@cache
def _template(kind: PaperKind) -> string.Template:
    return string.Template((templates_dir() / "documents" / "command" / f"{kind.value}.txt").read_text("utf-8").strip())
