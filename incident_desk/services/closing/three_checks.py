"""Points of 三个不放过 on record: opened with owner and day, done with evidence, corrections accepted on site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from incident_desk.domain.closing.three_checks import (
    ACCEPT_LIMITS,
    DONE_LIMITS,
    LIMITS,
    DoneByMissing,
    EvidenceMissing,
    NotDoneYet,
    OnlyCorrectionsAreAccepted,
    OwnerMissing,
    PointIsSettled,
    PointTextMissing,
    ThreeCheck,
)
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.permissions import Actor
from incident_desk.models import CheckPoint, Incident
from incident_desk.services import scope
from incident_desk.services.command.command_rows import digest_of, find, past, refuse_other_office
from incident_desk.services.transaction import Transaction, transaction


def open_point(
    case_no: str, check: ThreeCheck, said: Mapping[str, str], *, due_at: datetime, actor: Actor, now: datetime
) -> CheckPoint:
    """Put a point on record: what, by which unit, until when. Journal ``check_point.opened``.

    Raises:
        PointTextMissing, OwnerMissing, CommandTextTooLong.
        NotFound: not this actor's to see.
    """
    words = clean(said, LIMITS)
    if not words["text"]:
        raise PointTextMissing(field="text")
    if not words["owner"]:
        raise OwnerMissing(field="owner")
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = CheckPoint(
            incident_id=incident.id, office_code=actor.office, matter=check.value, due_at=due_at, opened_at=now,
            opened_by=actor.ref, **words,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"point": row.id, "check": row.matter, "due_at": due_at, "words": digest_of(incident, *words.values())}
        tx.journal(incident, "check_point.opened", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def done(
    case_no: str, point_id: int, said: Mapping[str, str], *, at: datetime, actor: Actor, now: datetime
) -> CheckPoint:
    """Record that a point is done: by whom, when, what proves it. Journal ``check_point.done``.

    Raises:
        DoneByMissing, EvidenceMissing, PointIsSettled, TimeInFuture, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = _point(tx, actor, case_no, point_id)
        words = clean(said, DONE_LIMITS)
        if not words["done_by"]:
            raise DoneByMissing(field="done_by")
        if not words["evidence"]:
            raise EvidenceMissing(field="evidence")
        if row.done_at is not None:
            raise PointIsSettled
        row.done_at, row.done_by = past(at, now=now, field="at"), words["done_by"]
        row.evidence, row.done_recorded_at, row.done_recorded_by = words["evidence"], now, actor.ref
        data = {"point": row.id, "check": row.matter, "at": at, "words": digest_of(incident, *words.values())}
        tx.journal(incident, "check_point.done", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def accept(
    case_no: str, point_id: int, said: Mapping[str, str], *, at: datetime, actor: Actor, now: datetime
) -> CheckPoint:
    """Record that a correction was accepted on site: by whom, when, with which finding.

    Journal ``check_point.accepted``.

    Raises:
        OnlyCorrectionsAreAccepted, NotDoneYet, DoneByMissing, PointIsSettled, TimeInFuture, TimesReversed,
        CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = _point(tx, actor, case_no, point_id)
        words = clean(said, ACCEPT_LIMITS)
        if not words["accepted_by"]:
            raise DoneByMissing(field="accepted_by")
        if row.matter != ThreeCheck.CORRECTION.value:
            raise OnlyCorrectionsAreAccepted
        if row.done_at is None:
            raise NotDoneYet
        if row.accepted_at is not None:
            raise PointIsSettled
        row.accepted_at = past(at, now=now, field="at", after=row.done_at)
        row.accepted_by, row.accepted_text = words["accepted_by"], words["accepted_text"]
        row.accepted_recorded_at, row.accepted_recorded_by = now, actor.ref
        data = {"point": row.id, "check": row.matter, "at": at, "words": digest_of(incident, *words.values())}
        tx.journal(incident, "check_point.accepted", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def take_back(case_no: str, point_id: int, *, reason: str, actor: Actor, now: datetime) -> CheckPoint:
    """Take back a point that was wrong. Journal ``check_point.withdrawn``.

    Raises:
        TakeBackReasonMissing, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = _point(tx, actor, case_no, point_id)
        why = reason_of(reason)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            data = {"point": row.id, "check": row.matter, "reason": digest_of(incident, why)}
            tx.journal(incident, "check_point.withdrawn", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def _point(tx: Transaction, actor: Actor, case_no: str, point_id: int) -> tuple[Incident, CheckPoint]:
    incident = scope.incident(actor, case_no, tx.session)
    row = find(CheckPoint, incident, point_id, tx.session, lock=True)
    refuse_other_office(row, actor)
    return incident, row
