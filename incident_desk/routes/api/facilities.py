"""``/api/v1/facilities``: places on the rivers, with telephone numbers for whoever may ring."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.calls.first_calls import Contact
from incident_desk.routes.api.frame import ApiBlueprint, answer
from incident_desk.routes.guard import allow, current_actor
from incident_desk.services.water import facilities
from incident_desk.services.water.facilities import Facility, FacilityFilter

bp = ApiBlueprint("api_facilities", __name__, "Places on the rivers")
MOST = 1_000


class FacilityQuery(Schema):
    """Which places; what is left out does not narrow."""

    kind = fields.String(validate=validate.Length(max=200), metadata={"description": "kinds, comma between"})
    river = fields.String(load_default="", validate=validate.Length(max=60))
    prefecture = fields.String(load_default="", validate=validate.Regexp(r"^\d{6}$|^$"))
    name = fields.String(load_default="", validate=validate.Length(max=60))
    limit = fields.Integer(load_default=MOST, validate=validate.Range(1, MOST))


@bp.route("/facilities")
class Facilities(MethodView):
    """Intakes, sections, dams, gates, borders, confluences."""

    @allow("map.read")
    @bp.arguments(FacilityQuery, location="query")
    def get(self, query: dict[str, Any]) -> Response:
        """Places in the order of the register; ``contacts`` is there only for roles that may read numbers."""
        kinds = frozenset(part.strip().lower() for part in query.get("kind", "").split(",") if part.strip())
        wanted = FacilityFilter(kinds, query["river"], query["name"], query["prefecture"])
        actor = current_actor()
        with_numbers = facilities.may_read_numbers(actor)
        found = facilities.facilities(actor, wanted)[: query["limit"]]
        return answer([_as_json(one, with_numbers=with_numbers) for one in found])


def _as_json(facility: Facility, *, with_numbers: bool) -> dict[str, Any]:
    one = facility.receptor
    body = {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "river": one.river,
        "longitude": one.longitude,
        "latitude": one.latitude,
        "county": one.attributes.get("county"),
        "prefecture": one.attributes.get("prefecture_code"),
        "serves": one.attributes.get("serves"),
        "confidence": one.attributes.get("confidence"),
        "source": one.attributes.get("source"),
    }
    return body | {"contacts": [_contact(line) for line in facility.contacts]} if with_numbers else body


def _contact(line: Contact) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name_zh,
        "role": line.role.value,
        "number": line.number or None,
        "is_sample": line.is_sample,
    }
