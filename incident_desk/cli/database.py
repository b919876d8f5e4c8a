"""``incident-desk db``: schema, back-up, restoring, checking, and the clock of the machine it is kept by."""

from __future__ import annotations

import json
from pathlib import Path

import click

from incident_desk.cli.apps import desk, settings_or_exit
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db as database_extension
from incident_desk.services import database, steady_time

COMMAND_LINE = Actor(ref="command-line", office="420000")


@click.group()
def db() -> None:
    """The database of this installation."""


@db.command()
def upgrade() -> None:
    """Bring the schema up to the program's."""
    with desk(any_schema=True):
        database.upgrade(database_extension.engine)
        click.echo("the schema is up to date")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE while it is in use."""
    with desk():
        database.backup(settings_or_exit().database_url, file)
        click.echo(f"backed up to {file}")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE in the place of the database."""
    with desk(any_schema=True):
        database.restore(settings_or_exit().database_url, file)
        click.echo(f"restored from {file}")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(as_json: bool) -> None:
    """Look for damage in the store itself."""
    with desk():
        faults = database.check(database_extension.engine)
        if as_json:
            click.echo(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False))
        else:
            click.echo("\n".join(f"{fault['where']}: {fault['what']}" for fault in faults) or "no faults")
    raise SystemExit(1 if faults else 0)


@db.command("accept-clock")
def accept_clock() -> None:
    """Believe the machine's system clock from now on, after somebody has compared it with another.

    The desk holds on to time when the system clock is stepped; this takes the step over.
    """
    with desk():
        moved_s = steady_time.accept(actor=COMMAND_LINE).total_seconds()
    click.echo(
        f"时间移动{moved_s:+.1f}秒，此后以系统时钟为准 / time moves by {moved_s:+.1f} s; the system clock is believed"
    )
