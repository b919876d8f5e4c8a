"""What a case lacks at this moment, as questions for the lower desks; and which desks there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from incident_desk.domain.law.legal_codes import FactKind, ReportKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import draft_report
from incident_desk.domain.rounds.questions import NamedIntake, RoundQuestion, lacking
from incident_desk.extensions import db
from incident_desk.models import Incident, Office, Report
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts, five_lines
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.reports import report_values


@dataclass(frozen=True, slots=True)
class Offer:
    """What a new round could ask, of whom; *likely* are the offices that the case names already."""

    incident: Incident
    questions: tuple[RoundQuestion, ...]
    offices: tuple[Office, ...]
    likely: frozenset[str]


def offer(actor: Actor, case_no: str, *, now: datetime) -> Offer:
    """What a round begun now would ask.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    sheet = case_sheet.current_sheet(incident)
    offices = tuple(desks_below(actor, incident, db.session))
    named = {row.office_code for row in incident.offices} | {sheet.region_code or "", incident.office_code}
    on_the_way = {str(_about(one).get("county", "")) for one in _intakes_below(db.session(), incident, actor)}
    likely = frozenset(one.code for one in offices if one.code in named or _area_zh(one.code) in on_the_way)
    return Offer(incident, questions_of(db.session(), incident, actor=actor, now=now), offices, likely)


def questions_of(session: Session, incident: Incident, *, actor: Actor, now: datetime) -> tuple[RoundQuestion, ...]:
    """The questions that follow from what *incident* lacks."""
    sheet = case_sheet.current_sheet(incident, session)
    below = _intakes_below(session, incident, actor)
    intakes = [NamedIntake(str(one["id"]), str(one["name"])) for one in below]
    kind = ReportKind.RESULT if facts.newest(incident.id, FactKind.EMERGENCY_ENDED, session) else ReportKind.FOLLOW_UP
    values, _ = report_values.values_of(
        session, incident, office=incident.office_code, actor=actor, now=now, sequence=1, kind=kind
    )
    return lacking(sheet, intakes, draft_report(values, now, kind=kind).tasks, worded=_worded(session, incident))


def desks_below(actor: Actor, incident: Incident, session: AnySession) -> list[Office]:
    """Offices below the actor's that the case touches: those of its prefecture, those part of it, those on the way."""
    below = Office.code.startswith(scope.code_prefix(actor.office)) & (Office.code != actor.office)
    part = {row.office_code for row in incident.offices} | {incident.office_code}
    part |= {str(_about(one).get("prefecture_code", "")) for one in _intakes_below(session, incident, actor)}
    prefecture = f"{incident.office_code[:4]}00"
    of_case = or_(Office.code.startswith(scope.code_prefix(prefecture)), Office.code.in_(part))
    return list(session.scalars(select(Office).where(below, of_case).order_by(Office.code)))


def _intakes_below(session: AnySession, incident: Incident, actor: Actor) -> list[Mapping[str, Any]]:
    """The intakes on the way of the water that lie in the actor's own area, nearest first."""
    run = five_lines.newest_trace(session, incident.id)
    receptors = (run.result if run else {}).get("receptors", ())
    own = scope.code_prefix(actor.office)[:4]
    return [
        one
        for one in receptors
        if one["kind"] == "intake" and str(_about(one).get("prefecture_code") or own).startswith(own)
    ]


def _about(receptor: Mapping[str, Any]) -> Mapping[str, Any]:
    return receptor.get("attributes") or {}


def _area_zh(code: str) -> str:
    known = Rulebook.shipped().offices.offices.get(code)
    return known.area_zh if known is not None else ""


def _worded(session: Session, incident: Incident) -> frozenset[str]:
    """Report fields for which an officer's own words stand in the newest report."""
    query = select(Report.texts).where(Report.incident_id == incident.id).order_by(Report.number.desc()).limit(1)
    texts = session.scalar(query) or {}
    return frozenset(field for field, text in texts.items() if str(text).strip())
