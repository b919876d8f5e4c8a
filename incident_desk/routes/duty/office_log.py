"""The duty log of the office by day and shift, its own lines, and the page to print."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.domain.duty.shifts import ShiftCode
from incident_desk.routes.cases import log_words
from incident_desk.routes.code_words import who_words
from incident_desk.routes.duty.frame import act, bp, day_of, office_asked, render_duty, today
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services import scope
from incident_desk.services.duty import duty_people, office_log
from incident_desk.services.duty.office_log import DayLog, DutyLineKind


@shows("duty_line")
def _page_of_line(_identity: str) -> str:
    return url_for("duty.log")


@bp.get("/log")
@allow("duty.read")
def log() -> ResponseReturnValue:
    """The log of a day, or of one of its shifts."""
    return _page()


@bp.get("/log/print")
@allow("duty.read")
def print_log() -> ResponseReturnValue:
    """The same on paper."""
    return _page(template="duty/log_print.html")


def _page(status: int = 200, *, template: str = "duty/log.html", **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    running = duty_people.around(actor, now).slot
    day = day_of(request.args.get("day", ""), "day", running.day)
    shift = member(ShiftCode, request.args.get("shift"))
    found = office_log.day_of(actor, office_asked(), day, shift=shift, now=now)
    context = {
        "day_log": found,
        "shift": shift,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": today(),
        "kinds": list(DutyLineKind),
        "say_line": log_words.say_line,
        "is_quiet": log_words.is_quiet,
        "who": who_words(_refs(found)),
        "offices": scope.offices_below(actor),
        "is_own": found.office.code == actor.office,
        **more,
    }
    return render_duty(template, "log", **context), status


def _refs(found: DayLog) -> set[str]:
    lines = {line.written_by for shift in found.shifts for line in shift.lines}
    return lines | {entry.actor for shift in found.shifts for entry in shift.entries}


@bp.post("/log")
@allow("duty.hand_over")
def add_line() -> ResponseReturnValue:
    """Write a line of the office's own."""

    def do() -> Any:
        at = request.form.get("at", "").strip()
        now = office_now()
        when = parse_time(at, now=now, field="at") if at else None
        kind = member(DutyLineKind, request.form.get("kind")) or DutyLineKind.OTHER
        return office_log.add_line(kind, request.form.get("text", ""), at=when, actor=current_actor(), now=now)

    return act(do, page=_page, then=lambda _row: url_for("duty.log"))
