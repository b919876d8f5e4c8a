"""The office's approval chain for releases: shown and set by leader and administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.disclosure.approval import MOST_STEPS, StepKind
from incident_desk.domain.errors import DomainError, NotAllowed
from incident_desk.routes.context import actor_names
from incident_desk.routes.form_parts import refusal
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.disclosure import chains

bp = Blueprint("release_chain", __name__, url_prefix="/release-chain")


@shows("disclosure_chain")
def _page_of_chain(_identity: str) -> str:
    return url_for("release_chain.show")


@bp.get("")
@allow("release_chain.set")
def show() -> ResponseReturnValue:
    """The chain as it stands, and the form that sets it."""
    return _page()


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    view = chains.current(current_actor())
    rows = [step.to_json() for step in view.steps[1:-1]]
    rows += [{"kind": "", "title": "", "holder": ""}] * (MOST_STEPS - 2 - len(rows))
    context = {
        "view": view,
        "first": view.steps[0].to_json(),
        "rows": rows,
        "last": view.steps[-1].to_json(),
        "kinds": [StepKind.CHECK, StepKind.CLEAR],
        "number": view.row.number if view.row is not None and view.is_own else 0,
        "names": actor_names({view.row.set_by}) if view.row is not None else {},
        "errors": {},
        **more,
    }
    return render_template("releases/chain.html", **context), status


@bp.post("")
@allow("release_chain.set")
def set_chain() -> ResponseReturnValue:
    """Set the chain for cases begun from now on."""
    form = request.form
    steps = read_steps(form)
    try:
        chains.set_chain(
            steps, actor=current_actor(), now=office_now(), expected_number=form.get("number", type=int)
        )  # fmt: skip
    except NotAllowed:
        raise
    except DomainError as error:
        middle = steps[1:-1] + [{"kind": "", "title": "", "holder": ""}] * (MOST_STEPS - len(steps))
        typed = {"first": steps[0], "rows": middle, "last": steps[-1]}
        return _page(error.status, **typed, **refusal(error))
    return redirect(url_for("release_chain.show"), code=303)


def read_steps(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The steps as typed: the first drafts, the last publishes, empty rows between them are left out."""

    def step(name: str, kind: str) -> dict[str, str]:
        return {
            "kind": kind,
            "title": form.get(f"{name}-title", "").strip(),
            "holder": form.get(f"{name}-holder", "").strip(),
        }

    middle = [step(f"step-{at}", form.get(f"step-{at}-kind", "")) for at in range(MOST_STEPS - 2)]
    kept = [row for row in middle if row["kind"] or row["title"] or row["holder"]]
    return [step("first", StepKind.DRAFT.value), *kept, step("last", StepKind.PUBLISH.value)]
