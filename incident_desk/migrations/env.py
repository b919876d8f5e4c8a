"""Alembic's environment, for the command and for tests alike: on the connection given, as Flask-Migrate is set."""

from __future__ import annotations

from alembic import context
from flask import current_app

from incident_desk.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    **current_app.extensions["migrate"].configure_args,
)
with context.begin_transaction():
    context.run_migrations()
