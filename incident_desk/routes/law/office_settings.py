"""The page on which an office sets what the law leaves to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.clocks.reminder_ladder import MOST_STEPS, Whom
from incident_desk.domain.errors import DomainError
from incident_desk.domain.facts.fact_reading import OWN_ACCOUNTS
from incident_desk.domain.law.rule_words import limit_en, limit_zh
from incident_desk.domain.law.rulebook import DeadlineRule
from incident_desk.routes.code_words import localized
from incident_desk.routes.errors import say, wants_problem
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.law import office_settings

bp = Blueprint("office_settings", __name__, url_prefix="/office-settings")


@bp.get("")
@allow("office.settings")
def show() -> ResponseReturnValue:
    """The settings as they stand."""
    return _page()


@bp.post("")
@allow("office.settings")
def change() -> ResponseReturnValue:
    """Set them; what cannot be comes back with what was typed."""
    form = request.form
    try:
        office_settings.change(
            form.getlist("overlays"), form.getlist("accounts"), _ladder(), expected_version=form.get("version", ""),
            actor=current_actor(), now=office_now(),
        )  # fmt: skip
    except DomainError as error:
        if wants_problem():
            raise
        typed = {
            "overlays": form.getlist("overlays"), "accounts": form.getlist("accounts"), "ladder": _ladder(),
        }  # fmt: skip
        return _page(error.status, typed=typed, errors={error.field or "overlays": say(error)})
    return redirect(url_for("office_settings.show"), code=303)


def _ladder() -> list[dict[str, str]]:
    """The steps that were filled in; an empty row is none."""
    rows = zip(request.form.getlist("after_min"), request.form.getlist("whom"), strict=False)
    return [{"after_min": after.strip(), "whom": whom} for after, whom in rows if after.strip()]


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    found = office_settings.view(current_actor())
    stands = {
        "overlays": found.overlays,
        "accounts": found.accounts,
        "ladder": [
            {"after_min": str(int(step.after.total_seconds() // 60)), "whom": step.whom.value} for step in found.ladder
        ],
    }
    context = {"typed": stands, "errors": {}, **more}
    return render_template(
        "rules/office_settings.html", settings=found, overlays=office_settings.overlays_on(office_now()),
        media=OWN_ACCOUNTS, whom=list(Whom), most_steps=MOST_STEPS, limit=_limit, **context,
    ), status  # fmt: skip


def _limit(rule: DeadlineRule) -> str:
    return localized(limit_zh(rule), limit_en(rule))
