"""The pages of reports beyond the first: one click a kind, receipts, versions, steps, secret items, PDF/A."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.routes.api_client import Program
from tests.routes.test_reports import digest_of, drafted, photograph, post


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Any:
    return sign_in("officer")


@pytest.mark.parametrize(("kind", "words"), [("follow_up", "处置进展"), ("result", "责任追究")])
def test_each_kind_begins_in_one_click(officer: Any, case_no: str, kind: str, words: str) -> None:
    drafted(officer, case_no)
    page = officer.get(f"/incidents/{case_no}/reports").text
    form = re.search(rf'<input type="hidden" name="kind" value="{kind}"><input type="hidden" name="form"', page)
    assert form is not None
    made = post(officer, f"/incidents/{case_no}/reports", {"kind": kind, "form": "written", "office": "420300"})
    assert made.status_code == 303
    assert words in officer.get(made.location).text


def test_a_form_in_which_nobody_is_ticked_is_refused(officer: Any, case_no: str) -> None:
    answer = post(officer, f"/incidents/{case_no}/reports", {"kind": "initial", "form": "written", "choosing": "1"})
    assert answer.status_code == 422
    assert "至少" in answer.text


def test_the_clocks_of_follow_up_and_result_lead_to_their_reports(officer: Any, case_no: str) -> None:
    for rule, kind in (("R6", "follow_up"), ("R7", "result"), ("R2", "initial")):
        page = officer.get(f"/incidents/{case_no}/reports/new?rule={rule}").text
        assert f'name="kind" value="{kind}"><input type="hidden" name="choosing"' in page, rule


def test_departments_are_offered_one_by_one_in_both_languages(officer: Any, case_no: str) -> None:
    page = officer.get(f"/incidents/{case_no}/reports/new?rule=R11").text
    assert "十堰市水利和湖泊局" in page
    assert page.count('value="peer_departments.') == 7
    post(officer, "/preferences", {"locale": "en"})
    assert "Water resources" in officer.get(f"/incidents/{case_no}/reports/new?rule=R11").text


def faxed(officer: Any, case_no: str) -> str:
    place = drafted(officer, case_no)
    assert post(officer, f"{place}/deliveries", {"recipients": "own_government", "channel": "fax"}).status_code == 303
    return place


def test_a_missing_receipt_stands_on_the_desk_until_it_is_confirmed(officer: Any, case_no: str) -> None:
    place = faxed(officer, case_no)
    assert "待催收回执" in officer.get("/").text
    assert "十堰市人民政府" in officer.get("/board/receipts").text
    refused = post(officer, f"{place}/deliveries/own_government/confirm", {"receiver_name": ""})
    assert refused.status_code == 422
    assert "请填写确认人姓名" in refused.text
    form = {"receiver_name": "陈值班"}
    assert post(officer, f"{place}/deliveries/own_government/confirm", form).status_code == 303
    assert "待催收回执" not in officer.get("/").text


def test_a_denied_receipt_is_open_again_with_who_said_so(officer: Any, case_no: str) -> None:
    place = faxed(officer, case_no)
    refused = post(officer, f"{place}/deliveries/own_government/deny", {"said_by": ""})
    assert refused.status_code == 422
    assert post(officer, f"{place}/deliveries/own_government/deny", {"said_by": "市府办周某"}).status_code == 303
    page = officer.get(place).text
    assert "市府办周某于" in page
    assert "须重新报送" in officer.get("/").text


def test_the_checker_checks_on_the_phone(officer: Any, sign_in: Callable[..., Any], case_no: str) -> None:
    place = drafted(officer, case_no)
    second = sign_in("officer2")
    page = second.get(f"{place}/check")
    assert "body--phone" in page.text
    assert post(second, f"{place}/check/read", {"version": "1"}).status_code == 303
    assert "已核稿" in second.get(f"{place}/check").text
    stale = post(second, f"{place}/check/read", {"version": "9"})
    assert stale.status_code == 409


def test_a_check_by_word_of_mouth_comes_back_filled_and_is_confirmed(
    officer: Any, sign_in: Callable[..., Any], case_no: str
) -> None:
    place = drafted(officer, case_no)
    form = {"step": "check", "manner": "by_telephone", "name": "李值班", "digest": digest_of(officer, place)}
    refused = post(officer, f"{place}/steps", form)
    assert refused.status_code == 422
    assert 'value="李值班"' in refused.text
    assert post(officer, f"{place}/steps", {**form, "step_hearer": "赵带班"}).status_code == 303
    assert "口头核稿待确认" in officer.get(place).text
    second = sign_in("officer2")
    found = re.search(r"/steps/(\d+)/confirm", second.get(place).text)
    assert found is not None
    assert post(second, f"{place}/steps/{found.group(1)}/confirm", {"back": "phone"}).status_code == 303
    assert "口头核稿待确认" not in officer.get(place).text


def test_a_handwritten_draft_is_photographed(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    form = {
        "step": "draft", "manner": "page_photo", "name": "县局老周", "digest": digest_of(officer, place),
        "step_page": photograph(),
    }  # fmt: skip
    assert post(officer, f"{place}/steps", form).status_code == 303
    page = officer.get(place).text
    assert "县局老周 · 纸质稿照片" in page
    found = re.search(r"/steps/(\d+)/page", page)
    assert found is not None
    with officer.get(f"{place}/steps/{found.group(1)}/page") as picture:
        assert picture.mimetype == "image/jpeg"


@pytest.mark.parametrize(
    ("locale", "words"), [("zh_Hans", "没有变化的栏目不列"), ("en", "fields that stayed are left out")]
)
def test_versions_are_compared_in_both_languages(officer: Any, case_no: str, locale: str, words: str) -> None:
    place = drafted(officer, case_no)
    post(officer, f"{place}/texts", {"version": "1", "advice": "请<省厅>协调"})
    post(officer, "/preferences", {"locale": locale})
    page = officer.get(f"{place}/compare?from=1&to=2").text
    assert words in page
    assert "&lt;省厅&gt;" in page
    assert "<ins>" in page
    assert officer.get(f"{place}/compare?from=1&to=77").status_code == 404


def test_a_report_is_compared_with_the_one_it_carries_on(officer: Any, case_no: str) -> None:
    drafted(officer, case_no)
    later = post(officer, f"/incidents/{case_no}/reports", {"kind": "follow_up", "form": "written"}).location
    assert "compare/previous" in officer.get(later).text
    assert "<ins>" in officer.get(f"{later}/compare/previous").text


def test_a_secret_item_warns_and_takes_no_content(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert "不得录入国家秘密" in officer.get(place).text
    form = {"handled_by": "孙机要", "register_no": "内容如下：……"}
    refused = post(officer, f"{place}/secret-items", form)
    assert refused.status_code == 422
    assert 'value="孙机要"' in refused.text
    assert post(officer, f"{place}/secret-items", {**form, "register_no": "密登2026-003"}).status_code == 303
    page = officer.get(place).text
    assert "登记号密登2026-003" in page
    found = re.search(r"/secret-items/(\d+)/strike", page)
    assert found is not None
    assert post(officer, f"{place}/secret-items/{found.group(1)}/strike").status_code == 303
    assert "<s>" in officer.get(place).text
    assert post(officer, f"{place}/secret-items/99/strike").status_code == 404


def test_the_papers_are_pdf_and_urgency_is_chosen(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert post(officer, f"{place}/urgency", {"urgency": "urgent"}).status_code == 303
    for path in ("report.pdf", "fax-with-cover.pdf?to=own_government"):
        answer = officer.get(f"{place}/{path}")
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
    assert "加急" in officer.get(f"{place}/fax").text


def test_a_report_without_a_trace_has_no_sketch_to_show(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert officer.get(f"{place}/attached-map.jpg").status_code == 404
    post(officer, f"{place}/sketch", {"sketch": photograph()})
    with officer.get(f"{place}/attached-map.jpg") as answer:
        assert answer.mimetype == "image/jpeg"


def test_an_archivist_changes_nothing(officer: Any, sign_in: Callable[..., Any], case_no: str) -> None:
    place = faxed(officer, case_no)
    archivist = sign_in("archivist")
    assert archivist.get(f"{place}/compare").status_code == 200
    for path in ("/urgency", "/secret-items", "/deliveries/own_government/deny", "/steps", "/check/read"):
        assert post(archivist, place + path, {}).status_code == 403, path


# --- for programs ------------------------------------------------------------------------------------


def test_a_program_reads_versions_and_denies_a_receipt(program: Callable[..., Program], case_no: str) -> None:
    officer = program("officer")
    made = officer.post(f"/incidents/{case_no}/reports", {"recipients": ["own_government", "peer_departments.water"]})
    assert [one["recipient"] for one in made.json["recipients"]] == ["own_government", "peer_departments.water"]
    path = f"/incidents/{case_no}/reports/1"
    officer.send("PATCH", path, {"texts": {"advice": "甲"}}, version='"1"')
    versions = officer.get(f"{path}/versions").json
    assert [one["version"] for one in versions] == [1, 2]
    assert versions[1]["changed"][-1]["field"] == "advice"
    sent = officer.post(f"{path}/deliveries", {"recipients": ["own_government"], "channel": "fax"})
    assert sent.json["recipients"][0]["chase_at"] is not None
    assert sent.json["pages"] >= 1
    denied = officer.post(f"{path}/deliveries/own_government/denials", {"said_by": "周某"})
    assert denied.status_code == 201
    assert denied.json["recipients"][0]["at"] is None
    assert officer.post(f"{path}/deliveries/ministry/denials", {"said_by": "周某"}).status_code == 404


def test_a_program_cannot_report_to_nobody(program: Callable[..., Program], case_no: str) -> None:
    answer = program("officer").post(f"/incidents/{case_no}/reports", {"recipients": []})
    assert (answer.status_code, answer.json["code"]) == (422, "no_recipient")
