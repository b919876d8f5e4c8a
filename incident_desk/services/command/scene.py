"""The heads on their way to the scene (H1-H4) on record; a duty is met when what is recorded meets it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.command.scene import (
    RULES,
    SCENE_LIMITS,
    DeputyReasonMissing,
    Journey,
    NoDutyOfThisOffice,
    NotArrivedYet,
    SceneStep,
    check_journey,
    rules_of,
)
from incident_desk.domain.command.words import NameMissing, clean, reason_of
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.offices import OfficeLevel
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, SceneJourney
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.command.command_rows import digest_of, find, past, refuse_other_office, withdraw_facts
from incident_desk.services.law import clocks
from incident_desk.services.law.clocks import CaseClock
from incident_desk.services.transaction import Transaction, transaction

COLUMNS = {
    SceneStep.DEPARTED: ("departed_at", "departed_recorded_by"),
    SceneStep.ARRIVED: ("arrived_at", "arrived_recorded_by"),
    SceneStep.PRESENT: ("present_at", "present_recorded_by"),
    SceneStep.DEPUTY_NAMED: ("deputy_named_at", "deputy_recorded_by"),
}
"""Where each step's time and recorder stand."""


@dataclass(frozen=True, slots=True)
class SceneView:
    """The heads of a case, the duties they owe with open ones first, and the offices whose heads may be named."""

    incident: Incident
    journeys: tuple[SceneJourney, ...]
    clocks: tuple[CaseClock, ...]
    offices: tuple[str, ...]

    @property
    def owed(self) -> tuple[CaseClock, ...]:
        """Duties that nobody has met yet."""
        return tuple(line for line in self.clocks if not line.clock.is_closed)


def of_case(actor: Actor, case_no: str) -> SceneView:
    """Who is on the way, who is there, and whom the law expects.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    rows = db.session.scalars(
        select(SceneJourney).where(SceneJourney.incident_id == incident.id).order_by(SceneJourney.id.desc())
    ).all()
    owed = tuple(line for line in clocks.clocks_of(actor, case_no) if line.clock.rule_id in RULES)
    return SceneView(incident, tuple(rows), owed, heads_of(incident.office_code))


def heads_of(office: str) -> tuple[str, ...]:
    """The offices whose heads the rules send to a scene of *office*: its prefecture bureau, then the province."""
    offices = Rulebook.shipped().offices
    place = offices.get(office)
    if place.level is OfficeLevel.PROVINCE:
        return (office,)
    is_below = place.level is OfficeLevel.COUNTY and not place.reports_to_province
    return (place.parent_code if is_below else office, place.province_code)


def record(
    case_no: str,
    step: SceneStep,
    *,
    name: str,
    at: datetime,
    actor: Actor,
    now: datetime,
    head_office: str | None = None,
    title: str = "",
    reason: str = "",
    journey_id: int | None = None,
) -> SceneJourney:
    """Record that a head departed or arrived, is still there, or who acts for the head and why.

    Without *journey_id* the same name of the same office that is still on the way is meant, else a new journey
    begins. Once what is recorded meets H1-H4, ``duty_done`` is recorded for each of them, with the time of the act.
    Journal ``scene.departed``, ``scene.arrived``, ``scene.present`` or ``scene.deputy_named``.

    Raises:
        NameMissing, DeputyReasonMissing, NotArrivedYet, NoDutyOfThisOffice, TimeInFuture, TimesReversed,
        CommandTextTooLong: what to change is in the message.
        NotFound: no such case, or no such journey in it.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        row = None if journey_id is None else find(SceneJourney, incident, journey_id, tx.session, lock=True)
        words = clean({"name": name, "title": title, "reason": reason}, SCENE_LIMITS)
        office = row.head_office if row else head_office or heads_of(incident.office_code)[0]
        _refuse(step, words, incident, office, has_name=row is not None)
        at = past(at, now=now, field="at")
        row = row or _on_the_way(incident, office, words["name"], tx.session)
        row = row or _begin(tx, incident, office, words, actor=actor, now=now)
        _write(row, step, words, at, actor)
        data = {
            "journey": row.id,
            "office": office,
            "at": at,
            "words": digest_of(incident, row.name, row.deputy_reason),
        }
        if step is SceneStep.DEPARTED:
            tx.journal(incident, "scene.departed", actor=actor, at=now, data=data)
        elif step is SceneStep.ARRIVED:
            tx.journal(incident, "scene.arrived", actor=actor, at=now, data=data)
        elif step is SceneStep.PRESENT:
            tx.journal(incident, "scene.present", actor=actor, at=now, data=data)
        else:
            tx.journal(incident, "scene.deputy_named", actor=actor, at=now, data=data)
        _meet(tx, incident, row, actor=actor, now=now)
        tx.outcome("scene", case_no)
    return row


