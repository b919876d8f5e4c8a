"""What ends a clock: the act that meets it, a finding that it does not apply, a later view that it never ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from incident_desk.domain.clocks.clock_case import Case, clock_time_zh
from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.facts.case_facts import FactEvent
from incident_desk.domain.law.legal_codes import FactKind, Holder, Issuer, MetBy, ReleaseChannel, ReportForm, ReportKind

Identity = tuple[str, str, str]
Met = tuple[Mapping[str, datetime], datetime | None]


def settle(case: Case, clock: Clock) -> Clock:
    """*clock* with the moment its last act was done and who still lacks it, whatever its limit."""
    rule = case.rules[clock.rule_id]
    reached, met_at = _met(case, clock, rule.met_by)
    missing = tuple(code for code in clock.recipients if case.body(clock.office, code) not in reached)
    if met_at is None:
        same = clock.met_at is None and clock.missing == missing
        return clock if same else replace(clock, met_at=None, missing=missing)
    met_at = max(met_at, clock.starts_at) if clock.reached_since is None else met_at
    done = Because(_ACTS[rule.met_by], met_at, f"{clock_time_zh(met_at)} {_DONE_ZH[rule.met_by]}")
    return replace(clock, met_at=met_at, missing=(), because=(*clock.because, done))


def _met(case: Case, clock: Clock, met_by: MetBy) -> Met:
    """Who was reached, and when the duty was done; acts are the same at every step, so each is counted once."""
    if met_by is MetBy.ASSESSMENT_REVIEWED:  # a fact that is no act: a step may not know it yet
        return _MEETS[met_by](case, clock)
    key = (*clock.identity, clock.starts_at, clock.reached_since, clock.recipients)
    if key not in case.acts.met:
        case.acts.met[key] = _MEETS[met_by](case, clock)
    return case.acts.met[key]


def void(clock: Clock, at: datetime, because: Because) -> Clock:
    """*clock* taken off the board, with the reason; callers have checked that it may be."""
    return replace(clock, voided_at=at, void_reason=because.text_zh, because=(*clock.because, because))


def carry(old: Mapping[Identity, Clock], new: Mapping[Identity, Clock], *, at: datetime) -> dict[Identity, Clock]:
    """The ledger after a fact written down at *at*: *new* is how it reads now, *old* how it read before.

    A breach stays with the limit it was a breach of; a met clock stays; an open one that the new reading no longer
    has is void.
    """
    ledger = dict(new)
    for identity, before in old.items():
        after = new.get(identity)
        if after is None:
            ledger[identity] = _without_ground(before, at)
        elif before.was_breached_at(at) and not _is_as_early(after, before):
            ledger[identity] = before
    return ledger


def _is_as_early(after: Clock, before: Clock) -> bool:
    return after.is_live and after.due_at is not None and before.due_at is not None and after.due_at <= before.due_at


def _without_ground(clock: Clock, at: datetime) -> Clock:
    if not clock.is_live or not clock.was_open_at(at):
        return clock
    return void(clock, at, Because("superseded", at, f"{clock_time_zh(at)} 依据其后记录的事实，本时限不再适用"))


def apply_findings(case: Case, clock: Clock) -> Clock:
    """*clock* as a vouched finding leaves it: ``not_applicable``, or a waiver outside the reporting family.

    A finding ends only a clock that had started, was not met and was not overdue when it was written down.
    """
    rule = case.rules[clock.rule_id]
    for event in case.facts.of_kind(FactKind.NOT_APPLICABLE, FactKind.WAIVED):
        office = event.office or case.facts.office
        names_it = event.rule_id == clock.rule_id and (
            clock.office == office or (event.office is None and rule.holder is not Holder.OFFICE)
        )
        if names_it and event.is_vouched_for and clock.starts_at <= event.written_at:
            if not clock.was_open_at(event.written_at):
                continue
            why = "；".join(dict.fromkeys(part for part in (event.basis, event.reason) if part))
            text = f"{clock_time_zh(event.at)} 认定不适用：{why}（{event.by}、{event.second}）"
            because = (*clock.because, Because(event.kind, event.at, text))
            return replace(clock, not_applicable_at=event.at, not_applicable_reason=text, because=because, met_at=None)
    return clock


def _by_report(case: Case, clock: Clock, *, form: ReportForm | None = None, kind: ReportKind | None = None) -> Met:
    """First time each recipient was reached by the duty holder's own report; met when the last one was."""
    reached: dict[str, datetime] = {}
    for event in case.filings(clock.office):
        too_early = clock.reached_since is not None and event.at < clock.reached_since
        other_kind = kind is not None and event.report_kind is not kind
        if too_early or other_kind or (form is not None and event.form is not form):
            continue
        for code in event.to:
            reached.setdefault(case.body(clock.office, code), event.at)
    wanted = [case.body(clock.office, code) for code in clock.recipients]
    if not wanted or any(body not in reached for body in wanted):
        return reached, None
    return reached, max(reached[body] for body in wanted)


def _by_written_report(case: Case, clock: Clock) -> Met:
    return _by_report(case, clock, form=ReportForm.WRITTEN)


def _starts_anew(_case: Case, _clock: Clock) -> Met:
    """The next report or release starts the clock anew (``clock_follow_up``); nothing meets it."""
    return {}, None


def _by_result_report(case: Case, clock: Clock) -> Met:
    return _by_report(case, clock, kind=ReportKind.RESULT)


