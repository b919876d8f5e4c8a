"""Reminders acknowledged by name: who says that they know stops the ladder, not the clock."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.law import reminders

bp = Blueprint("reminders", __name__, url_prefix="/incidents/<case_no>/clocks/<int:clock_id>")


@bp.post("/acknowledge")
@allow("reminder.acknowledge")
def acknowledge(case_no: str, clock_id: int) -> ResponseReturnValue:
    """Say that one knows of the reminder; back to where it was said."""
    reminders.acknowledge(case_no, clock_id, actor=current_actor(), now=office_now())
    if request.form.get("from") == "board":
        return redirect(url_for("board.desk") + f"#clock-{clock_id}", code=303)
    return redirect(url_for("incidents.clock", case_no=case_no, clock_id=clock_id), code=303)
