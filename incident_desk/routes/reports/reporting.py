"""Reports upward: drafted from the case, worded, checked, signed, sent to each recipient with proof."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.reports.addressees import all_addressees
from incident_desk.domain.reports.report_wording import worded_fields
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.routes.cases import case_forms
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.errors import say
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.headers import csp_nonce
from incident_desk.routes.idempotency import shows
from incident_desk.routes.reports import report_pages
from incident_desk.services.reports import report_filing, report_papers, report_signing, reporting
from incident_desk.services.reports.report_filing import Passage

bp = Blueprint("reports", __name__, url_prefix="/incidents/<case_no>/reports")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FAX_POLICY = "default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


@shows("report")
def _page_of_report(identity: str) -> str:
    case_no, _, number = identity.partition("/")
    return url_for("reports.show", case_no=case_no, number=int(number))


@bp.get("")
@allow("report.read")
def index(case_no: str) -> ResponseReturnValue:
    """The reports of the case, and the form for the next one."""
    return _index(case_no)


@bp.get("/list")
@allow("report.read")
def listed(case_no: str) -> ResponseReturnValue:
    """The list alone, for refreshing."""
    return render_template("reports/_list.html", case_no=case_no, views=reporting.all_of(current_actor(), case_no))


@bp.get("/new")
@allow("report.draft")
def new(case_no: str) -> ResponseReturnValue:
    """The same page, coming from a clock: ``?clock=``, or ``?rule=R1``."""
    return _index(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    context = {**report_pages.beginning(actor, case_no), **more}
    return render_case("reports/index.html", case_no, tab="reports", **context), status


@bp.post("")
@allow("report.draft")
def begin(case_no: str) -> ResponseReturnValue:
    """Draft a report from the case as it stands."""
    try:
        row = reporting.begin(
            case_no,
            kind=member(ReportKind, request.form.get("kind")) or ReportKind.INITIAL,
            form=member(ReportForm, request.form.get("form")) or ReportForm.WRITTEN,
            office=request.form.get("office") or None,
            rule_id=request.form.get("rule") or None,
            recipients=_chosen(),
            actor=current_actor(),
            now=office_now(),
        )
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _index(case_no, error.status, refusal=say(error))
    return redirect(url_for("reports.show", case_no=case_no, number=row.number), code=303)


@bp.get("/<int:number>")
@allow("report.read")
def show(case_no: str, number: int) -> ResponseReturnValue:
    """One report: its text, who answered for it, whom it reached, and every paper of it."""
    return show_report(case_no, number)


def show_report(case_no: str, number: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    """The page of one report, with what a refused form brings."""
    actor = current_actor()
    view = reporting.one(actor, case_no, number)
    typed, theirs = more.pop("typed", {}), more.pop("theirs", {})
    context = {"errors": {}, "said": {}, **report_pages.show(actor, view, typed, theirs), **more}
    return render_case("reports/show.html", case_no, tab="reports", **context), status


def act_on(case_no: str, number: int, act: Callable[[], object], *, on_phone: bool = False) -> ResponseReturnValue:
    """Do *act* and show the report, or the leader's page on the phone.

    A refusal stands beside its field, with what was typed.
    """
    page, endpoint = (_sign_page, "reports.sign") if on_phone else (show_report, "reports.show")
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return page(case_no, number, error.status, **refusal(error), said=request.form)
    return redirect(url_for(endpoint, case_no=case_no, number=number), code=303)


@bp.post("/<int:number>/texts")
@allow("report.draft")
def texts(case_no: str, number: int) -> ResponseReturnValue:
    """Keep the officer's words; where somebody else was quicker, both versions stand side by side."""
    typed = {field: request.form[field] for field in worded_fields() if field in request.form}
    try:
        reporting.word(
            case_no, number, typed, actor=current_actor(), now=office_now(),
            expected_version=request.form.get("version", type=int),
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except ChangedMeanwhile as error:
        theirs = {
            line.field: line.text for line in reporting.one(current_actor(), case_no, number).draft.lines
            if line.field in typed and typed[line.field].strip() != (line.text if line.known else "")
        }  # fmt: skip
        return show_report(case_no, number, error.status, refusal=say(error), typed=typed, theirs=theirs)
    except DomainError as error:
        return show_report(case_no, number, error.status, **refusal(error), typed=typed)
    return redirect(url_for("reports.show", case_no=case_no, number=number), code=303)


@bp.post("/<int:number>/refresh")
@allow("report.draft")
def refresh(case_no: str, number: int) -> ResponseReturnValue:
    """Write the draft anew from the case; the officer's words stay."""
    actor, now = current_actor(), office_now()
    return act_on(case_no, number, lambda: reporting.refresh(case_no, number, actor=actor, now=now))


@bp.post("/<int:number>/recipients")
@allow("report.draft")
def recipients(case_no: str, number: int) -> ResponseReturnValue:
    """Choose to whom it goes."""
    actor, now, chosen = current_actor(), office_now(), _recipients() or ()
    return act_on(case_no, number, lambda: reporting.address(case_no, number, chosen, actor=actor, now=now))


@bp.post("/<int:number>/sketch")
@allow("report.draft")
@takes_upload
def sketch(case_no: str, number: int) -> ResponseReturnValue:
    """Attach the sketch map as a picture."""
    actor, now, stream = current_actor(), office_now(), uploaded("sketch") or io.BytesIO()
    return act_on(case_no, number, lambda: reporting.attach_sketch(case_no, number, stream, actor=actor, now=now))


@bp.post("/<int:number>/check")
@allow("report.check")
def check(case_no: str, number: int) -> ResponseReturnValue:
    """Say that it was read and found right."""
    version = request.form.get("version", type=int)
    actor, now = current_actor(), office_now()
    return act_on(
        case_no, number, lambda: reporting.check(case_no, number, actor=actor, now=now, expected_version=version)
    )


@bp.post("/<int:number>/ask")
@allow("report.draft")
def ask(case_no: str, number: int) -> ResponseReturnValue:
    """Lay it before the leader: a message with the link."""
    actor, now = current_actor(), office_now()
    return act_on(case_no, number, lambda: reporting.ask_to_sign(case_no, number, actor=actor, now=now))


# --- signing -----------------------------------------------------------------------------------------


@bp.get("/<int:number>/sign")
@allow("report.sign")
def sign(case_no: str, number: int) -> ResponseReturnValue:
    """The leader's page on the phone: read, sign."""
    return _sign_page(case_no, number)


def _sign_page(case_no: str, number: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    view = reporting.one(actor, case_no, number)
    context = {"refusal": None, **report_pages.show(actor, view, {}, {}), **more}
    page = render_template(
        "reports/sign.html", case_no=case_no, incident=view.incident, is_exercise=view.incident.is_exercise, **context
    )
    return page, status


@bp.post("/<int:number>/sign/finger")
@allow("report.sign")
def sign_by_finger(case_no: str, number: int) -> ResponseReturnValue:
    """The leader signs with the finger."""
    actor, now, form = current_actor(), office_now(), request.form
    return act_on(
        case_no,
        number,
        lambda: report_signing.sign_by_finger(
            case_no, number, form.get("signature", ""), digest=form.get("digest", ""), actor=actor, now=now
        ),
        on_phone=True,
    )


@bp.post("/<int:number>/sign/confirm")
@allow("report.sign")
def confirm(case_no: str, number: int) -> ResponseReturnValue:
    """The leader confirms what was signed by telephone."""
    actor, now = current_actor(), office_now()
    return act_on(case_no, number, lambda: report_signing.confirm(case_no, number, actor=actor, now=now), on_phone=True)


@bp.post("/<int:number>/sign/page")
@allow("report.file")
@takes_upload
def sign_by_page(case_no: str, number: int) -> ResponseReturnValue:
    """Put the photograph of the signed page on record."""
    actor, now, form = current_actor(), office_now(), request.form
    stream = uploaded("page") or io.BytesIO()
    return act_on(
        case_no,
        number,
        lambda: report_signing.sign_by_page(
            case_no, number, stream, digest=form.get("digest", ""), signatory=form.get("signatory", ""), actor=actor,
            now=now, at=typed_time("signed_at"),
        ),
        on_phone=form.get("back") == "phone",
    )  # fmt: skip


@bp.post("/<int:number>/sign/telephone")
@allow("report.file")
def sign_by_telephone(case_no: str, number: int) -> ResponseReturnValue:
    """Put a signature by telephone on record, with the second person who heard it."""
    actor, now, form = current_actor(), office_now(), request.form
    return act_on(
        case_no,
        number,
        lambda: report_signing.sign_by_telephone(
            case_no, number, digest=form.get("digest", ""), signatory=form.get("signatory", ""),
            second_hearer=form.get("second_hearer", ""), actor=actor, now=now, at=typed_time("signed_at"),
        ),
    )  # fmt: skip


@bp.get("/<int:number>/signature")
@allow("report.read")
def signature(case_no: str, number: int) -> ResponseReturnValue:
    """The signature or the signed page, as it was received."""
    path, media_type = report_papers.signature_file(reporting.one(current_actor(), case_no, number))
    return send_file(path, mimetype=media_type, download_name="signature")


# --- sending -----------------------------------------------------------------------------------------


@bp.post("/<int:number>/deliveries")
@allow("report.file")
@takes_upload
def deliver(case_no: str, number: int) -> ResponseReturnValue:
    """Record that it went to one or several recipients, with what shows that it arrived."""
    actor, now, chosen = current_actor(), office_now(), _recipients() or ()

    reporting.one(actor, case_no, number)  # before a file is kept
    return act_on(
        case_no,
        number,
        lambda: report_filing.record_delivery(case_no, number, chosen, _passage(), actor=actor, now=now),
    )


@bp.post("/<int:number>/deliveries/<recipient>/take-back")
@allow("report.file")
def take_back(case_no: str, number: int, recipient: str) -> ResponseReturnValue:
    """Take back an entry that was wrong."""
    actor, now = current_actor(), office_now()
    reason = request.form.get("reason", "")
    return act_on(
        case_no,
        number,
        lambda: report_filing.take_back(case_no, number, recipient, reason=reason, actor=actor, now=now),
    )


@bp.get("/<int:number>/deliveries/<recipient>/proof")
@allow("report.read")
def proof(case_no: str, number: int, recipient: str) -> ResponseReturnValue:
    """The picture of a receipt, as it was received."""
    path = report_papers.proof_file(reporting.one(current_actor(), case_no, number), recipient)
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=f"{recipient}-proof")


# --- papers ------------------------------------------------------------------------------------------


@bp.get("/<int:number>/report.docx")
@allow("report.read")
def document(case_no: str, number: int) -> ResponseReturnValue:
    """The document for Word and WPS."""
    view = reporting.one(current_actor(), case_no, number)
    content = io.BytesIO(report_papers.document(view))
    return send_file(content, mimetype=DOCX, as_attachment=True, download_name=report_papers.file_name(view, "docx"))


@bp.get("/<int:number>/fax")
@allow("report.read")
def fax(case_no: str, number: int) -> ResponseReturnValue:
    """The page to print and fax, under a policy of its own: one style block, no script."""
    view = reporting.one(current_actor(), case_no, number)
    nonce = csp_nonce()
    answer = make_response(report_papers.fax_html(view, nonce=nonce))
    answer.headers["Content-Security-Policy"] = FAX_POLICY.format(nonce=nonce)
    return answer


@bp.get("/<int:number>/fax.pdf")
@allow("report.read")
def fax_pdf(case_no: str, number: int) -> ResponseReturnValue:
    """The same page as PDF/A."""
    view = reporting.one(current_actor(), case_no, number)
    content = io.BytesIO(report_papers.fax_pdf(view))
    name = report_papers.file_name(view, "pdf")
    return send_file(content, mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.get("/<int:number>/script.txt")
@allow("report.read")
def script(case_no: str, number: int) -> ResponseReturnValue:
    """What to read into the telephone."""
    return _text(report_papers.script(reporting.one(current_actor(), case_no, number)))


@bp.get("/<int:number>/chat.txt")
@allow("report.read")
def chat(case_no: str, number: int) -> ResponseReturnValue:
    """What to paste into a chat."""
    return _text(report_papers.chat(reporting.one(current_actor(), case_no, number)))


def _text(words: str) -> Response:
    return Response(words, mimetype="text/plain; charset=utf-8")


def _recipients() -> tuple[str, ...] | None:
    known = set(all_addressees())
    return tuple(code for code in request.form.getlist("recipients") if code in known) or None


def _chosen() -> tuple[str, ...] | None:
    """The recipients of a form that let one choose, none of them too; None where there was no choice."""
    return (_recipients() or ()) if "choosing" in request.form else _recipients()


def typed_time(field: str) -> datetime | None:
    """A time as typed; nothing typed is nothing said."""
    text = request.form.get(field, "").strip()
    return case_forms.read_past(text, office_now(), field=field) if text else None


def _passage() -> Passage:
    form = request.form
    return Passage(
        channel=member(DeliveryChannel, form.get("channel")) or DeliveryChannel.PHONE,
        at=case_forms.read_past(form.get("at", ""), office_now(), field="at"),
        receiver_name=form.get("receiver_name", ""),
        proof=form.get("proof", ""),
        proof_sha256=report_filing.keep_proof(uploaded("proof_picture")),
        received_at=typed_time("received_at"),
    )
