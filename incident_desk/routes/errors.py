"""How the desk says no: one page for people, one problem document for programs, the same code and words."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError
from incident_desk.extensions import STORE_FAILED, STORE_SILENT

log = logging.getLogger(__name__)


class SignInNeeded(DomainError):
    """Nobody is signed in."""

    code = "sign_in_needed"
    status = 401
    message_id = N_("Sign in first.")


class FormExpired(DomainError):
    """The CSRF token is missing or old."""

    code = "form_expired"
    status = 400
    message_id = N_("This page was open too long. Go back and reload it; what you typed in the call sheet is kept.")


SOMETHING_FAILED = N_(
    "Something failed here. Nothing that was acknowledged is lost. Try again; if "
    "it fails again, call the administrator."
)

DATABASE_SILENT = N_(
    "The database does not answer, so nothing can be shown or saved now. Telephone, write it down, try again; if it "
    "stays so, call the administrator. Nothing that was acknowledged is lost."
)

TOO_MUCH_SENT = N_("More was sent than is taken here: at most %(megabytes)s MB.")

HTTP_WORDS = {
    400: ("bad_request", N_("The request cannot be read. Reload the page and try again.")),
    404: ("not_found", N_("There is nothing here, or it belongs to another office.")),
    405: ("method_not_allowed", N_("This address does not take this kind of request.")),
    409: ("conflict", N_("This was already received.")),
    412: ("changed_meanwhile", ChangedMeanwhile.message_id),
    413: ("too_large", TOO_MUCH_SENT),
    415: ("wrong_kind", N_("This kind of file or content is not taken here.")),
    422: ("refused", N_("This was refused.")),
    428: ("precondition_needed", N_("Say which version you are changing (If-Match).")),
    429: ("too_many", N_("Too many requests. Wait a moment.")),
    500: ("failed", SOMETHING_FAILED),
}  # fmt: skip


def wants_problem() -> bool:
    """True when the asker is a program: an API path, or an Accept header that prefers JSON."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best in {"application/json", "application/problem+json"}


def problem(status: int, code: str, detail: str, field: str | None = None) -> Response:
    """An ``application/problem+json`` answer (RFC 9457)."""
    body = {"type": f"urn:incident-desk:{code}", "title": detail, "status": status, "code": code}
    if field is not None:
        body["field"] = field
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def say(error: DomainError) -> str:
    """The sentence of *error* in the language of the request."""
    params = {name: _word(value) for name, value in error.params.items()}
    return str(gettext(error.message_id, **params) if params else gettext(error.message_id))


def _word(value: object) -> object:
    return gettext(value) if isinstance(value, str) and value and len(value) < 200 else value


def _answer(status: int, code: str, words: str, field: str | None = None) -> ResponseReturnValue:
    if wants_problem():
        return problem(status, code, words, field)
    name = "errors/_error.html" if request.headers.get("HX-Request") else "errors/error.html"
    try:
        return render_template(name, status=status, code=code, words=words), status
    except Exception:
        log.exception("the error page cannot be made", extra={"path": request.path})
        return _plain_answer(status, code, words)


def _plain_answer(status: int, code: str, words: str) -> ResponseReturnValue:
    """The refusal without anything that stands in the database: who asks, the time, whether it is an exercise."""
    if wants_problem():
        return problem(status, code, words)
    name = "errors/_error.html" if request.headers.get("HX-Request") else "errors/plain.html"
    page = current_app.jinja_env.get_template(name)
    return page.render(status=status, code=code, words=words, locale=_asked_locale()), status


def _asked_locale() -> str:
    """The language of the browser's cookie: a person's own stands in the database."""
    return "en" if request.cookies.get("locale") == "en" else "zh_Hans"


def _size_words() -> str:
    limit = min(request.max_content_length or 0, current_app.config["UPLOAD_LIMIT"])
    return str(gettext(TOO_MUCH_SENT, megabytes=max(limit // 1_000_000, 1)))


def init_errors(app: Flask) -> None:
    """Answer domain errors by their code, HTTP errors in our words, and surprises without a trace."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> ResponseReturnValue:
        return _answer(error.status, error.code, say(error), error.field)

    @app.errorhandler(CSRFError)
    def expired(_error: CSRFError) -> ResponseReturnValue:
        return refused(FormExpired())

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        status = error.code or 500
        code, words = HTTP_WORDS.get(status, HTTP_WORDS[500 if status >= 500 else 400])
        return _answer(status, code, _size_words() if status == 413 else gettext(words))

    def database_silent(error: Exception) -> ResponseReturnValue:
        log.error("the database does not answer", exc_info=error, extra={"path": request.path})
        with force_locale(_asked_locale()):
            return _plain_answer(503, "database_silent", gettext(DATABASE_SILENT))

    for kind in STORE_SILENT:
        app.register_error_handler(kind, database_silent)

    @app.errorhandler(OverflowError)
    def beyond_all_size(error: OverflowError) -> ResponseReturnValue:
        log.warning("a number or date beyond all size", exc_info=error, extra={"path": request.path})
        code, words = HTTP_WORDS[422]
        return _answer(422, code, gettext(words))

    @app.errorhandler(Exception)
    def failed(error: Exception) -> ResponseReturnValue:
        log.error("request failed", exc_info=error, extra={"path": request.path, "method": request.method})
        code, words = HTTP_WORDS[500]
        try:
            said = gettext(words)
        except STORE_FAILED:  # the language of a person cannot be read
            with force_locale(_asked_locale()):
                said = gettext(words)
        return _answer(500, code, said)
