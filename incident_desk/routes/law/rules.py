"""The rules page: every duty with its article, evidence and reviewer, and the clocks that came from it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from incident_desk.domain.law.rule_words import criterion_en, criterion_zh, limit_en, limit_zh
from incident_desk.domain.law.rulebook import Criterion, DeadlineRule
from incident_desk.routes.code_words import localized
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.law import rule_sheet

bp = Blueprint("rules", __name__, url_prefix="/rules")


@bp.get("")
@allow("rules.read")
def index() -> ResponseReturnValue:
    """All rules by family, the circumstances, the grading standard, and what has no clock."""
    actor = current_actor()
    sheet = rule_sheet.sheet(actor, now=office_now())
    return render_template("rules/index.html", sheet=sheet, limit=_limit, criterion=_criterion)


@bp.get("/<rule_id>")
@allow("rules.read")
def show(rule_id: str) -> ResponseReturnValue:
    """One rule, every version of it, and its clocks."""
    actor, now = current_actor(), office_now()
    lines = rule_sheet.versions(actor, rule_id, now=now)
    clocks = rule_sheet.clocks_of(actor, rule_id, now=now) if actor.may("clock.read") else ()
    return render_template("rules/show.html", rule_id=rule_id, lines=lines, clocks=clocks, limit=_limit)


def _limit(rule: DeadlineRule) -> str:
    return localized(limit_zh(rule), limit_en(rule))


def _criterion(row: Criterion) -> str:
    return localized(criterion_zh(row), criterion_en(row))
