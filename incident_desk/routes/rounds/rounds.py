"""The tab 调度: rounds to the lower desks, who answered what and when; words by telephone; consultations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.command.due_times import read_due
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.rounds.answers import AnswerTimeWrong, OfficeStanding
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import who_words
from incident_desk.routes.command.command_pages import act, typed_past
from incident_desk.routes.form_parts import refusal
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.routes.rounds import round_form
from incident_desk.routes.rounds.round_words import answer_words, question_words
from incident_desk.services.rounds import answering, asking, consultations, needs, round_links, round_paper, round_rows
from incident_desk.services.rounds.round_rows import RoundView

bp = Blueprint("rounds", __name__, url_prefix="/incidents/<case_no>/rounds")

MINUTES = (15, 30, 60, 120, 240)
PRESET_MIN = 30
"""Minutes to answer in that are chosen by one tap; the preset is the office's habit, no law."""


@shows("round")
def _page_of_round(identity: str) -> str:
    case_no, _, number = identity.partition("/")
    return url_for("rounds.show", case_no=case_no, round_no=int(number))


@shows("consultation")
def _page_of_consultation(case_no: str) -> str:
    return url_for("rounds.index", case_no=case_no) + "#consultations"


@bp.get("")
@allow("round.read")
def index(case_no: str) -> ResponseReturnValue:
    """Every round with how far each desk has come, and the consultations."""
    return _index(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    views = round_rows.all_of(actor, case_no)
    held = consultations.of_case(actor, case_no)
    context = {
        "views": views,
        "consultations": held,
        "standings": list(OfficeStanding),
        "who": who_words({view.row.asked_by for view in views} | {row.recorded_by for row in held}),
        "errors": {},
        "said": {},
        "refusal": None,
        "failed": "",
        **more,
    }
    return render_case("rounds/index.html", case_no, tab="rounds", **context), status


@bp.get("/new")
@allow("round.ask")
def new(case_no: str) -> ResponseReturnValue:
    """The form for a round: questions from what the case lacks, desks below, time to answer."""
    return _new(case_no)


def _new(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    offer = needs.offer(current_actor(), case_no, now=office_now())
    context = {
        "offer": offer,
        "minutes": MINUTES,
        "preset_min": PRESET_MIN,
        "chosen": set(request.form.getlist("question")) if request.method == "POST" else None,
        "chosen_offices": set(request.form.getlist("office")) if request.method == "POST" else offer.likely,
        "errors": {},
        "said": {},
        "refusal": None,
        **more,
    }
    return render_case("rounds/new.html", case_no, tab="rounds", **context), status


@bp.post("")
@allow("round.ask")
def ask(case_no: str) -> ResponseReturnValue:
    """Ask the chosen desks the chosen questions."""
    form, actor, now = request.form, current_actor(), office_now()
    return act(
        lambda: asking.ask(
            case_no, keys=form.getlist("question"), own=form.get("own", ""), offices=form.getlist("office"),
            due_at=_due(), note=form.get("note", ""), actor=actor, now=now,
        ),
        page=lambda **more: _new(case_no, **more),
        then=lambda row: url_for("rounds.show", case_no=case_no, round_no=row.number),
    )  # fmt: skip


def _due() -> Any:
    """The time to answer by: as typed, else the minutes that were chosen.

    Raises:
        TimeUnreadable, AnswerTimeWrong.
    """
    now = office_now()
    typed = read_due(request.form.get("due", ""), now=now, field="due")
    if typed is not None:
        return typed
    minutes = request.form.get("minutes", type=int)
    if minutes is None or not 0 < minutes <= 7 * 24 * 60:
        raise AnswerTimeWrong(field="due", due=str(request.form.get("minutes", ""))[:20])
    return now + timedelta(minutes=minutes)


@bp.get("/<int:round_no>")
@allow("round.read")
def show(case_no: str, round_no: int) -> ResponseReturnValue:
    """One round as a matrix of desks and questions."""
    return render_case("rounds/show.html", case_no, tab="rounds", **_matrix(case_no, round_no))


@bp.get("/<int:round_no>/matrix")
@allow("round.read")
def matrix(case_no: str, round_no: int) -> ResponseReturnValue:
    """The matrix alone, for refreshing."""
    return render_template("rounds/_matrix.html", case_no=case_no, **_matrix(case_no, round_no))


def _matrix(case_no: str, round_no: int) -> dict[str, Any]:
    view = round_rows.one(current_actor(), case_no, round_no)
    return {
        "view": view,
        "who": who_words({view.row.asked_by, *([view.row.ended_by] if view.row.ended_by else [])}),
        "question_words": question_words,
        "answer_words": answer_words,
    }


@bp.get("/<int:round_no>/paper.pdf")
@allow("round.read")
def paper(case_no: str, round_no: int) -> ResponseReturnValue:
    """The round on paper, in official Chinese."""
    content = round_paper.paper(current_actor(), case_no, round_no, now=office_now())
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{case_no}-round-{round_no}.pdf"'
    return answer


@bp.post("/<int:round_no>/end")
@allow("round.ask")
def end(case_no: str, round_no: int) -> ResponseReturnValue:
    """End the round: links close, nobody is chased any more."""
    asking.end(case_no, round_no, actor=current_actor(), now=office_now())
    return redirect(url_for("rounds.show", case_no=case_no, round_no=round_no), code=303)


@bp.get("/<int:round_no>/asked/<int:ask_id>")
@allow("round.answer")
def telephone(case_no: str, round_no: int, ask_id: int) -> ResponseReturnValue:
    """One desk's list, to be filled in while telephoning; with its link to pass on."""
    return _telephone(case_no, round_no, ask_id)


def _telephone(case_no: str, round_no: int, ask_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    view = round_rows.one(actor, case_no, round_no)
    asked = next((one for one in view.asked if one.row.id == ask_id), None)
    if asked is None:
        raise NotFound
    address = _link(view, ask_id) if actor.may("round.ask") else None
    context = {
        **round_form.form_context(view.questions, asked, more.pop("answered", None)),
        "view": view,
        "address": address,
        "qr_code": round_form.qr_code(address) if address else None,
        "now": now,
        "refusal": None,
        **more,
    }
    if context.get("field_errors"):
        context["errors"] = {**context["errors"], **context["field_errors"]}
    return render_case("rounds/telephone.html", case_no, tab="rounds", **context), status


def _link(view: RoundView, ask_id: int) -> str:
    return round_links.address_of(round_links.token_of(ask_id, view.incident))


@bp.post("/<int:round_no>/asked/<int:ask_id>")
@allow("round.answer")
def take_down(case_no: str, round_no: int, ask_id: int) -> ResponseReturnValue:
    """Take down what was told on the telephone, with the name of who told it."""
    actor, now = current_actor(), office_now()
    try:
        answered = answering.by_telephone(
            case_no, round_no, ask_id, round_form.typed(), answered_by=request.form.get("answered_by", ""),
            answered_at=typed_past("answered_at"), actor=actor, now=now,
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        said = refusal(error)
        return _telephone(case_no, round_no, ask_id, error.status, refusal=said["refusal"], field_errors=said["errors"])
    view = round_rows.one(actor, case_no, round_no)
    round_form.follow_the_river(view.incident, answered.changed)
    if answered.problems:
        return _telephone(case_no, round_no, ask_id, 422, answered=answered)
    return redirect(url_for("rounds.show", case_no=case_no, round_no=round_no), code=303)


@bp.post("/answers/<int:answer_id>/decide")
@allow("round.ask")
def decide(case_no: str, answer_id: int) -> ResponseReturnValue:
    """Take over an answer that differs, or leave what is known."""
    actor, now = current_actor(), office_now()
    is_taken = request.form.get("act") == "take"
    answered = answering.decide(case_no, answer_id, take=is_taken, actor=actor, now=now)
    views = round_rows.all_of(actor, case_no)
    round_form.follow_the_river(views[0].incident, answered.changed)
    held = next(
        view for view in views if any(answer.id == answer_id for one in view.asked for answer in one.row.answers)
    )
    return redirect(url_for("rounds.show", case_no=case_no, round_no=held.row.number), code=303)


@bp.post("/consultations")
@allow("round.ask")
def consult(case_no: str) -> ResponseReturnValue:
    """Put a consultation on record."""
    form, actor, now = request.form, current_actor(), office_now()
    return act(
        lambda: consultations.record(
            case_no, form, held_at=typed_past("held_at"),
            next_round_at=read_due(form.get("next_round_at", ""), now=now, field="next_round_at"), actor=actor, now=now,
        ),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: _page_of_consultation(case_no),
        failed="consult",
    )  # fmt: skip


@bp.post("/consultations/<int:consultation_id>/take-back")
@allow("round.ask")
def take_back(case_no: str, consultation_id: int) -> ResponseReturnValue:
    """Take back a record of a consultation."""
    actor, now = current_actor(), office_now()
    return act(
        lambda: consultations.take_back(
            case_no, consultation_id, reason=request.form.get("reason", ""), actor=actor, now=now
        ),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: _page_of_consultation(case_no),
        failed=f"take_back_{consultation_id}",
    )
