"""The journal refuses to be changed, and where somebody takes the triggers away, the chain names what was forged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from incident_desk.extensions import db
from tests.desks import Desk, in_process
from tests.faults.test_kills import open_in_process

pytestmark = pytest.mark.alone


@contextmanager
def store(desk: Desk) -> Iterator[Connection]:
    """The database, past every service."""
    with in_process(desk), db.engine.connect() as connection:
        yield connection


def faults_of(desk: Desk) -> list[str]:
    """What walking the chain finds, in words."""
    from incident_desk.services import journal

    with in_process(desk):
        return [f"{fault.where} {fault.what}" for fault in journal.verify().faults]


def without_triggers(connection: Connection) -> None:
    """What somebody with the database's password can do."""
    on_table = " ON journal" if connection.dialect.name == "postgresql" else ""
    for verb in ("update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER journal_no_{verb}{on_table}")


def refuses(desk: Desk, statement: str) -> None:
    with store(desk) as connection, pytest.raises(DBAPIError, match="journal"):
        connection.exec_driver_sql(statement)


def test_the_store_refuses_to_change_or_remove_an_entry(desk: Desk) -> None:
    open_in_process(desk)
    before = desk.rows("SELECT * FROM journal ORDER BY seq")
    refuses(desk, "UPDATE journal SET kind = 'nothing.happened' WHERE seq = 3")
    refuses(desk, "UPDATE journal SET data = data")
    refuses(desk, "DELETE FROM journal WHERE seq = 3")
    refuses(desk, "DELETE FROM journal")
    if desk.database_url.startswith("postgresql"):
        refuses(desk, "TRUNCATE journal")
    assert desk.rows("SELECT * FROM journal ORDER BY seq") == before
    assert faults_of(desk) == []


def test_an_entry_cannot_be_replaced_under_its_number(desk: Desk) -> None:
    """SQLite's REPLACE deletes without asking delete triggers, unless the program turns them on."""
    open_in_process(desk)
    before = desk.rows("SELECT * FROM journal ORDER BY seq")
    if not desk.database_url.startswith("sqlite"):
        pytest.skip("left out: PostgreSQL knows no REPLACE")
    columns = "seq, at, kind, case_no, office_code, actor, data, prev_hash, hash"
    refuses(
        desk,
        f"REPLACE INTO journal ({columns}) SELECT {columns.replace('kind', repr('x.y'))} FROM journal WHERE seq = 3",
    )
    assert desk.rows("SELECT * FROM journal ORDER BY seq") == before


@pytest.mark.parametrize(
    ("forgery", "named"),
    [
        ("UPDATE journal SET data = '{\"forged\":true}' WHERE seq = 5", "5"),
        ("UPDATE journal SET at = '2026-01-01 00:00:00' WHERE seq = 6", "6"),
        ("UPDATE journal SET actor = 'person:99' WHERE seq = 7", "7"),
        ("DELETE FROM journal WHERE seq = 8", "8"),
        ("UPDATE journal SET seq = 9999 WHERE seq = 5", "5"),
        ("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", "head"),
    ],
)
def test_the_chain_names_what_was_forged(desk: Desk, forgery: str, named: str) -> None:
    open_in_process(desk)
    with store(desk) as connection:
        without_triggers(connection)
        connection.exec_driver_sql(forgery)
        connection.commit()
    found = faults_of(desk)
    assert found
    assert named in found[0], found


def test_the_command_says_that_the_chain_is_broken(desk: Desk) -> None:
    open_in_process(desk)
    assert desk.command("journal", "verify").returncode == 0
    with store(desk) as connection:
        without_triggers(connection)
        connection.exec_driver_sql("UPDATE journal SET kind = 'nothing.happened' WHERE seq = 4")
        connection.commit()
    done = desk.command("journal", "verify", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"]) == (1, False)
    assert "4" in str(found["faults"][0])


def test_missing_triggers_are_a_fault_of_the_store(desk: Desk) -> None:
    with store(desk) as connection:
        without_triggers(connection)
        connection.commit()
    done = desk.command("db", "check", "--json")
    assert done.returncode == 1
    assert {fault["where"] for fault in json.loads(done.stdout)["faults"]} == {"journal"}
