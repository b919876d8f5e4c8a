"""``/api/v1/clocks`` and ``…/clocks``: the legal clocks of all visible cases, or of one."""

from __future__ import annotations

from flask import Response
from flask.views import MethodView

from incident_desk.routes.api.frame import ApiBlueprint, answer, iso
from incident_desk.routes.api.schemas import ClocksOut
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.law import clocks
from incident_desk.services.law.clocks import CaseClock

bp = ApiBlueprint("api_clocks", __name__, "Legal clocks")


@bp.route("/clocks")
class OpenClocks(MethodView):
    """The board's clocks."""

    @allow("clock.read")
    @bp.alt_response(200, schema=ClocksOut)
    def get(self) -> Response:
        """Open clocks of every case the asker may see, most urgent first by the strict time."""
        return _answer(clocks.open_clocks(current_actor()))


@bp.route("/incidents/<case_no>/clocks")
class CaseClocks(MethodView):
    """The clocks of a case."""

    @allow("clock.read")
    @bp.alt_response(200, schema=ClocksOut)
    def get(self, case_no: str) -> Response:
        """Open clocks by urgency, then those that were met, voided or found not to apply."""
        return _answer(clocks.clocks_of(current_actor(), case_no))


def _answer(lines: list[CaseClock]) -> Response:
    now = office_now()
    return answer({"now": iso(now), "clocks": [line.to_json(now) for line in lines]})
