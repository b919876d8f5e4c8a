"""Minutes of the headquarters: who was there, what was decided, and the button that makes a decision an order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.command.minutes import read_decisions
from incident_desk.routes.code_words import who_words
from incident_desk.routes.command.command_pages import act, kept_upload, render_command, typed_past
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.services.command import headquarters, minutes

bp = Blueprint("minutes", __name__, url_prefix="/incidents/<case_no>/command/minutes")

ROWS = 6
"""Empty rows for decisions on the form; more come back with what was typed."""


@shows("minutes")
def _page_of_minutes(identity: str) -> str:
    case_no, _, minutes_no = identity.partition("/")
    return _place(case_no, int(minutes_no))


@bp.get("")
@allow("command.read")
def index(case_no: str) -> ResponseReturnValue:
    """The meetings on record, and the form for the next."""
    return _index(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    context = {
        "views": minutes.all_of(actor, case_no), "hq": headquarters.of_case(actor, case_no), "rows": range(ROWS),
        **more,
    }  # fmt: skip
    return render_command("command/minutes.html", case_no, section="minutes", **context), status


@bp.post("")
@allow("command.write")
@takes_upload
def record(case_no: str) -> ResponseReturnValue:
    """Put minutes on record."""
    return act(
        lambda: _record(case_no),
        page=lambda **more: _index(case_no, **more),
        then=lambda row: _place(case_no, row.number),
        failed="new",
    )


def _record(case_no: str) -> Any:
    held_at, file = typed_past("held_at"), request.files.get("file")
    return minutes.record(
        case_no, request.form, read_decisions(request.form, held_at=held_at), held_at=held_at, actor=current_actor(),
        now=office_now(), file_sha256=kept_upload("file"), file_name=file.filename if file else None,
    )  # fmt: skip


@bp.get("/<int:minutes_no>")
@allow("command.read")
def show(case_no: str, minutes_no: int) -> ResponseReturnValue:
    """One meeting: its record, its decisions, the orders they became."""
    return _page(case_no, minutes_no)


def _page(case_no: str, minutes_no: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    view = minutes.one(current_actor(), case_no, minutes_no)
    refs = {ref for ref in (view.row.recorded_by, view.row.withdrawn_by) if ref}
    context = {"view": view, "row": view.row, "who": who_words(refs), **more}
    return render_command("command/meeting.html", case_no, section="minutes", **context), status


@bp.post("/<int:minutes_no>/decisions/<int:decision_id>/order")
@allow("command.write")
def order(case_no: str, minutes_no: int, decision_id: int) -> ResponseReturnValue:
    """Make a decision an order of the headquarters."""
    actor, now = current_actor(), office_now()
    return act(
        lambda: minutes.order_from(case_no, minutes_no, decision_id, actor=actor, now=now),
        page=lambda **more: _page(case_no, minutes_no, **more),
        then=lambda row: url_for("instructions.show", case_no=case_no, instruction_id=row.id),
    )


@bp.post("/<int:minutes_no>/take-back")
@allow("command.write")
def take_back(case_no: str, minutes_no: int) -> ResponseReturnValue:
    """Take back minutes that were wrong."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    return act(
        lambda: minutes.take_back(case_no, minutes_no, reason=reason, actor=actor, now=now),
        page=lambda **more: _page(case_no, minutes_no, **more),
        then=lambda row: _place(case_no, row.number),
        failed="take_back",
    )


@bp.get("/<int:minutes_no>/file")
@allow("command.read")
def file(case_no: str, minutes_no: int) -> ResponseReturnValue:
    """The minutes as somebody attached them."""
    path, name = minutes.file_of(minutes.one(current_actor(), case_no, minutes_no))
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=name)


def _place(case_no: str, minutes_no: int) -> str:
    return url_for("minutes.show", case_no=case_no, minutes_no=minutes_no)
