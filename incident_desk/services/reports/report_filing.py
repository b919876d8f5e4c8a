"""The way of a report to each recipient, with proof; the clocks are met as each is reached.

One act writes row, fact, clocks and journal together: a process that dies in the middle has told nobody anything,
and the same act done again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import select

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.law.legal_codes import FactKind, Recipient, ReportForm
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import printable
from incident_desk.domain.reports.sign_off import DeliveryChannel, reached_at
from incident_desk.models import FactRecord, Incident, IncidentOffice, Office, Report, ReportDelivery
from incident_desk.services.calls import corrections
from incident_desk.services.cases import facts
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks
from incident_desk.services.reports import report_papers, report_recipients, reporting
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
    case_no: str, number: int, recipients: Iterable[Recipient], passage: Passage, *, actor: Actor, now: datetime
) -> Report:
    """Record that a report went to *recipients*; with proof, the clocks that they were missing from follow.

    The first sending fixes the report. When all are reached it is filed. A passage recorded before is left as it is;
    one without proof may be completed.

    Raises:
        NotFound: no such report, or a recipient it is not addressed to.
        NoRecipient, TimeInFuture, SentBeforeLearned, ReachedBefore, NotAllowed.
    """
    view = reporting.one(actor, case_no, number)
    chosen = tuple(dict.fromkeys(recipients))
    if not chosen:
        raise reporting.NoRecipient(field="recipients")
    _refuse_times(passage, view.values.learned_at, now)
    document = view.row.document_sha256 or report_papers.keep(report_papers.compose(view, view.sign_off.signature))
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_other_digest(row, view.row.digest)
        rows = [_row_to(row, recipient) for recipient in chosen]
        written = [one for one in rows if _take(one, passage, actor)]
        row.document_sha256 = row.document_sha256 or document
        if written:
            _journal(tx, incident, row, written, passage, actor=actor, now=now)
            reached = [one for one in written if delivery_of(one).has_proof()]
            if reached:
                _tell_clocks(tx, incident, row, reached, passage, actor=actor, now=now)
            _close(tx, incident, row, actor=actor, now=now)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


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


def take_back(case_no: str, number: int, recipient: Recipient, *, reason: str, actor: Actor, now: datetime) -> Report:
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
        one = _row_to(row, recipient)
        if one.sent_at is None:
            raise NotFound
        facts.lock(tx, incident)
        withdrawn = _withdraw(tx, incident, row, recipient, actor=actor, now=now)
        one.channel = one.receiver_name = one.proof = one.proof_sha256 = one.recorded_by = None
        one.sent_at = one.reached_at = None
        row.filed_at = None
        row.state = "signed" if row.signed_at else "checked" if row.checked_at else "draft"
        data = {
            "report": row.id, "to": recipient.value, "facts": withdrawn, "digest": row.digest,
            "reason": salted_digest(bytes.fromhex(incident.journal_salt), reason.strip().encode()),
        }  # fmt: skip
        tx.journal(incident, "report.delivery_withdrawn", actor=actor, at=now, office=row.office_code, data=data)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def _refuse_times(passage: Passage, learned_at: datetime, now: datetime) -> None:
    for at in (passage.at, passage.received_at):
        if at is not None:
            check_not_future(at, now=now)
    if passage.at <= learned_at - A_MINUTE:
        raise SentBeforeLearned(field="at")


def _row_to(row: Report, recipient: Recipient) -> ReportDelivery:
    found = next((one for one in row.deliveries if one.recipient == recipient.value), None)
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


def _tell_clocks(
    tx: Transaction, incident: Incident, row: Report, reached: list[ReportDelivery], passage: Passage, *,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """One ``report_filed`` fact for those reached by this act, and what the offices among them thereby learned."""
    by_telephone = passage.channel is DeliveryChannel.PHONE
    _filed(tx, incident, row, [one.recipient for one in reached], at=passage.at, by_telephone=by_telephone,
        actor=actor, now=now)  # fmt: skip
    for one in reached:
        recipient = Recipient(one.recipient)
        if report_recipients.is_province(row.office_code, recipient):
            _province_received(tx, incident, row, passage.at, actor=actor, now=now)
        elif recipient is Recipient.LEVEL_UP:
            _level_up_learned(tx, incident, row, passage.at, actor=actor, now=now)


def _filed(
    tx: Transaction, incident: Incident, row: Report, to: list[str], *, at: datetime, by_telephone: bool,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    form = ReportForm.PHONE if by_telephone else ReportForm(row.form)
    data = {"from": row.office_code, "report_kind": row.report_kind, "form": form.value, "to": to}
    facts.record(
        tx, incident, FactKind.REPORT_FILED, at=at, data=data, actor=actor, now=now, office=row.office_code,
        source=_source(row),
    )  # fmt: skip


def _province_received(
    tx: Transaction, incident: Incident, row: Report, at: datetime, *, actor: Actor, now: datetime
) -> None:
    kind = FactKind.PROVINCE_RECEIVED
    if facts.newest(incident.id, kind, tx.session) is None:
        facts.record(tx, incident, kind, at=at, data={}, actor=actor, now=now, source=_source(row))


def _level_up_learned(
    tx: Transaction, incident: Incident, row: Report, at: datetime, *, actor: Actor, now: datetime
) -> None:
    """The office above learned by this report, unless it knew before; its own clocks run from then."""
    above = Rulebook.shipped().offices.get(row.office_code).parent_code
    knew = tx.session.scalar(
        select(IncidentOffice.learned_at).where(
            IncidentOffice.incident_id == incident.id, IncidentOffice.office_code == above
        )
    )
    if knew is not None or tx.session.get(Office, above) is None:
        return
    facts.record(
        tx, incident, FactKind.OFFICE_LEARNED, at=at, data={"office": above}, actor=actor, now=now, source=_source(row)
    )
    corrections.join(tx, incident, above, learned_at=at, reason="learned")
    data = {"office": above, "learned_at": at}
    tx.journal(incident, "office.joined", actor=actor, at=now, data=data)


def _close(tx: Transaction, incident: Incident, row: Report, *, actor: Actor, now: datetime) -> None:
    """Say that a report is filed once everyone it goes to was reached with proof. Journal ``report.filed``."""
    deliveries = [delivery_of(one) for one in row.deliveries if one.sent_at is not None]
    last = reached_at(recipients_of(row), deliveries)
    if last is None or row.filed_at is not None:
        return
    row.state, row.filed_at = "filed", last
    data = {
        "report": row.id, "digest": row.digest, "document": row.document_sha256, "reached_at": last,
        "to": [recipient.value for recipient in recipients_of(row)],
    }  # fmt: skip
    tx.journal(incident, "report.filed", actor=actor, at=now, office=row.office_code, data=data)


def _withdraw(
    tx: Transaction, incident: Incident, row: Report, recipient: Recipient, *, actor: Actor, now: datetime
) -> list[int]:
    """Withdraw the facts that say that *recipient* was reached; others reached by the same act are recorded again."""
    query = select(FactRecord).where(
        FactRecord.incident_id == incident.id, FactRecord.kind == FactKind.REPORT_FILED.value,
        FactRecord.source == _source(row), FactRecord.withdrawn_at.is_(None),
    )  # fmt: skip
    withdrawn = []
    for fact in tx.session.scalars(query).all():
        if recipient.value not in fact.data["to"]:
            continue
        fact.withdrawn_at = now
        incident.version += 1
        withdrawn.append(fact.id)
        others = [code for code in fact.data["to"] if code != recipient.value]
        if others:
            by_telephone = fact.data["form"] == ReportForm.PHONE.value
            _filed(tx, incident, row, others, at=fact.at, by_telephone=by_telephone, actor=actor, now=now)
    return withdrawn


def _source(row: Report) -> str:
    return f"report:{row.id}"
