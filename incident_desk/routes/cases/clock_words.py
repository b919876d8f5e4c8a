"""A legal clock as a row on a screen: time left, who owes what to whom, who lacks it, the act that meets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from flask import url_for
from flask_babel import gettext

from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.domain.command import scene
from incident_desk.domain.command.papers import R12
from incident_desk.domain.law.legal_codes import ClockState, Family, MetBy
from incident_desk.domain.law.rule_values import DeadlineRule
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.models import Incident, Reminder
from incident_desk.routes.code_words import code_label, localized, who_words
from incident_desk.routes.context import local_time, select_locale, time_left
from incident_desk.services import installation
from incident_desk.services.law import reminders
from incident_desk.services.law.clocks import CaseClock

BY_REPORT = frozenset({MetBy.REPORT, MetBy.WRITTEN_REPORT, MetBy.FOLLOW_UP_REPORT, MetBy.RESULT_REPORT})
BY_RELEASE = frozenset({MetBy.GOVERNMENT_RELEASE, MetBy.PRESS_CONFERENCE, MetBy.OWN_ACCOUNTS})


@dataclass(frozen=True, slots=True)
class Act:
    """What meets a clock: its word, and the address of the page where it is done."""

    word: str
    href: str


@dataclass(frozen=True, slots=True)
class ReminderMark:
    """The newest reminder of an open clock: raised when, who has said that they know and when."""

    level: int
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class ClockRow:
    """Everything a row says; texts are in the language of the screen."""

    id: int
    incident: Incident | None
    rule_id: str
    title: str
    article: str
    state: ClockState
    state_word: str
    left: str
    starts_at: datetime
    due_at: datetime | None
    strict_due_at: datetime | None
    differs: bool
    strict_left: str
    strict_because: str
    holder: str
    recipients: tuple[str, ...]
    missing: tuple[str, ...]
    met_by: str
    met_at: datetime | None
    because: tuple[Because, ...]
    is_closed: bool
    end_reason: str
    preset_due_at: datetime | None
    act: Act | None
    no_number: str
    reminder: ReminderMark | None = None


def describe_all(lines: Sequence[CaseClock], now: datetime) -> list[ClockRow]:
    """The rows of clocks of cases at *now*, with the newest reminder of each that is open."""
    raised = reminders.of_clocks(line.id for line in lines if not line.clock.is_closed)
    names = who_words({row.acknowledged_by for row in raised.values() if row.acknowledged_by})
    return [replace(_of_case(line, now), reminder=_mark(raised.get(line.id), names)) for line in lines]


def describe(line: CaseClock, now: datetime) -> ClockRow:
    """The row of one clock of a case at *now*."""
    return describe_all([line], now)[0]


def _of_case(line: CaseClock, now: datetime) -> ClockRow:
    act = None if line.clock.is_closed else act_of(line)
    return replace(describe_clock(line.clock, now), id=line.id, incident=line.incident, act=act)


def _mark(row: Reminder | None, names: Mapping[str, str]) -> ReminderMark | None:
    if row is None:
        return None
    return ReminderMark(row.level, row.raised_at, row.acknowledged_at, names.get(row.acknowledged_by or "", ""))


def describe_clock(clock: Clock, now: datetime) -> ClockRow:
    """The row of a clock that belongs to no case yet, such as one that a call would start."""
    rule, state = _rule(clock.rule_id), clock.state(now)
    differs = clock.strict_due_at is not None and clock.strict_due_at != clock.due_at
    names = dict(zip(clock.recipients, clock.recipients_zh, strict=True))
    return ClockRow(
        id=0,
        incident=None,
        rule_id=clock.rule_id,
        title=localized(clock.title_zh, clock.title),
        article=clock.article,
        state=state,
        state_word=code_label(state),
        left=_left(clock, state, now),
        starts_at=clock.starts_at,
        due_at=clock.due_at,
        strict_due_at=clock.strict_due_at,
        differs=differs,
        strict_left=gettext("strict: %(left)s", left=time_left(clock.strict_due_at, now)) if differs else "",
        strict_because=clock.strict_because or "",
        holder=clock.duty_holder,
        recipients=tuple(recipient(code, names[code]) for code in clock.recipients),
        missing=tuple(recipient(code, name) for code, name in clock.missing_recipients()),
        met_by=rule.satisfied_by_zh if rule else "",
        met_at=clock.met_at,
        because=clock.because,
        is_closed=clock.is_closed,
        end_reason=clock.void_reason or clock.not_applicable_reason,
        preset_due_at=clock.preset_due_at,
        act=None,
        no_number=rule.no_number if rule else "",
    )


def _left(clock: Clock, state: ClockState, now: datetime) -> str:
    if state in {ClockState.MET, ClockState.MET_LATE}:
        return f"{code_label(state)} {local_time(clock.met_at)}"
    if clock.is_closed or clock.due_at is None:
        return code_label(state)
    return time_left(clock.due_at, now)


def recipient(code: str, name_zh: str) -> str:
    """Whom something is owed to: its official name, in English the word of the list or the office's English name."""
    if select_locale() != "en":
        return name_zh
    if code == "public":
        return "the public"
    if code.isdecimal():
        return installation.office_name(code, "en")
    return code_label(code, "recipient")


def act_of(line: CaseClock) -> Act | None:
    """The act that meets an open clock, as its button."""
    rule = _rule(line.clock.rule_id)
    case_no = line.incident.case_no
    page = url_for("incidents.show", case_no=case_no)
    met_by = rule.met_by if rule else MetBy.DUTY_DONE
    if met_by in BY_REPORT:
        return Act(gettext("Report"), f"{page}/reports?clock={line.id}")
    if met_by in BY_RELEASE:
        return Act(gettext("Release"), f"{page}/releases?clock={line.id}")
    if line.clock.rule_id in scene.RULES:
        return Act(gettext("Heads to the scene"), url_for("scene.index", case_no=case_no))
    if line.clock.rule_id == R12:
        return Act(gettext("Propose"), url_for("papers.index", case_no=case_no))
    if met_by is MetBy.NEIGHBOUR_NOTICE:
        return Act(gettext("Notify"), url_for("notices.index", case_no=case_no))
    return Act(gettext("Done"), url_for("incidents.clock", case_no=case_no, clock_id=line.id))


def met_by_of(rule_id: str) -> MetBy:
    """The kind of act that meets the rule."""
    rule = _rule(rule_id)
    return rule.met_by if rule else MetBy.DUTY_DONE


def is_reporting(rule_id: str) -> bool:
    """Whether the duty is one of reporting, which nobody can waive."""
    rule = _rule(rule_id)
    return rule is None or rule.family is Family.REPORTING


@cache
def _rule(rule_id: str) -> DeadlineRule | None:
    """The newest row of a rule; older ones differ in number, not in the act that meets them."""
    rows: Sequence[DeadlineRule] = [rule for rule in Rulebook.shipped().deadlines if rule.rule_id == rule_id]
    return rows[-1] if rows else None
