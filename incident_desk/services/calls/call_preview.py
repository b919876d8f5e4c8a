"""What follows from a call sheet while it is typed: grade, circumstances, clocks, water. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident_desk.domain.calls.call_questions import Question, next_questions
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.occurrence import OccurrenceKind
from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.clocks.derivation import derive_clocks
from incident_desk.domain.errors import DomainError
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.facts.fact_reading import OWN_ACCOUNTS
from incident_desk.domain.law.grading import GradeProposal
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.law.triggers import TriggerProposal, propose_triggers
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import CallDraft, Incident, Office
from incident_desk.services.cases import case_view
from incident_desk.services.cases.case_view import Arrival
from incident_desk.services.law import circumstances, grading
from incident_desk.services.water import tracing
from incident_desk.services.water.tracing import PlaceNotKnown

QUESTIONS = 4
ARRIVALS = 6


@dataclass(frozen=True, slots=True)
class CallPreview:
    """What the right side of the sheet says."""

    sheet: CallSheet
    problems: tuple[FieldProblem, ...]
    questions: tuple[Question, ...]
    proposal: GradeProposal
    triggers: tuple[TriggerProposal, ...]
    clocks: tuple[Clock, ...]
    arrivals: tuple[Arrival, ...] = ()
    water_problem: DomainError | None = None
    mean_flow: bool = True


def preview(body: Mapping[str, Any], *, actor: Actor, now: datetime) -> CallPreview:
    """What a draft's *body* would lead to if the case were opened now."""
    sheet, problems = CallSheet.from_form(body, now=now)
    water = tracing.preview(sheet, now=now)
    proposals = (*propose_triggers(circumstances.known_facts(sheet)), *water.circumstances)
    triggers: dict[str, TriggerProposal] = {}
    for proposal in proposals:
        triggers.setdefault(proposal.code, proposal)
    return CallPreview(
        sheet=sheet,
        problems=problems,
        questions=next_questions(sheet, QUESTIONS),
        proposal=grading.propose_from(sheet),
        triggers=tuple(sorted(triggers.values(), key=lambda one: one.code)),
        clocks=_clocks(sheet, frozenset(triggers), actor=actor, now=now),
        arrivals=_nearest(water.result),
        water_problem=None if isinstance(water.problem, PlaceNotKnown) else water.problem,
        mean_flow=water.inputs is None or water.inputs.discharge is None,
    )


def case_of(draft: CallDraft) -> Incident:
    """The case that was opened from *draft*."""
    return db.session.get_one(Incident, draft.incident_id)


def _nearest(result: Mapping[str, Any] | None) -> tuple[Arrival, ...]:
    """The nearest intakes and borders downstream."""
    found = [one for one in case_view.arrivals_in(result) if one.matters]
    return tuple(found[:ARRIVALS])


def _clocks(sheet: CallSheet, triggers: frozenset[str], *, actor: Actor, now: datetime) -> tuple[Clock, ...]:
    office = db.session.get(Office, actor.office)
    settings = office.settings if office is not None else {}
    rules = Rulebook.shipped()
    occurred = sheet.occurred
    is_about = occurred.kind is OccurrenceKind.ABOUT
    told = occurred.latest if is_about else occurred.earliest
    facts = CaseFacts(
        office=actor.office,
        learned_at=sheet.learned_at,
        occurred_at=min(told, sheet.learned_at) if told else None,
        occurred_earliest=occurred.earliest if is_about else None,
        triggers=triggers & frozenset(rules.triggers),
        overlays=frozenset(settings.get("overlays", ())) & frozenset(rules.rule_ids),
        accounts=tuple(settings.get("accounts", OWN_ACCOUNTS)),
        events=(),
    )
    found = [clock for clock in derive_clocks(facts, rules, now=now) if clock.is_live]
    return tuple(sorted(found, key=lambda clock: (clock.due_at is None, clock.strict_due_at or clock.starts_at)))
