"""``…/releases/drafts`` and ``…/releases/figures``: texts on their way, and the figures they are compared with.

Steps of the chain are acts of persons on pages; a program drafts, reads where a text stands, and enters figures.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.disclosure.drafts import DraftContent
from incident_desk.domain.disclosure.stated_figures import SYMBOLS, FigureKind, FigureUnit
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
from incident_desk.models import ApprovedFigure
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats, version_read
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.disclosure import drafts, figures
from incident_desk.services.disclosure.drafts import LIMITS, DraftView
from incident_desk.services.disclosure.figures import FigureEntry

bp = ApiBlueprint("api_release_drafts", __name__, "Drafts of releases, and figures that may be told")


def _words(name: str) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=LIMITS[name]))


class DraftBody(Schema):
    """A text on its way."""

    issuer = fields.String(
        load_default=Issuer.GOVERNMENT.value, validate=validate.OneOf([issuer.value for issuer in Issuer])
    )
    channel = fields.String(
        load_default=ReleaseChannel.WEBSITE.value, validate=validate.OneOf([one.value for one in ReleaseChannel])
    )
    issuer_name = _words("issuer_name")
    account = _words("account")
    title = _words("title")
    text = _words("text")
    pollutant = _words("pollutant")
    range_text = _words("range_text")
    measures = _words("measures")
    next_notice_at = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")


class NewDraftBody(DraftBody):
    """The same, with the release that it corrects."""

    corrects = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 2**31 - 1))


class FigureBody(Schema):
    """A figure; without a time of sampling it must be a limit."""

    kind = fields.String(
        load_default=FigureKind.RESULT.value, validate=validate.OneOf([kind.value for kind in FigureKind])
    )
    indicator = fields.String(load_default="", validate=validate.Length(max=figures.LIMITS["indicator"]))
    point = fields.String(load_default="", validate=validate.Length(max=figures.LIMITS["point"]))
    value = fields.String(load_default="", validate=validate.Length(max=30))
    unit = fields.String(
        load_default=FigureUnit.MG_L.value, validate=validate.OneOf([unit.value for unit in FigureUnit])
    )
    source = fields.String(load_default="", validate=validate.Length(max=figures.LIMITS["source"]))
    sampled_at = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")


def draft_json(view: DraftView) -> dict[str, Any]:
    """A draft with where it stands and what holds it back."""
    row, content = view.row, view.content
    return {
        "number": row.number,
        "version": row.version,
        "state": view.state.value,
        "issuer": content.issuer.value,
        "issuer_name": content.issuer_name,
        "channel": content.channel.value,
        "account": content.account,
        "title": content.title,
        "text": content.text,
        "pollutant": content.pollutant,
        "range_text": content.range_text,
        "measures": content.measures,
        "next_notice_at": iso(content.next_notice_at),
        "corrects": row.corrects_id,
        "digest": view.newest.digest,
        "gaps": [one.gap.value for one in view.check.gaps] + [gap.value for gap in view.check.blanks],
        "warnings": [one.warning.value for one in view.check.warnings],
        "numbers": [
            {
                "written": one.stated.written,
                "paragraph": one.stated.paragraph,
                "position": one.stated.position,
                "fault": one.fault.value if one.fault else None,
                "figures": [figure.id for figure in one.figures],
            }
            for one in view.check.numbers
        ],
        "chain": [_step_json(view, at) for at in range(len(view.chain))],
        "releases": [one.release_id for one in row.publications],
    }


def _step_json(view: DraftView, at: int) -> dict[str, Any]:
    step, taken = view.chain[at], view.standing.taken.get(at)
    person, said_at = (taken.person, taken.at) if taken else (None, None)
    if at == 0:
        person, said_at = view.newest.writer, view.newest.written_at
    return {**step.to_json(), "person": person, "at": iso(said_at)}


def figure_json(row: ApprovedFigure) -> dict[str, Any]:
    """A figure of the register."""
    return {
        "id": row.id,
        "kind": row.kind,
        "indicator": row.indicator,
        "point": row.point,
        "value": row.value,
        "unit": SYMBOLS[FigureUnit(row.unit)],
        "sampled_at": iso(row.sampled_at),
        "source": row.source,
        "entered_at": iso(row.entered_at),
        "approved_at": iso(row.approved_at),
        "withdrawn_at": iso(row.withdrawn_at),
    }


def _content(body: dict[str, Any]) -> DraftContent:
    issuer, channel = Issuer(body.pop("issuer")), ReleaseChannel(body.pop("channel"))
    return DraftContent(issuer=issuer, channel=channel, **body)


def _one(case_no: str, number: int, status: int = 200) -> Response:
    view = drafts.one(current_actor(), case_no, number, now=office_now())
    return answer(draft_json(view), status=status, version=view.row.version)


@repeats("release_draft")
def _made(identity: str) -> ResponseReturnValue:
    case_no, _, number = identity.partition("/")
    return _one(case_no, int(number), status=201)


@repeats("figure")
def _entered(identity: str) -> ResponseReturnValue:
    case_no, _, figure_id = identity.partition("/")
    rows = figures.all_of(current_actor(), case_no)
    return answer(next(figure_json(row) for row in rows if row.id == int(figure_id)), status=201)


@bp.route("/incidents/<case_no>/releases/drafts")
class Drafts(MethodView):
    """The drafts of a case."""

    @allow("release.read")
    def get(self, case_no: str) -> Response:
        """Every draft, newest first, with where it stands."""
        return answer([draft_json(view) for view in drafts.all_of(current_actor(), case_no, now=office_now())])

    @allow("release.draft")
    @bp.arguments(NewDraftBody)
    def post(self, body: dict[str, Any], case_no: str) -> Response:
        """Put a text on the desk."""
        corrects = body.pop("corrects")
        row = drafts.begin(case_no, _content(body), actor=current_actor(), now=office_now(), corrects_id=corrects)
        return _one(case_no, row.number, status=201)


@bp.route("/incidents/<case_no>/releases/drafts/<int:draft_no>")
class OneDraft(MethodView):
    """One draft."""

    @allow("release.read")
    def get(self, case_no: str, draft_no: int) -> Response:
        """Its text and where it stands; the ETag is its version."""
        return _one(case_no, draft_no)

    @allow("release.draft")
    @bp.arguments(DraftBody)
    def put(self, body: dict[str, Any], case_no: str, draft_no: int) -> Response:
        """Write another version, against the one that was read; the chain begins anew for it."""
        actor, now = current_actor(), office_now()
        drafts.one(actor, case_no, draft_no, now=now)
        drafts.write(case_no, draft_no, _content(body), actor=actor, now=now, expected_version=version_read())
        return _one(case_no, draft_no)


@bp.route("/incidents/<case_no>/releases/figures")
class Figures(MethodView):
    """The figures of a case that may be told."""

    @allow("release.read")
    def get(self, case_no: str) -> Response:
        """Every figure, the newest sampling first."""
        return answer([figure_json(row) for row in figures.all_of(current_actor(), case_no)])

    @allow("figure.enter")
    @bp.arguments(FigureBody)
    def post(self, body: dict[str, Any], case_no: str) -> Response:
        """Enter one; a second person approves it on the page."""
        kind, unit = FigureKind(body.pop("kind")), FigureUnit(body.pop("unit"))
        row = figures.enter(case_no, FigureEntry(kind=kind, unit=unit, **body), actor=current_actor(), now=office_now())
        return answer(figure_json(row), status=201)
