"""Figures of a period from recorded rows only, and the document that carries them upward (值守统计)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from incident_desk.domain.callouts.callout_answers import AnswerKind
from incident_desk.domain.code_lists import codes
from incident_desk.domain.duty.handover import HandoverState
from incident_desk.domain.duty.statistics import DutyFigures, Span
from incident_desk.domain.duty.wake_up import WakeUpState
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import (
    CallCheck,
    Callout,
    CalloutMember,
    ClockRecord,
    FactRecord,
    Handover,
    Incident,
    Office,
    Report,
    WakeUp,
)
from incident_desk.records.duty_document import StatisticsPaper, statistics_docx
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.duty import desk_messages
from incident_desk.services.duty.threads import word

UNKNOWN = ""
"""Key of cases whose grade or cause nobody has recorded."""

COMING = (AnswerKind.YES.value, AnswerKind.ARRIVING_AT.value)
CLOCK_ENDS = ("met", "met_late", "overdue", "running", "no_limit", "not_applicable", "void")
ZH = "zh_Hans"


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of one office and those below it; ``exercise`` while the installation holds nothing else."""

    office: Office
    span: Span
    figures: DutyFigures
    exercise: bool
    made_at: datetime


def of(actor: Actor, span: Span, *, now: datetime) -> Statistics:
    """What was recorded in *span* at the actor's office and below."""
    exercise = desk_messages.is_exercise()
    prefix = scope.code_prefix(actor.office)
    cases = and_(Incident.office_code.startswith(prefix), Incident.is_exercise.is_(exercise))
    drills = select(func.count()).where(
        Incident.office_code.startswith(prefix), Incident.is_exercise, _within(Incident.learned_at, span)
    )
    figures = DutyFigures(
        **_cases(cases, span),
        clocks=_in_order(_clock_ends(cases, span, now), CLOCK_ENDS),
        reports=_in_order(_filed(cases, span), [one.code for one in codes("report_kind")]),
        **_callouts(cases, span),
        **_watch(prefix, exercise, span),
        drills=db.session.scalar(drills) or 0,
    )
    return Statistics(db.session.get_one(Office, actor.office), span, figures, exercise, now)


def document(found: Statistics) -> bytes:
    """The figures as DOCX in official Chinese; the same figures made at the same time give the same bytes."""
    figures = found.figures
    paper = StatisticsPaper(
        office=found.office.name_zh,
        span=found.span,
        made_at=found.made_at,
        exercise=found.exercise,
        figures=figures,
        grades=[(word("grade", code, ZH) or "等级未认定", count) for code, count in figures.by_grade.items()],
        causes=[(word("cause", code, ZH) or "起因未记录", count) for code, count in figures.by_cause.items()],
        clocks=[(word("clock_state", code, ZH), count) for code, count in figures.clocks.items()],
        reports=[(word("report_kind", code, ZH), count) for code, count in figures.reports.items()],
    )
    return statistics_docx(paper)


def _cases(cases: ColumnElement[bool], span: Span) -> dict[str, Any]:
    """Cases that the office learned of in the period."""
    begun = db.session.scalars(select(Incident).where(cases, _within(Incident.learned_at, span))).all()
    return {
        "incidents": len(begun),
        "by_grade": _in_order((row.grade or UNKNOWN for row in begun), [*map(str, Grade), UNKNOWN]),
        "by_cause": _in_order(_causes([row.id for row in begun]), [*(one.code for one in codes("cause")), UNKNOWN]),
    }


def _callouts(cases: ColumnElement[bool], span: Span) -> dict[str, Any]:
    """Call-outs that went out in the period, whom they asked and who said yes."""
    query = (
        select(Callout.id)
        .join(Incident, Callout.incident_id == Incident.id)
        .where(cases, Callout.state == "sent", _within(Callout.requested_at, span))
    )
    sent = db.session.scalars(query).all()
    answers = db.session.scalars(select(CalloutMember.answer).where(CalloutMember.callout_id.in_(sent))).all()
    return {
        "callouts": len(sent),
        "callout_asked": len(answers),
        "callout_coming": sum(answer in COMING for answer in answers),
    }


def _watch(prefix: str, exercise: bool, span: Span) -> dict[str, Any]:
    """Handovers, call checks and wake-ups."""
    handovers = select(func.count()).where(
        Handover.office_code.startswith(prefix), Handover.state == HandoverState.SIGNED.value,
        Handover.is_exercise.is_(exercise), _within(Handover.taken_at, span),
    )  # fmt: skip
    checks = db.session.execute(
        select(CallCheck.answered, CallCheck.seconds).where(
            CallCheck.target_office.startswith(prefix), _within(CallCheck.at, span)
        )
    ).all()
    woken = db.session.scalars(
        select(WakeUp.state).where(
            WakeUp.office_code.startswith(prefix), WakeUp.is_exercise.is_(exercise), _within(WakeUp.started_at, span)
        )
    ).all()
    seconds = [seconds for answered, seconds in checks if answered and seconds is not None]
    return {
        "handovers": db.session.scalar(handovers) or 0,
        "checks": len(checks),
        "checks_answered": sum(answered for answered, _ in checks),
        "answer_seconds": sum(seconds) / len(seconds) if seconds else None,
        "wake_ups": len(woken),
        "wake_ups_answered": sum(state == WakeUpState.ANSWERED.value for state in woken),
    }


def _within(column: Any, span: Span) -> ColumnElement[bool]:
    return and_(column >= span.starts_at, column < span.ends_at)


def _in_order(found: Iterable[str], order: Iterable[str]) -> dict[str, int]:
    """How often each code was found, in the order of its list; codes that were not found are left out."""
    counted = Counter(found)
    known = {code: counted[code] for code in order if counted[code]}
    return known | {code: count for code, count in counted.items() if code not in known}


def _causes(ids: list[int]) -> list[str]:
    """The newest recorded cause of every case."""
    query = (
        select(FactRecord)
        .where(
            FactRecord.incident_id.in_(ids), FactRecord.kind == f"{facts.SHEET}cause", FactRecord.withdrawn_at.is_(None)
        )
        .order_by(FactRecord.at, FactRecord.id)
    )
    newest = {fact.incident_id: fact.data.get("value") for fact in db.session.scalars(query)}
    return [value if isinstance(value := newest.get(identity), str) else UNKNOWN for identity in ids]


def _clock_ends(cases: ColumnElement[bool], span: Span, now: datetime) -> list[str]:
    """How the limits that began in the period stand now."""
    query = (
        select(ClockRecord)
        .join(Incident, ClockRecord.incident_id == Incident.id)
        .where(cases, _within(ClockRecord.starts_at, span))
    )
    return [_end(row, now) for row in db.session.scalars(query)]


def _end(row: ClockRecord, now: datetime) -> str:
    if row.closed_state:
        return str(row.closed_state)
    if row.due_at is None:
        return "no_limit"
    return "overdue" if row.due_at < now else "running"


def _filed(cases: ColumnElement[bool], span: Span) -> list[str]:
    query = (
        select(Report.report_kind)
        .join(Incident, Report.incident_id == Incident.id)
        .where(cases, _within(Report.filed_at, span))
    )
    return list(db.session.scalars(query))
