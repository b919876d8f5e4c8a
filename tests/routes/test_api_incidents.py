"""Cases through ``/api/v1``: opened by a program, read with what is known, refused to strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.routes.api_client import Program

Speak = Callable[..., Program]


def test_a_program_opens_a_case_by_a_call_sheet(program: Speak) -> None:
    made = program("officer").post("/incidents", {"place_text": "堵河某桥", "substance": "苯胺", "un_no": "1547"})
    assert made.status_code == 201
    assert made.json["case_no"].startswith("420300-")
    assert made.json["values"]["substance"]["data"]["value"] == "苯胺"
    assert made.headers["ETag"] == f'"{made.json["version"]}"'


def test_a_case_opens_though_answers_cannot_be_read(program: Speak) -> None:
    made = program("officer").post("/incidents", {"carried": "18", "coordinates": "over there"})
    assert made.status_code == 201
    problems = {problem["field"]: problem for problem in made.json["problems"]}
    assert problems["carried"]["code"] == "amount_without_unit"
    assert problems["carried"]["typed"] == "18"


def test_the_same_key_and_body_open_one_case_and_answer_alike(program: Speak) -> None:
    officer = program("officer")
    first = officer.post("/incidents", {"place_text": "堵河"}, key="k-1")
    again = officer.post("/incidents", {"place_text": "堵河"}, key="k-1")
    assert again.status_code == first.status_code == 201
    assert again.json["case_no"] == first.json["case_no"]
    assert len(officer.get("/incidents").json) == 1


def test_the_same_key_with_another_body_is_refused(program: Speak) -> None:
    officer = program("officer")
    officer.post("/incidents", {"place_text": "堵河"}, key="k-1")
    assert officer.post("/incidents", {"place_text": "汉江"}, key="k-1").status_code == 409


def test_a_stranger_sees_nothing(program: Speak, case_no: str) -> None:
    stranger = program("stranger")
    assert stranger.get("/incidents").json == []
    for path in ("", "/facts", "/clocks", "/grade", "/calls", "/phone-calls", "/tasks", "/journal"):
        answer = stranger.get(f"/incidents/{case_no}{path}")
        assert answer.status_code == 404, path
        assert answer.json["code"] == "not_found"


def test_a_case_of_the_county_is_seen_from_above(program: Speak) -> None:
    case_no = program("county").post("/incidents", {"place_text": "堵河"}).json["case_no"]
    assert program("officer").get(f"/incidents/{case_no}").status_code == 200
    assert program("province").get(f"/incidents/{case_no}").status_code == 200


def test_pages_of_cases_run_on_from_the_last_one_read(program: Speak) -> None:
    officer = program("officer")
    numbers = [officer.post("/incidents", {}).json["case_no"] for _ in range(3)]
    first = officer.get("/incidents?limit=2").json
    rest = officer.get(f"/incidents?limit=2&before={first[-1]['case_no']}").json
    assert [case["case_no"] for case in first + rest] == numbers[::-1]


def test_nobody_without_a_token_is_answered(app: Any) -> None:
    answer = app.test_client().get("/api/v1/incidents")
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_needed")


def test_a_role_without_the_word_is_refused(program: Speak, case_no: str) -> None:
    assert program("field").post(f"/incidents/{case_no}/facts", {}).status_code == 403


@pytest.mark.parametrize("body", ["{", "[1]", '"text"'])
def test_a_body_that_is_no_object_is_refused_in_words(program: Speak, body: str) -> None:
    answer = program("officer").raw("POST", "/incidents", body)
    assert answer.status_code == 422
    assert answer.json["code"] == "body_unreadable"


def test_the_document_describes_every_resource(app: Any) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.")
    paths = {path.removeprefix("/api/v1") for path in document["paths"]}
    for wanted in ("/incidents", "/incidents/{case_no}/facts", "/incidents/{case_no}/clocks", "/journal", "/offices"):
        assert wanted in paths
