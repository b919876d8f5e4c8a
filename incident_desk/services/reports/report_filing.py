"""The way of a report to each recipient, with proof; the clocks are met as each is reached.

One act writes row, fact, clocks and journal together: a process that dies in the middle has told nobody anything,
and the same act done again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.journal import iso_utc, salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.addressees import is_department
from incident_desk.domain.reports.reporting import printable
from incident_desk.domain.reports.sign_off import DeliveryChannel, reached_at
from incident_desk.models import (
    DeliveryUndone,
    Incident,
    Report,
    ReportDelivery,
)
from incident_desk.services.cases import facts
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks
from incident_desk.services.reports import (
    report_departments,
    report_facts,
    report_papers,
    report_receipts,
    reporting,
)
from incident_desk.services.reports.report_rows import delivery_of, find_own, recipients_of, refuse_other_digest
from incident_desk.services.transaction import Transaction, transaction

A_MINUTE = timedelta(minutes=1)
AGAIN = timedelta(minutes=2)
PROOF_LIMIT = 50_000_000


class ReachedBefore(DomainError):
    """A recipient who has this report."""

    code = "reached_before"
    status = 409
    message_id = N_("%(name)s has this report already. Take that entry back first if it is wrong.")


class SentBeforeLearned(DomainError):
    """A report sent before the office knew of the incident."""

    code = "sent_before_learned"
    message_id = N_("The report is said to have gone out before the office learned of the incident. Check the time.")


class ConfirmedBy(DomainError):
    """A confirmation by nobody."""

    code = "confirmed_by_missing"
    message_id = N_("Give the name of the person who confirmed it, or the number of the receipt.")


class DenierMissing(DomainError):
    """A denied receipt without the name of who denied it."""

    code = "denier_missing"
    message_id = N_("Give the name of the person who says that it was not received.")


class DeniedBeforeSent(DomainError):
    """A receipt denied before anything was sent."""

    code = "denied_before_sent"
    message_id = N_("The receipt is said to have been denied before the report was sent. Check the time.")


class ReasonMissing(DomainError):
    """An entry taken back without a word."""

    code = "reason_missing"
    message_id = N_("Say why this entry is taken back.")


@dataclass(frozen=True, slots=True)
class Passage:
    """One act of sending: by which way, when, and what shows that it arrived.

    By telephone and in person the receiver's name is the proof; in writing a receipt, its picture, or the name of
    who confirmed it together with *received_at*.
    """

    channel: DeliveryChannel
    at: datetime
    receiver_name: str = ""
    proof: str = ""
    proof_sha256: str | None = None
    received_at: datetime | None = None


def record_delivery(
    case_no: str, number: int, recipients: Iterable[str], passage: Passage, *, actor: Actor, now: datetime
) -> Report:
    """Record that a report went to *recipients*; with proof, the clocks that they were missing from follow.

    Without proof the receipt is chased every ten minutes (``report_receipts``). The first sending fixes the report;
    when all are reached it is filed. A passage recorded before is left as it is; one without proof may be completed.

    Raises:
        NotFound: no such report, or a recipient it is not addressed to.
        NoRecipient, TimeInFuture, SentBeforeLearned, ReachedBefore, NotAllowed.
    """
    view = reporting.one(actor, case_no, number)
    chosen = tuple(dict.fromkeys(recipients))
    if not chosen:
        raise reporting.NoRecipient(field="recipients")
    _refuse_times(passage, view.values.learned_at, now)
    papers = report_papers.stored(view) or report_papers.keep_papers(view, view.sign_off.signature)
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_other_digest(row, view.row.digest)
        rows = [_row_to(row, recipient) for recipient in chosen]
        written = [one for one in rows if _take(one, passage, actor)]
        if row.document_sha256 is None:
            report_papers.lay_down(row, papers)
        for one in written:
            one.document_sha256, one.pdf_sha256 = row.document_sha256, row.pdf_sha256
            report_receipts.plan(one, now=now)
        if written:
            _journal(tx, incident, row, written, passage, actor=actor, now=now)
            reached = [one for one in written if delivery_of(one).has_proof()]
            if reached:
                by_telephone = passage.channel is DeliveryChannel.PHONE
                report_facts.tell_clocks(
                    tx, incident, row, reached, at=passage.at, by_telephone=by_telephone, actor=actor, now=now
                )
            _close(tx, incident, row, actor=actor, now=now)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def confirm_receipt(
    case_no: str, number: int, recipient: str, *, receiver_name: str, received_at: datetime, proof: str = "",
    proof_sha256: str | None = None, actor: Actor, now: datetime,
) -> Report:  # fmt: skip
    """Record who confirmed that what was sent arrived, and when; how and when it was sent stays as it stands.

    Raises:
        ConfirmedBy: nobody is named and there is no receipt.
        NotFound: nothing was sent to this recipient.
        TimeInFuture, ReachedBefore, NotAllowed.
    """
    if not (receiver_name.strip() or proof.strip() or proof_sha256):
        raise ConfirmedBy(field="receiver_name")
    view = reporting.one(actor, case_no, number)
    sent = next((one for one in view.row.deliveries if one.recipient == recipient and one.sent_at is not None), None)
    if sent is None or sent.sent_at is None:
        raise NotFound
    passage = Passage(
        DeliveryChannel(sent.channel or DeliveryChannel.PHONE), sent.sent_at, receiver_name, proof, proof_sha256,
        received_at,
    )  # fmt: skip
    return record_delivery(case_no, number, [recipient], passage, actor=actor, now=now)


def keep_proof(stream: IO[bytes] | None) -> str | None:
    """Keep the picture or file of a receipt by its content; gives back its SHA-256, None where there is no file.

    Raises:
        TooLarge, EmptyFile: the file.
    """
    if stream is None:
        return None
    store = evidence_store()
    with store.receive(stream, limit_bytes=PROOF_LIMIT) as incoming:
        store.keep(incoming)
    return incoming.sha256


def take_back(case_no: str, number: int, recipient: str, *, reason: str, actor: Actor, now: datetime) -> Report:
    """Take back an entry that was wrong: its fact is withdrawn by name, its clocks are open again.

    A breach that has passed in the meantime stays one. Journal ``report.delivery_withdrawn``.

    Raises:
        ReasonMissing: without a word.
        NotFound: nothing was recorded for this recipient.
        NotAllowed.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        one = _sent_to(row, recipient)
        withdrawn = _undo(
            tx, incident, row, one, kind="mistaken", said_by=None, said_at=now, reason=reason, actor=actor, now=now
        )
        data = {
            "report": row.id, "to": one.recipient, "facts": withdrawn, "digest": row.digest,
            "reason": salted_digest(bytes.fromhex(incident.journal_salt), reason.strip().encode()),
        }  # fmt: skip
        tx.journal(incident, "report.delivery_withdrawn", actor=actor, at=now, office=row.office_code, data=data)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def deny(
    case_no: str, number: int, recipient: str, *, said_by: str, said_at: datetime, reason: str = "", actor: Actor,
    now: datetime,
) -> Report:  # fmt: skip
    """The other side says that it received nothing (对方称未收到): its fact is withdrawn, its clocks are open again.

    A breach that has passed in the meantime stays one. Who denied it and when stay on record beside what had been
    entered. Journal ``report.receipt_denied``.

    Raises:
        DenierMissing, DeniedBeforeSent, TimeInFuture: what to change is in the message.
        NotFound: nothing was recorded for this recipient.
        NotAllowed.
    """
    if not said_by.strip():
        raise DenierMissing(field="said_by")
    check_not_future(said_at, now=now)
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        one = _sent_to(row, recipient)
        if one.sent_at is not None and said_at <= one.sent_at - A_MINUTE:
            raise DeniedBeforeSent(field="said_at")
        sent_at = one.sent_at
        withdrawn = _undo(
            tx, incident, row, one, kind="denied", said_by=said_by, said_at=said_at, reason=reason, actor=actor, now=now
        )
        data = {
            "report": row.id, "to": one.recipient, "facts": withdrawn, "digest": row.digest, "sent_at": sent_at,
            "denied_at": said_at,
            "words": salted_digest(bytes.fromhex(incident.journal_salt), f"{said_by}\x1f{reason}".encode()),
        }  # fmt: skip
        tx.journal(incident, "report.receipt_denied", actor=actor, at=now, office=row.office_code, data=data)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def _sent_to(row: Report, recipient: str) -> ReportDelivery:
    one = _row_to(row, recipient)
    if one.sent_at is None:
        raise NotFound
    return one


