"""What this office was asked from above: its own list, answered on screen; nothing else of the case is shown."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.routes.form_parts import refusal
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.routes.rounds import round_form
from incident_desk.services.rounds import answering, round_rows

bp = Blueprint("asked", __name__, url_prefix="/asked")


@shows("own_round")
def _page_of_own(ask_id: str) -> str:
    return url_for("asked.show", ask_id=int(ask_id))


@bp.get("")
@allow("round.answer")
def index() -> ResponseReturnValue:
    """What this office and those below it were asked and have not answered whole, the most urgent first."""
    return render_template("rounds/asked.html", asks=round_rows.asked_of(current_actor()))


@bp.get("/<int:ask_id>")
@allow("round.answer")
def show(ask_id: int) -> ResponseReturnValue:
    """The list of one round, to be filled in."""
    return _page(ask_id)


def _page(ask_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    own = round_rows.own(current_actor(), ask_id)
    context = {
        **round_form.form_context(tuple(own.round.questions), own.asked, more.pop("answered", None)),
        "own": own,
        "refusal": None,
        **more,
    }
    return render_template("rounds/answer.html", **context), status


@bp.post("/<int:ask_id>")
@allow("round.answer")
def answer(ask_id: int) -> ResponseReturnValue:
    """Take the answers of this office."""
    actor = current_actor()
    try:
        answered = answering.on_screen(ask_id, round_form.typed(), actor=actor, now=office_now())
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(ask_id, error.status, **refusal(error))
    round_form.follow_the_river(round_rows.own(actor, ask_id).incident, answered.changed)
    if answered.problems:
        return _page(ask_id, 422, answered=answered)
    return redirect(url_for("asked.show", ask_id=ask_id), code=303)
