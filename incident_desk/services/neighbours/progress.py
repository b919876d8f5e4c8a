"""Progress reports on joint prevention on record: drafted from the register, worded, and sent to the province."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.china_time import china_date
from incident_desk.domain.command.words import clean
from incident_desk.domain.errors import ChangedMeanwhile, NotFound
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.neighbours.progress import (
    TABLE_HEADS,
    DisputeWord,
    Period,
    ProgressNotSent,
    ProgressProofMissing,
    ProgressTextMissing,
    ProgressWasSent,
    draft_zh,
    table_rows,
    title_of,
)
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.extensions import db
from incident_desk.models import AgreementProgress
from incident_desk.records.neighbour_letter import OfficialText, text_docx
from incident_desk.services import installation
from incident_desk.services.command.command_rows import past
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.neighbours import agreements
from incident_desk.services.transaction import Transaction, transaction

TEXT = {"text": 20_000, "addressee": 120}
SENDING = {"receiver_name": 60, "proof": 300}


@dataclass(frozen=True, slots=True)
class Sent:
    """How a report went out, as typed."""

    how: DeliveryChannel
    at: datetime
    receiver_name: str = ""
    proof: str = ""
    proof_sha256: str | None = None


def draft(period: str, *, actor: Actor, now: datetime) -> AgreementProgress:
    """Write the report of a half-year anew from the register of the actor's office. Journal ``progress.drafted``.

    Raises:
        NoSuchPeriod, ProgressWasSent.
    """
    when = Period.read(period)
    words = _from_register(actor, now)
    with transaction() as tx:
        row = _find(tx.session, actor, when, lock=True)
        _refuse_sent(row)
        offices = Rulebook.shipped().offices
        if row is None:
            above = offices.get(actor.office).province_code
            row = AgreementProgress(
                office_code=actor.office, period=when.code, addressee=offices.bureau_zh(above),
                title=title_of(offices.bureau_zh(actor.office), when), version=0,
            )  # fmt: skip
        _write(tx, row, words, row.addressee, actor=actor, now=now)
    return row


def word(
    period: str, text: str, addressee: str, *, actor: Actor, now: datetime, expected_version: int | None = None
) -> AgreementProgress:
    """Put an officer's words in place of the draft's. Journal ``progress.drafted``.

    Raises:
        NoSuchPeriod, ProgressTextMissing, ProgressWasSent, CommandTextTooLong, NotFound.
        ChangedMeanwhile: somebody saved since *expected_version*.
    """
    with transaction() as tx:
        row = _must(tx, actor, period)
        _refuse_sent(row)
        said = clean({"text": text, "addressee": addressee}, TEXT)
        if not said["text"]:
            raise ProgressTextMissing(field="text")
        if expected_version is not None and row.version != expected_version:
            raise ChangedMeanwhile(current=row.text, typed=said["text"], version=row.version)
        _write(tx, row, said["text"], said["addressee"] or row.addressee, actor=actor, now=now)
    return row


def send(period: str, sent: Sent, *, actor: Actor, now: datetime) -> AgreementProgress:
    """Record that the report went out; the document is kept as it was sent. Journal ``progress.sent``.

    Raises:
        NoSuchPeriod, ProgressProofMissing, ProgressWasSent, TimeInFuture, CommandTextTooLong, NotFound.
    """
    row = one(actor, period)
    kept = evidence_store().keep_bytes(document(row, actor=actor))
    with transaction() as tx:
        row = _must(tx, actor, period)
        _refuse_sent(row)
        said = clean({"receiver_name": sent.receiver_name, "proof": sent.proof}, SENDING)
        if not (said["receiver_name"] or said["proof"] or sent.proof_sha256):
            raise ProgressProofMissing(field="receiver_name")
        row.sent_at, row.sent_how, row.sent_by = past(sent.at, now=now, field="at"), sent.how.value, actor.ref
        row.receiver_name, row.proof = said["receiver_name"], said["proof"]
        row.proof_sha256, row.document_sha256 = sent.proof_sha256, kept
        data = {
            "progress": row.id, "period": row.period, "digest": row.digest, "document": kept, "how": row.sent_how,
            "at": row.sent_at, "proof": row.proof_sha256,
        }  # fmt: skip
        tx.journal(None, "progress.sent", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("progress", row.period)
    return row


def take_back(period: str, *, actor: Actor, now: datetime) -> AgreementProgress:
    """Take back the entry of a sending that was wrong. Journal ``progress.sending_withdrawn``.

    Raises:
        NoSuchPeriod, ProgressNotSent, NotFound.
    """
    with transaction() as tx:
        row = _must(tx, actor, period)
        if row.sent_at is None:
            raise ProgressNotSent
        row.sent_at = row.sent_how = row.sent_by = row.receiver_name = row.proof = None
        row.proof_sha256 = row.document_sha256 = None
        data = {"progress": row.id, "period": row.period}
        tx.journal(None, "progress.sending_withdrawn", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("progress", row.period)
    return row


def one(actor: Actor, period: str) -> AgreementProgress:
    """The report of a half-year.

    Raises:
        NoSuchPeriod: *period* is none. NotFound: the actor's office has not drafted it.
    """
    row = _find(db.session(), actor, Period.read(period))
    if row is None:
        raise NotFound
    return row


def all_of(actor: Actor) -> list[AgreementProgress]:
    """The reports of the actor's office, newest first."""
    query = select(AgreementProgress).where(AgreementProgress.office_code == actor.office)
    return list(db.session.scalars(query.order_by(AgreementProgress.period.desc())))


