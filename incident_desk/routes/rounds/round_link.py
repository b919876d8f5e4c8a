"""The page behind the link in a round's text: one round of one office, a name, the questions. No sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import DomainError, NotFound
from incident_desk.domain.permissions import LINK
from incident_desk.domain.rounds.answers import RoundHasEnded
from incident_desk.routes.errors import wants_problem
from incident_desk.routes.form_parts import refusal
from incident_desk.routes.guard import allow, office_now
from incident_desk.routes.rounds import round_form
from incident_desk.services.rounds import answering, round_rows

bp = Blueprint("round_link", __name__)


@bp.get("/r/<token>")
@allow(LINK)
def show(token: str) -> ResponseReturnValue:
    """The list; opening it answers nothing, previews of links do that too."""
    return _page(token)


@bp.post("/r/<token>")
@allow(LINK)
def answer(token: str) -> ResponseReturnValue:
    """Take the answers, under the name that was given."""
    now = office_now()
    try:
        answered = answering.by_link(
            token, round_form.typed(), answered_by=request.form.get("answered_by", ""), now=now
        )
    except (NotFound, RoundHasEnded):
        raise
    except DomainError as error:
        if wants_problem():
            raise
        return _page(token, error.status, **refusal(error))
    round_form.follow_the_river(round_rows.of_link(token, now).incident, answered.changed)
    if answered.problems:
        return _page(token, 422, answered=answered)
    return redirect(url_for("round_link.show", token=token), code=303)


def _page(token: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    own = round_rows.of_link(token, office_now())
    context = {
        **round_form.form_context(tuple(own.round.questions), own.asked, more.pop("answered", None)),
        "own": own,
        "token": token,
        "refusal": None,
        **more,
    }
    return render_template("rounds/link.html", **context), status
