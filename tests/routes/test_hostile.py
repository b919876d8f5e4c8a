"""What a hostile or broken program sends: refused or made storable, never a failure and never a poisoned page."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.extensions import db
from incident_desk.models import SignInAttempt
from tests.conftest import NOW
from tests.people import PASSWORD
from tests.routes.api_client import Program
from tests.routes.desk import desk_of

KEY = "a-hostile-draft"
HUGE = "9" * 30
DEEP = '{"a":' * 3000 + "1" + "}" * 3000


def put_sheet(desk: Any, raw: str) -> Any:
    return desk.client.put(
        f"/calls/drafts/{KEY}", data=raw, headers={"Content-Type": "application/json", "X-CSRFToken": desk.token}
    )


@pytest.mark.parametrize(
    "raw",
    [
        r'{"place_text": "a\ud800b"}',
        r'{"a\ud800": "x"}',
        '{"media": -1}',
        '{"media": true}',
        '{"place_text": {"a": [1]}}',
    ],
)
def test_a_sheet_of_wrong_types_can_be_read_again_and_does_not_break_the_board(
    sign_in: Callable[..., Any], raw: str
) -> None:
    desk = desk_of(sign_in)
    assert put_sheet(desk, raw).status_code == 200
    assert desk.get(f"/calls/drafts/{KEY}").status_code == 200
    assert desk.get("/").status_code == 200


@pytest.mark.parametrize("raw", [DEEP, "[" * 100_000, '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}'])
def test_a_sheet_that_is_no_json_of_ours_is_refused(sign_in: Callable[..., Any], raw: str) -> None:
    assert put_sheet(desk_of(sign_in), raw).status_code == 422


@pytest.mark.parametrize("raw", [DEEP, '{"data": {"a": NaN}}', "["])
def test_a_program_that_sends_no_json_is_told_so(program: Callable[..., Program], case_no: str, raw: str) -> None:
    officer = program("officer")
    answer = officer.client.post(
        f"/api/v1/incidents/{case_no}/facts",
        data=raw,
        headers={"Authorization": f"Bearer {officer.token}", "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json["code"]) == (422, "body_unreadable")


def test_half_a_character_from_a_program_opens_the_case_all_the_same(program: Callable[..., Program]) -> None:
    officer = program("officer")
    made = officer.post("/incidents", {"place_text": "堵河\ud800\x00桥"})
    assert made.status_code == 201
    assert officer.get(f"/incidents/{made.json['case_no']}").status_code == 200


@pytest.mark.parametrize("learned_at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "1-1-1"])
def test_a_time_at_the_end_of_the_calendar_does_not_stop_a_call(
    program: Callable[..., Program], learned_at: str
) -> None:
    assert program("officer").post("/incidents", {"learned_at": learned_at, "place_text": "某桥"}).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        f"evidence/{HUGE}/preview", f"evidence/{2**31}/original", f"archive/{HUGE}.zip", f"phone-calls/{HUGE}",
        f"clocks/{HUGE}", f"releases/{HUGE}", f"reports/{HUGE}",
    ],
)  # fmt: skip
def test_a_number_that_no_row_can_have_is_no_address(sign_in: Callable[..., Any], case_no: str, path: str) -> None:
    assert desk_of(sign_in, "leader").get(f"/incidents/{case_no}/{path}").status_code == 404


def test_a_journal_beyond_its_last_number_is_refused(program: Callable[..., Program]) -> None:
    assert program("officer").get(f"/journal?after={HUGE}").status_code == 422


def test_a_log_before_a_number_beyond_all_size_is_refused(sign_in: Callable[..., Any], case_no: str) -> None:
    page = desk_of(sign_in).get(f"/incidents/{case_no}/journal/entries?before={HUGE}")
    assert page.status_code == 422


def test_an_address_with_a_nul_is_not_there(sign_in: Callable[..., Any]) -> None:
    assert desk_of(sign_in).get("/incidents/a%00b").status_code == 404


@pytest.mark.parametrize("path", ["callout", "callout/standing"])
def test_who_may_not_read_cases_reads_none_through_its_call_out(
    sign_in: Callable[..., Any], case_no: str, path: str
) -> None:
    assert desk_of(sign_in, "admin").get(f"/incidents/{case_no}/{path}").status_code == 403


def test_a_way_back_with_a_line_break_leads_home(app: Any) -> None:
    client = app.test_client()
    page = client.get("/sign-in").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    form = {"login": "officer", "password": PASSWORD, "csrf_token": token}
    answer = client.post("/sign-in?next=/x%0d%0aSet-Cookie:%20a=b", data=form)
    assert (answer.status_code, answer.location) == (302, "/")


def test_a_try_to_sign_in_counts_before_its_password_is_checked(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from incident_desk.services import people

    seen: list[int] = []

    def look(_stored: str, _password: str) -> bool:
        with Session(db.engine) as session:
            seen.append(len(session.scalars(select(SignInAttempt)).all()))
        return False

    monkeypatch.setattr(people, "_matches", look)
    with app.app_context(), pytest.raises(people.WrongSignIn):
        people.sign_in("officer", "wrong", address="127.0.0.1", now=NOW)
    assert seen == [1]


def test_a_fact_that_no_sheet_has_is_no_address(sign_in: Callable[..., Any], case_no: str) -> None:
    assert desk_of(sign_in).post(f"/incidents/{case_no}/facts/persons", value="1").status_code == 404


@pytest.mark.parametrize("phone_at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("exif_at", ["9999:12:31 23:59:59", "0001:01:01 00:00:00"])
def test_a_photograph_with_a_mad_clock_is_taken_and_its_page_opens(
    sign_in: Callable[..., Any], case_no: str, phone_at: str, exif_at: str
) -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8769)[0x9003] = exif_at
    Image.new("RGB", (64, 64)).save(out, "JPEG", exif=exif.tobytes())
    desk = desk_of(sign_in)
    form = {
        "phone_at": phone_at,
        "client_key": "mad",
        "csrf_token": desk.token,
        "file": (io.BytesIO(out.getvalue()), "a.jpg"),
    }
    assert desk.client.post(f"/field/{case_no}/photographs", data=form).status_code == 303
    assert desk.get(f"/incidents/{case_no}/evidence").status_code == 200


def test_a_wall_token_does_not_turn_an_officers_browser_into_a_wall(app: Any, sign_in: Callable[..., Any]) -> None:
    from incident_desk.domain.permissions import Actor, Role
    from incident_desk.services import people

    with app.app_context():
        token = people.make_token("wall", role=Role.WALL_SCREEN, office="420300", actor=Actor("t", "420300"), now=NOW)
    client = sign_in("officer")
    client.set_cookie("wall_token", token)
    assert client.get("/calls/new").status_code == 302


def test_an_empty_bearer_token_is_nobody(sign_in: Callable[..., Any]) -> None:
    client = sign_in("officer")
    answer = client.get("/metrics", headers={"Authorization": "Bearer ", "Accept": "application/json"})
    assert answer.status_code == 401
