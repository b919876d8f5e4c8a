"""Progress reports on joint prevention: drafted from the register, worded, sent, each half-year."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.neighbours.progress import Period
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.routes.cases import case_forms
from incident_desk.routes.code_words import who_words
from incident_desk.routes.errors import say
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.routes.neighbours.notices import DOCX
from incident_desk.services.neighbours import notice_acts, notice_papers, progress
from incident_desk.services.neighbours.progress import Sent

bp = Blueprint("progress", __name__, url_prefix="/agreements/progress")


@shows("progress")
def _page_of(period: str) -> str:
    return url_for("progress.show", period=period)


@bp.get("/<period>")
@allow("agreement.read")
def show(period: str) -> ResponseReturnValue:
    """The report of a half-year, or the place to draft it."""
    return _page(period)


def _page(period: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, when = current_actor(), Period.read(period)
    row = next((one for one in progress.all_of(actor) if one.period == when.code), None)
    refs = {ref for ref in (row.drafted_by, row.sent_by) if ref} if row is not None else set()
    context = {
        "row": row, "period": when, "earlier": progress.all_of(actor), "names": who_words(refs),
        "channels": list(DeliveryChannel), "errors": {}, "said": {}, **more,
    }  # fmt: skip
    return render_template("neighbours/progress.html", **context), status


@bp.post("/<period>/draft")
@allow("agreement.write")
def draft(period: str) -> ResponseReturnValue:
    """Write it anew from the register."""
    actor, now = current_actor(), office_now()
    return _on_page(period, lambda: progress.draft(period, actor=actor, now=now))


@bp.post("/<period>/text")
@allow("agreement.write")
def text(period: str) -> ResponseReturnValue:
    """Keep the officer's words."""
    actor, now, form = current_actor(), office_now(), request.form
    try:
        progress.word(
            period, form.get("text", ""), form.get("addressee", ""), actor=actor, now=now,
            expected_version=form.get("version", type=int),
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except ChangedMeanwhile as error:
        return _page(period, error.status, refusal=say(error), said=form, theirs=error.params["current"])
    except DomainError as error:
        return _page(period, error.status, **refusal(error), said=form)
    return redirect(url_for("progress.show", period=period), code=303)


@bp.post("/<period>/sent")
@allow("agreement.write")
@takes_upload
def send(period: str) -> ResponseReturnValue:
    """Record that it went out."""
    actor, now, form = current_actor(), office_now(), request.form

    def act() -> object:
        at = case_forms.read_past(form.get("at", ""), now, field="at")
        how = member(DeliveryChannel, form.get("how")) or DeliveryChannel.NETWORK
        kept = notice_acts.keep_proof(uploaded("proof_picture"))
        sent = Sent(how, at, form.get("receiver_name", ""), form.get("proof", ""), kept)
        return progress.send(period, sent, actor=actor, now=now)

    progress.one(actor, period)  # before a file is kept
    return _on_page(period, act)


@bp.post("/<period>/take-back")
@allow("agreement.write")
def take_back(period: str) -> ResponseReturnValue:
    """Take back an entry of a sending that was wrong."""
    actor, now = current_actor(), office_now()
    return _on_page(period, lambda: progress.take_back(period, actor=actor, now=now))


@bp.get("/<period>/report.docx")
@allow("agreement.read")
def document(period: str) -> ResponseReturnValue:
    """The report for Word and WPS."""
    actor = current_actor()
    row = progress.one(actor, period)
    content = io.BytesIO(progress.document(row, actor=actor))
    return send_file(content, mimetype=DOCX, as_attachment=True, download_name=f"{row.title}.docx")


@bp.get("/<period>/proof")
@allow("agreement.read")
def proof(period: str) -> ResponseReturnValue:
    """The picture of the receipt, as it was received."""
    path = notice_papers.stored(progress.one(current_actor(), period).proof_sha256)
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=f"{period}-proof")


def _on_page(period: str, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(period, error.status, **refusal(error), said=request.form)
    return redirect(url_for("progress.show", period=period), code=303)
