"""A desk to kill: on SQLite, and on PostgreSQL where TEST_POSTGRESQL_URL answers; furnished once, then copied."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import postgresql_url
from tests.desks import Desk, a_desk, copy_of


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk that the SQLite ones are copied from; nothing ever runs in it."""
    with a_desk(tmp_path_factory.mktemp("pattern") / "home") as desk:
        yield desk


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def desk(request: pytest.FixtureRequest, tmp_path: Path, pattern: Desk) -> Iterator[Desk]:
    if request.param == "sqlite":
        copied = copy_of(pattern, tmp_path / "home")
        yield copied
        copied.end()
        return
    url = postgresql_url()
    if url is None:
        pytest.skip("left out: no PostgreSQL answers at TEST_POSTGRESQL_URL")
    with own_schema(url) as address, a_desk(tmp_path / "home", database_url=address) as on_server:
        yield on_server


def own_schema(url: str) -> Any:
    """A schema of its own on the server, dropped afterwards; gives the address that opens in it."""
    from contextlib import contextmanager

    from sqlalchemy import create_engine, text

    @contextmanager
    def opened() -> Iterator[str]:
        address = url.replace("postgresql://", "postgresql+psycopg://", 1)
        schema = f"test_{secrets.token_hex(6)}"
        engine = create_engine(address)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        try:
            yield f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}"
        finally:
            with engine.begin() as connection:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
            engine.dispose()

    return opened()


@pytest.fixture
def pause(tmp_path: Path) -> Callable[[str], Pause]:
    """``pause("commit:call.taken")``: a point at which a process stops, see ``pause/sitecustomize.py``."""
    return lambda point: Pause(point, tmp_path / f"pause-{secrets.token_hex(4)}")


class Pause:
    """One point; ``environ`` is for the process that shall stop there."""

    def __init__(self, point: str, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.environ = {
            "PAUSE_AT": point,
            "PAUSE_DIR": str(folder),
            "PYTHONPATH": str(Path(__file__).parent / "pause"),
        }

    @property
    def is_reached(self) -> bool:
        return (self.folder / "reached").exists()

    def wait(self, within_s: float = 90.0) -> None:
        """Wait until the process stands at the point."""
        import time

        deadline = time.monotonic() + within_s
        while not self.is_reached:
            assert time.monotonic() < deadline, f"never came to {self.environ['PAUSE_AT']}"
            time.sleep(0.02)
