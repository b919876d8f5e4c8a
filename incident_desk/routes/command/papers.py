"""Papers to the own government: drafted from the case, signed, sent, answered; and the document for Word and WPS."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.command.papers import PaperKind
from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.routes.code_words import who_words
from incident_desk.routes.command.command_pages import act, kept_upload, render_command, typed_past
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.services.command import paper_documents, paper_sending, paper_signing, papers
from incident_desk.services.command.paper_sending import Sending
from incident_desk.services.reports import report_signing

bp = Blueprint("papers", __name__, url_prefix="/incidents/<case_no>/command/papers")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORDS = ("title", "addressee", "text", "document_no")


@shows("paper")
def _page_of_paper(identity: str) -> str:
    case_no, _, paper_no = identity.partition("/")
    return _place(case_no, int(paper_no))


@bp.get("")
@allow("command.read")
def index(case_no: str) -> ResponseReturnValue:
    """The papers of the case, and the buttons that draft the next."""
    return _index(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    context = {"views": papers.all_of(current_actor(), case_no), "kinds": list(PaperKind), **more}
    return render_command("command/papers.html", case_no, section="papers", **context), status


@bp.post("")
@allow("command.write")
def begin(case_no: str) -> ResponseReturnValue:
    """Draft a paper from the case as it stands."""
    actor, now = current_actor(), office_now()
    kind = member(PaperKind, request.form.get("kind")) or PaperKind.DISPOSAL
    return act(
        lambda: papers.begin(case_no, kind, actor=actor, now=now),
        page=lambda **more: _index(case_no, **more),
        then=lambda row: _place(case_no, row.number),
    )


@bp.get("/<int:paper_no>")
@allow("command.read")
def show(case_no: str, paper_no: int) -> ResponseReturnValue:
    """One paper: its text, its signature, its way and its answer."""
    return _page(case_no, paper_no)


def _page(case_no: str, paper_no: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    context = {**_context(case_no, paper_no), **more}
    return render_command("command/paper.html", case_no, section="papers", **context), status


def _context(case_no: str, paper_no: int) -> dict[str, Any]:
    actor = current_actor()
    view = papers.one(actor, case_no, paper_no)
    row = view.row
    refs = {
        row.drafted_by, row.asked_by, row.sign_recorded_by, row.sent_recorded_by, row.answer_recorded_by,
        row.dropped_by,
    }  # fmt: skip
    return {
        "view": view,
        "row": row,
        "paper": view.paper,
        "channels": list(DeliveryChannel),
        "signatories": report_signing.signatories(row.office_code),
        "may_write": papers.may_write(actor, row) and actor.may("command.write"),
        "who": who_words({ref for ref in refs if ref}),
    }


@bp.post("/<int:paper_no>/texts")
@allow("command.write")
def texts(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Keep the officer's words; where somebody else was quicker, both versions stand side by side."""
    actor, now, form = current_actor(), office_now(), request.form
    said = {name: form.get(name, "") for name in WORDS}
    try:
        papers.word(case_no, paper_no, said, actor=actor, now=now, expected_version=form.get("version", type=int))
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        is_race = isinstance(error, ChangedMeanwhile)
        theirs = papers.one(actor, case_no, paper_no).paper.text if is_race else None
        return _page(case_no, paper_no, error.status, **refusal(error), said=form, failed="texts", theirs=theirs)
    return redirect(_place(case_no, paper_no), code=303)


