"""``…/facts``: dated facts of a case, recorded, corrected and read as history."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.models import FactRecord
from incident_desk.routes.api.frame import ApiBlueprint, answer, fact_json, problem_json, repeats, version_read
from incident_desk.routes.api.incidents import whole
from incident_desk.routes.api.schemas import FactIn, FactOut, FactQuery, SheetIn
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.calls import corrections
from incident_desk.services.cases import fact_recording, facts

bp = ApiBlueprint("api_facts", __name__, "Dated facts of a case")


@repeats("fact")
def _recorded(identity: str) -> ResponseReturnValue:
    case_no, _, fact_id = identity.partition("/")
    fact = facts.fact_of(current_actor(), case_no, int(fact_id))
    return answer(fact_json(fact), status=201, version=fact.version)


@bp.route("/incidents/<case_no>/facts")
class Facts(MethodView):
    """What is known of a case, and since when."""

    @allow("incident.read")
    @bp.arguments(FactQuery, location="query")
    @bp.alt_response(200, schema=FactOut(many=True))
    def get(self, query: dict[str, Any], case_no: str) -> Response:
        """Facts in the order in which they were recorded."""
        found = facts.facts_of(current_actor(), case_no, query.get("kind"))
        return answer([fact_json(fact) for fact in found])

    @allow("fact.record")
    @bp.arguments(FactIn)
    @bp.alt_response(201, schema=FactOut)
    def post(self, body: dict[str, Any], case_no: str) -> ResponseReturnValue:
        """Record one fact; the clocks follow. A correction needs the version that was read (If-Match)."""
        fact = _record(case_no, body)
        return answer(fact_json(fact), status=201, version=fact.version)

    @allow("fact.record")
    @bp.arguments(SheetIn)
    def patch(self, form: dict[str, Any], case_no: str) -> Response:
        """Change answers of the sheet, under the keys of the call form; needs If-Match."""
        problems = corrections.edit_sheet(
            case_no, form, actor=current_actor(), now=office_now(), source="api", expected_version=version_read()
        )
        found = whole(case_no)
        return answer({**found, "problems": [problem_json(one) for one in problems]}, version=found["version"])


def _record(case_no: str, body: dict[str, Any]) -> FactRecord:
    """One fact by the use case of its kind."""
    actor, now, data, source = current_actor(), office_now(), body["data"], body.get("source")
    if body["kind"] == FactKind.FACTS_CORRECTED:
        return corrections.correct(case_no, data, actor=actor, now=now, source=source, expected_version=version_read())
    if body["kind"] == FactKind.OFFICE_LEARNED:
        office = str(data.get("office", ""))
        return corrections.office_learned(case_no, office, at=body["at"], actor=actor, now=now, source=source)
    return fact_recording.record_fact(case_no, body["kind"], data, at=body["at"], actor=actor, now=now, source=source)
