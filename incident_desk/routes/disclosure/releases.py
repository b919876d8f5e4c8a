"""Releases to the public on record: a check before publishing, the record after it, and what our page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.domain.disclosure.releases import (
    WARNING_WORDS,
    GapFound,
    ReleaseContent,
    ReleaseWarning,
    WarningFound,
)
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import localized
from incident_desk.routes.context import actor_names
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.services import addresses
from incident_desk.services.disclosure import release_draft, releases
from incident_desk.services.law import clocks

bp = Blueprint("releases", __name__, url_prefix="/incidents/<case_no>/releases")

WORDS = ("issuer_name", "account", "title", "text", "pollutant", "range_text", "measures", "link", "published_at")
BY_RULE = {
    "D1": {"issuer": Issuer.GOVERNMENT.value},
    "D2": {"issuer": Issuer.GOVERNMENT.value, "channel": ReleaseChannel.PRESS_CONFERENCE.value},
    "D3": {"issuer": Issuer.EEB.value, "channel": ReleaseChannel.WECHAT.value},
}
"""What the form begins with when one comes from a clock."""


@shows("release")
def _page_of_release(identity: str) -> str:
    case_no, _, release_id = identity.partition("/")
    return url_for("releases.show", case_no=case_no, release_id=int(release_id))


@bp.get("")
@allow("release.read")
def index(case_no: str) -> ResponseReturnValue:
    """The releases of the case, the form for the next, and a text to begin with."""
    return _index(case_no, said=_from_clock(case_no))


@bp.get("/new")
@allow("release.record")
def new(case_no: str) -> ResponseReturnValue:
    """The same page, coming from a clock: ``?clock=``, or ``?rule=D1``."""
    return _index(case_no, said=_from_clock(case_no))


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    views = releases.all_of(actor, case_no)
    context = {
        "views": views,
        "issuers": list(Issuer),
        "channels": list(ReleaseChannel),
        "draft": release_draft.suggestion(actor, case_no, issue=len(views) + 1, now=now),
        "public_address": addresses.of(url_for("public.case", case_no=case_no), asked=request.host_url),
        "names": actor_names({view.row.recorded_by for view in views}),
        "gap_words": gap_words,
        "warning_words": warning_words,
        "errors": {},
        "found": None,
        "said": {},
        **more,
    }
    return render_case("releases/index.html", case_no, tab="releases", **context), status


@bp.post("")
@allow("release.record")
@takes_upload
def record(case_no: str) -> ResponseReturnValue:
    """Put a published release on record, or, with ``check``, only look at what it lacks."""
    if request.form.get("act") == "check":
        return _checked(case_no)
    try:
        row = releases.record(
            case_no, read_content(request.form), capture=uploaded("capture"), actor=current_actor(), now=office_now(),
            on_public_page=request.form.get("on_public_page") == "1",
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _refused(case_no, error)
    return redirect(url_for("releases.show", case_no=case_no, release_id=row.id), code=303)


def _checked(case_no: str) -> ResponseReturnValue:
    try:
        content = read_content(request.form)
    except DomainError as error:
        return _refused(case_no, error)
    found = releases.check_draft(current_actor(), case_no, content, now=office_now())
    return _index(case_no, said=request.form, found=found)


def _refused(case_no: str, error: DomainError) -> ResponseReturnValue:
    return _index(case_no, error.status, said=request.form, **refusal(error))


@bp.get("/<int:release_id>")
@allow("release.read")
def show(case_no: str, release_id: int) -> ResponseReturnValue:
    """One release: its words, its check, its digest."""
    return _page(case_no, release_id)


def _page(case_no: str, release_id: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    view = releases.one(current_actor(), case_no, release_id)
    context = {
        "view": view,
        "names": actor_names({view.row.recorded_by, *([view.row.withdrawn_by] if view.row.withdrawn_by else [])}),
        "gap_words": gap_words,
        "warning_label": warning_label,
        "errors": {},
        **more,
    }
    return render_case("releases/show.html", case_no, tab="releases", **context), status


@bp.post("/<int:release_id>/shown")
@allow("release.record")
def shown(case_no: str, release_id: int) -> ResponseReturnValue:
    """Show it on our public page, or take it off."""
    wanted = request.form.get("shown") == "1"
    actor, now = current_actor(), office_now()
    return _act(case_no, release_id, lambda: releases.show(case_no, release_id, shown=wanted, actor=actor, now=now))


@bp.post("/<int:release_id>/take-back")
@allow("release.record")
def take_back(case_no: str, release_id: int) -> ResponseReturnValue:
    """Take back a record that was wrong."""
    reason = request.form.get("reason", "")
    actor, now = current_actor(), office_now()
    return _act(
        case_no, release_id, lambda: releases.take_back(case_no, release_id, reason=reason, actor=actor, now=now)
    )


def _act(case_no: str, release_id: int, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(case_no, release_id, error.status, **refusal(error))
    return redirect(url_for("releases.show", case_no=case_no, release_id=release_id), code=303)


@bp.get("/<int:release_id>/capture")
@allow("release.read")
def capture(case_no: str, release_id: int) -> ResponseReturnValue:
    """The picture of the published page, as it was received."""
    path, media_type = releases.capture_file(releases.one(current_actor(), case_no, release_id))
    return send_file(path, mimetype=media_type, download_name=f"{case_no}-release-{release_id}")


def read_content(form: Mapping[str, str]) -> ReleaseContent:
    """A release as typed; the time as one says it.

    Raises:
        TimeUnreadable: the time of publication.
    """
    words: dict[str, Any] = {name: form.get(name, "").strip() for name in WORDS}
    at = words.pop("published_at")
    return ReleaseContent(
        **{**words, "link": words["link"] or None},
        issuer=member(Issuer, form.get("issuer")) or Issuer.GOVERNMENT,
        channel=member(ReleaseChannel, form.get("channel")) or ReleaseChannel.WEBSITE,
        published_at=parse_time(at, now=office_now(), field="published_at") if at else None,
    )


def gap_words(found: GapFound) -> str:
    """What is missing, in the language of the screen, with what the text seems to say instead."""
    message, params = found.words()
    words = str(gettext(message, **params))
    if not found.hint:
        return words
    told = gettext("The text says: %(hint)s", hint=found.hint)
    return localized(f"{words}{told}", f"{words} {told}")


def warning_words(found: WarningFound) -> str:
    """What the text gives away."""
    message, params = found.words()
    return str(gettext(message, **params))


def warning_label(code: str) -> str:
    """The same of a release on record, where what was found is not kept."""
    return str(gettext(WARNING_WORDS[ReleaseWarning(code)], found="…"))


def _from_clock(case_no: str) -> dict[str, str]:
    rule = request.args.get("rule", "")
    clock_id = request.args.get("clock", type=int)
    if clock_id is not None:
        rule = clocks.clock_of(current_actor(), case_no, clock_id).clock.rule_id
    return dict(BY_RULE.get(rule, {}))
