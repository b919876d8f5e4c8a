"""What the office sets for its duty: shifts, required roles, ladder and heads, hours between call checks."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.duty.roster import DutyRole
from incident_desk.domain.duty.shifts import ShiftCode, make_shifts
from incident_desk.domain.duty.wake_up import HEADS, Rung, make_ladder
from incident_desk.routes.duty.frame import act, bp, render_duty
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services import scope
from incident_desk.services.duty import duty_settings
from incident_desk.services.duty.duty_settings import DutySettings, Head


@shows("duty_settings")
def _page_of_settings(_identity: str) -> str:
    return url_for("duty.settings")


@bp.get("/settings")
@allow("duty.plan")
def settings() -> ResponseReturnValue:
    """The settings as they are."""
    return _page()


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    found = duty_settings.of(scope.office(actor, actor.office))
    context = {
        "settings": found, "codes": list(ShiftCode), "roles": list(DutyRole), "rungs": list(Rung)[1:], "heads": HEADS,
        "hours": {shift.code: shift for shift in found.shifts}, "minutes": {s.rung: s.minutes for s in found.ladder},
        **more,
    }  # fmt: skip
    return render_duty("duty/settings.html", "settings", **context), status


@bp.post("/settings")
@allow("duty.plan")
def change_settings() -> ResponseReturnValue:
    """Save them."""

    def do() -> Any:
        return duty_settings.change(_read(), actor=current_actor(), now=office_now())

    return act(do, page=_page, then=lambda _done: url_for("duty.settings", saved="1"))


def _read() -> DutySettings:
    form = request.form
    hours = {
        code: (form.get(f"starts-{code.value}", ""), form.get(f"ends-{code.value}", ""))
        for code in ShiftCode
        if form.get(f"shift-{code.value}")
    }
    minutes = {rung: form.get(f"ladder-{rung.value}", -1, type=int) for rung in list(Rung)[1:]}
    return DutySettings(
        shifts=make_shifts(hours),
        required=tuple(role for given in form.getlist("required") if (role := member(DutyRole, given)) is not None),
        ladder=make_ladder(minutes),
        heads={rung: Head(form.get(f"name-{rung.value}", ""), form.get(f"number-{rung.value}", "")) for rung in HEADS},
        check_hours=form.get("check_hours", 0, type=int),
        check_hours_special=form.get("check_hours_special", 0, type=int),
    )
