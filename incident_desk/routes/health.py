"""Is the desk alive, is it ready, and a few numbers for whoever watches it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from incident_desk.domain.permissions import PUBLIC
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services import health

bp = Blueprint("health", __name__)


@bp.get("/health/live")
@allow(PUBLIC)
def live() -> ResponseReturnValue:
    """The process answers."""
    return {"ok": True}


@bp.get("/health/ready")
@allow(PUBLIC)
def ready() -> ResponseReturnValue:
    """The database answers and has the newest schema."""
    faults = health.faults()
    return {"ok": not faults, "faults": faults}, 503 if faults else 200


@bp.get("/metrics")
@allow("board.read")
def metrics() -> ResponseReturnValue:
    """Counts in the text form that Prometheus reads."""
    lines = [f"incident_desk_{name} {value}" for name, value in health.numbers(current_actor(), office_now()).items()]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
