"""The database's extension, made once; how the database begins; and the app that has it and no pages."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from incident_desk.models import Base
from incident_desk.paths import static_dir, templates_dir
from incident_desk.settings import Settings, secret_key

db = SQLAlchemy(model_class=Base)

STORE_FAILED: tuple[type[Exception], ...] = (SQLAlchemyError,)
"""Whatever the database or the way to it may raise, for edges that answer and never ask it themselves."""

STORE_SILENT: tuple[type[Exception], ...] = (OperationalError, InterfaceError, NoConnectionFree)
"""The database does not answer: gone, locked, not set up, or no connection free."""

WRITING = "incident_desk_writing"
"""Execution option of a connection whose transaction will write: SQLite then begins IMMEDIATE."""

BUSY_TIMEOUT_MS = 15_000
MEGABYTE = 1_000_000


def pageless_app(settings: Settings) -> Flask:
    """What services need of Flask: settings and database. Commands and the worker stand on it, and so do the pages."""
    settings.home.mkdir(parents=True, exist_ok=True)
    app = Flask("incident_desk", template_folder=str(templates_dir()), static_folder=str(static_dir()))
    app.config.update(
        SECRET_KEY=secret_key(settings),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        UPLOAD_LIMIT=settings.upload_limit_mb * MEGABYTE,
    )
    app.extensions["settings"] = settings
    db.init_app(app)
    with app.app_context():
        begin_properly(db.engine)
    return app


def engine_options(url: str) -> dict[str, Any]:
    """Options of the engine for *url*; SQLite gets a connection per thread and no driver transactions."""
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}}
    return {"pool_size": 20, "max_overflow": 60, "pool_pre_ping": True}


def begin_properly(engine: Engine) -> None:
    """Make SQLite transactions begin when and how we say.

    The driver's own autocommit is off; a writing transaction begins IMMEDIATE, a reading one plain. With the
    driver's defaults two workers claimed the same row.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
