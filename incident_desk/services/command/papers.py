"""Papers to the own government on record: drafted from the case, worded, laid before the leader, given up.

Signing is in ``paper_signing``, the way to the government and its answer in ``paper_sending``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from incident_desk.domain.command.papers import (
    PAPER_LIMITS,
    Paper,
    PaperChanged,
    PaperDropped,
    PaperIsFixed,
    PaperIsSigned,
    PaperKind,
    PaperState,
    paper_from,
    state_of,
)
from incident_desk.domain.command.words import clean
from incident_desk.domain.errors import ChangedMeanwhile
from incident_desk.domain.law.legal_codes import Recipient
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.sign_off import Delivery, DeliveryChannel, Signature, SignManner, SignOff
from incident_desk.extensions import db
from incident_desk.models import CommandPaper, Incident
from incident_desk.services import addresses, scope
from incident_desk.services.cases import facts
from incident_desk.services.command import paper_draft
from incident_desk.services.command.command_rows import by_number, refuse_other_office
from incident_desk.services.messages import leader_messages
from incident_desk.services.reports import reporting
from incident_desk.services.transaction import Transaction, transaction


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper with everything read out of its row."""

    incident: Incident
    row: CommandPaper
    paper: Paper
    sign_off: SignOff
    delivery: Delivery | None

    @property
    def state(self) -> PaperState:
        """How far it has come."""
        row = self.row
        return state_of(self.sign_off, sent_at=row.sent_at, answered_at=row.answered_at, dropped_at=row.dropped_at)

    @property
    def is_fixed(self) -> bool:
        """Whether nothing about its content changes any more."""
        return is_fixed(self.row)


