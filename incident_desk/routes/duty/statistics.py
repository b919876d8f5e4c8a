"""Figures of a period on screen and as a document."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, request
from flask.typing import ResponseReturnValue

from incident_desk.domain.duty.statistics import MONTHS, Span, SpanKind, make_span, span_at
from incident_desk.domain.errors import DomainError
from incident_desk.routes.duty.frame import bp, render_duty
from incident_desk.routes.form_parts import member, refusal
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.duty import duty_statistics

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/statistics")
@allow("duty.read")
def statistics() -> ResponseReturnValue:
    """The figures of a month, quarter, half-year or year."""
    try:
        span = _span()
    except DomainError as error:
        return _page(span_at(SpanKind.MONTH, office_now()), error.status, **refusal(error))
    return _page(span)


def _page(span: Span, status: int = 200, **more: Any) -> ResponseReturnValue:
    found = duty_statistics.of(current_actor(), span, now=office_now())
    context = {
        "found": found, "figures": found.figures, "span": span, "kinds": list(SpanKind),
        "numbers": range(1, 12 // MONTHS[span.kind] + 1), **more,
    }  # fmt: skip
    return render_duty("duty/statistics.html", "statistics", **context), status


@bp.get("/statistics.docx")
@allow("duty.read")
def statistics_document() -> ResponseReturnValue:
    """The same as a document in official Chinese."""
    found = duty_statistics.of(current_actor(), _span(), now=office_now())
    answer = Response(duty_statistics.document(found), mimetype=DOCX)
    name = quote(f"{found.span.zh}环境应急值守统计.docx")
    answer.headers["Content-Disposition"] = f"attachment; filename=statistics.docx; filename*=UTF-8''{name}"
    return answer


def _span() -> Span:
    """The period asked for; the one that runs where none is."""
    kind = member(SpanKind, request.args.get("kind")) or SpanKind.MONTH
    running = span_at(kind, office_now())
    year = request.args.get("year", running.year, type=int)
    number = request.args.get("number", running.number, type=int)
    if request.args.get("kind") and number > 12 // MONTHS[kind]:
        number = 12 // MONTHS[kind]
    return make_span(kind, year, number)
