"""The river traced for a case: reckoned outside a transaction, put on record in one with all that follows from it.

A trace never stands in the way: a place that lies on no river becomes a task, and the case stays open.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.triggers import TriggerProposal
from incident_desk.domain.permissions import Actor, worker_actor
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, Task, TraceRun
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts, tasks
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction, transaction
from incident_desk.services.water import river_way, trace_consequences
from incident_desk.services.water.river_way import FoundWay
from incident_desk.services.water.trace_inputs import DISCHARGE, KINDS, OVERRIDES, TraceInputs, digest_of, read_inputs

log = logging.getLogger(__name__)
TASK_KIND = "find_out"
TASK_SUBJECT = "place_on_river"
LEAVE_TO_THE_EDGE = timedelta(seconds=5)
"""A fact is first left to whoever recorded it: that page runs the trace at once. The worker takes what was missed."""


class PlaceNotKnown(DomainError):
    """No coordinates are known yet."""

    code = "place_not_known"
    message_id = N_(
        "No coordinates are known yet. Click the place on the map or paste coordinates; the case stays open."
    )


class UnknownTraceOption(DomainError):
    """An option of a trace that there is none of."""

    code = "unknown_trace_option"
    message_id = N_("A trace has no option called %(option)s.")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the river says of a sheet that is still being typed; *problem* where it says nothing."""

    inputs: TraceInputs | None = None
    result: Mapping[str, Any] | None = None
    circumstances: tuple[TriggerProposal, ...] = ()
    problem: DomainError | None = None


@dataclass(frozen=True, slots=True)
class TraceState:
    """The current trace of a case; whether the facts have changed since; and what is wrong with the place now."""

    run: TraceRun | None
    is_current: bool
    problem: DomainError | None


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a trace of a case is made from, as read from the store."""

    inputs: TraceInputs | None
    facts_version: int
    sheet: CallSheet


def run(case_no: str, *, actor: Actor, now: datetime, overrides: Mapping[str, Any] | None = None) -> TraceRun:
    """Trace the river from the case's facts and put it on record with what follows: circumstances, calls, clocks.

    Args:
        case_no: the case.
        actor: who asked for it; the worker where nobody did.
        now: office time.
        overrides: a person's own figures, keys of ``OVERRIDES``; they stay for later traces, None takes one back.
            A chosen reach holds for this network and this place only.

    Returns:
        the run; the one on record where neither the facts nor the river have changed since.

    Raises:
        PlaceNotKnown: no coordinates.
        NoReachNear, CoordinatesSwapped, CoordinatesOutsideChina, BadTraceOption: the place or a figure; a place that
            lies on no river becomes a task first.
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    basis = _basis(db.session(), incident, overrides)
    if basis.inputs is None:
        raise PlaceNotKnown(field="coordinates")
    try:
        found = river_way.follow(basis.inputs, now=now)
    except DomainError:
        if not overrides:
            _open_task(case_no, actor=actor, now=now)
        raise
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        row = _same(tx, incident, basis, found) or _write(tx, incident, basis, found, actor=actor, now=now)
        tx.outcome("trace", case_no)
    return row


def run_quietly(case_no: str, *, actor: Actor, now: datetime) -> TraceRun | None:
    """``run`` for acts that must not fail because of it: None where no trace came about, and the log says why."""
    try:
        return run(case_no, actor=actor, now=now)
    except DomainError as error:
        log.info("no trace", extra={"case_no": case_no, "code": error.code})
    except Exception:
        log.exception("the trace failed; the case stands without it", extra={"case_no": case_no})
    return None


def preview(sheet: CallSheet, *, now: datetime, discharge: Mapping[str, Any] | None = None) -> Preview:
    """What the river says of a call sheet that nobody has saved; writes nothing and raises nothing about the place."""
    inputs = read_inputs(sheet, discharge=discharge)
    if inputs is None:
        return Preview(problem=PlaceNotKnown(field="coordinates"))
    try:
        found = river_way.follow(inputs, now=now)
    except DomainError as problem:
        return Preview(inputs=inputs, problem=problem)
    return Preview(inputs, found.result, trace_consequences.circumstances_of(found.result))


