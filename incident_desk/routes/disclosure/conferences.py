"""Press conferences: recorded as held, with their record as a file; or found not owed by two persons."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.domain.calls.spoken_times import parse_time
from incident_desk.domain.disclosure.approval import DraftState
from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import Grade, Issuer, ReleaseChannel
from incident_desk.routes.cases.case_forms import read_past
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.context import actor_names
from incident_desk.routes.form_parts import member, refusal
from incident_desk.routes.guard import allow, current_actor, office_now, takes_upload
from incident_desk.routes.idempotency import shows
from incident_desk.services import people
from incident_desk.services.disclosure import conferences, drafts, release_rows
from incident_desk.services.disclosure.conferences import Conference, Transcript
from incident_desk.services.law import findings

bp = Blueprint("press_conferences", __name__, url_prefix="/incidents/<case_no>/releases/conferences")

WORDS = ("issuer_name", "title", "text", "pollutant", "range_text", "measures", "link")
ISSUERS = (Issuer.GOVERNMENT, Issuer.COMMAND, Issuer.EEB)


@shows("press_conference")
def _page_of_conference(identity: str) -> str:
    case_no, _, conference_id = identity.partition("/")
    return url_for("press_conferences.show", case_no=case_no, conference_id=int(conference_id))


@bp.get("/new")
@allow("release.record")
def new(case_no: str) -> ResponseReturnValue:
    """The form for a conference that was held; and, where it may be, the one that says that none is owed."""
    return _new(case_no)


def _new(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor, now = current_actor(), office_now()
    cleared = [view for view in drafts.all_of(actor, case_no, now=now) if view.state is DraftState.CLEARED]
    context = {
        "issuers": ISSUERS,
        "cleared": [
            (f"{view.row.number}/{view.newest.digest}", view.content.title or view.content.text[:20])
            for view in cleared
        ],
        "offers_not_owed": conferences.offers_not_owed(actor, case_no, now),
        "not_owed": _not_owed(case_no),
        "seconds": findings.seconds_for(actor),
        "said": {},
        "errors": {},
        **more,
    }
    return render_case("releases/conference_new.html", case_no, tab="releases", **context), status


def _not_owed(case_no: str) -> dict[str, str]:
    """What the form for "not applicable" begins with."""
    actor = current_actor()
    incident = release_rows.incident_of(actor, case_no)
    grade = Grade(incident.grade).zh if incident.grade else ""
    leader = next((one.login for one in people.leaders_of(incident.office_code) if one.id != actor.person_id), "")
    return {
        "basis": f"鄂环办〔2021〕31号；国办发〔2016〕61号、80号。本事件初步认定为{grade}突发环境事件，不涉及敏感情形",
        "reason": "以政府网站和两微一端发布权威信息，不召开新闻发布会",
        "evidence": "初步认定记录",
        "second": leader,
        "way": "own",
        "heard_at": "",
    }


@bp.post("")
@allow("release.record")
@takes_upload
def record(case_no: str) -> ResponseReturnValue:
    """Record a conference as held."""
    try:
        row = _record(case_no)
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _new(case_no, error.status, said=request.form, **refusal(error))
    return redirect(url_for("press_conferences.show", case_no=case_no, conference_id=row.id), code=303)


def _record(case_no: str) -> Any:
    form, now = request.form, office_now()
    words: dict[str, Any] = {name: form.get(name, "").strip() for name in WORDS}
    held, following = form.get("published_at", "").strip(), form.get("next_notice_at", "").strip()
    content = ReleaseContent(
        **{**words, "link": words["link"] or None},
        issuer=member(Issuer, form.get("issuer")) or Issuer.GOVERNMENT,
        channel=ReleaseChannel.PRESS_CONFERENCE,
        account="",
        published_at=parse_time(held, now=now, field="published_at") if held else None,
    )
    file = request.files.get("transcript")
    number, _, digest = form.get("draft", "").partition("/")
    return conferences.record(
        case_no,
        Conference(*(form.get(name, "") for name in ("place", "spokespeople", "host", "media"))),
        content,
        actor=current_actor(),
        now=now,
        transcript=Transcript(file.stream, file.filename) if file is not None and file.filename else None,
        draft=(int(number), digest) if number.isdecimal() and len(number) < 10 else None,
        next_notice_at=parse_time(following, now=now, field="next_notice_at") if following else None,
    )


@bp.post("/not-owed")
@allow("release.record")
def not_owed(case_no: str) -> ResponseReturnValue:
    """Lay before the second person that no press conference is owed."""
    words = ("basis", "reason", "evidence", "second", "way", "heard_at")
    said, now = {name: request.form.get(name, "") for name in words}, office_now()
    try:
        heard_at = read_past(said["heard_at"], now, field="heard_at") if said["way"] == "telephone" else None
        conferences.find_not_owed(
            case_no, basis=said["basis"], reason=said["reason"], evidence=said["evidence"], second=said["second"],
            heard_at=heard_at, actor=current_actor(), now=now,
        )  # fmt: skip
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return _new(case_no, error.status, not_owed=said, not_owed_open=True, **refusal(error))
    return redirect(url_for("releases.index", case_no=case_no), code=303)


@bp.get("/<int:conference_id>")
@allow("release.read")
def show(case_no: str, conference_id: int) -> ResponseReturnValue:
    """One conference: where, who, which media, its record."""
    view = conferences.one(current_actor(), case_no, conference_id)
    context = {"view": view, "names": actor_names({view.row.recorded_by})}
    return render_case("releases/conference.html", case_no, tab="releases", **context)


@bp.get("/<int:conference_id>/record")
@allow("release.read")
def transcript(case_no: str, conference_id: int) -> ResponseReturnValue:
    """The record as it came, as a download."""
    view = conferences.one(current_actor(), case_no, conference_id)
    path, media_type, name = conferences.transcript_file(view)
    return send_file(path, mimetype=media_type, as_attachment=True, download_name=name or gettext("Record"))
