"""The package sent to the province and its receipt: the third of the three acts, which makes a case archived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.closing.package_checks import NoPackageYet
from incident_desk.domain.closing.sending import (
    LIMITS,
    RECEIPT_LIMITS,
    ReceivedAlready,
    ReceivedBeforeSent,
    ReceiverMissing,
    RecipientMissing,
)
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.models import ArchiveSending, Incident
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.closing.gate_lines import newest_package
from incident_desk.services.command.command_rows import digest_of, find, past, refuse_other_office, withdraw_facts
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction, transaction


def send(case_no: str, said: Mapping[str, str], *, sent_at: datetime, actor: Actor, now: datetime) -> ArchiveSending:
    """Record that the newest package was sent: to whom, how, when. Journal ``archive.sent``.

    Raises:
        NoPackageYet, RecipientMissing, TimeInFuture, CommandTextTooLong.
        NotFound: not this actor's to see.
    """
    words = clean(said, LIMITS)
    if not words["to_name"]:
        raise RecipientMissing(field="to_name")
    past(sent_at, now=now, field="sent_at")
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        package = newest_package(tx.session, incident)
        if package is None:
            raise NoPackageYet
        row = ArchiveSending(
            incident_id=incident.id, office_code=actor.office, package_id=package.id, sent_at=sent_at, recorded_at=now,
            recorded_by=actor.ref, **words,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {
            "sending": row.id, "package": package.id, "digest": package.digest, "sent_at": sent_at,
            "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "archive.sent", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def receive(
    case_no: str, sending_id: int, said: Mapping[str, str], *, received_at: datetime, actor: Actor, now: datetime
) -> ArchiveSending:
    """Record the receipt: the fact ``archive_received`` meets the clock of the archive. Journal ``archive.received``.

    Raises:
        ReceiverMissing, ReceivedAlready, ReceivedBeforeSent, TimeInFuture, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        row = find(ArchiveSending, incident, sending_id, tx.session, lock=True)
        refuse_other_office(row, actor)
        words = clean(said, RECEIPT_LIMITS)
        if not words["receiver_name"]:
            raise ReceiverMissing(field="receiver_name")
        past(received_at, now=now, field="received_at")
        if row.received_at is not None:
            raise ReceivedAlready
        if received_at < row.sent_at:
            raise ReceivedBeforeSent(field="received_at")
        row.received_at, row.receiver_name, row.receipt_no = received_at, words["receiver_name"], words["receipt_no"]
        row.receipt_recorded_at, row.receipt_recorded_by = now, actor.ref
        fact = facts.record(
            tx, incident, FactKind.ARCHIVE_RECEIVED, at=received_at, data={}, actor=actor, now=now, source=_source(row)
        )
        row.fact_id = fact.id
        data = {
            "sending": row.id, "package": row.package_id, "received_at": received_at, "fact": fact.id,
            "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "archive.received", actor=actor, at=now, data=data)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("closing", case_no)
    return row


def take_back(case_no: str, sending_id: int, *, reason: str, actor: Actor, now: datetime) -> ArchiveSending:
    """Take back a wrong record: its receipt's fact is withdrawn, the clock runs again.

    Journal ``archive.sending_withdrawn``.

    Raises:
        TakeBackReasonMissing, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        row = find(ArchiveSending, incident, sending_id, tx.session, lock=True)
        refuse_other_office(row, actor)
        why = reason_of(reason)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.ref, why
            withdrawn = withdraw_facts(tx, incident, _source(row), now=now)
            data = {"sending": row.id, "facts": withdrawn, "reason": digest_of(incident, why)}
            tx.journal(incident, "archive.sending_withdrawn", actor=actor, at=now, data=data)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("closing", case_no)
    return row


def confirm_received(tx: Transaction, incident: Incident, *, actor: Actor, now: datetime) -> None:
    """Say once more, when the case is finished, that the package has been received already.

    The clock of the archive runs from the end of the case and counts no act before it; what lies at the province by
    then meets it at once.
    """
    row = received_of(tx.session, incident)
    if row is not None:
        facts.record(
            tx, incident, FactKind.ARCHIVE_RECEIVED, at=now, data={}, actor=actor, now=now, source=_source(row)
        )
        clocks.rederive(tx, incident, now=now)


def received_of(session: AnySession, incident: Incident) -> ArchiveSending | None:
    """The newest sending with a receipt."""
    rows = sendings_of(session, incident)
    return next((row for row in rows if row.received_at is not None and row.withdrawn_at is None), None)


def sendings_of(session: AnySession, incident: Incident) -> list[ArchiveSending]:
    """Every sending of a case, the newest first, those taken back too."""
    query = select(ArchiveSending).where(ArchiveSending.incident_id == incident.id)
    return list(session.scalars(query.order_by(ArchiveSending.id.desc())))


def _source(row: ArchiveSending) -> str:
    return f"archive_sending:{row.id}"
