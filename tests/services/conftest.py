"""The desk of the service tests: on SQLite, and on PostgreSQL where TEST_POSTGRESQL_URL answers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from incident_desk.settings import Settings
from tests.conftest import postgresql_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, home: Any) -> Iterator[str]:
    """A database of its own: a file, or a schema that is dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{home / 'desk.sqlite3'}"
        return
    url = postgresql_url()
    if url is None:
        pytest.skip("left out: no PostgreSQL answers at TEST_POSTGRESQL_URL")
    from sqlalchemy import create_engine, text

    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    joint = "&" if "?" in address else "?"
    yield f"{address}{joint}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def settings(home: Any, database: str) -> Settings:
    return Settings(home=home, database_url=database, secret_key="a key for tests only")
