"""Duties beside the first report: the province's, the written report, neighbours, peers, the scene, proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from incident_desk.domain.clocks.clock_case import Case, clock_time_zh, prefecture_of
from incident_desk.domain.clocks.clock_ends import settle, void
from incident_desk.domain.clocks.clock_history import Span, Standing
from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.law.legal_codes import FactKind, Family, ReportForm, ReportKind, RunsFrom
from incident_desk.domain.law.rulebook import DeadlineRule


def province_clocks(case: Case) -> Iterator[Clock]:
    """R3: the province reports to the ministry, from its receipt, while the case is I/II or undetermined and sensitive.

    Source: 令17号 第三条. A report that another office sends to the ministry does not meet it.
    """
    received = next((e.at for e in case.facts.of_kind(FactKind.PROVINCE_RECEIVED)), None)
    rule = case.rules.get("R3")
    if received is None or rule is None:
        return
    text = f"{clock_time_zh(received)} {case.book.offices.bureau_zh(case.province)}接到报告"
    started = Because(FactKind.PROVINCE_RECEIVED, received, text)
    yield from _while(case, rule, case.province, received, case.reports_as_serious, started=(started,))


def duty_room_clocks(case: Case, learned: dict[str, datetime]) -> Iterator[Clock]:
    """R10 where it is switched on: the province tells the provincial duty room from when it learned."""
    rule, since = case.rules.get("R10"), _province_learned(case, learned)
    if rule is None or since is None or rule.rule_id not in case.facts.overlays:
        return
    reason = case.learned(case.province, since)
    clock = case.open_clock(rule, case.province, key="province_learned", starts_at=since, because=(reason,))
    yield with_phone_mark(case, rule, settle(case, clock))


def with_phone_mark(case: Case, rule: DeadlineRule, clock: Clock) -> Clock:
    """*clock* with the telephone mark of *rule* as its strict limit, until somebody has telephoned in time."""
    if rule.phone_within_minutes is None:
        return clock
    mark = clock.starts_at + timedelta(minutes=rule.phone_within_minutes)
    wanted = {case.body(clock.office, code) for code in clock.recipients}
    told = {case.body(clock.office, code) for e in case.filings(clock.office) if e.at <= mark for code in e.to}
    if wanted <= told:
        return clock
    words = f"应先在{rule.phone_within_minutes}分钟内电话报告"
    return replace(clock, strict_due_at=mark, strict_because=words)


def written_report_clocks(case: Case) -> Iterator[Clock]:
    """R5: a written report to the same recipients after each first report by telephone; the rule has no number."""
    rule = case.rules.get("R5")
    if rule is None:
        return
    senders = {e.sender or case.facts.office for e in case.facts.of_kind(FactKind.REPORT_FILED)}
    for office in sorted(senders):
        for event in case.filings(office):
            if event.form is ReportForm.PHONE and event.report_kind is ReportKind.INITIAL:
                names = "、".join(case.recipient_zh(office, code) for code in case.one_each(office, event.to))
                reason = Because(event.kind, event.at, f"{clock_time_zh(event.at)} 电话初报：{names}")
                key = f"{event.key}:{'+'.join(sorted(event.to))}"
                yield settle(
                    case,
                    case.open_clock(
                        rule, office, key=key, starts_at=event.at, because=(reason,),
                        recipients=event.to, reached_since=event.at,
                    ),
                )  # fmt: skip


def neighbour_clocks(case: Case) -> Iterator[Clock]:
    """R8: a notice to each neighbour that is or may be affected; the rule has no number (令17号 第八条)."""
    rule = case.rules.get("R8")
    seen: set[str] = set()
    for event in case.facts.of_kind(FactKind.NEIGHBOUR_AFFECTED):
        if rule is None or event.office is None or event.office in seen:
            continue
        seen.add(event.office)
        name = case.book.offices.bureau_zh(event.office)
        reason = Because(event.kind, event.at, f"{clock_time_zh(event.at)} 可能影响{name}辖区")
        key = f"neighbour:{event.office}"
        clock = case.open_clock(
            rule, case.facts.office, key=key, starts_at=event.at, because=(reason,), recipients=(event.office,)
        )
        yield settle(case, clock)


def peer_clocks(case: Case, office: str, learned_at: datetime) -> Iterator[Clock]:
    """R11: notice to the departments of the same level, from learning; the rule has no number."""
    rule = case.rules.get("R11")
    if rule is not None:
        reason = case.learned(office, learned_at)
        yield settle(case, case.open_clock(rule, office, key="learned", starts_at=learned_at, because=(reason,)))


def circumstance_clocks(case: Case, learned: dict[str, datetime]) -> Iterator[Clock]:
    """R12 and H1-H4: proposals after the first judgement, heads to the scene once their circumstance is known."""
    since = case.history.learned_at
    for rule in case.rules.values():
        if rule.runs_from is RunsFrom.FIRST_JUDGEMENT:
            holds = _judged(rule)
            yield from _while(case, rule, case.facts.office, since, holds)
        elif rule.runs_from is RunsFrom.CIRCUMSTANCE_KNOWN:
            prefecture = prefecture_of(case)
            if prefecture is not None:
                yield from _while(case, rule, prefecture, since, _named(rule))
        elif rule.runs_from is RunsFrom.PROVINCE_LEARNED and rule.family is Family.ACT:
            province_since = _province_learned(case, learned)
            if province_since is not None:
                yield from _while(case, rule, case.province, province_since, _named(rule))


def _named(rule: DeadlineRule) -> Callable[[Standing], bool]:
    return lambda standing: standing.grade in rule.grades or bool(standing.triggers & rule.triggers)


def _judged(rule: DeadlineRule) -> Callable[[Standing], bool]:
    named = _named(rule)
    return lambda standing: standing.grade is not None and named(standing)


def _province_learned(case: Case, learned: dict[str, datetime]) -> datetime | None:
    received = [e.at for e in case.facts.of_kind(FactKind.PROVINCE_RECEIVED)]
    own = [learned[case.province]] if case.province in learned else []
    return min((*received, *own), default=None)


def _while(
    case: Case,
    rule: DeadlineRule,
    office: str,
    since: datetime,
    holds: Callable[[Standing], bool],
    *,
    started: tuple[Because, ...] = (),
) -> Iterator[Clock]:
    """One clock for each time that *holds*; it is void when what it rested on ended before it was met or overdue."""
    for span in case.history.spans(since, holds):
        change = span.begun_by
        standing = change.after if change else case.history.at(since)
        clock = case.open_clock(
            rule,
            office,
            key=change.key if change else rule.runs_from.value,
            starts_at=span.starts_at,
            because=(*started, *case.change_reason(change, span.starts_at, standing, named=rule.triggers or None)),
            reached_since=span.starts_at,
        )
        yield _ended(case, settle(case, clock), span)


def _ended(case: Case, clock: Clock, span: Span) -> Clock:
    if span.ended_by is None or not clock.was_open_at(span.ended_by.written_at):
        return clock
    change = span.ended_by
    return void(clock, change.at, case.change_reason(change, change.at, change.after)[0])
