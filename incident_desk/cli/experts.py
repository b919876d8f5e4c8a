"""``incident-desk experts``: import the office's expert list, list the pool."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from incident_desk.cli import BadInput
from incident_desk.cli.apps import desk
from incident_desk.domain.callouts.experts import ExpertChangeKind, ExpertImport
from incident_desk.domain.permissions import Actor
from incident_desk.services.callouts import experts as pool

COMMAND_LINE = Actor(ref="command-line", office="420000")
MOST_SHOWN = 20


@click.group()
def experts() -> None:
    """The pool of experts."""


@experts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change and store nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def import_list(file: Path, dry_run: bool, as_json: bool) -> None:
    """Take the expert list FILE (CSV in UTF-8 or GB 18030); experts that are not in it are kept."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror or error}") from error
    with desk():
        found = pool.read_file(data)
        _refuse(file, found)
        if not dry_run:
            found = pool.take_file(data, actor=COMMAND_LINE, now=datetime.now(UTC))
    counts = {kind.value: found.count(kind) for kind in ExpertChangeKind}
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "encoding": found.encoding, **counts}, ensure_ascii=False))
        return
    told = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items())
    click.echo(f"{'would be' if dry_run else 'taken'}: {told}")


@experts.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_pool(as_json: bool) -> None:
    """List the pool by number."""
    with desk():
        rows = [pool.as_json(row) for row in pool.listed()]
    if as_json:
        click.echo(json.dumps({"experts": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['expert_no']}\t{row['name']}\t{';'.join(row['specialities'])}\t{row['region_code']}")


def _refuse(file: Path, found: ExpertImport) -> None:
    """One line on standard error with every fault, as far as a line goes."""
    if found.ok:
        return
    shown = "; ".join(str(problem) for problem in found.problems[:MOST_SHOWN])
    more = f"; and {len(found.problems) - MOST_SHOWN} more" if len(found.problems) > MOST_SHOWN else ""
    raise BadInput(f"{file}: nothing was taken: {shown}{more}")
