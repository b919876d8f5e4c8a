"""The double click and the retried request: same key and body, same answer; another body, refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.routes.errors import problem, wants_problem
from incident_desk.routes.guard import find_actor, office_now
from incident_desk.services.transaction import AlreadyDone, RequestKey, request_key

MAX_KEY = 200
FORM_FIELD = "_idempotency_key"
HASHED_BODY_LIMIT = 1_000_000

OUTCOMES: dict[str, Callable[[str], str]] = {}
"""What a use case made → the page that shows it; filled by ``shows`` beside the views."""


def shows(kind: str) -> Callable[[Callable[[str], str]], Callable[[str], str]]:
    """Register how the outcome *kind* is found again: a function from its id to its address."""

    def register(address: Callable[[str], str]) -> Callable[[str], str]:
        OUTCOMES[kind] = address
        return address

    return register


@shows("incident")
def _incident_page(identity: str) -> str:
    return url_for("incidents.show", case_no=identity)


@shows("fact")
@shows("call")
@shows("phone_call")
@shows("task")
def _page_of_its_case(identity: str) -> str:
    return url_for("incidents.show", case_no=identity.partition("/")[0])


def answer_again(done: AlreadyDone) -> ResponseReturnValue:
    """Answer a repeated request with what the first one made."""
    address = OUTCOMES.get(done.kind or "")
    if address is None or done.identity is None:
        if wants_problem():
            return problem(409, "already_received", gettext("This was already received."))
        return redirect(request.referrer or "/", code=303)
    if wants_problem():
        return {"kind": done.kind, "id": done.identity, "repeated": True}, 200
    return redirect(address(done.identity), code=303)


def init_idempotency(app: Flask) -> None:
    """Lay the key of every changing request ready for the transaction that will use it."""
    app.register_error_handler(AlreadyDone, answer_again)

    @app.before_request
    def lay_ready() -> None:
        request_key.set(None)
        if request.method not in {"POST", "PUT", "PATCH"}:
            return
        key = request.headers.get("Idempotency-Key") or ""
        if not key and request.mimetype == "application/x-www-form-urlencoded":
            key = request.form.get(FORM_FIELD, "")
        actor = find_actor()
        if key and actor is not None:
            request_key.set(RequestKey(key[:MAX_KEY], actor.ref, _digest(), office_now()))


def _digest() -> str:
    """Digest of method, path and body; a large upload counts by its length, its own key being its content."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if (request.content_length or 0) > HASHED_BODY_LIMIT or request.mimetype == "multipart/form-data":
        digest.update(str(request.content_length).encode())
    elif request.mimetype == "application/x-www-form-urlencoded":
        for name, values in sorted(request.form.lists()):
            if name not in {FORM_FIELD, "csrf_token"}:
                digest.update(repr((name, values)).encode())
    else:
        digest.update(request.get_data(cache=True))
    return digest.hexdigest()
