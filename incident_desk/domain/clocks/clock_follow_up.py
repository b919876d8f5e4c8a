"""Duties that follow an act already done: follow-up and result reports, continuing disclosure, answers to opinion.

R6 and D5 are one clock each that starts anew with every report or release: they say how long the readers upward and
the public have heard nothing. Their interval is the office's own preset, so they are never a breach.
"""

from __future__ import annotations

from collections.abc import Iterator

from incident_desk.domain.clocks.clock_case import Case, clock_time_zh
from incident_desk.domain.clocks.clock_ends import settle, void
from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.facts.case_facts import FactEvent
from incident_desk.domain.law.legal_codes import SERIOUS, FactKind, Recipient


def follow_up_clocks(case: Case) -> Iterator[Clock]:
    """R6 and R7 of every office that reported, D4 for each matter of opinion, D5 after a release."""
    senders = {e.sender or case.facts.office for e in case.facts.of_kind(FactKind.REPORT_FILED)}
    for office in sorted(senders):
        yield from _follow_up_report(case, office)
    yield from _result_reports(case, senders)
    yield from _opinions(case)
    yield from _continuing_disclosure(case)


def told_by(case: Case, office: str) -> tuple[str, ...]:
    """Recipient codes that *office* has reported to so far, one a body."""
    return case.one_each(office, {code for event in case.filings(office) for code in event.to})


def _follow_up_report(case: Case, office: str) -> Iterator[Clock]:
    """R6 from the last report upward of *office* (令17号: 随时续报), until the disposal has ended.

    What the departments of the same level were told (R11) is no report upward.
    """
    rule = case.rules.get("R6")
    upward = [event for event in case.filings(office) if event.to != (Recipient.PEER_DEPARTMENTS.value,)]
    if rule is None or not upward:
        return
    last = upward[-1]
    reason = Because(last.kind, last.at, f"{clock_time_zh(last.at)} 最近一次报告")
    clock = case.open_clock(
        rule, office, key="last_report", starts_at=last.at, because=(reason,), recipients=told_by(case, office)
    )
    yield _until(clock, _handled(case), "处置结束，转入处理结果报告")


def _result_reports(case: Case, senders: set[str]) -> Iterator[Clock]:
    """R7 from the end of the disposal, to everyone who was told before; also for an office that told nobody."""
    rule, ended = case.rules.get("R7"), _last(case, FactKind.DISPOSAL_ENDED)
    if rule is None or ended is None:
        return
    for office in sorted({*senders, case.facts.office}):
        reason = Because(ended.kind, ended.at, f"{clock_time_zh(ended.at)} 应急处置工作结束")
        clock = case.open_clock(
            rule, office, key="disposal_ended", starts_at=ended.at, because=(reason,), reached_since=ended.at,
            recipients=told_by(case, office) or rule.recipients,
        )  # fmt: skip
        yield settle(case, clock)


def _opinions(case: Case) -> Iterator[Clock]:
    """D4: each matter of opinion is answered within 48 h (国办发〔2016〕61号); at grades I and II D1 and D2 stand."""
    rule = case.rules.get("D4")
    seen: set[str] = set()
    for event in case.facts.of_kind(FactKind.PUBLIC_OPINION_DETECTED):
        if rule is None or event.opinion in seen or case.history.at(event.at).grade in SERIOUS:
            continue
        seen.add(event.opinion)
        reason = Because(event.kind, event.at, f"{clock_time_zh(event.at)} 发现舆情：{event.opinion}")
        office = event.office or case.facts.office
        key = f"opinion:{event.opinion}"
        yield settle(case, case.open_clock(rule, office, key=key, starts_at=event.at, because=(reason,)))


def _continuing_disclosure(case: Case) -> Iterator[Clock]:
    """D5 from the last release, until the emergency state has ended."""
    rule, last = case.rules.get("D5"), _last(case, FactKind.RELEASE_PUBLISHED)
    if rule is None or last is None or not case.facts.office.startswith(rule.region):
        return
    reason = Because(last.kind, last.at, f"{clock_time_zh(last.at)} 最近一次发布")
    clock = case.open_clock(rule, case.facts.office, key="last_release", starts_at=last.at, because=(reason,))
    yield _until(clock, _last(case, FactKind.EMERGENCY_ENDED), "应急状态终止")


def _until(clock: Clock, end: FactEvent | None, words: str) -> Clock:
    if end is None:
        return clock
    return void(clock, end.at, Because(end.kind, end.at, f"{clock_time_zh(end.at)} {words}"))


def _handled(case: Case) -> FactEvent | None:
    return _last(case, FactKind.DISPOSAL_ENDED) or _last(case, FactKind.INCIDENT_CLOSED)


def _last(case: Case, kind: FactKind) -> FactEvent | None:
    return next(reversed(case.facts.of_kind(kind)), None)
