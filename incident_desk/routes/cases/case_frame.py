"""The frame that every page of a case stands in: head, ruler, tabs. Pages extend ``layouts/case.html``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from incident_desk.domain.labels import label
from incident_desk.domain.law.legal_codes import ClockState
from incident_desk.domain.permissions import Actor
from incident_desk.routes.cases.fact_words import say_source
from incident_desk.routes.code_words import who_words
from incident_desk.routes.context import select_locale
from incident_desk.routes.guard import current_actor, office_now
from incident_desk.services.cases import case_view, five_lines
from incident_desk.services.cases.case_view import CaseFrame

TABS = (
    ("facts", "", "incident.read", lazy_gettext("Facts")),
    ("map", "/map", "map.read", lazy_gettext("Map")),
    ("reports", "/reports", "report.read", lazy_gettext("Reports")),
    ("releases", "/releases", "release.read", lazy_gettext("Disclosure")),
    ("command", "/command", "command.read", lazy_gettext("Command")),
    ("notices", "/notices", "neighbour.read", lazy_gettext("Notices")),
    ("rounds", "/rounds", "round.read", lazy_gettext("Rounds")),
    ("callout", "/callout", "expert.read", lazy_gettext("Call-out")),
    ("evidence", "/evidence", "evidence.read", lazy_gettext("Evidence")),
    ("tasks", "/tasks", "incident.read", lazy_gettext("Tasks")),
    ("journal", "/journal", "journal.read", lazy_gettext("Journal")),
    ("closing", "/closing", "closing.read", lazy_gettext("Checklists and closing")),
    ("archive", "/archive", "archive.read", lazy_gettext("Archive")),
)
"""Code, address below the case, the permission that shows it, and its word; in the order of a night."""

QUESTIONS = {
    "people": lazy_gettext("People"),
    "reached": lazy_gettext("Has it reached an intake"),
    "when": lazy_gettext("When will it"),
    "supply": lazy_gettext("Is water cut"),
    "border": lazy_gettext("Out of the province, into Danjiangkou"),
}
"""Short questions of the five lines; the answers are official wording."""
RULER_ROWS = 12
FRONT = "incidents/facts.html"
"""The page on which the five lines stand open."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a case."""

    code: str
    href: str
    word: str
    count: int | None
    current: bool


def render_case(template: str, case_no: str, *, tab: str, **context: Any) -> str:
    """Render *template*, which extends ``layouts/case.html``, inside the frame of the case *case_no*.

    Templates may use ``frame`` (CaseFrame), ``incident``, ``case_no``, ``ruler``, ``tabs`` and what *context* brings.

    Raises:
        NotFound: the case is not this person's to see.
    """
    actor = current_actor()
    frame = case_view.frame(actor, case_no)
    around = _frame_context(frame, actor, tab)
    return render_template(template, **{**around, "is_front": template == FRONT, **context})


def head_context(case_no: str, *, tab: str) -> dict[str, Any]:
    """What the head alone needs, for refreshing it."""
    actor = current_actor()
    return _frame_context(case_view.frame(actor, case_no), actor, tab)


def _frame_context(frame: CaseFrame, actor: Actor, tab: str) -> dict[str, Any]:
    incident = frame.incident
    ruler = case_view.ruler_of(
        incident, frame.clocks, frame.arrivals, now=office_now(), locale=select_locale(), most_rows=RULER_ROWS
    )
    lines = five_lines.five_lines(actor, incident.case_no, now=office_now())
    return {
        "frame": frame,
        "incident": incident,
        "case_no": incident.case_no,
        "ruler": ruler,
        "ruler_words": state_words(),
        "tabs": tabs_of(incident.case_no, actor, frame.counts, current=tab),
        "tab": tab,
        "head": {
            "lines": lines,
            "questions": QUESTIONS,
            "say_source": say_source,
            "names": who_words({line.recorded_by for line in lines.lines if line.recorded_by}),
        },
    }


def tabs_of(case_no: str, actor: Actor, counts: Mapping[str, int], *, current: str) -> list[Tab]:
    """The tabs that this person may open."""
    base = url_for("incidents.show", case_no=case_no)
    return [
        Tab(code, base + path, str(word), counts.get(code), code == current)
        for code, path, permission, word in TABS
        if actor.may(permission) and _is_served(base + path)
    ]


def _is_served(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def state_words() -> dict[str, str]:
    """The word of every clock state, and of every window state, in the language of the screen."""
    locale = select_locale()
    windows = {
        "open": gettext("in time"),
        "tight": gettext("tight"),
        "partial": gettext("in part"),
        "missed": gettext("missed"),
    }
    return {**{state.value: label(state, locale) for state in ClockState}, **windows}
