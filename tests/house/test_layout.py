"""The wheel carries every package, requirements are pinned, pages ask no other host, words are kept out of names."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BANNED = {"utils", "helpers", "common", "core", "manager"}
HOST = re.compile(
    r"""(?:src|href|action|url\(|from|import|fetch\()\s*[=(]?\s*["']?(?:https?:)?//(?!www\.w3\.org)[\w.]"""
)


def _config() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def test_the_wheel_lists_every_package() -> None:
    listed = set(_config()["options"]["packages"].split())
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "incident_desk").rglob("__init__.py")}
    assert found - listed == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {path.stem for path in (ROOT / "incident_desk").rglob("*.py")}
    assert names & BANNED == set()


def test_every_requirement_is_pinned() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-")):
                assert re.match(r"[\w.\[\],-]+==[\w.]+", line), f"{path.name}: {line}"


def test_everything_the_program_needs_is_among_the_pinned() -> None:
    pinned = {
        re.split(r"==|\[", line)[0].lower().replace("_", "-")
        for line in (ROOT / "requirements" / "run.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    needed = {
        re.split(r"[\[<>=;]", line)[0].lower().replace("_", "-")
        for line in _config()["options"]["install_requires"].split()
    }
    assert needed - pinned == set()


def test_no_page_or_script_asks_another_host() -> None:
    asked = []
    for folder in ("templates", "incident_desk/static"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".html", ".css", ".js", ".svg"} and "vendor" not in path.parts:
                asked += [f"{path.name}: {m.group(0)}" for m in HOST.finditer(path.read_text("utf-8"))]
    assert asked == []


def test_no_template_has_inline_script_or_style() -> None:
    faults = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        if "documents" in path.parts or "phones" in path.parts:
            continue  # documents leave the office whole; the wall of phones is no page of ours
        if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", text):
            faults.append(f"{path.name}: script")
        if re.search(r"\sstyle=\"|<style", text):
            faults.append(f"{path.name}: style")
        if re.search(r"\son\w+=\"", text):
            faults.append(f"{path.name}: handler")
    assert faults == []


def test_a_command_loads_only_its_own_floor() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from incident_desk.cli import main\n"
        "CliRunner().invoke(main, ['grade', '--help'])\n"
        "heavy = set('flask sqlalchemy geopandas folium twilio typst docx shapely'.split()) & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
