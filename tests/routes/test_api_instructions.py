"""Instructions through ``/api/v1``: one order a key, receipt and what was done, what is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.routes.api_client import Program

Speak = Callable[..., Program]
ORDER = {"text": "立即关闭闸门", "given_by": "陈市长", "to_unit": "市水利局"}


@pytest.fixture
def officer(program: Speak) -> Program:
    return program("officer")


def given(officer: Program, case_no: str, **more: Any) -> dict[str, Any]:
    made = officer.post(f"/incidents/{case_no}/instructions", {**ORDER, **more})
    assert made.status_code == 201, made.text
    return dict(made.json)


def moment(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def test_the_same_key_gives_one_order(officer: Program, case_no: str) -> None:
    path = f"/incidents/{case_no}/instructions"
    first, again = (officer.post(path, ORDER, key="order-1") for _ in range(2))
    assert (first.json["number"], first.json) == (1, again.json)
    assert len(officer.get(path).json) == 1
    other = officer.post(path, {**ORDER, "text": "别的"}, key="order-1")
    assert (other.status_code, other.json["code"]) == (409, "key_reused")


def test_an_order_is_received_and_done(officer: Program, case_no: str) -> None:
    made = given(officer, case_no, given_at=moment(-30), due_at=moment(-10))
    assert (made["state"], made["is_open"], made["is_overdue"]) == ("given", True, True)
    path = f"/incidents/{case_no}/instructions/{made['id']}"
    assert officer.post(f"{path}/receipt", {"by": "孙"}).json["state"] == "received"
    done = officer.post(f"{path}/done", {"by": "孙", "text": "闸门已关"})
    assert (done.status_code, done.json["state"], done.json["is_open"]) == (201, "done", False)
    assert officer.get(path).json["done_text"] == "闸门已关"
    assert officer.get(f"/incidents/{case_no}/instructions?open=true").json == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**ORDER, "to_unit": ""}, "receiver_missing"),
        ({**ORDER, "text": ""}, "text_missing"),
        ({**ORDER, "given_by": ""}, "giver_missing"),
        ({**ORDER, "kind": "order"}, "body_unreadable"),
        ({**ORDER, "text": "长" * 20_001}, "body_unreadable"),
        ({**ORDER, "due_at": "2020-01-01T00:00:00+08:00"}, "due_before_given"),
        ({**ORDER, "given_at": "2199-01-01T00:00:00+08:00"}, "time_in_future"),
    ],
)
def test_a_refusal_is_a_problem_document(officer: Program, case_no: str, body: dict[str, Any], code: str) -> None:
    refused = officer.post(f"/incidents/{case_no}/instructions", body)
    assert (refused.status_code, refused.json["code"]) == (422, code)


def test_a_receipt_of_nobody_and_a_second_one_are_refused(officer: Program, case_no: str) -> None:
    path = f"/incidents/{case_no}/instructions/{given(officer, case_no)['id']}"
    assert officer.post(f"{path}/receipt", {}).json["code"] == "name_missing"
    officer.post(f"{path}/receipt", {"by": "孙"})
    assert officer.post(f"{path}/receipt", {"by": "钱"}).json["code"] == "step_recorded"


def test_another_office_and_a_reader_change_nothing(officer: Program, program: Speak, case_no: str) -> None:
    made = given(officer, case_no)
    path = f"/incidents/{case_no}/instructions"
    assert program("stranger").get(path).status_code == 404
    assert program("stranger").post(f"{path}/{made['id']}/receipt", {"by": "x"}).status_code == 404
    assert program("archivist").post(path, ORDER).status_code == 403
