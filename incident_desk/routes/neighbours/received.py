"""Files of neighbours on the receiving desk: chosen, shown, then taken into a case."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.records.notice_packet import LARGEST_FILE
from incident_desk.routes.cases import case_forms
from incident_desk.routes.code_words import who_words
from incident_desk.routes.form_parts import refusal
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.routes.neighbours.neighbour_words import bureau_word
from incident_desk.routes.neighbours.notices import DOCX
from incident_desk.services.neighbours import desk_key, receiving
from incident_desk.services.water import tracing

bp = Blueprint("received", __name__, url_prefix="/neighbour-files")


@shows("received_notice")
def _case_of(case_no: str) -> str:
    return url_for("incidents.show", case_no=case_no)


@bp.get("")
@allow("neighbour.read")
def index() -> ResponseReturnValue:
    """What was taken, and where a file is chosen."""
    return _index()


def _index(status: int = 200, **more: Any) -> ResponseReturnValue:
    rows = receiving.received(current_actor())
    names = who_words({row.taken_by for row, _incident in rows})
    context = {"rows": rows, "names": names, "own_key": desk_key.own_fingerprint(), "bureau_word": bureau_word, **more}
    return render_template("neighbours/received.html", **context), status


@bp.post("/look")
@allow("neighbour.write")
@takes_upload
def look() -> ResponseReturnValue:
    """Look through the file; nothing is taken yet."""
    file = request.files.get("file")
    if file is None or not file.filename:
        words = gettext("Choose a file first.")
        return _index(422, refusal=words, errors={"file": words})
    try:
        found = receiving.look(file.stream.read(LARGEST_FILE + 1), actor=current_actor())
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _index(error.status, **refusal(error))
    return redirect(url_for("received.show", sha256=found.sha256), code=303)


@bp.get("/<sha256>")
@allow("neighbour.read")
def show(sha256: str) -> ResponseReturnValue:
    """What the file says, who signed it, and what taking it would do."""
    return _page(_digest(sha256))


def _page(sha256: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    found = receiving.look_again(sha256, actor=current_actor())
    context = {"found": found, "errors": {}, "said": {}, **more}
    return render_template("neighbours/look.html", **context), status


@bp.post("/<sha256>/take")
@allow("neighbour.write")
def take(sha256: str) -> ResponseReturnValue:
    """Take it: open a case or join one; then follow the river from there."""
    actor, now, form = current_actor(), office_now(), request.form
    try:
        at = case_forms.read_past(form.get("received_at", ""), now, field="received_at")
        incident = receiving.take(
            _digest(sha256), received_at=at, join=form.get("join", "").strip() or None, actor=actor, now=now
        )
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(sha256, error.status, **refusal(error), said=form)
    tracing.run_quietly(incident.case_no, actor=actor, now=now)
    return redirect(url_for("incidents.show", case_no=incident.case_no), code=303)


@bp.get("/<sha256>/letter.docx")
@allow("neighbour.read")
def letter(sha256: str) -> ResponseReturnValue:
    """The letter inside the file."""
    content, name = receiving.letter_of(_digest(sha256), actor=current_actor())
    return send_file(io.BytesIO(content), mimetype=DOCX, as_attachment=True, download_name=name)


def _digest(text: str) -> str:
    """A SHA-256 as an address carries it.

    Raises:
        NotFound: it is none.
    """
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise NotFound
    return text
