"""``incident-desk journal verify``: walk the whole chain and name what differs."""

from __future__ import annotations

import json

import click

from incident_desk.cli.apps import desk
from incident_desk.services import journal as journal_service


@click.group()
def journal() -> None:
    """The journal of this installation."""


@journal.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verify(as_json: bool) -> None:
    """Recompute every hash of the journal."""
    with desk():
        result = journal_service.verify()
    faults = [{"where": fault.where, "what": fault.what} for fault in result.faults]
    document = {"ok": result.ok, "checked": {"entries": result.entries, "head": result.head}, "faults": faults}
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        click.echo(f"{result.entries} entries, head {result.head}")
        for fault in faults:
            click.echo(f"{fault['where']}: {fault['what']}")
    raise SystemExit(0 if result.ok else 1)
