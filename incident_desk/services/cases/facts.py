"""Dated facts of a case: recorded once, never changed, read as the newest of their kind or as history.

A fact's ``version`` is the version of the case that it made. Whoever edits says which version was on the screen;
only a newer fact of the same kind is in the way, so two officers may fill in different fields of one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, scoped_session

from incident_desk.domain.calls.call_fields import PERSONAL, CallField
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotFound
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.facts.fact_events import FactEvent
from incident_desk.domain.facts.fact_reading import OWN_ACCOUNTS, LiesAhead, read_event
from incident_desk.domain.instants import read_instant
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, Office
from incident_desk.services import scope
from incident_desk.services.calls import answer_facts
from incident_desk.services.transaction import Transaction

OPENED = "case_opened"
"""What the file was opened with: learned and occurred times, circumstances. Corrections are facts after it."""

AnySession = Session | scoped_session[Any]
SHEET = "sheet."
EVENT_KINDS = frozenset(FactKind)
OTHER_KINDS = frozenset({OPENED, "river.discharge_now", "field.arrived", "field.message", "log.line"})


class UnknownFactKind(DomainError):
    """A kind of fact that nobody reads."""

    code = "unknown_fact_kind"
    message_id = N_("There is no kind of fact called %(kind)s.")


def record(
    tx: Transaction,
    incident: Incident,
    kind: str,
    *,
    at: datetime,
    data: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    office: str | None = None,
    source: str | None = None,
    call_id: int | None = None,
) -> FactRecord:
    """Record one fact in a running transaction; journal ``fact.recorded`` with its id and kind.

    ``sheet.*`` facts carry ``{"value": …}``; facts of the clocks the keys of design 5.2 beside kind and at.

    Raises:
        UnknownFactKind, LiesAhead: no such kind; *at* is later than *now*.
        DomainError: what a clock's fact must hold is missing or wrong.
    """
    _refuse_unreadable(kind, data, at=at, now=now)
    lock(tx, incident)
    incident.version += 1
    fact = FactRecord(
        incident_id=incident.id,
        office_code=office or actor.office,
        kind=str(kind),
        at=at,
        recorded_at=now,
        recorded_by=actor.ref,
        data=dict(data),
        source=source,
        call_id=call_id,
        version=incident.version,
    )
    tx.session.add(fact)
    tx.session.flush()
    tx.journal(incident, "fact.recorded", actor=actor, at=now, data={"fact": fact.id, "kind": fact.kind})
    return fact


def lock(tx: Transaction, incident: Incident) -> None:
    """Hold the case until the commit, so that of two writers the second derives from the first one's facts.

    The lock leaves room for rows that only point to the case: the worker writes them while it holds a clock.
    """
    tx.session.flush()  # what was changed of it in this transaction must not be read over
    tx.session.refresh(incident, with_for_update={"key_share": True})


def record_trigger(
    tx: Transaction,
    incident: Incident,
    trigger: str,
    *,
    implied_by: Sequence[str],
    reason: str,
    source: str,
    actor: Actor,
    now: datetime,
) -> FactRecord | None:
    """Record a circumstance that other facts imply, once; None when it is on record.

    It is known since the first of the facts of the kinds *implied_by* was recorded (design 5.2, reading 2), not
    since somebody reckoned it: a trace of a place that the first call told is known since that call.
    """
    known = current_triggers(tx.session, incident.id)
    if trigger in known:
        return None
    at = known_since(tx.session, incident, implied_by) or now
    data = {"trigger": trigger, "reason": reason}
    return record(tx, incident, FactKind.TRIGGER_KNOWN, at=min(at, now), data=data, actor=actor, now=now, source=source)


def known_since(session: Session, incident: Incident, kinds: Sequence[str]) -> datetime | None:
    """When a fact of one of *kinds* was first known: when the opening call was learned, else when it was recorded."""
    rows = session.scalars(
        select(FactRecord).where(
            FactRecord.incident_id == incident.id, FactRecord.kind.in_(kinds), FactRecord.withdrawn_at.is_(None)
        )
    ).all()
    told = [row.at if row.recorded_at <= incident.opened_at else row.recorded_at for row in rows]
    return min(told, default=None)


def current_triggers(session: Session, incident_id: int) -> frozenset[str]:
    """Circumstances that are known and not withdrawn."""
    kinds = (FactKind.TRIGGER_KNOWN.value, FactKind.TRIGGER_WITHDRAWN.value, FactKind.FACTS_CORRECTED.value)
    query = select(FactRecord).where(FactRecord.incident_id == incident_id, FactRecord.kind.in_(kinds))
    known: set[str] = set()
    for fact in session.scalars(query.order_by(FactRecord.at, FactRecord.id)):
        if fact.kind == FactKind.FACTS_CORRECTED:
            known |= set(fact.data.get("triggers", ()))
        elif fact.kind == FactKind.TRIGGER_KNOWN:
            known.add(fact.data["trigger"])
        else:
            known.discard(fact.data["trigger"])
    return frozenset(known)


def current_values(incident_id: int, session: AnySession | None = None) -> dict[str, FactRecord]:
    """The newest ``sheet.*`` fact of each field, by the field's code; of two of one time, the one recorded last."""
    query = (
        select(FactRecord)
        .where(
            FactRecord.incident_id == incident_id,
            FactRecord.kind.startswith(SHEET, autoescape=True),
            FactRecord.withdrawn_at.is_(None),
        )
        .order_by(FactRecord.at, FactRecord.id)
    )
    return {fact.kind.removeprefix(SHEET): fact for fact in (session or db.session).scalars(query)}


