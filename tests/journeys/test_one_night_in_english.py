"""The same desk in English, for the colleague from abroad: every word around the data is English."""

from __future__ import annotations

import re

import pytest

from tests.journeys import page_words
from tests.journeys.night import DESK, Night

pytestmark = [pytest.mark.browser, pytest.mark.alone]

CHINESE = re.compile(r"[一-鿿]")
NAMES = re.compile(r"（样例）|水源地|界：|堵河|断面|枢纽|水电站")
"""What marks a text as a name of a place, an office or a person: those stay as they are."""


def test_an_officer_works_in_english(night: Night) -> None:
    desk = night.screen("english", DESK, locale="en-GB")
    desk.go("/sign-in")
    desk.page.get_by_role("button", name="English").click()
    desk.await_words("Sign in")
    night.officer().go(f"{night.case}/map")
    desk.sign_in("shengting")
    if desk.page.get_by_role("button", name="English").count():
        desk.page.get_by_role("button", name="English").first.click()
    desk.await_words("Legal clocks")
    desk.await_live()
    assert desk.words("[data-connection]") == "Connected"
    for path in page_words.pages_of(night):
        desk.go(path)
        assert not page_words.raw_codes(desk), path
        foreign = [words for words in page_words.chrome(desk) if CHINESE.search(words) and not NAMES.search(words)]
        assert not foreign, path
    desk.go(f"{night.case}/map")
    assert "Water intake" in desk.words(".map__legend")


def test_a_wrong_answer_on_the_sheet_is_named_in_english_and_kept(night: Night) -> None:
    desk = night.screen("english", DESK, locale="en-GB")
    desk.go("/calls/new")
    desk.page.fill("[name=carried]", "18")
    desk.await_words("unit", '[data-error-for="carried"]')
    assert not CHINESE.search(desk.words('[data-error-for="carried"]'))
    desk.page.reload()
    assert desk.page.input_value("[name=carried]") == "18"
