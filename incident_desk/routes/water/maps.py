"""The maps: of the desk, of a case with its table of arrivals, and the layers they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.domain.errors import N_, BadValue, DomainError
from incident_desk.domain.permissions import Actor
from incident_desk.geo.layers import Box, points
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import grade_word
from incident_desk.routes.context import actor_names, local_time
from incident_desk.routes.errors import say
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.routes.water import map_parts
from incident_desk.services.water import map_layers, trace_view, tracing
from incident_desk.services.water.map_layers import CasePlace
from incident_desk.services.water.trace_inputs import NUMBERS

bp = Blueprint("map", __name__)
ZOOMS = range(5, 16)
DAY_S = 86_400


@shows("trace")
def _trace_page(case_no: str) -> str:
    return url_for("map.case", case_no=case_no)


@bp.app_context_processor
def pick_map() -> dict[str, Any]:
    """The map to click a place on, for pages that ask for a place; composed only when one draws it."""
    return {"pick_map": map_parts.PickMap()}


@bp.get("/map")
@allow("map.read")
def desk() -> ResponseReturnValue:
    """Every open case of the office on the rivers of the province."""
    places = map_layers.case_places(current_actor())
    return render_template("map/desk.html", parts=map_parts.desk_map(), places=places)


@bp.get("/incidents/<case_no>/map")
@allow("map.read")
def case(case_no: str) -> ResponseReturnValue:
    """The Map tab: where the water goes, and the table of what it reaches."""
    context = _trace_context(current_actor(), case_no)
    return render_case("map/case.html", case_no, tab="map", parts=map_parts.case_map(case_no), **context)


@bp.get("/incidents/<case_no>/map/table")
@allow("map.read")
def table(case_no: str) -> ResponseReturnValue:
    """The table alone, for refreshing."""
    return render_template("map/_table.html", case_no=case_no, **_trace_context(current_actor(), case_no))


@bp.get("/incidents/<case_no>/map/print")
@allow("map.read")
def print_page(case_no: str) -> ResponseReturnValue:
    """Map and table on paper."""
    context = _trace_context(current_actor(), case_no)
    return render_case("map/print.html", case_no, tab="map", parts=map_parts.case_map(case_no, "print"), **context)


@bp.get("/incidents/<case_no>/map/page")
@allow("map.read")
def page(case_no: str) -> ResponseReturnValue:
    """The map as one file that needs no network, to keep or to hand on."""
    text = map_layers.map_page(current_actor(), case_no, now=office_now())
    answer = Response(text, mimetype="text/html")
    answer.headers["Content-Disposition"] = f'attachment; filename="{case_no}-map.html"'
    return answer


@bp.post("/incidents/<case_no>/trace")
@allow("trace.run")
def run(case_no: str) -> ResponseReturnValue:
    """Trace anew, with a person's own figures or another reach where the form has them; typed figures are not lost."""
    try:
        tracing.run(case_no, actor=current_actor(), now=office_now(), overrides=_overrides(request.form))
    except DomainError as error:
        if error.status == 404:
            raise
        context = {**_trace_context(current_actor(), case_no), "typed": request.form, "refused": say(error)}
        parts = map_parts.case_map(case_no)
        return render_case("map/case.html", case_no, tab="map", parts=parts, **context), error.status
    return redirect(url_for("map.case", case_no=case_no), code=303)


@bp.get("/incidents/<case_no>/trace.json")
@allow("map.read")
def trace(case_no: str) -> ResponseReturnValue:
    """The current trace as a layer, empty before the first; ``part=beyond`` is what lies beyond the horizon."""
    actor, beyond = current_actor(), request.args.get("part") == "beyond"
    found = tracing.latest(actor, case_no)
    if found is None:
        return points(())
    return map_layers.trace_layer(
        found,
        word=map_parts.kind_word,
        words=map_parts.trace_words(),
        horizon_h=trace_view.horizon_of(actor, case_no),
        beyond=beyond,
    )


@bp.get("/map/incidents.json")
@allow("map.read")
def incidents() -> ResponseReturnValue:
    """The open cases as a layer."""
    found = map_layers.case_places(current_actor())
    return points((one.longitude, one.latitude, _case_popup(one)) for one in found)


@bp.get("/map/rivers.json")
@allow("map.read")
def rivers() -> ResponseReturnValue:
    """The rivers of a view: ``zoom``, ``bbox`` (west,south,east,north)."""
    zoom = request.args.get("zoom", 8, type=int)
    text = map_layers.rivers_json(min(max(zoom, ZOOMS.start), ZOOMS.stop - 1), read_box(request.args.get("bbox", "")))
    return _kept(Response(text, mimetype="application/geo+json"))


@bp.get("/map/receptors.json")
@allow("map.read")
def receptors() -> ResponseReturnValue:
    """Places of one group of kinds; of all groups where none is named."""
    group = request.args.get("group", "")
    groups = map_layers.KIND_GROUPS
    kinds = groups[group] if group in groups else [kind for kinds in groups.values() for kind in kinds]
    return map_layers.places_layer(kinds, map_parts.kind_word)


@bp.get("/map/boundaries.json")
@allow("map.read")
def boundaries() -> ResponseReturnValue:
    """Outlines of prefectures, where set-up has built them."""
    return map_layers.boundaries_layer()


def read_box(text: str) -> Box | None:
    """``west,south,east,north`` in degrees; None for nothing or for what is no box."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    inside = -180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0
    return (west, south, east, north) if inside else None


def _trace_context(actor: Actor, case_no: str) -> dict[str, Any]:
    view = trace_view.view(actor, case_no, now=office_now())
    problem = view.state.problem
    return {
        "view": view,
        "problem": None if problem is None else say(problem),
        "runners": actor_names({run.run_by for run in view.runs}),
        "kind_word": map_parts.kind_word,
        "typed": (view.run.inputs["overrides"] if view.run else {}),
        "refused": "",
    }


def _overrides(form: Mapping[str, str]) -> dict[str, Any]:
    """A person's own figures; an emptied field takes one back, a field that the form does not have stays as it was.

    Raises:
        BadValue: no number.
    """
    own: dict[str, Any] = {key: _number(key, form[key], float) for key in NUMBERS if key in form}
    if "reach_id" in form:
        own["reach_id"] = _number("reach_id", form["reach_id"], int)
    return own


def _number(key: str, text: str, kind: type[float] | type[int]) -> float | int | None:
    plain = text.strip().replace(",", "")
    if not plain:
        return None
    try:
        return kind(plain)
    except ValueError:
        hint = N_("Write a plain number; the unit stands beside the field.")
        raise BadValue(field=key, what=N_("The figure"), value=text[:40], hint=hint) from None


def _case_popup(one: CasePlace) -> dict[str, Any]:
    incident = one.incident
    return {
        "kind": "incident",
        "mark": "!",
        "title": incident.title,
        "rows": [
            [gettext("Case"), incident.case_no],
            [gettext("Grade"), grade_word(incident.grade)],
            [gettext("Learned"), local_time(incident.learned_at)],
        ],
        "link": url_for("map.case", case_no=incident.case_no),
        "link_text": gettext("Open the case"),
    }


def _kept(answer: Response) -> Response:
    """Rivers do not change in a night: the browser keeps them, and asks whether they are the same."""
    answer.add_etag()
    answer.headers["Cache-Control"] = f"private, max-age={DAY_S}"
    answer.make_conditional(request)
    return answer
