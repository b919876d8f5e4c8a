"""``…/calls`` and ``…/phone-calls``: calls taken about a case, and calls to make."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.permissions import Actor
from incident_desk.models import Call, PhoneCall
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, problem_json, repeats, version_read
from incident_desk.routes.api.schemas import PhoneCallIn, SheetIn
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.calls import call_taking, phone_calls

bp = ApiBlueprint("api_calls", __name__, "Calls taken and calls to make")


def as_json(call: Call, actor: Actor) -> dict[str, Any]:
    """A call taken; who rang is told only to those who may read it."""
    may_read = actor.may("caller.read")
    caller = {"name": call.caller_name, "unit": call.caller_unit, "phone": call.caller_phone}
    return {
        "id": call.id,
        "channel": call.channel,
        "learned_at": iso(call.learned_at),
        "recorded_at": iso(call.recorded_at),
        "received_by": call.received_by,
        "caller": caller if may_read else None,
        "sheet": call.sheet,
        "unread": [problem["field"] for problem in call.problems if not problem["soft"]],
    }


def phone_call_json(call: PhoneCall) -> dict[str, Any]:
    """A call to make, or the record of one that was made."""
    return {
        "id": call.id,
        "kind": call.kind,
        "name": call.name,
        "number": call.number,
        "rank": call.rank,
        "reason": call.reason,
        "state": call.state,
        "made_at": iso(call.made_at),
        "made_by": call.made_by,
        "answered_by": call.answered_by,
        "said": call.said,
        "done": call.done,
        "version": call.version,
    }


@repeats("call")
def _taken(identity: str) -> ResponseReturnValue:
    case_no, _, call_id = identity.partition("/")
    actor = current_actor()
    call = next(call for call in call_taking.calls_of(actor, case_no) if call.id == int(call_id))
    return answer(as_json(call, actor), status=201)


@repeats("phone_call")
def _made(identity: str) -> ResponseReturnValue:
    case_no, _, call_id = identity.partition("/")
    call = phone_calls.call_of(current_actor(), case_no, int(call_id))
    return answer(phone_call_json(call), version=call.version)


@bp.route("/incidents/<case_no>/calls")
class Calls(MethodView):
    """Calls taken about a case."""

    @allow("incident.read")
    def get(self, case_no: str) -> Response:
        """Calls, oldest first."""
        actor = current_actor()
        return answer([as_json(call, actor) for call in call_taking.calls_of(actor, case_no)])

    @allow("call.take")
    @bp.arguments(SheetIn)
    def post(self, form: dict[str, Any], case_no: str) -> ResponseReturnValue:
        """A further call: its answers become facts of the case."""
        actor, now = current_actor(), office_now()
        sheet, problems = CallSheet.from_form(form, now=now)
        call = call_taking.add_call(case_no, sheet, actor=actor, now=now, problems=problems)
        return answer({**as_json(call, actor), "problems": [problem_json(one) for one in problems]}, status=201)


@bp.route("/incidents/<case_no>/phone-calls")
class PhoneCalls(MethodView):
    """Calls to make."""

    @allow("incident.read")
    def get(self, case_no: str) -> Response:
        """Every call of the case in the order of ringing."""
        return answer([phone_call_json(call) for call in phone_calls.calls_of(current_actor(), case_no)])


@bp.route("/incidents/<case_no>/phone-calls/<int:phone_call_id>")
class OnePhoneCall(MethodView):
    """One call to make."""

    @allow("incident.read")
    def get(self, case_no: str, phone_call_id: int) -> Response:
        """One call with its version."""
        call = phone_calls.call_of(current_actor(), case_no, phone_call_id)
        return answer(phone_call_json(call), version=call.version)

    @allow("phone_call.record")
    @bp.arguments(PhoneCallIn)
    def put(self, body: dict[str, Any], case_no: str, phone_call_id: int) -> Response:
        """Record how it went; needs If-Match."""
        call = phone_calls.record_answer(
            case_no, phone_call_id, **body, actor=current_actor(), now=office_now(), expected_version=version_read()
        )
        return answer(phone_call_json(call), version=call.version)
