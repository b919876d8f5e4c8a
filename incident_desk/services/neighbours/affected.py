"""Neighbours that are or may be affected: by the river, or because a person knows it; each starts the duty to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.first_calls import Contact
from incident_desk.domain.downstream import PlaceBelow, threatened
from incident_desk.domain.errors import NotFound
from incident_desk.domain.instants import read_instant
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.neighbours.affected import (
    AlreadyAffected,
    NeighbourWasTold,
    neighbours_reached,
    refuse_no_neighbour,
)
from incident_desk.domain.offices import OfficeLevel
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, TraceRun
from incident_desk.services import scope
from incident_desk.services.calls import first_calls
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction, transaction
from incident_desk.services.water.river_way import place_below

BY_RIVER = "trace:"
"""What the source of a fact begins with that a trace gave; a person's has none."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """Where the water enters a neighbour's area by the newest trace; instants are aware."""

    place: str
    river: str
    distance_m: float
    longitude: float
    latitude: float
    earliest: datetime | None
    likely: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Affected:
    """A neighbour that is to be told: since when that is known, by what, where the water enters."""

    code: str
    name_zh: str
    known_at: datetime
    by_river: bool
    way_in: WayIn | None


def record_from_trace(
    tx: Transaction, incident: Incident, run: TraceRun, horizon_h: float, *, actor: Actor, now: datetime
) -> None:
    """Record the neighbours that *run* reaches, once each; the caller derives the clocks anew.

    One that an earlier trace named, that nobody told and that this one no longer reaches is withdrawn by name.
    """
    reached = _reached(run.result, incident.office_code, horizon_h)
    known = _standing(tx.session, incident.id)
    knows = told(incident, tx.session)
    for code in reached:
        if code not in known:
            facts.record(
                tx, incident, FactKind.NEIGHBOUR_AFFECTED, at=now, data={"office": code}, actor=actor, now=now,
                source=f"{BY_RIVER}{run.id}",
            )  # fmt: skip
    for code, fact in known.items():
        if (fact.source or "").startswith(BY_RIVER) and code not in reached and code not in knows:
            _withdraw(tx, incident, fact, actor=actor, now=now)


def add(case_no: str, code: str, *, actor: Actor, now: datetime) -> FactRecord:
    """A person knows of a neighbour that may be affected: the duty to tell it starts. Journal ``fact.recorded``.

    Raises:
        UnknownOffice, NotANeighbour, AlreadyAffected, NotFound.
    """
    tree = Rulebook.shipped().offices
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        refuse_no_neighbour(code, tree.get(incident.office_code), tree)
        if code in _standing(tx.session, incident.id):
            raise AlreadyAffected(field="office", name=tree.bureau_zh(code))
        fact = facts.record(
            tx, incident, FactKind.NEIGHBOUR_AFFECTED, at=now, data={"office": code}, actor=actor, now=now
        )
        clocks.rederive(tx, incident, now=now)
        tx.outcome("neighbour", f"{case_no}/{code}")
    return fact


def withdraw(case_no: str, code: str, *, actor: Actor, now: datetime) -> None:
    """The neighbour is not affected after all, and nobody told it. Journal ``neighbour.withdrawn``.

    Raises:
        NeighbourWasTold: it knows, so it is told by a further notice.
        NotFound: it is not on the list of a case that this actor may see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        fact = _standing(tx.session, incident.id).get(code)
        if fact is None:
            raise NotFound
        if code in told(incident, tx.session):
            raise NeighbourWasTold(name=Rulebook.shipped().offices.bureau_zh(code))
        _withdraw(tx, incident, fact, actor=actor, now=now)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("neighbour", f"{case_no}/{code}")


def told(incident: Incident, session: AnySession | None = None) -> dict[str, datetime]:
    """When each neighbour was first told, by code, whoever recorded it and how."""
    found: dict[str, datetime] = {}
    for fact in _facts(session or db.session, incident.id, FactKind.NEIGHBOUR_NOTICED):
        found.setdefault(str(fact.data["office"]), fact.at)
    return found


