"""Signing in and out, language and theme."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from incident_desk.domain.errors import DomainError
from incident_desk.domain.permissions import PUBLIC, Actor, Role
from incident_desk.models import Person
from incident_desk.routes.errors import say
from incident_desk.routes.guard import allow, current_actor, find_actor, office_now
from incident_desk.routes.headers import has_secure_cookies
from incident_desk.routes.known_browser import browser_known_for, remember_browser
from incident_desk.services import people

bp = Blueprint("auth", __name__)

LOCALES = ("zh_Hans", "en")
THEMES = ("light", "dark")
YEAR_S = 31_536_000


class SessionPerson:
    """A person as Flask-Login keeps one: the cookie holds ``<id>:<epoch>``."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """What the session cookie holds."""
        return f"{self.person.id}:{self.person.session_epoch}"

    def to_actor(self) -> Actor:
        """The domain's view of this person."""
        return self.person.to_actor()


def load_person(session_id: str) -> SessionPerson | None:
    """The person of a session cookie."""
    person = people.person_by_session(session_id)
    return SessionPerson(person) if person is not None else None


@bp.get("/sign-in")
@allow(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """The form; whoever is signed in goes on to the board."""
    if find_actor() is not None:
        return redirect(_own_page(request.args.get("next", "")))
    return render_template("auth/sign_in.html", error=None, login="")


@bp.post("/sign-in")
@allow(PUBLIC)
def do_sign_in() -> ResponseReturnValue:
    """Check name and password, begin a session."""
    login = request.form.get("login", "")
    try:
        person = people.sign_in(
            login,
            request.form.get("password", ""),
            address=request.remote_addr or "",
            browser=browser_known_for(login),
            now=office_now(),
        )
    except DomainError as error:
        return render_template("auth/sign_in.html", error=say(error), login=login), error.status
    session.clear()
    session.permanent = True
    login_user(SessionPerson(person))
    response = make_response(redirect(_own_page(request.args.get("next", ""))))
    remember_browser(response, login)
    return response


@bp.post("/sign-out")
@allow(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


@bp.post("/preferences")
@allow(PUBLIC)
def preferences() -> ResponseReturnValue:
    """Remember language and theme: with the person, and for strangers in a cookie."""
    chosen = {
        "locale": request.form.get("locale") if request.form.get("locale") in LOCALES else None,
        "theme": request.form.get("theme") if request.form.get("theme") in THEMES else None,
    }
    actor = find_actor()
    if actor is not None and actor.person_id is not None:
        people.change_preferences(actor.person_id, locale=chosen["locale"], theme=chosen["theme"])
    response = make_response(redirect(_local(request.form.get("next", "")) or "/", code=303))
    secure = has_secure_cookies()
    for name, value in chosen.items():
        if value is not None:
            response.set_cookie(name, value, max_age=YEAR_S, samesite="Lax", httponly=True, secure=secure)
    return response


def _local(address: str) -> str:
    """*address* when it stays on this site, else nothing."""
    parts = urlsplit(address)
    is_path = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not address.startswith("//")
    return address if is_path and address.isprintable() and "\\" not in address else ""


def _own_page(wanted: str) -> str:
    if _local(wanted):
        return wanted
    role = current_actor().role if find_actor() else None
    if role is Role.FIELD_STAFF:
        return url_for("field.home")
    if role is Role.WALL_SCREEN:
        return url_for("board.wall")
    return url_for("board.desk")
