"""Reports and releases through ``/api/v1``: versions, one answer a key, clocks that follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.routes.api_client import Program

Speak = Callable[..., Program]


def _now(minutes: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def officer(program: Speak) -> Program:
    return program("officer")


def _report(officer: Program, case_no: str, **body: Any) -> dict[str, Any]:
    made = officer.post(f"/incidents/{case_no}/reports", body)
    assert made.status_code == 201, made.text
    return dict(made.json)


def test_a_draft_names_what_is_missing(officer: Program, case_no: str) -> None:
    made = _report(officer, case_no)
    assert {"field": "advice", "task": "find_out"} in made["missing"]
    assert made["unreached"] == [one["recipient"] for one in made["recipients"]]
    assert officer.get(f"/incidents/{case_no}/reports").json[0]["digest"] == made["digest"]


def test_the_same_key_drafts_one_report(officer: Program, case_no: str) -> None:
    first = officer.post(f"/incidents/{case_no}/reports", {"form": "phone"}, key="r-1")
    again = officer.post(f"/incidents/{case_no}/reports", {"form": "phone"}, key="r-1")
    assert first.json == again.json


def test_words_go_against_the_version_that_was_read(officer: Program, case_no: str) -> None:
    _report(officer, case_no)
    path, body = f"/incidents/{case_no}/reports/1", {"texts": {"advice": "甲"}}
    assert officer.send("PATCH", path, body).status_code == 428
    assert officer.send("PATCH", path, body, version='"1"').json["version"] == 2
    stale = officer.send("PATCH", path, {"texts": {"advice": "乙"}}, version='"1"')
    assert stale.status_code == 412
    assert stale.json["current"] == {"advice": "甲"}


def test_deliveries_meet_the_clock(officer: Program, case_no: str) -> None:
    made = _report(officer, case_no, form="phone")
    to = [one["recipient"] for one in made["recipients"]]
    body = {"recipients": to, "channel": "phone", "receiver_name": "陈"}
    done = officer.post(f"/incidents/{case_no}/reports/1/deliveries", body)
    assert done.status_code == 201
    assert done.json["unreached"] == []
    states = {one["rule_id"]: one["state"] for one in officer.get(f"/incidents/{case_no}/clocks").json["clocks"]}
    assert states["R1"] == "met"
    assert "R5" in states


def test_a_delivery_in_the_future_is_a_problem_document(officer: Program, case_no: str) -> None:
    _report(officer, case_no, form="phone")
    body = {"recipients": ["own_government"], "channel": "phone", "receiver_name": "陈", "at": _now(60)}
    refused = officer.post(f"/incidents/{case_no}/reports/1/deliveries", body)
    assert refused.status_code == 422
    assert refused.json["code"] == "time_in_future"


def test_a_delivery_to_nobody_is_refused(officer: Program, case_no: str) -> None:
    _report(officer, case_no)
    assert officer.post(f"/incidents/{case_no}/reports/1/deliveries", {}).json["code"] == "no_recipient"


def test_a_check_is_of_the_version_that_was_read(officer: Program, case_no: str) -> None:
    _report(officer, case_no)
    path = f"/incidents/{case_no}/reports/1/check"
    assert officer.post(path).status_code == 428
    assert officer.post(path, version='"1"').json["checked_at"]


def test_a_release_is_recorded_with_its_gaps(officer: Program, case_no: str) -> None:
    body = {
        "issuer": "government",
        "channel": "website",
        "published_at": _now(),
        "title": "通报",
        "text": "\ud800正在处置",
    }
    made = officer.post(f"/incidents/{case_no}/releases", body)
    assert made.status_code == 201
    assert "pollutant" in made.json["gaps"]
    assert officer.get(f"/incidents/{case_no}/releases").json == [made.json]
    states = {one["rule_id"]: one["state"] for one in officer.get(f"/incidents/{case_no}/clocks").json["clocks"]}
    assert states["D1"] == "met"


def test_another_office_hears_nothing(officer: Program, program: Speak, case_no: str) -> None:
    _report(officer, case_no)
    stranger = program("stranger")
    for path in ("reports", "reports/1", "releases"):
        assert stranger.get(f"/incidents/{case_no}/{path}").status_code == 404
    assert stranger.post(f"/incidents/{case_no}/reports", {}).status_code == 404
