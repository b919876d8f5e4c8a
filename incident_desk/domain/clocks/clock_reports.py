"""First reports (R1, R2) and reports after a change of grade (R4) of one office, walked along the case's history.

Source: 突发环境事件信息报告办法（令17号）第三条、第四条; minutes and recipients are in data/rules/reporting.toml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from incident_desk.domain.clocks.clock_case import Case, clock_time_zh
from incident_desk.domain.clocks.clock_ends import apply_findings, settle, void
from incident_desk.domain.clocks.clock_history import Change, Span
from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.law.legal_codes import SERIOUS, FactKind, Grade

_FIRST = frozenset({"R1", "R2"})


@dataclass(slots=True)
class _Desk:
    """One office's reporting duties while the history is walked; clocks by identity, R4 with its target grade."""

    case: Case
    office: str
    learned_at: datetime
    clocks: dict[tuple[str, str, str], Clock] = field(default_factory=dict)
    targets: dict[tuple[str, str, str], Grade] = field(default_factory=dict)
    known_since: dict[tuple[str, str, str], datetime] = field(default_factory=dict)

    def live(self, rule_ids: Iterable[str]) -> list[Clock]:
        """Clocks of these rules that were not voided."""
        return [clock for clock in self.clocks.values() if clock.rule_id in rule_ids and clock.is_live]

    def standing_at(self, moment: datetime, rule_ids: Iterable[str]) -> list[Clock]:
        """Clocks of these rules that were neither voided nor, by *moment*, found not to apply."""
        found = ((clock, apply_findings(self.case, clock).not_applicable_at) for clock in self.live(rule_ids))
        return [clock for clock, ended_at in found if ended_at is None or ended_at > moment]

    def put(self, clock: Clock) -> Clock:
        """Settle and keep *clock*."""
        settled = settle(self.case, clock)
        self.clocks[settled.identity] = settled
        return settled


def report_clocks(case: Case, office: str, learned_at: datetime) -> tuple[Clock, ...]:
    """R1, R2 and R4 of *office*, which learned at *learned_at*; there is always a first-report clock among them.

    R2 at learning when the case is judged I/II or is undetermined and sensitive, else R1. What becomes known later
    starts R2 or R4 then; a fall that is vouched for voids what is stricter and neither met nor overdue.
    """
    desk = _Desk(case, office, learned_at)
    standing = case.history.at(learned_at)
    if case.reports_as_serious(standing):
        _open_first(desk, "R2", because=case.opening_reasons(standing, learned_at))
    else:
        _open_first(desk, "R1", because=case.opening_reasons(standing, learned_at))
    for change in case.history.after(learned_at):
        _step(desk, change)
    return tuple(_with_strict(desk))


def _step(desk: _Desk, change: Change) -> None:
    before, after = change.before.grade, change.after.grade
    if before is None and after is None:
        _circumstances_changed(desk, change)
    elif before is None and after is not None:
        _first_judgement(desk, change, after)
    elif before is not None and after is not None and after.rank > before.rank:
        _rise(desk, change, after)
    elif before is not None and after is not None and after.rank < before.rank:
        _fall(desk, change, after, told_since=None)


def _open_first(desk: _Desk, rule_id: str, *, because: tuple[Because, ...], change: Change | None = None) -> None:
    """Start R1 or R2 from learning, or from the *change* that made its condition known."""
    rule = desk.case.rules[rule_id]
    starts_at = change.at if change else desk.learned_at
    clock = desk.case.open_clock(
        rule,
        desk.office,
        key=change.key if change else "learned",
        starts_at=starts_at,
        because=(desk.case.learned(desk.office, desk.learned_at), *because),
        reached_since=change.at if change else None,
    )
    _remember(desk, desk.put(clock), change)


def _remember(desk: _Desk, clock: Clock, change: Change | None) -> None:
    if change is not None and change.event is not None and change.event.known_since is not None:
        desk.known_since[clock.identity] = change.event.known_since


def _circumstances_changed(desk: _Desk, change: Change) -> None:
    """Grade undetermined: a circumstance that becomes known starts R2, the last one withdrawn voids it."""
    case = desk.case
    gained = (change.after.triggers - change.before.triggers) & case.book.article4_triggers
    if gained and not desk.standing_at(change.at, ["R2"]):
        _open_first(desk, "R2", because=case.change_reason(change, change.at, change.after), change=change)
    if case.is_sensitive(change.before) and not case.is_sensitive(change.after):
        _void_open(desk, desk.live(["R2"]), change)


def _first_judgement(desk: _Desk, change: Change, grade: Grade) -> None:
    """A first judgement is no change: to I/II it starts R2 if none runs, to III/IV while R2 runs it is a fall."""
    standing = desk.standing_at(change.at, ["R2"])
    running = [c for c in standing if c.met_at is None or c.met_at > change.at]
    if grade in SERIOUS:
        if not standing:
            reasons = desk.case.change_reason(change, change.at, change.after)
            _open_first(desk, "R2", because=reasons, change=change)
    elif running:
        _fall(desk, change, grade, told_since=min(clock.starts_at for clock in running))


def _rise(desk: _Desk, change: Change, grade: Grade) -> None:
    """调高: R4 to the recipients of the new grade; an unmet first report keeps running."""
    rule = desk.case.rules["R4"]
    recipients = desk.case.recipients_for(grade)
    _open_change(desk, change, grade, minutes=rule.minutes_for(grade), recipients=recipients)


