"""Clocks that run from the occurrence or from the end of the emergency: disclosure, local overlays, investigation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from incident_desk.domain.clocks.clock_case import Case, clock_time_zh
from incident_desk.domain.clocks.clock_duties import with_phone_mark
from incident_desk.domain.clocks.clock_ends import settle, void
from incident_desk.domain.clocks.clock_history import Span, Standing
from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.law.calendar import days_between, due_after_days
from incident_desk.domain.law.legal_codes import FactKind, RunsFrom
from incident_desk.domain.law.rulebook import DeadlineRule


def occurrence_clocks(case: Case) -> Iterator[Clock]:
    """D1-D3, and L1 and L2 where they are switched on, of the file's office.

    They run from the occurrence, even if learned later; when it is unknown, or when the duty became known later than
    occurrence + limit, from then. The strict limit is occurrence + limit always.

    Source: 国办发〔2016〕61号、80号; 鄂环办〔2021〕31号 for all incidents in Hubei.
    """
    for rule in case.rules.values():
        if rule.runs_from is not RunsFrom.OCCURRED or (rule.overlay and rule.rule_id not in case.facts.overlays):
            continue
        span = _applies(case, rule)
        if span is not None:
            yield _from_occurrence(case, rule, span)


def _applies(case: Case, rule: DeadlineRule) -> Span | None:
    """Since when the duty is known to exist: from learning, or, outside the rule's region, while it is named."""
    learned_at = case.history.learned_at
    if not rule.region or case.facts.office.startswith(rule.region):
        return Span(learned_at, None, None)
    if not rule.elsewhere:
        return None

    def named(standing: Standing) -> bool:
        return standing.grade in rule.grades or bool(standing.triggers & rule.triggers)

    return next(iter(case.history.spans(learned_at, named)), None)


def _from_occurrence(case: Case, rule: DeadlineRule, span: Span) -> Clock:
    occurred_at, known_at, office = case.history.occurred_at, span.starts_at, case.facts.office
    limit = timedelta(minutes=rule.within_minutes or 0)
    in_time = occurred_at is not None and known_at <= occurred_at + limit
    starts_at = occurred_at if in_time and occurred_at is not None else known_at
    clock = case.open_clock(
        rule, office, key="occurrence", starts_at=starts_at, because=_reasons(case, starts_at, span)
    )
    if occurred_at is not None and not in_time:
        words = f"自事发{clock_time_zh(occurred_at)}起算，得知时已逾时限"
        clock = replace(clock, strict_due_at=occurred_at + limit, strict_because=words)
    clock = with_phone_mark(case, rule, settle(case, clock))
    if span.ended_by is not None and clock.was_open_at(span.ended_by.written_at):
        change = span.ended_by
        return void(clock, change.at, case.change_reason(change, change.at, change.after)[0])
    return clock


def _reasons(case: Case, starts_at: datetime, span: Span) -> tuple[Because, ...]:
    learned_at, occurred_at = case.history.learned_at, case.history.occurred_at
    reasons = [case.learned(case.facts.office, learned_at)]
    if occurred_at is not None:
        reasons.insert(0, Because("occurred", occurred_at, f"{clock_time_zh(occurred_at)} 事发（不确定时取最早）"))
    else:
        reasons.append(Because("occurred_unknown", learned_at, "事发时间不明，自得知时起算"))
    if span.begun_by is not None:
        reasons.extend(case.change_reason(span.begun_by, starts_at, span.begun_by.after))
    return tuple(reasons)


def investigation_clocks(case: Case) -> Iterator[Clock]:
    """P1 (60 days, I/II) and P2 (30 days, III/IV) from the end of the emergency state.

    The time of the loss assessment is not counted; while it is under way the limit given is the one that would hold
    if it were reviewed now.

    Source: 突发环境事件调查处理办法（令32号）; its article was not verified.
    """
    ended = case.facts.of_kind(FactKind.EMERGENCY_ENDED)
    changes = case.history.changes
    grade = changes[-1].after.grade if changes else None
    if not ended or grade is None:
        return
    start = ended[-1].at
    reason = Because(FactKind.EMERGENCY_ENDED, start, f"{clock_time_zh(start)} 应急状态终止（{grade.zh}）")
    for rule in case.rules.values():
        if rule.runs_from is RunsFrom.EMERGENCY_ENDED and grade in rule.grades:
            clock = case.open_clock(
                rule, case.facts.office, key="emergency_ended", starts_at=start, because=(reason,), grade=grade
            )
            yield settle(case, _with_days(case, rule, clock))


def _with_days(case: Case, rule: DeadlineRule, clock: Clock) -> Clock:
    days, paused = rule.within_days or 0, False
    for stood_from, stood_to in _assessments(case) if rule.pauses else ():
        if stood_from > due_after_days(clock.starts_at, days):
            break  # overdue before it stood still: a breach stays
        days += days_between(max(stood_from, clock.starts_at), max(stood_to or case.now, clock.starts_at))
        paused = paused or stood_to is None
    due_at = due_after_days(clock.starts_at, days)
    stood_still = timedelta(days=days - (rule.within_days or 0))
    return replace(clock, due_at=due_at, strict_due_at=due_at, paused=paused, stood_still=stood_still)


def _assessments(case: Case) -> Iterator[tuple[datetime, datetime | None]]:
    """Each time from the start of a loss assessment to its review; None while it is under way."""
    started: datetime | None = None
    for event in case.facts.of_kind(FactKind.ASSESSMENT_STARTED, FactKind.ASSESSMENT_REVIEWED):
        if event.kind is FactKind.ASSESSMENT_STARTED:
            started = started or event.at
        elif started is not None:
            yield started, event.at
            started = None
    if started is not None:
        yield started, None
