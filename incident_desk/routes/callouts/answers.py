"""The page behind the link in an expert's text: what, where, why you, until when, and three buttons. No sign-in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.callouts.callout_answers import AnswerKind
from incident_desk.domain.errors import N_, BadValue
from incident_desk.domain.permissions import LINK
from incident_desk.routes.errors import say
from incident_desk.routes.guard import allow, office_now
from incident_desk.services.callouts import answer_view, answers

bp = Blueprint("answers", __name__)

SOON_MIN = (15, 30, 45, 60, 90, 120, 180, 240)
"""Minutes until arrival that one tap gives."""

BUTTONS = {"yes": AnswerKind.YES, "no": AnswerKind.NO, "call_me": AnswerKind.CALL_ME, "at": AnswerKind.ARRIVING_AT}


@bp.get("/a/<token>")
@allow(LINK)
def show(token: str) -> ResponseReturnValue:
    """The page; opening it answers nothing, previews of links do that too."""
    return _page(token)


@bp.post("/a/<token>")
@allow(LINK)
def answer(token: str) -> ResponseReturnValue:
    """Take the press of a button."""
    try:
        answers.by_link(token, _kind(), minutes=request.form.get("minutes", type=int), now=office_now())
    except BadValue as error:
        return _page(token, error=say(error)), error.status
    return redirect(url_for("answers.show", token=token), code=303)


def _kind() -> AnswerKind:
    pressed = request.form.get("answer", "")
    if pressed not in BUTTONS:
        raise BadValue(field="answer", what=N_("Answer"), value=pressed[:20], hint="")
    return BUTTONS[pressed]


def _page(token: str, error: str = "") -> str:
    view = answer_view.of(token, office_now())
    return render_template("answers/answer.html", view=view, token=token, minutes=SOON_MIN, error=error)
