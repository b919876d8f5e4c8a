"""Emergency response and warning of a case: what runs, what ran, and the form that starts, changes or ends it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.code_lists import choices
from incident_desk.domain.command.response import LEVELS, ResponseStep, ResponseSubject
from incident_desk.routes.cases.log_words import response_word
from incident_desk.routes.code_words import code_label, who_words
from incident_desk.routes.command.command_pages import act, render_command, typed_past
from incident_desk.routes.context import select_locale
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.command import papers, response

bp = Blueprint("response", __name__, url_prefix="/incidents/<case_no>/command/response")

ACTS = tuple(
    (subject, step)
    for subject in ResponseSubject
    for step in ResponseStep
    if subject is not ResponseSubject.DISPOSAL or step is ResponseStep.ENDED
)
"""What can be recorded, in the order of the form."""


@shows("response")
def _page_of_act(identity: str) -> str:
    return url_for("response.index", case_no=identity.partition("/")[0])


@bp.get("")
@allow("command.read")
def index(case_no: str) -> ResponseReturnValue:
    """What runs, what was started and ended, and the form for the next act."""
    return _index(case_no, said=_from_paper(case_no))


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    view = response.of_case(current_actor(), case_no)
    refs = {row.recorded_by for row in view.acts} | {row.withdrawn_by for row in view.acts if row.withdrawn_by}
    locale = select_locale()
    context = {
        "view": view,
        "acts": [(f"{subject.value}:{step.value}", response_word(subject.value, step.value)) for subject, step in ACTS],
        "act_word": response_word,
        "levels": LEVELS,
        "level_groups": [
            (code_label(subject), [(f"{code}", word) for code, word in choices(name, locale)])
            for subject, name in LEVELS.items()
        ],
        "subjects": list(ResponseSubject),
        "who": who_words(refs),
        **more,
    }
    return render_command("command/response.html", case_no, section="response", **context), status


@bp.post("")
@allow("command.write")
def record(case_no: str) -> ResponseReturnValue:
    """Record that it was started, changed or ended."""
    actor, now, form = current_actor(), office_now(), request.form
    named = {f"{subject.value}:{step.value}": (subject, step) for subject, step in ACTS}
    subject, step = named.get(form.get("act", ""), ACTS[0])
    return act(
        lambda: response.record(
            case_no, subject, step, form, level=form.get("level", ""), at=typed_past("at"), actor=actor, now=now
        ),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: url_for("response.index", case_no=case_no),
        failed="new",
    )


@bp.post("/<int:act_id>/take-back")
@allow("command.write")
def take_back(case_no: str, act_id: int) -> ResponseReturnValue:
    """Take back an act that was recorded wrongly."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    return act(
        lambda: response.take_back(case_no, act_id, reason=reason, actor=actor, now=now),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: url_for("response.index", case_no=case_no),
        failed=f"take_back_{act_id}",
    )


def _from_paper(case_no: str) -> dict[str, str]:
    """What the form begins with when one comes from a paper that was answered."""
    paper_no = request.args.get("paper", type=int)
    wanted = request.args.get("act", "")
    said = {"act": wanted if member(ResponseStep, wanted.partition(":")[2]) else ""}
    if paper_no is None:
        return said
    view = next((one for one in papers.all_of(current_actor(), case_no) if one.row.number == paper_no), None)
    if view is None:
        return said
    row = view.row
    return {**said, "body": row.answered_by or view.paper.addressee, "document_no": row.answer_no or ""}
