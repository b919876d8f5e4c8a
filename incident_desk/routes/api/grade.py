"""``…/grade``: what the figures propose, and the judgement of a person."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from incident_desk.routes.api.frame import ApiBlueprint, answer, fact_json, version_read
from incident_desk.routes.api.schemas import JudgementIn
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.law import grading

bp = ApiBlueprint("api_grade", __name__, "Grade of a case")


@bp.route("/incidents/<case_no>/grade")
class CaseGrade(MethodView):
    """Grade and proposal."""

    @allow("incident.read")
    def get(self, case_no: str) -> Response:
        """The judged grade (null until a person judged), the proposal with its reasons, all judgements."""
        return _answer(case_no)

    @allow("grade.judge")
    @bp.arguments(JudgementIn)
    def put(self, body: dict[str, Any], case_no: str) -> ResponseReturnValue:
        """Judge: the first time 初步认定, later 调高 or 调低; needs If-Match."""
        grading.judge(
            case_no, body["grade"], basis=body["basis"], second=body["second"], at=body.get("at"),
            actor=current_actor(), now=office_now(), expected_version=version_read(),
        )  # fmt: skip
        return _answer(case_no)


def _answer(case_no: str) -> Response:
    found = grading.view(current_actor(), case_no)
    proposal = found.proposal
    body = {
        "grade": found.incident.grade,
        "is_determined": proposal.is_determined,
        "at_least": proposal.at_least,
        "proposal": proposal.to_json(),
        "judgements": [fact_json(fact) for fact in found.judgements],
    }
    return answer(body, version=found.version)
