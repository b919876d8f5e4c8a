"""The call sheet: saved as one types, with what follows beside it; it opens a case whatever is still unknown."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.errors import N_, BadValue, ChangedMeanwhile, NotFound
from incident_desk.models import CallDraft
from incident_desk.routes.calls import sheet_form
from incident_desk.routes.cases import clock_words, log_words
from incident_desk.routes.errors import problem, say
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services import scope
from incident_desk.services.calls import call_preview, call_taking
from incident_desk.services.transaction import request_key
from incident_desk.services.water import tracing

bp = Blueprint("calls", __name__, url_prefix="/calls")

FULL_WIDTH = frozenset({"occurred", "place_text", "coordinates", "media", "intakes", "course", "measures", "notes"})


@bp.get("/new")
@allow("call.take")
def new() -> ResponseReturnValue:
    """A fresh sheet under a key of its own; nothing is stored before something is typed."""
    case_no = request.args.get("case")
    key = secrets.token_urlsafe(16)
    return redirect(url_for("calls.sheet", key=key, case=case_no) if case_no else url_for("calls.sheet", key=key))


@bp.get("/drafts/<key>")
@allow("call.take")
def sheet(key: str) -> ResponseReturnValue:
    """The sheet as it was last saved; one whose case is open leads to the case."""
    actor, draft = current_actor(), _draft(key)
    if draft is not None and draft.incident_id is not None:
        return redirect(url_for("incidents.show", case_no=call_preview.case_of(draft).case_no))
    body = dict(draft.body) if draft else {"occurred_kind": "exact"}
    if draft is None and request.args.get("case"):
        body["case_no"] = scope.incident(actor, request.args["case"]).case_no
    answer = make_response(render_template("calls/sheet.html", **_context(key, body, draft)))
    if draft is not None:
        answer.headers["ETag"] = f'"{draft.version}"'
    return answer


def _draft(key: str) -> CallDraft | None:
    try:
        return call_taking.draft_of(current_actor(), key)
    except NotFound:
        return None


def _context(key: str, body: Mapping[str, Any], draft: CallDraft | None) -> dict[str, Any]:
    follows = _follows_context(key, body)
    return {
        "form": body,
        "choices": sheet_form.choices(),
        "errors": sheet_form.problems_in_words(follows["preview"].problems),
        "version": draft.version if draft else None,
        "rows": sheet_form.intake_rows(body),
        "on_the_phone": {code.value for code in sheet_form.ON_THE_PHONE},
        "full_width": FULL_WIDTH,
        "all_fields": request.args.get("all") == "1",
        "intake_names": [one.name for one in follows["preview"].arrivals if one.kind == "intake"],
        **follows,
    }


def _follows_context(key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    actor, now = current_actor(), office_now()
    found = call_preview.preview(body, actor=actor, now=now)
    return {
        "key": key,
        "preview": found,
        "preview_clocks": [clock_words.describe_clock(clock, now) for clock in found.clocks],
        "trigger_word": log_words.trigger_word,
        "water_problem": say(found.water_problem) if found.water_problem else "",
    }


@bp.get("/drafts/<key>/follows")
@allow("call.take")
def follows(key: str) -> ResponseReturnValue:
    """What follows from the sheet as saved: grade, circumstances, clocks, water."""
    draft = _draft(key)
    return render_template("calls/_follows.html", **_follows_context(key, draft.body if draft else {}))


@bp.put("/drafts/<key>")
@allow("call.take")
def save(key: str) -> ResponseReturnValue:
    """Keep what has been typed; the answer says the version, when, and what is doubtful, field by field."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadValue(field="body", what=N_("The sheet"), value="", hint=N_("Reload the page and try again."))
    body = sheet_form.plain_body(body)
    try:
        draft = call_taking.save_draft(key, body, actor=current_actor(), now=office_now(), expected_version=_if_match())
    except ChangedMeanwhile as error:
        answer = problem(409, error.code, say(error))
        answer.headers["ETag"] = f'"{error.params["version"]}"'
        return answer
    _sheet, problems = CallSheet.from_form(body, now=office_now())
    answer = make_response(
        jsonify(
            version=draft.version, saved_at=draft.saved_at.isoformat(), problems=sheet_form.problems_in_words(problems)
        )
    )
    answer.headers["ETag"] = f'"{draft.version}"'
    return answer


def _if_match() -> int | None:
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    return int(text) if text.isdecimal() else None


@bp.post("/drafts/<key>/open")
@allow("incident.open")
def open_case(key: str) -> ResponseReturnValue:
    """Open the case, or add the call to its case; then follow the river. Nothing typed stands in the way."""
    actor, now = current_actor(), office_now()
    body = sheet_form.body_of(request.form)
    with key_laid_aside():
        draft = _draft(key)
        if draft is None or draft.incident_id is None:
            call_taking.save_draft(key, body, actor=actor, now=now)
    case_no = str(body.get("case_no") or "")
    if case_no:
        read, problems = CallSheet.from_form(body, now=now)
        call_taking.add_call(case_no, read, actor=actor, now=now, problems=problems)
        with key_laid_aside():
            call_taking.discard_draft(key, actor=actor, now=now)
    else:
        case_no = call_taking.take_call(key, actor=actor, now=now).case_no
    if _has_place(body):
        tracing.run_quietly(case_no, actor=actor, now=now)
    return redirect(url_for("incidents.show", case_no=case_no), code=303)


@contextmanager
def key_laid_aside() -> Iterator[None]:
    """Keep the request's key for the act that it belongs to: saving the sheet before opening the case is none."""
    kept = request_key.get()
    request_key.set(None)
    try:
        yield
    finally:
        request_key.set(kept)


def _has_place(body: Mapping[str, Any]) -> bool:
    return bool(str(body.get(CallField.COORDINATES) or "").strip())


@bp.post("/drafts/<key>/discard")
@allow("call.take")
def discard(key: str) -> ResponseReturnValue:
    """Put the sheet aside; it is kept."""
    if _draft(key) is not None:
        call_taking.discard_draft(key, actor=current_actor(), now=office_now())
    return redirect(url_for("board.desk"), code=303)
