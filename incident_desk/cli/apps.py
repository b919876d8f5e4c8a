"""Building the desk for commands that need its database, with errors said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from incident_desk.cli import BadInput, Failure
from incident_desk.domain.errors import DomainError
from incident_desk.extensions import db, pageless_app
from incident_desk.services import health
from incident_desk.settings import BadSetting, Settings, load_settings


def settings_or_exit() -> Settings:
    """The settings, or exit code 2 with the variable's name."""
    try:
        return load_settings()
    except BadSetting as error:
        raise BadInput(str(error)) from error


@contextmanager
def desk(*, any_schema: bool = False) -> Iterator[Flask]:
    """The desk without its pages, its context pushed; exits 1 when the schema is not the program's own."""
    app = pageless_app(settings_or_exit())
    with app.app_context():
        if not any_schema and (found := health.faults()):
            raise Failure(f"{found[0]['where']}: {found[0]['what']}; run `incident-desk db upgrade`")
        try:
            yield app
        except DomainError as error:
            raise BadInput(str(error)) from error
        finally:
            db.session.remove()
            db.engine.dispose()
