"""The five first moments by what is on record: reports, arrivals, samples, releases, the investigation.

What another part of the desk records is read where it stands; nothing on record is said as such.
"""

from __future__ import annotations

from sqlalchemy import select

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.closing.first_moments import Act, FirstMoment, MomentLine, Target, line, presets, scene_preset
from incident_desk.domain.closing.investigation import InvestigationStep
from incident_desk.domain.closing.said import NOTHING, Said, at
from incident_desk.domain.law.legal_codes import Issuer, ReportKind
from incident_desk.models import (
    ApprovedFigure,
    ClockRecord,
    Evidence,
    FactRecord,
    Incident,
    InvestigationAct,
    Release,
    Report,
    SceneJourney,
)
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.reports.report_recipients import FIRST_REPORT_RULES

IN_THE_GOVERNMENTS_NAME = (Issuer.GOVERNMENT.value, Issuer.COMMAND.value)
SAMPLES = ("sample", "reading")
"""Kinds of evidence that are data; a photograph is none."""


def lines_of(session: AnySession, incident: Incident) -> tuple[MomentLine, ...]:
    """The five lines of a case, in the order of the ministry."""
    arrival = _arrival(session, incident)
    return (
        _report(session, incident),
        _scene(session, incident, arrival),
        _monitoring(session, incident, arrival),
        _release(session, incident),
        _investigation(session, incident),
    )


def _report(session: AnySession, incident: Incident) -> MomentLine:
    query = select(Report).where(Report.incident_id == incident.id, Report.report_kind == ReportKind.INITIAL.value)
    rows = session.scalars(query.order_by(Report.number)).all()
    target = _report_target(session, incident)
    filed = min(
        (row for row in rows if row.filed_at is not None), key=lambda row: row.filed_at or row.drafted_at, default=None
    )
    if filed is not None and filed.filed_at is not None:
        count = str(len(filed.deliveries))
        words = at(
            "第{number}报于{at}送达全部{count}个报送对象", "Report {number} reached all {count} recipients at {at}",
            filed.filed_at, number=str(filed.number), count=count,
        )  # fmt: skip
        return line(FirstMoment.REPORT, (Act(filed.filed_at, words, f"/reports/{filed.number}"),), target=target)
    sent = next((row for row in rows if any(one.sent_at for one in row.deliveries)), None)
    if sent is not None:
        first = min(one.sent_at for one in sent.deliveries if one.sent_at is not None)
        lacking = "、".join(one.name for one in sent.deliveries if one.reached_at is None and not one.proof_sha256)
        words = at("第{number}报{at}发出", "Report {number} sent at {at}", first, number=str(sent.number))
        missing = Said(f"尚无送达凭据：{lacking}", f"no proof of delivery yet: {lacking}")
        return line(FirstMoment.REPORT, (Act(first, words, f"/reports/{sent.number}"),), missing=missing, target=target)
    return line(
        FirstMoment.REPORT,
        (),
        missing=Said("尚无送达全部对象的初报", "no first report has reached everybody"),
        target=target,
    )


def _report_target(session: AnySession, incident: Incident) -> Target | None:
    """The nearest legal limit of a first report of this office."""
    rows = session.scalars(
        select(ClockRecord).where(
            ClockRecord.incident_id == incident.id, ClockRecord.office_code == incident.office_code,
            ClockRecord.rule_id.in_(FIRST_REPORT_RULES),
        )
    )  # fmt: skip
    clocks = [clock for row in rows if (clock := row.to_domain()).is_live and clock.due_at is not None]
    nearest = min(clocks, key=lambda clock: clock.due_at or clock.starts_at, default=None)
    if nearest is None or nearest.due_at is None:
        return None
    return Target(nearest.due_at, Said(nearest.title_zh, nearest.title), False, nearest.article)


def _arrival(session: AnySession, incident: Incident) -> Act | None:
    """The first arrival on record: said from the field, or of a head."""
    said = session.scalars(
        select(FactRecord.at).where(
            FactRecord.incident_id == incident.id, FactRecord.kind == "field.arrived", FactRecord.withdrawn_at.is_(None)
        )
    ).all()
    heads = session.scalars(
        select(SceneJourney.arrived_at).where(
            SceneJourney.incident_id == incident.id, SceneJourney.withdrawn_at.is_(None),
            SceneJourney.arrived_at.is_not(None),
        )
    ).all()  # fmt: skip
    acts = [
        Act(moment, at("现场人员{at}到达", "field staff arrived at {at}", moment), "/evidence") for moment in said
    ] + [
        Act(moment, at("负责人{at}到达现场", "a head arrived at {at}", moment), "/command/scene")
        for moment in heads
        if moment is not None
    ]
    return min(acts, key=lambda act: act.at, default=None)


