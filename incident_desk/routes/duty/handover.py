"""Handing over: the open points as they are now, both signatures, the frozen list, its print form, past handovers."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.duty.handover import TAKE_WITHIN
from incident_desk.routes.duty.frame import act, bp, office_asked, render_duty
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.headers import csp_nonce
from incident_desk.routes.idempotency import shows
from incident_desk.routes.known_browser import browser_known_for
from incident_desk.services.duty import duty_people, handovers
from incident_desk.services.duty.handovers import HandoverForm, Taker

PAPER_POLICY = "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"
"""A page to print carries its own style and nothing else."""


@shows("handover")
def _page_of(identity: str) -> str:
    return url_for("duty.one_handover", handover_id=int(identity))


@shows("handovers")
def _page_of_all(_identity: str) -> str:
    return url_for("duty.handover")


@bp.get("/handover")
@allow("duty.read")
def handover() -> ResponseReturnValue:
    """Everything that is open, and the form that hands it over or takes it."""
    return _page()


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    threads, seen = handovers.open_list(actor)
    waiting = handovers.waiting(actor, now)
    context = {
        "threads": threads,
        "seen": seen,
        "waiting": waiting,
        "is_giver": waiting is not None and waiting.from_person_id == actor.person_id,
        "on": duty_people.around(actor, now),
        "past": handovers.listed(actor, actor.office, limit=8),
        "minutes": int(TAKE_WITHIN.total_seconds() // 60),
        **more,
    }
    return render_duty("duty/handover.html", "handover", **context), status


@bp.post("/handover")
@allow("duty.hand_over")
def give() -> ResponseReturnValue:
    """The giver signs, and the taker too where their name and password stand on the same screen."""
    form = HandoverForm(
        equipment_ok=request.form.get("equipment_ok") == "yes",
        phone_tested=request.form.get("phone_tested") == "yes",
        notes=request.form.get("notes", ""),
        seen=request.form.get("seen", ""),
    )
    actor, now = current_actor(), office_now()
    if request.form.get("act") == "give":
        return act(
            lambda: handovers.sign_as_giver(form, actor=actor, now=now), page=_page,
            then=lambda _row: url_for("duty.handover"),
        )  # fmt: skip
    login = request.form.get("taker_login", "").strip()
    taker = Taker(
        login, request.form.get("taker_password", ""), address=request.remote_addr or "",
        browser=browser_known_for(login),
    )  # fmt: skip
    return act(
        lambda: handovers.sign_on_same_screen(form, taker, actor=actor, now=now), page=_page,
        then=lambda row: url_for("duty.one_handover", handover_id=row.id),
    )  # fmt: skip


@bp.post("/handovers/<int:handover_id>/take")
@allow("duty.hand_over")
def take_over(handover_id: int) -> ResponseReturnValue:
    """The taker signs in their own session."""
    seen, actor, now = request.form.get("seen", ""), current_actor(), office_now()
    return act(
        lambda: handovers.take(handover_id, seen=seen, actor=actor, now=now), page=_page,
        then=lambda row: url_for("duty.one_handover", handover_id=row.id),
    )  # fmt: skip


@bp.post("/handovers/<int:handover_id>/take-back")
@allow("duty.hand_over")
def take_signature_back(handover_id: int) -> ResponseReturnValue:
    """The giver takes the signature back."""
    handovers.take_back(handover_id, actor=current_actor(), now=office_now())
    return redirect(url_for("duty.handover"), code=303)


@bp.get("/handovers")
@allow("duty.read")
def past_handovers() -> ResponseReturnValue:
    """Past handovers of an office."""
    found = handovers.listed(current_actor(), office_asked())
    return render_duty("duty/handovers.html", "handover", rows=found)


@bp.get("/handovers/<int:handover_id>")
@allow("duty.read")
def one_handover(handover_id: int) -> ResponseReturnValue:
    """One handover as it was frozen."""
    view = handovers.one(current_actor(), handover_id, office_now())
    return render_duty("duty/one_handover.html", "handover", view=view)


@bp.get("/handovers/<int:handover_id>/print")
@allow("duty.read")
def print_handover(handover_id: int) -> ResponseReturnValue:
    """The handover on paper: official Chinese, black and white, with room for both signatures."""
    view = handovers.one(current_actor(), handover_id, office_now())
    office = duty_people.office_name(view.row.office_code)
    nonce = csp_nonce()
    answer = make_response(render_template("documents/duty/handover.html", view=view, office=office, nonce=nonce))
    answer.headers["Content-Security-Policy"] = PAPER_POLICY.format(nonce=nonce)
    return answer
