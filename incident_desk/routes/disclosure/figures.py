"""The register of figures that may be told: entered by one person, approved by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.domain.disclosure.stated_figures import SYMBOLS, FigureKind, FigureUnit
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.context import actor_names
from incident_desk.routes.disclosure.release_words import figure_value
from incident_desk.routes.form_parts import member, refusal
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.disclosure import figures
from incident_desk.services.disclosure.figures import FigureEntry

bp = Blueprint("release_figures", __name__, url_prefix="/incidents/<case_no>/releases/figures")


@shows("figure")
def _page_of_figure(identity: str) -> str:
    return url_for("release_figures.index", case_no=identity.partition("/")[0])


@bp.get("")
@allow("release.read")
def index(case_no: str) -> ResponseReturnValue:
    """The figures of the case and the form for the next."""
    return _index(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    rows = figures.all_of(current_actor(), case_no)
    refs = {row.entered_by for row in rows} | {row.approved_by for row in rows if row.approved_by}
    actor = current_actor()
    context = {
        "rows": rows,
        "figure_value": figure_value,
        "own": {row.id for row in rows if actor.ref == row.entered_by or actor.person_id == row.entered_person_id},
        "kinds": list(FigureKind),
        "units": [(unit.value, SYMBOLS[unit]) for unit in FigureUnit],
        "names": actor_names(refs),
        "said": {},
        "errors": {},
        **more,
    }
    return render_case("releases/figures.html", case_no, tab="releases", **context), status


@bp.post("")
@allow("figure.enter")
def enter(case_no: str) -> ResponseReturnValue:
    """Enter a figure."""
    return _act(case_no, lambda: figures.enter(case_no, _entry(), actor=current_actor(), now=office_now()))


@bp.post("/<int:figure_id>/approve")
@allow("figure.approve")
def approve(case_no: str, figure_id: int) -> ResponseReturnValue:
    """Approve what another person entered."""
    return _act(case_no, lambda: figures.approve(case_no, figure_id, actor=current_actor(), now=office_now()))


@bp.post("/<int:figure_id>/withdraw")
@allow("figure.enter")
def withdraw(case_no: str, figure_id: int) -> ResponseReturnValue:
    """Take a figure back."""
    return _act(case_no, lambda: figures.withdraw(case_no, figure_id, actor=current_actor(), now=office_now()))


def _act(case_no: str, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _index(case_no, error.status, said=request.form, **refusal(error))
    return redirect(url_for("release_figures.index", case_no=case_no), code=303)


def _entry() -> FigureEntry:
    form = request.form
    at = form.get("sampled_at", "").strip()
    return FigureEntry(
        kind=member(FigureKind, form.get("kind")) or FigureKind.RESULT,
        indicator=form.get("indicator", ""),
        point=form.get("point", ""),
        value=form.get("value", ""),
        unit=member(FigureUnit, form.get("unit")) or FigureUnit.MG_L,
        source=form.get("source", ""),
        sampled_at=parse_time(at, now=office_now(), field="sampled_at") if at else None,
    )
