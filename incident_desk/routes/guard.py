"""Who is asking, and may they: the word on every view, and the actor behind the request."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from incident_desk.domain.errors import NotAllowed, NotFound
from incident_desk.domain.permissions import LINK, PUBLIC, VENDOR, Actor
from incident_desk.routes.bodies import UNSTORABLE, refuse_endless_form
from incident_desk.routes.errors import SignInNeeded, wants_problem
from incident_desk.routes.extensions import csrf
from incident_desk.services import scope
from incident_desk.services.office_time import office_now as _office_now
from incident_desk.services.people import who_asks
from incident_desk.services.tokens import WALL_COOKIE, bearer_token

View = TypeVar("View", bound=Callable[..., Any])
FORM_ROOM = 1_000_000
"""Bytes that a form may need around the file it carries."""

OPEN_ROOM = 64_000
"""Bytes of a form from somebody who has not shown who it is: a sign-in, a vendor's callback, the words of a link."""

OPEN_WORDS = frozenset({PUBLIC, LINK, VENDOR})


def office_now() -> datetime:
    """Office time of this request; asked twice, it answers the same."""
    if "office_now" not in g:
        g.office_now = _office_now()
    now: datetime = g.office_now
    return now


def find_actor() -> Actor | None:
    """The signed-in person, or the holder of a bearer token; None for a stranger."""
    if "actor" not in g:
        g.actor = who_asks(
            authorization=request.headers.get("Authorization", ""),
            account=current_user,
            wall_cookie=request.cookies.get(WALL_COOKIE),
            now=office_now,
        )
    actor: Actor | None = g.actor
    return actor


def is_by_token() -> bool:
    """True when this request proves itself by a bearer token and by nothing else."""
    return bearer_token(request.headers.get("Authorization", "")) is not None


def current_actor() -> Actor:
    """The actor of this request.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    actor = find_actor()
    if actor is None:
        raise SignInNeeded
    return actor


def allow(permission: str) -> Callable[[View], View]:
    """Say which permission a view asks for; a view without it fails the house test.

    A case named in the address is for those who may read cases, and is looked up before anything else is read, so that
    one of another office is not there whatever was sent to it. ``public``, ``link`` and ``vendor`` views check nothing
    here: a link or signature is checked by the view's service.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission not in OPEN_WORDS:
                actor = find_actor()
                if actor is None:
                    return _ask_to_sign_in()
                if not actor.may(permission):
                    raise NotAllowed
                if "case_no" in kwargs:
                    if not actor.may("incident.read"):
                        raise NotAllowed
                    scope.incident(actor, kwargs["case_no"])
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def takes_upload(view: View) -> View:
    """Let this view take files up to the installation's limit; every other view takes four megabytes."""
    view.takes_upload = True  # type: ignore[attr-defined]
    return view


def _ask_to_sign_in() -> ResponseReturnValue:
    if wants_problem() or request.method != "GET":
        raise SignInNeeded
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def init_guard(app: Flask) -> None:
    """Check the CSRF token of every changing request that a browser could be tricked into.

    A signed callback, a bearer token and a link's unguessable address prove more than the token would.
    """

    @app.before_request
    def protect() -> None:
        if UNSTORABLE.search(request.path):
            raise NotFound
        if request.method in {"GET", "HEAD", "OPTIONS", "TRACE"} or request.endpoint is None:
            return
        view = app.view_functions.get(request.endpoint)
        method = getattr(getattr(view, "view_class", None), request.method.lower(), view)
        permission = getattr(method, "permission", None)
        if getattr(method, "takes_upload", False) and request.mimetype == "multipart/form-data":
            if permission != LINK:
                _show_who_uploads(permission)
            request.max_content_length = app.config["UPLOAD_LIMIT"] + FORM_ROOM
        elif permission in OPEN_WORDS:
            request.max_content_length = OPEN_ROOM
        refuse_endless_form(request)
        if permission in {VENDOR, LINK} or is_by_token():
            return
        csrf.protect()


def _show_who_uploads(permission: str | None) -> None:
    """Before a byte of a large file is read, whoever sends it has to be somebody who may.

    Raises:
        SignInNeeded, NotAllowed: a stranger, or not this person's to do.
    """
    if permission is None or not current_actor().may(permission):
        raise NotAllowed
