"""Pictures of every page to look at: ``python -m tools.screenshots OUT [--only WORD]``.

Starts a desk of its own on the loopback with the exercise loaded, and walks it in Chromium: the desk at 1366 x 768,
a phone at 390 x 844, the wall at 1920 x 1080; both languages, both themes; an empty desk before the exercise.
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, make_server

from incident_desk.app import create_app
from incident_desk.domain.exercise import read_exercise
from incident_desk.domain.permissions import Role
from incident_desk.extensions import db
from incident_desk.models import Person
from incident_desk.services import database, exercise, people
from incident_desk.services.office_time import office_now
from incident_desk.settings import Settings

SIZES = {"desk": (1366, 768), "phone": (390, 844), "wall": (1920, 1080), "wall-small": (1366, 768)}
ARGUMENTS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
SHEET = {
    "place_text": "G242国道堵河特大桥K1207+350处（湖北省十堰市竹山县与房县交界，黄龙滩水库库尾上游约12公里）",
    "coordinates": "110.532, 32.655",
    "water_body": "堵河",
    "substance": "苯胺",
    "un_no": "1547",
    "carried": "18",
    "leaked": "约3吨",
    "dead": "0",
}


@contextmanager
def served(home: Path) -> Iterator[tuple[Flask, str]]:
    """A desk on a free port of the loopback."""
    app = create_app(Settings(home=home, database_url=f"sqlite:///{home / 'desk.sqlite3'}", secret_key=token_hex(16)))
    with app.app_context():
        database.upgrade(db.engine)
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield app, f"http://127.0.0.1:{server.server_port}"
    finally:
        app.extensions["journal_follower"].end()
        server.shutdown()
        thread.join(timeout=5)


def load(app: Flask) -> tuple[str, str, str]:
    """The exercise; its case number, the duty officer's log-in and a token for the wall."""
    with app.app_context():
        loaded = exercise.load(real_now=datetime.now(UTC))
        return loaded.case_no, *_ways_in()


def _ways_in() -> tuple[str, str]:
    officer = db.session.scalars(
        select(Person).where(Person.role == Role.DUTY_OFFICER.value, Person.office_code == "420300").order_by(Person.id)
    ).first()
    assert officer is not None
    actor = officer.to_actor()
    login, office = officer.login, officer.office_code
    token = people.make_token("wall", role=Role.WALL_SCREEN, office=office, actor=actor, now=office_now())
    return login, token


class Camera:
    """One browser context: a size, a language, a theme; takes a picture under a name that says so."""

    def __init__(self, browser: Any, address: str, out: Path, size: str, *, locale: str, theme: str) -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        cookies = {"locale": locale, "theme": theme}
        self.context.add_cookies([{"name": k, "value": v, "url": address} for k, v in cookies.items()])
        self.page = self.context.new_page()
        self.page.on("console", _complain)
        self.page.on("pageerror", lambda error: print("  page error:", error))
        self.address, self.out, self.mark = address, out, f"{size}-{locale}-{theme}"

    def sign_in(self, login: str, locale: str, theme: str) -> None:
        """Sign in and choose language and theme as a person does."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", read_exercise().password)
        self.page.click("form.stack button[type=submit]")
        self.page.wait_for_url(f"{self.address}/")
        token = self.page.get_attribute("meta[name=csrf-token]", "content")
        form = {"csrf_token": token or "", "locale": locale, "theme": theme, "next": "/"}
        self.page.request.post(f"{self.address}/preferences", form=form)

    def take(self, name: str, path: str, *, whole: bool = False) -> None:
        """A picture of *path*; *whole* for the page beyond the window."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("load")
        self.page.wait_for_timeout(900)
        self.page.screenshot(path=str(self.out / f"{name}-{self.mark}.png"), full_page=whole)


def _complain(message: Any) -> None:
    if message.type in {"error", "warning"}:
        print("  console:", message.text[:300])


def main(out: Path, only: str = "") -> int:
    """Take all pictures, or those whose mark holds *only*."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not here: no pictures.", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, served(Path(home) / "home") as (app, address):
        case_no, login, token = load(app)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for locale in ("zh_Hans", "en"):
                for theme in ("light", "dark"):
                    _walk(browser, address, out, (locale, theme), (case_no, login, token), only=only)
            browser.close()
    return 0


def _walk(
    browser: Any, address: str, out: Path, look: tuple[str, str], case: tuple[str, str, str], *, only: str
) -> None:
    (locale, theme), (case_no, login, token) = look, case
    for size in ("desk", "phone"):
        if only and only not in f"{size}-{locale}-{theme}":
            continue
        camera = Camera(browser, address, out, size, locale=locale, theme=theme)
        camera.take("sign-in", "/sign-in")
        camera.sign_in(login, locale, theme)
        camera.take("board", "/", whole=size == "phone")
        for name, path in _pages(case_no).items():
            camera.take(name, path, whole=True)
        _sheet(camera)
        camera.context.close()
    for size in ("wall", "wall-small"):
        if not only or only in f"{size}-{locale}-{theme}":
            wall = Camera(browser, address, out, size, locale=locale, theme=theme)
            wall.take("wall", f"/wall/enter?token={token}")
            wall.context.close()


def _pages(case_no: str) -> dict[str, str]:
    base = f"/incidents/{case_no}"
    return {
        "cases": "/incidents", "case": base, "fact": f"{base}/facts/leaked", "intakes": f"{base}/facts/intakes",
        "tasks": f"{base}/tasks", "journal": f"{base}/journal", "call": f"{base}/phone-calls/1",
        "clock": f"{base}/clocks/1", "map": f"{base}/map", "evidence": f"{base}/evidence",
        "reports": f"{base}/reports", "releases": f"{base}/releases", "command": f"{base}/command",
        "instructions": f"{base}/command/instructions", "callout": f"{base}/callout",
        "archive": f"{base}/archive", "desk-map": "/map", "map-print": f"{base}/map/print", "experts": "/experts",
        "rules": "/rules", "public": "/public", "nothing": "/incidents/nothing",
    }  # fmt: skip


def _sheet(camera: Camera) -> None:
    """A call sheet being typed: a number without its unit among the answers."""
    camera.take("sheet-empty", "/calls/new")
    for name, text in SHEET.items():
        camera.page.fill(f"[name={name}]", text)
    camera.page.check("input[name=media][value=WATER_SURFACE]")
    camera.page.wait_for_timeout(3500)
    camera.page.screenshot(path=str(camera.out / f"sheet-{camera.mark}.png"), full_page=True)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[3] if len(sys.argv) > 3 else ""))
