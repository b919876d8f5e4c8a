"""The pages of releases: check before, record after, nothing typed is lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.routes.test_reports import photograph, post

FORM = {
    "issuer": "government",
    "issuer_name": "十堰市人民政府",
    "channel": "wechat",
    "account": "十堰发布",
    "title": "关于堵河苯胺泄漏的情况通报",
    "text": "一辆罐车在堵河侧翻，部分苯胺进入堵河。市区自来水供应正常。请勿取用堵河河水。",
    "pollutant": "苯胺",
    "range_text": "堵河",
    "measures": "请勿取用堵河河水",
    "published_at": "现在",
    "link": "https://mp.weixin.qq.com/s/example",
    "on_public_page": "1",
}


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Any:
    return sign_in("officer")


def recorded(client: Any, case_no: str, **more: Any) -> str:
    answer = post(client, f"/incidents/{case_no}/releases", {**FORM, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_release_is_recorded_and_shown(officer: Any, case_no: str) -> None:
    page = officer.get(recorded(officer, case_no)).text
    assert "十堰市人民政府" in page
    assert "污染物质、污染范围和防护措施均已写明" in page


def test_the_check_records_nothing_and_keeps_what_was_typed(officer: Any, case_no: str) -> None:
    form = {**FORM, "act": "check", "measures": "", "title": "第一期"}
    answer = post(officer, f"/incidents/{case_no}/releases", form)
    assert answer.status_code == 200
    assert 'value="第一期"' in answer.text
    assert "缺少防护措施" in answer.text
    assert "第一期" not in officer.get(f"/incidents/{case_no}/releases").text


def test_gaps_are_named_and_the_record_stands(officer: Any, case_no: str) -> None:
    page = officer.get(recorded(officer, case_no, text="正在处置。", link="", title="通报")).text
    assert "正文未写明污染物质" in page or "正文" in page
    assert 'id="release-gaps"' in page


@pytest.mark.parametrize("at", ["2199-01-01 03:00", "昨晚吧", ""])
def test_a_time_that_cannot_be_comes_back_with_the_form(officer: Any, case_no: str, at: str) -> None:
    answer = post(officer, f"/incidents/{case_no}/releases", {**FORM, "published_at": at})
    assert answer.status_code == 422
    assert FORM["text"] in answer.text
    assert 'id="f-published_at-error"' in answer.text
    assert answer.text.split('id="f-published_at-error"')[1].split("</p>")[0].split(">")[1]


def test_a_capture_is_served_again(officer: Any, case_no: str) -> None:
    place = recorded(officer, case_no, capture=photograph(), link="")
    with officer.get(f"{place}/capture") as picture:
        assert picture.mimetype == "image/jpeg"


def test_a_capture_that_is_no_picture_is_refused(officer: Any, case_no: str) -> None:
    form = {**FORM, "capture": (io.BytesIO(b"hello"), "x.png")}
    answer = post(officer, f"/incidents/{case_no}/releases", form)
    assert answer.status_code == 422
    assert FORM["text"] in answer.text


def test_a_record_is_taken_back_with_a_reason(officer: Any, case_no: str) -> None:
    place = recorded(officer, case_no)
    assert post(officer, f"{place}/take-back", {"reason": ""}).status_code == 422
    assert post(officer, f"{place}/take-back", {"reason": "记错"}).status_code == 303
    assert "已撤回" in officer.get(place).text


def test_a_double_click_records_one(officer: Any, case_no: str) -> None:
    assert recorded(officer, case_no) == recorded(officer, case_no)


@pytest.mark.parametrize(("locale", "words"), [("zh_Hans", "登记一次发布"), ("en", "Record a release")])
def test_the_tab_stands_in_both_languages(officer: Any, case_no: str, locale: str, words: str) -> None:
    post(officer, "/preferences", {"locale": locale})
    assert words in officer.get(f"/incidents/{case_no}/releases").text


def test_a_clock_begins_the_form_with_its_issuer(officer: Any, case_no: str) -> None:
    page = officer.get(f"/incidents/{case_no}/releases/new?rule=D3").text
    assert '<option value="eeb" selected>' in page


def test_another_office_finds_and_changes_nothing(officer: Any, sign_in: Callable[..., Any], case_no: str) -> None:
    place = recorded(officer, case_no)
    stranger = sign_in("stranger")
    assert stranger.get(f"/incidents/{case_no}/releases").status_code == 404
    assert stranger.get(place).status_code == 404
    assert stranger.get(f"{place}/capture").status_code == 404
    assert post(stranger, f"/incidents/{case_no}/releases", FORM).status_code == 404
    assert post(stranger, f"{place}/shown", {"shown": "0"}).status_code == 404


def test_a_field_phone_records_no_release(sign_in: Callable[..., Any], case_no: str) -> None:
    assert post(sign_in("field"), f"/incidents/{case_no}/releases", FORM).status_code == 403
