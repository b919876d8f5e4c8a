"""The rules page: every rule with its article and reviewer, its clocks, and nothing of another office's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.services.law import rule_sheet
from tests.routes.callouts import Client
from tests.routes.desk import desk_of

RULES = Rulebook.shipped()


def test_every_rule_stands_on_the_page_with_its_article(sign_in: Client) -> None:
    page = sign_in("officer").get("/rules").text
    for rule in RULES.deadlines:
        assert f'href="/rules/{rule.rule_id}"' in page
        assert rule.title_zh in page
        assert rule.provenance.article in page
    for planned in RULES.planned.values():
        assert planned.title_zh in page


def test_the_page_says_that_no_lawyer_has_reviewed_the_rules(sign_in: Client) -> None:
    page = sign_in("officer").get("/rules").text
    assert f"{len(RULES.deadlines)}条规则未经律师审核" in page


def test_a_rule_names_its_clocks_with_the_case_and_its_state(sign_in: Client) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    page = desk.text("/rules/R2")
    assert case_no in page
    assert "运行中" in page or "计时中" in page


def test_another_office_sees_the_rule_and_none_of_the_clocks(sign_in: Client) -> None:
    case_no = desk_of(sign_in).open_case()
    page = sign_in("stranger").get("/rules/R2").text
    assert case_no not in page
    assert "这条规则还没有产生时限" in page


def test_a_rule_nobody_wrote_is_not_found(sign_in: Client) -> None:
    assert sign_in("officer").get("/rules/R99").status_code == 404


def test_a_repealed_rule_is_red_and_names_its_successor(sign_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    old = next(rule for rule in RULES.deadlines if rule.rule_id == "P3")
    validity = replace(old.provenance.validity, ends_on=date(2025, 12, 31))
    gone = replace(old, provenance=replace(old.provenance, validity=validity, successor="环应急〔2026〕1号"))
    book = replace(RULES, deadlines=tuple(gone if rule is old else rule for rule in RULES.deadlines))
    monkeypatch.setattr(rule_sheet.Rulebook, "shipped", classmethod(lambda _cls: book))
    page = sign_in("officer").get("/rules/P3").text
    assert re.search(r'data-state="overdue">已废止<', page)
    assert "由环应急〔2026〕1号取代" in page


def test_the_english_page_says_the_limits_in_english(sign_in: Client) -> None:
    page = desk_of(sign_in, locale="en").text("/rules")
    assert "30 working days" in page
    assert "2 h" in page


def test_each_row_of_the_grading_standard_says_its_figures_in_both_languages(sign_in: Client) -> None:
    assert "因环境污染直接导致死亡人数10人以上、30人以下" in sign_in("officer").get("/rules").text
    assert "Deaths caused directly by the pollution: 10 or more, fewer than 30 people" in desk_of(
        sign_in, locale="en"
    ).text("/rules")
