"""Instructions of a case: orders by number, leaders' written and oral words, each with receipt and what was done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.command.due_times import read_due
from incident_desk.domain.command.instructions import InstructionKind, InstructionStep, PassedHow
from incident_desk.domain.errors import NotFound
from incident_desk.routes.code_words import typed_time, who_words
from incident_desk.routes.command.command_pages import act, kept_upload, render_command, typed_past
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.services.command import command_rows, headquarters, instruction_steps, instructions, minutes
from incident_desk.services.command.instructions import InstructionView, NewInstruction

bp = Blueprint("instructions", __name__, url_prefix="/incidents/<case_no>/command/instructions")


@shows("instruction")
def _page_of_instruction(identity: str) -> str:
    case_no, _, instruction_id = identity.partition("/")
    return _place(case_no, int(instruction_id))


@bp.get("")
@allow("command.read")
def index(case_no: str) -> ResponseReturnValue:
    """Every instruction of the case, what is open first; and the form for the next."""
    return _index(case_no, said=_beginning(case_no))


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    found = instructions.all_of(actor, case_no)
    open_ids = {view.row.id for view in found if view.life.is_open}
    context = {
        "open_views": instructions.open_of(actor, case_no),
        "closed_views": [view for view in found if view.row.id not in open_ids],
        "kinds": list(InstructionKind),
        "hows": list(PassedHow),
        "hq": headquarters.of_case(actor, case_no),
        **more,
    }
    return render_command("command/instructions.html", case_no, section="instructions", **context), status


@bp.post("")
@allow("command.write")
@takes_upload
def give(case_no: str) -> ResponseReturnValue:
    """Put an instruction on record."""
    actor, now = current_actor(), office_now()
    return act(
        lambda: instructions.give(case_no, _typed(), actor=actor, now=now),
        page=lambda **more: _index(case_no, **more),
        then=lambda row: _place(case_no, row.id),
        failed="new",
    )


@bp.get("/<int:instruction_id>")
@allow("command.read")
def show(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """One instruction: its words, and every step of it."""
    return _page(case_no, instruction_id)


def _page(case_no: str, instruction_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    view = instructions.one(current_actor(), case_no, instruction_id)
    row = view.row
    refs = {
        row.recorded_by, row.receipt_recorded_by, row.done_recorded_by, row.reported_recorded_by,
        row.confirmed_recorded_by, row.withdrawn_by,
    }  # fmt: skip
    context = {
        "view": view, "row": row, "hows": list(PassedHow), "who": who_words({ref for ref in refs if ref}), **more,
    }  # fmt: skip
    return render_command("command/instruction.html", case_no, section="instructions", **context), status


@bp.post("/<int:instruction_id>/receipt")
@allow("command.write")
def receipt(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """Record who took it, and when."""
    actor, now, form = current_actor(), office_now(), request.form
    return _step(
        case_no, instruction_id, "receipt",
        lambda: instruction_steps.acknowledge(
            case_no, instruction_id, by=form.get("by", ""), at=typed_past("at"), actor=actor, now=now
        ),
    )  # fmt: skip


@bp.post("/<int:instruction_id>/done")
@allow("command.write")
def done(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """Record what was done, by whom and when."""
    actor, now, form = current_actor(), office_now(), request.form
    return _step(
        case_no, instruction_id, "done",
        lambda: instruction_steps.finish(
            case_no, instruction_id, by=form.get("by", ""), text=form.get("text", ""), at=typed_past("at"),
            actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/<int:instruction_id>/report-back")
@allow("command.write")
def report_back(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """Record that the one who gave it was told how it ended."""
    actor, now, form = current_actor(), office_now(), request.form
    return _step(
        case_no, instruction_id, "report_back",
        lambda: instruction_steps.report_back(
            case_no, instruction_id, by=form.get("by", ""), text=form.get("text", ""),
            how=member(PassedHow, form.get("how")), at=typed_past("at"), actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/<int:instruction_id>/confirmation")
@allow("command.write")
@takes_upload
def confirmation(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """Record that an oral instruction now stands in writing."""
    actor, now, form = current_actor(), office_now(), request.form
    instructions.one(actor, case_no, instruction_id)  # before a file is kept
    return _step(
        case_no, instruction_id, "confirmation",
        lambda: instruction_steps.confirm(
            case_no, instruction_id, by=form.get("by", ""), at=typed_past("at"), file_sha256=kept_upload("page"),
            actor=actor, now=now,
        ),
    )  # fmt: skip


@bp.post("/<int:instruction_id>/take-back")
@allow("command.write")
def take_back(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """Take back one entry of it (``step``), or the whole instruction."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    step = member(InstructionStep, request.form.get("step"))
    if step is None:
        return _step(
            case_no, instruction_id, "take_back",
            lambda: instruction_steps.take_back(case_no, instruction_id, reason=reason, actor=actor, now=now),
        )  # fmt: skip
    return _step(
        case_no, instruction_id, f"take_back_{step.value}",
        lambda: instruction_steps.take_back_step(case_no, instruction_id, step, reason=reason, actor=actor, now=now),
    )  # fmt: skip


@bp.get("/<int:instruction_id>/original")
@allow("command.read")
def original(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """The picture or scan of the words as they were written."""
    view = instructions.one(current_actor(), case_no, instruction_id)
    return _file(view, view.row.original_sha256, "original")


@bp.get("/<int:instruction_id>/confirmation")
@allow("command.read")
def confirmed_page(case_no: str, instruction_id: int) -> ResponseReturnValue:
    """The picture of the written confirmation."""
    view = instructions.one(current_actor(), case_no, instruction_id)
    return _file(view, view.row.confirmed_sha256, "confirmation")


def _file(view: InstructionView, sha256: str | None, name: str) -> ResponseReturnValue:
    path = command_rows.stored(sha256)
    return send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=f"instruction-{view.row.id}-{name}"
    )


def _step(case_no: str, instruction_id: int, failed: str, do: Any) -> ResponseReturnValue:
    return act(
        do,
        page=lambda **more: _page(case_no, instruction_id, **more),
        then=lambda _row: _place(case_no, instruction_id),
        failed=failed,
    )


def _place(case_no: str, instruction_id: int) -> str:
    return url_for("instructions.show", case_no=case_no, instruction_id=instruction_id)


def _typed() -> NewInstruction:
    """An instruction as typed.

    Raises:
        TimeUnreadable, TimeInFuture, TooLarge, EmptyFile: with the field.
    """
    form = request.form
    given_at = typed_past("given_at")
    return NewInstruction(
        kind=member(InstructionKind, form.get("kind")) or InstructionKind.COMMAND,
        said=form,
        given_at=given_at,
        due_at=read_due(form.get("due_at", ""), now=given_at),
        group_id=form.get("group_id", type=int),
        passed_how=member(PassedHow, form.get("passed_how")),
        original_sha256=kept_upload("original"),
    )


def _beginning(case_no: str) -> dict[str, str]:
    """What the form begins with: the kind that was asked for, or a decision of minutes that nobody carries out yet."""
    said = {"kind": request.args.get("kind", "")}
    decision_id = request.args.get("decision", type=int)
    if decision_id is None:
        return said
    try:
        view, decision = minutes.decision_of(current_actor(), case_no, decision_id)
    except NotFound:
        return said
    return {
        **said, "kind": InstructionKind.COMMAND.value, "text": decision.text, "given_by": view.row.chair,
        "to_unit": decision.carried_out_by, "due_at": typed_time(decision.due_at),
        "given_title": f"会议纪要第{view.row.number}期",
    }  # fmt: skip