def newest(incident_id: int, kind: str, session: AnySession | None = None) -> FactRecord | None:
    """The newest fact of *kind*, or None."""
    query = _of_kind(incident_id, kind).order_by(FactRecord.at.desc(), FactRecord.id.desc()).limit(1)
    return (session or db.session).scalar(query)


def history(incident_id: int, kind: str) -> list[FactRecord]:
    """Every fact of *kind*, oldest first."""
    return list(db.session.scalars(_of_kind(incident_id, kind).order_by(FactRecord.at, FactRecord.id)))


def facts_of(actor: Actor, case_no: str, kind: str | None = None) -> list[FactRecord]:
    """The facts of a case in the order in which they were recorded.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(FactRecord).where(FactRecord.incident_id == incident.id)
    if kind is not None:
        query = query.where(FactRecord.kind == kind)
    return list(db.session.scalars(query.order_by(FactRecord.id)))


def fact_of(actor: Actor, case_no: str, fact_id: int) -> FactRecord:
    """One fact of a case.

    Raises:
        NotFound: no such fact in a case this actor may see.
    """
    found = db.session.scalar(
        select(FactRecord).where(FactRecord.incident_id == scope.incident(actor, case_no).id, FactRecord.id == fact_id)
    )
    if found is None:
        raise NotFound
    return found


def case_facts(session: Session, incident: Incident) -> CaseFacts:
    """The facts of *incident* as the clocks read them: what the file was opened with, then every event."""
    rows = session.scalars(
        select(FactRecord).where(FactRecord.incident_id == incident.id).order_by(FactRecord.id)
    ).all()
    opened = next((row.data for row in rows if row.kind == OPENED), {})
    rules = Rulebook.shipped()
    settings = _office_settings(session, incident.office_code)
    return CaseFacts(
        office=incident.office_code,
        learned_at=read_instant(opened.get("learned_at")) or incident.learned_at,
        occurred_at=read_instant(opened.get("occurred_at")),
        occurred_earliest=read_instant(opened.get("occurred_earliest")),
        triggers=frozenset(opened.get("triggers", ())) & frozenset(rules.triggers),
        overlays=frozenset(settings.get("overlays", ())) & frozenset(rules.rule_ids),
        accounts=tuple(settings.get("accounts", OWN_ACCOUNTS)),
        events=tuple(_events(rows, rules)),
    )


def refuse_stale(
    session: Session,
    incident: Incident,
    kinds: Iterable[str],
    expected_version: int | None,
    *,
    typed: object = None,
) -> None:
    """Refuse an edit that was begun before somebody else's of the same kind; *typed* comes back with the refusal.

    Raises:
        ChangedMeanwhile: with ``current`` (their values by kind), ``typed``, ``version`` in its ``params``.
    """
    if expected_version is None:
        return
    query = (
        select(FactRecord)
        .where(FactRecord.incident_id == incident.id, FactRecord.kind.in_([str(kind) for kind in kinds]))
        .where(FactRecord.version > expected_version)
        .order_by(FactRecord.id)
    )
    newer = {fact.kind: fact.data for fact in session.scalars(query)}
    if newer:
        raise ChangedMeanwhile(current=newer, typed=typed, version=incident.version)


def _of_kind(incident_id: int, kind: str) -> Select[FactRecord]:
    return select(FactRecord).where(
        FactRecord.incident_id == incident_id, FactRecord.kind == str(kind), FactRecord.withdrawn_at.is_(None)
    )


def _refuse_unreadable(kind: str, data: Mapping[str, Any], *, at: datetime, now: datetime) -> None:
    if at > now:
        raise LiesAhead(field="at", where=str(kind), key="at", value=at.isoformat(), now=now.isoformat())
    if kind in EVENT_KINDS:
        _event(str(kind), data, at=at, recorded_at=now, rules=Rulebook.shipped())
    elif _is_sheet_field(kind):
        answer_facts.refuse_unreadable(CallField(kind.removeprefix(SHEET)), data)
    elif kind not in OTHER_KINDS:
        raise UnknownFactKind(field="kind", kind=str(kind))


def _is_sheet_field(kind: str) -> bool:
    field = kind.removeprefix(SHEET)
    return kind != field and field in set(CallField) and field not in PERSONAL


def _event(kind: str, data: Mapping[str, Any], *, at: datetime, recorded_at: datetime, rules: Rulebook) -> FactEvent:
    document = {**data, "kind": kind, "at": at.isoformat(), "recorded_at": recorded_at.isoformat()}
    return read_event(document, rules, where=kind)


def _events(rows: Iterable[FactRecord], rules: Rulebook) -> Iterable[FactEvent]:
    for row in rows:
        if row.kind in EVENT_KINDS and row.withdrawn_at is None:
            yield _event(row.kind, row.data, at=row.at, recorded_at=row.recorded_at, rules=rules)


def _office_settings(session: Session, code: str) -> Mapping[str, Any]:
    office = session.get(Office, code)
    return office.settings if office is not None else {}
