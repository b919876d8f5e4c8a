"""Typing a call sheet with the keyboard alone: wrong at first, as one hears it at night, then right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.journeys.night import Screen

PLACE = "竹山县潘口乡堵河二桥"
MOST_STEPS = 120


def tab_to(screen: Screen, name: str) -> None:
    """Press Tab until the answer called *name* has the focus."""
    for _ in range(MOST_STEPS):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"Tab does not lead to {name}")


def say(screen: Screen, name: str, text: str) -> None:
    """Write *text* over the answer called *name*."""
    tab_to(screen, name)
    screen.page.keyboard.press("Control+A")
    screen.page.keyboard.insert_text(text)


def minutes_ago(screen: Screen, minutes: int) -> str:
    """``HH:MM`` of so many minutes before the server's time."""
    hours, mins, _seconds = screen.words("[data-server-time]").split(":")
    at = timedelta(hours=int(hours) + 24, minutes=int(mins)) - timedelta(minutes=minutes)
    return f"{at.seconds // 3600:02d}:{at.seconds // 60 % 60:02d}"


def seconds_of(clock: str) -> int:
    """Seconds since midnight of ``HH:MM:SS``."""
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def answers(screen: Screen) -> dict[str, Any]:
    """Everything on the sheet as it stands in the form."""
    found: dict[str, Any] = screen.page.evaluate(
        """() => Object.fromEntries([...new FormData(document.getElementById('call-sheet'))]
             .filter(([name, value]) => value && !['csrf_token', '_idempotency_key'].includes(name)))"""
    )
    return found


def type_wrong_answers(screen: Screen) -> None:
    """A time that lies after learning, a position the wrong way round, an amount without unit, no UN number."""
    say(screen, "caller_name", "何某")
    say(screen, "learned_at", minutes_ago(screen, 12))
    say(screen, "occurred_at", minutes_ago(screen, 5))
    say(screen, "place_text", PLACE)
    say(screen, "coordinates", "32.2456, 110.2404")
    tab_to(screen, "media")
    screen.page.keyboard.press("Space")
    say(screen, "water_body", "堵河")
    say(screen, "substance", "苯胺")
    say(screen, "un_no", "99999")
    say(screen, "carried", "18")
    expected = {
        "occurred_at": "请核对两个时间", "coordinates": "经纬度似乎写反", "un_no": "不是UN编号", "carried": "缺少单位",
    }  # fmt: skip
    for name, words in expected.items():
        screen.await_words(words, f'[data-error-for="{name}"]')


def put_right(screen: Screen) -> None:
    """The same answers as they should be; the sentences go, what follows appears."""
    say(screen, "occurred_at", minutes_ago(screen, 25))
    say(screen, "coordinates", "110.2404, 32.2456")
    tab_to(screen, "datum")
    screen.page.keyboard.press("ArrowDown")
    say(screen, "un_no", "1547")
    say(screen, "carried", "18吨")
    say(screen, "leaked", "约3吨")
    say(screen, "dead", "0")
    screen.page.wait_for_function(
        "() => [...document.querySelectorAll('[data-error-for]')].every(place => place.textContent === '')"
    )
    screen.await_words("黄龙滩", "#follows-all")
