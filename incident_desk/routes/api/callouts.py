"""``…/callouts``: who was asked in a case and what they answered; whom the desk proposes; calling."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.callouts.callout import Choice
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.callouts import callout, callout_standing
from incident_desk.services.callouts.callout_standing import Asked, Standing

bp = ApiBlueprint("api_callouts", __name__, "Call-outs of experts")


class CalloutBody(Schema):
    """Whom to call: experts by number, or the whole pool."""

    experts = fields.List(fields.String(validate=validate.Length(max=40)), validate=validate.Length(max=200))
    whole_pool = fields.Boolean(load_default=False)


def standing_json(stands: Standing) -> dict[str, Any]:
    """The call-out of a case as it stands."""
    waiting = stands.waiting_request
    return {
        "asked": [_asked(one) for one in stands.asked],
        "disciplines": [
            {"discipline": one.discipline, "required": one.required, "state": one.state, "coming": list(one.coming)}
            for one in stands.disciplines
        ],
        "met": stands.is_met,
        "waits_for_confirmation": waiting.id if waiting is not None else None,
    }


def _asked(one: Asked) -> dict[str, Any]:
    member = one.member
    return {
        "id": member.id,
        "callout": member.callout_id,
        "expert": one.expert.expert_no,
        "discipline": one.discipline,
        "message": one.message.state if one.message is not None else None,
        "answer": member.answer,
        "answered_at": iso(member.answered_at),
        "answered_via": member.answered_via,
        "arrives_at": iso(member.arrives_at),
        "stood_down_at": iso(member.stood_down_at),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "expert": choice.expert.expert_no,
        "discipline": choice.discipline,
        "speciality": choice.speciality,
        "required": choice.required,
        "because": [{"when": when, "code": code} for when, code in choice.because],
        "distance_km": None if choice.distance_km is None else round(choice.distance_km, 1),
    }


@repeats("callout")
def _made(case_no: str) -> ResponseReturnValue:
    return answer(standing_json(callout_standing.standing(current_actor(), case_no)))


@bp.route("/incidents/<case_no>/callouts")
class Callouts(MethodView):
    """The call-outs of a case."""

    @allow("expert.read")
    def get(self, case_no: str) -> Response:
        """How they stand."""
        return answer(standing_json(callout_standing.standing(current_actor(), case_no)))

    @allow("callout.send")
    @bp.arguments(CalloutBody)
    def post(self, body: dict[str, Any], case_no: str) -> Response:
        """Call experts; the whole pool of a real case waits for a leader's word."""
        actor, now = current_actor(), office_now()
        if body["whole_pool"]:
            callout.call_whole_pool(case_no, actor=actor, now=now)
        else:
            callout.send(case_no, body.get("experts", []), actor=actor, now=now)
        return answer(standing_json(callout_standing.standing(actor, case_no)), status=201)


@bp.route("/incidents/<case_no>/callouts/proposal")
class CalloutProposal(MethodView):
    """Whom the desk would call."""

    @allow("expert.read")
    def get(self, case_no: str) -> Response:
        """The choices with their reasons, and what nobody in the pool can fill."""
        found = callout_standing.suggest(current_actor(), case_no, now=office_now())
        return answer(
            {
                "choices": [_choice(choice) for choice in found.proposal.choices],
                "uncovered": list(found.proposal.uncovered),
                "left_out": [{"expert": one.expert_no, "why": why} for one, why in found.proposal.left_out],
            }
        )
