"""``incident-desk doctor``: what this machine has and lacks; needs nothing set up."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from incident_desk.paths import rivers_dir, rules_dir, static_dir, translations_dir

NEEDED = ("flask", "flask-sqlalchemy", "flask-socketio", "geopandas", "shapely", "folium", "twilio", "gunicorn")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(as_json: bool) -> None:
    """Say what is there and what is missing."""
    faults: list[dict[str, str]] = []
    checked: dict[str, object] = {"python": sys.version.split()[0], "packages": _packages(faults)}
    checked["rules"] = _count(rules_dir(), "*.*", "rule tables", faults)
    checked["rivers"] = _count(rivers_dir(), "*.*", "river network", faults)
    checked["front_end"] = (static_dir() / "vendor").is_dir()
    checked["catalogue"] = (translations_dir() / "zh_Hans" / "LC_MESSAGES" / "messages.mo").is_file()
    checked["chromium"] = shutil.which("chromium") is not None
    checked["cjk_fonts"] = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file()
    document = {"ok": not faults, "checked": checked, "faults": faults}
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        for name, value in checked.items():
            click.echo(f"{name}: {value}")
        for fault in faults:
            click.echo(f"fault: {fault['where']}: {fault['what']}")
    raise SystemExit(1 if faults else 0)


def _packages(faults: list[dict[str, str]]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in NEEDED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
            faults.append({"where": f"package {name}", "what": "is not installed"})
    return found


def _count(folder: Path, pattern: str, what: str, faults: list[dict[str, str]]) -> int:
    count = len(list(folder.glob(pattern)))
    if count == 0:
        faults.append({"where": str(folder), "what": f"the {what} is missing"})
    return count