def _scene(session: AnySession, incident: Incident, arrival: Act | None) -> MomentLine:
    region = facts.current_values(incident.id, session).get(CallField.REGION_CODE)
    code = str(region.data.get("value") or "") if region is not None else ""
    target = scene_preset(code or incident.office_code).after(incident.learned_at)
    missing = NOTHING if arrival else Said("尚无到达现场的记录", "no arrival on record")
    return line(FirstMoment.SCENE, (arrival,) if arrival else (), missing=missing, target=target)


def _monitoring(session: AnySession, incident: Incident, arrival: Act | None) -> MomentLine:
    """Filled by the first sample or figure; a photograph or an arrival alone shows that work began, and no data."""
    target = presets()["monitoring_sample"].after(arrival.at if arrival else None)
    sample = _first_sample(session, incident)
    if sample is not None:
        return line(FirstMoment.MONITORING, (sample,), target=target)
    query = select(Evidence).where(Evidence.incident_id == incident.id).order_by(Evidence.received_at, Evidence.id)
    photograph = session.scalar(query.limit(1))
    if photograph is not None:
        words = at("首张现场照片{at}收到", "first photograph received at {at}", photograph.received_at)
        shown: tuple[Act, ...] = (Act(photograph.received_at, words, "/evidence"),)
    else:
        shown = (arrival,) if arrival else ()
    return line(
        FirstMoment.MONITORING,
        shown,
        missing=Said("尚无采样或者监测数据记录", "no sample and no figure on record"),
        target=target,
    )


def _first_sample(session: AnySession, incident: Incident) -> Act | None:
    figures = session.scalars(
        select(ApprovedFigure.sampled_at).where(
            ApprovedFigure.incident_id == incident.id, ApprovedFigure.withdrawn_at.is_(None),
            ApprovedFigure.sampled_at.is_not(None),
        )
    ).all()  # fmt: skip
    readings = session.scalars(
        select(Evidence.received_at).where(Evidence.incident_id == incident.id, Evidence.kind.in_(SAMPLES))
    ).all()
    acts = [
        Act(moment, at("首个样品{at}采集", "first sample taken at {at}", moment), "/releases/figures")
        for moment in figures
        if moment is not None
    ] + [
        Act(moment, at("首份监测记录{at}收到", "first reading received at {at}", moment), "/evidence")
        for moment in readings
    ]
    return min(acts, key=lambda act: act.at, default=None)


def _release(session: AnySession, incident: Incident) -> MomentLine:
    query = select(Release).where(
        Release.incident_id == incident.id, Release.withdrawn_at.is_(None),
        Release.issuer.in_(IN_THE_GOVERNMENTS_NAME),
    )  # fmt: skip
    row = session.scalar(query.order_by(Release.published_at, Release.id).limit(1))
    target = presets()["release"].after(incident.occurred_at or incident.learned_at)
    if row is None:
        missing = Said("尚无政府或者指挥部发布的权威信息", "nothing published by the government or its command yet")
        return line(FirstMoment.RELEASE, (), missing=missing, target=target)
    words = at("{account}{at}发布《{title}》", "{account} published “{title}” at {at}", row.published_at,
               account=row.account, title=row.title)  # fmt: skip
    return line(FirstMoment.RELEASE, (Act(row.published_at, words, f"/releases/{row.id}"),), target=target)


def _investigation(session: AnySession, incident: Incident) -> MomentLine:
    query = select(InvestigationAct).where(
        InvestigationAct.incident_id == incident.id, InvestigationAct.withdrawn_at.is_(None)
    )
    first: dict[str, InvestigationAct] = {}
    for row in session.scalars(query.order_by(InvestigationAct.at, InvestigationAct.id)):
        first.setdefault(row.step, row)
    acts = tuple(Act(row.at, _investigation_words(row), "/closing#investigation") for row in first.values())
    lacking_zh = {
        InvestigationStep.INVESTIGATOR_NAMED: "尚未明确调查人员",
        InvestigationStep.EVIDENCE_PRESERVED: "尚无固定证据的记录",
    }  # fmt: skip
    lacking_en = {
        InvestigationStep.INVESTIGATOR_NAMED: "no investigator named",
        InvestigationStep.EVIDENCE_PRESERVED: "no evidence preserved on record",
    }
    open_steps = [step for step in InvestigationStep if step.value not in first]
    missing = Said(
        "，".join(lacking_zh[step] for step in open_steps), ", ".join(lacking_en[step] for step in open_steps)
    )
    target = presets()["investigation"].after(incident.learned_at)
    return line(FirstMoment.INVESTIGATION, acts, missing=missing, target=target)


def _investigation_words(row: InvestigationAct) -> Said:
    if row.step == InvestigationStep.INVESTIGATOR_NAMED.value:
        who = "，".join(part for part in (row.name, row.unit) if part)
        return at("{at}明确调查人员：{who}", "investigator named at {at}: {who}", row.at, who=who)
    return at("{at}固定证据：{text}", "evidence preserved at {at}: {text}", row.at, text=row.text)
