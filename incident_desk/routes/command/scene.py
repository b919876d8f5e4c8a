"""The heads on their way to the scene: two fields at the desk, two on the phone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.command.scene import SceneStep
from incident_desk.routes.cases import clock_words
from incident_desk.routes.code_words import who_words
from incident_desk.routes.command.command_pages import act, bureau_word, render_command, typed_past
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.command import scene
from incident_desk.services.command.scene import SceneView

bp = Blueprint("scene", __name__, url_prefix="/incidents/<case_no>/command/scene")


@shows("scene")
def _page_of_scene(case_no: str) -> str:
    return url_for("scene.index", case_no=case_no)


@bp.get("")
@allow("command.read")
def index(case_no: str) -> ResponseReturnValue:
    """Who is on the way, who is there, whom the law expects; and the form."""
    return _index(case_no)


@bp.get("/phone")
@allow("command.write")
def phone(case_no: str) -> ResponseReturnValue:
    """The same two fields for a thumb."""
    return _phone(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    return render_command("command/scene.html", case_no, section="scene", **{**_context(case_no), **more}), status


def _phone(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    context = {"errors": {}, "said": {}, "refusal": None, "failed": "", **_context(case_no), **more}
    incident = context["view"].incident
    page = render_template(
        "command/scene_phone.html", case_no=case_no, incident=incident, is_exercise=incident.is_exercise, **context
    )
    return page, status


def _context(case_no: str) -> dict[str, Any]:
    view = scene.of_case(current_actor(), case_no)
    refs = {
        ref
        for row in view.journeys
        for ref in (row.recorded_by, row.departed_recorded_by, row.arrived_recorded_by, row.deputy_recorded_by)
        if ref
    }
    return {
        "view": view,
        "owed_rows": [clock_words.describe(line, office_now()) for line in view.clocks],
        "offices": [(code, bureau_word(code)) for code in view.offices],
        "bureau": bureau_word,
        "chosen": _expected(view),
        "who": who_words(refs),
        "went_before": _began_later,
    }


@bp.post("")
@allow("command.write")
def record(case_no: str) -> ResponseReturnValue:
    """Record that a head departed or arrived, or who acts for the head."""
    return _record(case_no, None)


@bp.post("/<int:journey_id>")
@allow("command.write")
def step(case_no: str, journey_id: int) -> ResponseReturnValue:
    """Record the next step of a head who is on the list."""
    return _record(case_no, journey_id)


def _record(case_no: str, journey_id: int | None) -> ResponseReturnValue:
    actor, now, form = current_actor(), office_now(), request.form
    on_phone = form.get("back") == "phone"
    return act(
        lambda: scene.record(
            case_no, member(SceneStep, form.get("step")) or SceneStep.DEPARTED, name=form.get("name", ""),
            at=typed_past("at"), head_office=form.get("office") or None, title=form.get("title", ""),
            reason=form.get("reason", ""), journey_id=journey_id, actor=actor, now=now,
        ),
        page=lambda **more: (_phone if on_phone else _index)(case_no, **more),
        then=lambda _row: url_for("scene.phone" if on_phone else "scene.index", case_no=case_no),
        failed=f"journey-{journey_id}" if journey_id else "new",
    )  # fmt: skip


@bp.post("/<int:journey_id>/take-back")
@allow("command.write")
def take_back(case_no: str, journey_id: int) -> ResponseReturnValue:
    """Take back an entry that was wrong."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    return act(
        lambda: scene.take_back(case_no, journey_id, reason=reason, actor=actor, now=now),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: url_for("scene.index", case_no=case_no),
        failed=f"take_back_{journey_id}",
    )


def _expected(view: SceneView) -> str:
    """The office whose head the first open duty expects."""
    return next((line.clock.office for line in view.owed), view.offices[0])


def _began_later(view: SceneView, journey: Any) -> bool:
    """Whether a duty of this head's office is open that began after the arrival: being there still meets it."""
    return journey.arrived_at is not None and any(
        line.clock.office == journey.head_office and line.clock.starts_at > journey.arrived_at for line in view.owed
    )
