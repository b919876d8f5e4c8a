"""Releases to the public on record: a check before publishing, the record after it, and what our page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.context import actor_names
from incident_desk.routes.disclosure import disclosure_tab
from incident_desk.routes.disclosure.release_words import gap_words, warning_label, warning_words
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.services import addresses
from incident_desk.services.disclosure import conferences, drafts, public_page, release_rows, releases
from incident_desk.services.disclosure.releases import Circumstances
from incident_desk.services.law import clocks

bp = Blueprint("releases", __name__, url_prefix="/incidents/<case_no>/releases")

WORDS = ("issuer_name", "account", "title", "text", "pollutant", "range_text", "measures", "link", "published_at")
BY_RULE = {
    "D1": {"issuer": Issuer.GOVERNMENT.value},
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
    """The tab: limits, texts on their way, releases, conferences, opinion; and the form for a release on record."""
    return _from_clock_page(case_no)


@bp.get("/new")
@allow("release.record")
def new(case_no: str) -> ResponseReturnValue:
    """The same page, coming from a clock: ``?clock=``, or ``?rule=D1``."""
    return _from_clock_page(case_no)


def _from_clock_page(case_no: str) -> ResponseReturnValue:
    """The tab with the form begun as the clock asks; a clock for a press conference has a form of its own."""
    rule = _rule(case_no)
    if rule == conferences.RULE and current_actor().may("release.record"):
        return redirect(url_for("press_conferences.new", case_no=case_no))
    return _index(case_no, said=dict(BY_RULE.get(rule, {})))


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    views = release_rows.all_of(actor, case_no)
    context = {
        **disclosure_tab.context(actor, case_no, now=now),
        "views": views,
        "placed": {one.view.row.id: one for one in public_page.shown_among([v for v in views if _stands(v)])},
        "issuers": list(Issuer),
        "channels": list(ReleaseChannel),
        "public_address": addresses.of(url_for("public.case", case_no=case_no), asked=request.host_url),
        "gap_words": gap_words,
        "warning_words": warning_words,
        "errors": {},
        "found": None,
        "said": {},
        **more,
    }
    return render_case("releases/index.html", case_no, tab="releases", **context), status


def _stands(view: release_rows.ReleaseView) -> bool:
    return view.row.withdrawn_at is None


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
            circumstances=_circumstances(request.form),
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
    actor = current_actor()
    view = release_rows.one(actor, case_no, release_id)
    standing = [one for one in release_rows.all_of(actor, case_no) if _stands(one)]
    placed = next((one for one in public_page.shown_among(standing) if one.view.row.id == release_id), None)
    context = {
        "view": view,
        "placed": placed,
        "draft_number": drafts.released_from([release_id]).get(release_id),
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
    path, media_type = release_rows.capture_file(release_rows.one(current_actor(), case_no, release_id))
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


def _circumstances(form: Mapping[str, str]) -> Circumstances:
    """What comes with a release beside its words.

    Raises:
        TimeUnreadable: the time of the next notice.
    """
    corrects, at = form.get("corrects", ""), form.get("next_notice_at", "").strip()
    return Circumstances(
        corrects_id=int(corrects) if corrects.isdecimal() and len(corrects) < 10 else None,
        next_notice_at=parse_time(at, now=office_now(), field="next_notice_at") if at else None,
        on_public_page=form.get("on_public_page") == "1",
    )


def _rule(case_no: str) -> str:
    """The rule whose clock one comes from."""
    clock_id = request.args.get("clock", type=int)
    if clock_id is None:
        return request.args.get("rule", "")
    return clocks.clock_of(current_actor(), case_no, clock_id).clock.rule_id
