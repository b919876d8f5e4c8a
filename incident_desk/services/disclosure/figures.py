"""The figures of a case that may be told: entered by one person from a named source, approved by another.

Until results come from the laboratory by themselves, this register is what numbers in a release are compared with.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.disclosure.stated_figures import Figure, FigureKind, FigureUnit, read_value
from incident_desk.domain.errors import N_, DomainError, NotAllowed, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import printable
from incident_desk.extensions import db
from incident_desk.models import ApprovedFigure, Incident
from incident_desk.services import scope
from incident_desk.services.disclosure.own_rows import refuse_foreign
from incident_desk.services.transaction import Transaction, transaction

LIMITS = {"indicator": 40, "point": 80, "source": 120}


class FigureIncomplete(DomainError):
    """A figure of which nobody can say what it is or where it comes from."""

    code = "figure_incomplete"
    message_id = N_("Give indicator, point and source of the figure; a result also needs the time of sampling.")


class ApprovedByItsEnterer(DomainError):
    """One person alone would let a number out."""

    code = "approved_by_its_enterer"
    status = 409
    message_id = N_("Whoever entered a figure does not approve it. Have a second person compare it with its source.")


class FigureWithdrawn(DomainError):
    """The figure was taken back."""

    code = "figure_withdrawn"
    status = 409
    message_id = N_("This figure was taken back. Enter it anew if it holds after all.")


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """A figure as typed; ``sampled_at`` may stay empty for limits."""

    kind: FigureKind
    indicator: str
    point: str
    value: str
    unit: FigureUnit
    source: str
    sampled_at: datetime | None = None


def enter(case_no: str, entry: FigureEntry, *, actor: Actor, now: datetime) -> ApprovedFigure:
    """Enter a figure; it counts once a second person approved it. Journal ``release.figure_entered``.

    Raises:
        FigureIncomplete, FigureUnreadable, TimeInFuture: what to change is in the message.
        NotFound: not this actor's to see.
    """
    scope.incident(actor, case_no)
    whole = _whole(entry, now)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        row = _same(tx.session, incident, whole)
        if row is None:
            row = ApprovedFigure(
                incident_id=incident.id, office_code=actor.office, **asdict(whole), digest=_digest(whole),
                entered_at=now, entered_by=actor.ref, entered_person_id=actor.person_id,
            )  # fmt: skip
            tx.session.add(row)
            tx.session.flush()
            data = {"figure": row.id, "digest": row.digest}
            tx.journal(incident, "release.figure_entered", actor=actor, at=now, data=data)
        tx.outcome("figure", f"{case_no}/{row.id}")
    return row


def approve(case_no: str, figure_id: int, *, actor: Actor, now: datetime) -> ApprovedFigure:
    """A second person has compared the figure with its source. Journal ``release.figure_approved``.

    Raises:
        ApprovedByItsEnterer: the same person, be it through a program.
        FigureWithdrawn, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = _find(tx, actor, case_no, figure_id)
        if row.withdrawn_at is not None:
            raise FigureWithdrawn
        if actor.person_id is None:
            raise NotAllowed
        if actor.ref == row.entered_by or actor.person_id == row.entered_person_id:
            raise ApprovedByItsEnterer
        if row.approved_at is None:
            row.approved_at, row.approved_by = now, actor.ref
            data = {"figure": row.id, "digest": row.digest}
            tx.journal(incident, "release.figure_approved", actor=actor, at=now, data=data)
        tx.outcome("figure", f"{case_no}/{row.id}")
    return row


def withdraw(case_no: str, figure_id: int, *, actor: Actor, now: datetime) -> ApprovedFigure:
    """Take a figure back: texts that state it are held from now on. Journal ``release.figure_withdrawn``.

    Raises:
        NotFound: no such figure in a case this actor may see.
    """
    with transaction() as tx:
        incident, row = _find(tx, actor, case_no, figure_id)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by = now, actor.ref
            data = {"figure": row.id, "digest": row.digest}
            tx.journal(incident, "release.figure_withdrawn", actor=actor, at=now, data=data)
        tx.outcome("figure", f"{case_no}/{row.id}")
    return row


def all_of(actor: Actor, case_no: str) -> list[ApprovedFigure]:
    """The figures of a case, newest sampling first; those taken back stand last.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    rows = db.session.scalars(select(ApprovedFigure).where(ApprovedFigure.incident_id == incident.id))
    return sorted(rows, key=lambda row: (row.withdrawn_at is not None, -(row.sampled_at or row.entered_at).timestamp()))


def register(session: Session, incident: Incident) -> tuple[Figure, ...]:
    """The figures that texts of *incident* are compared with, approved or not."""
    rows = session.scalars(
        select(ApprovedFigure)
        .where(ApprovedFigure.incident_id == incident.id, ApprovedFigure.withdrawn_at.is_(None))
        .order_by(ApprovedFigure.id)
    )
    return tuple(figure_of(row) for row in rows)


def figure_of(row: ApprovedFigure) -> Figure:
    """The domain's view of a row."""
    return Figure(
        id=row.id,
        kind=FigureKind(row.kind),
        indicator=row.indicator,
        point=row.point,
        value=row.value,
        unit=FigureUnit(row.unit),
        is_approved=row.approved_at is not None and row.withdrawn_at is None,
    )


def _whole(entry: FigureEntry, now: datetime) -> FigureEntry:
    texts = {name: printable(getattr(entry, name)).strip()[:most] for name, most in LIMITS.items()}
    for name in LIMITS:
        if not texts[name] and not (name == "point" and entry.kind is not FigureKind.RESULT):
            raise FigureIncomplete(field=name)
    if entry.kind is FigureKind.RESULT and entry.sampled_at is None:
        raise FigureIncomplete(field="sampled_at")
    if entry.sampled_at is not None:
        try:
            check_not_future(entry.sampled_at, now=now)
        except DomainError as error:
            error.field = "sampled_at"
            raise
    return FigureEntry(
        kind=entry.kind, value=read_value(entry.value), unit=entry.unit, sampled_at=entry.sampled_at, **texts
    )


def _same(session: Session, incident: Incident, entry: FigureEntry) -> ApprovedFigure | None:
    """The very same figure, entered twice."""
    return session.scalar(
        select(ApprovedFigure).where(
            ApprovedFigure.incident_id == incident.id,
            ApprovedFigure.digest == _digest(entry),
            ApprovedFigure.withdrawn_at.is_(None),
        )
    )


def _digest(entry: FigureEntry) -> str:
    at = entry.sampled_at.isoformat() if entry.sampled_at else None
    document = asdict(entry) | {"sampled_at": at}
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _find(tx: Transaction, actor: Actor, case_no: str, figure_id: int) -> tuple[Incident, ApprovedFigure]:
    incident = scope.incident(actor, case_no, tx.session)
    row = tx.session.scalar(
        select(ApprovedFigure)
        .where(ApprovedFigure.id == figure_id, ApprovedFigure.incident_id == incident.id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    refuse_foreign(row.office_code, actor)
    return incident, row
