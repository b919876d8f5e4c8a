"""Signing in: throttled, no word about which half was wrong, sessions that end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.people import PASSWORD


def _token(client: Any, path: str = "/sign-in") -> str:
    page: str = client.get(path).text
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def _try(client: Any, login: str, password: str) -> Any:
    return client.post("/sign-in", data={"login": login, "password": password, "csrf_token": _token(client)})


def test_a_right_password_leads_to_the_board(app: Any) -> None:
    answer = _try(app.test_client(), "officer", PASSWORD)
    assert answer.status_code == 302
    assert answer.location == "/"


@pytest.mark.parametrize(("login", "password"), [("officer", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_sign_in_says_one_and_the_same(app: Any, login: str, password: str) -> None:
    answer = _try(app.test_client(), login, password)
    assert answer.status_code == 401
    assert "用户名或密码错误" in answer.text


def test_what_was_typed_stays_and_the_password_does_not(app: Any) -> None:
    answer = _try(app.test_client(), "officer", "wrong-secret")
    assert 'value="officer"' in answer.text
    assert "wrong-secret" not in answer.text


def test_the_sixth_try_is_held_back_even_with_the_right_password(app: Any) -> None:
    client = app.test_client()
    for _ in range(5):
        assert _try(client, "officer", "wrong").status_code == 401
    assert _try(client, "officer", PASSWORD).status_code == 429


def _held_up_elsewhere(app: Any, login: str, address: str) -> None:
    for _ in range(6):
        stranger = app.test_client()
        stranger.environ_base["REMOTE_ADDR"] = address
        _try(stranger, login, "wrong")


def test_whoever_guesses_elsewhere_does_not_lock_the_officer_out(app: Any) -> None:
    _held_up_elsewhere(app, "officer", "10.0.0.9")
    assert _try(app.test_client(), "officer", PASSWORD).status_code == 302


def test_whoever_guesses_behind_the_same_address_does_not_lock_a_known_browser_out(app: Any) -> None:
    desk = app.test_client()
    assert _try(desk, "officer", PASSWORD).status_code == 302
    desk.post("/sign-out", data={"csrf_token": _token(desk, "/")})
    _held_up_elsewhere(app, "officer", "127.0.0.1")
    assert _try(app.test_client(), "officer", PASSWORD).status_code == 429
    assert _try(desk, "officer", PASSWORD).status_code == 302


def test_a_known_browser_is_held_back_too_and_known_for_its_own_people_only(app: Any) -> None:
    desk = app.test_client()
    assert _try(desk, "officer", PASSWORD).status_code == 302
    desk.post("/sign-out", data={"csrf_token": _token(desk, "/")})
    for _ in range(5):
        assert _try(desk, "officer", "wrong").status_code == 401
    assert _try(desk, "officer", PASSWORD).status_code == 429
    _held_up_elsewhere(app, "officer2", "127.0.0.1")
    assert _try(desk, "officer2", PASSWORD).status_code == 429


def test_a_browser_cannot_make_itself_known(app: Any) -> None:
    client = app.test_client()
    client.set_cookie("known_browser", '["a","b"].made-up', path="/sign-in")
    _held_up_elsewhere(app, "officer", "127.0.0.1")
    assert _try(client, "officer", PASSWORD).status_code == 429


def test_many_addresses_together_guess_no_faster(app: Any) -> None:
    for number in range(12):
        _held_up_elsewhere(app, "officer", f"10.0.1.{number}")
    newcomer = app.test_client()
    newcomer.environ_base["REMOTE_ADDR"] = "10.0.2.1"
    assert _try(newcomer, "officer", PASSWORD).status_code == 429


def test_a_form_without_its_token_is_refused(app: Any) -> None:
    answer = app.test_client().post("/sign-in", data={"login": "officer", "password": PASSWORD})
    assert answer.status_code == 400


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_nobody_is_sent_to_another_site_after_signing_in(app: Any, target: str) -> None:
    client = app.test_client()
    token = _token(client)
    data = {"login": "officer", "password": PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", query_string={"next": target}, data=data).location == "/"


def test_a_session_ended_elsewhere_is_ended_here(app: Any, sign_in: Callable[..., Any]) -> None:
    client = sign_in("officer")
    assert client.get("/metrics").status_code == 200
    with app.app_context():
        from incident_desk.services import people

        people.sign_out_everywhere(people.person_by_login("officer").id)
    assert client.get("/metrics").status_code == 302


def test_signing_out_ends_the_session(sign_in: Callable[..., Any]) -> None:
    client = sign_in("officer")
    client.post("/sign-out", data={"csrf_token": _token(client, "/")})
    assert client.get("/metrics").status_code == 302


def test_a_token_acts_as_its_person_and_a_wrong_one_as_nobody(app: Any) -> None:
    from datetime import UTC, datetime

    from incident_desk.domain.permissions import Actor, Role
    from incident_desk.services import people

    with app.app_context():
        token = people.make_token(
            "wall", role=Role.DUTY_OFFICER, office="420300", actor=Actor("t", "420300"), now=datetime.now(UTC)
        )
    client = app.test_client()
    assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}x", "Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["code"] == "sign_in_needed"


def test_a_role_without_the_word_is_told_so(sign_in: Callable[..., Any]) -> None:
    answer = sign_in("field").get("/metrics", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json["code"] == "not_allowed"


def test_a_password_is_stored_as_a_costly_hash(app: Any) -> None:
    from datetime import UTC, datetime

    from incident_desk.domain.permissions import Actor, Role
    from incident_desk.services import people

    with app.app_context():
        made = people.add_person(
            "new", "新人", "a long password", role=Role.ARCHIVIST, office="420300", actor=Actor("t", "420300"),
            now=datetime.now(UTC),
        )  # fmt: skip
        assert made.password_hash.startswith("$argon2id$")
        memory_kib = int(made.password_hash.split("m=")[1].split(",")[0])
        assert memory_kib >= 19_456  # OWASP's least for argon2id
