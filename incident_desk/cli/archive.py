"""``incident-desk archive``: export a case as a package, and verify a package, the second without any database."""

from __future__ import annotations

import json
from pathlib import Path

import click

from incident_desk.cli import BadInput, Failure
from incident_desk.cli.apps import desk
from incident_desk.domain.permissions import Actor
from incident_desk.records import verifier
from incident_desk.services import installation, office_time
from incident_desk.services.archives import archive as archive_service


@click.group()
def archive() -> None:
    """Packages of closed and running cases."""


@archive.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--expect", metavar="DIGEST", help="The package digest that was written down at closing.")
def verify(path: Path, as_json: bool, expect: str | None) -> None:
    """Recompute every digest and the journal's chain of the package at PATH, and name what differs."""
    try:
        result = verifier.verify(path, expected_digest=expect)
    except (verifier.NoPackage, OSError) as error:
        raise BadInput(str(error)) from error
    if as_json:
        click.echo(json.dumps(result.to_json(), ensure_ascii=False))
    else:
        for key, value in result.checked.items():
            click.echo(f"{key}: {value}")
        for fault in result.faults:
            click.echo(f"{fault.where}: {fault.what}")
        click.echo("whole" if result.ok else f"{len(result.faults)} differences")
    raise SystemExit(0 if result.ok else 1)


@archive.command()
@click.argument("case_no")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the package.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def export(case_no: str, out: Path, as_json: bool) -> None:
    """Write case CASE_NO as a BagIt package below the folder OUT."""
    with desk():
        actor = Actor(ref="command-line", office=installation.root_office())
        try:
            exported = archive_service.export_case(case_no, out, actor=actor, now=office_time.office_now())
        except OSError as error:
            raise Failure(f"{error.filename or out}: {error.strerror}") from error
    written = exported.written
    if as_json:
        told = {"path": str(written.path), "digest": written.digest, "files": written.files, "octets": written.octets}
        click.echo(json.dumps({**told, "was_cut_off": exported.was_cut_off}))
        return
    click.echo(f"{written.path}: {written.files} files, {written.octets} bytes, digest {written.digest}")
    if exported.was_cut_off:
        click.echo("written by an export that was cut off, put on record now; for a newer one choose another folder")
