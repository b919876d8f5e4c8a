"""The schema goes up, down and up again with rows in it, on both databases, and is what the models say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from incident_desk.extensions import db
from incident_desk.models import Base, ClockRecord, FactRecord, Incident, JournalEntry
from incident_desk.paths import migrations_dir
from incident_desk.services import database, health, journal
from incident_desk.services.calls import call_taking
from incident_desk.services.law import clocks, grading
from tests.conftest import NOW
from tests.people import actor, seed_people
from tests.services.sheets import LEARNED, TANKER, sheet

pytestmark = pytest.mark.usefixtures("app_context")


def _fill() -> str:
    """A case with facts, clocks, alarms, calls, messages, a draft and journal entries."""
    officer = actor("officer")
    call_taking.save_draft("draft-key-1", TANKER, actor=officer, now=NOW)
    case_no = call_taking.take_call(sheet(), actor=officer, now=NOW).case_no
    grading.judge(case_no, "III", basis="现场核实", second="赵带班", actor=officer, now=NOW)
    clocks.tick(LEARNED + timedelta(hours=5))
    return case_no


@pytest.fixture
def filled(app_context: Any) -> str:
    return _fill()


def _tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_up_down_up_with_rows_in_it(filled: str) -> None:
    db.session.remove()
    database.downgrade(db.engine)
    assert _tables() <= {"alembic_version"}
    database.upgrade(db.engine)
    seed_people()
    assert _fill() == filled
    assert journal.verify().ok


def test_the_models_are_what_the_migrations_make(app_context: Any) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_revisions_are_those_that_alembic_tells(app_context: Any) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_dir()))
    (head,) = ScriptDirectory.from_config(config).get_heads()
    with db.engine.connect() as connection:
        stands_at = MigrationContext.configure(connection).get_current_revision()
    assert (database.newest_revision(), database.current_revision(db.engine)) == (head, stands_at)


def test_a_schema_that_is_not_the_programs_own_is_a_fault(app_context: Any) -> None:
    newest = database.newest_revision()
    assert health.faults() == []
    database.downgrade(db.engine)
    assert health.faults() == [{"where": "database", "what": f"schema is None, the program needs {newest}"}]


def test_what_was_written_is_read_back_as_it_was(filled: str) -> None:
    db.session.remove()
    incident = db.session.scalars(select(Incident)).one()
    assert (incident.case_no, incident.grade, incident.learned_at) == (filled, "III", LEARNED)
    assert incident.learned_at.tzinfo is not None
    fact = db.session.scalars(select(FactRecord).where(FactRecord.kind == "sheet.leaked")).one()
    assert fact.data["value"] == {"low": 5.0, "high": 5.0, "unit": "t", "certainty": "estimated"}


def test_the_store_names_no_fault(filled: str) -> None:
    assert database.check(db.engine) == []


@pytest.mark.parametrize("statement", ["UPDATE journal SET actor = 'x'", "DELETE FROM journal", "TRUNCATE journal"])
def test_the_triggers_refuse_whoever_asks(filled: str, statement: str) -> None:
    if statement.startswith("TRUNCATE") and db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert db.session.scalars(select(JournalEntry)).first() is not None


def test_a_clock_is_stored_once_by_its_identity(filled: str) -> None:
    row = db.session.scalars(select(ClockRecord)).first()
    assert row is not None
    twin = ClockRecord.from_domain(row.incident_id, row.to_domain())
    twin.closed_state = None
    db.session.add(twin)
    with pytest.raises(DBAPIError):
        db.session.flush()
    db.session.rollback()


def test_an_instant_without_zone_is_refused(app_context: Any) -> None:
    with pytest.raises(Exception, match="time zone"):
        db.session.scalars(select(Incident).where(Incident.opened_at == NOW.replace(tzinfo=None))).all()
