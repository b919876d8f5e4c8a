"""Drafts of releases on the desk: writing, the chain of steps, and the last one by which the text is out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.domain.disclosure.approval import StepKind, StepManner
from incident_desk.domain.disclosure.drafts import DraftContent
from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import typed_time
from incident_desk.routes.context import actor_names
from incident_desk.routes.disclosure import release_words
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.services.disclosure import draft_steps, drafts, release_draft, release_rows, releases
from incident_desk.services.disclosure.draft_steps import Publication, StepWord
from incident_desk.services.disclosure.drafts import DraftView
from incident_desk.services.field.content_store import evidence_store

bp = Blueprint("release_drafts", __name__, url_prefix="/incidents/<case_no>/releases/drafts")

WORDS = ("issuer_name", "account", "title", "text", "pollutant", "range_text", "measures")
CHANNELS = tuple(ReleaseChannel)
POSTS = tuple(channel for channel in ReleaseChannel if channel is not ReleaseChannel.PRESS_CONFERENCE)


@shows("release_draft")
def _page_of_draft(identity: str) -> str:
    case_no, _, number = identity.partition("/")
    return url_for("release_drafts.show", case_no=case_no, draft_no=int(number))


@bp.get("/new")
@allow("release.draft")
def new(case_no: str) -> ResponseReturnValue:
    """A new text, begun with what the case knows; ``?corrects=`` begins a correction."""
    corrects = request.args.get("corrects", type=int)
    return _new(case_no, _suggested(case_no, corrects))


def _new(case_no: str, said: Mapping[str, Any], status: int = 200, **more: Any) -> ResponseReturnValue:
    views = [view for view in release_rows.all_of(current_actor(), case_no) if view.row.withdrawn_at is None]
    context = {"said": said, "correctable": views, "issuers": list(Issuer), "channels": CHANNELS, "errors": {}, **more}
    return render_case("releases/draft_new.html", case_no, tab="releases", **context), status


def _suggested(case_no: str, corrects: int | None) -> dict[str, Any]:
    actor, now = current_actor(), office_now()
    if corrects is not None:
        view = release_rows.one(actor, case_no, corrects)
        said = {name: getattr(view.content, name) for name in WORDS}
        said |= {"issuer": view.row.issuer, "channel": view.row.channel, "corrects": str(corrects)}
        return {
            **said,
            "title": f"更正：{view.content.title}",
            "next_notice_at": typed_time(release_draft.promise(now)),
        }
    issue = len(release_rows.all_of(actor, case_no)) + 1
    title, _, text = release_draft.suggestion(actor, case_no, issue=issue, now=now).partition("\n")
    known = releases.known_substances(release_rows.incident_of(actor, case_no))
    return {
        "issuer": Issuer.GOVERNMENT.value, "channel": ReleaseChannel.WECHAT.value, "title": title,
        "text": text.strip(), "pollutant": "、".join(known), "next_notice_at": typed_time(release_draft.promise(now)),
    }  # fmt: skip


@bp.post("")
@allow("release.draft")
def begin(case_no: str) -> ResponseReturnValue:
    """Put the text on the desk; it is the first version."""
    corrects = request.form.get("corrects", type=int)
    try:
        row = drafts.begin(
            case_no, read_content(request.form), actor=current_actor(), now=office_now(), corrects_id=corrects
        )
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _new(case_no, request.form, error.status, **refusal(error))
    return redirect(url_for("release_drafts.show", case_no=case_no, draft_no=row.number), code=303)


@bp.get("/<int:draft_no>")
@allow("release.read")
def show(case_no: str, draft_no: int) -> ResponseReturnValue:
    """One text: its words, what holds it back, where it stands in the chain, its versions."""
    return _page(case_no, draft_no)


def _page(case_no: str, draft_no: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    view = drafts.one(actor, case_no, draft_no, now=now)
    refs = {one.written_by for one in view.row.versions} | {one.recorded_by for one in view.row.steps}
    context = {
        "view": view,
        "said": _typed(view.content),
        "issuers": list(Issuer),
        "channels": CHANNELS,
        "posts": POSTS,
        "steps": [(at, step, view.words_on(at)) for at, step in enumerate(view.chain)],
        "to_confirm": {one.id for one in draft_steps.to_confirm(view.row.steps, actor)},
        "older": [(one, drafts.content_of(one.snapshot)) for one in reversed(view.row.versions[:-1])],
        "may_take": _may_take(view),
        "names": actor_names(refs),
        "words": release_words,
        "step_said": {},
        "typed_at": "",
        "errors": {},
        **more,
    }
    return render_case("releases/draft.html", case_no, tab="releases", **context), status


def _may_take(view: DraftView) -> bool:
    """Whether this person may take the step that is due at the desk."""
    step = view.next_step
    needed = draft_steps.AT_DESK_WORD.get(step.kind) if step is not None else None
    actor = current_actor()
    is_writer = actor.person_id is not None and actor.person_id == view.newest.writer_person_id
    if needed is None or not actor.may(needed):
        return False
    return not (is_writer and step is not None and step.kind is StepKind.CLEAR)


def _typed(content: DraftContent) -> dict[str, str]:
    """The text as it stands in its form."""
    said = {name: getattr(content, name) for name in WORDS}
    at = typed_time(content.next_notice_at) if content.next_notice_at else ""
    return {**said, "issuer": content.issuer.value, "channel": content.channel.value, "next_notice_at": at}


@bp.post("/<int:draft_no>")
@allow("release.draft")
def write(case_no: str, draft_no: int) -> ResponseReturnValue:
    """Change the text: a new version, for which the chain begins anew."""
    actor, now = current_actor(), office_now()
    drafts.one(actor, case_no, draft_no, now=now)
    version = request.form.get("version", type=int)
    try:
        drafts.write(
            case_no, draft_no, read_content(request.form), actor=actor, now=now, expected_version=version
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except ChangedMeanwhile as error:
        theirs = drafts.one(actor, case_no, draft_no, now=now).content
        return _page(case_no, draft_no, error.status, said=request.form, theirs=theirs, **refusal(error))
    except DomainError as error:
        return _page(case_no, draft_no, error.status, said=request.form, **refusal(error))
    return _to_page(case_no, draft_no)


@bp.post("/<int:draft_no>/steps")
@allow("release.draft")
@takes_upload
def take(case_no: str, draft_no: int) -> ResponseReturnValue:
    """Pass the step that is due, at the desk, by telephone or on paper."""
    return _act(
        case_no,
        draft_no,
        lambda: draft_steps.take(case_no, draft_no, _word(), actor=current_actor(), now=office_now()),
    )


@bp.post("/<int:draft_no>/send-back")
@allow("release.draft")
def send_back(case_no: str, draft_no: int) -> ResponseReturnValue:
    """Send the text back to its writer."""
    return _act(
        case_no,
        draft_no,
        lambda: draft_steps.send_back(case_no, draft_no, _word(), actor=current_actor(), now=office_now()),
    )


@bp.post("/<int:draft_no>/publish")
@allow("release.record")
@takes_upload
def publish(case_no: str, draft_no: int) -> ResponseReturnValue:
    """Record that the cleared text went out: where, when, by whom."""
    return _act(case_no, draft_no, lambda: _publish(case_no, draft_no))


def _publish(case_no: str, draft_no: int) -> str:
    form = request.form
    at = form.get("published_at", "").strip()
    publication = Publication(
        channel=member(ReleaseChannel, form.get("channel")) or ReleaseChannel.WEBSITE,
        account=form.get("account", ""),
        published_at=parse_time(at, now=office_now(), field="published_at") if at else None,
        link=form.get("link", "").strip() or None,
        capture=uploaded("capture"),
        on_public_page=form.get("on_public_page") == "1",
    )
    row = draft_steps.publish(case_no, draft_no, _word(), publication, actor=current_actor(), now=office_now())
    return url_for("releases.show", case_no=case_no, release_id=row.id)


@bp.post("/<int:draft_no>/steps/<int:step_id>/confirm")
@allow("release.draft")
def confirm(case_no: str, draft_no: int, step_id: int) -> ResponseReturnValue:
    """Confirm in person a word that was given by telephone."""
    return _act(
        case_no,
        draft_no,
        lambda: draft_steps.confirm(case_no, draft_no, step_id, actor=current_actor(), now=office_now()),
    )


@bp.get("/<int:draft_no>/steps/<int:step_id>/page")
@allow("release.read")
def page(case_no: str, draft_no: int, step_id: int) -> ResponseReturnValue:
    """The photograph of a signed page, as it was received."""
    view = drafts.one(current_actor(), case_no, draft_no, now=office_now())
    path = evidence_store().path(draft_steps.page_digest(view, step_id))
    if not path.is_file():
        raise NotFound
    return send_file(path, mimetype=draft_steps.page_type(path), download_name=f"{case_no}-draft-{draft_no}-page")


@bp.post("/<int:draft_no>/drop")
@allow("release.draft")
def drop(case_no: str, draft_no: int) -> ResponseReturnValue:
    """Give the text up."""
    return _act(case_no, draft_no, lambda: drafts.drop(case_no, draft_no, actor=current_actor(), now=office_now()))


def _act(case_no: str, draft_no: int, act: Callable[[], object]) -> ResponseReturnValue:
    drafts.one(current_actor(), case_no, draft_no, now=office_now())
    try:
        led_to = act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        act_name = (request.endpoint or "").rpartition(".")[2]
        return _page(case_no, draft_no, error.status, step_said=request.form, act=act_name, **refusal(error))
    return redirect(led_to, code=303) if isinstance(led_to, str) else _to_page(case_no, draft_no)


def _to_page(case_no: str, draft_no: int) -> ResponseReturnValue:
    return redirect(url_for("release_drafts.show", case_no=case_no, draft_no=draft_no), code=303)


def _word() -> StepWord:
    """What a person said, as typed; a name typed without a manner is somebody else's word.

    Raises:
        TimeUnreadable: when it was said.
    """
    form = request.form
    at = form.get("at", "").strip()
    return StepWord(
        step=form.get("step", default=-1, type=int),
        digest=form.get("digest", ""),
        manner=member(StepManner, form.get("manner")) or StepManner.AT_DESK,
        person=form.get("person", "").strip(),
        at=parse_time(at, now=office_now(), field="at") if at else None,
        second_hearer=form.get("second_hearer", ""),
        page=uploaded("page"),
        note=form.get("note", ""),
    )


def read_content(form: Mapping[str, str]) -> DraftContent:
    """A text as typed.

    Raises:
        TimeUnreadable: the time of the next notice.
    """
    at = form.get("next_notice_at", "").strip()
    words: dict[str, Any] = {name: form.get(name, "").strip() for name in WORDS}
    return DraftContent(
        **words,
        issuer=member(Issuer, form.get("issuer")) or Issuer.GOVERNMENT,
        channel=member(ReleaseChannel, form.get("channel")) or ReleaseChannel.WEBSITE,
        next_notice_at=parse_time(at, now=office_now(), field="next_notice_at") if at else None,
    )
