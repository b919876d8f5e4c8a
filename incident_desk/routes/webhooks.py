"""What message vendors send us: receipts and people's texts, each signed; an unsigned one gets 403 and silence."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from incident_desk.domain.permissions import VENDOR
from incident_desk.notify import callbacks
from incident_desk.routes.guard import allow, office_now
from incident_desk.services.callouts import answers
from incident_desk.services.messages import receipts
from incident_desk.services.messages.post_office import post_office

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks/messages")
log = logging.getLogger(__name__)


@bp.post("/status")
@allow(VENDOR)
def status() -> ResponseReturnValue:
    """Take a receipt."""
    is_exercise = _signed_for()
    if is_exercise is None:
        return _silence()
    receipt = callbacks.read_receipt(request.form, request.args.get("key", ""))
    receipts.receive(receipt, is_exercise=is_exercise, now=office_now())
    return Response(status=204)


@bp.post("/inbound")
@allow(VENDOR)
def inbound() -> ResponseReturnValue:
    """Take a person's text."""
    is_exercise = _signed_for()
    if is_exercise is None:
        return _silence()
    answers.by_text(callbacks.read_inbound(request.form), is_exercise=is_exercise, now=office_now())
    return Response(status=204)


def _signed_for() -> bool | None:
    query = request.query_string.decode("ascii", "replace")
    path = f"{request.path}?{query}" if query else request.path
    return post_office().signed_for(path, request.form, request.headers.get(callbacks.SIGNATURE_HEADER, ""))


def _silence() -> Response:
    log.warning("a callback with a wrong signature", extra={"path": request.path})
    return Response(status=403)
