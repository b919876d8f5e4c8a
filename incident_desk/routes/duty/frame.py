"""What the pages of the duty office share: their sections, whose they show, refusals that keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from incident_desk.domain.callouts.expert_cells import UnreadableCellError, read_day
from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, BadValue, DomainError, NotAllowed, NotFound
from incident_desk.domain.labels import label
from incident_desk.routes.form_parts import refusal
from incident_desk.routes.guard import current_actor, office_now

bp = Blueprint("duty", __name__, url_prefix="/duty")

SECTIONS = (
    ("duty.roster", "duty.read", lazy_gettext("Roster")),
    ("duty.handover", "duty.read", lazy_gettext("Handover")),
    ("duty.log", "duty.read", lazy_gettext("Duty log")),
    ("duty.checks", "duty.read", lazy_gettext("Call checks")),
    ("duty.wake_ups", "duty.read", lazy_gettext("Wake-up")),
    ("duty.statistics", "duty.read", lazy_gettext("Statistics")),
    ("duty.settings", "duty.plan", lazy_gettext("Duty settings")),
)
"""The pages, the word each asks for, and its name."""

NO_DAY = N_("Write it as 2026-11-21.")


def render_duty(template: str, section: str, **context: Any) -> str:
    """*template* with the office's own navigation; ``refusal``, ``errors`` and ``said`` are empty where not given."""
    actor = current_actor()
    sections = [
        {"href": url_for(endpoint), "word": word, "current": endpoint == f"duty.{section}"}
        for endpoint, permission, word in SECTIONS
        if actor.may(permission)
    ]
    around = {"sections": sections, "errors": {}, "said": {}, "refusal": ""}
    return render_template(template, **{**around, **context})


def act(
    do: Callable[[], Any], *, page: Callable[..., ResponseReturnValue], then: Callable[[Any], str]
) -> ResponseReturnValue:
    """Do it and go where *then* says of its outcome; a refusal shows *page* again with everything that was typed."""
    try:
        done = do()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return page(error.status, said=request.form, **refusal(error))
    return redirect(then(done), code=303)


def office_asked() -> str:
    """The office whose pages are shown: ``?office=``, else the actor's own."""
    return request.args.get("office", "")[:6] or current_actor().office


def today() -> date:
    """Today on the office's calendar."""
    return china_date(office_now())


def day_of(text: str, field: str, default: date | None = None) -> date:
    """A day as typed; *default* where nothing was.

    Raises:
        BadValue: no day.
    """
    words = text.strip()
    if not words and default is not None:
        return default
    try:
        return read_day(words)
    except UnreadableCellError as error:
        raise BadValue(field=field, what=N_("Day"), value=words[:20], hint=NO_DAY) from error


def zh_word(code: StrEnum | str, list_name: str | None = None) -> str:
    """The Chinese name of a code: documents are official Chinese whatever the screen speaks."""
    return label(code if isinstance(code, StrEnum) and list_name is None else (list_name or "", str(code)), "zh_Hans")


bp.add_app_template_filter(zh_word)
