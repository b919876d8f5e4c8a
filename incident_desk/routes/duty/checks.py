"""Call checks: when the next is due, one to record, those on record."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.routes.code_words import localized, who_words
from incident_desk.routes.duty.frame import act, bp, render_duty
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services import scope
from incident_desk.services.duty import call_checks
from incident_desk.services.duty.call_checks import CheckForm


@shows("call_check")
def _page_of_check(_identity: str) -> str:
    return url_for("duty.checks")


@bp.get("/checks")
@allow("duty.read")
def checks() -> ResponseReturnValue:
    """Checks on record, and the form for the next."""
    return _page()


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    rows = call_checks.listed(actor)
    offices = scope.offices_below(actor)
    codes = {row.office_code for row in rows} | {row.target_office for row in rows} | {one.code for one in offices}
    found = scope.offices_by_code(codes)
    context = {
        "rows": rows,
        "due": call_checks.next_due(actor, now),
        "offices": offices,
        "names": {code: localized(one.name_zh, one.name_en) for code, one in found.items()},
        "who": who_words({row.recorded_by for row in rows}),
        **more,
    }
    return render_duty("duty/checks.html", "checks", **context), status


@bp.post("/checks")
@allow("duty.hand_over")
def record_check() -> ResponseReturnValue:
    """Put a check on record."""

    def do() -> Any:
        form, now = request.form, office_now()
        at = form.get("at", "").strip()
        seconds = form.get("seconds", "").strip()
        check = CheckForm(
            target_office=form.get("target_office", "") or current_actor().office,
            target_name=form.get("target_name", ""),
            at=parse_time(at, now=now, field="at") if at else now,
            answered=form.get("answered") == "yes",
            seconds=(int(seconds) if seconds.isdecimal() and len(seconds) < 6 else -1) if seconds else None,
            note=form.get("note", ""),
        )
        return call_checks.record(check, actor=current_actor(), now=now)

    return act(do, page=_page, then=_after)


def _after(row: Any) -> str:
    """A desk that did not answer is woken next."""
    return url_for("duty.checks") if row.answered else url_for("duty.wake_ups", office=row.target_office)
