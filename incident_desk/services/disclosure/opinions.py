"""Public opinion (舆情): seen, given a line to take (口径), answered; the facts drive the 48 hours of D4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.disclosure.approval import ReasonMissing
from incident_desk.domain.disclosure.public_opinion import (
    OpinionKind,
    OpinionSource,
    OpinionTextMissing,
    check_answer,
    subject_of,
)
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import printable
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, PublicOpinion
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.disclosure.own_rows import refuse_foreign
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction, transaction

LIMITS = {"subject": 60, "text": 2000, "place": 120, "link": 2000}
LINE_LIMIT, WHERE_LIMIT = 2000, 200


class AlreadyAnswered(DomainError):
    """An answer is on record."""

    code = "already_answered"
    status = 409
    message_id = N_("This matter is answered already. Record a new one if it comes up again.")


class OpinionTakenBack(DomainError):
    """The entry was taken back."""

    code = "opinion_taken_back"
    status = 409
    message_id = N_("This entry was taken back. Record the matter anew if it holds after all.")


@dataclass(frozen=True, slots=True)
class OpinionEntry:
    """A matter as seen: ``subject`` in a few words, ``text`` as it reads, ``place`` the account, group or page."""

    kind: OpinionKind
    source: OpinionSource
    subject: str
    text: str = ""
    place: str = ""
    link: str = ""
    line: str = ""


def record(case_no: str, entry: OpinionEntry, *, seen_at: datetime, actor: Actor, now: datetime) -> PublicOpinion:
    """Record what is said or asked; D4 runs from when it was seen. Journal ``release.opinion_recorded``.

    Raises:
        OpinionTextMissing, TimeInFuture: what to change is in the message.
        NotFound: not this actor's to see.
    """
    scope.incident(actor, case_no)
    said = {name: printable(getattr(entry, name)).strip()[:most] for name, most in LIMITS.items()}
    if not said["subject"]:
        raise OpinionTextMissing(field="subject")
    _refuse_future(seen_at, now, "seen_at")
    line = printable(entry.line).strip()[:LINE_LIMIT]
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        row = PublicOpinion(
            incident_id=incident.id, office_code=actor.office, number=_next_number(tx, incident),
            kind=entry.kind.value, source=entry.source.value, **{**said, "link": said["link"] or None},
            seen_at=seen_at, recorded_at=now, recorded_by=actor.ref, line=line,
            line_at=now if line else None, line_by=actor.ref if line else None,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"opinion": subject_of(row.number, row.subject), "office": incident.office_code}
        facts.record(
            tx, incident, FactKind.PUBLIC_OPINION_DETECTED, at=seen_at, data=data, actor=actor, now=now,
            source=_source(row),
        )  # fmt: skip
        entry_data = {"opinion": row.id, "kind": row.kind, "source": row.source, "seen_at": seen_at}
        tx.journal(incident, "release.opinion_recorded", actor=actor, at=now, data=entry_data)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("public_opinion", f"{case_no}/{row.id}")
    return row


def set_line(
    case_no: str, opinion_id: int, line: str, *, actor: Actor, now: datetime, expected_version: int | None = None
) -> PublicOpinion:
    """Set the line to take. Journal ``release.opinion_line`` with a salted digest of its words.

    Raises:
        ChangedMeanwhile: somebody set it after *expected_version*.
        OpinionTakenBack, NotAllowed, NotFound.
    """
    words = printable(line).strip()[:LINE_LIMIT]
    with transaction() as tx:
        incident, row = _find_standing(tx, actor, case_no, opinion_id)
        if row.line != words:
            if expected_version is not None and expected_version != row.version:
                raise ChangedMeanwhile(version=row.version, current=row.line, typed=words)
            row.line, row.line_at, row.line_by, row.version = words, now, actor.ref, row.version + 1
            salted = salted_digest(bytes.fromhex(incident.journal_salt), words.encode())
            data = {"opinion": row.id, "line": salted}
            tx.journal(incident, "release.opinion_line", actor=actor, at=now, data=data)
        tx.outcome("public_opinion", f"{case_no}/{row.id}")
    return row


def answer(
    case_no: str, opinion_id: int, *, where: str, answered_at: datetime, actor: Actor, now: datetime, link: str = ""
) -> PublicOpinion:
    """Record when and where it was answered; D4 is met at that time. Journal ``release.opinion_answered``.

    Raises:
        AnsweredBeforeSeen, AnsweredWhereMissing, TimeInFuture: what to change is in the message.
        AlreadyAnswered, OpinionTakenBack, NotAllowed, NotFound.
    """
    _refuse_future(answered_at, now, "answered_at")
    with transaction() as tx:
        incident, row = _find_standing(tx, actor, case_no, opinion_id)
        if row.answered_at is not None:
            raise AlreadyAnswered
        check_answer(seen_at=row.seen_at, answered_at=answered_at, where=where)
        row.answered_at, row.answered_where = answered_at, printable(where).strip()[:WHERE_LIMIT]
        row.answer_link, row.answer_recorded_by = printable(link).strip()[: LIMITS["link"]] or None, actor.ref
        data = {"opinion": subject_of(row.number, row.subject), "office": incident.office_code}
        facts.record(
            tx, incident, FactKind.PUBLIC_OPINION_ANSWERED, at=answered_at, data=data, actor=actor, now=now,
            source=_source(row),
        )  # fmt: skip
        entry = {"opinion": row.id, "answered_at": answered_at}
        tx.journal(incident, "release.opinion_answered", actor=actor, at=now, data=entry)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("public_opinion", f"{case_no}/{row.id}")
    return row


def take_back(case_no: str, opinion_id: int, *, reason: str, actor: Actor, now: datetime) -> PublicOpinion:
    """Take back an entry that was wrong; the row stays, its facts are withdrawn, its clock follows.

    Raises:
        ReasonMissing, NotAllowed, NotFound.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction() as tx:
        incident, row = _find(tx, actor, case_no, opinion_id)
        if row.withdrawn_at is None:
            facts.lock(tx, incident)
            row.withdrawn_at, row.withdrawn_by = now, actor.ref
            own = select(FactRecord).where(
                FactRecord.incident_id == incident.id,
                FactRecord.source == _source(row),
                FactRecord.withdrawn_at.is_(None),
            )
            for fact in tx.session.scalars(own).all():
                fact.withdrawn_at = now
                incident.version += 1
            salted = salted_digest(bytes.fromhex(incident.journal_salt), reason.strip().encode())
            data = {"opinion": row.id, "reason": salted}
            tx.journal(incident, "release.opinion_withdrawn", actor=actor, at=now, data=data)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("public_opinion", f"{case_no}/{row.id}")
    return row


