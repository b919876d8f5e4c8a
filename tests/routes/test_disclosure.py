"""The pages of disclosure: from draft to release, figures, conferences, opinion, the chain; refusals lose nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from incident_desk.domain.china_time import CHINA
from tests.routes.test_releases import recorded
from tests.routes.test_reports import photograph, post

TOMORROW = (datetime.now(CHINA) + timedelta(days=1)).replace(hour=8, minute=0)
TEXT = {
    "title": "关于堵河苯胺泄漏的情况通报",
    "text": "部分苯胺进入堵河，断面苯胺浓度为0.35mg/L。请勿取用堵河河水。下次发布时间：明日8时前。",
    "issuer": "government",
    "issuer_name": "十堰市人民政府",
    "channel": "wechat",
    "account": "十堰发布",
    "pollutant": "苯胺",
    "range_text": "堵河",
    "measures": "请勿取用堵河河水",
    "next_notice_at": f"{TOMORROW:%Y-%m-%d %H:%M}",
}
FIGURE = {
    "kind": "result", "indicator": "苯胺", "value": "0.35", "unit": "mg_l", "point": "黄龙滩断面", "sampled_at": "现在",
    "source": "十环监字第12号",
}  # fmt: skip


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Any:
    return sign_in("officer")


@pytest.fixture
def second(sign_in: Callable[..., Any]) -> Any:
    return sign_in("officer2")


@pytest.fixture
def leader(sign_in: Callable[..., Any]) -> Any:
    return sign_in("leader")


def base(case_no: str) -> str:
    return f"/incidents/{case_no}/releases"


def drafted(client: Any, case_no: str, **more: str) -> str:
    answer = post(client, f"{base(case_no)}/drafts", {**TEXT, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def approved(officer: Any, second: Any, case_no: str) -> None:
    assert post(officer, f"{base(case_no)}/figures", FIGURE).status_code == 303
    assert post(second, f"{base(case_no)}/figures/1/approve").status_code == 303


def due(client: Any, place: str) -> dict[str, str]:
    page = client.get(place).text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    step = re.search(r'name="step" value="(\d+)"', page)
    assert digest is not None
    return {"digest": digest[1], "step": step[1] if step else "0"}


def taken(client: Any, place: str, **more: Any) -> Any:
    return post(client, f"{place}/steps", {**due(client, place), "manner": "at_desk", **more})


def refusal_of(page: str) -> str:
    return page.split("data-error-words")[1].split("</span>", maxsplit=1)[0]


def test_from_draft_to_release_on_the_pages(officer: Any, second: Any, leader: Any, case_no: str) -> None:
    approved(officer, second, case_no)
    place = drafted(officer, case_no)
    assert taken(second, place).status_code == 303
    assert taken(leader, place).status_code == 303
    form = {
        **due(officer, place), "channel": "wechat", "account": "十堰发布", "published_at": "现在", "person": "周宣传",
        "link": "https://mp.weixin.qq.com/s/example", "on_public_page": "1",
    }  # fmt: skip
    answer = post(officer, f"{place}/publish", form)
    assert answer.status_code == 303, refusal_of(answer.text)
    released = officer.get(answer.location).text
    assert "第1号发布稿" in released
    page = officer.get(place).text
    for words in ("李值班", "赵带班", "周宣传", "已发布"):
        assert words in page
    assert "下次发布" in officer.get(base(case_no)).text.split('id="next-word"')[1]


def test_the_new_text_is_begun_with_what_the_case_knows(officer: Any, case_no: str) -> None:
    page = officer.get(f"{base(case_no)}/drafts/new").text
    assert "苯胺" in page.split('id="f-text"')[1].split("</textarea>")[0]
    assert re.search(r'name="next_notice_at"[^>]*value="\d{4}-\d\d-\d\d \d\d:00"', page)


def test_an_unapproved_number_is_refused_with_its_place(officer: Any, second: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    answer = taken(second, place)
    assert answer.status_code == 422
    assert "正文第1段第17字：0.35mg/L不在本案已审核数据中" in refusal_of(answer.text)
    assert "数据核对" in officer.get(place).text


@pytest.mark.parametrize(
    ("change", "field"), [({"text": ""}, "text"), ({"next_notice_at": "昨晚吧"}, "next_notice_at"),
                          ({"next_notice_at": "2020-01-01 08:00"}, "next_notice_at")],
)  # fmt: skip
def test_a_refused_text_comes_back_filled(officer: Any, case_no: str, change: dict[str, str], field: str) -> None:
    answer = post(officer, f"{base(case_no)}/drafts", {**TEXT, **change})
    assert answer.status_code == 422
    assert TEXT["title"] in answer.text
    assert answer.text.split(f'id="f-{field}-error"')[1].split("</p>")[0].split(">")[1]


def test_a_changed_text_is_another_version_and_the_other_writer_is_told(
    officer: Any, second: Any, case_no: str
) -> None:
    place = drafted(officer, case_no)
    assert post(officer, place, {**TEXT, "title": "甲稿", "version": "1"}).status_code == 303
    answer = post(second, place, {**TEXT, "title": "乙稿", "version": "1"})
    assert answer.status_code == 409
    assert 'value="乙稿"' in answer.text
    assert "甲稿" in answer.text
    assert "历次稿件" in officer.get(place).text


def test_a_word_by_telephone_needs_a_second_hearer_and_stays_a_task(officer: Any, second: Any, case_no: str) -> None:
    approved(officer, second, case_no)
    place = drafted(officer, case_no)
    answer = taken(officer, place, manner="by_telephone", person="孙核对")
    assert answer.status_code == 422
    assert 'value="孙核对"' in answer.text
    assert "电话确认须有第二人在听" in answer.text
    assert taken(officer, place, manner="by_telephone", person="孙核对", second_hearer="李旁听").status_code == 303
    assert "旁听人李旁听" in officer.get(place).text
    assert "补办电话签发的确认" in officer.get(f"/incidents/{case_no}/tasks").text


def test_a_signed_page_is_served_again(officer: Any, second: Any, case_no: str) -> None:
    approved(officer, second, case_no)
    place = drafted(officer, case_no)
    assert taken(officer, place, manner="page_photo", person="孙核对").status_code == 422
    assert taken(officer, place, manner="page_photo", person="孙核对", page=photograph()).status_code == 303
    address = re.search(rf"{place}/steps/\d+/page", officer.get(place).text)
    assert address is not None
    with officer.get(address.group()) as picture:
        assert picture.mimetype == "image/jpeg"


def test_an_officer_has_no_button_to_clear_and_is_refused(officer: Any, second: Any, case_no: str) -> None:
    approved(officer, second, case_no)
    place = drafted(officer, case_no)
    taken(second, place)
    assert "该环节应由他人办理" in second.get(place).text
    assert taken(second, place).status_code == 403


def test_sending_back_needs_a_reason_and_dropping_ends_it(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    assert post(officer, f"{place}/send-back", due(officer, place)).status_code == 422
    assert post(officer, f"{place}/send-back", {**due(officer, place), "note": "口径不妥"}).status_code == 303
    assert "口径不妥" in officer.get(place).text
    assert post(officer, f"{place}/drop").status_code == 303
    assert "已作废" in officer.get(place).text
    assert post(officer, place, {**TEXT, "title": "x"}).status_code == 409


def test_publishing_what_is_not_cleared_is_refused(officer: Any, case_no: str) -> None:
    place = drafted(officer, case_no)
    form = {**due(officer, place), "channel": "wechat", "published_at": "现在"}
    answer = post(officer, f"{place}/publish", form)
    assert answer.status_code == 409
    assert "只有审核通过的文本才能发布" in answer.text


def test_a_correction_is_begun_from_the_release(officer: Any, case_no: str) -> None:
    place = recorded(officer, case_no)
    number = place.rpartition("/")[2]
    assert f"corrects={number}" in officer.get(place).text
    page = officer.get(f"{base(case_no)}/drafts/new?corrects={number}").text
    assert "更正：" in page
    assert f'<option value="{number}" selected>' in page


def test_the_public_reads_both_versions_and_what_stood_when(app: Any, officer: Any, case_no: str) -> None:
    first = recorded(officer, case_no).rpartition("/")[2]
    recorded(officer, case_no, title="更正通报", corrects=first)
    page = app.test_client().get(f"/public/{case_no}").text
    assert page.index("更正通报") < page.index("关于堵河苯胺泄漏的情况通报")
    assert "本次发布更正" in page
    assert "第1版，共2版" in page
    assert page.split('id="public-states"')[1].count("SHA-256") == 2


def test_the_api_and_the_form_record_a_correction_alike(program: Callable[..., Any], case_no: str) -> None:
    client = program("officer")
    body = {"issuer": "government", "channel": "wechat", "published_at": datetime.now(CHINA).isoformat(), "title": "甲"}
    first = client.post(f"/incidents/{case_no}/releases", body).json["id"]
    later = {**body, "published_at": datetime.now(CHINA).isoformat(), "title": "乙", "corrects": first}
    assert client.post(f"/incidents/{case_no}/releases", later).json["corrects"] == first
    assert client.post(f"/incidents/{case_no}/releases", {**later, "title": "丙", "corrects": 99}).status_code == 422


def test_drafts_and_figures_through_the_api(program: Callable[..., Any], case_no: str) -> None:
    client = program("officer")
    place = f"/incidents/{case_no}/releases"
    body = TEXT | {"next_notice_at": TOMORROW.isoformat()}
    made = client.post(f"{place}/drafts", body, key="a-key-of-a-draft")
    assert made.status_code == 201
    assert made.json["numbers"] == [
        {"written": "0.35mg/L", "paragraph": 1, "position": 17, "fault": "not_entered", "figures": []}
    ]
    assert client.post(f"{place}/drafts", body, key="a-key-of-a-draft").json == made.json
    assert [step["title"] for step in made.json["chain"]] == ["拟稿", "数据核对", "指挥部审核", "宣传部门发布"]
    figure = FIGURE | {"sampled_at": datetime.now(CHINA).isoformat()}
    assert client.post(f"{place}/figures", figure).json["approved_at"] is None
    assert client.get(f"{place}/drafts").json[0]["numbers"][0]["fault"] == "not_approved"
    assert client.send("PUT", f"{place}/drafts/1", body).status_code == 428
    changed = client.send("PUT", f"{place}/drafts/1", body | {"title": "乙"}, version='"1"')
    assert (changed.status_code, changed.json["version"]) == (200, 2)
    assert client.send("PUT", f"{place}/drafts/1", body | {"title": "丙"}, version='"1"').status_code == 412
    assert client.get(f"{place}/drafts/9").status_code == 404
    assert client.post(f"{place}/figures", figure | {"value": "约0.3"}).status_code == 422
    assert len(client.get(f"{place}/figures").json) == 1


def test_a_figure_waits_for_a_second_person(officer: Any, second: Any, case_no: str) -> None:
    post(officer, f"{base(case_no)}/figures", FIGURE)
    assert "待第二人审核" in officer.get(f"{base(case_no)}/figures").text
    assert post(officer, f"{base(case_no)}/figures/1/approve").status_code == 409
    assert "已核对，审核通过" in second.get(f"{base(case_no)}/figures").text
    assert post(second, f"{base(case_no)}/figures/1/approve").status_code == 303
    assert "李值班" in officer.get(f"{base(case_no)}/figures").text
    assert post(officer, f"{base(case_no)}/figures/1/withdraw").status_code == 303
    assert "已撤回" in officer.get(f"{base(case_no)}/figures").text


def test_a_figure_that_is_none_comes_back_with_its_form(officer: Any, case_no: str) -> None:
    answer = post(officer, f"{base(case_no)}/figures", {**FIGURE, "value": "0.3mg/L"})
    assert answer.status_code == 422
    assert FIGURE["source"] in answer.text


CONFERENCE = {
    "place": "市政府新闻发布厅", "published_at": "现在", "spokespeople": "李某 副市长", "host": "张某",
    "media": "十堰日报", "title": "新闻发布会", "text": "请勿取用堵河河水。",
}  # fmt: skip


def test_a_conference_is_recorded_with_its_record(officer: Any, case_no: str) -> None:
    form = {**CONFERENCE, "transcript": (io.BytesIO("问答".encode()), "实录.txt")}
    answer = post(officer, f"{base(case_no)}/conferences", form)
    assert answer.status_code == 303, refusal_of(answer.text)
    page = officer.get(answer.location).text
    assert "李某 副市长" in page
    with officer.get(f"{answer.location}/record") as record:
        assert record.get_data(as_text=True) == "问答"
        assert record.headers["Content-Disposition"].startswith("attachment")
    assert "24小时内召开新闻发布会" in officer.get(base(case_no)).text


@pytest.mark.parametrize(
    "change", [{"place": ""}, {"spokespeople": ""}, {"published_at": ""}, {"published_at": "2199-01-01 08:00"}]
)
def test_a_conference_that_cannot_be_comes_back_filled(officer: Any, case_no: str, change: dict[str, str]) -> None:
    answer = post(officer, f"{base(case_no)}/conferences", {**CONFERENCE, **change})
    assert answer.status_code == 422
    assert CONFERENCE["text"] in answer.text


def test_a_clock_for_a_conference_leads_to_its_form(officer: Any, case_no: str) -> None:
    assert officer.get(f"{base(case_no)}/new?rule=D2").location.endswith("/conferences/new")
    assert officer.get(f"{base(case_no)}?rule=D2").location.endswith("/conferences/new")


def test_not_applicable_is_offered_where_it_may_be_and_names_who_decided(
    officer: Any, program: Callable[..., Any]
) -> None:
    case_no = program("officer").post("/incidents", {"place_text": "某厂"}).json["case_no"]
    place = f"{base(case_no)}/conferences"
    said = {"basis": "一般事件", "reason": "网站发布", "evidence": "认定记录", "second": "leader", "way": "telephone"}
    assert post(officer, f"{place}/not-owed", said).status_code == 409
    post(officer, f"/incidents/{case_no}/grade", {"grade": "IV", "basis": "现场核实", "second": "赵带班"})
    page = officer.get(f"{place}/new").text
    assert "一般突发环境事件" in page
    assert re.search(r'value="leader" selected>赵带班', page)
    answer = post(officer, f"{place}/not-owed", {**said, "second": "", "basis": "自拟依据"})
    assert answer.status_code == 422
    assert "自拟依据" in answer.text
    assert post(officer, f"{place}/not-owed", said).status_code == 303
    limits = officer.get(base(case_no)).text.split('id="disclosure-limits"')[1].split("</section>")[0]
    assert "认定不适用" in limits
    assert "王值班、赵带班" in limits


def test_opinion_is_recorded_given_a_line_and_answered(officer: Any, case_no: str) -> None:
    place = f"{base(case_no)}/opinions"
    form = {
        "subject": "网传自来水有异味",
        "kind": "rumour",
        "source": "weibo",
        "seen_at": "现在",
        "text": "听说水不能喝",
    }
    refused = post(officer, place, {**form, "subject": ""})
    assert refused.status_code == 422
    assert "听说水不能喝" in refused.text
    page = post(officer, place, form).location
    assert post(officer, f"{page}/line", {"line": "供水正常。", "version": "1"}).status_code == 303
    assert post(officer, f"{page}/line", {"line": "另一种", "version": "1"}).status_code == 409
    assert post(officer, f"{page}/answer", {"answered_where": ""}).status_code == 422
    assert post(officer, f"{page}/answer", {"answered_where": "十堰发布"}).status_code == 303
    assert "已回应" in officer.get(page).text
    assert post(officer, f"{page}/take-back", {"reason": ""}).status_code == 422
    assert post(officer, f"{page}/take-back", {"reason": "重复"}).status_code == 303


def test_a_link_that_runs_something_is_shown_and_never_linked(officer: Any, case_no: str) -> None:
    form = {"subject": "传言", "link": "javascript:alert(1)"}
    page = officer.get(post(officer, f"{base(case_no)}/opinions", form).location).text
    assert "javascript:alert(1)" in page
    assert 'href="javascript:' not in page


CHAIN = {
    "first-title": "拟稿", "step-0-kind": "clear", "step-0-title": "局长审核", "step-0-holder": "生态环境局",
    "last-title": "发布", "number": "0",
}  # fmt: skip


@pytest.mark.parametrize("login", ["leader", "admin"])
def test_leader_and_administrator_set_the_chain(sign_in: Callable[..., Any], login: str) -> None:
    client = sign_in(login)
    assert "系统默认流程" in client.get("/release-chain").text
    assert post(client, "/release-chain", CHAIN).status_code == 303
    assert 'value="局长审核"' in client.get("/release-chain").text
    assert post(client, "/release-chain", {**CHAIN, "step-0-title": "甲"}).status_code == 409


def test_a_chain_that_clears_nothing_comes_back_as_typed(leader: Any, officer: Any) -> None:
    answer = post(leader, "/release-chain", {**CHAIN, "step-0-kind": "check", "step-0-title": "自拟环节"})
    assert answer.status_code == 422
    assert 'value="自拟环节"' in answer.text
    assert officer.get("/release-chain").status_code == 403
    assert post(officer, "/release-chain", CHAIN).status_code == 403


def test_a_double_click_begins_one_draft(officer: Any, case_no: str) -> None:
    key = {"_idempotency_key": "one-press"}
    assert drafted(officer, case_no, **key) == drafted(officer, case_no, **key)


def test_the_tab_says_everything_in_english_too(sign_in: Callable[..., Any], case_no: str) -> None:
    page = sign_in("officer", "en").get(base(case_no)).text
    for words in (
        "Limits of disclosure",
        "Drafts in the chain",
        "Press conferences",
        "Public opinion",
        "Approved figures",
    ):
        assert words in page


def test_field_staff_and_archivist_write_nothing(sign_in: Callable[..., Any], case_no: str) -> None:
    field = sign_in("field")
    for path in ("drafts", "figures", "conferences", "opinions"):
        assert post(field, f"{base(case_no)}/{path}", {}).status_code == 403
    archivist = sign_in("archivist")
    assert archivist.get(base(case_no)).status_code == 200
    assert post(archivist, f"{base(case_no)}/drafts", TEXT).status_code == 403
