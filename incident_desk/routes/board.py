"""The desk board and the wall: what is to be done now, read from the record, refreshed as the journal grows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import DomainError, NotFound
from incident_desk.domain.permissions import PUBLIC, Role
from incident_desk.routes.cases import clock_words, log_words
from incident_desk.routes.cases.case_frame import state_words
from incident_desk.routes.code_words import localized, who_words
from incident_desk.routes.context import select_locale
from incident_desk.routes.errors import say, wants_problem
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.routes.headers import has_secure_cookies
from incident_desk.routes.idempotency import shows
from incident_desk.routes.water import map_parts
from incident_desk.services import installation
from incident_desk.services.cases import duty_log
from incident_desk.services.law import findings
from incident_desk.services.people import actor_by_token
from incident_desk.services.reports import report_receipts
from incident_desk.services.screens import board_view, log_view
from incident_desk.services.tokens import WALL_COOKIE

bp = Blueprint("board", __name__)

LOG_LINES = 40
LOG_LOOK = 160
WALL_COOKIE_S = 400 * 86_400
WALL_ROWS = 3
WALL_LOG = 5
WALL_RULER = 6


@shows("board")
def _board_page(_identity: str) -> str:
    return url_for("board.desk")


@bp.get("/")
@allow("board.read")
def desk() -> ResponseReturnValue:
    """The desk board."""
    context = {**_asked(), **_calls(), **_receipts(), **_clocks(), **_cases(), **_log(), **_ruler()}
    return render_template("board/desk.html", **context)


@bp.get("/board/first-calls")
@allow("board.read")
def first_calls() -> ResponseReturnValue:
    """The calls to make, for refreshing."""
    return render_template("board/_first_calls.html", **_calls())


@bp.get("/board/asked")
@allow("board.read")
def asked() -> ResponseReturnValue:
    """What awaits this person's answer, for refreshing."""
    return render_template("board/_asked.html", **_asked())


@bp.get("/board/receipts")
@allow("board.read")
def receipts_due() -> ResponseReturnValue:
    """The receipts of reports that are missing, for refreshing."""
    return render_template("reports/_receipts_due.html", **_receipts())


@bp.get("/board/clocks")
@allow("clock.read")
def open_clocks() -> ResponseReturnValue:
    """The open clocks, for refreshing."""
    return render_template("board/_clocks.html", **_clocks())


@bp.get("/board/cases")
@allow("board.read")
def open_cases() -> ResponseReturnValue:
    """The open cases, for refreshing."""
    return render_template("board/_cases.html", **_cases())


@bp.get("/board/log")
@allow("board.read")
def log() -> ResponseReturnValue:
    """The duty log, for refreshing."""
    return render_template("board/_log_lines.html", **_log())


@bp.get("/board/log/panel")
@allow("board.read")
def log_panel() -> ResponseReturnValue:
    """The duty log with its line to add: the cases to choose from change as cases open and close."""
    return render_template("board/_log.html", **_log(), **_cases())


@bp.get("/board/ruler")
@allow("clock.read")
def ruler() -> ResponseReturnValue:
    """The small ruler of the most urgent case, for refreshing."""
    return render_template("board/_ruler.html", **_ruler())


@bp.post("/board/log")
@allow("journal.add")
def add_line() -> ResponseReturnValue:
    """Write a line into the duty log of a case."""
    text = request.form.get("text", "")
    try:
        duty_log.add_line(request.form.get("case_no", ""), text, actor=current_actor(), now=office_now())
    except DomainError as error:
        if error.status == 404 or wants_problem():
            raise
        context = {**_asked(), **_calls(), **_receipts(), **_clocks(), **_cases(), **_log(), **_ruler()}
        return render_template("board/desk.html", **context, log_error=say(error), log_text=text), error.status
    return redirect(url_for("board.desk"), code=303)


def _asked() -> dict[str, Any]:
    """What lies before this person as second person."""
    return {"asked": findings.waiting_for(current_actor())}


def _calls() -> dict[str, Any]:
    found = board_view.calls_to_make(current_actor())
    return {"first_calls": found[: board_view.MOST_CALLS], "first_calls_count": len(found)}


def _receipts() -> dict[str, Any]:
    actor = current_actor()
    return {"receipts_due": report_receipts.due_at_desk(actor) if actor.may("report.read") else []}


def _clocks() -> dict[str, Any]:
    now = office_now()
    found = board_view.open_clocks(current_actor())
    shown = clock_words.describe_all(found[: board_view.MOST_CLOCKS], now)
    return {"clock_rows": shown, "clocks_count": len(found)}


def _cases() -> dict[str, Any]:
    actor = current_actor()
    names = {office.code: localized(office.name_zh, office.name_en) for office in installation.all_offices()}
    return {
        "open_cases": board_view.open_cases(actor, office_now()),
        "office_names": names,
        "drafts": board_view.unfinished_sheets(actor),
    }


def _log(limit: int = LOG_LINES) -> dict[str, Any]:
    actor = current_actor()
    lines = [line for line in log_view.newest(actor, limit=LOG_LOOK) if not log_words.is_quiet(line)][:limit]
    return {"log_lines": lines, "say_line": log_words.say_line, "who": who_words({line.actor for line in lines})}


def _ruler(rows: int = board_view.RULER_ROWS) -> dict[str, Any]:
    actor, now = current_actor(), office_now()
    incident = board_view.most_urgent(actor, now)
    drawn = (
        board_view.ruler(incident, actor, now=now, locale=select_locale(), most_rows=rows)
        if incident is not None
        else None
    )
    return {"urgent": incident, "ruler": drawn, "ruler_words": state_words()}


@bp.get("/wall")
@allow("board.read")
def wall() -> ResponseReturnValue:
    """The wall: map and ruler of the most urgent case in turn, the next arrivals and clocks, the last lines."""
    context = _wall()
    urgent = context["urgent"]
    parts = map_parts.case_map(urgent.case_no, "wall") if urgent is not None else None
    return render_template("board/wall.html", **context, parts=parts)


@bp.get("/wall/side")
@allow("board.read")
def wall_side() -> ResponseReturnValue:
    """The right edge of the wall, for refreshing."""
    return render_template("board/_wall_side.html", **_wall())


@bp.get("/wall/main")
@allow("board.read")
def wall_main() -> ResponseReturnValue:
    """The ruler on the wall, for refreshing."""
    return render_template("board/_wall_ruler.html", **_ruler(rows=WALL_RULER))


def _wall() -> dict[str, Any]:
    now = office_now()
    return {
        **_ruler(rows=WALL_RULER),
        **_log(WALL_LOG),
        "clock_rows": _clocks()["clock_rows"][:WALL_ROWS],
        "coming": board_view.coming(current_actor(), now, WALL_ROWS),
    }


@bp.get("/wall/enter")
@allow(PUBLIC)
def enter_wall() -> ResponseReturnValue:
    """Let a wall screen in by its own read-only token; the token moves into a cookie that scripts cannot read.

    Raises:
        NotFound: the token is none of a wall screen's.
    """
    token = request.args.get("token", "")
    actor = actor_by_token(token, office_now()) if token else None
    if actor is None or actor.role is not Role.WALL_SCREEN:
        raise NotFound
    answer = make_response(redirect(url_for("board.wall")))
    answer.set_cookie(
        WALL_COOKIE, token, max_age=WALL_COOKIE_S, httponly=True, samesite="Strict", secure=has_secure_cookies()
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
