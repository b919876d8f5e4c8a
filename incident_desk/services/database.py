"""The database as a whole: bring its schema up or down, check it, back it up, restore it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from flask import current_app
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Engine, make_url

from incident_desk.domain.errors import N_, DomainError
from incident_desk.extensions import db
from incident_desk.paths import migrations_dir

_LAST_TRIGGER = {"sqlite": "journal_no_replace", "postgresql": "journal_no_truncate"}
"""What would get round the other two: REPLACE INTO and TRUNCATE ask no delete trigger."""


class BackupRefused(DomainError):
    """This database is not backed up by us."""

    code = "backup_refused"
    message_id = N_("%(why)s")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to *revision* in one transaction."""
    _migrate("upgrade", engine, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema down to *revision*."""
    _migrate("downgrade", engine, revision)


def _migrate(direction: Literal["upgrade", "downgrade"], engine: Engine, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - half a second of loading, needed where the schema changes only
    from flask_migrate import Migrate  # noqa: PLC0415 - likewise

    migrations = Migrate(current_app, db, directory=str(migrations_dir()), render_as_batch=True, compare_type=True)
    config = migrations.get_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)
        connection.commit()


def current_revision(engine: Engine) -> str | None:
    """The revision at which the schema stands, None where migrations were never run."""
    if not has_schema(engine):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest_revision() -> str:
    """The revision that the shipped migrations end with: each file begins with its own, and they go up."""
    return max(path.name.partition("_")[0] for path in (migrations_dir() / "versions").glob("[0-9]*_*.py"))


def check(engine: Engine) -> list[dict[str, str]]:
    """Faults of the store itself: integrity of the file, foreign keys, the journal's triggers."""
    faults: list[dict[str, str]] = []
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for row in connection.execute(text("PRAGMA integrity_check")):
                if row[0] != "ok":
                    faults.append({"where": "database", "what": str(row[0])})
            faults += [
                {"where": f"table {row[0]}", "what": "a row points to nothing"}
                for row in connection.execute(text("PRAGMA foreign_key_check"))
            ]
            names = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
        else:
            query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'journal'::regclass"
            names = set(connection.execute(text(query)).scalars())
    faults += [
        {"where": "journal", "what": f"the trigger {name} is missing"}
        for name in ("journal_no_update", "journal_no_delete", _LAST_TRIGGER[engine.dialect.name])
        if name not in names
    ]
    return faults


def has_schema(engine: Engine) -> bool:
    """True when migrations have been run here."""
    return inspect(engine).has_table("alembic_version")


def backup(url: str, target: Path) -> None:
    """Copy a SQLite database to *target* while it is in use, whole and consistent.

    Raises:
        BackupRefused: another kind of database (use its own tools), or the file exists.
    """
    source = make_url(url)
    if source.get_backend_name() != "sqlite" or source.database is None:
        raise BackupRefused(why="PostgreSQL is backed up with pg_dump, not by this command.")
    if target.exists():
        raise BackupRefused(why=f"{target} exists. Name a new file.")
    with sqlite3.connect(source.database) as live, sqlite3.connect(target) as copy:
        live.backup(copy)


def restore(url: str, source: Path) -> None:
    """Put the backup *source* in the place of a SQLite database, after checking that it is one of ours.

    Raises:
        BackupRefused: not a SQLite installation, or not a whole backup of this program.
    """
    target = make_url(url)
    if target.get_backend_name() != "sqlite" or target.database is None:
        raise BackupRefused(why="PostgreSQL is restored with pg_restore, not by this command.")
    engine = create_engine(f"sqlite:///{source}")
    try:
        if not source.is_file() or not has_schema(engine) or check(engine):
            raise BackupRefused(why=f"{source} is not a whole backup of this program.")
    finally:
        engine.dispose()
    with sqlite3.connect(source) as saved, sqlite3.connect(target.database) as live:
        saved.backup(live)
