"""Evidence on the case: photographs with three witnesses each, the originals, and links for phones."""

from __future__ import annotations

import io

import segno
from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from incident_desk.domain.evidence import VERDICT_WORDS, EvidenceVerdict
from incident_desk.models import Evidence
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.context import actor_names
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services import addresses
from incident_desk.services.field import evidence, field_links

bp = Blueprint("evidence", __name__)


@shows("evidence")
def _evidence_page(case_no: str) -> str:
    return url_for("evidence.show", case_no=case_no)


@bp.get("/incidents/<case_no>/evidence")
@allow("evidence.read")
def show(case_no: str) -> ResponseReturnValue:
    """The photographs of the case and the links that bring them."""
    actor = current_actor()
    context = {**_photographs(case_no), "links": field_links.links_of(actor, case_no, office_now())}
    return render_case("evidence/show.html", case_no, tab="evidence", **context)


@bp.get("/incidents/<case_no>/evidence/photographs")
@allow("evidence.read")
def photographs(case_no: str) -> ResponseReturnValue:
    """The photographs alone, for refreshing."""
    return render_template("evidence/_photographs.html", case_no=case_no, **_photographs(case_no))


def _photographs(case_no: str) -> dict[str, object]:
    rows = evidence.photographs(current_actor(), case_no)
    return {
        "photographs": rows,
        "senders": actor_names({row.received_from for row in rows}),
        "words_of": _words_of,
    }


def _words_of(row: Evidence) -> list[tuple[str, dict[str, int], str]]:
    """Message id, numbers and code of every verdict on a photograph."""
    return [
        (VERDICT_WORDS[EvidenceVerdict(found["code"])], found["params"], found["code"]) for found in row.verdicts[1:]
    ]


@bp.get("/incidents/<case_no>/evidence.geojson")
@allow("evidence.read")
def geojson(case_no: str) -> ResponseReturnValue:
    """The located photographs, for the map."""
    rows = evidence.photographs(current_actor(), case_no)
    href = {row.id: url_for("evidence.preview", case_no=case_no, evidence_id=row.id, size=320) for row in rows}
    return evidence.as_geojson(rows, href)


@bp.get("/incidents/<case_no>/evidence/<int:evidence_id>/preview")
@allow("evidence.read")
def preview(case_no: str, evidence_id: int) -> ResponseReturnValue:
    """An upright JPEG of at most the size asked for."""
    row = evidence.one(current_actor(), case_no, evidence_id)
    content = evidence.preview_of(row, request.args.get("size", 1600, type=int))
    answer = Response(content, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


@bp.get("/incidents/<case_no>/evidence/<int:evidence_id>/original")
@allow("evidence.read")
def original(case_no: str, evidence_id: int) -> ResponseReturnValue:
    """The original, byte for byte, as a download."""
    row = evidence.one(current_actor(), case_no, evidence_id)
    extension = row.media_type.rpartition("/")[2]
    name = f"{case_no}-{row.id}-{row.sha256[:8]}.{extension}"
    return send_file(evidence.original_path(row), mimetype=row.media_type, as_attachment=True, download_name=name)


@bp.post("/incidents/<case_no>/field-links")
@allow("field_link.make")
def make_link(case_no: str) -> ResponseReturnValue:
    """Make a short link and show it once, with its QR code."""
    hours = request.form.get("hours", 24, type=int)
    token = field_links.make_link(
        case_no, request.form.get("label", ""), hours, actor=current_actor(), now=office_now()
    )
    address = addresses.of(url_for("field.link", token=token), asked=request.host_url)
    context = {"address": address, "qr_code": _qr_code(address), "hours": hours}
    return render_case("evidence/link.html", case_no, tab="evidence", **context)


def _qr_code(address: str) -> Markup:
    """The address as an inline SVG of ours, without style attributes."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", scale=5, border=4, xmldecl=False, svgns=False, light="#ffffff", dark="#000000", omitsize=True
    )
    return Markup(out.getvalue().decode("utf-8"))  # noqa: S704 - drawn by segno from our own address


@bp.post("/incidents/<case_no>/field-links/<int:link_id>/end")
@allow("field_link.make")
def end_link(case_no: str, link_id: int) -> ResponseReturnValue:
    """Take a link back."""
    field_links.take_back(case_no, link_id, actor=current_actor(), now=office_now())
    return redirect(url_for("evidence.show", case_no=case_no), code=303)
