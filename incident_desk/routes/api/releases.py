"""``…/releases``: what was published, by whom and where, with what it lacked."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.disclosure import release_rows, releases
from incident_desk.services.disclosure.release_rows import ReleaseView
from incident_desk.services.disclosure.releases import LIMITS, Circumstances

bp = ApiBlueprint("api_releases", __name__, "Releases to the public")


def _words(name: str) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=LIMITS[name]))


class ReleaseBody(Schema):
    """A release as published."""

    issuer = fields.String(required=True, validate=validate.OneOf([issuer.value for issuer in Issuer]))
    channel = fields.String(required=True, validate=validate.OneOf([channel.value for channel in ReleaseChannel]))
    published_at = fields.AwareDateTime(required=True, format="iso")
    issuer_name = _words("issuer_name")
    account = _words("account")
    title = _words("title")
    text = _words("text")
    pollutant = _words("pollutant")
    range_text = _words("range_text")
    measures = _words("measures")
    link = _words("link")
    on_public_page = fields.Boolean(load_default=True)
    corrects = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 2**31 - 1))
    next_notice_at = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")


def release_json(view: ReleaseView) -> dict[str, Any]:
    """A release on record."""
    row, content = view.row, view.content
    return {
        "id": row.id,
        "issuer": row.issuer,
        "issuer_name": content.issuer_name,
        "channel": row.channel,
        "account": content.account,
        "title": content.title,
        "text": content.text,
        "pollutant": content.pollutant,
        "range_text": content.range_text,
        "measures": content.measures,
        "link": view.link,
        "capture_sha256": row.capture_sha256,
        "published_at": iso(row.published_at),
        "recorded_at": iso(row.recorded_at),
        "gaps": [found.gap.value for found in view.gaps],
        "warnings": list(view.warnings),
        "digest": row.digest,
        "on_public_page": row.is_on_public_page,
        "withdrawn_at": iso(row.withdrawn_at),
        "corrects": row.corrects_id,
        "next_notice_at": iso(row.next_notice_at),
    }


@repeats("release")
def _made(identity: str) -> ResponseReturnValue:
    case_no, _, release_id = identity.partition("/")
    return answer(release_json(release_rows.one(current_actor(), case_no, int(release_id))), status=201)


@bp.route("/incidents/<case_no>/releases")
class Releases(MethodView):
    """The releases of a case."""

    @allow("release.read")
    def get(self, case_no: str) -> Response:
        """Every release on record, the newest publication first."""
        return answer([release_json(view) for view in release_rows.all_of(current_actor(), case_no)])

    @allow("release.record")
    @bp.arguments(ReleaseBody)
    def post(self, body: dict[str, Any], case_no: str) -> Response:
        """Record what was published; what it lacks is named in ``gaps``, the clocks follow."""
        more = Circumstances(
            corrects_id=body.pop("corrects"),
            next_notice_at=body.pop("next_notice_at"),
            on_public_page=body.pop("on_public_page"),
        )
        link = body.pop("link") or None
        issuer, channel = Issuer(body.pop("issuer")), ReleaseChannel(body.pop("channel"))
        content = ReleaseContent(issuer=issuer, channel=channel, link=link, **body)
        row = releases.record(case_no, content, actor=current_actor(), now=office_now(), circumstances=more)
        return answer(release_json(release_rows.one(current_actor(), case_no, row.id)), status=201)
