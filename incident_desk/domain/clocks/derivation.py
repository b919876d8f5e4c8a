"""Statutory clocks: which duty is due, under which rule, and by when. Callers pass ``now``.

Derivation is a replay. The facts are read in the order in which they were written down; after each the law is
applied to all that was then known (``clock_reports``, ``clock_duties``, ``clock_disclosure``), and what earlier
readings had on the board is carried on: a breach stays a breach, an open duty without ground is void with its reason.
So the result does not depend on the order in which facts are handed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from incident_desk.domain.china_time import china_date
from incident_desk.domain.clocks.clock_aftermath import aftermath_clocks
from incident_desk.domain.clocks.clock_case import Acts, Case
from incident_desk.domain.clocks.clock_disclosure import investigation_clocks, occurrence_clocks
from incident_desk.domain.clocks.clock_duties import (
    circumstance_clocks,
    duty_room_clocks,
    neighbour_clocks,
    peer_clocks,
    province_clocks,
    written_report_clocks,
)
from incident_desk.domain.clocks.clock_ends import Identity, apply_findings, carry
from incident_desk.domain.clocks.clock_follow_up import follow_up_clocks
from incident_desk.domain.clocks.clock_history import history_of
from incident_desk.domain.clocks.clock_reports import report_clocks
from incident_desk.domain.clocks.clock_values import URGE_SHARE, WARN_SHARE, Because, Clock
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.facts.fact_reading import WaiverRefused
from incident_desk.domain.law.legal_codes import ClockState, FactKind, Family
from incident_desk.domain.law.rulebook import DeadlineRule, Rulebook
from incident_desk.domain.offices import OfficeLevel

__all__ = ["URGE_SHARE", "WARN_SHARE", "Because", "Clock", "ClockState", "derive_clocks", "most_urgent_first"]

# Acts say what was done, not what is owed; each reading of the law sees all of them.
_ACTS = frozenset(
    {
        FactKind.REPORT_FILED,
        FactKind.RELEASE_PUBLISHED,
        FactKind.NEIGHBOUR_NOTICED,
        FactKind.DUTY_DONE,
        FactKind.NOT_APPLICABLE,
        FactKind.WAIVED,
        FactKind.EXTENSION_APPROVED,
        FactKind.PUBLIC_OPINION_ANSWERED,
        FactKind.ARCHIVE_RECEIVED,
    }
)


_ADDING = frozenset({FactKind.NEIGHBOUR_AFFECTED, FactKind.PUBLIC_OPINION_DETECTED, FactKind.RESPONSE_STARTED})


class NoReportingRule(DomainError):
    """The case lies outside the dates of the reporting rules on file."""

    code = "no_reporting_rule"
    message_id = N_("No reporting rule is in force on %(day)s: check learned_at, or add the rule to data/rules.")


def derive_clocks(facts: CaseFacts, rules: Rulebook, *, now: datetime) -> tuple[Clock, ...]:
    """Every clock that *facts* have started, with its legal and its strict due time, most urgent first.

    A case is never without a first-report clock. A duty without a number has the state ``no_limit``. *now* only
    bears on a period that stands still at this moment.

    Raises:
        WaiverRefused: a duty of the reporting family was waived.
        NoReportingRule: no reporting rule is in force on the day of learning.

    Source: 令17号 第三条、第四条、第八条 numbers are in data/rules, the readings as cases in tests/cases.
    """
    _refuse_waivers(facts, rules)
    in_force = _rules_of(facts, rules)
    acts = Acts.of(facts)
    ledger: dict[Identity, Clock] = {}
    for step in (
        None,
        *_steps(facts),
    ):  # what was written down by learning is no later view: it bears on the first reading
        known = facts.as_known(step or facts.learned_at, always=_ACTS)
        case = Case(known, history_of(known), in_force, rules, now, acts)
        reading = {clock.identity: clock for clock in _read(case)}
        ledger = carry(ledger, reading, at=step) if step else reading
    return tuple(sorted((apply_findings(case, clock) for clock in ledger.values()), key=_by_identity))


def _steps(facts: CaseFacts) -> list[datetime]:
    """When the law has to be read anew: after each fact that may end or move a duty, and right before it.

    Facts that only add a duty of their own (``_ADDING``) need no reading between them.
    """
    written: dict[datetime, bool] = {}
    for event in facts.events:
        if event.kind not in _ACTS and event.written_at > facts.learned_at:
            written[event.written_at] = written.get(event.written_at, False) or event.kind not in _ADDING
    moments = sorted(written)
    turning = [written[moment] for moment in moments] + [True]
    return [moment for place, moment in enumerate(moments) if turning[place] or turning[place + 1]]


def most_urgent_first(clocks: tuple[Clock, ...], now: datetime) -> tuple[Clock, ...]:
    """Board order: open clocks by the strict limit, then duties without number, then what is closed."""
    far = datetime.max.replace(tzinfo=UTC)

    def order(clock: Clock) -> tuple[bool, datetime, datetime, tuple[str, str, str]]:
        return (clock.is_closed, clock.strict_due_at or far, clock.due_at or clock.starts_at, clock.identity)

    return tuple(sorted(clocks, key=order))


def _read(case: Case) -> Iterator[Clock]:
    """What the law asks of everyone, as the case is known at one step."""
    learned = _learned(case)
    for office, at in learned.items():
        if office == case.facts.office or case.book.offices.get(office).level is not OfficeLevel.PROVINCE:
            yield from report_clocks(case, office, at)
            yield from peer_clocks(case, office, at)
    yield from province_clocks(case)
    yield from duty_room_clocks(case, learned)
    yield from written_report_clocks(case)
    yield from neighbour_clocks(case)
    yield from circumstance_clocks(case, learned)
    yield from occurrence_clocks(case)
    yield from investigation_clocks(case)
    yield from follow_up_clocks(case)
    yield from aftermath_clocks(case)


def _learned(case: Case) -> dict[str, datetime]:
    """When each office learned: the file's own as corrected, others by ``office_learned``; the earliest counts."""
    learned = {case.facts.office: case.history.learned_at}
    for event in case.facts.of_kind(FactKind.OFFICE_LEARNED):
        if event.office is not None:
            learned[event.office] = min(event.at, learned.get(event.office, event.at))
    return learned


def _rules_of(facts: CaseFacts, rules: Rulebook) -> dict[str, DeadlineRule]:
    """The rules in force on the day the office learned, as last corrected."""
    day = china_date(history_of(facts).learned_at)
    in_force = dict(rules.in_force_on(day))
    if not {"R1", "R2", "R4"} <= set(in_force):
        raise NoReportingRule(field="learned_at", day=day.isoformat())
    return in_force


def _refuse_waivers(facts: CaseFacts, rules: Rulebook) -> None:
    for event in facts.of_kind(FactKind.WAIVED):
        if event.rule_id is not None and rules.family_of(event.rule_id) is Family.REPORTING:
            raise WaiverRefused(field="rule_id", rule_id=event.rule_id)


def _by_identity(clock: Clock) -> tuple[datetime, datetime, tuple[str, str, str]]:
    far = datetime.max.replace(tzinfo=UTC)
    return (clock.strict_due_at or far, clock.starts_at, clock.identity)