def all_of(incident: Incident, session: AnySession | None = None) -> tuple[Affected, ...]:
    """The neighbours of a case that are to be told, the first one reached first; those a person named last."""
    store = session or db.session
    ways = ways_in(store, incident)
    offices = Rulebook.shipped().offices
    found = [
        Affected(code, offices.bureau_zh(code), fact.at, (fact.source or "").startswith(BY_RIVER), ways.get(code))
        for code, fact in _standing(store, incident.id).items()
    ]
    return tuple(sorted(found, key=lambda one: (one.way_in is None, one.way_in.distance_m if one.way_in else 0.0)))


def ways_in(session: AnySession, incident: Incident) -> dict[str, WayIn]:
    """Where the newest trace enters each neighbour, however far below: what a person named has its place too."""
    run = session.scalar(
        select(TraceRun).where(TraceRun.incident_id == incident.id).order_by(TraceRun.id.desc()).limit(1)
    )
    if run is None:
        return {}
    receptors = {one["id"]: one for one in run.result["receptors"]}
    places = [place_below(one) for one in run.result["receptors"]]
    tree = Rulebook.shipped().offices
    reached = neighbours_reached(places, tree.get(incident.office_code), tree)
    return {code: _way_in(place, receptors[place.id]) for code, place in reached.items()}


def candidates(incident: Incident) -> tuple[tuple[str, str], ...]:
    """Offices beside the case's own by the table, code and name, for a person to choose from."""
    tree = Rulebook.shipped().offices
    own = tree.get(incident.office_code)
    listed = {*own.neighbours, *(tree.get(own.parent_code).neighbours if own.parent_code in tree.offices else ())}
    siblings = {one.code for one in tree.children(own.parent_code)} if own.parent_code in tree.offices else set()
    known = set(_standing(db.session, incident.id))
    if own.level is OfficeLevel.PROVINCE:
        around = {beside for one in tree.children(own.code) for beside in one.neighbours}
        listed |= {f"{code[:2]}0000" for code in around}
    wanted = (listed | siblings) - {own.code, own.parent_code} - known
    return tuple((code, tree.bureau_zh(code)) for code in sorted(wanted))


def desks_of(incident: Incident, code: str) -> tuple[Contact, ...]:
    """Lines of the telephone list for the neighbour *code*: its desk first, whoever else stands for it after."""
    lines = [one for one in first_calls.contacts_of(db.session(), incident.office_code) if one.region_code == code]
    found = {line.number: line for line in sorted(lines, key=lambda line: line.role not in first_calls.DESKS)}
    return tuple(found.values())


def _reached(result: Mapping[str, Any], own: str, horizon_h: float) -> dict[str, PlaceBelow]:
    tree = Rulebook.shipped().offices
    places = threatened((place_below(one) for one in result["receptors"]), horizon_h)
    return neighbours_reached(places, tree.get(own), tree)


def _way_in(place: PlaceBelow, receptor: Mapping[str, Any]) -> WayIn:
    band = receptor.get("arrival") or {}
    earliest, likely, latest = (read_instant(band.get(key)) for key in ("earliest", "likely", "latest"))
    return WayIn(
        place=place.name, river=receptor.get("river") or "", distance_m=place.distance_m,
        longitude=receptor["longitude"], latitude=receptor["latitude"], earliest=earliest, likely=likely,
        latest=latest,
    )  # fmt: skip


def _standing(session: Session | AnySession, incident_id: int) -> dict[str, FactRecord]:
    """The first fact of each neighbour that is not withdrawn, by code."""
    found: dict[str, FactRecord] = {}
    for fact in _facts(session, incident_id, FactKind.NEIGHBOUR_AFFECTED):
        found.setdefault(str(fact.data["office"]), fact)
    return found


def _facts(session: Session | AnySession, incident_id: int, kind: FactKind) -> list[FactRecord]:
    query = select(FactRecord).where(
        FactRecord.incident_id == incident_id, FactRecord.kind == kind.value, FactRecord.withdrawn_at.is_(None)
    )
    return list(session.scalars(query.order_by(FactRecord.at, FactRecord.id)))


def _withdraw(tx: Transaction, incident: Incident, fact: FactRecord, *, actor: Actor, now: datetime) -> None:
    fact.withdrawn_at = now
    incident.version += 1
    data = {"fact": fact.id, "office": fact.data["office"]}
    tx.journal(incident, "neighbour.withdrawn", actor=actor, at=now, data=data)
