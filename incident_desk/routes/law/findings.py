"""Findings that a duty does not exist in a case: laid before a second person, answered by that person."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import DomainError
from incident_desk.domain.law.findings import Finding, FindingIncomplete, Ground
from incident_desk.routes.cases.case_forms import read_past
from incident_desk.routes.cases.clock_page import render_clock
from incident_desk.routes.errors import say, wants_problem
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.law import findings

bp = Blueprint("findings", __name__, url_prefix="/incidents/<case_no>/clocks/<int:clock_id>/findings")


@bp.post("")
@allow("finding.propose")
def propose(case_no: str, clock_id: int) -> ResponseReturnValue:
    """Lay a finding before the second person, or record what the second said by telephone."""
    actor, now = current_actor(), office_now()
    try:
        finding, heard_at = _read(now)
        findings.propose(
            case_no, clock_id, finding, second=request.form.get("second", ""), heard_at=heard_at, actor=actor, now=now
        )
    except DomainError as error:
        if error.status == 404 or wants_problem():
            raise
        errors = {error.field or "ground": say(error)}
        return render_clock(case_no, clock_id, error.status, finding_typed=request.form, finding_errors=errors)
    return redirect(url_for("incidents.clock", case_no=case_no, clock_id=clock_id), code=303)


@bp.post("/<int:finding_id>/confirm")
@allow("finding.answer")
def confirm(case_no: str, clock_id: int, finding_id: int) -> ResponseReturnValue:
    """The second person says yes."""
    findings.confirm(case_no, finding_id, actor=current_actor(), now=office_now())
    return redirect(url_for("incidents.clock", case_no=case_no, clock_id=clock_id), code=303)


@bp.post("/<int:finding_id>/decline")
@allow("finding.answer")
def decline(case_no: str, clock_id: int, finding_id: int) -> ResponseReturnValue:
    """The second person says no."""
    findings.decline(case_no, finding_id, actor=current_actor(), now=office_now())
    return redirect(url_for("incidents.clock", case_no=case_no, clock_id=clock_id), code=303)


def _read(now: datetime) -> tuple[Finding, datetime | None]:
    form = request.form
    ground = next((one for one in Ground if one.value == form.get("ground")), None)
    if ground is None:
        raise FindingIncomplete(field="ground")
    finding = Finding(ground, *(form.get(name, "") for name in ("basis", "reason", "evidence", "other")))
    heard_at = read_past(form.get("heard_at", ""), now, field="heard_at") if form.get("way") == "telephone" else None
    return finding, heard_at
