"""Waking an office that does not answer: begin, watch the ladder, record answers by hand, call off."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.duty.wake_up import WakeUpAnswer, WakeUpState
from incident_desk.domain.errors import NotFound
from incident_desk.routes.code_words import localized, who_words
from incident_desk.routes.duty.frame import act, bp, office_asked, render_duty
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services import scope
from incident_desk.services.duty import wake_ups as waking


@shows("wake_up")
def _page_of_wake_up(identity: str) -> str:
    return url_for("duty.one_wake_up", wake_up_id=int(identity))


@bp.get("/wake-ups")
@allow("duty.read")
def wake_ups() -> ResponseReturnValue:
    """Wake-ups that run and that were, and the form to begin one."""
    return _page()


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    rows = waking.listed(actor)
    context = {
        "rows": rows,
        "offices": scope.offices_below(actor),
        "asked_office": office_asked(),
        "who": who_words({view.row.started_by for view in rows}),
        **more,
    }
    return render_duty("duty/wake_ups.html", "wake_ups", **context), status


@bp.get("/wake-ups/list")
@allow("duty.read")
def wake_up_list() -> ResponseReturnValue:
    """The list alone, for refreshing."""
    rows = waking.listed(current_actor())
    who = who_words({view.row.started_by for view in rows})
    return render_duty("duty/_wake_up_list.html", "wake_ups", rows=rows, who=who)


@bp.post("/wake-ups")
@allow("duty.hand_over")
def start_wake_up() -> ResponseReturnValue:
    """Begin to wake an office."""
    office = request.form.get("office", "") or current_actor().office
    reason, actor, now = request.form.get("reason", ""), current_actor(), office_now()
    return act(
        lambda: waking.start(office, reason, actor=actor, now=now), page=_page,
        then=lambda row: url_for("duty.one_wake_up", wake_up_id=row.id),
    )  # fmt: skip


@bp.get("/wake-ups/<int:wake_up_id>")
@allow("duty.read")
def one_wake_up(wake_up_id: int) -> ResponseReturnValue:
    """One wake-up with what everybody said."""
    return _one(wake_up_id)


@bp.get("/wake-ups/<int:wake_up_id>/attempts")
@allow("duty.read")
def wake_up_attempts(wake_up_id: int) -> ResponseReturnValue:
    """Its ladder, for refreshing."""
    return render_duty("duty/_attempts.html", "wake_ups", **_context(wake_up_id))


def _one(wake_up_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    return render_duty("duty/wake_up.html", "wake_ups", **{**_context(wake_up_id), **more}), status


def _context(wake_up_id: int) -> dict[str, Any]:
    view = waking.one(current_actor(), wake_up_id)
    refs = {view.row.started_by, *(one.recorded_by for one in view.attempts if one.recorded_by)}
    return {
        "view": view,
        "office_word": localized(view.office.name_zh, view.office.name_en),
        "who": who_words(refs | ({view.row.ended_by} if view.row.ended_by else set())),
        "answers": list(WakeUpAnswer),
        "runs": view.state in {WakeUpState.RINGING, WakeUpState.NOBODY},
    }


@bp.post("/wake-ups/<int:wake_up_id>/attempts/<int:attempt_id>")
@allow("duty.hand_over")
def record_wake_up_answer(wake_up_id: int, attempt_id: int) -> ResponseReturnValue:
    """Record what somebody said on the telephone."""
    answer = member(WakeUpAnswer, request.form.get("answer"))
    if answer is None:
        raise NotFound
    said, actor, now = request.form.get("said", ""), current_actor(), office_now()

    def again(status: int, **more: Any) -> ResponseReturnValue:
        return _one(wake_up_id, status, **more)

    return act(
        lambda: waking.by_hand(wake_up_id, attempt_id, answer, said=said, actor=actor, now=now), page=again,
        then=lambda row: url_for("duty.one_wake_up", wake_up_id=row.id),
    )  # fmt: skip


@bp.post("/wake-ups/<int:wake_up_id>/call-off")
@allow("duty.hand_over")
def call_wake_up_off(wake_up_id: int) -> ResponseReturnValue:
    """End it: the desk has answered after all."""
    note, actor, now = request.form.get("note", ""), current_actor(), office_now()

    def again(status: int, **more: Any) -> ResponseReturnValue:
        return _one(wake_up_id, status, **more)

    return act(
        lambda: waking.call_off(wake_up_id, note, actor=actor, now=now), page=again,
        then=lambda row: url_for("duty.one_wake_up", wake_up_id=row.id),
    )  # fmt: skip
