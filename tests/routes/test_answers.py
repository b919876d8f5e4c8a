"""The page behind the link in an expert's text: no sign-in, three buttons, and opening it answers nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.callouts import Called, answer_of, called, exercise_no, pool

__all__ = ["called", "exercise_no", "pool"]


def press(app: Any, called: Called, **form: str) -> Any:
    return app.test_client().post(called.link, data=form)


def test_the_page_says_what_where_why_and_until_when(app: Any, called: Called) -> None:
    page = app.test_client().get(called.link)
    assert page.status_code == 200
    for word in ("堵河某桥", "苯胺", "演练", called.case_no, "能来", "不能来", "请回电"):
        assert word in page.text
    assert called.phone not in page.text


def test_the_page_speaks_english_too(app: Any, called: Called) -> None:
    client = app.test_client()
    client.set_cookie("locale", "en")
    page = client.get(called.link).text
    assert "Cannot come" in page
    assert "EXERCISE" in page


def test_opening_the_page_answers_nothing(app: Any, called: Called) -> None:
    for method in ("get", "head"):
        getattr(app.test_client(), method)(called.link)
    assert answer_of(app, called) == (None, None)


@pytest.mark.parametrize(("pressed", "answer"), [("yes", "yes"), ("no", "no"), ("call_me", "call_me")])
def test_a_button_is_an_answer(app: Any, called: Called, pressed: str, answer: str) -> None:
    assert press(app, called, answer=pressed).status_code == 303
    assert answer_of(app, called)[0] == answer


def test_after_coming_the_page_asks_how_long(app: Any, called: Called) -> None:
    assert 'name="minutes"' not in app.test_client().get(called.link).text
    press(app, called, answer="yes")
    assert 'name="minutes"' in app.test_client().get(called.link).text
    press(app, called, answer="at", minutes="90")
    assert answer_of(app, called)[0] == "arriving_at"


@pytest.mark.parametrize("form", [{"answer": "at"}, {"answer": "at", "minutes": "9999"}, {"answer": "unclear"}, {}])
def test_what_cannot_be_is_refused_on_the_page(app: Any, called: Called, form: dict[str, str]) -> None:
    answer = press(app, called, **form)
    assert answer.status_code == 422
    assert "不能来" in answer.text
    assert answer_of(app, called) == (None, None)


def test_a_made_up_link_is_404(app: Any, called: Called) -> None:
    assert app.test_client().get("/a/" + "A" * 22).status_code == 404
    assert app.test_client().post("/a/" + "A" * 22, data={"answer": "yes"}).status_code == 404