def _undo(
    tx: Transaction, incident: Incident, row: Report, one: ReportDelivery, *, kind: str, said_by: str | None,
    said_at: datetime, reason: str, actor: Actor, now: datetime,
) -> list[int]:  # fmt: skip
    """Keep what the entry said, withdraw its facts and open it again; gives back the ids of facts withdrawn."""
    facts.lock(tx, incident)
    entry = {
        "channel": one.channel, "sent_at": iso_utc(one.sent_at) if one.sent_at else None,
        "reached_at": iso_utc(one.reached_at) if one.reached_at else None, "receiver_name": one.receiver_name,
        "proof": one.proof, "proof_sha256": one.proof_sha256, "recorded_by": one.recorded_by,
        "document_sha256": one.document_sha256,
    }  # fmt: skip
    tx.session.add(
        DeliveryUndone(
            report_id=row.id, recipient=one.recipient, kind=kind, said_by=(said_by or "").strip()[:60] or None,
            said_at=said_at, reason=printable(reason).strip()[:300] or None, recorded_by=actor.ref, recorded_at=now,
            entry=entry,
        )
    )  # fmt: skip
    one.channel = one.receiver_name = one.proof = one.proof_sha256 = one.recorded_by = None
    one.sent_at = one.reached_at = one.chase_at = one.document_sha256 = one.pdf_sha256 = None
    row.filed_at = None
    row.state = "signed" if row.signed_at else "checked" if row.checked_at else "draft"
    if is_department(one.recipient):
        return report_departments.settle(tx, incident, row.office_code, actor=actor, now=now)
    return report_facts.withdraw(tx, incident, row, one.recipient, actor=actor, now=now)