def latest(actor: Actor, case_no: str) -> TraceRun | None:
    """The current trace of a case.

    Raises:
        NotFound: not this actor's to see.
    """
    return _newest(db.session, scope.incident(actor, case_no).id)


def history(actor: Actor, case_no: str) -> Sequence[TraceRun]:
    """Every trace of a case, the newest first."""
    return db.session.scalars(_runs(scope.incident(actor, case_no).id)).all()


def state(actor: Actor, case_no: str, *, now: datetime) -> TraceState:
    """The current trace, whether it still follows from the facts, and why there is no newer one.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    newest = _newest(db.session, incident.id)
    inputs = _basis(db.session(), incident, None).inputs
    if inputs is None:
        return TraceState(newest, newest is None, PlaceNotKnown(field="coordinates"))
    if newest is not None and newest.inputs["digest"] == digest_of(inputs.to_json()):
        return TraceState(newest, newest.network_sha256 == river_way.river().sha256, None)
    try:
        river_way.follow(inputs, now=now)
    except DomainError as problem:
        return TraceState(newest, False, problem)
    return TraceState(newest, False, None)


def run_due(now: datetime) -> int:
    """The worker's duty: trace one case whose facts are newer than its trace, for whoever had no time to.

    A place that turned out to lie on no river is left alone until a newer fact comes.
    """
    for incident_id, recorded_at in _moved(now):
        if _told_since(incident_id, recorded_at) or not _has_position(incident_id):
            continue
        incident = db.session.get_one(Incident, incident_id)
        if _basis(db.session(), incident, None).inputs is None:
            continue
        _run_or_ask(incident.case_no, worker_actor(incident.office_code), now)
        return 1
    return 0


def _has_position(incident_id: int) -> bool:
    """Whether the place as last told is a position; words that could not be read as one are left to people."""
    told = facts.newest(incident_id, "sheet.coordinates", db.session())
    return told is not None and told.data.get("state", "known") == "known" and bool(told.data.get("value"))


def _run_or_ask(case_no: str, actor: Actor, now: datetime) -> None:
    """Trace, or leave a task, so that a case whose trace fails is not taken up again and again."""
    try:
        run(case_no, actor=actor, now=now)
    except DomainError as error:
        log.info("no trace", extra={"case_no": case_no, "code": error.code})
    except Exception:
        log.exception("the trace failed; the case stands without it", extra={"case_no": case_no})
        _open_task(case_no, actor=actor, now=now)


def _moved(now: datetime) -> list[tuple[int, datetime]]:
    """Open cases with coordinates and facts newer than their newest trace: id, and time of the newest such fact."""
    placed = select(FactRecord.incident_id).where(FactRecord.kind == "sheet.coordinates")
    version = func.max(TraceRun.facts_version).label("version")
    traced = select(TraceRun.incident_id, version).group_by(TraceRun.incident_id).subquery()
    newest = func.max(FactRecord.version)
    query = (
        select(FactRecord.incident_id, func.max(FactRecord.recorded_at))
        .join(Incident, Incident.id == FactRecord.incident_id)
        .outerjoin(traced, traced.c.incident_id == FactRecord.incident_id)
        .where(Incident.state == "open", FactRecord.kind.in_(KINDS), FactRecord.incident_id.in_(placed))
        .group_by(FactRecord.incident_id, traced.c.version)
        .having(func.max(FactRecord.recorded_at) <= now - LEAVE_TO_THE_EDGE)
        .having(or_(traced.c.version.is_(None), newest > traced.c.version))
        .order_by(FactRecord.incident_id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def _told_since(incident_id: int, recorded_at: datetime) -> bool:
    """Whether the place was found to be no place on a river after the newest fact."""
    query = select(Task.id).where(
        Task.incident_id == incident_id,
        Task.kind == TASK_KIND,
        Task.subject == TASK_SUBJECT,
        Task.opened_at >= recorded_at,
    )
    return db.session.scalar(query) is not None


def _basis(session: Session, incident: Incident, overrides: Mapping[str, Any] | None) -> _Basis:
    strange = sorted(set(overrides or ()) - OVERRIDES)
    if strange:
        raise UnknownTraceOption(field=strange[0], option=strange[0])
    sheet = case_sheet.current_sheet(incident, session)
    flow = facts.newest(incident.id, DISCHARGE, session)
    read = partial(read_inputs, sheet, occurred_at=incident.occurred_at, discharge=None if flow is None else flow.data)
    inputs, last = read(overrides=overrides), _newest(session, incident.id)
    if inputs is not None and last is not None:
        inputs = read(overrides={**_kept_overrides(last, inputs), **(overrides or {})})
    version = session.scalar(
        select(func.max(FactRecord.version)).where(FactRecord.incident_id == incident.id, FactRecord.kind.in_(KINDS))
    )
    return _Basis(inputs, version or 0, sheet)


def _kept_overrides(last: TraceRun, inputs: TraceInputs) -> dict[str, Any]:
    """A person's own figures of the last trace; the chosen reach only where river and place are the same."""
    kept = dict(last.inputs["overrides"])
    same_place = last.inputs["position"] == inputs.position.to_json()
    if not same_place or last.network_sha256 != river_way.river().sha256:
        kept.pop("reach_id", None)
    return kept


