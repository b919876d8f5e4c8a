"""The Call-out tab of a case: whom to call, on whose word, and what they answered, live."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.callouts.callout_answers import AnswerKind
from incident_desk.domain.errors import N_, BadValue
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.context import select_locale
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.callouts import answers, callout, callout_standing
from incident_desk.services.people import names_of

bp = Blueprint("callout", __name__)

TOLD = {"yes": AnswerKind.YES, "no": AnswerKind.NO, "call_me": AnswerKind.CALL_ME, "at": AnswerKind.ARRIVING_AT}


@shows("callout")
def _page_of(case_no: str) -> str:
    return url_for("callout.show", case_no=case_no)


@bp.get("/incidents/<case_no>/callout")
@allow("expert.read")
def show(case_no: str) -> ResponseReturnValue:
    """Who is proposed, who was asked, who comes."""
    suggestion = callout_standing.suggest(current_actor(), case_no, now=office_now())
    return render_case(
        "callout/show.html",
        case_no,
        tab="callout",
        suggestion=suggestion,
        locale_code=select_locale(),
        **_standing(case_no),
    )


@bp.get("/incidents/<case_no>/callout/standing")
@allow("expert.read")
def standing(case_no: str) -> ResponseReturnValue:
    """How the call-out stands, alone, for refreshing."""
    return render_template("callout/_standing.html", case_no=case_no, **_standing(case_no))


@bp.post("/incidents/<case_no>/callout")
@allow("callout.send")
def send(case_no: str) -> ResponseReturnValue:
    """Call the experts that are ticked."""
    callout.send(case_no, request.form.getlist("experts"), actor=current_actor(), now=office_now())
    return _back(case_no)


@bp.post("/incidents/<case_no>/callout/whole-pool")
@allow("callout.send")
def whole_pool(case_no: str) -> ResponseReturnValue:
    """Ask for the whole pool."""
    callout.call_whole_pool(case_no, actor=current_actor(), now=office_now())
    return _back(case_no)


@bp.post("/incidents/<case_no>/callout/<int:callout_id>/confirm")
@allow("callout.confirm")
def confirm(case_no: str, callout_id: int) -> ResponseReturnValue:
    """The leader's second word."""
    callout.confirm_whole_pool(case_no, callout_id, actor=current_actor(), now=office_now())
    return _back(case_no)


@bp.post("/incidents/<case_no>/callout/<int:callout_id>/decline")
@allow("callout.send")
def decline(case_no: str, callout_id: int) -> ResponseReturnValue:
    """Decline the request for the whole pool, or take it back."""
    callout.decline_whole_pool(case_no, callout_id, actor=current_actor(), now=office_now())
    return _back(case_no)


@bp.post("/incidents/<case_no>/callout/members/<int:member_id>/answer")
@allow("callout.send")
def told_by_telephone(case_no: str, member_id: int) -> ResponseReturnValue:
    """Record what somebody said on the telephone."""
    given = request.form.get("answer", "")
    if given not in TOLD:
        raise BadValue(field="answer", what=N_("Answer"), value=given[:20], hint=N_("Choose what was said."))
    minutes = request.form.get("minutes", type=int)
    kind = AnswerKind.ARRIVING_AT if given == "yes" and minutes is not None else TOLD[given]
    answers.by_telephone(
        case_no, member_id, kind, minutes=minutes, said=request.form.get("said", "").strip(),
        actor=current_actor(), now=office_now(),
    )  # fmt: skip
    return _back(case_no)


@bp.post("/incidents/<case_no>/callout/members/<int:member_id>/again")
@allow("callout.send")
def text_again(case_no: str, member_id: int) -> ResponseReturnValue:
    """Text one person again."""
    callout.text_again(case_no, member_id, actor=current_actor(), now=office_now())
    return _back(case_no)


@bp.post("/incidents/<case_no>/callout/stand-down")
@allow("callout.send")
def stand_down(case_no: str) -> ResponseReturnValue:
    """Tell those ticked that they need not come."""
    ids = request.form.getlist("members", type=int)
    callout.stand_down(case_no, ids[:200], actor=current_actor(), now=office_now())
    return _back(case_no)


def _standing(case_no: str) -> dict[str, object]:
    stands = callout_standing.standing(current_actor(), case_no)
    waiting = stands.waiting_request
    return {"standing": stands, "asked_by": names_of({waiting.requested_by} if waiting else set())}


def _back(case_no: str) -> ResponseReturnValue:
    return redirect(url_for("callout.show", case_no=case_no), code=303)
