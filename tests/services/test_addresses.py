from __future__ import annotations

from dataclasses import replace
from typing import Any

from incident_desk.services import addresses

PAGE = "/incidents/420300-2026-0001"
ASKED = "http://10.0.0.5:8200/"


def test_an_address_begins_with_the_public_one_whoever_asked(app_context: Any) -> None:
    settings = app_context.extensions["settings"]
    app_context.extensions["settings"] = replace(settings, public_url="https://desk.example.org")
    assert addresses.of(PAGE) == addresses.of(PAGE, asked=ASKED) == f"https://desk.example.org{PAGE}"


def test_without_a_public_one_it_begins_with_the_address_that_was_asked_else_with_the_one_served(
    app_context: Any,
) -> None:
    settings = app_context.extensions["settings"]
    assert addresses.of(PAGE, asked=ASKED) == f"http://10.0.0.5:8200{PAGE}"
    assert addresses.of(PAGE) == f"http://{settings.host}:{settings.port}{PAGE}"