def _same(tx: Transaction, incident: Incident, basis: _Basis, found: FoundWay) -> TraceRun | None:
    """The run on record, where this one would say the same; it now stands for the newer facts too."""
    last = _newest(tx.session, incident.id)
    if last is None or last.network_sha256 != found.network_sha256:
        return None
    if basis.inputs is None or last.inputs["digest"] != digest_of(basis.inputs.to_json()):
        return None
    last.facts_version = max(last.facts_version, basis.facts_version)
    return last


def _write(
    tx: Transaction, incident: Incident, basis: _Basis, found: FoundWay, *, actor: Actor, now: datetime
) -> TraceRun:
    assert basis.inputs is not None
    inputs = basis.inputs.to_json()
    row = TraceRun(
        incident_id=incident.id,
        office_code=actor.office,
        run_at=now,
        run_by=actor.ref,
        longitude=found.longitude,
        latitude=found.latitude,
        inputs={**inputs, "digest": digest_of(inputs), "elapsed_ms": dict(found.elapsed_ms)},
        facts_version=basis.facts_version,
        network_sha256=found.network_sha256,
        result=dict(found.result),
        result_sha256=digest_of(found.result),
        way=found.way,
    )
    tx.session.add(row)
    tx.session.flush()
    data = {
        "trace": row.id,
        "inputs": row.inputs["digest"],
        "network": row.network_sha256,
        "result": row.result_sha256,
        "reach": found.reach_id,
    }
    tx.journal(incident, "trace.run", actor=actor, at=now, data=data)
    trace_consequences.record(tx, incident, row, found.above, basis.sheet, actor=actor, now=now)
    tasks.close_task(tx, incident, TASK_KIND, TASK_SUBJECT, actor=actor, now=now)
    clocks.rederive(tx, incident, now=now)
    return row


def _open_task(case_no: str, *, actor: Actor, now: datetime) -> None:
    """Ask for the place; one that is open already is asked anew."""
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        task = tasks.open_task(tx, incident, TASK_KIND, TASK_SUBJECT, actor=actor, now=now)
        task.opened_at = now
        tx.outcome("trace", case_no)


def _runs(incident_id: int) -> Any:
    return select(TraceRun).where(TraceRun.incident_id == incident_id).order_by(TraceRun.id.desc())


def _newest(session: AnySession, incident_id: int) -> TraceRun | None:
    found: TraceRun | None = session.scalar(_runs(incident_id).limit(1))
    return found
