"""The page behind the link in a wake-up: which desk, since when, why you, and the buttons. No sign-in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.duty.wake_up import WakeUpAnswer
from incident_desk.domain.errors import N_, BadValue, DomainError
from incident_desk.domain.permissions import LINK
from incident_desk.routes.errors import say
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, office_now
from incident_desk.services.duty import wake_up_calls, wake_ups

bp = Blueprint("wake_up_links", __name__)

BUTTONS = (WakeUpAnswer.TAKING, WakeUpAnswer.CANNOT)


@bp.get("/w/<token>")
@allow(LINK)
def show(token: str) -> ResponseReturnValue:
    """The page; opening it answers nothing, previews of links do that too."""
    return _page(token)


@bp.post("/w/<token>")
@allow(LINK)
def answer(token: str) -> ResponseReturnValue:
    """Take the press of a button."""
    wake_up_calls.holder(token, office_now())
    pressed = member(WakeUpAnswer, request.form.get("answer"))
    try:
        if pressed not in BUTTONS:
            raise BadValue(field="answer", what=N_("Answer"), value=request.form.get("answer", "")[:20], hint="")
        wake_ups.by_link(token, pressed, said=request.form.get("said", ""), now=office_now())
    except (BadValue, wake_ups.WakeUpOver) as error:
        return _page(token, error), error.status
    return redirect(url_for("wake_up_links.show", token=token), code=303)


def _page(token: str, error: DomainError | None = None) -> str:
    view = wake_up_calls.page_of(token, office_now())
    return render_template("duty/wake_up_link.html", view=view, token=token, error=say(error) if error else "")
