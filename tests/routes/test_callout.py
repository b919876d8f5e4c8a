"""The Call-out tab: proposal, texts, answers, the leader's word; nothing of it for another office."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from incident_desk.extensions import db
from incident_desk.models import Callout, Incident, OutboxMessage
from incident_desk.services.transaction import transaction
from tests.routes.callouts import Called, Client, answer_of, called, exercise_no, pool

__all__ = ["called", "exercise_no", "pool"]


def count(app: Any, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def texts(app: Any) -> int:
    with app.app_context():
        query = select(func.count()).where(OutboxMessage.template == "callout_request")
        return db.session.scalar(query) or 0


def post(client: Any, path: str, **form: Any) -> Any:
    return client.post(path, data={"csrf_token": client.csrf_token, **form})


def test_the_tab_proposes_with_reasons_in_words(sign_in: Client, exercise_no: str) -> None:
    page = sign_in("officer").get(f"/incidents/{exercise_no}/callout").text
    assert page.count('name="experts"') >= 6
    assert "必需：" in page
    assert "发送调用短信" in page
    assert "HAZCHEM" not in page


def test_the_tab_speaks_english(sign_in: Client, exercise_no: str) -> None:
    page = sign_in("officer", "en").get(f"/incidents/{exercise_no}/callout").text
    assert "Text those ticked" in page
    assert "Required: " in page


def test_those_ticked_are_texted(app: Any, sign_in: Client, exercise_no: str) -> None:
    answer = post(sign_in("officer"), f"/incidents/{exercise_no}/callout", experts=["S001", "S003"])
    assert answer.location.endswith(f"/incidents/{exercise_no}/callout")
    assert texts(app) == 2


def test_a_double_click_texts_once(app: Any, sign_in: Client, exercise_no: str) -> None:
    client = sign_in("officer")
    for _ in range(2):
        answer = post(client, f"/incidents/{exercise_no}/callout", experts=["S001", "S003"], _idempotency_key="k1")
        assert answer.status_code == 303
    assert (count(app, Callout), texts(app)) == (1, 2)


def test_nobody_ticked_is_said_in_words(sign_in: Client, exercise_no: str) -> None:
    answer = post(sign_in("officer"), f"/incidents/{exercise_no}/callout")
    assert answer.status_code == 422
    assert "至少选择一名专家" in answer.text


@pytest.mark.parametrize("login", ["field", "archivist", "admin"])
def test_other_roles_call_nobody(app: Any, sign_in: Client, exercise_no: str, login: str) -> None:
    assert post(sign_in(login), f"/incidents/{exercise_no}/callout", experts=["S001"]).status_code == 403
    assert texts(app) == 0


def test_the_standing_shows_text_answer_and_number(sign_in: Client, called: Called, app: Any) -> None:
    app.test_client().post(called.link, data={"answer": "at", "minutes": "30"})
    page = sign_in("officer").get(f"/incidents/{called.case_no}/callout/standing").text
    assert called.name in page
    assert ">能来</span>" in page
    assert re.search(r"\d{2}:\d{2}到", page)
    assert "待发送" in page
    assert f"+86 {called.phone[3:6]} {called.phone[6:10]} {called.phone[10:]}" in page
    assert "<html" not in page


def test_what_was_told_by_telephone_is_recorded(app: Any, sign_in: Client, called: Called) -> None:
    path = f"/incidents/{called.case_no}/callout/members/{called.member_id}/answer"
    post(sign_in("officer"), path, answer="yes", minutes="45", said="<b>已出发</b>")
    assert answer_of(app, called)[0] == "arriving_at"
    page = sign_in("officer").get(f"/incidents/{called.case_no}/callout").text
    assert "&lt;b&gt;已出发" in page


def test_the_leader_confirms_the_whole_pool_and_the_officer_cannot(
    app: Any, sign_in: Client, case_no: str, pool: None
) -> None:
    from incident_desk.models import Expert

    with app.app_context(), transaction() as tx:
        for row in tx.session.scalars(select(Expert)):
            row.is_sample = False
    officer, leader = sign_in("officer"), sign_in("leader")
    base = f"/incidents/{case_no}/callout"
    post(officer, f"{base}/whole-pool")
    with app.app_context():
        callout_id = db.session.scalars(select(Callout.id)).one()
    assert f"{base}/{callout_id}/confirm" not in officer.get(base).text
    assert f"{base}/{callout_id}/confirm" in leader.get(base).text
    assert post(officer, f"{base}/{callout_id}/confirm").status_code == 403
    assert texts(app) == 0
    assert post(leader, f"{base}/{callout_id}/confirm").status_code == 303
    assert texts(app) >= 70


def test_without_a_vendor_the_page_says_to_telephone(app: Any, sign_in: Client, called: Called) -> None:
    with app.app_context(), transaction() as tx:
        row = tx.session.scalar(select(Incident).where(Incident.case_no == called.case_no))
        assert row is not None
        row.is_exercise = False
    assert "请改用电话" in sign_in("officer").get(f"/incidents/{called.case_no}/callout").text


@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("get", ""),
        ("get", "/standing"),
        ("post", ""),
        ("post", "/whole-pool"),
        ("post", "/1/decline"),
        ("post", "/stand-down"),
        ("post", "/members/{member}/answer"),
        ("post", "/members/{member}/again"),
    ],
)
def test_for_another_office_there_is_nothing(sign_in: Client, called: Called, method: str, tail: str) -> None:
    client = sign_in("stranger")
    path = f"/incidents/{called.case_no}/callout{tail.format(member=called.member_id)}"
    form = {"csrf_token": client.csrf_token, "answer": "yes", "experts": "S001", "members": str(called.member_id)}
    answer = client.get(path) if method == "get" else client.post(path, data=form)
    assert answer.status_code == 404
    assert called.name not in answer.text


def test_a_program_reads_the_proposal_calls_and_sees_the_standing(program: Client, exercise_no: str) -> None:
    client = program("officer")
    choices = client.get(f"/incidents/{exercise_no}/callouts/proposal").json["choices"]
    assert 6 <= len(choices) <= 10
    numbers = [choice["expert"] for choice in choices]
    made = client.post(f"/incidents/{exercise_no}/callouts", {"experts": numbers}, key="k")
    again = client.post(f"/incidents/{exercise_no}/callouts", {"experts": numbers}, key="k")
    assert (made.status_code, again.status_code) == (201, 200)
    assert [one["expert"] for one in again.json["asked"]] == numbers
    assert program("stranger").get(f"/incidents/{exercise_no}/callouts").status_code == 404
    assert program("field").post(f"/incidents/{exercise_no}/callouts", {"experts": "?"}).status_code == 403
