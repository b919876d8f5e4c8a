"""A real desk for tests: web, worker and the wall of phones as processes of their own, on free ports.

``desk.start("web", "worker", "phones")`` waits until they answer; ``kill`` is SIGKILL to the whole part, as a power
cut is; ``command`` runs ``incident-desk`` in the desk's environment. Nothing is left running when the block ends.

Over https the desk is known as ``desk.localhost``, which browsers take for this machine without a name server; Python
asks ``localhost`` under the same certificate.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from incident_desk.settings import Settings

HOST = "desk.localhost"
START_S = 90.0
COMMAND = (sys.executable, "-c", "from incident_desk.cli import main; main()")
OURS = ("INCIDENT_DESK_", "DATABASE_URL", "PUBLIC_URL", "MESSAGE_VENDOR", "TRUSTED_PROXIES", "PYTHONPATH")
SECRET = "a key for tests only, long enough to sign with"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Desk:
    """One installation: its folder, its database, its processes."""

    home: Path
    port: int
    phones_port: int
    database_url: str
    is_https: bool = False
    screens: int = 20
    environ: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where Python asks."""
        return f"https://localhost:{self.port}" if self.is_https else f"http://127.0.0.1:{self.port}"

    @property
    def public_url(self) -> str:
        """Where people ask."""
        return f"https://{HOST}:{self.port}" if self.is_https else self.url

    @property
    def phones_url(self) -> str:
        """The wall of phones."""
        return f"http://127.0.0.1:{self.phones_port}"

    @property
    def authority(self) -> Path:
        """The office's authority, for whoever has to trust the desk."""
        return self.home / "certificates" / "office-authority.crt"

    def settings(self) -> Settings:
        """The settings that the processes read from their environment."""
        return Settings(
            home=self.home, database_url=self.database_url, public_url=self.public_url, port=self.port,
            phones_url=self.phones_url, screens=self.screens, secret_key=SECRET,
        )  # fmt: skip

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of the desk's processes: this one's without any setting of its own, then the desk's."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return plain | {
            "INCIDENT_DESK_HOME": str(self.home), "INCIDENT_DESK_PORT": str(self.port),
            "INCIDENT_DESK_PHONES_URL": self.phones_url, "INCIDENT_DESK_SCREENS": str(self.screens),
            "INCIDENT_DESK_SECRET_KEY": SECRET, "PUBLIC_URL": self.public_url,
            "DATABASE_URL": self.database_url.replace("postgresql+psycopg://", "postgresql://", 1),
        } | self.environ | dict(more or {})  # fmt: skip

    def start(self, *parts: str, environ: Mapping[str, str] | None = None) -> None:
        """Start *parts* of ``web``, ``worker``, ``phones`` and wait until those that answer do."""
        for part in parts:
            assert part not in self.processes, f"{part} runs already"
            with (self.home / f"{part}.log").open("ab") as log:
                self.processes[part] = subprocess.Popen(
                    [*COMMAND, *self._arguments(part)], env=self.environment(environ), cwd=self.home,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
        for part in parts:
            self._wait_for(part)

    def _arguments(self, part: str) -> list[str]:
        folder = self.home / "certificates"
        tls = ["--cert", str(folder / "server.crt"), "--key", str(folder / "server.key")] if self.is_https else []
        return {
            "web": ["web", "--port", str(self.port), *tls],
            "worker": ["worker"],
            "phones": ["phones", "--port", str(self.phones_port)]
            + (
                ["--inbound-url", f"{self.public_url}/webhooks/messages/inbound", "--ca", str(self.authority)]
                if tls
                else []
            ),
        }[part]

    def _wait_for(self, part: str) -> None:
        address = {"web": f"{self.url}/health/ready", "phones": f"{self.phones_url}/wall/state"}.get(part)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.processes[part].poll() is None, f"{part} ended:\n{self.log(part)}"
            if address is None:
                return
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(address, verify=self.verify, timeout=5).ok:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{part} does not answer:\n{self.log(part)}")

    @property
    def verify(self) -> str | bool:
        """What ``requests`` trusts."""
        return str(self.authority) if self.is_https else True

    def kill(self, *parts: str) -> None:
        """SIGKILL to every process of *parts*; nothing of them gets to say goodbye."""
        for part in parts:
            process = self.processes.pop(part)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)

    def stop(self, *parts: str) -> None:
        """End *parts* in good order."""
        for part in parts:
            process = self.processes.pop(part)
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=10)

    def log(self, part: str) -> str:
        """The last lines a part wrote."""
        path = self.home / f"{part}.log"
        return path.read_text("utf-8", "replace")[-4000:] if path.exists() else ""

    def command(self, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``incident-desk`` with *arguments* to its end."""
        return subprocess.run(
            [*COMMAND, *arguments], env=self.environment(environ), cwd=self.home, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip

    def ask(self, method: str, path: str, *, login: str = "officer", key: str | None = None, **more: Any) -> Any:
        """One request of a program that acts as *login*."""
        headers = {"Authorization": f"Bearer {self.tokens[login]}", "Accept-Language": "en", **more.pop("headers", {})}
        if key:
            headers["Idempotency-Key"] = key
        return requests.request(
            method, self.url + path, headers=headers, verify=self.verify, timeout=more.pop("timeout", 30), **more
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, read past the desk; ``?`` marks values."""
        if self.database_url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(self.home / "desk.sqlite3", timeout=15)) as connection:
                return connection.execute(query, values).fetchall()
        from sqlalchemy import create_engine

        engine = create_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return [
                    tuple(row) for row in connection.exec_driver_sql(query.replace("?", "%s"), tuple(values) or None)
                ]
        finally:
            engine.dispose()

    def journal(self, kind: str, case_no: str | None = None) -> list[dict[str, Any]]:
        """The entries of *kind* as the database holds them, in order."""
        query = "SELECT seq, case_no, data FROM journal WHERE kind = ? ORDER BY seq"
        entries = [{"seq": s, "case_no": c, **json.loads(d)} for s, c, d in self.rows(query, kind)]
        return [entry for entry in entries if case_no is None or entry["case_no"] == case_no]

    def faults(self) -> list[Any]:
        """What ``journal verify`` and ``db check`` find; nothing when the desk is whole."""
        found: list[Any] = []
        for arguments in (("journal", "verify", "--json"), ("db", "check", "--json")):
            done = self.command(*arguments)
            assert done.stdout, done.stderr
            found += json.loads(done.stdout)["faults"]
        return found

    def end(self) -> None:
        """Kill whatever still runs."""
        self.kill(*list(self.processes))


