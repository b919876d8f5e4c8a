"""Every event that a screen may send is walked as a person of another office: it is met with silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incident_desk.sockets.server import socketio
from tests.people import actor
from tests.services.sheets import sheet

MESSAGES: dict[str, Callable[[str], Any]] = {
    "desk:join": lambda _case: {"last_seq": 0},
    "case:join": lambda case_no: {"case_no": case_no, "last_seq": 0},
    "time:ask": lambda _case: {"sent": 1.0},
}
"""What each event carries; an event that is missing here fails the first test."""

OF_THE_LINE = {"connect", "disconnect"}


@pytest.fixture
def case_no(app: Any) -> str:
    from incident_desk.services.calls import call_taking
    from tests.conftest import NOW

    with app.app_context():
        number: str = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW).case_no
        return number


def screen_of(app: Any, client: Any) -> Any:
    return socketio.test_client(app, flask_test_client=client)


def test_every_event_is_walked(app: Any) -> None:
    assert app is not None
    assert set(socketio.server.handlers["/"]) - OF_THE_LINE == set(MESSAGES)


@pytest.mark.parametrize("event", sorted(MESSAGES))
def test_a_person_of_another_office_gets_nothing_of_the_case(
    app: Any, sign_in: Callable[..., Any], case_no: str, event: str
) -> None:
    screen = screen_of(app, sign_in("stranger"))
    screen.emit(event, MESSAGES[event](case_no))
    heard = screen.get_received()
    assert case_no not in str(heard)
    assert "苯胺" not in str(heard)
    told = [entry for one in heard if one["name"] == "journal:entries" for entry in one["args"][0]]
    assert {entry["case_no"] for entry in told} <= {None}
    screen.disconnect()


@pytest.mark.parametrize("event", sorted(MESSAGES))
def test_a_person_of_the_office_gets_an_answer(app: Any, sign_in: Callable[..., Any], case_no: str, event: str) -> None:
    screen = screen_of(app, sign_in("officer"))
    screen.emit(event, MESSAGES[event](case_no))
    assert screen.get_received() != []
    screen.disconnect()


def test_the_case_of_another_office_and_no_case_sound_the_same(
    app: Any, sign_in: Callable[..., Any], case_no: str
) -> None:
    screen = screen_of(app, sign_in("stranger"))
    screen.emit("case:join", {"case_no": case_no})
    foreign = screen.get_received()
    screen.emit("case:join", {"case_no": "420300-2026-9999"})
    assert foreign == screen.get_received() == []
    screen.disconnect()


@pytest.mark.parametrize("login", ["admin", "field"])
def test_a_role_that_may_not_read_the_journal_gets_no_desk(
    app: Any, sign_in: Callable[..., Any], case_no: str, login: str
) -> None:
    screen = screen_of(app, sign_in(login))
    screen.emit("desk:join", {"last_seq": 0})
    assert screen.get_received() == []
    assert case_no
    screen.disconnect()


def test_who_may_not_read_clocks_is_told_none(app: Any, sign_in: Callable[..., Any], case_no: str) -> None:
    screen = screen_of(app, sign_in("field"))
    screen.emit("case:join", {"case_no": case_no, "last_seq": 0})
    heard = screen.get_received()
    assert [one for one in heard if one["name"] == "journal:entries"]
    assert [one for one in heard if one["name"] == "clock:state"] == []
    screen.disconnect()
