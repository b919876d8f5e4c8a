"""One night as people live it: a desk with the exercise loaded, its processes, and the screens that people sit at.

Every screen remembers what went wrong on it: words of the console, failed requests, requests to another host.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incident_desk.domain.exercise import read_exercise
from tests.desks import HOST, Desk, free_port

DESK, PHONE, WALL = (1366, 768), (390, 844), (1920, 1080)
PATIENCE_MS = 20_000
HOUR_AHEAD = """
(() => {
  const Real = Date;
  const ahead = 3600000;
  window.Date = class extends Real {
    constructor(...parts) { if (parts.length) super(...parts); else super(Real.now() + ahead); }
    static now() { return Real.now() + ahead; }
  };
})();
"""
"""A computer whose clock is an hour ahead."""


def chromium() -> str | None:
    """Where Chromium is, if it is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(eq=False)  # no slots: the browser's client marks the methods that it calls
class Screen:
    """One person's browser: its page, and what went wrong on it."""

    page: Any
    context: Any
    address: str
    hosts: frozenset[str]
    faults: list[str] = field(default_factory=list)
    forgiving: bool = False

    def watch(self, page: Any) -> None:
        """Write down what *page* complains about from now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("websocket", self._asked)

    def _fault(self, words: str) -> None:
        if not self.forgiving:
            self.faults.append(f"{words} (at {self.page.url})")

    def _said(self, message: Any) -> None:
        refused = (
            "the server responded with a status of 4"  # a refused form: what it answers is looked at as a response
        )
        if message.type in {"error", "warning"} and refused not in message.text:
            self._fault(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc not in self.hosts:
            self.faults.append(f"asked another host: {request.url}")

    def _failed(self, request: Any) -> None:
        given_up = "ERR_ABORTED" in (request.failure or "")  # the page was left, or the answer became a file
        if not given_up:
            self._fault(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Any) -> None:
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self._fault(f"answered {response.status}: {response.request.method} {response.url}")

    def go(self, path: str) -> None:
        """Open *path* of the desk."""
        self.page.goto(self.address + path if path.startswith("/") else path)

    def sign_in(self, login: str) -> None:
        """Sign in as one of the exercise's people."""
        self.go("/sign-in")
        self.page.fill("#f-login", login)
        self.page.fill("#f-password", read_exercise().password)
        self.page.click("form.stack button[type=submit]")
        self.page.wait_for_url(lambda address: "/sign-in" not in address)

    def words(self, selector: str = "body") -> str:
        """What a reader sees of *selector*."""
        return str(self.page.inner_text(selector))

    def await_words(self, words: str, selector: str = "body") -> None:
        """Wait until *words* stand in *selector*."""
        self.page.wait_for_function(
            "([selector, words]) => document.querySelector(selector)?.innerText.includes(words)", arg=[selector, words]
        )

    def await_live(self) -> None:
        """Wait until the page hears the desk."""
        self.page.wait_for_selector("body[data-line=live]", state="attached")


@dataclass(slots=True)
class Night:
    """The desk, the browser, the screens opened so far, the case they work on."""

    desk: Desk
    browser: Any
    screens: dict[str, Screen] = field(default_factory=dict)
    case_no: str = ""
    new_case_no: str = ""
    report: str = ""
    broken: bool = False

    @property
    def case(self) -> str:
        """The path of the case."""
        return f"/incidents/{self.case_no}"

    def screen(
        self, name: str, size: tuple[int, int], *, login: str = "", locale: str = "zh-CN", script: str = "", **more: Any
    ) -> Screen:
        """The screen called *name*, opened the first time it is asked for."""
        if name in self.screens:
            return self.screens[name]
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=locale, accept_downloads=True, **more
        )
        context.set_default_timeout(PATIENCE_MS)
        if script:
            context.add_init_script(script)
        hosts = frozenset({f"{HOST}:{self.desk.port}", f"127.0.0.1:{self.desk.phones_port}"})
        screen = Screen(context.new_page(), context, self.desk.public_url, hosts)
        screen.watch(screen.page)
        context.on("page", screen.watch)
        self.screens[name] = screen
        if login:
            screen.sign_in(login)
        return screen

    def officer(self) -> Screen:
        """The duty officer."""
        return self.screen("officer", DESK, login="zhiban")

    def second(self) -> Screen:
        """The officer at the other desk, whose computer is an hour ahead."""
        return self.screen("second", DESK, login="zhiban2", script=HOUR_AHEAD)

    def leader(self) -> Screen:
        """The leader at home."""
        return self.screen("leader", PHONE, login="daiban", has_touch=True, is_mobile=True, device_scale_factor=2)

    def phones(self) -> Screen:
        """The wall of phones."""
        wall = self.screen("phones", DESK)
        if "/wall" not in wall.page.url:
            wall.go(f"{self.desk.phones_url}/")
        return wall

    def phone_at_the_river(self) -> Screen:
        """A phone that knows where it is and is signed in to nothing."""
        here = {"longitude": 110.2404, "latitude": 32.2456, "accuracy": 12}
        return self.screen(
            "river", PHONE, has_touch=True, is_mobile=True, device_scale_factor=2, geolocation=here,
            permissions=["geolocation"],
        )  # fmt: skip

    def texted_link(self, ending: str) -> str:
        """The newest address on the wall of phones that ends with *ending*."""
        wall = self.phones()
        link = wall.page.locator(f'.phone a[href$="{ending}"]').last
        link.wait_for()
        return str(link.get_attribute("href"))

    def pictures(self) -> list[str]:
        """A picture of every screen as it stands, for whoever looks why a slice failed."""
        taken = []
        for name, screen in self.screens.items():
            path = self.desk.home / f"{name}.png"
            screen.page.screenshot(path=str(path))
            taken.append(f"{name}: {screen.page.url} {path}")
        return taken

    def faults(self) -> list[str]:
        """What went wrong on any screen."""
        return [f"{name}: {fault}" for name, screen in self.screens.items() for fault in screen.faults]


def key_pin(certificate: Path) -> str:
    """The pin of a server's key, by which Chromium trusts this one certificate and no other."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    shown = read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(shown).digest()).decode()


@contextmanager
def exercise_desk(home: Path) -> Iterator[Desk]:
    """A desk over https with the exercise loaded: web, worker and wall of phones as processes."""
    home.mkdir(parents=True)
    desk = Desk(home, free_port(), free_port(), f"sqlite:///{home / 'desk.sqlite3'}", is_https=True)
    names = ("--host", HOST, "--host", "localhost", "--host", "127.0.0.1")
    for command in (
        ("certificate", *names, "--out", str(home / "certificates")),
        ("db", "upgrade"),
        ("demo", "load"),
    ):
        done = desk.command(*command)
        assert done.returncode == 0, done.stderr
    try:
        desk.start("web", "worker", "phones")
        yield desk
    finally:
        desk.end()


@contextmanager
def a_night(home: Path, executable: str) -> Iterator[Night]:
    """The desk and a browser that trusts it."""
    from playwright.sync_api import sync_playwright

    with exercise_desk(home) as desk, sync_playwright() as playwright:
        pin = key_pin(home / "certificates" / "server.crt")
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run", f"--ignore-certificate-errors-spki-list={pin}",
            ],
        )  # fmt: skip
        night = Night(desk, browser)
        night.case_no = str(desk.rows("SELECT case_no FROM incident ORDER BY id")[0][0])
        try:
            yield night
        finally:
            browser.close()
