"""The command tab: every form records, every refusal keeps what was typed, other offices and roles find nothing."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from PIL import Image, ImageDraw

SignIn = Callable[..., Any]
HEAD = {"head_name": "陈市长", "head_title": "副市长", "place": "堵河大桥南岸", "document_no": "十政办〔2026〕17号"}
ORDER = {"kind": "command", "text": "立即关闭闸门", "given_by": "陈市长", "to_unit": "市水利局", "due_at": "2小时内"}


def post(client: Any, path: str, form: dict[str, Any] | None = None) -> Any:
    return client.post(path, data={"csrf_token": client.csrf_token, **(form or {})})


def made(client: Any, path: str, form: dict[str, Any]) -> str:
    answer = post(client, path, form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def photograph(name: str = "page.jpg") -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(out, "JPEG")
    return io.BytesIO(out.getvalue()), name


def drawing() -> str:
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 90), (150, 20), (280, 100)], fill="black", width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


@pytest.fixture
def officer(sign_in: SignIn) -> Any:
    return sign_in("officer")


@pytest.fixture
def base(case_no: str) -> str:
    return f"/incidents/{case_no}/command"


# --- headquarters -------------------------------------------------------------------------------------


def test_the_headquarters_and_its_groups_stand_on_one_page_and_on_paper(officer: Any, base: str) -> None:
    assert "尚未登记现场指挥部" in officer.get(base).text
    made(officer, f"{base}/headquarters", HEAD)
    group = {"kind": "disposal", "head_name": "王强", "head_unit": "竹山分局", "head_phone": "+8610000000041"}
    made(officer, f"{base}/groups", group)
    for place in (base, f"{base}/print"):
        page = officer.get(place).text
        assert all(word in page for word in ("陈市长", "十政办〔2026〕17号", "污染处置组", "王强", "竹山分局"))


def test_a_change_of_head_shows_who_was_head_before(officer: Any, base: str) -> None:
    made(officer, f"{base}/headquarters", HEAD)
    made(officer, f"{base}/headquarters", {**HEAD, "head_name": "李市长"})
    page = officer.get(base).text
    assert page.index("李市长") < page.index("陈市长")
    assert "此前情况" in page


@pytest.mark.parametrize(
    ("path", "form", "kept"),
    [
        ("headquarters", {**HEAD, "head_name": ""}, "堵河大桥南岸"),
        ("headquarters", {**HEAD, "set_up_at": "2199-01-01 03:00"}, "陈市长"),
        ("groups", {"kind": "other", "head_name": "王强", "members": "三人"}, "三人"),
        ("instructions", {**ORDER, "to_unit": ""}, "立即关闭闸门"),
        ("instructions", {**ORDER, "due_at": "尽快"}, "立即关闭闸门"),
        ("instructions", {**ORDER, "given_at": "10分钟前", "due_at": "20分钟前"}, "立即关闭闸门"),
        ("response", {"act": "response:started", "level": "", "body": "市政府"}, "市政府"),
        ("response", {"act": "response:changed", "level": "II", "body": "市政府"}, "市政府"),
        ("scene", {"step": "deputy_named", "name": "吴副局长"}, "吴副局长"),
        ("scene", {"step": "departed", "name": "周局长", "at": "2199-01-01 03:00"}, "周局长"),
        ("minutes", {"chair": "陈市长", "place": "会议室甲"}, "会议室甲"),
        ("minutes", {"decision-2-text": "关闸", "decision-2-due": "尽快"}, "关闸"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(
    officer: Any, base: str, path: str, form: dict[str, str], kept: str
) -> None:
    if path == "groups":
        made(officer, f"{base}/headquarters", HEAD)
    answer = post(officer, f"{base}/{path}", form)
    assert answer.status_code in {409, 422}, answer.text
    assert "data-error-words" in answer.text
    assert kept in answer.text


def test_a_group_before_its_headquarters_is_asked_to_wait(officer: Any, base: str) -> None:
    answer = post(officer, f"{base}/groups", {"kind": "disposal", "head_name": "王强"})
    assert answer.status_code == 409
    assert "请先登记指挥部" in answer.text


def test_a_group_is_changed_and_ended(officer: Any, base: str) -> None:
    made(officer, f"{base}/headquarters", HEAD)
    made(officer, f"{base}/groups", {"kind": "disposal", "head_name": "王强"})
    number = re.findall(r"/groups/(\d+)/end", officer.get(base).text)[0]
    made(officer, f"{base}/groups/{number}", {"kind": "disposal", "head_name": "吴强"})
    later = re.findall(r"/groups/(\d+)/end", officer.get(base).text)[0]
    assert later != number
    made(officer, f"{base}/groups/{later}/end", {})
    assert "尚未登记工作组" in officer.get(base).text


# --- instructions -------------------------------------------------------------------------------------


def test_an_order_is_followed_from_receipt_to_done(officer: Any, base: str) -> None:
    place = made(officer, f"{base}/instructions", ORDER)
    page = officer.get(place).text
    assert "指挥部指令第1号" in page
    assert "未回执" in page
    made(officer, f"{place}/receipt", {"by": "孙科长"})
    refused = post(officer, f"{place}/done", {"by": "孙科长", "text": ""})
    assert refused.status_code == 422
    made(officer, f"{place}/done", {"by": "孙科长", "text": "闸门已关"})
    page = officer.get(f"{base}/instructions").text
    assert page.index("没有未办结事项") < page.index("立即关闭闸门")


def test_what_is_past_its_time_stands_out_everywhere(officer: Any, base: str) -> None:
    place = made(officer, f"{base}/instructions", {**ORDER, "given_at": "30分钟前", "due_at": "10分钟内"})
    for page in (base, f"{base}/instructions", place, f"{base}/print"):
        assert 'data-state="overdue"' in officer.get(page).text, page


def test_an_oral_word_is_confirmed_with_its_picture(officer: Any, base: str) -> None:
    form = {**ORDER, "kind": "oral_word", "original": photograph()}
    place = made(officer, f"{base}/instructions", form)
    assert "待书面确认" in officer.get(place).text
    with officer.get(f"{place}/original") as file:
        assert file.status_code == 200
        assert "attachment" in file.headers["Content-Disposition"]
    assert officer.get(f"{place}/confirmation").status_code == 404
    made(officer, f"{place}/confirmation", {"by": "陈市长", "page": photograph()})
    assert "待书面确认" not in officer.get(f"{base}/instructions").text
    with officer.get(f"{place}/confirmation") as file:
        assert file.status_code == 200


def test_a_leaders_word_is_reported_back_after_it_was_done(officer: Any, base: str) -> None:
    form = {**ORDER, "kind": "written_word", "passed_by": "何主任", "passed_how": "wechat"}
    place = made(officer, f"{base}/instructions", form)
    page = officer.get(place).text
    assert "何主任" in page
    assert "微信" in page
    assert post(officer, f"{place}/report-back", {"by": "王"}).status_code == 409
    made(officer, f"{place}/done", {"by": "孙", "text": "已办"})
    made(officer, f"{place}/report-back", {"by": "王", "how": "phone", "text": "已报告"})
    assert "已反馈" in officer.get(place).text


def test_an_entry_and_the_whole_are_taken_back_with_a_reason(officer: Any, base: str) -> None:
    place = made(officer, f"{base}/instructions", ORDER)
    made(officer, f"{place}/receipt", {"by": "孙"})
    assert post(officer, f"{place}/take-back", {"step": "receipt", "reason": ""}).status_code == 422
    made(officer, f"{place}/take-back", {"step": "receipt", "reason": "记错"})
    assert "未回执" in officer.get(place).text
    made(officer, f"{place}/take-back", {"reason": "重复登记"})
    assert "重复登记" in officer.get(place).text
    assert post(officer, f"{place}/receipt", {"by": "孙"}).status_code == 409


def test_a_double_click_gives_one_order(officer: Any, base: str) -> None:
    form = {**ORDER, "csrf_token": officer.csrf_token}
    first = officer.post(f"{base}/instructions", data=form, headers={"Idempotency-Key": "k-1"})
    again = officer.post(f"{base}/instructions", data=form, headers={"Idempotency-Key": "k-1"})
    assert first.location == again.location


# --- papers -------------------------------------------------------------------------------------------


def drafted(officer: Any, base: str, kind: str = "response_start") -> str:
    return made(officer, f"{base}/papers", {"kind": kind})


def digest_of(client: Any, place: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', client.get(place).text)
    assert found is not None
    return found.group(1)


def test_a_paper_goes_from_draft_to_answer(officer: Any, sign_in: SignIn, base: str) -> None:
    place = drafted(officer, base)
    page = officer.get(place).text
    assert "有待填内容" in page
    assert "堵河某桥" in page
    leader = sign_in("leader")
    form = {"signature": drawing(), "digest": digest_of(leader, f"{place}/sign")}
    made(leader, f"{place}/sign/finger", form)
    with officer.get(f"{place}/signature") as picture:
        assert picture.mimetype == "image/png"
    made(officer, f"{place}/sent", {"how": "in_person", "receiver_name": "何主任", "proof_picture": photograph()})
    with officer.get(f"{place}/proof") as proof:
        assert proof.status_code == 200
    assert post(officer, f"{place}/answer", {"answer_text": ""}).status_code == 422
    answer = {"answer_text": "同意。", "answer_no": "十政函〔2026〕7号", "answer_file": photograph("批复.jpg")}
    made(officer, f"{place}/answer", answer)
    page = officer.get(place).text
    assert all(word in page for word in ("何主任", "同意。", "十政函〔2026〕7号", "登记已按批复执行"))
    with officer.get(f"{place}/answer") as file:
        assert file.status_code == 200
    form_page = officer.get(f"{base}/response?paper=1&act=response:started").text
    assert 'value="十政函〔2026〕7号"' in form_page
    assert '<option value="response:started" selected>' in form_page


def test_the_document_opens_in_word(officer: Any, base: str) -> None:
    place = drafted(officer, base, "disposal")
    answer = officer.get(f"{place}/paper.docx")
    text = "\n".join(part.text for part in Document(io.BytesIO(answer.data)).paragraphs)
    assert "十堰市生态环境局" in text
    assert "妥否，请批示。" in text


def test_two_who_word_at_once_see_both_versions(officer: Any, sign_in: SignIn, base: str) -> None:
    place = drafted(officer, base)
    words = {"title": "甲", "addressee": "市政府", "text": "甲的正文", "version": "1"}
    made(officer, f"{place}/texts", words)
    answer = post(sign_in("officer2"), f"{place}/texts", {**words, "text": "乙的正文"})
    assert answer.status_code == 409
    assert "甲的正文" in answer.text
    assert "乙的正文" in answer.text
    assert post(officer, f"{place}/texts", {**words, "text": "长" * 20_001, "version": "2"}).status_code == 422


def test_a_signature_by_telephone_is_refused_without_a_second_hearer_and_confirmed_by_the_leader(
    officer: Any, sign_in: SignIn, base: str
) -> None:
    place = drafted(officer, base)
    form = {"digest": digest_of(officer, place), "signatory": "赵带班", "second_hearer": ""}
    refused = post(officer, f"{place}/sign/telephone", form)
    assert refused.status_code == 422
    assert "赵带班" in refused.text
    made(officer, f"{place}/sign/telephone", {**form, "second_hearer": "李值班"})
    assert "电话签发待补签" in officer.get(place).text
    made(sign_in("leader"), f"{place}/sign/confirm", {})
    assert "电话签发待补签" not in officer.get(place).text


def test_a_signed_page_must_be_a_picture(officer: Any, base: str) -> None:
    place = drafted(officer, base)
    form = {"digest": digest_of(officer, place), "signatory": "赵带班"}
    assert post(officer, f"{place}/sign/page", {**form, "page": (io.BytesIO(b"hi"), "x.jpg")}).status_code == 422
    made(officer, f"{place}/sign/page", {**form, "page": photograph()})
    assert "签字页照片" in officer.get(place).text


def test_a_sending_is_taken_back_and_a_draft_given_up(officer: Any, base: str) -> None:
    place = drafted(officer, base)
    made(officer, f"{place}/sent", {"how": "phone", "receiver_name": "何主任"})
    assert post(officer, f"{place}/drop").status_code == 409
    assert post(officer, f"{place}/sent/take-back", {"reason": ""}).status_code == 422
    made(officer, f"{place}/sent/take-back", {"reason": "记错"})
    made(officer, f"{place}/ask", {})
    made(officer, f"{place}/drop", {})
    assert "已作废" in officer.get(place).text


# --- response, scene, minutes -------------------------------------------------------------------------


def test_a_response_is_started_and_taken_back(officer: Any, base: str) -> None:
    form = {"act": "response:started", "level": "III", "body": "十堰市人民政府", "document_no": "十政〔2026〕1号"}
    made(officer, f"{base}/response", form)
    page = officer.get(f"{base}/response").text
    assert "启动应急响应" in page
    assert "Ⅲ级响应" in page
    act = re.findall(r"/response/(\d+)/take-back", page)[0]
    assert post(officer, f"{base}/response/{act}/take-back", {"reason": ""}).status_code == 422
    made(officer, f"{base}/response/{act}/take-back", {"reason": "记错"})
    assert "已撤回" in officer.get(f"{base}/response").text


def test_two_fields_record_a_head_at_the_desk_and_on_the_phone(officer: Any, base: str) -> None:
    made(officer, f"{base}/scene", {"step": "departed", "name": "周局长"})
    page = officer.get(f"{base}/scene/phone").text
    assert "周局长" in page
    journey = re.findall(r"/scene/(\d+)\"", page)[0]
    place = made(officer, f"{base}/scene/{journey}", {"step": "arrived", "back": "phone"})
    assert place.endswith("/scene/phone")
    page = officer.get(f"{base}/scene").text
    assert "在现场" in page
    refused = post(officer, f"{base}/scene", {"step": "departed", "name": "", "back": "phone"})
    assert refused.status_code == 422
    assert "phone__title" in refused.text
    made(officer, f"{base}/scene/{journey}/take-back", {"reason": "记错"})
    assert "已撤回" in officer.get(f"{base}/scene").text


def test_the_clocks_of_heads_and_of_proposals_lead_to_their_forms(officer: Any, base: str, case_no: str) -> None:
    post(officer, f"/incidents/{case_no}/grade", {"grade": "III", "basis": "专家意见"})
    page = officer.get(f"/incidents/{case_no}").text
    assert f'href="{base}/scene"' in page
    assert f'href="{base}/papers"' in page


def test_a_decision_becomes_an_order_in_one_press(officer: Any, base: str) -> None:
    form = {
        "title": "第一次会商", "chair": "陈市长", "present": "各组组长", "file": photograph("纪要.jpg"),
        "decision-0-text": "设置拦截坝", "decision-0-to": "水利局", "decision-0-due": "3小时内",
        "decision-1-text": "统一发布口径",
    }  # fmt: skip
    place = made(officer, f"{base}/minutes", form)
    page = officer.get(place).text
    assert "设置拦截坝" in page
    with officer.get(f"{place}/file") as file:
        assert file.status_code == 200
    decision = re.findall(r"/decisions/(\d+)/order", page)[0]
    order = made(officer, f"{place}/decisions/{decision}/order", {})
    assert "设置拦截坝" in officer.get(order).text
    assert made(officer, f"{place}/decisions/{decision}/order", {}) == order
    other = re.findall(r"\?decision=(\d+)", officer.get(place).text)[0]
    beginning = officer.get(f"{base}/instructions?decision={other}").text
    assert "统一发布口径" in beginning
    assert post(officer, f"{place}/decisions/{other}/order").status_code == 422
    assert post(officer, f"{place}/take-back", {"reason": ""}).status_code == 422
    made(officer, f"{place}/take-back", {"reason": "重开"})
    assert "重开" in officer.get(place).text


# --- who may ------------------------------------------------------------------------------------------


PAGES = {
    "": ("现场指挥部", "Headquarters at the scene"),
    "/instructions": ("新指令批示", "New instruction"),
    "/papers": ("呈报件", "Papers to the government"),
    "/response": ("响应和预警", "Response and warning"),
    "/scene": ("赶赴现场", "Heads to the scene"),
    "/minutes": ("会议纪要", "Meeting minutes"),
    "/print": ("未办结的指令批示", "Instructions still open"),
}


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_every_page_stands_in_both_languages(sign_in: SignIn, base: str, locale: str) -> None:
    client = sign_in("officer", locale)
    for path, words in PAGES.items():
        assert words[locale == "en"] in client.get(f"{base}{path}").text, path


def test_a_county_colleague_reads_and_does_not_write(sign_in: SignIn, program: Callable[..., Any]) -> None:
    made_by_county = program("county").post("/incidents", {"place_text": "竹山某桥"}).json["case_no"]
    client, place = sign_in("county"), f"/incidents/{made_by_county}/command"
    assert client.get(place).status_code == 200
    assert "登记指挥部</button>" not in client.get(place).text
    assert post(client, f"{place}/headquarters", HEAD).status_code == 403
    assert client.get(f"{place}/scene/phone").status_code == 403


@pytest.mark.parametrize("login", ["field", "admin"])
def test_other_roles_have_no_command(sign_in: SignIn, base: str, login: str) -> None:
    assert sign_in(login).get(base).status_code == 403


def test_only_a_leader_signs_with_the_finger(officer: Any, base: str) -> None:
    place = drafted(officer, base)
    assert officer.get(f"{place}/sign").status_code == 403
    assert post(officer, f"{place}/sign/finger", {"signature": drawing()}).status_code == 403


def test_another_office_finds_nothing(sign_in: SignIn, officer: Any, base: str) -> None:
    place = made(officer, f"{base}/instructions", ORDER)
    stranger = sign_in("stranger")
    assert {stranger.get(path).status_code for path in (base, place, f"{base}/papers", f"{base}/print")} == {404}
    assert post(stranger, f"{place}/receipt", {"by": "x"}).status_code == 404


def test_the_archivist_reads_it(sign_in: SignIn, officer: Any, base: str) -> None:
    made(officer, f"{base}/instructions", ORDER)
    assert "立即关闭闸门" in sign_in("archivist").get(f"{base}/instructions").text
