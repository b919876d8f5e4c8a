"""After the disposal: loss assessment and its extension, delivery, the archive to the province, end of monitoring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from incident_desk.domain.clocks.clock_case import Case, clock_time_zh, prefecture_of
from incident_desk.domain.clocks.clock_ends import settle, void
from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.facts.case_facts import FactEvent
from incident_desk.domain.law.legal_codes import FactKind, Holder, RunsFrom
from incident_desk.domain.law.rulebook import DeadlineRule

_STARTS: dict[RunsFrom, tuple[FactKind, str]] = {
    RunsFrom.DISPOSAL_ENDED: (FactKind.DISPOSAL_ENDED, "应急处置工作结束"),
    RunsFrom.ASSESSMENT_REVIEWED: (FactKind.ASSESSMENT_REVIEWED, "评估报告通过技术审核"),
    RunsFrom.INCIDENT_CLOSED: (FactKind.INCIDENT_CLOSED, "事件处理结束"),
    RunsFrom.ALL_POINTS_BELOW_LIMIT: (FactKind.ALL_POINTS_BELOW_LIMIT, "全部点位达标"),
}


def aftermath_clocks(case: Case) -> Iterator[Clock]:
    """P3 with P4, P5, P6 and P8, each from the last fact of its kind; the day of the event is not counted.

    Source: 环应急〔2020〕28号 and the procedure of 2013 it replaced (P3-P5), 鄂环办〔2021〕31号 (P6), HJ 589-2021 (P8).
    """
    for rule in case.rules.values():
        start = _STARTS.get(rule.runs_from)
        if start is None or rule.rule_id == "R7" or not case.facts.office.startswith(rule.region):
            continue
        office, events = _holder(case, rule), case.facts.of_kind(start[0])
        if office is None or not events or not _graded(case, rule):
            continue
        event = events[-1]
        reason = Because(event.kind, event.at, f"{clock_time_zh(event.at)} {start[1]}")
        clock = _open(case, rule, office, event, reason, key=rule.runs_from.value)
        extension = _extension(case, rule)
        yield from ((settle(case, clock),) if extension is None else _extended(case, clock, *extension))


def _open(case: Case, rule: DeadlineRule, office: str, event: FactEvent, reason: Because, *, key: str) -> Clock:
    clock = case.open_clock(rule, office, key=key, starts_at=event.at, because=(reason,))
    if rule.within_workdays is None:
        return clock
    calendar = case.book.calendar
    due_at = calendar.due_after_workdays(event.at, rule.within_workdays)
    unknown = calendar.years_to_check(event.at, due_at)
    because = clock.because
    if unknown:
        years = "、".join(f"{year}年" for year in unknown)
        words = f"{years}放假安排尚未载入，到期日暂按周一至周五推算，载入后自动改正"
        because = (*because, Because("calendar_ends", event.at, words))
    return replace(clock, due_at=due_at, strict_due_at=due_at, because=because)


def _extension(case: Case, rule: DeadlineRule) -> tuple[DeadlineRule, FactEvent] | None:
    """The rule that extends *rule* with the first approval of it that is vouched for."""
    for longer in case.rules.values():
        if longer.extends == rule.rule_id:
            approvals = case.facts.of_kind(FactKind.EXTENSION_APPROVED)
            named = {rule.rule_id, longer.rule_id}
            event = next((e for e in approvals if e.rule_id in named and e.is_vouched_for), None)
            if event is not None:
                return longer, event
    return None


def _extended(case: Case, clock: Clock, longer: DeadlineRule, approval: FactEvent) -> Iterator[Clock]:
    """*clock* given up for the longer one, unless it was met or overdue when the approval was written down."""
    first = settle(case, clock)
    when = clock_time_zh(approval.at)
    reason = Because(
        approval.kind, approval.at, f"{when} 批准延长（{approval.by}、{approval.second}）：{approval.basis}"
    )
    may_be_void = first.starts_at <= approval.written_at and first.was_open_at(approval.written_at)
    yield void(first, approval.at, reason) if may_be_void else first
    if approval.at >= first.starts_at:
        yield settle(case, _open(case, longer, clock.office, approval, reason, key="extension_approved"))


def _graded(case: Case, rule: DeadlineRule) -> bool:
    if not rule.grades:
        return True
    changes = case.history.changes
    return bool(changes) and changes[-1].after.grade in rule.grades


def _holder(case: Case, rule: DeadlineRule) -> str | None:
    """The office that owes it; None where the file lies above that level."""
    levels: dict[Holder, Callable[[], str | None]] = {
        Holder.OFFICE: lambda: case.facts.office,
        Holder.PREFECTURE: lambda: prefecture_of(case),
        Holder.PROVINCE: lambda: case.province,
    }
    return levels[rule.holder]()