def _refuse_times(passage: Passage, learned_at: datetime, now: datetime) -> None:
    for at in (passage.at, passage.received_at):
        if at is not None:
            check_not_future(at, now=now)
    if passage.at <= learned_at - A_MINUTE:
        raise SentBeforeLearned(field="at")


def _row_to(row: Report, recipient: str) -> ReportDelivery:
    found = next((one for one in row.deliveries if one.recipient == recipient), None)
    if found is None:
        raise NotFound
    return found


def _take(one: ReportDelivery, passage: Passage, actor: Actor) -> bool:
    """Write *passage* on a recipient's row; false where it stands there already.

    Raises:
        ReachedBefore: another passage with proof stands there.
    """
    wanted = {
        "channel": passage.channel.value,
        "sent_at": passage.at,
        "receiver_name": printable(passage.receiver_name).strip()[:60] or None,
        "proof": printable(passage.proof).strip()[:300] or None,
        "proof_sha256": passage.proof_sha256,
        "reached_at": passage.received_at,
    }
    if _is_again(one, wanted):
        return False
    if one.sent_at is not None and delivery_of(one).has_proof():
        raise ReachedBefore(name=one.name)
    for key, value in wanted.items():
        setattr(one, key, value)
    one.recorded_by = actor.ref
    return True


def _is_again(one: ReportDelivery, wanted: Mapping[str, Any]) -> bool:
    """The same act once more: a second click, a form sent again after its answer was lost."""
    said = ("channel", "receiver_name", "proof", "proof_sha256")
    same = all(getattr(one, key) == wanted[key] for key in said)
    return same and one.sent_at is not None and abs(one.sent_at - wanted["sent_at"]) <= AGAIN


def _journal(
    tx: Transaction, incident: Incident, row: Report, written: list[ReportDelivery], passage: Passage, *,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    salt = bytes.fromhex(incident.journal_salt)
    said = "\x1f".join((passage.receiver_name, passage.proof)).encode()
    data = {
        "report": row.id, "digest": row.digest, "document": row.document_sha256, "channel": passage.channel.value,
        "at": passage.at, "to": [one.recipient for one in written],
        "proven": [one.recipient for one in written if delivery_of(one).has_proof()],
        "proof": passage.proof_sha256, "words": salted_digest(salt, said),
    }  # fmt: skip
    tx.journal(incident, "report.delivered", actor=actor, at=now, office=row.office_code, data=data)


def _close(tx: Transaction, incident: Incident, row: Report, *, actor: Actor, now: datetime) -> None:
    """Say that a report is filed once everyone it goes to was reached with proof. Journal ``report.filed``."""
    deliveries = [delivery_of(one) for one in row.deliveries if one.sent_at is not None]
    last = reached_at(recipients_of(row), deliveries)
    if last is None or row.filed_at is not None:
        return
    row.state, row.filed_at = "filed", last
    data = {
        "report": row.id, "digest": row.digest, "document": row.document_sha256, "reached_at": last,
        "to": list(recipients_of(row)),
    }  # fmt: skip
    tx.journal(incident, "report.filed", actor=actor, at=now, office=row.office_code, data=data)
