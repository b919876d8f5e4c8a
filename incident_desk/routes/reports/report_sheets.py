"""The report as PDF/A, with the cover of a fax, and its sketch map as a drawing."""

from __future__ import annotations

import io

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import NotFound
from incident_desk.routes.guard import allow, current_actor
from incident_desk.services.reports import report_papers, reporting

bp = Blueprint("report_sheets", __name__, url_prefix="/incidents/<case_no>/reports/<int:number>")

PDF = "application/pdf"


@bp.get("/report.pdf")
@allow("report.read")
def pdf(case_no: str, number: int) -> ResponseReturnValue:
    """The whole report as PDF/A: the one kept at signing or sending, else as it stands."""
    view = reporting.one(current_actor(), case_no, number)
    content = io.BytesIO(report_papers.pdf(view))
    return send_file(content, mimetype=PDF, as_attachment=True, download_name=report_papers.file_name(view, "pdf"))


@bp.get("/fax-with-cover.pdf")
@allow("report.read")
def fax_with_cover(case_no: str, number: int) -> ResponseReturnValue:
    """A cover and the report behind it: ``?to=`` names the addressee, all of them by default."""
    view = reporting.one(current_actor(), case_no, number)
    wanted = set(request.args.getlist("to"))
    names = [one.name for one in view.row.deliveries if one.recipient in wanted]
    content = io.BytesIO(report_papers.fax_with_cover(view, names))
    name = report_papers.file_name(view, "pdf", what="-传真")
    return send_file(content, mimetype=PDF, as_attachment=True, download_name=name)


@bp.get("/sketch.svg")
@allow("report.read")
def sketch(case_no: str, number: int) -> ResponseReturnValue:
    """The sketch map drawn from the trace that the report rests on."""
    drawn = report_papers.sketch_svg(reporting.one(current_actor(), case_no, number))
    if drawn is None:
        raise NotFound
    return Response(drawn, mimetype="image/svg+xml")


@bp.get("/attached-map.jpg")
@allow("report.read")
def attached_map(case_no: str, number: int) -> ResponseReturnValue:
    """The map that somebody attached."""
    content = io.BytesIO(report_papers.attached_map(reporting.one(current_actor(), case_no, number)))
    return send_file(content, mimetype="image/jpeg", download_name="map.jpg")
