"""Drafting and checking by somebody who is not at the screen, and checking on the phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.reports.report_steps import ReportStep, ReportStepManner
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.reports import report_pages
from incident_desk.routes.reports.reporting import act_on, typed_time
from incident_desk.services.reports import report_papers, report_steps, reporting

bp = Blueprint("report_steps", __name__, url_prefix="/incidents/<case_no>/reports/<int:number>")


@bp.get("/check")
@allow("report.check")
def check_page(case_no: str, number: int) -> ResponseReturnValue:
    """The checker's page on the phone: read, then say that it is right."""
    return _check_page(case_no, number)


def _check_page(case_no: str, number: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    view = reporting.one(actor, case_no, number)
    context = {"refusal": None, "errors": {}, "said": {}, **report_pages.show(actor, view, {}, {}), **more}
    page = render_template(
        "reports/check.html", case_no=case_no, incident=view.incident, is_exercise=view.incident.is_exercise, **context
    )
    return page, status


@bp.post("/check/read")
@allow("report.check")
def check_on_phone(case_no: str, number: int) -> ResponseReturnValue:
    """Say on the phone that the version that was read is right."""
    actor, now, version = current_actor(), office_now(), request.form.get("version", type=int)
    return _on_phone(
        case_no, number, lambda: reporting.check(case_no, number, actor=actor, now=now, expected_version=version)
    )


@bp.post("/steps")
@allow("report.draft")
@takes_upload
def record(case_no: str, number: int) -> ResponseReturnValue:
    """Put on record who drafted or checked it, by word of mouth or on paper."""
    actor, now, form = current_actor(), office_now(), request.form
    step = member(ReportStep, form.get("step")) or ReportStep.CHECK
    manner = member(ReportStepManner, form.get("manner")) or ReportStepManner.BY_TELEPHONE
    act = act_on if form.get("back") != "phone" else _on_phone
    return act(
        case_no,
        number,
        lambda: report_steps.record(
            case_no, number, step, manner, name=form.get("name", ""), digest=form.get("digest", ""),
            second_hearer=form.get("step_hearer", ""), at=typed_time("step_at"), page=uploaded("step_page"),
            actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/steps/<int:report_step_id>/confirm")
@allow("report.check")
def confirm(case_no: str, number: int, report_step_id: int) -> ResponseReturnValue:
    """Confirm what one said by word of mouth."""
    actor, now = current_actor(), office_now()
    act = act_on if request.form.get("back") != "phone" else _on_phone
    return act(case_no, number, lambda: report_steps.confirm(case_no, number, report_step_id, actor=actor, now=now))


@bp.get("/steps/<int:report_step_id>/page")
@allow("report.read")
def page(case_no: str, number: int, report_step_id: int) -> ResponseReturnValue:
    """The photograph of the page that was drafted or checked by hand."""
    path, media_type = report_papers.step_file(reporting.one(current_actor(), case_no, number), report_step_id)
    return send_file(path, mimetype=media_type, download_name="page")


def _on_phone(case_no: str, number: int, act: Callable[[], object]) -> ResponseReturnValue:
    """Do *act* and show the checker's page again; a refusal stands beside its field, with what was typed."""
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _check_page(case_no, number, error.status, **refusal(error), said=request.form)
    return redirect(url_for("report_steps.check_page", case_no=case_no, number=number), code=303)
