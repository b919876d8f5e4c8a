"""``experts``: the pool, one expert to read and to change."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.models import Expert
from incident_desk.routes.api.frame import ApiBlueprint, BodyUnreadable, answer, iso, repeats, version_read
from incident_desk.routes.callouts.expert_words import problem_words
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.callouts import experts

bp = ApiBlueprint("api_experts", __name__, "The pool of experts")


class ExpertChangeBody(Schema):
    """What to change, as the list's cells are written; what is left out stays."""

    name = fields.String(validate=validate.Length(max=500))
    title = fields.String(validate=validate.Length(max=500))
    employer = fields.String(validate=validate.Length(max=500))
    specialities = fields.String(validate=validate.Length(max=500))
    region_code = fields.String(validate=validate.Length(max=6))
    longitude = fields.String(validate=validate.Length(max=40))
    latitude = fields.String(validate=validate.Length(max=40))
    mobile = fields.String(validate=validate.Length(max=40))
    backup_phone = fields.String(validate=validate.Length(max=40))
    appointed_to = fields.String(validate=validate.Length(max=40))
    unavailable_from = fields.String(validate=validate.Length(max=40))
    unavailable_to = fields.String(validate=validate.Length(max=40))
    conflicts = fields.String(validate=validate.Length(max=500))
    is_active = fields.Boolean()


def as_json(row: Expert) -> dict[str, Any]:
    """One expert, with the version that a change must name."""
    return {**experts.as_json(row), "version": row.version, "updated_at": iso(row.updated_at)}


@repeats("expert")
def _changed(expert_no: str) -> ResponseReturnValue:
    row = experts.one(expert_no)
    return answer(as_json(row), version=row.version)


@bp.route("/experts")
class Experts(MethodView):
    """The pool."""

    @allow("expert.read")
    def get(self) -> Response:
        """Everybody, by number."""
        return answer([as_json(row) for row in experts.listed()])


@bp.route("/experts/<expert_no>")
class OneExpert(MethodView):
    """One expert."""

    @allow("expert.read")
    def get(self, expert_no: str) -> Response:
        """The expert, with the version as ETag."""
        row = experts.one(expert_no)
        return answer(as_json(row), version=row.version)

    @allow("expert.import")
    @bp.arguments(ExpertChangeBody)
    def patch(self, body: dict[str, Any], expert_no: str) -> Response:
        """Change what the body names; needs If-Match."""
        version = version_read()
        before = experts.one(expert_no)
        is_active = bool(body.pop("is_active", before.is_active))
        try:
            row = experts.change_expert(
                expert_no, body, is_active=is_active, actor=current_actor(), now=office_now(), expected_version=version
            )
        except experts.ExpertUnreadable as error:
            first = error.problems[0]
            raise BodyUnreadable(field=first.column, key=first.column, why=problem_words(first)) from error
        return answer(as_json(row), version=row.version)
