"""``/api/v1/incidents``: cases, opened by a call sheet and read with what is known."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.models import Incident
from incident_desk.routes.api.frame import ApiBlueprint, answer, fact_json, iso, problem_json, repeats
from incident_desk.routes.api.schemas import IncidentOut, Page, SheetIn
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.calls import call_taking
from incident_desk.services.cases import case_files
from incident_desk.services.cases import five_lines as five

bp = ApiBlueprint("api_incidents", __name__, "Cases")


def as_json(incident: Incident) -> dict[str, Any]:
    """A case as lists show it."""
    return {
        "case_no": incident.case_no,
        "title": incident.title,
        "office": incident.office_code,
        "state": incident.state,
        "grade": incident.grade,
        "is_exercise": incident.is_exercise,
        "learned_at": iso(incident.learned_at),
        "occurred_at": iso(incident.occurred_at),
        "opened_at": iso(incident.opened_at),
        "version": incident.version,
    }


def whole(case_no: str) -> dict[str, Any]:
    """A case with the newest value of each field, its offices and the five lines."""
    actor, now = current_actor(), office_now()
    found = case_files.summary(actor, case_no)
    lines = five.five_lines(actor, case_no, now=now)
    return {
        **as_json(found.incident),
        "offices": [
            {"office": row.office_code, "learned_at": iso(row.learned_at), "reason": row.reason}
            for row in found.offices
        ],
        "values": {field: fact_json(fact) for field, fact in found.values.items()},
        "next_due_at": iso(found.next_due_at),
        "counts": {"tasks": found.tasks_open, "calls_to_make": found.calls_to_make, "clocks": found.clocks_open},
        "five_lines": [
            {"code": line.code, "question": line.question, "answer": line.answer, "as_of": iso(line.as_of),
             "source": line.source}
            for line in lines.lines
        ],
    }  # fmt: skip


@repeats("incident")
def _opened(case_no: str) -> ResponseReturnValue:
    found = whole(case_no)
    return answer(found, status=201, version=found["version"])


@bp.route("/incidents")
class Incidents(MethodView):
    """Cases of the asker's office, of those below it, and those it is part of."""

    @allow("incident.read")
    @bp.arguments(Page, location="query")
    @bp.alt_response(200, schema=IncidentOut(many=True))
    def get(self, page: dict[str, Any]) -> Response:
        """Cases, newest first."""
        found = case_files.cases(
            current_actor(), state=page.get("state"), limit=page["limit"], before_case=page.get("before")
        )
        return answer([as_json(incident) for incident in found])

    @allow("incident.open")
    @bp.arguments(SheetIn)
    @bp.alt_response(201, schema=IncidentOut)
    def post(self, form: dict[str, Any]) -> ResponseReturnValue:
        """Open a case by a call; what cannot be read is named in ``problems`` and stops nothing."""
        now = office_now()
        sheet, problems = CallSheet.from_form(form, now=now)
        incident = call_taking.take_call(sheet, actor=current_actor(), now=now, problems=problems)
        body = {**whole(incident.case_no), "problems": [problem_json(one) for one in problems]}
        return answer(body, status=201, version=incident.version)


@bp.route("/incidents/<case_no>")
class OneIncident(MethodView):
    """One case."""

    @allow("incident.read")
    @bp.alt_response(200, schema=IncidentOut)
    def get(self, case_no: str) -> Response:
        """A case with what is known of it."""
        found = whole(case_no)
        return answer(found, version=found["version"])
