"""The pages of the duty office: filled, refused with what was typed kept, signed, printed; the link of a wake-up."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident_desk.domain.china_time import china_date
from tests.people import PASSWORD, actor
from tests.routes.api_client import Program
from tests.routes.desk import Desk, desk_of, field_error, hidden

DAY = china_date(datetime.now(UTC)) + timedelta(days=2)


def seats(app: Any) -> dict[str, str]:
    with app.app_context():
        officer, officer2, leader = (str(actor(login).person_id) for login in ("officer", "officer2", "leader"))
    return {
        "seat-day-main-A": officer2, "seat-night-main-A": officer, "seat-day-leader-A": leader,
        "seat-night-leader-A": leader,
    }  # fmt: skip


@pytest.fixture
def leader(sign_in: Callable[..., Any]) -> Desk:
    return desk_of(sign_in, "leader")


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Desk:
    return desk_of(sign_in, "officer")


def plan(app: Any, desk: Desk, **more: str) -> Any:
    page = desk.text(f"/duty?day={DAY}")
    return desk.post(f"/duty/days/{DAY}", seen=hidden(page, "seen"), **seats(app), **more)


def test_a_day_is_filled_and_stands_on_the_month(app: Any, leader: Desk) -> None:
    answer = plan(app, leader)
    assert answer.status_code == 303, answer.text[:300]
    page = leader.text(f"/duty?day={DAY}")
    row = re.search(rf'id="d{DAY}".*?</tr>', page, re.DOTALL)
    assert row is not None
    assert "王值班" in row[0]
    assert "无人值守" not in row[0]


def test_what_was_typed_stays_when_the_day_changed_meanwhile(app: Any, leader: Desk) -> None:
    page = leader.text(f"/duty?day={DAY}")
    plan(app, leader)
    with app.app_context():
        county = str(actor("officer2").person_id)
    answer = leader.post(f"/duty/days/{DAY}", seen=hidden(page, "seen"), **{"seat-night-main-A": county})
    assert answer.status_code == 409
    chosen = re.search(r'name="seat-night-main-A".*?</select>', answer.text, re.DOTALL)
    assert chosen is not None
    assert f'value="{county}" selected' in chosen[0]


def test_whoever_is_not_of_the_office_is_refused_beside_the_seat(app: Any, leader: Desk) -> None:
    with app.app_context():
        stranger = str(actor("stranger").person_id)
    answer = plan(app, leader, **{"seat-night-second-A": stranger})
    assert answer.status_code == 422
    assert "请选择本单位在用账号的人员" in answer.text


def test_an_officer_reads_the_roster_and_does_not_plan_it(app: Any, officer: Desk) -> None:
    page = officer.text("/duty")
    assert "保存当日" not in page
    assert officer.post(f"/duty/days/{DAY}", seen="").status_code == 403
    assert officer.get("/duty/settings").status_code == 403


def test_a_day_that_is_none_is_refused(leader: Desk) -> None:
    assert leader.get("/duty?day=2026-13-01").status_code == 422
    assert leader.get("/duty?day=" + "9" * 300).status_code == 422


def test_a_week_is_copied_forward(app: Any, leader: Desk) -> None:
    plan(app, leader)
    answer = leader.post("/duty/copy", day=str(DAY), span="week")
    assert answer.status_code == 200
    assert "已复制 4 项" in answer.text


def upload(desk: Desk, data: bytes) -> Any:
    form = {"csrf_token": desk.token, "file": (io.BytesIO(data), "roster.csv")}
    return desk.client.post("/duty/import", data=form, content_type="multipart/form-data")


def test_a_list_is_looked_at_then_taken(leader: Desk) -> None:
    data = f"日期,班次,岗位,姓名\n{DAY},夜班,主班,王值班\n".encode("gb18030")
    page = upload(leader, data)
    assert page.status_code == 200
    assert base64.b64decode(hidden(page.text, "list")) == data
    answer = leader.post("/duty/import/take", list=hidden(page.text, "list"))
    assert answer.status_code == 303
    assert "王值班" in leader.text(f"/duty?day={DAY}")


def test_a_list_with_an_unknown_person_is_refused_with_line_and_reason(leader: Desk) -> None:
    data = f"日期,班次,岗位,姓名\n{DAY},夜班,主班,王值班\n{DAY},白班,主班,路人甲\n".encode()
    page = upload(leader, data)
    assert page.status_code == 422
    assert "第3行" in page.text.replace(" ", "")
    assert "本单位没有名叫 路人甲 的人" in page.text
    answer = leader.post("/duty/import/take", list=base64.b64encode(data).decode())
    assert answer.status_code == 422
    assert "王值班" not in re.sub(r"<select.*?</select>", "", leader.text(f"/duty?day={DAY}"), flags=re.DOTALL)


@pytest.mark.parametrize("given", ["", "no base64!"])
def test_taking_no_list_is_refused(leader: Desk, given: str) -> None:
    assert leader.post("/duty/import/take", list=given).status_code == 422


def test_the_export_is_read_by_a_spreadsheet(app: Any, leader: Desk) -> None:
    plan(app, leader)
    answer = leader.get(f"/duty/roster.csv?day={DAY}")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "王值班" in answer.data.decode("utf-8-sig")


def test_a_special_period_is_entered_refused_and_taken_back(leader: Desk) -> None:
    form = {"period-kind": "HOLIDAY", "period-first": str(DAY), "period-last": str(DAY)}
    refused = leader.post("/duty/periods", **form, **{"period-label": ""})
    assert refused.status_code == 422
    assert field_error(refused.text, "period-label")
    assert leader.post("/duty/periods", **form, **{"period-label": "省运会"}).status_code == 303
    page = leader.text(f"/duty?day={DAY}")
    assert "省运会" in page
    found = re.search(r"/duty/periods/(\d+)/withdraw", page)
    assert found is not None
    assert leader.post(f"/duty/periods/{found[1]}/withdraw").status_code == 303
    assert "省运会" not in leader.text(f"/duty?day={DAY}")


def sign(desk: Desk, **form: str) -> Any:
    page = desk.text("/duty/handover")
    whole = {"equipment_ok": "yes", "phone_tested": "yes", "notes": "", "seen": hidden(page, "seen"), **form}
    return desk.post("/duty/handover", **whole)


def test_both_sign_on_one_screen_and_it_prints_in_official_chinese(officer: Desk) -> None:
    case_no = officer.open_case()
    answer = sign(officer, act="both", taker_login="officer2", taker_password=PASSWORD)
    assert answer.status_code == 303, answer.text[:300]
    assert "李值班" in officer.text(answer.location)
    policy = officer.get(answer.location + "/print").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    paper = officer.text(answer.location + "/print")
    assert "应急值守交接班记录" in paper
    assert case_no in paper
    assert "王值班" in officer.text("/duty/handovers")


def test_the_print_is_chinese_on_an_english_screen_too(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in, "officer", "en")
    answer = sign(desk, act="both", taker_login="officer2", taker_password=PASSWORD)
    assert "夜班" in desk.text(answer.location + "/print") or "白班" in desk.text(answer.location + "/print")
    assert "Signed by both" in desk.text(answer.location)


def test_a_wrong_password_keeps_the_notes_and_never_the_password(officer: Desk) -> None:
    answer = sign(officer, act="both", notes="水厂回电", taker_login="officer2", taker_password="a wrong password")
    assert answer.status_code == 401
    assert "水厂回电" in answer.text
    assert "a wrong password" not in answer.text
    assert 'value="officer2"' in answer.text


def test_what_is_not_in_order_has_to_be_explained(officer: Desk) -> None:
    answer = sign(officer, act="give", equipment_ok="no")
    assert answer.status_code == 422
    assert field_error(answer.text, "notes")


def test_the_taker_signs_in_their_own_session(officer: Desk, sign_in: Callable[..., Any]) -> None:
    assert sign(officer, act="give").status_code == 303
    other = desk_of(sign_in, "officer2")
    page = other.text("/duty/handover")
    found = re.search(r"/duty/handovers/(\d+)/take\"", page)
    assert found is not None
    answer = other.post(f"/duty/handovers/{found[1]}/take", seen=hidden(page, "seen"))
    assert answer.status_code == 303
    assert "本人登录签字" in other.text(answer.location)


def test_a_double_click_makes_one_handover(officer: Desk) -> None:
    form = {"act": "both", "taker_login": "officer2", "taker_password": PASSWORD, "_idempotency_key": "key-of-a-click"}
    first, second = sign(officer, **form), sign(officer, **form)
    assert first.location == second.location
    assert officer.text("/duty/handovers").count("/duty/handovers/") == 1


def test_a_list_that_changed_is_shown_again_with_the_notes(officer: Desk) -> None:
    page = officer.text("/duty/handover")
    officer.open_case()
    answer = officer.post(
        "/duty/handover",
        act="give",
        seen=hidden(page, "seen"),
        equipment_ok="yes",
        phone_tested="yes",
        notes="水厂回电",
    )
    assert answer.status_code == 409
    assert "水厂回电" in answer.text


def test_the_log_takes_a_line_and_refuses_none(officer: Desk) -> None:
    assert officer.post("/duty/log", kind="document", text="收到明电").status_code == 303
    assert "收到明电" in officer.text("/duty/log")
    assert "收到明电" in officer.text("/duty/log/print")
    assert "收到明电" in officer.text("/")
    refused = officer.post("/duty/log", text=" ", at="03:10")
    assert refused.status_code == 422
    assert 'value="03:10"' in refused.text
    assert officer.post("/duty/log", text="x", at="什么时候").status_code == 422


def test_a_check_is_recorded_and_a_desk_that_is_silent_can_be_woken(officer: Desk) -> None:
    assert officer.post("/duty/checks", answered="yes", seconds="8", target_office="420323").status_code == 303
    assert "竹山县" in officer.text("/duty/checks")
    silent = officer.post("/duty/checks", answered="no", target_office="420323")
    assert silent.location == "/duty/wake-ups?office=420323"
    assert officer.post("/duty/checks", answered="yes", seconds="很久").status_code == 422
    assert officer.post("/duty/checks", answered="yes", target_office="420500").status_code == 404


def start_wake_up(app: Any, desk: Desk) -> tuple[str, str]:
    """A wake-up of the own office, and the token that the officer was sent."""
    answer = desk.post("/duty/wake-ups", office="420300", reason="三次无人接听")
    assert answer.status_code == 303, answer.text[:300]
    with app.app_context():
        from incident_desk.services.duty import wake_up_calls, wake_ups

        view = wake_ups.listed(actor("officer"))[0]
        texted = next(one for one in view.attempts if one.number)
        return answer.location, wake_up_calls.token_of(texted.id, view.row)


def test_a_wake_up_is_begun_and_answered_behind_its_link(app: Any, officer: Desk) -> None:
    page, token = start_wake_up(app, officer)
    assert "叫醒中" in officer.text(page)
    phone = app.test_client()
    assert "我来接手" in phone.get(f"/w/{token}").text
    assert phone.post(f"/w/{token}", data={"answer": "no_answer"}).status_code == 422
    assert phone.post(f"/w/{token}", data={"answer": "taking"}).status_code == 303
    assert "已接手" in officer.text(page)
    assert phone.post(f"/w/{token}", data={"answer": "cannot"}).status_code == 409


def test_a_wake_up_is_answered_by_hand_or_called_off(app: Any, officer: Desk) -> None:
    page, _ = start_wake_up(app, officer)
    again = officer.post("/duty/wake-ups", office="420300", reason="再次")
    assert again.status_code == 409
    assert "再次" in again.text
    refused = officer.post(f"{page}/call-off", note=" ")
    assert refused.status_code == 422
    assert officer.post(f"{page}/attempts/999999", answer="taking").status_code == 404
    assert officer.post(f"{page}/attempts/1", answer="nonsense").status_code == 404
    assert officer.post(f"{page}/call-off", note="已回电").status_code == 303
    assert "已回电" in officer.text(page)


def test_nobody_is_woken_without_a_reason(officer: Desk) -> None:
    assert officer.post("/duty/wake-ups", office="420300", reason="").status_code == 422
    assert officer.post("/duty/wake-ups", office="420500", reason="x").status_code == 404


@pytest.mark.parametrize("kind", ["month", "quarter", "half_year", "year"])
def test_figures_stand_on_the_screen_and_in_a_document(officer: Desk, kind: str) -> None:
    assert "本统计期没有记录" in officer.text(f"/duty/statistics?kind={kind}&year=2020&number=1")
    officer.open_case()
    assert "接报事件" in officer.text(f"/duty/statistics?kind={kind}")
    answer = officer.get(f"/duty/statistics.docx?kind={kind}")
    assert answer.data.startswith(b"PK")


def test_a_period_that_no_year_has_is_refused(officer: Desk) -> None:
    assert officer.get("/duty/statistics?kind=month&number=0").status_code == 422
    assert officer.get("/duty/statistics.docx?kind=year&year=99999").status_code == 422


SETTINGS = {
    "shift-day": "1", "starts-day": "08:30", "ends-day": "20:30", "shift-night": "1", "starts-night": "20:30",
    "ends-night": "08:30", "required": "leader", "ladder-second": "3", "ladder-leader": "6", "ladder-deputy_head": "10",
    "ladder-head": "15", "check_hours": "12", "check_hours_special": "4", "name-head": "钱局",
    "number-head": "+8610000000105",
}  # fmt: skip


def test_settings_are_saved_and_what_is_wrong_is_named(leader: Desk) -> None:
    assert leader.post("/duty/settings", **SETTINGS).status_code == 303
    assert "08:30–20:30" in leader.text("/duty")
    for name, value, field in (
        ("ends-day", "21:00", ""), ("starts-day", "八点", ""), ("ladder-leader", "2", "ladder-leader"),
        ("ladder-second", "三", "ladder-second"), ("check_hours", "0", "check_hours"),
        ("number-head", "12", "number-head"),
    ):  # fmt: skip
        answer = leader.post("/duty/settings", **{**SETTINGS, name: value, "name-head": "钱局长"})
        assert answer.status_code == 422, name
        assert "钱局长" in answer.text
        assert not field or field_error(answer.text, field)


def test_the_program_reads_the_roster_of_its_office_and_below(
    app: Any, leader: Desk, program: Callable[..., Program]
) -> None:
    plan(app, leader)
    answer = program("officer").get(f"/roster?from={DAY}&to={DAY}")
    assert answer.status_code == 200
    assert [shift["shift"] for shift in answer.json["shifts"]] == ["day", "night"]
    assert {one["name"] for one in answer.json["shifts"][1]["people"]} == {"王值班", "赵带班"}
    assert "+86" not in answer.text
    assert program("province").get("/roster?office=420300").status_code == 200
    assert program("stranger").get("/roster?office=420300").status_code == 404
    assert program("field").get("/roster").status_code == 403


@pytest.mark.parametrize(
    "query", ["from=x", "from=2026-11-22&to=2026-11-21", "from=2020-01-01&to=2026-01-01", "office=42"]
)
def test_a_question_about_the_roster_that_cannot_be_read_is_refused(
    program: Callable[..., Program], query: str
) -> None:
    assert program("officer").get(f"/roster?{query}").status_code == 422


@pytest.mark.parametrize("path", ["/duty", "/duty/handovers", "/duty/log", "/duty/roster.csv"])
def test_another_office_is_not_there(sign_in: Callable[..., Any], path: str) -> None:
    assert desk_of(sign_in, "stranger").get(f"{path}?office=420300").status_code == 404