def _by_notice(case: Case, clock: Clock) -> Met:
    noticed = case.facts.of_kind(FactKind.NEIGHBOUR_NOTICED)
    first = next((event.at for event in noticed if event.office in clock.recipients), None)
    return (dict.fromkeys(clock.recipients, first) if first else {}), first


def _first_release(case: Case, meets: Callable[[FactEvent], bool]) -> Met:
    first = next((e.at for e in case.facts.of_kind(FactKind.RELEASE_PUBLISHED) if meets(e)), None)
    return ({"public": first} if first else {}), first


def _by_government_release(case: Case, _clock: Clock) -> Met:
    return _first_release(case, lambda event: event.issuer in {Issuer.GOVERNMENT, Issuer.COMMAND})


def _by_press_conference(case: Case, _clock: Clock) -> Met:
    return _first_release(case, lambda event: event.channel is ReleaseChannel.PRESS_CONFERENCE)


def _by_own_accounts(case: Case, _clock: Clock) -> Met:
    """A post of the office's own on every account of its list; without a list, any post of its own."""
    own = [
        event
        for event in case.facts.of_kind(FactKind.RELEASE_PUBLISHED)
        if event.issuer is Issuer.EEB and event.channel is not ReleaseChannel.PRESS_CONFERENCE
    ]
    first: dict[str, datetime] = {}
    for event in own:
        first.setdefault(event.channel or "", event.at)
    wanted = case.facts.accounts or tuple(first)[:1]
    if not wanted or any(account not in first for account in wanted):
        return {}, None
    last = max(first[account] for account in wanted)
    return {"public": last}, last


def _by_fact(kind: FactKind) -> Callable[[Case, Clock], Met]:
    """Met by the first fact of *kind* from the start of the clock on."""

    def met(case: Case, clock: Clock) -> Met:
        first = next((e.at for e in case.facts.of_kind(kind) if e.at >= clock.starts_at), None)
        return ({case.body(clock.office, code): first for code in clock.recipients} if first else {}), first

    return met


def _by_answer(case: Case, clock: Clock) -> Met:
    answers = case.facts.of_kind(FactKind.PUBLIC_OPINION_ANSWERED)
    first = next((e.at for e in answers if f"opinion:{e.opinion}" == clock.start_key and e.at >= clock.starts_at), None)
    return ({"public": first} if first else {}), first


def _by_duty_done(case: Case, clock: Clock) -> Met:
    for event in case.facts.of_kind(FactKind.DUTY_DONE):
        if event.rule_id == clock.rule_id and event.office in {None, clock.office} and event.at >= clock.starts_at:
            return {case.body(clock.office, code): event.at for code in clock.recipients}, event.at
    return {}, None


_MEETS: Mapping[MetBy, Callable[[Case, Clock], Met]] = {
    MetBy.REPORT: _by_report,
    MetBy.WRITTEN_REPORT: _by_written_report,
    MetBy.NEIGHBOUR_NOTICE: _by_notice,
    MetBy.GOVERNMENT_RELEASE: _by_government_release,
    MetBy.PRESS_CONFERENCE: _by_press_conference,
    MetBy.OWN_ACCOUNTS: _by_own_accounts,
    MetBy.DUTY_DONE: _by_duty_done,
    MetBy.FOLLOW_UP_REPORT: _starts_anew,
    MetBy.NEXT_RELEASE: _starts_anew,
    MetBy.RESULT_REPORT: _by_result_report,
    MetBy.OPINION_ANSWERED: _by_answer,
    MetBy.ASSESSMENT_REVIEWED: _by_fact(FactKind.ASSESSMENT_REVIEWED),
    MetBy.ARCHIVE_RECEIVED: _by_fact(FactKind.ARCHIVE_RECEIVED),
}
_ACTS: Mapping[MetBy, str] = {
    MetBy.REPORT: "report_filed",
    MetBy.WRITTEN_REPORT: "report_filed",
    MetBy.NEIGHBOUR_NOTICE: "neighbour_noticed",
    MetBy.GOVERNMENT_RELEASE: "release_published",
    MetBy.PRESS_CONFERENCE: "release_published",
    MetBy.OWN_ACCOUNTS: "release_published",
    MetBy.DUTY_DONE: "duty_done",
    MetBy.FOLLOW_UP_REPORT: "report_filed",
    MetBy.NEXT_RELEASE: "release_published",
    MetBy.RESULT_REPORT: "report_filed",
    MetBy.OPINION_ANSWERED: "public_opinion_answered",
    MetBy.ASSESSMENT_REVIEWED: "assessment_reviewed",
    MetBy.ARCHIVE_RECEIVED: "archive_received",
}
_DONE_ZH: Mapping[MetBy, str] = {
    MetBy.REPORT: "报告送达最后一个接收单位",
    MetBy.WRITTEN_REPORT: "书面报告送达最后一个接收单位",
    MetBy.NEIGHBOUR_NOTICE: "已通报",
    MetBy.GOVERNMENT_RELEASE: "以政府或者指挥部名义发布",
    MetBy.PRESS_CONFERENCE: "召开新闻发布会",
    MetBy.OWN_ACCOUNTS: "本单位账号全部发布",
    MetBy.DUTY_DONE: "已办结",
    MetBy.FOLLOW_UP_REPORT: "续报送达",
    MetBy.NEXT_RELEASE: "已再次发布",
    MetBy.RESULT_REPORT: "处理结果报告送达最后一个接收单位",
    MetBy.OPINION_ANSWERED: "已回应并公开",
    MetBy.ASSESSMENT_REVIEWED: "评估报告通过技术审核",
    MetBy.ARCHIVE_RECEIVED: "上级已收到总结和档案",
}
