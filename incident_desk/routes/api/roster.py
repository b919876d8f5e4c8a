"""``/api/v1/roster``: who is on duty, by shift, with what the roster lacks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.china_time import china_date
from incident_desk.domain.duty.roster import RosterFault
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.duty import roster
from incident_desk.services.duty.roster import SlotView

bp = ApiBlueprint("api_roster", __name__, "Duty roster")

DAYS = 7


class RosterQuery(Schema):
    """Which days of which office."""

    office = fields.String(load_default=None, validate=validate.Regexp(r"\d{6}$"))
    first = fields.Date(load_default=None, data_key="from")
    last = fields.Date(load_default=None, data_key="to")


def slot_json(view: SlotView) -> dict[str, Any]:
    """One shift of one day. A person is an id with the name that stands on the roster; no telephone number."""
    return {
        "day": view.slot.day.isoformat(),
        "shift": view.slot.shift.value,
        "starts_at": iso(view.slot.starts_at),
        "ends_at": iso(view.slot.ends_at),
        "doubled": view.slot.doubled,
        "people": [
            {
                "role": one.row.role.value,
                "seat": one.row.seat.value,
                "person": one.person.id,
                "name": one.person.name,
                "starts_at": iso(one.row.starts_at),
                "ends_at": iso(one.row.ends_at),
            }
            for one in view.seated
        ],
        "faults": [fault_json(fault) for fault in view.faults],
    }


def fault_json(fault: RosterFault) -> dict[str, Any]:
    """What is wrong, from when to when."""
    return {
        "kind": fault.kind.value,
        "role": fault.role.value,
        "starts_at": iso(fault.starts_at),
        "ends_at": iso(fault.ends_at),
        "person": fault.person,
    }


@bp.route("/roster")
class Roster(MethodView):
    """The roster of an office."""

    @allow("duty.read")
    @bp.arguments(RosterQuery, location="query")
    def get(self, query: dict[str, Any]) -> Response:
        """Shifts of the days ``from`` to ``to`` (default a week from today) of ``office`` (default one's own)."""
        actor = current_actor()
        first: date = query["first"] or china_date(office_now())
        last: date = query["last"] or first + timedelta(days=DAYS - 1)
        view = roster.span(actor, query["office"] or actor.office, first, last)
        shifts = [slot_json(slot) for day in view.days for slot in day.slots]
        periods = {
            period.id: {
                "kind": period.kind, "label": period.label, "from": period.first_day.isoformat(),
                "to": period.last_day.isoformat(), "office": period.office_code,
            }
            for day in view.days
            for period in day.periods
        }  # fmt: skip
        return answer({"office": view.office.code, "shifts": shifts, "periods": list(periods.values())})
