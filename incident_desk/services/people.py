"""Accounts: signing in, throttled; making people, tokens and offices."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import ColumnElement, func, select

from incident_desk.domain.errors import N_, BadValue, DomainError, NotFound
from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import AccessToken, Expert, Office, Person, SignInAttempt
from incident_desk.services import installation, offices
from incident_desk.services.tokens import bearer_token, token_digest
from incident_desk.services.transaction import transaction

THROTTLE_WINDOW = timedelta(minutes=15)
TRIES_PER_SOURCE = 5
"""Failures of one log-in from one address, or from one browser that is known for it."""
TRIES_PER_ADDRESS = 30
"""Failures of all log-ins from one address, known browsers apart."""
TRIES_PER_LOGIN = 60
"""Failures of one log-in from everywhere, known browsers apart: many addresses guess no faster than so."""
MIN_PASSWORD = 10
_hasher = PasswordHasher()
_NO_SUCH_PERSON = (
    f"$argon2id$v={ARGON2_VERSION}$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)
"""A hash that no password has, as dear to try as a real one; written down, because making one costs as much."""


class WrongSignIn(DomainError):
    """Name and password do not go together."""

    code = "wrong_sign_in"
    status = 401
    message_id = N_("Name or password is wrong.")


class TooManyTries(DomainError):
    """Signing in is held back for a while."""

    code = "too_many_tries"
    status = 429
    message_id = N_("Too many tries. Wait %(minutes)s minutes, or ask the administrator.")


class WeakPassword(DomainError):
    """A password that is too short."""

    code = "weak_password"
    message_id = N_("A password needs at least %(length)s characters.")


class NameTaken(DomainError):
    """The log-in exists."""

    code = "name_taken"
    status = 409
    message_id = N_("The log-in %(login)s is taken. Choose another.")


class UnknownOffice(DomainError):
    """No office has this code."""

    code = "unknown_office"
    message_id = N_("There is no office with the code %(code)s.")


class Account(Protocol):
    """Whoever the session cookie names; nobody's is not authenticated and has no actor."""

    @property
    def is_authenticated(self) -> bool:
        """Whether it is somebody's."""

    def to_actor(self) -> Actor:
        """The domain's view of the person."""


def sign_in(login: str, password: str, *, address: str, browser: str = "", now: datetime) -> Person:
    """The person with this name and password.

    Every try is recorded, by a digest of the name. A *browser* that has signed in by this name before is counted apart,
    by its own name: whoever guesses elsewhere, or behind the same address, holds the officer at the desk up by nothing.

    Raises:
        TooManyTries: too many failures within fifteen minutes.
        WrongSignIn: no such person, or the wrong password; the two take the same time. A sample account is no
            person where the database is no exercise.
    """
    person, attempt_id = _prove(login, password, address=address, browser=browser, now=now)
    with transaction() as tx:
        tx.session.get_one(SignInAttempt, attempt_id).succeeded = True
        tx.journal(None, "person.signed_in", actor=person.to_actor(), at=now)
    return person


def prove(login: str, password: str, *, address: str, browser: str = "", now: datetime) -> Person:
    """The person with this name and password, who signs something on another's screen and begins no session.

    Tries are counted as those of signing in.

    Raises:
        TooManyTries, WrongSignIn: as ``sign_in``.
    """
    person, attempt_id = _prove(login, password, address=address, browser=browser, now=now)
    with transaction() as tx:
        tx.session.get_one(SignInAttempt, attempt_id).succeeded = True
    return person


def _prove(login: str, password: str, *, address: str, browser: str, now: datetime) -> tuple[Person, int]:
    """The person, and the number of the try, which counts as failed until somebody says otherwise."""
    digest = login_digest(login)
    source = f"browser:{browser}" if browser else address
    with transaction() as tx:
        attempt = SignInAttempt(login_digest=digest, address=source, at=now, succeeded=False)
        tx.session.add(attempt)
    _hold_back(attempt.id, digest, source, now)
    person = db.session.scalar(select(Person).where(Person.login == login.strip(), Person.is_active))
    is_right = _matches(person.password_hash if person else _NO_SUCH_PERSON, password)
    if person is None or not is_right or not _may_be_here(person):
        raise WrongSignIn
    return person, attempt.id


