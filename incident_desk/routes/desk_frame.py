"""What stands around every page of the desk: navigation, who is on duty, keys, and where the live line takes up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, g, request, url_for
from flask_babel import gettext
from jinja2 import pass_context
from jinja2.runtime import Context

from incident_desk.domain.permissions import Actor
from incident_desk.routes import code_words
from incident_desk.routes.guard import find_actor, office_now
from incident_desk.services.rounds import round_rows
from incident_desk.services.screens import board, duty_view

bp = Blueprint("desk_frame", __name__)

NAVIGATION = (
    ("board.desk", "board.read"),
    ("incidents.index", "incident.read"),
    ("map.desk", "map.read"),
    ("duty.roster", "duty.read"),
    ("experts.index", "expert.read"),
    ("agreements.index", "agreement.read"),
    ("rules.index", "rules.read"),
    ("asked.index", "round.answer"),
)


@bp.before_app_request
def remember_journal_head() -> None:
    """Keep the journal's number from before the page reads anything: the live line takes up there and loses nothing."""
    if request.method == "GET" and request.endpoint not in {None, "static"} and find_actor() is not None:
        g.last_seq = board.head_seq()


@bp.app_context_processor
def around() -> dict[str, Any]:
    """Context of layouts/desk.html and layouts/wall.html; each part is left out where this person has no use for it."""
    actor = find_actor()
    if actor is None:
        return {}
    return {
        "last_seq": g.get("last_seq", 0),
        "nav_items": navigation(actor),
        "duty": duty_view.on_duty(actor, office_now()),
        "new_call_href": url_for("calls.new") if actor.may("call.take") else None,
        "search_href": url_for("incidents.index") if actor.may("incident.read") else None,
    }


def navigation(actor: Actor) -> list[dict[str, Any]]:
    """The pages of the desk that this person may open and that this house serves."""
    words = {
        "board.desk": gettext("Desk"),
        "incidents.index": gettext("Cases"),
        "map.desk": gettext("Map"),
        "duty.roster": gettext("Duty office"),
        "experts.index": gettext("Experts"),
        "agreements.index": gettext("Joint prevention"),
        "rules.index": gettext("Rules"),
        "asked.index": gettext("Asked of us"),
    }
    here = (request.endpoint or "").partition(".")[0]
    return [
        {"href": url_for(endpoint), "label": words[endpoint], "current": here == endpoint.partition(".")[0]}
        for endpoint, permission in NAVIGATION
        if endpoint in current_app.view_functions and actor.may(permission) and _is_wanted(endpoint, actor)
    ]


def _is_wanted(endpoint: str, actor: Actor) -> bool:
    """What others asked this office stands in the navigation while something is asked, or one looks at it."""
    if endpoint != "asked.index":
        return True
    return (request.endpoint or "").startswith("asked.") or round_rows.waiting_for(actor) > 0


def _in_the_screens_language(word: Callable[..., str]) -> Callable[..., str]:
    """*word* as a filter that asks anew each time: without a context, Jinja works out ``"code" | label`` only once."""

    @pass_context
    def said(_context: Context, *given: Any, **named: Any) -> str:
        return word(*given, **named)

    return said


bp.add_app_template_filter(_in_the_screens_language(code_words.code_label), "label")
bp.add_app_template_filter(_in_the_screens_language(code_words.grade_word), "grade_word")
bp.add_app_template_filter(_in_the_screens_language(code_words.metric_word), "metric_word")
bp.add_app_template_filter(datetime.fromisoformat, "moment")
bp.add_app_template_filter(code_words.telephone, "telephone")
bp.add_app_template_filter(code_words.typed_time, "typed_time")
bp.add_app_template_global(code_words.localized, "localized")