def begin(case_no: str, kind: PaperKind, *, actor: Actor, now: datetime) -> CommandPaper:
    """Draft a paper of *kind* from what the case knows now. Journal ``paper.drafted`` with its digest.

    It is the file's own office's, or the actor's where the file lies above or beside it.

    Raises:
        NotFound: not this actor's to see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        office = proposing_office(incident, actor)
        highest = tx.session.scalar(
            select(func.max(CommandPaper.number)).where(CommandPaper.incident_id == incident.id)
        )
        number = (highest or 0) + 1
        start = paper_draft.begin(tx.session, incident, kind, office=office, number=number, actor=actor, now=now)
        paper = Paper(
            kind=kind, case_no=case_no, exercise=incident.is_exercise, number=number, office_name=start.office_name,
            addressee=start.addressee, title=start.title, text=start.text, contact=start.contact,
            contact_phone=start.contact_phone, made_at=now,
        )  # fmt: skip
        row = CommandPaper(
            incident_id=incident.id, office_code=office, number=number, kind=kind.value, document_no="",
            drafted_by=actor.ref, drafted_at=now, version=0,
        )  # fmt: skip
        tx.session.add(row)
        _write(tx, incident, row, paper, actor=actor, now=now)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def word(
    case_no: str,
    number: int,
    said: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> CommandPaper:
    """Put an officer's words in place of the draft's; *said* are title, addressee, text and the office's own number.

    Words that change nothing leave the version as it is.

    Raises:
        PaperIsFixed, PaperDropped, ChangedMeanwhile, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        refuse_fixed(row)
        words = clean(said, PAPER_LIMITS)
        before = paper_from(row.snapshot)
        paper = replace(before, title=words["title"], addressee=words["addressee"], text=words["text"])
        if paper != before or words["document_no"] != row.document_no:
            if expected_version is not None and row.version != expected_version:
                raise ChangedMeanwhile(current=row.snapshot["text"], typed=words["text"], version=row.version)
            row.document_no = words["document_no"]
            _write(tx, incident, row, replace(paper, made_at=now), actor=actor, now=now)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def ask_to_sign(case_no: str, number: int, *, actor: Actor, now: datetime) -> int:
    """Lay the paper before the leaders of its office (送签): a message with its link to each; says to how many.

    Raises:
        PaperIsSigned, PaperDropped, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        if row.signed_at is not None:
            raise PaperIsSigned
        if row.dropped_at is not None:
            raise PaperDropped
        row.asked_at, row.asked_by = now, actor.ref
        office = reporting.signing_office(row.office_code)
        told = leader_messages.tell(
            tx, incident, MessageKind.SIGN_REQUEST,
            {
                "title": str(row.snapshot["title"]), "due": "及时",
                "link": addresses.of(f"/incidents/{case_no}/command/papers/{number}/sign"),
            },
            office=office,
            key_of=lambda person: message_key(
                case_no, MessageKind.SIGN_REQUEST, f"paper-{row.id}-{int(now.timestamp())}", f"person-{person}"
            ),
            about={"paper": row.id},
            now=now,
        )  # fmt: skip
        data = {"paper": row.id, "number": number, "digest": row.digest, "office": office, "messages": told}
        tx.journal(incident, "paper.asked", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("paper", f"{case_no}/{number}")
    return told


def drop(case_no: str, number: int, *, actor: Actor, now: datetime) -> CommandPaper:
    """Give a draft up (作废); row and number stay. Journal ``paper.dropped``.

    Raises:
        PaperIsFixed, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        if is_fixed(row):
            raise PaperIsFixed
        if row.dropped_at is None:
            row.dropped_at, row.dropped_by = now, actor.ref
            data = {"paper": row.id, "number": number, "kind": row.kind}
            tx.journal(incident, "paper.dropped", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def all_of(actor: Actor, case_no: str) -> list[PaperView]:
    """The papers of a case, newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(CommandPaper).where(CommandPaper.incident_id == incident.id).order_by(CommandPaper.number.desc())
    return [view_of(incident, row) for row in db.session.scalars(query)]


def one(actor: Actor, case_no: str, number: int) -> PaperView:
    """One paper, read.

    Raises:
        NotFound: there is none in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    return view_of(incident, by_number(CommandPaper, incident, number, db.session()))


def may_write(actor: Actor, row: CommandPaper) -> bool:
    """Whether this is a paper of the actor's office or of one below it."""
    return row.office_code.startswith(scope.code_prefix(actor.office))


def proposing_office(incident: Incident, actor: Actor) -> str:
    """The office that proposes: the file's, where it is the actor's or below it, else the actor's own."""
    is_below = incident.office_code.startswith(scope.code_prefix(actor.office))
    return incident.office_code if is_below else actor.office


def find_own(tx: Transaction, case_no: str, number: int, actor: Actor) -> tuple[Incident, CommandPaper]:
    """One paper that the actor's office, or one below it, makes; locked until the commit.

    Raises:
        NotFound: there is none. NotAllowed: another office's paper can be read, not written.
    """
    incident = scope.incident(actor, case_no, tx.session)
    row = by_number(CommandPaper, incident, number, tx.session, lock=True)
    refuse_other_office(row, actor)
    return incident, row


def refuse_fixed(row: CommandPaper) -> None:
    """Refuse a change of content of what is signed, sent or given up.

    Raises:
        PaperIsFixed, PaperDropped.
    """
    if row.dropped_at is not None:
        raise PaperDropped
    if is_fixed(row):
        raise PaperIsFixed


def refuse_other_digest(row: CommandPaper, digest: str) -> None:
    """Refuse an act on a text that is not the one that was read.

    Raises:
        PaperChanged.
    """
    if row.digest != digest:
        raise PaperChanged


def is_fixed(row: CommandPaper) -> bool:
    """Whether a paper was signed or has gone out."""
    return row.signed_at is not None or row.sent_at is not None


def view_of(incident: Incident, row: CommandPaper) -> PaperView:
    """Everything that a page or a document needs of one paper."""
    return PaperView(incident, row, paper_from(row.snapshot), sign_off_of(row), delivery_of(row))


def sign_off_of(row: CommandPaper) -> SignOff:
    """Who has answered for a paper."""
    return SignOff(
        drafted_at=paper_from(row.snapshot).made_at, digest=row.digest, signature=signature_of(row),
        document_no=row.document_no or None,
    )  # fmt: skip


def signature_of(row: CommandPaper) -> Signature | None:
    """The signature on record; the names are those written then."""
    if row.signed_at is None or row.sign_method is None:
        return None
    return Signature(
        manner=SignManner(row.sign_method), signatory=row.signatory or "", at=row.signed_at,
        recorded_by=row.sign_recorder_name or "", digest=row.digest, image_sha256=row.signature_sha256,
        second_hearer=row.second_hearer, confirmed_at=row.sign_confirmed_at, confirmed_by=row.sign_confirmed_by,
    )  # fmt: skip


def delivery_of(row: CommandPaper) -> Delivery | None:
    """The paper's way to the government; None before it went out."""
    if row.sent_at is None:
        return None
    return Delivery(
        recipient=Recipient.OWN_GOVERNMENT, channel=DeliveryChannel(row.sent_how or DeliveryChannel.PHONE),
        at=row.sent_at, sent_by=row.sent_recorded_by or "", receiver_name=row.receiver_name,
        proof=row.proof or row.proof_sha256, received_at=row.received_at,
    )  # fmt: skip


def _write(
    tx: Transaction, incident: Incident, row: CommandPaper, paper: Paper, *, actor: Actor, now: datetime
) -> None:
    row.snapshot, row.digest = json.loads(paper.snapshot()), paper.digest()
    row.version += 1
    tx.session.flush()
    data = {
        "paper": row.id, "number": row.number, "kind": row.kind, "version": row.version, "digest": row.digest,
    }  # fmt: skip
    tx.journal(incident, "paper.drafted", actor=actor, at=now, office=row.office_code, data=data)
