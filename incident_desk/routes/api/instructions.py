"""``…/instructions``: orders of the headquarters and leaders' words, what became of each."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.command.instructions import INSTRUCTION_LIMITS, STEP_LIMITS, InstructionKind, PassedHow
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.command import instruction_steps, instructions
from incident_desk.services.command.instructions import InstructionView, NewInstruction

bp = ApiBlueprint("api_instructions", __name__, "Instructions: orders of the headquarters, leaders' words")


def _words(name: str) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=INSTRUCTION_LIMITS[name]))


class InstructionBody(Schema):
    """An instruction as it was given; an order of the headquarters gets its number here."""

    kind = fields.String(
        load_default=InstructionKind.COMMAND.value, validate=validate.OneOf([kind.value for kind in InstructionKind])
    )
    text = _words("text")
    given_by = _words("given_by")
    given_title = _words("given_title")
    given_at = fields.AwareDateTime(format="iso", metadata={"description": "default now"})
    passed_by = _words("passed_by")
    passed_how = fields.String(validate=validate.OneOf([how.value for how in PassedHow]))
    hearer = _words("hearer")
    group_id = fields.Integer(validate=validate.Range(1, 2**31 - 1))
    to_unit = _words("to_unit")
    to_name = _words("to_name")
    to_phone = _words("to_phone")
    due_at = fields.AwareDateTime(format="iso")


class StepBody(Schema):
    """A receipt, or what was done."""

    by = fields.String(load_default="", validate=validate.Length(max=STEP_LIMITS["by"]))
    text = fields.String(load_default="", validate=validate.Length(max=STEP_LIMITS["text"]))
    at = fields.AwareDateTime(format="iso", metadata={"description": "default now"})


class InstructionQuery(Schema):
    """Which instructions."""

    open = fields.Boolean(load_default=False, metadata={"description": "only those on which somebody has to act"})


def instruction_json(view: InstructionView) -> dict[str, Any]:
    """An instruction on record."""
    row, life = view.row, view.life
    return {
        "id": row.id,
        "kind": row.kind,
        "number": row.number,
        "text": row.text,
        "given_by": row.given_by,
        "given_title": row.given_title,
        "given_at": iso(row.given_at),
        "passed_by": row.passed_by,
        "passed_how": row.passed_how,
        "hearer": row.hearer,
        "group": view.group.kind if view.group else None,
        "to_unit": row.to_unit,
        "to_name": row.to_name,
        "to_phone": row.to_phone,
        "due_at": iso(row.due_at),
        "state": view.state.value,
        "is_open": life.is_open,
        "is_overdue": life.is_overdue(office_now()),
        "received_by": row.received_by,
        "received_at": iso(row.received_at),
        "done_by": row.done_by,
        "done_at": iso(row.done_at),
        "done_text": row.done_text,
        "reported_at": iso(row.reported_at),
        "confirmed_at": iso(row.confirmed_at),
        "recorded_at": iso(row.recorded_at),
        "withdrawn_at": iso(row.withdrawn_at),
    }


@repeats("instruction")
def _made(identity: str) -> ResponseReturnValue:
    case_no, _, instruction_id = identity.partition("/")
    return _answer(case_no, int(instruction_id), status=201)


@bp.route("/incidents/<case_no>/instructions")
class Instructions(MethodView):
    """The instructions of a case."""

    @allow("command.read")
    @bp.arguments(InstructionQuery, location="query")
    def get(self, query: dict[str, Any], case_no: str) -> Response:
        """Every instruction, the newest first; with ``open`` what is still to be done, the earliest due first."""
        read = instructions.open_of if query["open"] else instructions.all_of
        return answer([instruction_json(view) for view in read(current_actor(), case_no)])

    @allow("command.write")
    @bp.arguments(InstructionBody)
    def post(self, body: dict[str, Any], case_no: str) -> Response:
        """Put an instruction on record."""
        now = office_now()
        how = body.get("passed_how")
        new = NewInstruction(
            kind=InstructionKind(body["kind"]), said={name: body[name] for name in INSTRUCTION_LIMITS},
            given_at=body.get("given_at") or now, due_at=body.get("due_at"), group_id=body.get("group_id"),
            passed_how=PassedHow(how) if how else None,
        )  # fmt: skip
        row = instructions.give(case_no, new, actor=current_actor(), now=now)
        return _answer(case_no, row.id, status=201)


@bp.route("/incidents/<case_no>/instructions/<int:instruction_id>")
class OneInstruction(MethodView):
    """One instruction of a case."""

    @allow("command.read")
    def get(self, case_no: str, instruction_id: int) -> Response:
        """Its words and every step of it."""
        return _answer(case_no, instruction_id)


@bp.route("/incidents/<case_no>/instructions/<int:instruction_id>/receipt")
class InstructionReceipt(MethodView):
    """The receipt of one instruction."""

    @allow("command.write")
    @bp.arguments(StepBody)
    def post(self, body: dict[str, Any], case_no: str, instruction_id: int) -> Response:
        """Record who took it, and when."""
        now = office_now()
        instruction_steps.acknowledge(
            case_no, instruction_id, by=body["by"], at=body.get("at") or now, actor=current_actor(), now=now
        )
        return _answer(case_no, instruction_id, status=201)


@bp.route("/incidents/<case_no>/instructions/<int:instruction_id>/done")
class InstructionDone(MethodView):
    """What was done on one instruction."""

    @allow("command.write")
    @bp.arguments(StepBody)
    def post(self, body: dict[str, Any], case_no: str, instruction_id: int) -> Response:
        """Record what was done, by whom and when."""
        now = office_now()
        instruction_steps.finish(
            case_no, instruction_id, by=body["by"], text=body["text"], at=body.get("at") or now,
            actor=current_actor(), now=now,
        )  # fmt: skip
        return _answer(case_no, instruction_id, status=201)


def _answer(case_no: str, instruction_id: int, *, status: int = 200) -> Response:
    return answer(instruction_json(instructions.one(current_actor(), case_no, instruction_id)), status=status)
