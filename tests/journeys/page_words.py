"""What the pages say around the data: no raw code anywhere, no word of the other language in titles and buttons."""

from __future__ import annotations

import re
from typing import Any

from tests.journeys.night import Night, Screen

COMMAND = ("", "/instructions", "/papers", "/response", "/scene", "/minutes", "/print")
TABS = (
    "",
    "/map",
    "/reports",
    "/releases",
    *(f"/command{page}" for page in COMMAND),
    "/callout",
    "/evidence",
    "/tasks",
    "/journal",
    "/archive",
)
RAW_CODE = re.compile(r"\b(?:[a-z]+_[a-z_]+|[A-Z]{2,}_[A-Z_]+)\b|\bNone\b|%\(\w+\)s|\bUndefined\b")
CHROME = (
    "h2, h3, label > span, label.choice, .field__label label, legend, th, .tab, nav a, button, a.button, .hint, "
    "summary, .empty, .panel__count, [data-connection], dt, option, caption"
)
FOUND = """(selector) => [...document.querySelectorAll(selector)]
  .filter(element => !element.closest('[lang=zh-Hans]:not(html)') && !element.closest('[lang=en]:not(html)'))
  .map(element => element.innerText.trim()).filter(words => words)"""


def pages_of(night: Night) -> list[str]:
    """The pages that an officer sees in a night."""
    return ["/", "/incidents", "/map", "/experts", "/calls/new", *(f"{night.case}{tab}" for tab in TABS)]


def raw_codes(screen: Screen) -> list[str]:
    """Codes and holes that stand on the page as such."""
    words = re.sub(r"https?://\S+|\S+\.(?:jpg|png|zip)\b", "", screen.words())
    return RAW_CODE.findall(words)


def chrome(screen: Screen) -> list[str]:
    """The page's own words: titles, labels, buttons, hints."""
    found: Any = screen.page.evaluate(FOUND, CHROME)
    return list(found)
