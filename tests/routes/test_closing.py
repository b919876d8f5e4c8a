"""The closing tab through the browser: small acts, the leader's decision, refusals that keep what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.routes.api_client import Program
from tests.routes.desk import Desk, desk_of


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Desk:
    return desk_of(sign_in)


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_the_tab_is_shown_in_both_languages_without_raw_codes(sign_in: Callable[..., Any], locale: str) -> None:
    desk = desk_of(sign_in, locale=locale)
    case_no = desk.open_case()
    page = desk.text(f"/incidents/{case_no}/closing")
    assert ("五个第一时间" if locale == "zh_Hans" else "Five first moments") in page
    for code in (">response_ended", ">missing", ">investigator_named", ">cause<"):
        assert code not in page
    assert ("预设值" if locale == "zh_Hans" else "preset") in page


def test_the_officer_sees_the_list_and_the_leader_decides(sign_in: Callable[..., Any], officer: Desk) -> None:
    case_no = officer.open_case()
    assert "案件办结由带班领导决定" in officer.text(f"/incidents/{case_no}/closing")
    assert officer.post(f"/incidents/{case_no}/closing/finish", **{"reason-all": "误报"}).status_code == 403
    leader = desk_of(sign_in, "leader")
    refused = leader.post(f"/incidents/{case_no}/closing/finish", **{"reason-result_report": "另行报送"})
    assert refused.status_code == 422
    assert 'value="另行报送"' in refused.text
    (mark,) = re.findall(r'name="mark" value="([0-9a-f]+)"', refused.text)
    form = {"reason-all": "误报，现场未见污染", "reason-result_report": "另行报送", "mark": mark}
    assert leader.post(f"/incidents/{case_no}/closing/finish", **form).status_code == 303
    page = leader.text(f"/incidents/{case_no}/closing")
    assert "办结时的清单" in page
    assert "误报，现场未见污染" in page
    assert "赵带班" in page
    assert leader.post(f"/incidents/{case_no}/closing/finish", **form).status_code == 409


def test_a_list_that_changed_meanwhile_is_read_again(sign_in: Callable[..., Any], officer: Desk) -> None:
    case_no = officer.open_case()
    leader = desk_of(sign_in, "leader")
    stale = leader.post(f"/incidents/{case_no}/closing/finish", **{"reason-all": "误报", "mark": "0" * 16})
    assert stale.status_code == 409
    assert "清单有变化" in stale.text
    assert 'value="误报"' in stale.text


def test_points_are_assigned_done_and_accepted(officer: Desk) -> None:
    case_no = officer.open_case()
    base = f"/incidents/{case_no}/closing"
    no_day = officer.post(f"{base}/points", check="correction", text="加固围堰", owner="竹山分局")
    assert no_day.status_code == 422
    assert "请填写完成期限" in no_day.text
    assert "加固围堰" in no_day.text
    assert officer.post(f"{base}/points", check="cause", text="x", owner="y", due_on="明天").status_code == 422
    given = {"check": "correction", "text": "加固围堰", "owner": "竹山分局", "due_on": "2027-12-01"}
    assert officer.post(f"{base}/points", **given).status_code == 303
    point = re.findall(r'action="(/incidents/[^"]+/closing/points/\d+)"', officer.text(base))[0]
    refused = officer.post(point, step="done", done_by="李某")
    assert (refused.status_code, 'value="李某"' in refused.text) == (422, True)
    assert officer.post(point, step="accept", accepted_by="王某").status_code == 409
    assert officer.post(point, step="done", done_by="李某", evidence="照片3张").status_code == 303
    assert "待验收" in officer.text(base)
    assert officer.post(point, step="accept", accepted_by="王某", accepted_text="合格").status_code == 303
    assert "照片3张" in officer.text(base)
    assert officer.post(point, step="nonsense").status_code == 404


def test_the_investigation_is_recorded_and_taken_back(officer: Desk) -> None:
    case_no = officer.open_case()
    base = f"/incidents/{case_no}/closing"
    refused = officer.post(f"{base}/investigation", step="evidence_preserved", text=" ", at="02:10")
    assert (refused.status_code, "固定了什么证据" in refused.text) == (422, True)
    assert officer.post(f"{base}/investigation", step="investigator_named", name="张某").status_code == 303
    page = officer.text(base)
    assert "张某" in page
    (back,) = set(re.findall(r'action="(/incidents/[^"]+/investigation/\d+/take-back)"', page))
    assert officer.post(back).status_code == 422
    assert officer.post(back, reason="误记").status_code == 303


def test_a_package_is_checked_sent_and_received(sign_in: Callable[..., Any], officer: Desk) -> None:
    case_no = officer.open_case()
    base, archivist = f"/incidents/{case_no}/closing", desk_of(sign_in, "archivist")
    assert archivist.post(f"{base}/package/check").status_code == 409
    assert archivist.post(f"/incidents/{case_no}/archive").status_code == 303
    checked = archivist.post(f"{base}/package/check", explained="演练，无材料", scanned="已查杀，未发现病毒")
    assert checked.status_code == 303
    page = archivist.text(base)
    assert "真实性" in page
    assert "病毒查杀：已查杀，未发现病毒" in page
    assert archivist.post(f"{base}/package/sent", to_name="").status_code == 422
    assert archivist.post(f"{base}/package/sent", to_name="省厅应急和信访处").status_code == 303
    (sending,) = set(re.findall(r'action="(/incidents/[^"]+/closing/package/\d+)"', archivist.text(base)))
    refused = archivist.post(sending, step="receive", receipt_no="回7号")
    assert (refused.status_code, 'value="回7号"' in refused.text) == (422, True)
    assert archivist.post(sending, step="receive", receiver_name="收件某", receipt_no="回7号").status_code == 303
    assert "回7号" in archivist.text(base)
    assert archivist.post(sending, step="take_back", reason="误记").status_code == 303


def test_the_list_is_printed(officer: Desk) -> None:
    case_no = officer.open_case()
    answer = officer.get(f"/incidents/{case_no}/closing/paper.pdf")
    assert answer.status_code in {200, 503}
    if answer.status_code == 200:
        assert answer.data.startswith(b"%PDF")


def test_a_program_reads_the_gate(program: Callable[..., Program], sign_in: Callable[..., Any]) -> None:
    case_no = desk_of(sign_in).open_case()
    found = program("officer").get(f"/incidents/{case_no}/closing").json
    assert [one["state"] for one in found["gate"]] == ["unmet"] * 8
    assert len(found["first_moments"]) == 5
    assert found["finish"] is None
    assert program("stranger").get(f"/incidents/{case_no}/closing").status_code == 404
