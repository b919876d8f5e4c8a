"""What a case lacks at this moment, as questions for the lower desks; and which desks there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from incident_desk.domain.law.legal_codes import FactKind, ReportKind
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
    named = {row.office_code for row in incident.offices} | {sheet.region_code or ""}
    likely = frozenset(office.code for office in offices if office.code in named)
    return Offer(incident, questions_of(db.session(), incident, actor=actor, now=now), offices, likely)


def questions_of(session: Session, incident: Incident, *, actor: Actor, now: datetime) -> tuple[RoundQuestion, ...]:
    """The questions that follow from what *incident* lacks."""
    sheet = case_sheet.current_sheet(incident, session)
    run = five_lines.newest_trace(session, incident.id)
    receptors = (run.result if run else {}).get("receptors", ())
    intakes = [NamedIntake(str(one["id"]), str(one["name"])) for one in receptors if one["kind"] == "intake"]
    kind = ReportKind.RESULT if facts.newest(incident.id, FactKind.EMERGENCY_ENDED, session) else ReportKind.FOLLOW_UP
    values, _ = report_values.values_of(
        session, incident, office=incident.office_code, actor=actor, now=now, sequence=1, kind=kind
    )
    return lacking(sheet, intakes, draft_report(values, now, kind=kind).tasks, worded=_worded(session, incident))


def desks_below(actor: Actor, incident: Incident, session: AnySession) -> list[Office]:
    """Offices below the actor's that belong to the case: those under the office that has it, and those part of it."""
    below = Office.code.startswith(scope.code_prefix(actor.office)) & (Office.code != actor.office)
    part = [row.office_code for row in incident.offices]
    of_case = or_(Office.code.startswith(scope.code_prefix(incident.office_code)), Office.code.in_(part))
    return list(session.scalars(select(Office).where(below, of_case).order_by(Office.code)))


def _worded(session: Session, incident: Incident) -> frozenset[str]:
    """Report fields for which an officer's own words stand in the newest report."""
    query = select(Report.texts).where(Report.incident_id == incident.id).order_by(Report.number.desc()).limit(1)
    texts = session.scalar(query) or {}
    return frozenset(field for field, text in texts.items() if str(text).strip())
