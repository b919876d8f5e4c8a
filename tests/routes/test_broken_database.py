"""A database that is not there, not set up or locked: a plain answer in the asker's language, no second failure."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from incident_desk.settings import Settings
from tests.routes.desk import desk_of

SILENT_ZH = "数据库无响应"


@pytest.fixture
def empty(settings: Settings) -> Iterator[Any]:
    """A desk whose database was never set up."""
    from incident_desk.app import create_app
    from incident_desk.extensions import db

    desk = create_app(settings)
    desk.add_url_rule("/mistake", view_func=lambda: 1 // 0)
    yield desk
    with desk.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/sign-in", "/public", "/wall/enter?token=x", "/f/abc", "/a/abc"])
def test_a_page_without_a_schema_says_plainly_that_the_database_does_not_answer(empty: Any, path: str) -> None:
    answer = empty.test_client().get(path)
    assert answer.status_code == 503
    assert SILENT_ZH in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_it_speaks_the_language_of_the_browser(empty: Any) -> None:
    client = empty.test_client()
    client.set_cookie("locale", "en")
    answer = client.get("/sign-in")
    assert "The database does not answer" in answer.text
    assert '<html lang="en">' in answer.text


def test_a_program_gets_a_problem_document(empty: Any) -> None:
    answer = empty.test_client().get("/api/v1/incidents", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json["code"]) == (503, "database_silent")


def test_a_part_of_a_page_gets_a_part(empty: Any) -> None:
    answer = empty.test_client().get("/sign-in", headers={"HX-Request": "true"})
    assert SILENT_ZH in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("path", ["/mistake", "/no-such-page"])
def test_another_error_has_a_page_even_then(empty: Any, path: str) -> None:
    answer = empty.test_client().get(path)
    assert answer.status_code in {404, 500}
    assert "data-error-words" in answer.text
    assert "Traceback" not in answer.text


def test_the_watcher_is_told(empty: Any) -> None:
    answer = empty.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json["ok"] is False


def test_a_screen_is_turned_away_and_asks_again_later(empty: Any) -> None:
    client = empty.test_client()
    client.set_cookie("wall_token", "x")
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert client.get("/socket.io/?EIO=4&transport=websocket", headers=headers).status_code == 503


def test_a_database_that_breaks_under_somebody_at_work_says_so(
    app: Any, settings: Settings, sign_in: Callable[..., Any]
) -> None:
    desk = desk_of(sign_in)
    with sqlite3.connect(settings.home / "desk.sqlite3") as database:
        database.execute("ALTER TABLE setting RENAME TO gone")
    answer = desk.get("/")
    assert (answer.status_code, SILENT_ZH in answer.text) == (503, True)


def test_a_database_that_is_locked_says_so_and_goes_on_afterwards(
    app: Any, settings: Settings, sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from incident_desk.extensions import db

    desk = desk_of(sign_in)
    case_no = desk.open_case()
    with app.app_context():
        db.engine.dispose()
    monkeypatch.setattr("incident_desk.extensions.BUSY_TIMEOUT_MS", 50)
    other = sqlite3.connect(settings.home / "desk.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = desk.post("/board/log", case_no=case_no, text="一行")
    assert (answer.status_code, SILENT_ZH in answer.text) == (503, True)
    other.execute("ROLLBACK")
    other.close()
    assert desk.post("/board/log", case_no=case_no, text="一行").status_code == 303
