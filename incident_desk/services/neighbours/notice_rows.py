"""Notices found inside their case, read, and fixed once they went out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from incident_desk.domain.errors import NotAllowed, NotFound
from incident_desk.domain.neighbours.notices import (
    Notice,
    NoticeAct,
    NoticeDropped,
    NoticeIsFixed,
    NoticeWay,
    notice_from,
    told_first,
)
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, NeighbourNotice, NeighbourNoticeAct
from incident_desk.services import scope
from incident_desk.services.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ActView:
    """One act with its row."""

    row: NeighbourNoticeAct
    act: NoticeAct


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice with everything read out of its row."""

    incident: Incident
    row: NeighbourNotice
    notice: Notice
    acts: tuple[ActView, ...]

    @property
    def told_at(self) -> datetime | None:
        """When the neighbour first knew by this notice; acts that were taken back do not count."""
        return told_first(one.act for one in self.acts if one.row.withdrawn_at is None)

    @property
    def is_fixed(self) -> bool:
        """Whether its text stays as it is."""
        return is_fixed(self.row)


def view_of(incident: Incident, row: NeighbourNotice) -> NoticeView:
    """Everything that a page or a paper needs of one notice."""
    return NoticeView(incident, row, notice_from(row.snapshot), tuple(ActView(one, act_of(one)) for one in row.acts))


def act_of(row: NeighbourNoticeAct) -> NoticeAct:
    """The domain's view of an act."""
    return NoticeAct(
        way=NoticeWay(row.way), at=row.at, answered_by=row.answered_by, read_back=row.read_back,
        has_proof=bool(row.proof or row.proof_sha256), received_at=row.received_at,
    )  # fmt: skip


def all_of(actor: Actor, case_no: str) -> list[NoticeView]:
    """The notices of a case, newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    rows = db.session.scalars(of_case(incident).order_by(NeighbourNotice.number.desc()))
    return [view_of(incident, row) for row in rows]


def one(actor: Actor, case_no: str, number: int) -> NoticeView:
    """One notice.

    Raises:
        NotFound: there is none in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    return view_of(incident, _by_number(db.session(), incident, number))


def of_case(incident: Incident) -> Select[NeighbourNotice]:
    """The rows of a case."""
    return select(NeighbourNotice).where(NeighbourNotice.incident_id == incident.id)


def find_own(tx: Transaction, case_no: str, number: int, actor: Actor) -> tuple[Incident, NeighbourNotice]:
    """A notice that the actor's office, or one below it, writes; held until the commit.

    Raises:
        NotFound: there is none. NotAllowed: another office's notice can be read, not written.
    """
    incident = scope.incident(actor, case_no, tx.session)
    row = _by_number(tx.session, incident, number, lock=True)
    if not may_write(actor, row):
        raise NotAllowed
    return incident, row


def may_write(actor: Actor, row: NeighbourNotice) -> bool:
    """Whether the notice is the actor's office's, or one's below it."""
    return row.office_code.startswith(scope.code_prefix(actor.office))


def is_fixed(row: NeighbourNotice) -> bool:
    """Whether a notice was given in any way, or its file was made."""
    return row.file_sha256 is not None or any(one.withdrawn_at is None for one in row.acts)


def refuse_fixed(row: NeighbourNotice) -> None:
    """Refuse a change of text of what went out or was given up.

    Raises:
        NoticeDropped, NoticeIsFixed.
    """
    if row.dropped_at is not None:
        raise NoticeDropped
    if is_fixed(row):
        raise NoticeIsFixed


def _by_number(session: Session, incident: Incident, number: int, *, lock: bool = False) -> NeighbourNotice:
    query = of_case(incident).where(NeighbourNotice.number == number)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row
