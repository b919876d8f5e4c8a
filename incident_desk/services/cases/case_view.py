"""What stands around every page of a case: its head, its ruler of law and water, and the counts on its tabs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident_desk.domain.instants import read_instant
from incident_desk.domain.law.grading import GradeProposal
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.domain.permissions import Actor
from incident_desk.domain.ruler import LawMark, Ruler, WaterMark, compose_ruler
from incident_desk.extensions import db
from incident_desk.models import (
    ArchivePackage,
    Callout,
    Evidence,
    Incident,
    InquiryRound,
    Instruction,
    JournalEntry,
    NeighbourNotice,
    Release,
    Report,
    Task,
    TraceRun,
)
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.law import clocks, grading
from incident_desk.services.law.clocks import CaseClock

MOST_ARRIVALS = 8
COUNTED: Mapping[str, Any] = {
    "reports": Report.incident_id,
    "releases": Release.incident_id,
    "command": Instruction.incident_id,
    "notices": NeighbourNotice.incident_id,
    "callout": Callout.incident_id,
    "evidence": Evidence.incident_id,
    "rounds": InquiryRound.incident_id,
    "archive": ArchivePackage.incident_id,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One place that the water of a case reaches, by its newest trace; instants are aware, None where none is known."""

    id: str
    kind: str
    name: str
    distance_m: float
    earliest: datetime | None
    likely: datetime | None
    latest: datetime | None
    exceeds: bool | None = None
    border_level: str = ""

    @property
    def matters(self) -> bool:
        """What the ruler shows: whoever draws the water, and where it leaves a prefecture or the province."""
        return self.kind == "intake" or (self.kind == "border" and self.border_level != "county")


@dataclass(frozen=True, slots=True)
class CaseFrame:
    """The head of a case's pages."""

    incident: Incident
    proposal: GradeProposal
    clocks: tuple[CaseClock, ...]
    arrivals: tuple[Arrival, ...]
    counts: Mapping[str, int]

    @property
    def at_least(self) -> Grade:
        """What the case has at the least while nobody has judged it."""
        return self.proposal.at_least

    def next_arrival(self, now: datetime) -> Arrival | None:
        """The next intake or border whose earliest arrival lies ahead."""
        return next_arrival(self.arrivals, now)


def frame(actor: Actor, case_no: str) -> CaseFrame:
    """Everything the head of a case's pages says.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    return CaseFrame(
        incident=incident,
        proposal=grading.view(actor, case_no).proposal,
        clocks=tuple(clocks.clocks_of(actor, case_no)),
        arrivals=arrivals_of(newest_trace(incident.id)),
        counts=_counts(incident),
    )


def ruler_of(
    incident: Incident,
    lines: Iterable[CaseClock],
    arrivals: Iterable[Arrival],
    *,
    now: datetime,
    locale: str,
    most_rows: int | None = None,
) -> Ruler:
    """Law and water of one case on one axis, named in *locale*; void clocks stay off it."""
    law = [_law_mark(line, now, locale) for line in lines if line.clock.is_live]
    water = [
        WaterMark(
            arrival.name, arrival.kind, arrival.earliest, arrival.likely, arrival.latest, target=f"#place-{arrival.id}"
        )
        for arrival in arrivals
        if arrival.matters and arrival.earliest and arrival.likely and arrival.latest
    ]
    return compose_ruler(incident.learned_at, now=now, law=law, water=water[:MOST_ARRIVALS], most_rows=most_rows)


def _law_mark(line: CaseClock, now: datetime, locale: str) -> LawMark:
    clock = line.clock
    return LawMark(
        name=clock.title if locale == "en" else clock.title_zh,
        starts_at=clock.starts_at,
        due_at=clock.due_at,
        state=clock.state(now).value,
        strict_due_at=clock.strict_due_at,
        met_at=clock.met_at,
        article=clock.article,
        target=f"#clock-{line.id}",
    )


def newest_trace(incident_id: int) -> TraceRun | None:
    """The current trace of a case."""
    query = select(TraceRun).where(TraceRun.incident_id == incident_id).order_by(TraceRun.id.desc()).limit(1)
    return db.session.scalar(query)


def newest_traces(incident_ids: Iterable[int]) -> dict[int, TraceRun]:
    """The current trace of each case that has one."""
    newest = (
        select(func.max(TraceRun.id)).where(TraceRun.incident_id.in_(list(incident_ids))).group_by(TraceRun.incident_id)
    )
    return {row.incident_id: row for row in db.session.scalars(select(TraceRun).where(TraceRun.id.in_(newest)))}


def arrivals_of(trace: TraceRun | None) -> tuple[Arrival, ...]:
    """The places on the way of the water, nearest first."""
    return arrivals_in(None if trace is None else trace.result)


def arrivals_in(result: Mapping[str, Any] | None) -> tuple[Arrival, ...]:
    """The places of a trace's result, nearest first."""
    return tuple(_arrival(receptor) for receptor in (result or {}).get("receptors", ()))


def next_arrival(arrivals: Iterable[Arrival], now: datetime) -> Arrival | None:
    """The intake or border with the first arrival that may still be ahead."""
    ahead = [
        arrival
        for arrival in arrivals
        if arrival.matters and arrival.earliest is not None and (arrival.latest or arrival.earliest) >= now
    ]
    return min(ahead, key=lambda arrival: arrival.earliest or now, default=None)


def _arrival(receptor: Mapping[str, Any]) -> Arrival:
    band = receptor.get("arrival") or {}
    return Arrival(
        id=str(receptor["id"]),
        kind=str(receptor["kind"]),
        name=str(receptor["name"]),
        distance_m=float(receptor["distance_m"]),
        **{key: read_instant(band.get(key)) for key in ("earliest", "likely", "latest")},
        exceeds=receptor.get("exceeds"),
        border_level=str((receptor.get("attributes") or {}).get("border_level") or ""),
    )


def _counts(incident: Incident) -> dict[str, int]:
    """How much stands under each tab that counts."""
    found = {
        name: db.session.scalar(select(func.count()).where(column == incident.id)) or 0
        for name, column in COUNTED.items()
    }
    open_tasks = select(func.count()).where(Task.incident_id == incident.id, Task.done_at.is_(None))
    entries = select(func.count()).where(JournalEntry.case_no == incident.case_no)
    return {
        **found,
        "facts": len(facts.current_values(incident.id)),
        "tasks": db.session.scalar(open_tasks) or 0,
        "journal": db.session.scalar(entries) or 0,
    }
