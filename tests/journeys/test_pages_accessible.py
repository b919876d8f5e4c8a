"""Every page as axe-core reads it, in the day's theme and the night's: names, roles, order, contrast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys import page_words
from tests.journeys.night import DESK, PHONE, Night, Screen

pytestmark = [pytest.mark.browser, pytest.mark.alone]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FOUND = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const more_of_the_same = ["tbody > tr:nth-child(n+4)", ".rows > li:nth-child(n+5)", ".log > li:nth-child(n+4)"];
  const where = { include: [["html"]], exclude: more_of_the_same.map((selector) => [selector]) };
  const found = await axe.run(where, { ...only, resultTypes: ["violations"] });
  const places = (one) => one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ");
  return found.violations.map((one) => `${one.id}: ${places(one)}`);
}"""
NIGHT = """() => {
  document.documentElement.dataset.theme = "dark";
  document.querySelector("meta[name=color-scheme]").content = "dark";
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("left out: axe-core is not installed (make dev)")
    return AXE.read_text("utf-8")


def faults(screen: Screen, axe: str, path: str) -> list[str]:
    """What axe finds on *path* by day, and what becomes unreadable by night."""
    screen.go(path)
    screen.page.evaluate(f"{axe};0")
    by_day: Any = screen.page.evaluate(FOUND, [])
    screen.page.evaluate(NIGHT)
    by_night: Any = screen.page.evaluate(FOUND, ["color-contrast"])
    return [f"{path} {fault}" for fault in by_day] + [f"{path} by night {fault}" for fault in by_night]


def test_an_officers_pages_have_no_fault(night: Night, axe: str) -> None:
    officer = night.screen("axe officer", DESK, login="zhiban")
    more = (
        "/incidents/nothing",
        "/rules",
        f"{night.case}/facts/leaked",
        f"{night.case}/clocks/1",
        f"{night.case}/close",
    )
    paths = (*page_words.pages_of(night), *more)
    assert [fault for path in paths for fault in faults(officer, axe, path)] == []


def test_the_pages_of_phones_and_of_outsiders_have_no_fault(night: Night, axe: str) -> None:
    field = night.screen("axe field", PHONE, login="xianchang", is_mobile=True, has_touch=True)
    outside = night.screen("axe outside", PHONE, is_mobile=True, has_touch=True)
    found = [fault for path in ("/field", f"/field/{night.case_no}") for fault in faults(field, axe, path)]
    found += [fault for path in ("/sign-in", "/public", "/a/none") for fault in faults(outside, axe, path)]
    assert found == []


def test_no_page_of_a_phone_scrolls_sideways_in_the_longer_language(night: Night) -> None:
    phone = night.screen("narrow", PHONE, login="shengting", locale="en-GB", is_mobile=True, has_touch=True)
    english = phone.page.locator("button[name=locale][value=en]")
    if english.count():
        english.first.evaluate("button => button.click()")
        phone.page.wait_for_load_state()
    wide = []
    for path in page_words.pages_of(night):
        phone.go(path)
        if phone.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert wide == []
