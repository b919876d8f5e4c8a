"""Rounds through the browser: asked from the list, answered by link, on screen and by telephone, read as a matrix."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.routes.api_client import Program
from tests.routes.desk import Desk, desk_of

ZHUSHAN = "420323"


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Desk:
    return desk_of(sign_in)


def begin(desk: Desk, case_no: str, **more: Any) -> Any:
    form = {"question": ["sheet:into_water"], "own": "调集了多少吸油毡？", "office": [ZHUSHAN], "minutes": "30"} | more
    return desk.post(f"/incidents/{case_no}/rounds", **form)


def link_of(desk: Desk, case_no: str) -> str:
    page = desk.text(f"/incidents/{case_no}/rounds/1")
    (telephone,) = re.findall(r'href="(/incidents/[^"]+/rounds/1/asked/\d+)"', page)
    (address,) = re.findall(r'id="round-link">([^<]+)<', desk.text(telephone))
    return "/r/" + address.rpartition("/")[2]


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_every_page_is_shown_in_both_languages(sign_in: Callable[..., Any], locale: str) -> None:
    desk = desk_of(sign_in, locale=locale)
    case_no = desk.open_case()
    empty = desk.text(f"/incidents/{case_no}/rounds")
    assert ("尚未调度" if locale == "zh_Hans" else "No round yet") in empty
    assert begin(desk, case_no).status_code == 303
    for path in ("", "/new", "/1"):
        visible = desk.text(f"/incidents/{case_no}/rounds{path}")
        assert "sheet:" not in visible.replace('value="sheet:', ""), path
    assert "请于" in desk.text(link_of(desk, case_no)) or locale == "en"


def test_the_form_lists_what_is_lacking_and_comes_back_filled(officer: Desk) -> None:
    case_no = officer.open_case()
    page = officer.text(f"/incidents/{case_no}/rounds/new")
    assert 'value="sheet:into_water" checked' in page
    assert "黄龙滩水库水源地：停没停止取水" in page
    assert 'value="sheet:place_text"' not in page
    refused = begin(officer, case_no, office=[], note="请核实")
    assert refused.status_code == 422
    assert "请至少选择一个被调度单位" in refused.text
    assert "调集了多少吸油毡？" in refused.text
    assert "请核实" in refused.text
    late = begin(officer, case_no, due="2026-01-01 02:00")
    assert (late.status_code, "七天以内" in late.text) == (422, True)
    assert begin(officer, case_no, minutes="x").status_code == 422


def test_a_phone_answers_by_its_link_and_keeps_what_is_refused(app: Any, officer: Desk) -> None:
    case_no = officer.open_case()
    begin(officer, case_no)
    phone, address = app.test_client(), link_of(officer, case_no)
    nobody = phone.post(address, data={"into_water": "3吨"})
    assert nobody.status_code == 422
    assert "请填写答复人姓名" in nobody.text
    assert 'value="3吨"' in nobody.text
    empty = phone.post(address, data={"answered_by": "吴山"})
    assert (empty.status_code, "尚未填写任何答复" in empty.text) == (422, True)
    unread = phone.post(address, data={"into_water": "好几桶", "answered_by": "吴山"})
    assert unread.status_code == 422
    assert "无法识别为数量" in unread.text
    assert 'value="好几桶"' in unread.text
    assert phone.post(address, data={"into_water": "3吨", "answered_by": "吴山"}).status_code == 303
    matrix = officer.text(f"/incidents/{case_no}/rounds/1")
    assert "3吨" in matrix
    assert "手机链接" in matrix
    fact = officer.text(f"/incidents/{case_no}/facts/into_water")
    assert "调度答复" in fact


def test_a_link_shows_its_list_and_nothing_of_the_case(app: Any, officer: Desk) -> None:
    case_no = officer.open_case()
    begin(officer, case_no)
    page = app.test_client().get(link_of(officer, case_no)).text
    assert "流进水里的大概有多少" in page
    assert "报告人甲" not in page
    assert "18吨" not in page
    assert app.test_client().get("/r/" + "x" * 22).status_code == 404
    officer.post(f"/incidents/{case_no}/rounds/1/end")
    ended = app.test_client().get(link_of(officer, case_no))
    assert (ended.status_code, "本次调度已结束" in ended.text) == (410, True)


def test_the_asked_office_finds_it_in_its_navigation_and_answers(sign_in: Callable[..., Any], officer: Desk) -> None:
    case_no = officer.open_case()
    begin(officer, case_no)
    county = desk_of(sign_in, "county")
    assert 'href="/asked"' in county.text("/rules")
    (path,) = re.findall(r'href="(/asked/\d+)"', county.text("/asked"))
    page = county.text(path)
    assert "调集了多少吸油毡" in page
    assert county.get(f"/incidents/{case_no}/rounds").status_code == 404
    said = re.findall(r'name="(said-\d+)"', page)[0]
    assert county.post(path).status_code == 422
    assert county.post(path, **{said: "20公斤"}).status_code == 303
    assert "20公斤" in officer.text(f"/incidents/{case_no}/rounds/1")
    assert desk_of(sign_in, "stranger").get(path).status_code == 404


def test_an_officer_takes_down_what_was_told_and_decides_what_differs(officer: Desk) -> None:
    case_no = officer.open_case()
    begin(officer, case_no, office=[ZHUSHAN, "420302"])
    first, second = sorted(set(re.findall(r"/rounds/1/asked/\d+", officer.text(f"/incidents/{case_no}/rounds/1"))))
    base = f"/incidents/{case_no}"
    assert officer.post(base + first, into_water="3吨").status_code == 422
    assert officer.post(base + first, into_water="3吨", answered_by="吴山").status_code == 303
    assert officer.post(base + second, into_water="5吨", answered_by="冯某").status_code == 303
    page = officer.text(f"{base}/rounds/1")
    (decide,) = set(re.findall(r'action="(/incidents/[^"]+/decide)"', page))
    assert officer.post(decide, act="take").status_code == 303
    assert "5吨" in officer.text(f"{base}/facts/into_water")
    assert officer.post(decide, act="take").status_code == 409


def test_a_round_is_printed_in_official_chinese(officer: Desk) -> None:
    case_no = officer.open_case()
    begin(officer, case_no)
    answer = officer.get(f"/incidents/{case_no}/rounds/1/paper.pdf")
    assert answer.status_code in {200, 503}
    if answer.status_code == 200:
        assert answer.data.startswith(b"%PDF")


def test_a_consultation_is_recorded_and_its_form_comes_back_filled(officer: Desk) -> None:
    case_no = officer.open_case()
    path = f"/incidents/{case_no}/rounds"
    refused = officer.post(f"{path}/consultations", conclusions="污染团未到黄龙滩")
    assert refused.status_code == 422
    assert "请填写参加人员" in refused.text
    assert "污染团未到黄龙滩" in refused.text
    done = officer.post(
        f"{path}/consultations", conclusions="污染团未到黄龙滩", present="赵带班", next_round_at="2小时后"
    )
    assert done.status_code == 303
    page = officer.text(path)
    assert "污染团未到黄龙滩" in page
    assert "下次调度" in page


def test_a_program_reads_rounds(program: Callable[..., Program], sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    begin(desk, case_no)
    (row,) = program("officer").get(f"/incidents/{case_no}/rounds").json
    assert [one["subject"] for one in row["questions"]][:1] == ["into_water"]
    assert (row["offices"][0]["office"], row["offices"][0]["standing"]) == (ZHUSHAN, "waiting")
    assert program("stranger").get(f"/incidents/{case_no}/rounds").status_code == 404
