"""The Notices tab of a case: neighbours to tell, their notices, how each was given, the advice to the government."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.neighbours.notices import NoticeField, NoticeWay
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.routes.cases import case_forms
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import who_words
from incident_desk.routes.errors import say
from incident_desk.routes.form_parts import member, refusal, uploaded
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.headers import csp_nonce
from incident_desk.routes.idempotency import shows
from incident_desk.routes.neighbours.neighbour_words import bureau_word, government_word
from incident_desk.services import scope
from incident_desk.services.neighbours import (
    advice,
    affected,
    notice_acts,
    notice_files,
    notice_papers,
    notice_rows,
    notices,
)
from incident_desk.services.neighbours.advice import Advising
from incident_desk.services.neighbours.notice_acts import Giving

bp = Blueprint("notices", __name__, url_prefix="/incidents/<case_no>/notices")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FAX_POLICY = "default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
PAPER_PAGE = "papers.show"


@shows("notice")
def _page_of_notice(identity: str) -> str:
    case_no, _, number = identity.partition("/")
    return url_for("notices.show", case_no=case_no, number=int(number))


@shows("neighbour")
@shows("advice")
def _tab_of_case(identity: str) -> str:
    return url_for("notices.index", case_no=identity.partition("/")[0])


@bp.get("")
@allow("neighbour.read")
def index(case_no: str) -> ResponseReturnValue:
    """Whom to tell, who was told when, and the second act beside it."""
    return _index(case_no)


def _index(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    incident = scope.incident(actor, case_no)
    views = notice_rows.all_of(actor, case_no)
    stands = advice.state(actor, case_no, now=office_now())
    context = {
        "neighbours": affected.all_of(incident),
        "told": affected.told(incident),
        "views": views,
        "newest": {view.row.to_code: view for view in reversed(views) if view.row.dropped_at is None},
        "candidates": affected.candidates(incident),
        "advice": stands,
        "still_words": [government_word(code) for code in stands.still],
        "government_word": government_word,
        "paper_page": PAPER_PAGE if PAPER_PAGE in current_app.view_functions else None,
        "names": who_words({row.recorded_by for row in stands.given}),
        "channels": list(DeliveryChannel),
        "bureau_word": bureau_word,
        "errors": {},
        "said": {},
        **more,
    }
    return render_case("neighbours/notices.html", case_no, tab="notices", **context), status


@bp.post("/neighbours")
@allow("neighbour.write")
def add(case_no: str) -> ResponseReturnValue:
    """A neighbour that a person knows to be affected."""
    actor, now, code = current_actor(), office_now(), request.form.get("office", "").strip()
    return _on_tab(case_no, lambda: affected.add(case_no, code, actor=actor, now=now))


@bp.post("/neighbours/<code>/withdraw")
@allow("neighbour.write")
def withdraw(case_no: str, code: str) -> ResponseReturnValue:
    """It is not affected after all."""
    actor, now = current_actor(), office_now()
    return _on_tab(case_no, lambda: affected.withdraw(case_no, code, actor=actor, now=now))


@bp.post("/advice")
@allow("neighbour.write")
@takes_upload
def advise(case_no: str) -> ResponseReturnValue:
    """The own government was advised to notify its neighbours."""
    actor, now, form = current_actor(), office_now(), request.form

    def act() -> object:
        return advice.give(
            case_no,
            Advising(
                neighbours=form.getlist("neighbours"), addressee=form.get("addressee", ""),
                text=form.get("advice_text", ""), how=member(DeliveryChannel, form.get("how")) or DeliveryChannel.PHONE,
                at=case_forms.read_past(form.get("advised_at", ""), now, field="advised_at"),
                receiver_name=form.get("receiver_name", ""), proof=form.get("proof", ""),
                proof_sha256=notice_acts.keep_proof(uploaded("proof_picture")),
            ),
            actor=actor,
            now=now,
        )  # fmt: skip

    return _on_tab(case_no, act)


@bp.post("/advice/<int:advice_no>/take-back")
@allow("neighbour.write")
def take_back_advice(case_no: str, advice_no: int) -> ResponseReturnValue:
    """Take back an entry of the advice."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    return _on_tab(case_no, lambda: advice.take_back(case_no, advice_no, reason=reason, actor=actor, now=now))


