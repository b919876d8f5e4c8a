"""Public opinion: what is said or asked, the line to take, and when and where it was answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.disclosure.public_opinion import OpinionKind, OpinionSource
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.routes.cases.case_forms import read_past
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.context import actor_names
from incident_desk.routes.disclosure import disclosure_tab
from incident_desk.routes.form_parts import member, refusal
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.disclosure import opinions
from incident_desk.services.disclosure.opinions import OpinionEntry

bp = Blueprint("public_opinions", __name__, url_prefix="/incidents/<case_no>/releases/opinions")


@shows("public_opinion")
def _page_of_opinion(identity: str) -> str:
    case_no, _, opinion_id = identity.partition("/")
    return url_for("public_opinions.show", case_no=case_no, opinion_id=int(opinion_id))


@bp.get("/new")
@allow("opinion.record")
def new(case_no: str) -> ResponseReturnValue:
    """The form for a matter."""
    return _new(case_no)


def _new(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    context = {"kinds": list(OpinionKind), "sources": list(OpinionSource), "said": {}, "errors": {}, **more}
    return render_case("releases/opinion_new.html", case_no, tab="releases", **context), status


@bp.post("")
@allow("opinion.record")
def record(case_no: str) -> ResponseReturnValue:
    """Record what is said or asked."""
    form, now = request.form, office_now()
    entry = OpinionEntry(
        kind=member(OpinionKind, form.get("kind")) or OpinionKind.QUESTION,
        source=member(OpinionSource, form.get("source")) or OpinionSource.OTHER,
        **{name: form.get(name, "") for name in ("subject", "text", "place", "link", "line")},
    )
    try:
        seen_at = read_past(form.get("seen_at", ""), now, field="seen_at")
        row = opinions.record(case_no, entry, seen_at=seen_at, actor=current_actor(), now=now)
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _new(case_no, error.status, said=form, **refusal(error))
    return redirect(url_for("public_opinions.show", case_no=case_no, opinion_id=row.id), code=303)


@bp.get("/<int:opinion_id>")
@allow("release.read")
def show(case_no: str, opinion_id: int) -> ResponseReturnValue:
    """One matter: its words, the line to take, its answer, its clock."""
    return _page(case_no, opinion_id)


def _page(case_no: str, opinion_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    row = opinions.one(actor, case_no, opinion_id)
    refs = {ref for ref in (row.recorded_by, row.line_by, row.answer_recorded_by, row.withdrawn_by) if ref}
    context = {
        "row": row,
        "clock": disclosure_tab.opinion_clocks(actor, case_no, now=office_now()).get(row.id),
        "names": actor_names(refs),
        "said": {},
        "errors": {},
        **more,
    }
    return render_case("releases/opinion.html", case_no, tab="releases", **context), status


@bp.post("/<int:opinion_id>/line")
@allow("opinion.record")
def line(case_no: str, opinion_id: int) -> ResponseReturnValue:
    """Set the line to take."""
    form = request.form
    return _act(
        case_no,
        opinion_id,
        lambda: opinions.set_line(
            case_no, opinion_id, form.get("line", ""), actor=current_actor(), now=office_now(),
            expected_version=form.get("version", type=int),
        ),
    )  # fmt: skip


@bp.post("/<int:opinion_id>/answer")
@allow("opinion.record")
def answer(case_no: str, opinion_id: int) -> ResponseReturnValue:
    """Record when and where it was answered."""
    form, now = request.form, office_now()
    return _act(
        case_no,
        opinion_id,
        lambda: opinions.answer(
            case_no, opinion_id, where=form.get("answered_where", ""), link=form.get("answer_link", ""),
            answered_at=read_past(form.get("answered_at", ""), now, field="answered_at"), actor=current_actor(),
            now=now,
        ),
    )  # fmt: skip


@bp.post("/<int:opinion_id>/take-back")
@allow("opinion.record")
def take_back(case_no: str, opinion_id: int) -> ResponseReturnValue:
    """Take back an entry that was wrong."""
    reason = request.form.get("reason", "")
    return _act(
        case_no,
        opinion_id,
        lambda: opinions.take_back(case_no, opinion_id, reason=reason, actor=current_actor(), now=office_now()),
    )


def _act(case_no: str, opinion_id: int, act: Callable[[], object]) -> ResponseReturnValue:
    opinions.one(current_actor(), case_no, opinion_id)
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(case_no, opinion_id, error.status, said=request.form, **refusal(error))
    return redirect(url_for("public_opinions.show", case_no=case_no, opinion_id=opinion_id), code=303)
