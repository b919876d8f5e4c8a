"""``…/trace``: the river traced for a case, read and run anew."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.errors import NotFound
from incident_desk.models import TraceRun
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.water import tracing

bp = ApiBlueprint("api_trace", __name__, "The way of the water")


class TraceIn(Schema):
    """A person's own figures for one trace; null takes one back, what is left out stays as it was."""

    reach_id = fields.Integer(allow_none=True, metadata={"description": "one of the candidates, for this network only"})
    t0 = fields.AwareDateTime(format="iso", allow_none=True)
    mass_kg = fields.Float(allow_none=True)
    duration_h = fields.Float(allow_none=True)
    decay_per_day = fields.Float(allow_none=True)
    limit_mg_l = fields.Float(allow_none=True)
    discharge_m3s = fields.Float(allow_none=True)
    max_km = fields.Float(allow_none=True, validate=validate.Range(min=0, min_inclusive=False))


def as_json(run: TraceRun) -> dict[str, Any]:
    """A run as the command line prints a trace, with who ran it, when, and what it was made from."""
    inputs = {key: value for key, value in run.inputs.items() if key not in {"digest", "elapsed_ms"}}
    return {
        "id": run.id,
        "run_at": iso(run.run_at),
        "run_by": run.run_by,
        "inputs": inputs,
        "inputs_sha256": run.inputs["digest"],
        "result_sha256": run.result_sha256,
        **run.result,
        "elapsed_ms": {"load": 0.0, **run.inputs["elapsed_ms"]},
    }


@repeats("trace")
def _ran(case_no: str) -> ResponseReturnValue:
    run = tracing.latest(current_actor(), case_no)
    if run is None:
        raise NotFound
    return answer(as_json(run), status=201)


@bp.route("/incidents/<case_no>/trace")
class Trace(MethodView):
    """The current trace of a case."""

    @allow("map.read")
    def get(self, case_no: str) -> Response:
        """The newest run; 404 before the first."""
        run = tracing.latest(current_actor(), case_no)
        if run is None:
            raise NotFound
        return answer(as_json(run))

    @allow("trace.run")
    @bp.arguments(TraceIn)
    def post(self, body: dict[str, Any], case_no: str) -> ResponseReturnValue:
        """Trace anew from the facts; the run on record comes back where nothing has changed."""
        own = dict(body)
        if own.get("t0") is not None:
            own["t0"] = own["t0"].isoformat()
        run = tracing.run(case_no, actor=current_actor(), now=office_now(), overrides=own)
        return answer(as_json(run), status=201)


@bp.route("/incidents/<case_no>/trace/runs")
class TraceRuns(MethodView):
    """Every trace of a case."""

    @allow("map.read")
    def get(self, case_no: str) -> Response:
        """Runs, newest first, with their digests and where each took the place to be."""
        runs = tracing.history(current_actor(), case_no)
        return answer(
            [
                {
                    "id": run.id,
                    "run_at": iso(run.run_at),
                    "run_by": run.run_by,
                    "snapped": run.result["snapped"],
                    "inputs_sha256": run.inputs["digest"],
                    "network_sha256": run.network_sha256,
                    "result_sha256": run.result_sha256,
                }
                for run in runs
            ]
        )
