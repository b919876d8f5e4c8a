"""The way of a paper to the government, with its proof, and the government's answer (批复) word for word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from incident_desk.domain.command.papers import (
    ANSWER_LIMITS,
    SENDING_LIMITS,
    AnswerMissing,
    PaperDropped,
    PaperNotSent,
    PaperWasSent,
)
from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.models import CommandPaper
from incident_desk.services.command import paper_documents, papers
from incident_desk.services.command.command_rows import digest_of, past
from incident_desk.services.command.paper_duty import tell_duty
from incident_desk.services.command.papers import delivery_of, find_own, refuse_other_digest
from incident_desk.services.transaction import transaction


@dataclass(frozen=True, slots=True)
class Sending:
    """One act of sending: how, when, who took it, what shows that it arrived."""

    how: DeliveryChannel
    at: datetime
    receiver_name: str = ""
    proof: str = ""
    proof_sha256: str | None = None
    received_at: datetime | None = None


def send(case_no: str, number: int, sending: Sending, *, actor: Actor, now: datetime) -> CommandPaper:
    """Record that the paper went to the government; signed and with proof it meets R12. Journal ``paper.sent``.

    Unsigned papers are taken too: nothing holds a proposal back. One without proof may be completed.

    Raises:
        TimeInFuture, TimesReversed, CommandTextTooLong: what to change is in the message.
        PaperWasSent: another passage with proof stands there.
        PaperDropped, NotAllowed, NotFound.
    """
    view = papers.one(actor, case_no, number)
    document = view.row.document_sha256 or paper_documents.keep(paper_documents.compose(view, view.sign_off.signature))
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        if row.dropped_at is not None:
            raise PaperDropped
        refuse_other_digest(row, view.row.digest)
        words = clean({"receiver_name": sending.receiver_name, "proof": sending.proof}, SENDING_LIMITS)
        if _is_again(row, sending, words):
            tx.outcome("paper", f"{case_no}/{number}")
            return row
        there = delivery_of(row)
        if there is not None and there.has_proof():
            raise PaperWasSent
        row.sent_how, row.sent_recorded_by = sending.how.value, actor.ref
        row.sent_at = past(sending.at, now=now, field="at", after=row.drafted_at)
        row.receiver_name, row.proof = words["receiver_name"] or None, words["proof"] or None
        row.proof_sha256, row.document_sha256 = sending.proof_sha256, row.document_sha256 or document
        row.received_at = None if sending.received_at is None else past(
            sending.received_at, now=now, field="received_at", after=row.sent_at
        )  # fmt: skip
        data = {
            "paper": row.id, "number": number, "digest": row.digest, "document": row.document_sha256,
            "how": row.sent_how, "at": row.sent_at, "proof": row.proof_sha256,
            "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "paper.sent", actor=actor, at=now, office=row.office_code, data=data)
        tell_duty(tx, incident, row, actor=actor, now=now)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def take_back_sending(case_no: str, number: int, *, reason: str, actor: Actor, now: datetime) -> CommandPaper:
    """Take back the entry of a sending that was wrong: its fact is withdrawn by name, R12 is open again.

    Journal ``paper.sending_withdrawn``.

    Raises:
        TakeBackReasonMissing, PaperNotSent, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        why = reason_of(reason)
        if row.sent_at is None:
            raise PaperNotSent
        was = digest_of(incident, row.receiver_name, row.proof)
        row.sent_how = row.sent_recorded_by = row.receiver_name = row.proof = row.proof_sha256 = None
        row.sent_at = row.received_at = None
        if row.signed_at is None:
            row.document_sha256 = None
        withdrawn = tell_duty(tx, incident, row, actor=actor, now=now)
        data = {
            "paper": row.id, "number": number, "facts": withdrawn, "was": was, "reason": digest_of(incident, why),
        }  # fmt: skip
        tx.journal(incident, "paper.sending_withdrawn", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def answer(
    case_no: str, number: int, said: Mapping[str, str], *, at: datetime, file_sha256: str | None, actor: Actor,
    now: datetime,
) -> CommandPaper:  # fmt: skip
    """Record the government's answer: its words, its number, who gave it and when. Journal ``paper.answered``.

    A later answer stands in place of an earlier one; the journal keeps the digest of each.

    Raises:
        AnswerMissing, PaperNotSent, TimeInFuture, TimesReversed, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        if row.sent_at is None:
            raise PaperNotSent
        words = clean(said, ANSWER_LIMITS)
        if not words["answer_text"]:
            raise AnswerMissing(field="answer_text")
        row.answered_at = past(at, now=now, field="answered_at", after=row.sent_at)
        row.answer_text, row.answer_no, row.answered_by = words.values()
        row.answer_sha256, row.answer_recorded_by = file_sha256 or row.answer_sha256, actor.ref
        data = {
            "paper": row.id, "number": number, "answered_at": row.answered_at, "file": row.answer_sha256,
            "words": digest_of(incident, *words.values()),
        }  # fmt: skip
        tx.journal(incident, "paper.answered", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def _is_again(row: CommandPaper, sending: Sending, words: Mapping[str, str]) -> bool:
    """The same act once more: a second click, a form sent again after its answer was lost."""
    same_words = (row.receiver_name or "", row.proof or "") == (words["receiver_name"], words["proof"])
    same_way = row.sent_how == sending.how.value and row.proof_sha256 == sending.proof_sha256
    near = row.sent_at is not None and abs((row.sent_at - sending.at).total_seconds()) <= 120
    return near and same_way and same_words
