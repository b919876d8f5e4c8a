"""The pages of reports: a telephone report in three clicks, words kept, signatures on the phone, papers that open."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from PIL import Image, ImageDraw


def post(client: Any, path: str, form: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post(path, data={"csrf_token": client.csrf_token, **(form or {})}, **more)


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Any:
    return sign_in("officer")


@pytest.fixture
def leader(sign_in: Callable[..., Any]) -> Any:
    return sign_in("leader")


def drafted(client: Any, case_no: str, form: str = "written", **more: str) -> str:
    answer = post(client, f"/incidents/{case_no}/reports", {"kind": "initial", "form": form, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def drawing() -> str:
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 90), (150, 20), (280, 100)], fill="black", width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def photograph() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(out, "JPEG")
    return io.BytesIO(out.getvalue()), "page.jpg"


def digest_of(client: Any, page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', client.get(page).text)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(("locale", "words"), [("zh_Hans", "新报告"), ("en", "New report")])
def test_the_tab_offers_a_report_in_both_languages(
    sign_in: Callable[..., Any], case_no: str, locale: str, words: str
) -> None:
    client = sign_in("officer")
    post(client, "/preferences", {"locale": locale})
    page = client.get(f"/incidents/{case_no}/reports")
    assert page.status_code == 200
    assert words in page.text


def test_a_draft_opens_with_what_the_case_knows(officer: Any, case_no: str) -> None:
    page = officer.get(drafted(officer, case_no)).text
    assert "堵河某桥" in page
    assert "苯胺" in page
    assert "正在核实" in page


def test_a_report_by_telephone_has_its_script_and_ends_filed(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no, "phone")
    page = officer.get(place).text
    assert "我是十堰市生态环境局值班员，报告突发环境事件" in page
    codes = re.findall(r'name="recipients" value="(\w+)"', page.split('id="recipients"')[1].split("</form>")[0])
    assert codes
    form = {"recipients": codes, "channel": "phone", "receiver_name": "陈值班"}
    assert post(officer, f"{place}/deliveries", form).status_code == 303
    page = officer.get(place).text
    assert "陈值班" in page
    assert "全部接收单位均已送达" in page
    assert "rule=R5" in page


def test_words_are_kept_and_shown_as_ones_own(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert post(officer, f"{place}/texts", {"version": "1", "advice": "<b>请省厅协调</b>"}).status_code == 303
    page = officer.get(place).text
    assert "&lt;b&gt;请省厅协调&lt;/b&gt;" in page
    assert "<b>请省厅协调" not in page


def test_two_officers_see_both_versions(officer: Any, sign_in: Callable[..., Any], case_no: str) -> None:
    place = drafted(officer, case_no)
    post(officer, f"{place}/texts", {"version": "1", "advice": "甲的建议"})
    answer = post(sign_in("officer2"), f"{place}/texts", {"version": "1", "advice": "乙的建议"})
    assert answer.status_code == 409
    assert "甲的建议" in answer.text
    assert "乙的建议</textarea>" in answer.text
    assert 'name="version" value="2"' in answer.text


def test_a_text_too_long_comes_back_as_typed(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    answer = post(officer, f"{place}/texts", {"version": "1", "advice": "建" * 2001})
    assert answer.status_code == 422
    assert "建" * 2001 in answer.text
    assert "2001" in answer.text.split('id="f-advice-error"')[1].split("</p>")[0]


def test_the_leader_signs_on_the_phone(officer: Any, leader: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert post(officer, f"{place}/ask").status_code == 303
    page = leader.get(f"{place}/sign")
    assert page.status_code == 200
    assert "body--phone" in page.text
    form = {"signature": drawing(), "digest": digest_of(leader, f"{place}/sign")}
    assert post(leader, f"{place}/sign/finger", form).status_code == 303
    assert "赵带班" in officer.get(place).text
    with officer.get(f"{place}/signature") as picture:
        assert picture.mimetype == "image/png"


def test_a_signature_without_ink_is_refused_and_the_page_stays(officer: Any, leader: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    answer = post(leader, f"{place}/sign/finger", {"signature": "", "digest": digest_of(leader, f"{place}/sign")})
    assert answer.status_code == 422
    assert "data-error-words" in answer.text


def test_an_officer_does_not_sign(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert officer.get(f"{place}/sign").status_code == 403
    assert post(officer, f"{place}/sign/finger", {"signature": drawing(), "digest": "x"}).status_code == 403


def test_a_signed_page_is_taken_from_the_officer(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    form = {"digest": digest_of(officer, place), "signatory": "赵带班", "page": photograph()}
    assert post(officer, f"{place}/sign/page", form).status_code == 303
    with officer.get(f"{place}/signature") as picture:
        assert picture.mimetype == "image/jpeg"


def test_a_page_that_is_no_picture_is_refused_in_words(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    form = {"digest": digest_of(officer, place), "signatory": "赵带班", "page": (io.BytesIO(b"hello"), "page.jpg")}
    answer = post(officer, f"{place}/sign/page", form)
    assert answer.status_code == 422
    assert "不是照片" in answer.text


def test_a_signature_by_telephone_is_confirmed_on_the_phone(officer: Any, leader: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    form = {"digest": digest_of(officer, place), "signatory": "赵带班", "second_hearer": ""}
    refused = post(officer, f"{place}/sign/telephone", form)
    assert refused.status_code == 422
    assert post(officer, f"{place}/sign/telephone", {**form, "second_hearer": "李值班"}).status_code == 303
    assert "电话签发待补签" in officer.get(place).text
    assert post(leader, f"{place}/sign/confirm").status_code == 303
    assert "电话签发待补签" not in officer.get(place).text


def test_the_document_opens_and_says_the_case(officer: Any, case_no: str) -> None:
    answer = officer.get(f"{drafted(officer, case_no)}/report.docx")
    assert "attachment" in answer.headers["Content-Disposition"]
    words = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.data)).paragraphs)
    assert "堵河某桥" in words


def test_the_fax_page_stands_alone_under_its_own_policy(officer: Any, case_no: str) -> None:
    answer = officer.get(f"{drafted(officer, case_no)}/fax")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r'<style nonce="([^"]+)"', answer.text)
    assert nonce is not None
    assert f"style-src 'nonce-{nonce.group(1)}'" in policy
    assert "script-src" not in policy
    assert "特急" in answer.text


def test_script_and_text_have_their_limits(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert len(officer.get(f"{place}/chat.txt").text) <= 400
    assert len(officer.get(f"{place}/script.txt").text) <= 280


def test_a_double_click_drafts_one_report(officer: Any, case_no: str) -> None:
    form = {"kind": "initial", "form": "written", "_idempotency_key": "key-1"}
    first = post(officer, f"/incidents/{case_no}/reports", form)
    again = post(officer, f"/incidents/{case_no}/reports", form)
    assert first.location == again.location


def test_a_time_that_has_not_come_keeps_what_was_typed(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no, "phone")
    form = {"recipients": "own_government", "channel": "phone", "receiver_name": "陈值班", "at": "2199-01-01 03:00"}
    answer = post(officer, f"{place}/deliveries", form)
    assert answer.status_code == 422
    assert 'value="陈值班"' in answer.text


def test_an_entry_is_taken_back_with_a_reason(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no, "phone")
    post(officer, f"{place}/deliveries", {"recipients": "own_government", "channel": "phone", "receiver_name": "陈"})
    back = f"{place}/deliveries/own_government/take-back"
    assert post(officer, back, {"reason": ""}).status_code == 422
    assert post(officer, back, {"reason": "打错了"}).status_code == 303
    assert post(officer, f"{place}/deliveries/nobody/take-back", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["", "/new", "/list", "/1", "/1/report.docx", "/1/fax", "/1/chat.txt", "/1/script.txt"]
)
def test_another_office_finds_nothing(officer: Any, sign_in: Callable[..., Any], case_no: str, path: str) -> None:
    drafted(officer, case_no)
    assert sign_in("stranger").get(f"/incidents/{case_no}/reports{path}").status_code == 404


def test_another_office_changes_nothing(officer: Any, sign_in: Callable[..., Any], case_no: str) -> None:
    place = drafted(officer, case_no)
    stranger = sign_in("stranger")
    for path in ("/texts", "/refresh", "/check", "/ask", "/deliveries", "/recipients", "/sign/telephone"):
        assert post(stranger, place + path, {"recipients": "ministry"}).status_code == 404, path


def test_the_clock_leads_to_its_report(officer: Any, case_no: str) -> None:
    page = officer.get(f"/incidents/{case_no}/reports/new?rule=R5").text
    assert 'name="rule" value="R5"' in page
    assert officer.get(f"/incidents/{case_no}/reports?clock=999999").status_code == 404


def test_recipients_are_changed_and_a_reached_one_stays(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no, "phone")
    assert post(officer, f"{place}/recipients", {"recipients": ["own_government", "ministry"]}).status_code == 303
    page = officer.get(place).text
    assert 'id="recipient-ministry"' in page
    assert 'id="recipient-province"' not in page
    post(officer, f"{place}/deliveries", {"recipients": "ministry", "channel": "phone", "receiver_name": "陈"})
    refused = post(officer, f"{place}/recipients", {"recipients": "own_government"})
    assert refused.status_code == 409
    assert "生态环境部已收到本报告" in refused.text
    assert post(officer, f"{place}/recipients").status_code == 422


def test_a_sketch_map_is_attached_and_named_in_the_text(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert post(officer, f"{place}/sketch", {"sketch": photograph()}).status_code == 303
    assert "见附图" in officer.get(place).text
    document = Document(io.BytesIO(officer.get(f"{place}/report.docx").data))
    assert "附图1　敏感点分布图（附件）" in [paragraph.text for paragraph in document.paragraphs]


def test_the_picture_of_a_receipt_is_proof_and_comes_back_whole(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    receipt, name = photograph()
    content = receipt.getvalue()
    form = {"recipients": "own_government", "channel": "fax", "proof_picture": (receipt, name)}
    assert post(officer, f"{place}/deliveries", form).status_code == 303
    with officer.get(f"{place}/deliveries/own_government/proof") as answer:
        assert answer.data == content
    assert officer.get(f"{place}/deliveries/province/proof").status_code == 404


def test_what_is_new_in_the_case_is_offered_and_taken_over(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert "取用新内容" not in officer.get(place).text
    value = {"state": "known", "value": "堵河大桥", "estimated": False}
    with officer.application.app_context():
        from incident_desk.services.cases import fact_recording
        from incident_desk.services.office_time import office_now
        from tests.people import actor

        now = office_now()
        fact_recording.record_fact(case_no, "sheet.place_text", value, at=now, actor=actor("officer"), now=now)
    assert "取用新内容" in officer.get(place).text
    assert post(officer, f"{place}/refresh").status_code == 303
    assert "堵河大桥</textarea>" in officer.get(place).text


def test_the_list_refreshes_by_itself_and_names_what_is_missing(officer: Any, case_no: str) -> None:
    drafted(officer, case_no)
    page = officer.get(f"/incidents/{case_no}/reports/list").text
    assert 'data-refresh-on="report"' in page
    assert "未签发" in page


def test_an_archivist_reads_and_does_not_write(officer: Any, sign_in: Callable[..., Any], case_no: str) -> None:
    place = drafted(officer, case_no)
    archivist = sign_in("archivist")
    page = archivist.get(place)
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert post(archivist, f"{place}/texts", {"advice": "x"}).status_code == 403
