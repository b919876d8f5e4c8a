"""The phone at the river: a page that keeps photographs until the desk has them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident_desk.domain.errors import N_, BadValue
from incident_desk.domain.permissions import LINK, Actor
from incident_desk.models import Evidence, Incident
from incident_desk.routes.errors import wants_problem
from incident_desk.routes.field.field_form import instant, phone_word
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.services import scope
from incident_desk.services.field import evidence, field_links, field_words

bp = Blueprint("field", __name__)


@bp.get("/field")
@allow("evidence.add")
def home() -> ResponseReturnValue:
    """The open cases of one's office, to choose where to send."""
    return render_template("field/home.html", cases=field_words.open_cases(current_actor()))


@bp.get("/field/<case_no>")
@allow("evidence.add")
def case(case_no: str) -> ResponseReturnValue:
    """The phone page of one case, for somebody signed in."""
    actor = current_actor()
    return _page(scope.incident(actor, case_no), actor, base=url_for("field.case", case_no=case_no))


@bp.post("/field/<case_no>/photographs")
@allow("evidence.add")
@takes_upload
def case_photograph(case_no: str) -> ResponseReturnValue:
    """Take a photograph from somebody signed in."""
    actor = current_actor()
    return _take(scope.incident(actor, case_no), actor, url_for("field.case", case_no=case_no))


@bp.post("/field/<case_no>/words")
@allow("evidence.add")
def case_words(case_no: str) -> ResponseReturnValue:
    """Arrived, or a message, from somebody signed in."""
    actor = current_actor()
    return _hear(scope.incident(actor, case_no), actor, url_for("field.case", case_no=case_no))


@bp.get("/f/<token>")
@allow(LINK)
def link(token: str) -> ResponseReturnValue:
    """The phone page behind a short link."""
    holder = field_links.holder(token, office_now())
    return _page(holder.incident, holder.actor, base=url_for("field.link", token=token))


@bp.post("/f/<token>/photographs")
@allow(LINK)
@takes_upload
def link_photograph(token: str) -> ResponseReturnValue:
    """Take a photograph through a short link."""
    holder = field_links.holder(token, office_now())
    return _take(holder.incident, holder.actor, url_for("field.link", token=token))


@bp.post("/f/<token>/words")
@allow(LINK)
def link_words(token: str) -> ResponseReturnValue:
    """Arrived, or a message, through a short link."""
    holder = field_links.holder(token, office_now())
    return _hear(holder.incident, holder.actor, url_for("field.link", token=token))


def _page(incident: Incident, actor: Actor, *, base: str) -> str:
    return render_template(
        "field/case.html",
        incident=incident,
        label=actor.name,
        photographs_url=f"{base}/photographs",
        words_url=f"{base}/words",
        received=evidence.received_through(incident, actor),
    )


def _take(incident: Incident, actor: Actor, page: str) -> ResponseReturnValue:
    """Every file of the form, one record each; a form with several has the key numbered."""
    files = request.files.getlist("file")
    if not files:
        raise BadValue(field="file", what=N_("Photograph"), value="", hint=N_("Choose a photograph first."))
    key = request.form.get("client_key", "")
    rows = []
    for number, file in enumerate(files):
        upload = evidence.Upload(
            stream=file.stream,
            name=file.filename or "",
            client_key=f"{key}-{number}" if key and number else key,
            sha256=request.form.get("sha256", "") if len(files) == 1 else "",
            phone=phone_word(request.form),
        )
        rows.append(evidence.receive_photograph(upload, incident, actor=actor, now=office_now()))
    if wants_problem():
        return _received(rows[0]), 201
    return redirect(page, code=303)


def _received(row: Evidence) -> dict[str, object]:
    return {"id": row.id, "sha256": row.sha256, "received_at": row.received_at.isoformat()}


def _hear(incident: Incident, actor: Actor, page: str) -> ResponseReturnValue:
    now = office_now()
    field_words.hear(
        incident,
        kind=request.form.get("kind", "message"),
        text=request.form.get("note", ""),
        at=instant(request.form.get("phone_at")) or now,
        client_key=request.form.get("client_key", ""),
        phone=phone_word(request.form),
        actor=actor,
        now=now,
    )
    if wants_problem():
        return {"received_at": now.isoformat()}, 201
    return redirect(page, code=303)
