"""The desk of the service tests: on SQLite, and on PostgreSQL where TEST_POSTGRESQL_URL answers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from incident_desk.settings import Settings
from tests.conftest import furnish, postgresql_url


@pytest.fixture(scope="session")
def pattern_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """A migrated and seeded database on the server, to copy; None where the server does not let us make one."""
    url = postgresql_url()
    if url is None:
        yield None
        return
    from incident_desk.app import create_app
    from incident_desk.extensions import db

    name = f"desk_pattern_{secrets.token_hex(6)}"
    if not _administer(url, f"CREATE DATABASE {name}"):
        yield None
        return
    home = tmp_path_factory.mktemp("pattern-database")
    desk = create_app(Settings(home=home, database_url=_address(url, name), secret_key="a key for tests only"))
    with desk.app_context():
        furnish()
        db.session.remove()
        db.engine.dispose()
    yield name
    _administer(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, home: Any) -> Iterator[str]:
    """A database of its own: a file; on the server a copy of the pattern, or a schema; dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{home / 'desk.sqlite3'}"
        return
    url = postgresql_url()
    if url is None:
        pytest.skip("left out: no PostgreSQL answers at TEST_POSTGRESQL_URL")
    pattern = request.getfixturevalue("pattern_database")
    name = f"desk_{secrets.token_hex(6)}"
    if pattern is not None and _administer(url, f"CREATE DATABASE {name} TEMPLATE {pattern}"):
        yield _address(url, name)
        _administer(url, f"DROP DATABASE {name} WITH (FORCE)")
        return
    _administer(url, f"CREATE SCHEMA {name}")
    yield f"{_address(url)}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"
    _administer(url, f"DROP SCHEMA {name} CASCADE")


def _address(url: str, name: str | None = None) -> str:
    """*url* for our driver, with the database *name* in the place of its own."""
    found = make_url(url).set(drivername="postgresql+psycopg")
    return (found if name is None else found.set(database=name)).render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> bool:
    """Run one statement outside any transaction; False where this account may not."""
    engine = create_engine(_address(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    except ProgrammingError as refused:
        if "permission denied" in str(refused):
            return False
        raise
    finally:
        engine.dispose()
    return True


@pytest.fixture
def settings(home: Any, database: str) -> Settings:
    return Settings(home=home, database_url=database, secret_key="a key for tests only")