def take_back(case_no: str, journey_id: int, *, reason: str, actor: Actor, now: datetime) -> SceneJourney:
    """Take back an entry that was wrong: its facts are withdrawn, its duties are open again.

    Journal ``scene.withdrawn``.

    Raises:
        TakeBackReasonMissing, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = find(SceneJourney, incident, journey_id, tx.session, lock=True)
        refuse_other_office(row, actor)
        why = reason_of(reason)
        if row.withdrawn_at is None:
            facts.lock(tx, incident)
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            withdrawn = withdraw_facts(tx, incident, _source(row), now=now)
            data = {"journey": row.id, "facts": withdrawn, "reason": digest_of(incident, why)}
            tx.journal(incident, "scene.withdrawn", actor=actor, at=now, data=data)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("scene", case_no)
    return row


def _refuse(step: SceneStep, words: dict[str, str], incident: Incident, office: str, *, has_name: bool) -> None:
    if office not in heads_of(incident.office_code):
        raise NoDutyOfThisOffice(field="office")
    if not words["name"] and not has_name:
        raise NameMissing(field="name")
    if step is SceneStep.DEPUTY_NAMED and not words["reason"]:
        raise DeputyReasonMissing(field="reason")


def _on_the_way(incident: Incident, office: str, name: str, session: AnySession) -> SceneJourney | None:
    """The journey of this head that is not over: nobody has recorded its arrival."""
    query = select(SceneJourney).where(
        SceneJourney.incident_id == incident.id, SceneJourney.head_office == office, SceneJourney.name == name,
        SceneJourney.withdrawn_at.is_(None), SceneJourney.arrived_at.is_(None),
    )  # fmt: skip
    return session.scalars(query.order_by(SceneJourney.id.desc())).first()


def _begin(
    tx: Transaction, incident: Incident, office: str, words: dict[str, str], *, actor: Actor, now: datetime
) -> SceneJourney:
    row = SceneJourney(
        incident_id=incident.id, office_code=actor.office, head_office=office, name=words["name"],
        title=words["title"], deputy_reason="", recorded_at=now, recorded_by=actor.ref,
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    return row


def _write(row: SceneJourney, step: SceneStep, words: dict[str, str], at: datetime, actor: Actor) -> None:
    at_column, by_column = COLUMNS[step]
    setattr(row, at_column, at)
    setattr(row, by_column, actor.ref)
    row.title = words["title"] or row.title
    if step is SceneStep.DEPUTY_NAMED:
        row.deputy_reason = words["reason"]
    if step is SceneStep.PRESENT and row.arrived_at is None:
        raise NotArrivedYet
    check_journey(row.departed_at, row.arrived_at)


def _meet(tx: Transaction, incident: Incident, row: SceneJourney, *, actor: Actor, now: datetime) -> None:
    """Bring the facts of this journey in line with what stands in it, then the clocks."""
    withdraw_facts(tx, incident, _source(row), now=now)
    journey = Journey(row.departed_at, row.arrived_at, row.deputy_named_at, row.present_at)
    for rule_id in _rules(row.head_office):
        for at in journey.met_at(rule_id):
            data = {"rule_id": rule_id, "office": row.head_office}
            facts.record(tx, incident, FactKind.DUTY_DONE, at=at, data=data, actor=actor, now=now, source=_source(row))
    clocks.rederive(tx, incident, now=now)


def _rules(office: str) -> Iterable[str]:
    rules = Rulebook.shipped()
    known = set(rules.rule_ids)
    return [rule for rule in rules_of(rules.offices.get(office).level) if rule in known]


def _source(row: SceneJourney) -> str:
    return f"scene:{row.id}"
