"""The headquarters of a case on one page: head, groups, what runs, what is open; and the same on paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.command.headquarters import GroupKind
from incident_desk.domain.command.response import LEVELS, ResponseSubject
from incident_desk.routes.code_words import who_words
from incident_desk.routes.command.command_pages import act, bureau_word, render_command, typed_past
from incident_desk.routes.form_parts import member
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.idempotency import shows
from incident_desk.services.command import headquarters, instructions, papers, response, scene

bp = Blueprint("headquarters", __name__, url_prefix="/incidents/<case_no>/command")


@shows("command")
def _page_of_command(case_no: str) -> str:
    return url_for("headquarters.index", case_no=case_no)


@bp.get("")
@allow("command.read")
def index(case_no: str) -> ResponseReturnValue:
    """Who leads, which groups, what runs and what is open."""
    return _index(case_no)


@bp.get("/print")
@allow("command.read")
def on_paper(case_no: str) -> ResponseReturnValue:
    """The same on one sheet, to hang up in the headquarters."""
    context = _context(case_no)
    return render_template(
        "command/print.html", case_no=case_no, incident=context["view"].incident,
        is_exercise=context["view"].incident.is_exercise, **context,
    )  # fmt: skip


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    page = render_command("command/index.html", case_no, section="headquarters", **{**_context(case_no), **more})
    return page, status


def _context(case_no: str) -> dict[str, Any]:
    actor = current_actor()
    view = headquarters.of_case(actor, case_no)
    posts = [*view.earlier, *([view.post] if view.post else [])]
    recorders = {row.recorded_by for row in posts} | {row.recorded_by for row in view.groups}
    return {
        "view": view,
        "group_kinds": list(GroupKind),
        "who": who_words(recorders),
        "open_instructions": instructions.open_of(actor, case_no),
        "papers": papers.all_of(actor, case_no),
        "response": response.of_case(actor, case_no),
        "scene": scene.of_case(actor, case_no),
        "subjects": list(ResponseSubject),
        "levels": LEVELS,
        "bureau": bureau_word,
    }


@bp.post("/headquarters")
@allow("command.write")
def set_up(case_no: str) -> ResponseReturnValue:
    """Record the headquarters, or how it stands from now on."""
    actor, now = current_actor(), office_now()
    return act(
        lambda: headquarters.set_up(case_no, request.form, set_up_at=typed_past("set_up_at"), actor=actor, now=now),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: url_for("headquarters.index", case_no=case_no),
        failed="post",
    )


@bp.post("/groups")
@allow("command.write")
def add_group(case_no: str) -> ResponseReturnValue:
    """Record a group with its head."""
    return _name_group(case_no, None)


@bp.post("/groups/<int:group_id>")
@allow("command.write")
def change_group(case_no: str, group_id: int) -> ResponseReturnValue:
    """Record who heads a group from now on."""
    headquarters.group_of(current_actor(), case_no, group_id)
    return _name_group(case_no, group_id)


def _name_group(case_no: str, group_id: int | None) -> ResponseReturnValue:
    actor, now, form = current_actor(), office_now(), request.form
    kind = member(GroupKind, form.get("kind")) or GroupKind.OTHER
    return act(
        lambda: headquarters.name_group(case_no, kind, form, actor=actor, now=now, instead_of=group_id),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: url_for("headquarters.index", case_no=case_no) + "#groups",
        failed=f"group-{group_id or 'new'}",
    )


@bp.post("/groups/<int:group_id>/end")
@allow("command.write")
def end_group(case_no: str, group_id: int) -> ResponseReturnValue:
    """Record that a group is no more."""
    actor, now = current_actor(), office_now()
    return act(
        lambda: headquarters.end_group(case_no, group_id, actor=actor, now=now),
        page=lambda **more: _index(case_no, **more),
        then=lambda _row: url_for("headquarters.index", case_no=case_no) + "#groups",
    )
