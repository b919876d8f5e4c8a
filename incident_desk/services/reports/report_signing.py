"""Signing a report (签发): by finger on the leader's phone, by photograph of the signed page, or by telephone.

A signature covers one digest. It is refused for a draft that changed since it was read; the document with the
signature on it is whole on disk before the row says that it was signed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.sign_off import Signature, SignManner, check_signature
from incident_desk.models import Person, Report
from incident_desk.records import images, signature_image
from incident_desk.services import people
from incident_desk.services.cases import tasks
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.reports import report_papers, reporting
from incident_desk.services.reports.report_rows import ReportView, find_own, refuse_other_digest, view_of
from incident_desk.services.reports.reporting import AlreadySigned
from incident_desk.services.scope import offices_above
from incident_desk.services.transaction import transaction

PAGE_LIMIT = 50_000_000
CONFIRM_TASK = "confirm_signature"
A_MINUTE = timedelta(minutes=1)


class SignatoryMissing(DomainError):
    """Nobody is named who signed."""

    code = "signatory_missing"
    message_id = N_("Say who signed.")


class NothingToConfirm(DomainError):
    """No signature by telephone is open."""

    code = "nothing_to_confirm"
    status = 409
    message_id = N_("There is no signature by telephone to confirm.")


class NotTheSignatory(DomainError):
    """A signature by telephone is confirmed by the one who gave it."""

    code = "not_the_signatory"
    status = 403
    message_id = N_("%(name)s signed by telephone and confirms it in person.")


def sign_by_finger(case_no: str, number: int, drawing: str, *, digest: str, actor: Actor, now: datetime) -> Report:
    """Sign with what the actor drew, a PNG data URL.

    Raises:
        SignatureImageMissing: nothing is drawn.
        DraftChanged, AlreadySigned, NotAllowed, NotFound.
    """
    view = reporting.one(actor, case_no, number)
    content = signature_image.read_drawing(drawing)
    image = evidence_store().keep_bytes(content)
    listed = any(f"person:{one.id}" == actor.ref for one in signatories(view.row.office_code))
    signature = Signature(SignManner.FINGER, actor.name, now, actor.name, digest, image_sha256=image, is_listed=listed)
    return _sign(case_no, number, signature, signed_by=actor.ref, actor=actor, now=now)


def sign_by_page(
    case_no: str, number: int, stream: IO[bytes], *, digest: str, signatory: str, actor: Actor, now: datetime,
    at: datetime | None = None,
) -> Report:  # fmt: skip
    """Put on record that *signatory* signed on paper, with the photograph of the signed page.

    *signatory* is a reference such as ``person:7`` of a leader, or a name.

    Raises:
        TooLarge, EmptyFile, NotAnImage, ImageDamaged, ImageTooManyPixels: the photograph.
        SignatoryMissing, SignedBeforeDrafted, TimeInFuture, DraftChanged, AlreadySigned, NotAllowed, NotFound.
    """
    view = reporting.one(actor, case_no, number)
    ref, name = _signatory(view.row.office_code, signatory)
    store = evidence_store()
    with store.receive(stream, limit_bytes=PAGE_LIMIT) as incoming:
        images.inspect(incoming.path)
        store.keep(incoming)
    when = _moment(at, view, now)
    signature = Signature(
        SignManner.PAGE_PHOTO, name, when, actor.name, digest, image_sha256=incoming.sha256, is_listed=ref is not None
    )
    return _sign(case_no, number, signature, signed_by=ref, actor=actor, now=now)


def sign_by_telephone(
    case_no: str, number: int, *, digest: str, signatory: str, second_hearer: str, actor: Actor, now: datetime,
    at: datetime | None = None,
) -> Report:  # fmt: skip
    """Put on record that *signatory* agreed by telephone and who else heard it; a task stays until it is confirmed.

    Raises:
        SignatoryMissing, SecondHearerMissing, SignedBeforeDrafted, TimeInFuture: what to change is in the message.
        DraftChanged, AlreadySigned, NotAllowed, NotFound.
    """
    view = reporting.one(actor, case_no, number)
    ref, name = _signatory(view.row.office_code, signatory)
    when = _moment(at, view, now)
    signature = Signature(
        SignManner.BY_TELEPHONE, name, when, actor.name, digest, second_hearer=second_hearer.strip() or None,
        is_listed=ref is not None,
    )  # fmt: skip
    return _sign(case_no, number, signature, signed_by=ref, actor=actor, now=now)


def confirm(case_no: str, number: int, *, actor: Actor, now: datetime) -> Report:
    """The leader confirms (补签) what was signed by telephone; the document says so from then on.

    Raises:
        NothingToConfirm, NotTheSignatory, NotAllowed, NotFound.
    """
    view = reporting.one(actor, case_no, number)
    given = view.sign_off.signature
    if given is None or given.manner is not SignManner.BY_TELEPHONE:
        raise NothingToConfirm
    if view.row.signed_by is not None and view.row.signed_by != actor.ref:
        raise NotTheSignatory(name=view.row.signatory or "")
    if given.is_confirmed():
        return view.row
    confirmed = replace(given, confirmed_at=now, confirmed_by=actor.ref)
    papers = report_papers.keep_papers(view, confirmed)
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        if row.sign_confirmed_at is None:
            row.sign_confirmed_at, row.sign_confirmed_by = now, actor.ref
            report_papers.lay_down(row, papers)
            data = {
                "report": row.id, "digest": row.digest, "document": papers.document_sha256, "pdf": papers.pdf_sha256,
            }  # fmt: skip
            tx.journal(incident, "report.sign_confirmed", actor=actor, at=now, office=row.office_code, data=data)
            tasks.close_task(tx, incident, CONFIRM_TASK, f"report-{number}", actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def signatories(office: str) -> list[Person]:
    """The leaders who may sign for *office*: its own first, then those of the offices above.

    Somebody who stands not there is warned of and recorded as such (``SignGap.SIGNATORY_NOT_LISTED``), never refused.
    """
    return [leader for code in offices_above(office) for leader in people.leaders_of(code)]


def _sign(
    case_no: str, number: int, signature: Signature, *, signed_by: str | None, actor: Actor, now: datetime
) -> Report:
    view = reporting.one(actor, case_no, number)
    _refuse(view, signature)
    check_signature(signature, view.sign_off)
    papers = report_papers.keep_papers(view, signature)
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        if _is_again(row, signature):
            tx.outcome("report", f"{case_no}/{number}")
            return row
        _refuse(view_of(incident, row), signature)
        row.sign_method, row.signed_at, row.signed_by = signature.manner.value, signature.at, signed_by
        row.signatory, row.sign_recorded_by = signature.signatory, actor.ref
        row.basis = {**row.basis, "recorded_by_name": actor.name}
        row.signature_sha256, row.second_hearer = signature.image_sha256, signature.second_hearer
        row.signatory_listed = signature.is_listed
        report_papers.lay_down(row, papers)
        row.state = row.state if row.state == "filed" else "signed"
        data = {
            "report": row.id, "digest": row.digest, "manner": signature.manner.value, "signed_at": signature.at,
            "by": signed_by, "document": papers.document_sha256, "pdf": papers.pdf_sha256,
            "signature": signature.image_sha256, "listed": signature.is_listed,
        }  # fmt: skip
        tx.journal(incident, "report.signed", actor=actor, at=now, office=row.office_code, data=data)
        tasks.close_task(tx, incident, "sign", "signatory", actor=actor, now=now)
        if not signature.is_confirmed():
            tasks.open_task(tx, incident, CONFIRM_TASK, f"report-{number}", actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def _refuse(view: ReportView, signature: Signature) -> None:
    refuse_other_digest(view.row, signature.digest)
    if view.row.signed_at is not None and not _is_again(view.row, signature):
        raise AlreadySigned


def _is_again(row: Report, signature: Signature) -> bool:
    """The same act once more: a double click that carried a file."""
    same_image = row.signature_sha256 == signature.image_sha256
    same_hearer = row.second_hearer == signature.second_hearer
    return row.sign_method == signature.manner.value and same_image and same_hearer and row.digest == signature.digest


def _signatory(office: str, given: str) -> tuple[str | None, str]:
    """Reference and name of who signed; a name alone where the leader has no account here."""
    wanted = given.strip()
    for leader in signatories(office):
        if wanted in (f"person:{leader.id}", leader.name):
            return f"person:{leader.id}", leader.name
    if not wanted or wanted.startswith("person:"):
        raise SignatoryMissing(field="signatory")
    return None, wanted[:60]


def _moment(at: datetime | None, view: ReportView, now: datetime) -> datetime:
    """When it was signed; a time typed to the minute counts as the second of the draft within that minute."""
    if at is None:
        return now
    check_not_future(at, now=now)
    made_at = view.draft.made_at
    return made_at if made_at - A_MINUTE < at < made_at else at