@bp.post("/<int:paper_no>/ask")
@allow("command.write")
def ask(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Lay it before the leader: a message with the link."""
    actor, now = current_actor(), office_now()
    return _on_page(case_no, paper_no, "ask", lambda: papers.ask_to_sign(case_no, paper_no, actor=actor, now=now))


@bp.post("/<int:paper_no>/drop")
@allow("command.write")
def drop(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Give the draft up."""
    actor, now = current_actor(), office_now()
    return _on_page(case_no, paper_no, "drop", lambda: papers.drop(case_no, paper_no, actor=actor, now=now))


# --- signing -----------------------------------------------------------------------------------------


@bp.get("/<int:paper_no>/sign")
@allow("command.sign")
def sign(case_no: str, paper_no: int) -> ResponseReturnValue:
    """The leader's page on the phone: read, sign."""
    return _sign_page(case_no, paper_no)


def _sign_page(case_no: str, paper_no: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    context = {"errors": {}, "refusal": None, **_context(case_no, paper_no), **more}
    incident = context["view"].incident
    page = render_template(
        "command/sign.html", case_no=case_no, incident=incident, is_exercise=incident.is_exercise, **context
    )
    return page, status


@bp.post("/<int:paper_no>/sign/finger")
@allow("command.sign")
def sign_by_finger(case_no: str, paper_no: int) -> ResponseReturnValue:
    """The leader signs with the finger."""
    actor, now, form = current_actor(), office_now(), request.form
    return _on_phone(
        case_no, paper_no,
        lambda: paper_signing.sign_by_finger(
            case_no, paper_no, form.get("signature", ""), digest=form.get("digest", ""), actor=actor, now=now
        ),
    )  # fmt: skip


@bp.post("/<int:paper_no>/sign/confirm")
@allow("command.sign")
def confirm(case_no: str, paper_no: int) -> ResponseReturnValue:
    """The leader confirms what was signed by telephone."""
    actor, now = current_actor(), office_now()
    return _on_phone(case_no, paper_no, lambda: paper_signing.confirm(case_no, paper_no, actor=actor, now=now))


@bp.post("/<int:paper_no>/sign/page")
@allow("command.write")
@takes_upload
def sign_by_page(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Put the photograph of the signed page on record."""
    actor, now, form = current_actor(), office_now(), request.form
    return _on_page(
        case_no, paper_no, "page",
        lambda: paper_signing.sign_by_page(
            case_no, paper_no, uploaded("page") or io.BytesIO(), digest=form.get("digest", ""),
            signatory=form.get("signatory", ""), at=typed_past("signed_at"), actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/<int:paper_no>/sign/telephone")
@allow("command.write")
def sign_by_telephone(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Put a signature by telephone on record, with the second person who heard it."""
    actor, now, form = current_actor(), office_now(), request.form
    return _on_page(
        case_no, paper_no, "telephone",
        lambda: paper_signing.sign_by_telephone(
            case_no, paper_no, digest=form.get("digest", ""), signatory=form.get("signatory", ""),
            second_hearer=form.get("second_hearer", ""), at=typed_past("signed_at"), actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.get("/<int:paper_no>/signature")
@allow("command.read")
def signature(case_no: str, paper_no: int) -> ResponseReturnValue:
    """The signature or the signed page, as it was received."""
    path, media_type = paper_documents.signature_file(papers.one(current_actor(), case_no, paper_no))
    return send_file(path, mimetype=media_type, download_name="signature")


# --- its way, and the answer -------------------------------------------------------------------------


@bp.post("/<int:paper_no>/sent")
@allow("command.write")
@takes_upload
def sent(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Record that it went to the government, with what shows that it arrived."""
    actor, now = current_actor(), office_now()
    papers.one(actor, case_no, paper_no)  # before a file is kept
    return _on_page(
        case_no, paper_no, "sent", lambda: paper_sending.send(case_no, paper_no, _sending(), actor=actor, now=now)
    )


@bp.post("/<int:paper_no>/sent/take-back")
@allow("command.write")
def take_back(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Take back the entry of a sending that was wrong."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    return _on_page(
        case_no, paper_no, "take_back",
        lambda: paper_sending.take_back_sending(case_no, paper_no, reason=reason, actor=actor, now=now),
    )  # fmt: skip


@bp.get("/<int:paper_no>/proof")
@allow("command.read")
def proof(case_no: str, paper_no: int) -> ResponseReturnValue:
    """The picture of the receipt, as it was received."""
    path, name = paper_documents.proof_file(papers.one(current_actor(), case_no, paper_no))
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=name)


@bp.post("/<int:paper_no>/answer")
@allow("command.write")
@takes_upload
def answer(case_no: str, paper_no: int) -> ResponseReturnValue:
    """Record the government's answer word for word."""
    actor, now, form = current_actor(), office_now(), request.form
    papers.one(actor, case_no, paper_no)  # before a file is kept
    return _on_page(
        case_no, paper_no, "answer",
        lambda: paper_sending.answer(
            case_no, paper_no, form, at=typed_past("answered_at"), file_sha256=kept_upload("answer_file"),
            actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.get("/<int:paper_no>/answer")
@allow("command.read")
def answer_file(case_no: str, paper_no: int) -> ResponseReturnValue:
    """The answer as a file."""
    path = paper_documents.answer_file(papers.one(current_actor(), case_no, paper_no))
    name = f"{paper_no}-answer"
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=name)


@bp.get("/<int:paper_no>/paper.docx")
@allow("command.read")
def document(case_no: str, paper_no: int) -> ResponseReturnValue:
    """The document for Word and WPS."""
    view = papers.one(current_actor(), case_no, paper_no)
    content = io.BytesIO(paper_documents.document(view))
    return send_file(content, mimetype=DOCX, as_attachment=True, download_name=paper_documents.file_name(view))


def _on_page(case_no: str, paper_no: int, failed: str, do: Any) -> ResponseReturnValue:
    return act(
        do,
        page=lambda **more: _page(case_no, paper_no, **more),
        then=lambda _row: _place(case_no, paper_no),
        failed=failed,
    )


def _on_phone(case_no: str, paper_no: int, do: Any) -> ResponseReturnValue:
    return act(
        do,
        page=lambda **more: _sign_page(case_no, paper_no, **more),
        then=lambda _row: url_for("papers.sign", case_no=case_no, paper_no=paper_no),
    )


def _place(case_no: str, paper_no: int) -> str:
    return url_for("papers.show", case_no=case_no, paper_no=paper_no)


def _sending() -> Sending:
    form = request.form
    return Sending(
        how=member(DeliveryChannel, form.get("how")) or DeliveryChannel.FAX,
        at=typed_past("at"),
        receiver_name=form.get("receiver_name", ""),
        proof=form.get("proof", ""),
        proof_sha256=kept_upload("proof_picture"),
        received_at=typed_past("received_at") if form.get("received_at", "").strip() else None,
    )
