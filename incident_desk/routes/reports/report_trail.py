"""What happens around a report: versions compared, urgency, receipts confirmed or denied, secret items by number."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident_desk.domain.reports.urgency import Urgency
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.context import actor_names
from incident_desk.routes.form_parts import member, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.reports.reporting import act_on, typed_time
from incident_desk.services.reports import report_filing, report_versions, reporting, secret_items
from incident_desk.services.reports.report_versions import Comparison

bp = Blueprint("report_trail", __name__, url_prefix="/incidents/<case_no>/reports/<int:number>")


@bp.get("/compare")
@allow("report.read")
def compare(case_no: str, number: int) -> ResponseReturnValue:
    """What changed from one version to another: ``?from=1&to=3``, the last step by default."""
    found = report_versions.compare(
        current_actor(), case_no, number, before=request.args.get("from", type=int),
        after=request.args.get("to", type=int),
    )  # fmt: skip
    return _compared(case_no, found)


@bp.get("/compare/previous")
@allow("report.read")
def compare_previous(case_no: str, number: int) -> ResponseReturnValue:
    """What changed since the report that this one carries on."""
    view = reporting.one(current_actor(), case_no, number)
    if report_versions.previous_of(view.row) is None:
        return _compared(case_no, report_versions.compare(current_actor(), case_no, number, before=None, after=None))
    return _compared(case_no, report_versions.compare_with_previous(current_actor(), case_no, number))


def _compared(case_no: str, found: Comparison) -> ResponseReturnValue:
    versions = report_versions.of(found.view.row)
    context: dict[str, Any] = {
        "found": found,
        "versions": versions,
        "previous": report_versions.previous_of(found.view.row),
        "is_one_report": found.other.id == found.view.row.id,
        "names": actor_names({version.saved_by for version in (*versions, found.before, found.after)}),
    }
    return render_case("reports/compare.html", case_no, tab="reports", **context)


@bp.post("/urgency")
@allow("report.draft")
def urgency(case_no: str, number: int) -> ResponseReturnValue:
    """Choose how urgent it is."""
    actor, now = current_actor(), office_now()
    wanted = member(Urgency, request.form.get("urgency")) or Urgency.EXTRA_URGENT
    return act_on(case_no, number, lambda: reporting.rate(case_no, number, wanted, actor=actor, now=now))


@bp.post("/deliveries/<recipient>/confirm")
@allow("report.file")
@takes_upload
def confirm_receipt(case_no: str, number: int, recipient: str) -> ResponseReturnValue:
    """The other side confirms that what was sent arrived."""
    actor, now, form = current_actor(), office_now(), request.form
    reporting.one(actor, case_no, number)  # before a file is kept
    return act_on(
        case_no,
        number,
        lambda: report_filing.confirm_receipt(
            case_no, number, recipient, receiver_name=form.get("receiver_name", ""), proof=form.get("proof", ""),
            received_at=typed_time("received_at") or now,
            proof_sha256=report_filing.keep_proof(uploaded("proof_picture")), actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/deliveries/<recipient>/deny")
@allow("report.file")
def deny_receipt(case_no: str, number: int, recipient: str) -> ResponseReturnValue:
    """The other side says that nothing came."""
    actor, now, form = current_actor(), office_now(), request.form
    return act_on(
        case_no,
        number,
        lambda: report_filing.deny(
            case_no, number, recipient, said_by=form.get("said_by", ""), said_at=typed_time("said_at") or now,
            reason=form.get("reason", ""), actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/secret-items")
@allow("report.draft")
def note_secret_item(case_no: str, number: int) -> ResponseReturnValue:
    """Note that a secret item was handled off line: who, when, which number; no content."""
    actor, now, form = current_actor(), office_now(), request.form
    return act_on(
        case_no,
        number,
        lambda: secret_items.note(
            case_no, number, handled_by=form.get("handled_by", ""), register_no=form.get("register_no", ""),
            handled_at=typed_time("handled_at") or now, actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/secret-items/<int:secret_item_id>/strike")
@allow("report.draft")
def strike_secret_item(case_no: str, number: int, secret_item_id: int) -> ResponseReturnValue:
    """Strike out an entry that was wrong."""
    actor, now = current_actor(), office_now()
    return act_on(case_no, number, lambda: secret_items.strike(case_no, number, secret_item_id, actor=actor, now=now))
