"""``incident-desk network``: check a river network, and take one into the office's own folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import click

from incident_desk.cli import BadInput, Failure
from incident_desk.domain.errors import DomainError
from incident_desk.geo.checks import Findings
from incident_desk.geo.checks import check as find_faults
from incident_desk.geo.datasets import LINE_SUFFIXES, dataset_files, read_lines

_NAME = re.compile(r"[\w-]{1,40}")
_SHOWN = 20


@click.group()
def network() -> None:
    """River networks: check a file, or import it under a name."""


@network.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(file: Path, as_json: bool) -> None:
    """Name every fault of FILE; exit 1 when there is one."""
    findings = _findings(file)
    click.echo(json.dumps(findings.to_json(), ensure_ascii=False) if as_json else _words(findings))
    if not findings.ok:
        raise click.exceptions.Exit(1)


@network.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Letters, digits, - and _; trace --network NAME then finds it.")
def import_network(file: Path, name: str) -> None:
    """Copy FILE, when it is sound, into the office's folder; an older one of that name is replaced."""
    if not _NAME.fullmatch(name):
        raise BadInput(f"--name: “{name}” may have letters, digits, - and _ only, at most 40")
    findings = _findings(file)
    if not findings.ok:
        first = findings.faults[0]
        raise Failure(
            f"{file.name} has {len(findings.faults)} faults and was not imported; first: {first.where}: {first.what}. "
            f"“incident-desk network check {file.name}” lists them"
        )
    target = _replace(file, networks_dir() / name)
    click.echo(f"{name}: {findings.checked['reaches']} reaches, {len(findings.warnings)} warnings, in {target}")


def networks_dir() -> Path:
    """Folder of imported networks, below ``INCIDENT_DESK_HOME`` (default ``./instance``)."""
    return Path(os.environ.get("INCIDENT_DESK_HOME") or "instance") / "networks"


def imported_network(name: str) -> Path | None:
    """The line file of an imported network, or None."""
    folder = networks_dir() / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        return None
    return next((file for file in sorted(folder.iterdir()) if file.suffix.lower() in LINE_SUFFIXES), None)


def _findings(file: Path) -> Findings:
    try:
        return find_faults(read_lines(file))
    except DomainError as error:
        raise BadInput(str(error)) from error


def _replace(file: Path, folder: Path) -> Path:
    """Copy beside the target first, so a broken copy never stands under the name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".import-") as work:
        fresh = Path(work) / "network"
        fresh.mkdir()
        volumes = file.parent / "reservoirs.csv"
        for part in [*dataset_files(file), *([volumes] if volumes.is_file() else [])]:
            shutil.copyfile(part, fresh / part.name)
        if folder.exists():
            folder.rename(Path(work) / "replaced")
        fresh.rename(folder)
    return folder


def _words(findings: Findings) -> str:
    lines = [f"{count} {what.replace('_', ' ')}" for what, count in findings.checked.items()]
    for title, found in (("fault", findings.faults), ("warning", findings.warnings)):
        lines += [f"{title}: {item.where}: {item.what}" for item in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"… and {len(found) - _SHOWN} more; --json lists them")
    return "\n".join([*lines, "sound" if findings.ok else f"{len(findings.faults)} faults"])
