"""The frame of ``/api/v1``: blueprints whose refusals are ours, versions as ETags, and the OpenAPI document.

A resource parses, calls one service and answers. Programs send a bearer token; a page's own scripts use the session
and its CSRF token. Every creating call may carry an ``Idempotency-Key``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from flask import Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Api, Blueprint
from marshmallow import ValidationError, missing
from webargs.flaskparser import FlaskParser

from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError
from incident_desk.domain.permissions import PUBLIC
from incident_desk.models import FactRecord
from incident_desk.routes.errors import problem, say
from incident_desk.routes.guard import allow
from incident_desk.services.transaction import AlreadyDone

PREFIX = "/api/v1"
DOCUMENT = "api-docs.openapi_json"

REPEATS: dict[str, Callable[[str], ResponseReturnValue]] = {}
"""What a use case made → the answer that a repeated call gets; filled by ``repeats`` beside the resources."""


class BodyUnreadable(DomainError):
    """A body that is not what the description says."""

    code = "body_unreadable"
    message_id = N_("%(key)s: %(why)s")


class VersionNeeded(DomainError):
    """A change of something that two people may edit, without the version that was read."""

    code = "precondition_needed"
    status = 428
    message_id = N_("Say which version you are changing (If-Match).")


class VersionUnreadable(DomainError):
    """An If-Match that none of our answers carried."""

    code = "version_unreadable"
    status = 412
    message_id = N_("If-Match must be the ETag of the answer that you read.")


class _Parser(FlaskParser):
    """Reads bodies; what cannot be read becomes a refusal of ours, with the field's name."""

    def handle_error(
        self,
        error: ValidationError,
        _request: Any,
        _schema: Any,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        key, why = _first(error.messages)
        raise BodyUnreadable(field=key, key=key, why=why)

    def _raw_load_json(self, req: Any) -> Any:
        return current_app.json.loads(req.get_data(cache=True)) if req.is_json and req.get_data(cache=True) else missing

    def _handle_invalid_json_error(self, error: Any, req: Any, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise BodyUnreadable(field="body", key="body", why=gettext("this is no JSON")) from error


class ApiBlueprint(Blueprint):
    """A subject's resources under ``/api/v1``."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, module: str, description: str) -> None:
        super().__init__(name, module, url_prefix=PREFIX, description=description)
        self.register_error_handler(ChangedMeanwhile, _changed)
        self.register_error_handler(AlreadyDone, _again)


class _DeskApi(Api):
    """flask-smorest without its own error answers: ``routes/errors.py`` gives problem documents."""

    def _register_error_handlers(self) -> None:
        return


def bind(app: Flask, blueprints: Iterable[ApiBlueprint]) -> None:
    """Register *blueprints* and the document at ``/api/v1/openapi.json``."""
    api = _DeskApi(
        app,
        spec_kwargs={
            "info": {"description": "Times are ISO 8601 with offset; refusals are application/problem+json."},
            "security": [{"token": []}],
        },
    )
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.view_functions[DOCUMENT] = allow(PUBLIC)(app.view_functions[DOCUMENT])


def repeats(kind: str) -> Callable[[Callable[[str], ResponseReturnValue]], Callable[[str], ResponseReturnValue]]:
    """Register how a repeated call is answered that made *kind*: a function from the outcome's id to the answer."""

    def register(answer: Callable[[str], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
        REPEATS[kind] = answer
        return answer

    return register


def answer(body: object, *, status: int = 200, version: int | None = None) -> Response:
    """*body* as JSON, with the version as its ETag where two people may edit."""
    response = jsonify(body)
    response.status_code = status
    if version is not None:
        response.set_etag(str(version))
    return response


def version_read() -> int | None:
    """The version that If-Match names; None for ``*``, which means whatever there is.

    Raises:
        VersionNeeded: there is no If-Match.
        VersionUnreadable: it is no ETag of ours.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise VersionNeeded
    if given == "*":
        return None
    plain = given.removeprefix("W/").strip('"')
    if not plain.isdecimal() or len(plain) > 9:
        raise VersionUnreadable
    return int(plain)


def iso(at: datetime | None) -> str | None:
    """An instant as our answers write it: UTC, with offset."""
    return None if at is None else at.isoformat()


def fact_json(fact: FactRecord) -> dict[str, Any]:
    """A fact on record."""
    return {
        "id": fact.id,
        "kind": fact.kind,
        "at": iso(fact.at),
        "recorded_at": iso(fact.recorded_at),
        "recorded_by": fact.recorded_by,
        "office": fact.office_code,
        "data": fact.data,
        "source": fact.source,
    }


def problem_json(found: FieldProblem) -> dict[str, Any]:
    """What is wrong or doubtful about one answer, in the language of the request."""
    params = {name: str(value) for name, value in found.params.items()}
    words = gettext(found.message_id, **params) if params else gettext(found.message_id)
    return {"field": found.field, "code": found.code, "soft": found.soft, "message": words, "typed": found.raw}


def _first(messages: Any) -> tuple[str, str]:
    """The first field of a validation error, by its path, and what is wrong with it."""
    path: list[str] = []
    while isinstance(messages, Mapping):
        key, messages = next(iter(messages.items()))
        if key not in {"json", "query", "_schema"}:
            path.append(str(key))
    text = messages[0] if isinstance(messages, list) and messages else messages
    return ".".join(path) or "body", str(text)


def _changed(error: ChangedMeanwhile) -> Response:
    """412 with what stands there now and what was sent, so that nothing typed is lost."""
    response = problem(412, error.code, say(ChangedMeanwhile()))
    body = {**(response.get_json() or {}), **{key: error.params.get(key) for key in ("current", "typed", "version")}}
    response.set_data(jsonify(body).get_data())
    return response


def _again(done: AlreadyDone) -> ResponseReturnValue:
    """The answer of the first call with this key."""
    found = REPEATS.get(done.kind or "")
    if found is None or done.identity is None:
        return problem(409, "already_received", gettext("This was already received."))
    return found(done.identity)