def all_of(actor: Actor, case_no: str) -> list[PublicOpinion]:
    """The matters of a case: unanswered ones first, then the newest.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    rows = db.session.scalars(select(PublicOpinion).where(PublicOpinion.incident_id == incident.id))
    return sorted(rows, key=lambda row: (row.withdrawn_at is not None, row.answered_at is not None, -row.number))


def one(actor: Actor, case_no: str, opinion_id: int) -> PublicOpinion:
    """One matter of a case.

    Raises:
        NotFound: no such matter in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    row = db.session.get(PublicOpinion, opinion_id)
    if row is None or row.incident_id != incident.id:
        raise NotFound
    return row


def start_key(row: PublicOpinion) -> str:
    """What its clock is known by."""
    return f"opinion:{subject_of(row.number, row.subject)}"


def _next_number(tx: Transaction, incident: Incident) -> int:
    query = select(func.max(PublicOpinion.number)).where(PublicOpinion.incident_id == incident.id)
    return (tx.session.scalar(query) or 0) + 1


def _find(tx: Transaction, actor: Actor, case_no: str, opinion_id: int) -> tuple[Incident, PublicOpinion]:
    incident = scope.incident(actor, case_no, tx.session)
    row = tx.session.scalar(
        select(PublicOpinion)
        .where(PublicOpinion.id == opinion_id, PublicOpinion.incident_id == incident.id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    refuse_foreign(row.office_code, actor)
    return incident, row


def _find_standing(tx: Transaction, actor: Actor, case_no: str, opinion_id: int) -> tuple[Incident, PublicOpinion]:
    incident, row = _find(tx, actor, case_no, opinion_id)
    if row.withdrawn_at is not None:
        raise OpinionTakenBack
    return incident, row


def _refuse_future(at: datetime, now: datetime, field: str) -> None:
    try:
        check_not_future(at, now=now)
    except DomainError as error:
        error.field = field
        raise


def _source(row: PublicOpinion) -> str:
    return f"opinion:{row.id}"
