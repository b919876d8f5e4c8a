"""What the desk board and the wall say at once: calls to make, clocks, open cases with their next arrival, the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.permissions import Actor
from incident_desk.domain.ruler import Ruler
from incident_desk.extensions import db
from incident_desk.models import CallDraft, Incident, PhoneCall
from incident_desk.services import scope
from incident_desk.services.calls import call_taking, phone_calls
from incident_desk.services.cases import case_files, case_view
from incident_desk.services.cases.case_view import Arrival
from incident_desk.services.law import clocks
from incident_desk.services.law.clocks import CaseClock

MOST_CALLS = 12
MOST_CLOCKS = 40
RULER_ROWS = 4


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open case with the next place its water reaches."""

    incident: Incident
    next_arrival: Arrival | None


@dataclass(frozen=True, slots=True)
class Coming:
    """One arrival that lies ahead, with its case."""

    incident: Incident
    arrival: Arrival


def calls_to_make(actor: Actor) -> list[tuple[PhoneCall, Incident]]:
    """The calls to make now, those of the newest case first; behind them those that nobody answered, to ring again."""
    again = (
        select(PhoneCall, Incident)
        .join(Incident, PhoneCall.incident_id == Incident.id)
        .where(scope.visible_to(actor), PhoneCall.state == "no_answer", Incident.state == "open")
        .order_by(PhoneCall.made_at, PhoneCall.rank)
    )
    return [*phone_calls.to_make(actor), *((call, incident) for call, incident in db.session.execute(again))]


def open_clocks(actor: Actor) -> list[CaseClock]:
    """The open clocks of open and closed cases, most urgent first by the strict time."""
    return clocks.open_clocks(actor)


def open_cases(actor: Actor, now: datetime) -> list[OpenCase]:
    """The open cases, newest first."""
    found = case_files.open_cases(actor)
    traces = case_view.newest_traces([incident.id for incident in found])
    return [
        OpenCase(incident, case_view.next_arrival(case_view.arrivals_of(traces.get(incident.id)), now))
        for incident in found
    ]


def coming(actor: Actor, now: datetime, limit: int) -> list[Coming]:
    """The next arrivals of all open cases, soonest first."""
    found = case_files.open_cases(actor)
    traces = case_view.newest_traces([incident.id for incident in found])
    ahead = [
        Coming(incident, arrival)
        for incident in found
        for arrival in case_view.arrivals_of(traces.get(incident.id))
        if arrival.matters and arrival.earliest is not None and arrival.earliest >= now
    ]
    return sorted(ahead, key=lambda one: one.arrival.earliest or now)[:limit]


def most_urgent(actor: Actor, now: datetime) -> Incident | None:
    """The open case whose clock or water comes first; the newest where nothing is due."""
    found = open_cases(actor, now)
    times: dict[int, datetime] = {}
    for line in clocks.open_clocks(actor):
        if line.urgent_at is not None and line.incident.state == "open":
            times.setdefault(line.incident.id, line.urgent_at)
    for one in found:
        if one.next_arrival is not None and one.next_arrival.earliest is not None:
            known = times.get(one.incident.id, one.next_arrival.earliest)
            times[one.incident.id] = min(known, one.next_arrival.earliest)
    first = next(iter(found), None)
    urgent = min(
        (one for one in found if one.incident.id in times), key=lambda one: times[one.incident.id], default=first
    )
    return urgent.incident if urgent else None


def ruler(incident: Incident, actor: Actor, *, now: datetime, locale: str, most_rows: int = RULER_ROWS) -> Ruler:
    """The ruler of one case."""
    arrivals = case_view.arrivals_of(case_view.newest_trace(incident.id))
    lines = clocks.clocks_of(actor, incident.case_no)
    return case_view.ruler_of(incident, lines, arrivals, now=now, locale=locale, most_rows=most_rows)


def unfinished_sheets(actor: Actor) -> list[CallDraft]:
    """Call sheets that were begun and not opened, for whoever may take calls."""
    return call_taking.drafts_of(actor) if actor.may("call.take") else []