def periods(now: datetime) -> tuple[Period, Period]:
    """The half-year that runs and the one before it."""
    current = Period.of(china_date(now))
    return current, current.before()


def document(row: AgreementProgress, *, actor: Actor) -> bytes:
    """The report as DOCX: the one that was kept when it went out, else as it stands now."""
    path = evidence_store().path(row.document_sha256) if row.document_sha256 else None
    if path is not None and path.is_file():
        return path.read_bytes()
    known = [view.agreement for view in agreements.listed(actor)]
    names = agreements.names_of({code for one in known for code in one.parties})
    when = Period.read(row.period)
    check = f"{when.words_zh()}联防联控进展　校验 {row.digest[:16]}"
    office = Rulebook.shipped().offices.bureau_zh(row.office_code)
    return text_docx(
        OfficialText(
            office=office, number=f"＿＿〔{when.year}〕＿＿号", title=row.title,
            addressee=row.addressee, text=row.text, made_at=row.drafted_at, check=check,
            exercise=installation.is_exercise_only(), table_title="附件　联防联控协议登记表", heads=TABLE_HEADS,
            rows=table_rows(known, names),
        )
    )  # fmt: skip


def _from_register(actor: Actor, now: datetime) -> str:
    views = agreements.listed(actor)
    found = agreements.gaps_of(actor, now=now)
    codes = {code for view in views for code in view.agreement.parties} | {c for one in found for c in one.pair.parties}
    disputes = [
        DisputeWord(view.agreement.water_body, one.about, one.opened_on, one.mediated_by, one.settled_on)
        for view in views
        for one in view.row.disputes
    ]
    return draft_zh(
        office=Rulebook.shipped().offices.bureau_zh(actor.office),
        agreements=[view.agreement for view in views],
        gaps=found,
        disputes=disputes,
        names=agreements.names_of(codes),
        today=china_date(now),
    )


def _write(tx: Transaction, row: AgreementProgress, text: str, addressee: str, *, actor: Actor, now: datetime) -> None:
    row.text, row.addressee = text, addressee
    row.digest = hashlib.sha256(f"{row.title}\n{addressee}\n{text}".encode("utf-8", "replace")).hexdigest()
    row.drafted_at, row.drafted_by = now, actor.ref
    row.version += 1
    tx.session.add(row)
    tx.session.flush()
    data = {"progress": row.id, "period": row.period, "version": row.version, "digest": row.digest}
    tx.journal(None, "progress.drafted", actor=actor, at=now, office=row.office_code, data=data)
    tx.outcome("progress", row.period)


def _find(session: Session, actor: Actor, period: Period, *, lock: bool = False) -> AgreementProgress | None:
    query = select(AgreementProgress).where(
        AgreementProgress.office_code == actor.office, AgreementProgress.period == period.code
    )
    return session.scalar(query.with_for_update() if lock else query)


def _must(tx: Transaction, actor: Actor, period: str) -> AgreementProgress:
    row = _find(tx.session, actor, Period.read(period), lock=True)
    if row is None:
        raise NotFound
    return row


def _refuse_sent(row: AgreementProgress | None) -> None:
    if row is not None and row.sent_at is not None:
        raise ProgressWasSent
