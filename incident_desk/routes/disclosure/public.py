"""The public page: what was published, for anybody, on the cheapest phone. No sign-in, no script, nothing internal."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from incident_desk.domain.permissions import PUBLIC
from incident_desk.routes.guard import allow
from incident_desk.services.disclosure import public_page

bp = Blueprint("public", __name__, url_prefix="/public")


@bp.get("")
@allow(PUBLIC)
def index() -> ResponseReturnValue:
    """Every incident with something published, the newest word first."""
    cases = public_page.public_cases()
    return render_template("public/index.html", cases=cases, is_exercise=any(case.is_exercise for case in cases))


@bp.get("/<case_no>")
@allow(PUBLIC)
def case(case_no: str) -> ResponseReturnValue:
    """What was published about one incident."""
    found = public_page.public_case(case_no)
    return render_template("public/case.html", case=found, is_exercise=found.is_exercise)
