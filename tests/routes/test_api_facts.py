"""Facts, clocks, grade, calls, tasks and journal through ``/api/v1``: versions, refusals in words, one answer a key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.routes.api_client import Program

Speak = Callable[..., Program]


def _now(minutes: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def _rules(client: Program, case_no: str) -> dict[str, Any]:
    return {clock["rule_id"]: clock for clock in client.get(f"/incidents/{case_no}/clocks").json["clocks"]}


def test_a_fact_is_recorded_and_the_clocks_follow(program: Speak, case_no: str) -> None:
    officer = program("officer")
    assert "R2" not in _rules(officer, case_no)
    body = {"kind": "trigger_known", "at": _now(), "data": {"trigger": "T1"}}
    made = officer.post(f"/incidents/{case_no}/facts", body)
    assert made.status_code == 201
    assert _rules(officer, case_no)["R2"]["missing_recipients"]
    assert made.json in officer.get(f"/incidents/{case_no}/facts?kind=trigger_known").json


def test_a_fact_sent_twice_with_one_key_is_one_fact(program: Speak, case_no: str) -> None:
    officer = program("officer")
    body = {"kind": "trigger_known", "at": _now(), "data": {"trigger": "T1"}}
    first = officer.post(f"/incidents/{case_no}/facts", body, key="f-1")
    again = officer.post(f"/incidents/{case_no}/facts", body, key="f-1")
    assert again.json == first.json
    assert again.status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "trigger_known", "at": _now(30), "data": {"trigger": "T1"}}, 422, "lies_ahead"),
        ({"kind": "trigger_known", "at": "2026-11-21T02:25:00", "data": {"trigger": "T1"}}, 422, "body_unreadable"),
        ({"kind": "trigger_known", "at": _now(), "data": {"trigger": "T9"}}, 422, "wrong_value"),
        ({"kind": "waived", "at": _now(), "data": {"rule_id": "R1"}}, 422, "waiver_refused"),
        ({"kind": "nonsense", "at": _now()}, 422, "unknown_fact_kind"),
        ({"kind": "grade_changed", "at": _now(), "data": {"grade": "I"}}, 409, "fact_has_its_own_act"),
        ({"at": _now()}, 422, "body_unreadable"),
        ({"kind": "office_learned", "at": _now(), "data": {"office": "999999"}}, 422, "unknown_office"),
        ({"kind": "facts_corrected", "at": _now(), "data": {"grade": "I"}}, 428, "precondition_needed"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    program: Speak, case_no: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = program("officer").post(f"/incidents/{case_no}/facts", body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert answer.json["title"]


def test_an_edit_says_which_version_it_read(program: Speak, case_no: str) -> None:
    officer, path = program("officer"), f"/incidents/{case_no}/facts"
    version = officer.get(f"/incidents/{case_no}").headers["ETag"]
    assert officer.send("PATCH", path, {"injured": "2"}).status_code == 428
    assert officer.send("PATCH", path, {"injured": "2"}, version="nonsense").status_code == 412
    done = officer.send("PATCH", path, {"injured": "2"}, version=version)
    assert done.status_code == 200
    assert done.headers["ETag"] != version
    assert done.json["values"]["injured"]["data"]["value"] == 2


def test_an_edit_on_an_old_version_is_given_both(program: Speak, case_no: str) -> None:
    officer, path = program("officer"), f"/incidents/{case_no}/facts"
    version = officer.get(f"/incidents/{case_no}").headers["ETag"]
    officer.send("PATCH", path, {"injured": "2"}, version=version)
    late = program("officer2").send("PATCH", path, {"injured": "3"}, version=version)
    assert late.status_code == 412
    assert late.json["current"]["sheet.injured"]["value"] == 2
    assert late.json["typed"] == {"injured": "3"}


def test_the_grade_is_judged_with_its_version(program: Speak, case_no: str) -> None:
    officer, path = program("officer"), f"/incidents/{case_no}/grade"
    seen = officer.get(path)
    assert (seen.json["grade"], seen.json["at_least"]) == (None, "IV")
    body = {"grade": "II", "basis": "现场核实"}
    assert officer.send("PUT", path, body).status_code == 428
    done = officer.send("PUT", path, body, version=seen.headers["ETag"])
    assert (done.status_code, done.json["grade"]) == (200, "II")
    assert "R2" in _rules(officer, case_no)
    late = program("leader").send("PUT", path, {"grade": "III", "basis": "复核"}, version=seen.headers["ETag"])
    assert late.status_code == 412


def test_a_colleague_of_the_county_does_not_judge(program: Speak, case_no: str) -> None:
    body = {"grade": "II", "basis": "现场核实"}
    assert program("county").send("PUT", f"/incidents/{case_no}/grade", body, version="*").status_code == 403


def test_who_rang_is_told_only_to_those_who_may_read_it(program: Speak) -> None:
    form = {"place_text": "堵河", "caller_name": "刘某", "caller_phone": "+8610000000077"}
    case_no = program("officer").post("/incidents", form).json["case_no"]
    path = f"/incidents/{case_no}/calls"
    assert program("officer").get(path).json[0]["caller"]["name"] == "刘某"
    for login in ("archivist", "field"):
        answer = program(login).get(path)
        assert answer.json[0]["caller"] is None
        assert "刘某" not in answer.text
        assert "10000000077" not in answer.text


def test_a_call_to_make_is_recorded_with_its_version(program: Speak, case_no: str) -> None:
    officer, path = program("officer"), f"/incidents/{case_no}/phone-calls"
    call = officer.get(path).json[0]
    body = {"state": "answered", "answered_by": "张", "said": "知道了", "done": "已派人"}
    done = officer.send("PUT", f"{path}/{call['id']}", body, version=f'"{call["version"]}"')
    assert (done.status_code, done.json["state"]) == (200, "answered")
    late = program("officer2").send("PUT", f"{path}/{call['id']}", body, version=f'"{call["version"]}"')
    assert (late.status_code, late.json["current"]["said"]) == (412, "知道了")


def test_an_unreadable_answer_is_a_task_until_it_is_done(program: Speak) -> None:
    officer = program("officer")
    case_no = officer.post("/incidents", {"carried": "18"}).json["case_no"]
    task = officer.get(f"/incidents/{case_no}/tasks").json[0]
    assert (task["kind"], task["subject"]) == ("check_answer", "carried")
    done = officer.post(f"/incidents/{case_no}/tasks/{task['id']}/done")
    assert done.json["done_at"] is not None
    assert officer.post(f"/incidents/{case_no}/tasks/{task['id']}/done").json == done.json


def test_the_journal_is_read_on_from_a_number(program: Speak, case_no: str) -> None:
    officer = program("officer")
    whole = officer.get("/journal").json
    rest = officer.get(f"/journal?after={whole[2]['seq']}").json
    assert rest == whole[3:]
    own = officer.get(f"/incidents/{case_no}/journal?limit=2").json
    assert [entry["kind"] for entry in own] == ["incident.opened", "call.taken"]
    assert officer.get("/journal?after=minus").status_code == 422


def test_the_boards_clocks_are_those_of_visible_cases(program: Speak, case_no: str) -> None:
    found = program("officer").get("/clocks").json["clocks"]
    assert {clock["case_no"] for clock in found} == {case_no}
    assert program("stranger").get("/clocks").json["clocks"] == []


def test_offices_are_listed_with_the_one_above_and_without_their_settings(program: Speak) -> None:
    found = {office["code"]: office for office in program("officer").get("/offices").json}
    assert found["420323"]["parent"] == "420300"
    assert "settings" not in found["420323"]


def test_refusals_are_said_in_the_language_of_the_asker(app: Any, sign_in: Any) -> None:
    words = {}
    for locale in ("zh_Hans", "en"):
        client = app.test_client()
        client.set_cookie("locale", locale)
        words[locale] = client.get("/api/v1/incidents").json["title"]
    assert words["en"] == "Sign in first."
    assert words["zh_Hans"] != words["en"]


def test_a_page_with_a_session_needs_its_token(sign_in: Any) -> None:
    client = sign_in("officer")
    refused = client.post("/api/v1/incidents", json={})
    assert (refused.status_code, refused.json["code"]) == (400, "form_expired")
    token = client.get("/no-such-page").text.split('name="csrf-token" content="')[1].split('"')[0]
    made = client.post("/api/v1/incidents", json={}, headers={"X-CSRFToken": token})
    assert made.status_code == 201
