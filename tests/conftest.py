"""Fixtures for every floor: settings in a folder of their own, a migrated database, people of five offices."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from incident_desk.settings import Settings

NOW = datetime(2026, 11, 20, 18, 45, tzinfo=UTC)
"""02:45 on 21 November in Shiyan: the time at which tests that need one stand."""

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Close the outside: a connection to anything but this machine is an error."""
    real = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise AssertionError(f"a test asked {address}")
        return real(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]


def postgresql_url() -> str | None:
    """The server given for tests, if it answers."""
    url = os.environ.get("TEST_POSTGRESQL_URL")
    if not url:
        return None
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        engine.connect().close()
    except SQLAlchemyError:
        return None
    finally:
        engine.dispose()
    return url


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{home / 'desk.sqlite3'}", secret_key="a key for tests only")


def furnish() -> None:
    """Bring the schema up and seed the people, once for all tests; needs an app context."""
    from incident_desk.extensions import db
    from incident_desk.services import database
    from tests.people import seed_people

    database.upgrade(db.engine)
    seed_people()


@pytest.fixture(scope="session")
def pattern_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and seeded SQLite file: the tests begin with copies of it, for migrating each anew takes longer."""
    from incident_desk.app import create_app
    from incident_desk.extensions import db

    home = tmp_path_factory.mktemp("pattern-file")
    file = home / "desk.sqlite3"
    desk = create_app(Settings(home=home, database_url=f"sqlite:///{file}", secret_key="a key for tests only"))
    with desk.app_context():
        furnish()
        db.session.remove()
        db.engine.dispose()
    return file


@pytest.fixture
def app(settings: Settings, pattern_file: Path) -> Iterator[Any]:
    """A desk on a migrated database, SQLite unless said otherwise, with the offices of Hubei and one person a role."""
    from incident_desk.app import create_app
    from incident_desk.extensions import db
    from incident_desk.services import database

    file = make_url(settings.database_url).database
    if settings.database_url.startswith("sqlite") and file is not None and not Path(file).exists():
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(pattern_file, file)
    desk = create_app(settings)
    desk.config["TESTING"] = True
    with desk.app_context():
        if database.current_revision(db.engine) is None:
            furnish()
    yield desk
    follower = desk.extensions["journal_follower"]
    follower.end()
    with desk.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app_context(app: Any) -> Iterator[Any]:
    """The desk with its context pushed, for tests of services."""
    with app.app_context():
        yield app


@pytest.fixture
def sign_in(app: Any) -> Callable[..., Any]:
    """A client signed in as one of the seeded people: ``sign_in("officer")``."""

    def make(login: str, locale: str = "zh_Hans") -> Any:
        from tests.people import PASSWORD

        client = app.test_client()
        client.set_cookie("locale", locale)
        page = client.get("/sign-in")
        token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 302, answer.text
        page = client.get("/no-such-page")  # signing in begins a new session, with a token of its own
        client.csrf_token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
        if locale != "zh_Hans":
            client.post("/preferences", data={"locale": locale, "csrf_token": client.csrf_token})
        return client

    return make
