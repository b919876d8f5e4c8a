"""Signing a paper (签发): by finger, by photograph of the signed page, or by telephone with a second hearer.

The rules are those of reports (``domain.reports.sign_off``): a signature covers one digest, and the document with it
is whole on disk before the row says that it was signed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import IO

from incident_desk.domain.command.papers import PaperDropped, PaperIsSigned
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.sign_off import Signature, SignManner, check_signature
from incident_desk.models import CommandPaper
from incident_desk.records import images, signature_image
from incident_desk.services.cases import tasks
from incident_desk.services.command import paper_documents, papers
from incident_desk.services.command.command_rows import FILE_LIMIT, past, refuse_other_office
from incident_desk.services.command.paper_duty import tell_duty
from incident_desk.services.command.papers import PaperView, find_own, refuse_other_digest, view_of
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.reports import report_signing
from incident_desk.services.reports.report_signing import NothingToConfirm, NotTheSignatory, SignatoryMissing
from incident_desk.services.transaction import transaction

CONFIRM_TASK = "confirm_signature"


def sign_by_finger(
    case_no: str, number: int, drawing: str, *, digest: str, actor: Actor, now: datetime
) -> CommandPaper:
    """Sign with what the actor drew, a PNG data URL.

    Raises:
        SignatureImageMissing: nothing is drawn.
        PaperChanged, PaperIsSigned, PaperDropped, NotAllowed, NotFound.
    """
    _own(case_no, number, actor)
    image = evidence_store().keep_bytes(signature_image.read_drawing(drawing))
    signature = Signature(SignManner.FINGER, actor.name, now, actor.name, digest, image_sha256=image)
    return _sign(case_no, number, signature, signed_by=actor.ref, actor=actor, now=now)


def sign_by_page(
    case_no: str, number: int, stream: IO[bytes], *, digest: str, signatory: str, at: datetime, actor: Actor,
    now: datetime,
) -> CommandPaper:  # fmt: skip
    """Put on record that *signatory* signed on paper, with the photograph of the signed page.

    Raises:
        TooLarge, EmptyFile, NotAnImage, ImageDamaged, ImageTooManyPixels: the photograph.
        SignatoryMissing, SignedBeforeDrafted, TimeInFuture, PaperChanged, PaperIsSigned, NotAllowed, NotFound.
    """
    view = _own(case_no, number, actor)
    ref, name = _signatory(view.row.office_code, signatory)
    store = evidence_store()
    with store.receive(stream, limit_bytes=FILE_LIMIT) as incoming:
        images.inspect(incoming.path)
        store.keep(incoming)
    when = _moment(at, view, now)
    signature = Signature(SignManner.PAGE_PHOTO, name, when, actor.name, digest, image_sha256=incoming.sha256)
    return _sign(case_no, number, signature, signed_by=ref, actor=actor, now=now)


def sign_by_telephone(
    case_no: str, number: int, *, digest: str, signatory: str, second_hearer: str, at: datetime, actor: Actor,
    now: datetime,
) -> CommandPaper:  # fmt: skip
    """Put on record that *signatory* agreed by telephone and who else heard it; a task stays until it is confirmed.

    Raises:
        SignatoryMissing, SecondHearerMissing, SignedBeforeDrafted, TimeInFuture: what to change is in the message.
        PaperChanged, PaperIsSigned, PaperDropped, NotAllowed, NotFound.
    """
    view = _own(case_no, number, actor)
    ref, name = _signatory(view.row.office_code, signatory)
    when = _moment(at, view, now)
    signature = Signature(
        SignManner.BY_TELEPHONE, name, when, actor.name, digest, second_hearer=second_hearer.strip()[:60] or None
    )
    return _sign(case_no, number, signature, signed_by=ref, actor=actor, now=now)


def confirm(case_no: str, number: int, *, actor: Actor, now: datetime) -> CommandPaper:
    """The leader confirms (补签) what was signed by telephone; the document says so from then on.

    Raises:
        NothingToConfirm, NotTheSignatory, NotAllowed, NotFound.
    """
    view = _own(case_no, number, actor)
    given = view.sign_off.signature
    if given is None or given.manner is not SignManner.BY_TELEPHONE:
        raise NothingToConfirm
    if view.row.signed_by is not None and view.row.signed_by != actor.ref:
        raise NotTheSignatory(name=view.row.signatory or "")
    if given.is_confirmed():
        return view.row
    confirmed = replace(given, confirmed_at=now, confirmed_by=actor.ref)
    document = paper_documents.keep(paper_documents.compose(view, confirmed))
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        if row.sign_confirmed_at is None:
            row.sign_confirmed_at, row.sign_confirmed_by, row.document_sha256 = now, actor.ref, document
            data = {"paper": row.id, "number": number, "digest": row.digest, "document": document}
            tx.journal(incident, "paper.sign_confirmed", actor=actor, at=now, office=row.office_code, data=data)
            tasks.close_task(tx, incident, CONFIRM_TASK, f"paper-{number}", actor=actor, now=now)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def _sign(
    case_no: str, number: int, signature: Signature, *, signed_by: str | None, actor: Actor, now: datetime
) -> CommandPaper:
    view = papers.one(actor, case_no, number)
    _refuse(view, signature)
    check_signature(signature, view.sign_off)
    document = paper_documents.keep(paper_documents.compose(view, signature))
    with transaction() as tx:
        incident, row = find_own(tx, case_no, number, actor)
        _refuse(view_of(incident, row), signature)
        if _is_again(row, signature):
            tx.outcome("paper", f"{case_no}/{number}")
            return row
        row.sign_method, row.signed_at, row.signed_by = signature.manner.value, signature.at, signed_by
        row.signatory, row.sign_recorded_by, row.sign_recorder_name = signature.signatory, actor.ref, actor.name
        row.signature_sha256, row.second_hearer = signature.image_sha256, signature.second_hearer
        row.document_sha256 = document
        data = {
            "paper": row.id, "number": number, "digest": row.digest, "manner": signature.manner.value,
            "signed_at": signature.at, "by": signed_by, "document": document, "signature": signature.image_sha256,
        }  # fmt: skip
        tx.journal(incident, "paper.signed", actor=actor, at=now, office=row.office_code, data=data)
        if not signature.is_confirmed():
            tasks.open_task(tx, incident, CONFIRM_TASK, f"paper-{number}", actor=actor, now=now)
        tell_duty(tx, incident, row, actor=actor, now=now)
        tx.outcome("paper", f"{case_no}/{number}")
    return row


def _own(case_no: str, number: int, actor: Actor) -> PaperView:
    """The paper, before a file is kept for it.

    Raises:
        NotFound, NotAllowed.
    """
    view = papers.one(actor, case_no, number)
    refuse_other_office(view.row, actor)
    return view


def _refuse(view: PaperView, signature: Signature) -> None:
    refuse_other_digest(view.row, signature.digest)
    if view.row.dropped_at is not None:
        raise PaperDropped
    if view.row.signed_at is not None and not _is_again(view.row, signature):
        raise PaperIsSigned


def _is_again(row: CommandPaper, signature: Signature) -> bool:
    """The same act once more: a double click that carried a file."""
    same_image = row.signature_sha256 == signature.image_sha256
    same_hearer = row.second_hearer == signature.second_hearer
    return row.sign_method == signature.manner.value and same_image and same_hearer


def _signatory(office: str, given: str) -> tuple[str | None, str]:
    """Reference and name of who signed; a name alone where the leader has no account here."""
    wanted = given.strip()
    for leader in report_signing.signatories(office):
        if wanted in (f"person:{leader.id}", leader.name):
            return f"person:{leader.id}", leader.name
    if not wanted or wanted.startswith("person:"):
        raise SignatoryMissing(field="signatory")
    return None, wanted[:60]


def _moment(at: datetime, view: PaperView, now: datetime) -> datetime:
    """When it was signed; a time typed to the minute counts as the second of the draft within that minute."""
    past(at, now=now, field="signed_at")
    made_at = view.paper.made_at
    is_same_minute = at < made_at and (made_at - at).total_seconds() < 60
    return made_at if is_same_minute else at
