"""First calls out: whom to ring now, and the record of each in two clicks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted
from incident_desk.domain.errors import ChangedMeanwhile
from incident_desk.models import PhoneCall
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import who_words
from incident_desk.routes.errors import say
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.calls import phone_calls
from incident_desk.services.cases import case_view
from incident_desk.services.water import tracing

bp = Blueprint("phone_calls", __name__, url_prefix="/incidents")

ACTS = ("answered", "no_answer", "not_needed", "to_make")


@bp.get("/<case_no>/phone-calls")
@allow("incident.read")
def case_calls(case_no: str) -> ResponseReturnValue:
    """The calls of a case alone, for refreshing."""
    rows = phone_calls.calls_of(current_actor(), case_no)
    names = who_words({row.made_by for row in rows if row.made_by})
    return render_template("phone_calls/_case_calls.html", case_no=case_no, phone_calls=rows, called_by=names)


@bp.get("/<case_no>/phone-calls/<int:phone_call_id>")
@allow("phone_call.record")
def call(case_no: str, phone_call_id: int) -> ResponseReturnValue:
    """One call: whom, the number, why, and the form for what was said and done."""
    return _page(case_no, phone_call_id)


def _page(case_no: str, phone_call_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    row = phone_calls.call_of(current_actor(), case_no, phone_call_id)
    typed = {"state": row.state, "answered_by": row.answered_by, "said": row.said, "done": row.done}
    context = {
        "call": row,
        "typed": typed,
        "version": row.version,
        "intake_states": list(IntakeState),
        "supply_states": list(SupplyInterrupted),
        "called_by": who_words({row.made_by} if row.made_by else set()),
        **more,
    }
    return render_case("phone_calls/call.html", case_no, tab="facts", **context), status


@bp.post("/<case_no>/phone-calls/<int:phone_call_id>")
@allow("phone_call.record")
def record(case_no: str, phone_call_id: int) -> ResponseReturnValue:
    """Record how the call went; a waterworks' word on its intake becomes a fact in the same act."""
    actor, now = current_actor(), office_now()
    row = phone_calls.call_of(actor, case_no, phone_call_id)
    typed = {key: request.form.get(key, "").strip()[:2000] for key in ("state", "answered_by", "said", "done")}
    try:
        phone_calls.record_answer(
            case_no,
            phone_call_id,
            state=typed["state"],
            answered_by=typed["answered_by"],
            said=typed["said"],
            done=typed["done"],
            actor=actor,
            now=now,
            intake=_intake(case_no, row),
            expected_version=request.form.get("version", type=int),
        )
    except ChangedMeanwhile as error:
        params = error.params
        return _page(
            case_no,
            phone_call_id,
            409,
            typed=typed,
            theirs=params["current"],
            conflict=say(error),
            version=params["version"],
        )
    if request.headers.get("HX-Request"):
        return "", 204
    back = request.form.get("back", "")
    if back == "board":
        return redirect(url_for("board.desk"), code=303)
    return redirect(url_for("incidents.show", case_no=case_no) + "#phone-calls", code=303)


def _intake(case_no: str, row: PhoneCall) -> IntakeReport | None:
    """What a water works said of its intake, where something was chosen; named as the river's table names it."""
    state = member(IntakeState, request.form.get("intake_state"))
    if state is None:
        return None
    facility = next(iter(row.reason.get("facility_ids", ())), None)
    run = tracing.latest(current_actor(), case_no)
    places = case_view.arrivals_in(run.result if run else None)
    name = next((place.name for place in places if place.id == facility), row.name)
    supply = member(SupplyInterrupted, request.form.get("supply_interrupted"))
    return IntakeReport(
        name=name,
        receptor_id=facility,
        state=state,
        supply_interrupted=supply or SupplyInterrupted.UNKNOWN,
        at=office_now(),
    )
