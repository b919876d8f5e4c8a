"""``…/neighbour-notices``: who is affected, notices written and given; what one lacks is named, never a barrier."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.neighbours.notices import LONGEST, NoticeField, NoticeWay
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats, version_read
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services import scope
from incident_desk.services.neighbours import affected, notice_acts, notice_papers, notice_rows, notices
from incident_desk.services.neighbours.affected import Affected
from incident_desk.services.neighbours.notice_acts import WORDS, Giving
from incident_desk.services.neighbours.notice_rows import ActView, NoticeView

bp = ApiBlueprint("api_neighbour_notices", __name__, "Notices to neighbouring offices")


def _words(name: str) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=WORDS[name]))


class NoticeBody(Schema):
    """To whom to write; a code of GB/T 2260, in this province or another."""

    to = fields.String(required=True, validate=validate.Length(max=6))


class NoticeTexts(Schema):
    """Own words by line; an empty text goes back to the case."""

    texts = fields.Dict(
        keys=fields.String(validate=validate.OneOf([field.value for field in NoticeField])),
        values=fields.String(validate=validate.Length(max=LONGEST)),
        load_default=dict,
    )


class ActBody(Schema):
    """One act of giving the notice; a call needs somebody who answered to count, anything else a receipt."""

    way = fields.String(load_default=NoticeWay.CALL.value, validate=validate.OneOf([way.value for way in NoticeWay]))
    at = fields.AwareDateTime(format="iso")
    number_rung = _words("number_rung")
    answered_by = _words("answered_by")
    read_back = _words("read_back")
    proof = _words("proof")
    received_at = fields.AwareDateTime(format="iso", load_default=None, allow_none=True)


def notice_json(view: NoticeView) -> dict[str, Any]:
    """A notice with its text and how it was given."""
    row, notice = view.row, view.notice
    return {
        "number": row.number,
        "office": row.office_code,
        "to": row.to_code,
        "to_name": notice.to_name,
        "title": notice.title,
        "made_at": iso(notice.made_at),
        "follows": notice.follows,
        "version": row.version,
        "digest": row.digest,
        "lines": [
            {"field": line.field.value, "label": line.label_zh, "text": line.text, "known": line.known}
            for line in notice.lines
        ],
        "missing": [field.value for field in notice.missing()],
        "acts": [_act_json(one) for one in view.acts],
        "told_at": iso(view.told_at),
        "fixed": view.is_fixed,
        "file_sha256": row.file_sha256,
        "replied_at": iso(row.replied_at),
        "reply": row.reply_text,
        "script": notice_papers.script(view),
    }


def _act_json(one: ActView) -> dict[str, Any]:
    row, act = one.row, one.act
    return {
        "id": row.id,
        "way": row.way,
        "at": iso(row.at),
        "number_rung": row.number_rung,
        "answered_by": row.answered_by,
        "read_back": row.read_back,
        "received_at": iso(row.received_at),
        "reached_at": iso(act.reached_at()),
        "gaps": [gap.value for gap in act.gaps()],
        "withdrawn_at": iso(row.withdrawn_at),
    }


def _affected_json(one: Affected, told: dict[str, Any]) -> dict[str, Any]:
    way_in = one.way_in
    return {
        "office": one.code,
        "name": one.name_zh,
        "known_at": iso(one.known_at),
        "by_river": one.by_river,
        "section": way_in.place if way_in else None,
        "distance_m": way_in.distance_m if way_in else None,
        "earliest": iso(way_in.earliest) if way_in else None,
        "latest": iso(way_in.latest) if way_in else None,
        "told_at": iso(told.get(one.code)),
    }


@repeats("notice")
def _made(identity: str) -> ResponseReturnValue:
    case_no, _, number = identity.partition("/")
    return _one(case_no, int(number), status=201)


def _one(case_no: str, number: int, status: int = 200) -> Response:
    view = notice_rows.one(current_actor(), case_no, number)
    return answer(notice_json(view), status=status, version=view.row.version)


@bp.route("/incidents/<case_no>/neighbour-notices")
class NeighbourNotices(MethodView):
    """The neighbours of a case and the notices to them."""

    @allow("neighbour.read")
    def get(self, case_no: str) -> Response:
        """Who is affected and told since when, and every notice, newest first."""
        actor = current_actor()
        incident = scope.incident(actor, case_no)
        told = affected.told(incident)
        return answer(
            {
                "affected": [_affected_json(one, told) for one in affected.all_of(incident)],
                "notices": [notice_json(view) for view in notice_rows.all_of(actor, case_no)],
            }
        )

    @allow("neighbour.write")
    @bp.arguments(NoticeBody)
    def post(self, body: dict[str, Any], case_no: str) -> Response:
        """Write the notice to one neighbour from the case as it stands."""
        row = notices.begin(case_no, body["to"], actor=current_actor(), now=office_now())
        return _one(case_no, row.number, status=201)


@bp.route("/incidents/<case_no>/neighbour-notices/<int:number>")
class OneNeighbourNotice(MethodView):
    """One notice."""

    @allow("neighbour.read")
    def get(self, case_no: str, number: int) -> Response:
        """Its text and how it was given; the ETag is its version."""
        return _one(case_no, number)

    @allow("neighbour.write")
    @bp.arguments(NoticeTexts)
    def patch(self, body: dict[str, Any], case_no: str, number: int) -> Response:
        """Put own words in place of the case's, against the version that was read."""
        actor, now = current_actor(), office_now()
        notice_rows.one(actor, case_no, number)
        notices.word(case_no, number, body["texts"], actor=actor, now=now, expected_version=version_read())
        return _one(case_no, number)


@bp.route("/incidents/<case_no>/neighbour-notices/<int:number>/acts")
class NeighbourNoticeActs(MethodView):
    """How a notice was given."""

    @allow("neighbour.write")
    @bp.arguments(ActBody)
    def post(self, body: dict[str, Any], case_no: str, number: int) -> Response:
        """Record one act; the first that shows that the neighbour knows meets the duty."""
        now = office_now()
        giving = Giving(**{**body, "way": NoticeWay(body["way"]), "at": body.get("at") or now})
        notice_acts.give(case_no, number, giving, actor=current_actor(), now=now)
        return _one(case_no, number, status=201)