def _fall(desk: _Desk, change: Change, grade: Grade, *, told_since: datetime | None) -> None:
    """调低: void what is stricter, if vouched for; tell everyone who was told the higher grade.

    *told_since* is from when reports followed the stricter procedure, where that was not a matter of grade.
    """
    unreported_rises: list[Clock] = []
    if change.can_end_duties:
        if grade not in SERIOUS:
            _void_open(desk, desk.standing_at(change.at, ["R2"]), change)
        rises = [c for c in desk.live(["R4"]) if _is_stricter(desk.targets[c.identity], grade)]
        unreported_rises = _void_open(desk, rises, change)
    told = _told_higher(desk, change, grade, told_since)
    if told or (unreported_rises and _reported_lower(desk, change, grade)):
        minutes = desk.case.rules["R4"].within_minutes
        recipients = {*told, *desk.case.recipients_for(grade)}
        _open_change(desk, change, grade, minutes=minutes, recipients=recipients)


def _is_stricter(target: Grade, grade: Grade) -> bool:
    """A report at *target* is stricter than one at *grade*; I and II go to the same bodies in the same time."""
    return target.rank > grade.rank and not (target in SERIOUS and grade in SERIOUS)


def _told_higher(desk: _Desk, change: Change, grade: Grade, told_since: datetime | None) -> set[str]:
    told: set[str] = set()
    for filing in desk.case.filings(desk.office):
        if filing.at >= change.at:
            break
        standing = desk.case.history.at(filing.at)
        was_higher = standing.grade is not None and standing.grade.rank > grade.rank
        if was_higher or (told_since is not None and filing.at >= told_since):
            told.update(filing.to)
    return told - {"peer_departments"}


def _reported_lower(desk: _Desk, change: Change, grade: Grade) -> bool:
    """True when the last report before *change* spoke of a lower grade than *grade*: IV reported, II, then III."""
    before = [filing for filing in desk.case.filings(desk.office) if filing.at < change.at]
    said = desk.case.history.at(before[-1].at).grade if before else None
    return said is not None and said.rank < grade.rank


def _open_change(desk: _Desk, change: Change, grade: Grade, *, minutes: int | None, recipients: Iterable[str]) -> None:
    clock = desk.case.open_clock(
        desk.case.rules["R4"],
        desk.office,
        key=change.key,
        starts_at=change.at,
        because=desk.case.change_reason(change, change.at, change.after),
        minutes=minutes,
        recipients=recipients,
        reached_since=change.at,
    )
    settled = desk.put(clock)
    desk.targets[settled.identity] = grade
    _remember(desk, settled, change)


def _void_open(desk: _Desk, clocks: Iterable[Clock], change: Change) -> list[Clock]:
    """Void those that are neither met nor overdue, and return them; the milder first report runs from learning."""
    voided = [clock for clock in clocks if clock.was_open_at(change.written_at)]
    reason = desk.case.change_reason(change, change.at, change.after)[0]
    for clock in voided:
        desk.clocks[clock.identity] = void(clock, change.at, reason)
    if voided and not desk.live(_FIRST):
        _open_first(desk, "R1", because=(reason,))
    return voided


def _with_strict(desk: _Desk) -> Iterable[Clock]:
    """The clocks with what a strict inspector would count 从严口径."""
    limit_minutes = desk.case.rules["R2"].within_minutes or 0
    limit = desk.learned_at + timedelta(minutes=limit_minutes)
    alarming = _alarming_spans(desk, limit)
    first_met = min((c.met_at for c in desk.live(_FIRST) if c.met_at is not None), default=None)
    for clock in desk.clocks.values():
        span = _span_for(desk, clock, alarming, first_met)
        if span is not None:
            clock = _stricter(clock, limit, _strict_words(desk, span))  # noqa: PLW2901 - the same clock, sharper
        since = desk.known_since.get(clock.identity)
        if since is not None and clock.due_at is not None:
            limit_since = since + (clock.due_at - clock.starts_at)
            words = f"已在案的事实自{clock_time_zh(since)}起即达到该级别，从严自该时起算"
            clock = _stricter(clock, limit_since, words)  # noqa: PLW2901
        yield clock


def _alarming_spans(desk: _Desk, limit: datetime) -> list[Span]:
    """Times when the case was sensitive or judged I/II, unless that ended before the strict limit."""
    case = desk.case
    spans = (
        *case.history.spans(desk.learned_at, case.is_sensitive),
        *case.history.spans(desk.learned_at, lambda standing: standing.grade in SERIOUS),
    )
    return [span for span in spans if span.ended_by is None or span.ended_by.written_at > limit]


def _span_for(desk: _Desk, clock: Clock, spans: list[Span], first_met: datetime | None) -> Span | None:
    """The span that sharpens *clock*: begun before its first report was made."""
    if clock.rule_id == "R4":
        started_by_rise = any(c.key == clock.start_key and _is_rise(c) for c in desk.case.history.changes)
        if not started_by_rise or (first_met is not None and first_met < clock.starts_at):
            return None
        target = desk.targets[clock.identity]
        return next((s for s in spans if target in SERIOUS or not _is_graded(s)), None)
    return next((s for s in spans if clock.met_at is None or s.starts_at <= clock.met_at), None)


def _is_rise(change: Change) -> bool:
    before, after = change.before.grade, change.after.grade
    return before is not None and after is not None and after.rank > before.rank


def _is_graded(span: Span) -> bool:
    event = span.begun_by.event if span.begun_by else None
    return event is not None and event.kind is FactKind.GRADE_CHANGED


def _strict_words(desk: _Desk, span: Span) -> str:
    hours = (desk.case.rules["R2"].within_minutes or 0) // 60
    if _is_graded(span):
        return f"首报之前已判为重大以上，从严自得知时起{hours}小时"
    return f"有令17号第四条情形，从严自得知时起{hours}小时"


def _stricter(clock: Clock, limit: datetime, words: str) -> Clock:
    if clock.strict_due_at is None or limit >= clock.strict_due_at:
        return clock
    return replace(clock, strict_due_at=limit, strict_because=words)
