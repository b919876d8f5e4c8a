"""The page of duties by the calendar: what the office owes without any case, and what it sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import DomainError
from incident_desk.routes.code_words import who_words
from incident_desk.routes.errors import say, wants_problem
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.law import periodic

bp = Blueprint("periodic", __name__, url_prefix="/periodic")


@bp.get("")
@allow("periodic.read")
def index() -> ResponseReturnValue:
    """What is due, what is to come, what was done."""
    return _page()


@bp.post("/<int:duty_id>")
@allow("periodic.record")
def record(duty_id: int) -> ResponseReturnValue:
    """Record that one was done."""
    form = request.form
    try:
        periodic.record(
            duty_id, form.get("done_on", ""), form.get("reference", ""), actor=current_actor(), now=office_now()
        )
    except DomainError as error:
        if error.status == 404 or wants_problem():
            raise
        return _page(error.status, typed=form, errors={error.field or "reference": say(error)}, typed_for=duty_id)
    return redirect(url_for("periodic.index") + f"#duty-{duty_id}", code=303)


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    lines = periodic.lines(current_actor(), now=office_now())
    names = who_words({line.row.done_by for line in lines if line.row.done_by})
    return render_template("rules/periodic.html", lines=lines, names=names, **more), status
