"""Fixtures of the routes: a program with a token, and a case that is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.routes.api_client import Program


@pytest.fixture
def program(app: Any) -> Callable[..., Program]:
    """``program("officer")``: a client with a token of that person."""

    def make(login: str) -> Program:
        from incident_desk.services import people
        from tests.people import actor

        with app.app_context():
            person = actor(login)
            assert person.role is not None
            token = people.make_token(
                f"program of {login}", role=person.role, office=person.office, actor=person,
                now=datetime.now(UTC), person_id=person.person_id,
            )  # fmt: skip
        return Program(app.test_client(), token)

    return make


@pytest.fixture
def case_no(program: Callable[..., Program]) -> str:
    """An open case of Shiyan."""
    made = program("officer").post("/incidents", {"place_text": "堵河某桥", "substance": "苯胺", "un_no": "1547"})
    number: str = made.json["case_no"]
    return number