@contextmanager
def a_desk(
    home: Path, *, database_url: str = "", is_https: bool = False, screens: int = 20, is_exercise: bool = True
) -> Iterator[Desk]:
    """A desk with a migrated database, the people of ``tests.people`` and a token for each; nothing runs yet."""
    home.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{home / 'desk.sqlite3'}"
    desk = Desk(home, free_port(), free_port(), url, is_https, screens)
    if is_https:
        out = str(home / "certificates")
        made = desk.command("certificate", "--host", HOST, "--host", "localhost", "--host", "127.0.0.1", "--out", out)
        assert made.returncode == 0, made.stderr
    _furnish(desk, is_exercise)
    try:
        yield desk
    finally:
        desk.end()


@contextmanager
def in_process(desk: Desk) -> Iterator[Any]:
    """The services of *desk* in this process, on the same database."""
    from incident_desk.app import create_app
    from incident_desk.extensions import db

    app = create_app(desk.settings())
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _furnish(desk: Desk, is_exercise: bool) -> None:
    """Schema, people and tokens, written before any process starts."""
    from incident_desk.extensions import db
    from incident_desk.models import Setting
    from incident_desk.services import database, people
    from tests.conftest import NOW
    from tests.people import PEOPLE, actor, seed_people

    with in_process(desk):
        database.upgrade(db.engine)
        seed_people()
        if is_exercise:
            db.session.add(Setting(name="exercise", value={"on": True}))
            db.session.commit()
        for login, *_ in PEOPLE:
            person = actor(login)
            assert person.role is not None
            desk.tokens[login] = people.make_token(
                login, role=person.role, office=person.office, actor=person, now=NOW, person_id=person.person_id
            )


def copy_of(desk: Desk, home: Path) -> Desk:
    """A second desk with the state that *desk* has now (SQLite, nothing running): furnishing is done once."""
    shutil.copytree(desk.home, home)
    return Desk(
        home, free_port(), free_port(), f"sqlite:///{home / 'desk.sqlite3'}", desk.is_https, desk.screens,
        dict(desk.environ), dict(desk.tokens),
    )  # fmt: skip