def login_digest(login: str) -> str:
    """What is stored of a name that somebody tried."""
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()


def _may_be_here(person: Person) -> bool:
    """Sample accounts have a known password: they exist only while every case is an exercise."""
    return not person.is_sample or installation.is_exercise_only()


def hash_password(password: str) -> str:
    """What is stored of a password."""
    return _hasher.hash(password)


def _hold_back(attempt_id: int, digest: str, source: str, now: datetime) -> None:
    """Refuse a try that comes after too many others.

    It was committed as a failure before the others are counted, so of many at once none can overlook the rest. A try
    that is held back is forgotten: waiting is not prolonged by trying.
    """
    with transaction() as tx:
        failures = select(func.count()).where(
            SignInAttempt.at > now - THROTTLE_WINDOW, SignInAttempt.succeeded.is_(False), SignInAttempt.id != attempt_id
        )
        by_login = SignInAttempt.login_digest == digest
        apart = SignInAttempt.address.like("browser:%")
        here = SignInAttempt.address == source
        limits: list[tuple[int, ColumnElement[bool]]] = [(TRIES_PER_SOURCE, by_login & here)]
        if not source.startswith("browser:"):
            limits += [(TRIES_PER_ADDRESS, here), (TRIES_PER_LOGIN, by_login & ~apart)]
        if all((tx.session.scalar(failures.where(which)) or 0) < limit for limit, which in limits):
            return
        tx.session.delete(tx.session.get_one(SignInAttempt, attempt_id))
    raise TooManyTries(minutes=int(THROTTLE_WINDOW.total_seconds() // 60))


_hashing = threading.BoundedSemaphore(4)
"""Passwords tried at once: each takes 64 MB, and strangers may send hundreds."""


def _matches(stored: str, password: str) -> bool:
    try:
        with _hashing:
            return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def add_person(
    login: str,
    name: str,
    password: str,
    *,
    role: Role,
    office: str,
    actor: Actor,
    now: datetime,
    phone: str | None = None,
    is_sample: bool = False,
) -> Person:
    """Make an account.

    Raises:
        WeakPassword, NameTaken, UnknownOffice: what to change is in the message.
    """
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(field="password", length=MIN_PASSWORD)
    if not login.strip():
        raise BadValue(field="login", what="login", value=login, hint="")
    with transaction() as tx:
        if tx.session.scalar(select(Person.id).where(Person.login == login)) is not None:
            raise NameTaken(field="login", login=login)
        if tx.session.get(Office, office) is None:
            offices.put_shipped(tx.session)
        if tx.session.get(Office, office) is None:
            raise UnknownOffice(field="office", code=office)
        person = Person(
            login=login,
            name=name,
            password_hash=hash_password(password),
            role=role.value,
            office_code=office,
            phone=phone,
            is_sample=is_sample,
            created_at=now,
        )
        tx.session.add(person)
        tx.session.flush()
        tx.journal(None, "person.added", actor=actor, at=now, office=office, data={"person": person.id, "role": role})
    return person


def person_by_session(session_id: str) -> Person | None:
    """The person of a session cookie ``<id>:<epoch>``; None when the session was ended elsewhere."""
    identity, _, epoch = session_id.partition(":")
    if not (identity.isdecimal() and epoch.isdecimal()):
        return None
    person = db.session.get(Person, int(identity))
    if person is None or not person.is_active or person.session_epoch != int(epoch):
        return None
    return person if _may_be_here(person) else None


def person_by_login(login: str) -> Person:
    """The person with this log-in.

    Raises:
        NotFound: there is none.
    """
    person = db.session.scalar(select(Person).where(Person.login == login))
    if person is None:
        raise NotFound
    return person


def make_token(
    label: str, *, role: Role, office: str, actor: Actor, now: datetime, person_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:  # fmt: skip
    """Make a token for a program or a wall screen and give it back; only its digest is stored."""
    token = secrets.token_urlsafe(32)
    with transaction() as tx:
        row = AccessToken(
            digest=token_digest(token),
            label=label,
            role=role.value,
            office_code=office,
            person_id=person_id,
            created_at=now,
            expires_at=expires_at,
        )
        tx.session.add(row)
        tx.session.flush()
        tx.journal(None, "token.made", actor=actor, at=now, office=office, data={"token": row.id, "role": role})
    return token


def actor_by_token(token: str, now: datetime) -> Actor | None:
    """The holder of *token*, or None when it is unknown, expired or taken back."""
    digest = token_digest(token)
    row = db.session.scalar(select(AccessToken).where(AccessToken.digest == digest))
    if row is None or not hmac.compare_digest(row.digest, digest) or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    holder = db.session.get(Person, row.person_id) if row.person_id is not None else None
    if holder is not None and not (holder.is_active and _may_be_here(holder)):
        return None
    return row.to_actor()


def who_asks(
    *, authorization: str, account: Account, wall_cookie: str | None, now: Callable[[], datetime]
) -> Actor | None:
    """Who is behind a request or a screen; None for a stranger.

    The bearer token of the *authorization* header decides alone: one that is not good makes a stranger also of
    somebody signed in. The *account* of the session comes before the wall's cookie, so that no link can turn an
    officer's browser into a wall. *now* is asked for only where a token has to be looked up.
    """
    offered = bearer_token(authorization)
    if offered is not None:
        return actor_by_token(offered, now())
    if account.is_authenticated:
        return account.to_actor()
    return actor_by_token(wall_cookie, now()) if wall_cookie else None


def change_preferences(person_id: int, *, locale: str | None = None, theme: str | None = None) -> None:
    """Remember a person's language or theme."""
    with transaction() as tx:
        person = tx.session.get_one(Person, person_id)
        person.locale = locale or person.locale
        person.theme = theme or person.theme


def sign_out_everywhere(person_id: int) -> None:
    """End every session of this person."""
    with transaction() as tx:
        person = tx.session.get_one(Person, person_id)
        person.session_epoch += 1


def leaders_of(office: str) -> list[Person]:
    """The active leaders of *office*, for signing and confirming."""
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.office_code == office, Person.role == Role.LEADER.value, Person.is_active)
            .order_by(Person.id)
        )
    )


def keepers_of(office: str) -> list[Person]:
    """Who keeps the desk of *office* (值班员), by account; colleagues of a county branch take its calls themselves."""
    roles = (Role.DUTY_OFFICER.value, Role.COUNTY_COLLEAGUE.value)
    query = select(Person).where(Person.office_code == office, Person.role.in_(roles), Person.is_active)
    return list(db.session.scalars(query.order_by(Person.id)))


def people_of(office: str) -> list[Person]:
    """Everybody with an active account at *office*, whatever their role."""
    query = select(Person).where(Person.office_code == office, Person.is_active).order_by(Person.id)
    return list(db.session.scalars(query))


def names_of(refs: set[str]) -> dict[str, str]:
    """Names for actor references ``person:7`` and ``expert:7``, for screens; the journal itself holds none."""
    names: dict[str, str] = {}
    for kind, table in (("person", Person), ("expert", Expert)):
        ids = [int(ref.removeprefix(f"{kind}:")) for ref in refs if ref.startswith(f"{kind}:")]
        if ids:
            found = db.session.execute(select(table.id, table.name).where(table.id.in_(ids)))
            names.update({f"{kind}:{identity}": name for identity, name in found})
    return names
