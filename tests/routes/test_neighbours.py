"""Pages and resources of neighbours: forms come back filled, refusals stand beside their field, papers go out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from docx import Document

from incident_desk.records.notice_packet import NEEDED
from tests.routes.api_client import Program
from tests.routes.desk import Desk, desk_of, field_error

Speak = Callable[..., Program]
HAN = {"coordinates": "111.55, 32.47", "datum": "wgs84", "water_body": "汉江", "place_text": "汉江某码头"}


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Desk:
    return desk_of(sign_in)


@pytest.fixture
def case(officer: Desk) -> str:
    return officer.open_case(**HAN)


@pytest.fixture
def notice(officer: Desk, case: str) -> str:
    answer = officer.post(f"/incidents/{case}/notices", office="420600")
    assert answer.status_code == 303, answer.text[:300]
    return str(answer.location)


def downloaded(officer: Desk, path: str) -> bytes:
    answer = officer.get(path)
    content: bytes = answer.data
    answer.close()
    return content


def test_the_tab_names_the_neighbour_and_the_second_act(officer: Desk, case: str) -> None:
    page = officer.text(f"/incidents/{case}/notices")
    assert '<div class="row__title">襄阳市</div>' in page
    assert "未通报" in page
    assert "尚未建议本级政府通报：襄阳市人民政府" in page


def test_a_call_with_its_read_back_is_recorded(officer: Desk, case: str, notice: str) -> None:
    page = officer.text(notice)
    assert "请复诵" in page
    answer = officer.post(f"{notice}/acts", way="call", answered_by="韩值班", read_back="汉江、苯胺")
    assert answer.status_code == 303
    page = officer.text(notice)
    assert "韩值班" in page
    assert "汉江、苯胺" in page
    assert "已通报" in officer.text(f"/incidents/{case}/notices")
    assert "已通报襄阳市：电话通报" in officer.text(f"/incidents/{case}/journal")


def test_a_refused_call_comes_back_filled(officer: Desk, notice: str) -> None:
    answer = officer.post(f"{notice}/acts", way="call", answered_by="韩值班", read_back="汉江", at="后天三点")
    assert answer.status_code == 422
    assert 'value="韩值班"' in answer.text
    assert ">汉江</textarea>" in answer.text
    assert field_error(answer.text, "at")


def test_two_officers_words_stand_side_by_side(officer: Desk, notice: str) -> None:
    assert officer.post(f"{notice}/texts", version="1", measured="甲值").status_code == 303
    answer = officer.post(f"{notice}/texts", version="1", measured="乙值")
    assert answer.status_code == 409
    assert 'value="乙值"' in answer.text
    assert "甲值" in answer.text


def test_the_letter_is_a_document_and_the_fax_a_page_of_its_own(officer: Desk, notice: str) -> None:
    answer = officer.get(f"{notice}/letter.docx")
    text = "\n".join(part.text for part in Document(io.BytesIO(answer.data)).paragraphs)
    assert "襄阳市生态环境局：" in text
    assert "正在核实" in text
    fax = officer.get(f"{notice}/fax")
    assert "特急" in fax.text
    assert "<script" not in fax.text
    assert "default-src 'none'" in fax.headers["Content-Security-Policy"]


def test_the_file_is_made_and_handed_out(officer: Desk, case: str, notice: str) -> None:
    assert officer.get(f"{notice}/notice.zip").status_code == 404
    assert officer.post(f"{notice}/file").status_code == 303
    content = downloaded(officer, f"{notice}/notice.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert set(packed.namelist()) >= NEEDED | {"manifest.json", "signature.json", "trace.geojson"}
    assert downloaded(officer, f"{notice}/notice.zip") == content


def test_a_wrong_file_is_refused_in_words(officer: Desk) -> None:
    answer = officer.client.post(
        "/neighbour-files/look",
        data={"csrf_token": officer.token, "file": (io.BytesIO(b"no zip"), "x.zip")},
    )
    assert answer.status_code == 422
    assert "文件不是可读取的zip" in answer.text
    assert officer.post("/neighbour-files/look").status_code == 422


def test_the_addressee_looks_and_takes(officer: Desk, case: str, sign_in: Callable[..., Any]) -> None:
    made = officer.post(f"/incidents/{case}/notices", office="420500").location
    officer.post(f"{made}/file")
    content = downloaded(officer, f"{made}/notice.zip")
    stranger = desk_of(sign_in, "stranger")
    assert stranger.get(f"/incidents/{case}").status_code == 404
    looked = stranger.client.post(
        "/neighbour-files/look",
        data={"csrf_token": stranger.token, "file": (io.BytesIO(content), "notice.zip")},
    )
    assert looked.status_code == 303
    page = stranger.text(looked.location)
    assert "十堰市生态环境局" in page
    assert "首次接收该单位文件" in page
    assert stranger.get(f"{looked.location}/letter.docx").status_code == 200
    taken = stranger.post(f"{looked.location}/take")
    assert taken.location.endswith(case)
    assert stranger.get(f"/incidents/{case}").status_code == 200
    assert "已接收" in stranger.text(looked.location)
    assert case in stranger.text("/neighbour-files")
    assert officer.get(looked.location).status_code == 409


def test_the_advice_is_recorded_or_refused_with_what_was_typed(officer: Desk, case: str) -> None:
    path = f"/incidents/{case}/notices/advice"
    answer = officer.post(path, neighbours="420600", advice_text="请通报襄阳", addressee="十堰市人民政府", how="phone")
    assert answer.status_code == 422
    assert "请通报襄阳" in answer.text
    assert field_error(answer.text, "receiver_name")
    answer = officer.post(path, neighbours="420600", advice_text="请通报襄阳", receiver_name="市府值班室", how="phone")
    assert answer.status_code == 303
    assert "市府值班室" in officer.text(f"/incidents/{case}/notices")


def test_an_unknown_neighbour_is_refused_beside_the_list(officer: Desk, case: str) -> None:
    answer = officer.post(f"/incidents/{case}/notices/neighbours", office="420300")
    assert answer.status_code == 422
    assert "不属于相邻通报" in answer.text
    assert officer.post(f"/incidents/{case}/notices/neighbours", office="411300").status_code == 303


CELLS = {
    "agreement_no": "1号", "water_body": "汉江", "upstream_code": "十堰市", "downstream_code": "襄阳市",
    "level": "prefecture", "upstream_contact": "钱联络", "upstream_phone": "+8610000000391",
}  # fmt: skip


def test_an_agreement_is_entered_changed_and_listed(officer: Desk, sign_in: Callable[..., Any]) -> None:
    assert "未签订协议" in officer.text("/agreements")
    answer = officer.post("/agreements", **{**CELLS, "level": "x", "signed_on": "昨天"})
    assert answer.status_code == 422
    assert field_error(answer.text, "signed_on")
    assert 'value="1号"' in answer.text
    made = officer.post("/agreements", **CELLS)
    assert made.status_code == 303
    assert "钱联络" in officer.text("/agreements")
    assert officer.post(made.location, version="1", title="汉江协议").status_code == 303
    stale = officer.post(made.location, version="1", title="别名")
    assert stale.status_code == 409
    assert 'value="别名"' in stale.text
    assert "他人已改为：汉江协议" in stale.text
    hidden = desk_of(sign_in, "archivist").text(made.location)
    assert "钱联络" not in hidden
    assert "钱＊＊" in hidden
    assert desk_of(sign_in, "stranger").get(made.location).status_code == 404


def test_a_dispute_is_recorded_on_the_page(officer: Desk) -> None:
    made = officer.post("/agreements", **CELLS).location
    answer = officer.post(f"{made}/disputes", about="漂浮物", opened_on="后天")
    assert answer.status_code == 422
    assert "漂浮物" in answer.text
    assert officer.post(f"{made}/disputes", about="漂浮物", opened_on="2026-01-05").status_code == 303
    assert "漂浮物" in officer.text(made)


def test_a_list_is_shown_before_it_is_taken(officer: Desk) -> None:
    text = "协议编号,水体,上游单位,下游单位,层级\nA1,汉江,十堰市,襄阳市,市级\n"
    form = {"csrf_token": officer.token, "file": (io.BytesIO(text.encode("gb18030")), "a.csv")}
    page = officer.client.post("/agreements/import", data=form)
    assert page.status_code == 200
    assert "A1" not in officer.text("/agreements")
    content = re.findall(r'name="list" value="([^"]+)"', page.text)[0]
    assert officer.post("/agreements/import/take", list=content).status_code == 303
    assert "A1" in officer.text("/agreements")
    assert "A1" in officer.get("/agreements/export.csv").data.decode("utf-8-sig")


def test_a_list_with_faults_names_each_by_line(officer: Desk) -> None:
    text = "协议编号,水体,上游单位,下游单位,层级\nA1,汉江,十堰市,襄阳市,村级\n"
    form = {"csrf_token": officer.token, "file": (io.BytesIO(text.encode()), "a.csv")}
    page = officer.client.post("/agreements/import", data=form)
    assert page.status_code == 422
    assert "“村级”不是层级" in page.text
    assert officer.post("/agreements/import/take", list="@@").status_code == 422


def test_the_progress_report_goes_from_draft_to_sent(officer: Desk) -> None:
    path = "/agreements/progress/2026-h1"
    assert officer.get("/agreements/progress/2026-h5").status_code == 404
    assert officer.post(f"{path}/draft").status_code == 303
    assert "重点流域" in officer.text(path) or "未签订协议" in officer.text(path)
    assert officer.get(f"{path}/report.docx").status_code == 200
    refused = officer.post(f"{path}/sent", how="fax")
    assert refused.status_code == 422
    assert officer.post(f"{path}/sent", how="fax", receiver_name="省厅应急处").status_code == 303
    assert "省厅应急处" in officer.text(path)
    assert officer.post(f"{path}/text", text="x", addressee="y").status_code == 409
    assert officer.post(f"{path}/take-back").status_code == 303


def test_pages_speak_english_too(sign_in: Callable[..., Any]) -> None:
    english = desk_of(sign_in, locale="en")
    case = english.open_case(**HAN)
    assert "Neighbours that may be affected" in english.text(f"/incidents/{case}/notices")
    assert "Gaps on key basins" in english.text("/agreements")


# --- the resource ---------------------------------------------------------------------------------------


@pytest.fixture
def speaker(program: Speak) -> Program:
    return program("officer")


@pytest.fixture
def path(speaker: Program) -> str:
    case_no = speaker.post("/incidents", {"place_text": "汉江某码头", "substance": "苯胺", **HAN}).json["case_no"]
    return f"/incidents/{case_no}/neighbour-notices"


def test_a_program_writes_one_notice_a_key_and_gives_it(speaker: Program, path: str) -> None:
    first = speaker.post(path, {"to": "420600"}, key="n-1")
    again = speaker.post(path, {"to": "420600"}, key="n-1")
    assert first.status_code == 201
    assert first.json == again.json
    other = speaker.post(path, {"to": "411300"}, key="n-1")
    assert (other.status_code, other.json["code"]) == (409, "key_reused")
    assert "measured" in first.json["missing"]
    assert first.json["told_at"] is None
    given = speaker.post(f"{path}/1/acts", {"answered_by": "韩值班", "read_back": "汉江"})
    assert given.status_code == 201
    assert given.json["told_at"]
    assert [one["told_at"] is not None for one in speaker.get(path).json["affected"] if one["office"] == "420600"] in (
        [True], [],
    )  # fmt: skip


def test_a_program_words_against_the_version_that_it_read(speaker: Program, path: str) -> None:
    speaker.post(path, {"to": "420600"})
    body = {"texts": {"measured": "甲"}}
    assert speaker.send("PATCH", f"{path}/1", body).status_code == 428
    assert speaker.send("PATCH", f"{path}/1", body, version='"1"').json["version"] == 2
    assert speaker.send("PATCH", f"{path}/1", body, version='"1"').status_code == 412
    speaker.post(f"{path}/1/acts", {"answered_by": "韩值班"})
    fixed = speaker.send("PATCH", f"{path}/1", body, version='"2"')
    assert (fixed.status_code, fixed.json["code"]) == (409, "notice_is_fixed")


@pytest.mark.parametrize(
    ("body", "code"), [({}, "body_unreadable"), ({"to": "420300"}, "not_a_neighbour"), ({"to": "99"}, "unknown_office")]
)
def test_a_notice_to_nobody_is_refused(speaker: Program, path: str, body: dict[str, Any], code: str) -> None:
    answer = speaker.post(path, body)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_an_act_ahead_of_time_is_refused(speaker: Program, path: str) -> None:
    speaker.post(path, {"to": "420600"})
    at = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    answer = speaker.post(f"{path}/1/acts", {"answered_by": "韩", "at": at})
    assert (answer.status_code, answer.json["code"]) == (422, "time_in_future")


def test_another_office_finds_nothing(program: Speak, path: str) -> None:
    stranger = program("stranger")
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"to": "420600"}).status_code == 404
