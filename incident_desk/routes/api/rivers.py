"""``/api/v1/rivers``: the named rivers of the network, and the reaches near a point."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.calls.coordinates import Datum
from incident_desk.routes.api.frame import ApiBlueprint, answer
from incident_desk.routes.guard import allow
from incident_desk.services.water import rivers

bp = ApiBlueprint("api_rivers", __name__, "Rivers")


class PointQuery(Schema):
    """A point, as given."""

    longitude = fields.Float(required=True)
    latitude = fields.Float(required=True)
    datum = fields.String(load_default=Datum.CGCS2000.value, validate=validate.OneOf([one.value for one in Datum]))
    river = fields.String(load_default="", validate=validate.Length(max=60))


@bp.route("/rivers")
class Rivers(MethodView):
    """The network in use."""

    @allow("map.read")
    def get(self) -> Response:
        """Its digest and its named rivers, the longest first."""
        found = rivers.network()
        return answer(
            {
                "network": {"name": found.name, "sha256": found.sha256, "reaches": found.reaches},
                "rivers": [
                    {
                        "name": river.name,
                        "reaches": river.reaches,
                        "length_m": river.length_m,
                        "mean_discharge_m3s": river.mean_discharge_m3s,
                        "weakest_source": river.weakest_source,
                    }
                    for river in found.rivers
                ],
            }
        )


@bp.route("/rivers/near")
class RiversNear(MethodView):
    """Which reaches a point may mean."""

    @allow("map.read")
    @bp.arguments(PointQuery, location="query")
    def get(self, point: dict[str, Any]) -> Response:
        """Candidates, the best first; 422 where no river is within 10 km."""
        found = rivers.near(point["longitude"], point["latitude"], datum=point["datum"], river=point["river"])
        return answer({"candidates": [one.to_json() for one in found]})
