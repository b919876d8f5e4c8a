"""What a case needs of experts: its facts put into the codes that the table of disciplines knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.callouts.callout import (
    CalloutCondition,
    Choice,
    Need,
    NeedRule,
    Proposal,
    Situation,
    load_need_rules,
    needs_of,
    propose,
    replacement,
)
from incident_desk.domain.callouts.experts import Expert
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.law.triggers import HEAVY_METAL
from incident_desk.models import Incident, TraceRun
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts

SURFACE_WATER = "WATER_SURFACE"
DRINKING_TRIGGER, OPINION_TRIGGER = "T1", "T5"
INTAKE = "intake"


@cache
def rules() -> tuple[NeedRule, ...]:
    """The shipped table, read once."""
    return load_need_rules()


def situation_of(incident: Incident, session: Session) -> Situation:
    """What is known of *incident*, for choosing experts. Where a trace ran, the place is the river's point."""
    sheet = case_sheet.current_sheet(incident, session)
    trace = session.scalar(
        select(TraceRun).where(TraceRun.incident_id == incident.id).order_by(TraceRun.id.desc()).limit(1)
    )
    place = (trace.longitude, trace.latitude) if trace is not None else _place(sheet)
    found = sheet.identified
    media = sheet.media or ((SURFACE_WATER,) if trace is not None or sheet.water_body else ())
    return Situation(
        media=media,
        pollutants=_pollutants(sheet),
        cause=sheet.cause or "",
        conditions=tuple(_conditions(incident, sheet, trace, session)),
        longitude=place[0] if place else None,
        latitude=place[1] if place else None,
        substance=found.name_zh if found else sheet.substance,
        enterprises=tuple(filter(None, (sheet.carrier.strip(),))),
    )


def needs_for(situation: Situation) -> tuple[Need, ...]:
    """The disciplines that *situation* needs, by the shipped table."""
    return needs_of(situation, rules())


def choose(
    pool: Iterable[Expert], situation: Situation, needs: tuple[Need, ...], on: date, already: Iterable[str]
) -> Proposal:
    """Whom to call for *needs*; *already* are the numbers of those asked before."""
    return propose(pool, needs, situation, on, already=already)


def choice_for(expert: Expert, situation: Situation, needs: tuple[Need, ...], on: date) -> Choice | None:
    """For which discipline one expert fits best, required ones first; ``None`` where the case needs nobody so."""
    fitting = (replacement((expert,), need, situation, on, already=()) for need in needs)
    return next((choice for choice in fitting if choice is not None), None)


def _place(sheet: CallSheet) -> tuple[float, float] | None:
    return sheet.position.coordinates.cgcs2000() if sheet.position else None


def _pollutants(sheet: CallSheet) -> tuple[str, ...]:
    found = sheet.identified
    if found is None:
        return ("UNKNOWN",) if sheet.substance or sheet.un_no else ()
    metal = (HEAVY_METAL,) if found.is_heavy_metal else ()
    return tuple(dict.fromkeys((found.pollutant_category, *metal)))


def _conditions(
    incident: Incident, sheet: CallSheet, trace: TraceRun | None, session: Session
) -> Iterable[CalloutCondition]:
    triggers = facts.current_triggers(session, incident.id)
    below = trace.result.get("receptors", ()) if trace is not None else ()
    if sheet.intakes or DRINKING_TRIGGER in triggers or any(one.get("kind") == INTAKE for one in below):
        yield CalloutCondition.DRINKING_SOURCE
    if any((sheet.dead, sheet.injured, sheet.poisoned)):
        yield CalloutCondition.CASUALTIES
    if OPINION_TRIGGER in triggers:
        yield CalloutCondition.PUBLIC_ATTENTION
