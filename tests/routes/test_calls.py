"""The call sheet through the browser's requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.routes.desk import SHEET, desk_of, field_error

KEY = "a-key-of-a-draft"


def test_a_new_call_leads_to_a_sheet_under_a_key_of_its_own(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    first, second = desk.get("/calls/new").location, desk.get("/calls/new").location
    assert first != second
    assert "立案" in desk.text(first)


def test_what_was_typed_survives_a_reload(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    assert desk.save(KEY, SHEET).json["version"] == 1
    page = desk.text(f"/calls/drafts/{KEY}")
    assert SHEET["place_text"] in page
    assert 'value="1547"' in page
    assert 'data-draft-version="1"' in page


def test_a_colleague_finds_the_sheet_on_the_board(sign_in: Callable[..., Any]) -> None:
    desk_of(sign_in).save(KEY, SHEET)
    page = desk_of(sign_in, "officer2").text("/")
    assert "未立案的接报单" in page
    assert SHEET["place_text"] in page


def test_a_sheet_of_another_office_is_not_there(sign_in: Callable[..., Any]) -> None:
    desk_of(sign_in).save(KEY, SHEET)
    stranger = desk_of(sign_in, "stranger")
    assert SHEET["place_text"] not in stranger.text(f"/calls/drafts/{KEY}")
    assert stranger.save(KEY, {"place_text": "宜昌"}).status_code == 404
    assert stranger.post(f"/calls/drafts/{KEY}/open", place_text="宜昌").status_code == 404


def test_somebody_elses_save_is_refused_and_says_which_version_stands(sign_in: Callable[..., Any]) -> None:
    first, second = desk_of(sign_in), desk_of(sign_in, "officer2")
    first.save(KEY, SHEET)
    second.save(KEY, {**SHEET, "notes": "二号席"}, version=1)
    refused = first.save(KEY, {**SHEET, "notes": "一号席"}, version=1)
    assert refused.status_code == 409
    assert refused.headers["ETag"] == '"2"'
    assert "二号席" in first.text(f"/calls/drafts/{KEY}")


def test_an_amount_without_unit_is_named_beside_its_field_and_stays_as_typed(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    answer = desk.save(KEY, {**SHEET, "carried": "18"})
    assert "缺少单位" in answer.json["problems"]["carried"]
    page = desk.text(f"/calls/drafts/{KEY}")
    assert "缺少单位" in field_error(page, "carried")
    assert 'name="carried" value="18"' in page


def test_the_same_in_english(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in, locale="en")
    assert "has no unit" in desk.save(KEY, {**SHEET, "carried": "18"}).json["problems"]["carried"]
    assert "Open the case" in desk.text(f"/calls/drafts/{KEY}")


def test_learned_before_happened_is_named_and_the_case_opens_anyway(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    body = {**SHEET, "learned_at": "40分钟前", "occurred_at": "20分钟前"}
    assert "occurred_at" in desk.save(KEY, body).json["problems"]
    case_no = desk.open_case(KEY, **body)
    assert "正在核实" in desk.text(f"/incidents/{case_no}")


def test_the_right_side_says_which_clocks_would_run(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    desk.save(KEY, SHEET)
    page = desk.text(f"/calls/drafts/{KEY}/follows")
    assert "重大、特别重大事件初报" in page  # an intake is named: T1, two hours
    assert "第三条" in page
    assert "等级尚未判明，至少Ⅳ级" in page


def test_an_empty_sheet_still_says_what_the_law_demands(sign_in: Callable[..., Any]) -> None:
    page = desk_of(sign_in).text(f"/calls/drafts/{KEY}/follows")
    assert "一般、较大" in page or "初报" in page


def test_opening_twice_gives_the_same_case(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    first = desk.post(f"/calls/drafts/{KEY}/open", _idempotency_key="k1", **SHEET)
    again = desk.post(f"/calls/drafts/{KEY}/open", _idempotency_key="k1", **SHEET)
    third = desk.post(f"/calls/drafts/{KEY}/open", **SHEET)
    assert first.location == again.location == third.location
    assert desk.text("/incidents").count(first.location) == 2  # number and title of one row


def test_a_sheet_whose_case_is_open_leads_to_the_case(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case(KEY)
    assert desk.get(f"/calls/drafts/{KEY}").location == f"/incidents/{case_no}"


def test_an_empty_sheet_opens_a_case(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    answer = desk.post(f"/calls/drafts/{KEY}/open")
    assert answer.status_code == 303
    assert "正在核实" in desk.text(answer.location)


def test_a_further_call_adds_its_answers_to_the_case(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case(KEY)
    sheet = desk.get(f"/calls/new?case={case_no}").location
    assert case_no in desk.text(sheet)
    key = sheet.split("?")[0].rpartition("/")[2]
    answer = desk.post(f"/calls/drafts/{key}/open", case_no=case_no, leaked="3吨", channel="FIRE")
    assert answer.location == f"/incidents/{case_no}"
    page = desk.text(answer.location)
    assert "3吨（估计）" in page
    assert "消防救援(119)" in page


def test_a_point_far_from_any_river_opens_the_case_and_becomes_a_task(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case(KEY, coordinates="121.47, 31.23", datum="cgcs2000")
    assert "核实事发点在河道上的位置" in desk.text(f"/incidents/{case_no}/tasks")


def test_a_body_that_is_no_sheet_is_refused_in_words(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    answer = desk.save(KEY, [1, 2])  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert "接报单" in answer.json["title"]


def test_hostile_text_is_shown_as_it_was_typed_and_never_run(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case(KEY, place_text="<script>alert(1)</script>")
    for path in ("/", f"/incidents/{case_no}", f"/incidents/{case_no}/journal", "/incidents"):
        page = desk.text(path)
        assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in desk.text(f"/incidents/{case_no}")


def test_an_archivist_takes_no_calls(sign_in: Callable[..., Any]) -> None:
    assert sign_in("archivist").get("/calls/new").status_code == 403


def test_putting_a_sheet_aside_takes_it_off_the_board(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    desk.save(KEY, SHEET)
    assert desk.post(f"/calls/drafts/{KEY}/discard").status_code == 303
    assert SHEET["place_text"] not in desk.text("/")
