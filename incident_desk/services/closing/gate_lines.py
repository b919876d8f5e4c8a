"""The closing gate of a case, computed from its record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.closing.gate import Gate, GateFinding, GateLine, GateState
from incident_desk.domain.closing.said import Said, at
from incident_desk.domain.closing.three_checks import Point, ThreeCheck, standing
from incident_desk.domain.law.legal_codes import FactKind, ReportKind
from incident_desk.models import (
    ArchivePackage,
    ArchiveSending,
    CheckPoint,
    ClockRecord,
    Incident,
    PackageCheck,
    Release,
    Report,
    ResponseAct,
)
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession

INVESTIGATION_RULES = frozenset({"P1", "P2"})
ASSESSMENT_RULES = frozenset({"P3", "P4", "P5"})


def gate_of(session: AnySession, incident: Incident, *, now: datetime) -> Gate:
    """Every line of the gate as the record gives it at *now*."""
    return Gate(
        (
            _response(session, incident),
            _result_report(session, incident),
            _disclosure(session, incident),
            _three_checks(session, incident, now),
            _clocks(
                session, incident, GateLine.INVESTIGATION, INVESTIGATION_RULES, now=now,
                not_begun=Said("应急终止尚未记录，或者级别尚未判明，调查时限未起算",
                     "the end of the emergency or the grade is not on record, so no investigation clock runs"),
            ),
            _clocks(
                session, incident, GateLine.ASSESSMENT, ASSESSMENT_RULES, now=now,
                not_begun=Said("处置结束尚未记录，或者级别尚未判明，损失评估时限未起算",
                     "the end of the disposal or the grade is not on record, so no assessment clock runs"),
            ),
            _package_sound(session, incident),
            _package_received(session, incident),
        )
    )  # fmt: skip


def points_of(session: AnySession, incident: Incident) -> list[CheckPoint]:
    """The points of the three checks that stand, in the order of their day."""
    query = select(CheckPoint).where(CheckPoint.incident_id == incident.id, CheckPoint.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(CheckPoint.due_at, CheckPoint.id)))


def point(row: CheckPoint) -> Point:
    """A stored point as a domain value."""
    return Point(ThreeCheck(row.matter), row.due_at, row.done_at, row.accepted_at)


def newest_package(session: AnySession, incident: Incident) -> ArchivePackage | None:
    """The package that was exported last."""
    query = select(ArchivePackage).where(ArchivePackage.incident_id == incident.id)
    return session.scalar(query.order_by(ArchivePackage.id.desc()).limit(1))


def newest_check(session: AnySession, package: ArchivePackage) -> PackageCheck | None:
    """The last check of a package."""
    query = select(PackageCheck).where(PackageCheck.package_id == package.id)
    return session.scalar(query.order_by(PackageCheck.id.desc()).limit(1))


def _met(line: GateLine, words: Said, moment: datetime | None, path: str) -> GateFinding:
    return GateFinding(line, GateState.MET, words, moment, path)


def _unmet(line: GateLine, zh: str, en: str, path: str) -> GateFinding:
    return GateFinding(line, GateState.UNMET, Said(zh, en), None, path)


def _response(session: AnySession, incident: Incident) -> GateFinding:
    line, path = GateLine.RESPONSE_ENDED, "/command/response"
    fact = facts.newest(incident.id, FactKind.EMERGENCY_ENDED, session)
    if fact is None:
        return _unmet(line, "尚无应急响应终止的记录", "the end of the response is not on record", path)
    act = session.scalar(
        select(ResponseAct)
        .where(
            ResponseAct.incident_id == incident.id, ResponseAct.subject == "response", ResponseAct.step == "ended",
            ResponseAct.withdrawn_at.is_(None),
        )
        .order_by(ResponseAct.at.desc())
        .limit(1)
    )  # fmt: skip
    if act is None:
        words = at("{at}应急终止，未记录决定机关", "ended at {at}; by whom is not on record", fact.at)
    else:
        number = f"（{act.document_no}）" if act.document_no else ""
        words = at("{body}决定{at}终止应急响应{number}", "{body} ended the response at {at} {number}", act.at,
                   body=act.body, number=number)  # fmt: skip
    return _met(line, words, fact.at, path)


def _result_report(session: AnySession, incident: Incident) -> GateFinding:
    line = GateLine.RESULT_REPORT
    query = select(Report).where(Report.incident_id == incident.id, Report.report_kind == ReportKind.RESULT.value)
    rows = session.scalars(query.order_by(Report.number)).all()
    filed = next((row for row in rows if row.filed_at is not None), None)
    if filed is not None and filed.filed_at is not None:
        words = at("第{number}报（处理结果报告）{at}送达全部对象", "Report {number} (result) reached everybody at {at}",
                   filed.filed_at, number=str(filed.number))  # fmt: skip
        return _met(line, words, filed.filed_at, f"/reports/{filed.number}")
    if not rows:
        return _unmet(line, "尚未起草处理结果报告", "no result report is drafted yet", "/reports")
    lacking = "、".join(one.name for one in rows[-1].deliveries if one.sent_at is None) or "送达凭据"
    zh, en = f"处理结果报告尚未送达：{lacking}", f"the result report has not reached: {lacking}"
    return _unmet(line, zh, en, f"/reports/{rows[-1].number}")


def _disclosure(session: AnySession, incident: Incident) -> GateFinding:
    """The last word to the public: published after the emergency ended, and promising no further one."""
    line = GateLine.DISCLOSURE_ENDED
    query = select(Release).where(Release.incident_id == incident.id, Release.withdrawn_at.is_(None))
    last = session.scalar(query.order_by(Release.published_at.desc(), Release.id.desc()).limit(1))
    ended = facts.newest(incident.id, FactKind.EMERGENCY_ENDED, session)
    if last is None:
        return _unmet(line, "尚无信息发布记录", "no release is on record", "/releases")
    path = f"/releases/{last.id}"
    if ended is None or last.published_at < ended.at:
        return _unmet(
            line, "应急终止后尚未发布终结公告", "nothing was published after the emergency ended", "/releases"
        )
    if last.next_notice_at is not None:
        return _unmet(
            line,
            f"最后一次发布《{last.title}》还预告了下次发布",
            f"the last release “{last.title}” promises another",
            path,
        )
    words = at("{at}发布《{title}》", "“{title}” published at {at}", last.published_at, title=last.title)
    return _met(line, words, last.published_at, path)


def _three_checks(session: AnySession, incident: Incident, now: datetime) -> GateFinding:
    line, path = GateLine.THREE_CHECKS, "/closing#three-checks"
    rows = points_of(session, incident)
    found = standing([point(row) for row in rows], now)
    names = {ThreeCheck.CAUSE: ("原因", "cause"), ThreeCheck.RESPONSIBILITY: ("责任", "responsibility"),
             ThreeCheck.CORRECTION: ("整改", "correction")}  # fmt: skip
    lacking = [
        (f"{names[one.check][0]}{'有逾期事项' if one.points else '未落实'}",
         f"{names[one.check][1]} {'overdue' if one.points else 'without a point'}")
        for one in found
        if not one.is_held
    ]  # fmt: skip
    if lacking:
        return _unmet(line, "，".join(zh for zh, _ in lacking), ", ".join(en for _, en in lacking), path)
    done, points = sum(one.done for one in found), sum(one.points for one in found)
    settled = [moment for row in rows if (moment := point(row).settled_at) is not None]
    words = Said(
        f"共{points}项，办结{done}项，其余已明确责任单位和期限", f"{points} points, {done} done, the others assigned"
    )
    return _met(line, words, max(settled, default=None), path)


def _clocks(
    session: AnySession, incident: Incident, line: GateLine, rules: Collection[str], *, now: datetime, not_begun: Said
) -> GateFinding:
    query = select(ClockRecord).where(ClockRecord.incident_id == incident.id, ClockRecord.rule_id.in_(rules))
    rows = [(row.id, row.to_domain()) for row in session.scalars(query.order_by(ClockRecord.id))]
    standing_ones = [(clock_id, clock) for clock_id, clock in rows if clock.voided_at is None]
    if not standing_ones:
        return _unmet(line, not_begun.zh, not_begun.en, "")
    for clock_id, clock in standing_ones:
        if not clock.is_closed:
            return GateFinding(line, GateState.UNMET, _running(clock, now), None, f"/clocks/{clock_id}")
    clock_id, clock = standing_ones[-1]
    path = f"/clocks/{clock_id}"
    met = [one.met_at for _, one in standing_ones if one.met_at is not None and one.not_applicable_at is None]
    if not met:
        reason = clock.not_applicable_reason
        return GateFinding(
            line, GateState.NOT_APPLICABLE, Said(f"认定不适用：{reason}", f"found not applicable: {reason}"),
            clock.not_applicable_at, path,
        )  # fmt: skip
    return _met(line, at("{title}{at}办结", "{title_en} done at {at}", max(met), title=clock.title_zh,
                         title_en=clock.title), max(met), path)  # fmt: skip


def _running(clock: Clock, now: datetime) -> Said:
    if clock.due_at is None:
        return Said(f"{clock.title_zh}尚未办结", f"{clock.title} is not done")
    if now > clock.due_at:
        return at("{title}已超时限（{at}）", "{title_en} is overdue since {at}", clock.due_at, title=clock.title_zh,
                  title_en=clock.title)  # fmt: skip
    return at("{title}尚未办结，时限{at}", "{title_en} is not done, due {at}", clock.due_at, title=clock.title_zh,
              title_en=clock.title)  # fmt: skip


def _package_sound(session: AnySession, incident: Incident) -> GateFinding:
    line, path = GateLine.PACKAGE_SOUND, "/closing#package"
    package = newest_package(session, incident)
    if package is None:
        return _unmet(line, "尚未生成归档包", "no package was exported yet", "/archive")
    check = newest_check(session, package)
    if check is None:
        return _unmet(line, "最新归档包尚未做四性检测", "the newest package was not checked yet", path)
    if not check.is_sound:
        failed = [one for one in check.results if not one["holds"]]
        zh, en = "；".join(one["words"] for one in failed), "; ".join(one["words_en"] for one in failed)
        return _unmet(line, zh, en, path)
    words = at("{at}检测通过，包摘要{digest}", "passed at {at}, digest {digest}", check.checked_at,
               digest=package.digest[:16])  # fmt: skip
    return _met(line, words, check.checked_at, path)


def _package_received(session: AnySession, incident: Incident) -> GateFinding:
    line, path = GateLine.PACKAGE_RECEIVED, "/closing#package"
    fact = facts.newest(incident.id, FactKind.ARCHIVE_RECEIVED, session)
    query = select(ArchiveSending).where(
        ArchiveSending.incident_id == incident.id, ArchiveSending.withdrawn_at.is_(None)
    )
    rows = session.scalars(query.order_by(ArchiveSending.sent_at.desc(), ArchiveSending.id.desc())).all()
    received = next((row for row in rows if row.received_at is not None), None)
    if received is not None and received.received_at is not None:
        number = f"，回执号{received.receipt_no}" if received.receipt_no else ""
        words = at("{to}{at}接收{number}", "{to} received it at {at}{number}", received.received_at,
                   to=received.to_name, number=number)  # fmt: skip
        return _met(line, words, received.received_at, path)
    if fact is not None:
        return _met(line, at("{at}已接收", "received at {at}", fact.at), fact.at, path)
    if rows:
        words = at(
            "{at}已报送{to}，尚无回执", "sent to {to} at {at}, no receipt yet", rows[0].sent_at, to=rows[0].to_name
        )
        return GateFinding(line, GateState.UNMET, words, None, path)
    return _unmet(line, "尚未报送省厅", "not sent to the province yet", path)
