"""First calls out through the browser's requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.routes.desk import Desk, desk_of, hidden


def first_call(desk: Desk, case_no: str) -> str:
    """The address of the first call to make."""
    found = re.search(rf"/incidents/{case_no}/phone-calls/\d+", desk.text(f"/incidents/{case_no}/phone-calls"))
    assert found is not None
    return found[0]


def test_the_call_to_the_intake_stands_first_on_the_board_until_it_is_made(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    page = desk.text("/")
    assert page.index("现在要打的电话") < page.index("法定时限")
    assert "黄龙滩水库水源地" in desk.text("/board/first-calls")
    address = first_call(desk, case_no)
    said = {"state": "answered", "answered_by": "调度员", "said": "收到", "done": "已停泵"}
    assert desk.post(address, version=hidden(desk.text(address), "version"), back="board", **said).location == "/"
    assert "黄龙滩水库水源地" not in desk.text("/board/first-calls")
    assert "调度员 · 收到 · 已停泵" in desk.text(f"/incidents/{case_no}/phone-calls")
    assert "已停泵" in desk.text("/board/log")


def test_no_answer_is_one_click_and_the_call_stays_to_be_rung_again(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    address = first_call(desk, case_no)
    assert desk.post(address, state="no_answer", version="1", back="board").status_code == 303
    assert "无人接听" in desk.text("/board/log")
    assert "无人接听，请再打" in desk.text("/board/first-calls")
    assert f'href="{address}?back=board"' in desk.text("/board/first-calls")


def test_what_the_water_works_say_of_their_intake_becomes_a_fact(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    said = {"state": "answered", "intake_state": "stopped_precaution", "supply_interrupted": "no"}
    assert desk.post(first_call(desk, case_no), version="1", **said).status_code == 303
    assert "预防性停止取水，供水未中断" in desk.text(f"/incidents/{case_no}/facts")


def test_two_officers_at_one_call_see_both_records(sign_in: Callable[..., Any]) -> None:
    first, second = desk_of(sign_in), desk_of(sign_in, "officer2")
    case_no = first.open_case()
    address = first_call(first, case_no)
    second.post(address, state="answered", said="二号席问到的", version="1")
    refused = first.post(address, state="answered", said="一号席问到的", version="1")
    assert refused.status_code == 409
    assert "二号席问到的" in refused.text
    assert "一号席问到的" in refused.text
    kept = first.post(address, state="answered", said="一号席问到的", version=hidden(refused.text, "version"))
    assert kept.status_code == 303


def test_a_call_of_another_office_is_not_there(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    address = first_call(desk, desk.open_case())
    stranger = desk_of(sign_in, "stranger")
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, state="answered", version="1").status_code == 404


def test_a_call_of_another_case_is_not_there_either(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    one, other = desk.open_case("first-key-1"), desk.open_case("second-key-2")
    number = first_call(desk, one).rpartition("/")[2]
    assert desk.get(f"/incidents/{other}/phone-calls/{number}").status_code == 404


def test_the_number_is_hidden_from_roles_that_do_not_ring(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    page = sign_in("archivist").get(f"/incidents/{case_no}").text
    assert "您的岗位不显示号码" in page
    assert "tel:" not in page
