"""The board and the wall through the browser's requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.permissions import Role
from incident_desk.extensions import db
from incident_desk.models import JournalEntry
from incident_desk.services import people
from tests.conftest import NOW
from tests.people import actor
from tests.routes.desk import desk_of

FRAGMENTS = ("first-calls", "clocks", "cases", "log", "log/panel", "ruler")


def test_an_empty_board_says_what_to_do(sign_in: Callable[..., Any]) -> None:
    page = desk_of(sign_in).text("/")
    assert "没有计时中的时限" in page
    assert "没有在办事件" in page or "在办事件" in page
    assert 'data-key="F2"' in page


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_every_part_of_the_board_has_its_own_address(sign_in: Callable[..., Any], locale: str) -> None:
    desk = desk_of(sign_in, locale=locale)
    desk.open_case()
    for name in FRAGMENTS:
        page = desk.text(f"/board/{name}")
        assert "<html" not in page
        assert f'data-refresh-url="/board/{name}"' in page


def test_the_most_urgent_clock_stands_first_by_the_strict_time(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    desk.open_case("later-key-00", learned_at="2分钟前", occurred_at="5分钟前")
    desk.open_case("earlier-key-0", learned_at="50分钟前", occurred_at="55分钟前")
    strict = re.findall(r'data-strict-due="([^"]+)"', desk.text("/board/clocks"))
    assert strict == sorted(strict)
    assert len(strict) >= 8


def test_another_office_sees_an_empty_board(sign_in: Callable[..., Any]) -> None:
    case_no = desk_of(sign_in).open_case()
    stranger = desk_of(sign_in, "stranger")
    for path in ("/", "/wall", *(f"/board/{name}" for name in FRAGMENTS)):
        assert case_no not in stranger.text(path)


def test_a_county_sees_only_its_own_although_the_city_sees_the_countys(sign_in: Callable[..., Any]) -> None:
    city, county = desk_of(sign_in), desk_of(sign_in, "county")
    of_the_city, of_the_county = city.open_case("city-key-000"), county.open_case("county-key-0")
    assert of_the_county in city.text("/")
    assert of_the_city not in county.text("/")


def test_a_line_in_the_log_is_shown_and_the_journal_holds_no_word_of_it(sign_in: Callable[..., Any], app: Any) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    words = "值班电话打给张三家属"
    assert desk.post("/board/log", case_no=case_no, text=words).status_code == 303
    assert words in desk.text("/board/log")
    with app.app_context():
        data = [row.data for row in db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "log.added"))]
    assert len(data) == 1
    assert "张三" not in data[0]


def test_the_double_click_writes_one_line(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    for _ in range(2):
        answer = desk.post("/board/log", case_no=case_no, text="只写一次", _idempotency_key="log-1")
        assert answer.status_code == 303
    assert desk.text("/board/log").count("只写一次") == 1


def test_an_empty_line_is_refused_in_words(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    answer = desk.post("/board/log", case_no=case_no, text="  ")
    assert answer.status_code == 422
    assert "请先写" in answer.text or "先写" in answer.text


def test_a_line_for_a_case_of_another_office_is_refused(sign_in: Callable[..., Any]) -> None:
    case_no = desk_of(sign_in).open_case()
    assert desk_of(sign_in, "stranger").post("/board/log", case_no=case_no, text="x").status_code == 404


def test_the_page_names_the_journal_number_it_was_read_at(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    before = re.findall(r'data-last-seq="(\d+)"', desk.text("/"))
    desk.open_case()
    after = re.findall(r'data-last-seq="(\d+)"', desk.text("/"))
    assert int(after[0]) > int(before[0]) > 0


def test_the_bar_says_who_is_on_duty(sign_in: Callable[..., Any]) -> None:
    desk_of(sign_in)
    page = desk_of(sign_in, "leader").text("/")
    assert "王值班" in page
    assert "赵带班" in page


def test_a_wall_screen_enters_by_its_token_and_may_only_look(sign_in: Callable[..., Any], app: Any) -> None:
    case_no = desk_of(sign_in).open_case()
    with app.app_context():
        token = people.make_token("一号大屏", role=Role.WALL_SCREEN, office="420300", actor=actor("admin"), now=NOW)
    wall = app.test_client()
    answer = wall.get(f"/wall/enter?token={token}")
    assert answer.location == "/wall"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    page = wall.get("/wall")
    assert page.status_code == 200
    assert case_no in page.text
    assert token not in page.text
    assert wall.get("/calls/new").status_code == 403
    assert "tel:" not in wall.get("/board/first-calls").text


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_wrong_token_finds_no_wall(app: Any, token: str) -> None:
    assert app.test_client().get(f"/wall/enter?token={token}").status_code == 404


def test_a_programs_token_is_no_wall(app: Any) -> None:
    with app.app_context():
        token = people.make_token("程序", role=Role.DUTY_OFFICER, office="420300", actor=actor("admin"), now=NOW)
    answer = app.test_client().get(f"/wall/enter?token={token}")
    assert answer.status_code == 404
    assert "wall_token" not in str(answer.headers.getlist("Set-Cookie"))


def test_a_stranger_is_asked_to_sign_in(app: Any) -> None:
    assert app.test_client().get("/").location.startswith("/sign-in")
