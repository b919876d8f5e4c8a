"""The command as a whole: one line for bad input, no floor loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from incident_desk.cli import main; main()"]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "LANG": "C.UTF-8"}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=cwd, env=environ, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("trace",),
        ("trace", "--lon", "x", "--lat", "32"),
        ("trace", "--wrong-option"),
        ("grade", "--facts", "no-such-file.json", "--json"),
        ("clocks", "--facts", "no-such-file.json", "--json"),
    ],
)
def test_bad_input_is_one_line_on_standard_error_and_exit_code_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("--help",), ("doctor", "--json"), ("rules", "check")])
def test_it_needs_no_database_and_leaves_no_file(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def loaded_after(program: str, home: Path) -> set[str]:
    """The packages and modules that a fresh process holds after *program*."""
    environ = {"PATH": "/usr/bin:/bin", "INCIDENT_DESK_HOME": str(home), "LANG": "C.UTF-8"}
    code = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_first_page_waits_for_nothing_that_only_later_ones_need(tmp_path: Path) -> None:
    loaded = loaded_after(
        "import incident_desk.cli.server.web\nfrom incident_desk.app import create_app\ncreate_app()", tmp_path
    )
    late = {
        "alembic",
        "flask_migrate",
        "folium",
        "pandas",
        "geopandas",
        "pyogrio",
        "pyproj",
        "pyarrow",
        "scipy",
        "typst",
    }
    assert loaded & (late | {"twilio.rest", "aiohttp", "requests", "incident_desk.worker"}) == set()


def test_commands_and_the_worker_load_no_page(tmp_path: Path) -> None:
    program = (
        "from incident_desk.cli import COMMANDS, apps, database, account, demo\n"
        "from incident_desk.cli.server import serve, worker\n"
        "from incident_desk.extensions import pageless_app\n"
        "pageless_app(apps.settings_or_exit())"
    )
    loaded = loaded_after(program, tmp_path)
    assert "incident_desk.services.people" in loaded
    assert (
        loaded & {"incident_desk.routes", "incident_desk.sockets", "flask_socketio", "flask_smorest", "gunicorn"}
        == set()
    )


def test_a_certificate_for_everybody_needs_a_public_address(tmp_path: Path) -> None:
    for name in ("a.crt", "a.key"):
        (tmp_path / name).write_text("")
    done = run("serve", "--host", "0.0.0.0", "--cert", "a.crt", "--key", "a.key", cwd=tmp_path)
    assert done.returncode == 2
    assert "PUBLIC_URL" in done.stderr
