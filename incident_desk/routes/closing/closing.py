"""The tab 清单与结案: five first moments, three checks, the gate, the decision, the package and its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.spoken_times import TimeUnreadable
from incident_desk.domain.china_time import CHINA
from incident_desk.domain.closing.gate import GateState
from incident_desk.domain.closing.investigation import InvestigationStep
from incident_desk.domain.closing.sending import RECIPIENT_ZH
from incident_desk.domain.closing.three_checks import DueMissing, PointState, ThreeCheck
from incident_desk.domain.errors import NotFound
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import who_words
from incident_desk.routes.command.command_pages import act, typed_past
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.closing import (
    archive_sending,
    closing_paper,
    closing_view,
    finishing,
    investigation,
    package_check,
    three_checks,
)

bp = Blueprint("closing", __name__, url_prefix="/incidents/<case_no>/closing")


@shows("closing")
def _page(case_no: str) -> str:
    return url_for("closing.index", case_no=case_no)


@bp.get("")
@allow("closing.read")
def index(case_no: str) -> ResponseReturnValue:
    """The whole tab."""
    return _index(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    now = office_now()
    view = closing_view.of_case(current_actor(), case_no, now=now)
    refs = {row.recorded_by for row in view.investigation} | {row.recorded_by for row in view.sendings}
    refs |= {point.row.opened_by for point in view.points}
    context = {
        "view": view,
        "now": now,
        "checks": list(ThreeCheck),
        "steps": list(InvestigationStep),
        "states": GateState,
        "point_states": PointState,
        "recipient": RECIPIENT_ZH,
        "who": who_words(refs),
        "errors": {},
        "said": {},
        "refusal": None,
        "failed": "",
        **more,
    }
    return render_case("closing/index.html", case_no, tab="closing", **context), status


def _act(case_no: str, do: Callable[[], object], *, anchor: str, failed: str) -> ResponseReturnValue:
    return act(
        do,
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: f"{_page(case_no)}#{anchor}",
        failed=failed,
    )


@bp.get("/paper.pdf")
@allow("closing.read")
def paper(case_no: str) -> ResponseReturnValue:
    """Checklists and gate on paper, in official Chinese."""
    content = closing_paper.paper(current_actor(), case_no, now=office_now())
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{case_no}-closing.pdf"'
    return answer


@bp.post("/finish")
@allow("closing.decide")
def finish(case_no: str) -> ResponseReturnValue:
    """The leader finishes the case; every unmet line needs a reason."""
    actor, now, form = current_actor(), office_now(), request.form
    reasons = {key.removeprefix("reason-"): value for key, value in form.items() if key.startswith("reason-")}
    return _act(
        case_no,
        lambda: finishing.finish(case_no, reasons, mark=form.get("mark") or None, actor=actor, now=now),
        anchor="gate", failed="finish",
    )  # fmt: skip


@bp.post("/investigation")
@allow("closing.record")
def investigate(case_no: str) -> ResponseReturnValue:
    """Record who investigates, or what was preserved."""
    actor, now, form = current_actor(), office_now(), request.form
    step = member(InvestigationStep, form.get("step")) or InvestigationStep.INVESTIGATOR_NAMED
    return _act(
        case_no,
        lambda: investigation.record(case_no, step, form, at=typed_past("at"), actor=actor, now=now),
        anchor="investigation", failed=step.value,
    )  # fmt: skip


@bp.post("/investigation/<int:investigation_id>/take-back")
@allow("closing.record")
def take_back_investigation(case_no: str, investigation_id: int) -> ResponseReturnValue:
    """Take back a record of the investigation."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    return _act(
        case_no,
        lambda: investigation.take_back(case_no, investigation_id, reason=reason, actor=actor, now=now),
        anchor="investigation", failed=f"investigation-{investigation_id}",
    )  # fmt: skip


@bp.post("/points")
@allow("closing.record")
def open_point(case_no: str) -> ResponseReturnValue:
    """Put a point of the three checks on record."""
    actor, now, form = current_actor(), office_now(), request.form
    check = member(ThreeCheck, form.get("check")) or ThreeCheck.CAUSE
    return _act(
        case_no,
        lambda: three_checks.open_point(case_no, check, form, due_at=_due_day(), actor=actor, now=now),
        anchor="three-checks", failed="point",
    )  # fmt: skip


def _due_day() -> datetime:
    """The end of the day that was chosen.

    Raises:
        DueMissing, TimeUnreadable.
    """
    text = request.form.get("due_on", "").strip()
    if not text:
        raise DueMissing(field="due_on")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise TimeUnreadable(field="due_on", text=text[:20]) from error
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=CHINA)


@bp.post("/points/<int:point_id>")
@allow("closing.record")
def point(case_no: str, point_id: int) -> ResponseReturnValue:
    """A step of one point: done, accepted, taken back."""
    actor, now, form = current_actor(), office_now(), request.form
    step = form.get("step", "")
    acts: dict[str, Callable[[], object]] = {
        "done": lambda: three_checks.done(case_no, point_id, form, at=typed_past("at"), actor=actor, now=now),
        "accept": lambda: three_checks.accept(case_no, point_id, form, at=typed_past("at"), actor=actor, now=now),
        "take_back": lambda: three_checks.take_back(
            case_no, point_id, reason=form.get("reason", ""), actor=actor, now=now
        ),
    }
    if step not in acts:
        raise NotFound
    return _act(case_no, acts[step], anchor=f"point-{point_id}", failed=f"point-{point_id}-{step}")


@bp.post("/package/check")
@allow("closing.record")
def check(case_no: str) -> ResponseReturnValue:
    """Check the newest package by its four properties."""
    actor, now, form = current_actor(), office_now(), request.form
    return _act(
        case_no, lambda: package_check.check_newest(case_no, form, actor=actor, now=now), anchor="package",
        failed="check",
    )  # fmt: skip


@bp.post("/package/sent")
@allow("closing.record")
def send(case_no: str) -> ResponseReturnValue:
    """Record that the package was sent."""
    actor, now, form = current_actor(), office_now(), request.form
    return _act(
        case_no,
        lambda: archive_sending.send(case_no, form, sent_at=typed_past("sent_at"), actor=actor, now=now),
        anchor="package", failed="send",
    )  # fmt: skip


@bp.post("/package/<int:sending_id>")
@allow("closing.record")
def sending(case_no: str, sending_id: int) -> ResponseReturnValue:
    """The receipt for a sending, or its entry taken back."""
    actor, now, form = current_actor(), office_now(), request.form
    if form.get("step") == "take_back":
        return _act(
            case_no,
            lambda: archive_sending.take_back(
                case_no, sending_id, reason=form.get("reason", ""), actor=actor, now=now
            ),
            anchor="package", failed=f"sending-{sending_id}-take_back",
        )  # fmt: skip
    return _act(
        case_no,
        lambda: archive_sending.receive(
            case_no, sending_id, form, received_at=typed_past("received_at"), actor=actor, now=now
        ),
        anchor="package", failed=f"sending-{sending_id}-receive",
    )  # fmt: skip