@bp.post("")
@allow("neighbour.write")
def begin(case_no: str) -> ResponseReturnValue:
    """Draft the notice to one neighbour."""
    code = request.form.get("office", "").strip()
    try:
        row = notices.begin(case_no, code, actor=current_actor(), now=office_now())
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _index(case_no, error.status, **refusal(error), said=request.form)
    return redirect(url_for("notices.show", case_no=case_no, number=row.number), code=303)


@bp.get("/<int:number>")
@allow("neighbour.read")
def show(case_no: str, number: int) -> ResponseReturnValue:
    """One notice: its text, its papers, how it was given, what was replied."""
    return _page(case_no, number)


def _page(case_no: str, number: int, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    view = notice_rows.one(actor, case_no, number)
    refs = {one.row.recorded_by for one in view.acts} | {view.row.drafted_by, view.row.reply_recorded_by or ""}
    context = {
        "view": view,
        "may_write": actor.may("neighbour.write") and notice_rows.may_write(actor, view.row),
        "script": notice_papers.script(view),
        "calls": affected.desks_of(view.incident, view.row.to_code),
        "ways": [way for way in NoticeWay if way is not NoticeWay.CALL],
        "names": who_words(refs - {""}),
        "bureau_word": bureau_word,
        "errors": {},
        "said": {},
        "typed": {},
        "theirs": {},
        **more,
    }
    return render_case("neighbours/notice.html", case_no, tab="notices", **context), status


@bp.post("/<int:number>/texts")
@allow("neighbour.write")
def texts(case_no: str, number: int) -> ResponseReturnValue:
    """Keep the officer's words; where somebody else was quicker, both versions stand side by side."""
    typed = {field.value: request.form[field.value] for field in NoticeField if field.value in request.form}
    try:
        notices.word(
            case_no, number, typed, actor=current_actor(), now=office_now(),
            expected_version=request.form.get("version", type=int),
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except ChangedMeanwhile as error:
        current: Any = error.params["current"]
        theirs = {name: text for name, text in current.items() if typed.get(name, text).strip() != text}
        return _page(case_no, number, error.status, refusal=say(error), typed=typed, theirs=theirs)
    except DomainError as error:
        return _page(case_no, number, error.status, **refusal(error), typed=typed)
    return redirect(url_for("notices.show", case_no=case_no, number=number), code=303)


@bp.post("/<int:number>/refresh")
@allow("neighbour.write")
def refresh(case_no: str, number: int) -> ResponseReturnValue:
    """Write the draft anew from the case; own words stay."""
    actor, now = current_actor(), office_now()
    return _on_page(case_no, number, lambda: notices.refresh(case_no, number, actor=actor, now=now))


@bp.post("/<int:number>/drop")
@allow("neighbour.write")
def drop(case_no: str, number: int) -> ResponseReturnValue:
    """Give a draft up."""
    actor, now = current_actor(), office_now()
    return _on_page(case_no, number, lambda: notices.drop(case_no, number, actor=actor, now=now))


@bp.post("/<int:number>/acts")
@allow("neighbour.write")
@takes_upload
def give(case_no: str, number: int) -> ResponseReturnValue:
    """Record how it was given: the call with its read-back, or another way with its receipt."""
    actor, now = current_actor(), office_now()
    notice_rows.one(actor, case_no, number)  # before a file is kept
    return _on_page(case_no, number, lambda: notice_acts.give(case_no, number, _giving(now), actor=actor, now=now))


@bp.post("/<int:number>/acts/<int:act_id>/take-back")
@allow("neighbour.write")
def take_back(case_no: str, number: int, act_id: int) -> ResponseReturnValue:
    """Take back an entry that was wrong."""
    actor, now, reason = current_actor(), office_now(), request.form.get("reason", "")
    return _on_page(
        case_no, number, lambda: notice_acts.take_back(case_no, number, act_id, reason=reason, actor=actor, now=now)
    )


@bp.post("/<int:number>/reply")
@allow("neighbour.write")
def reply(case_no: str, number: int) -> ResponseReturnValue:
    """What the neighbour replied."""
    actor, now, form = current_actor(), office_now(), request.form

    def act() -> object:
        at = case_forms.read_past(form.get("replied_at", ""), now, field="replied_at")
        return notice_acts.reply(case_no, number, form, at=at, actor=actor, now=now)

    return _on_page(case_no, number, act)


@bp.get("/<int:number>/letter.docx")
@allow("neighbour.read")
def letter(case_no: str, number: int) -> ResponseReturnValue:
    """The letter for Word and WPS."""
    view = notice_rows.one(current_actor(), case_no, number)
    content = io.BytesIO(notice_papers.letter(view))
    return send_file(content, mimetype=DOCX, as_attachment=True, download_name=notice_papers.file_name(view, "docx"))


@bp.get("/<int:number>/fax")
@allow("neighbour.read")
def fax(case_no: str, number: int) -> ResponseReturnValue:
    """The page to print and fax, under a policy of its own: one style block, no script."""
    view = notice_rows.one(current_actor(), case_no, number)
    nonce = csp_nonce()
    answer = make_response(notice_papers.fax_html(view, nonce=nonce))
    answer.headers["Content-Security-Policy"] = FAX_POLICY.format(nonce=nonce)
    return answer


@bp.get("/<int:number>/acts/<int:act_id>/proof")
@allow("neighbour.read")
def proof(case_no: str, number: int, act_id: int) -> ResponseReturnValue:
    """The picture of a receipt, as it was received."""
    path = notice_papers.proof_file(notice_rows.one(current_actor(), case_no, number), act_id)
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=f"notice-{act_id}")


@bp.post("/<int:number>/file")
@allow("neighbour.write")
def make_file(case_no: str, number: int) -> ResponseReturnValue:
    """Make the file for the neighbour's desk; the text is fixed from now on."""
    actor, now = current_actor(), office_now()
    return _on_page(case_no, number, lambda: notice_files.make(case_no, number, actor=actor, now=now))


@bp.get("/<int:number>/notice.zip")
@allow("neighbour.read")
def packet(case_no: str, number: int) -> ResponseReturnValue:
    """The file, the same bytes each time."""
    view = notice_rows.one(current_actor(), case_no, number)
    path = notice_papers.stored(view.row.file_sha256)
    name = notice_papers.file_name(view, "zip")
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=name)


def _on_tab(case_no: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Do *act* and show the tab; a refusal stands beside its field, with what was typed."""
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _index(case_no, error.status, **refusal(error), said=request.form)
    return redirect(url_for("notices.index", case_no=case_no), code=303)


def _on_page(case_no: str, number: int, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _page(case_no, number, error.status, **refusal(error), said=request.form)
    return redirect(url_for("notices.show", case_no=case_no, number=number), code=303)


def _giving(now: datetime) -> Giving:
    form = request.form
    received = form.get("received_at", "").strip()
    return Giving(
        way=member(NoticeWay, form.get("way")) or NoticeWay.CALL,
        at=case_forms.read_past(form.get("at", ""), now, field="at"),
        number_rung=form.get("number_rung", ""),
        answered_by=form.get("answered_by", ""),
        read_back=form.get("read_back", ""),
        proof=form.get("proof", ""),
        proof_sha256=notice_acts.keep_proof(uploaded("proof_picture")),
        received_at=case_forms.read_past(received, now, field="received_at") if received else None,
    )
