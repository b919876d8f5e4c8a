"""``/api/v1/offices``: the tree of offices by GB/T 2260 code."""

from __future__ import annotations

from flask import Response
from flask.views import MethodView

from incident_desk.routes.api.frame import ApiBlueprint, answer
from incident_desk.routes.guard import allow
from incident_desk.services import installation

bp = ApiBlueprint("api_offices", __name__, "Offices")


@bp.route("/offices")
class Offices(MethodView):
    """Every office of this installation."""

    @allow("incident.read")
    def get(self) -> Response:
        """Offices by code, with the one above; names are public, their settings are not shown."""
        return answer(
            [
                {"code": row.code, "name_zh": row.name_zh, "name_en": row.name_en, "parent": row.parent_code}
                for row in installation.all_offices()
            ]
        )
