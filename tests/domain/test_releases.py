"""A release says pollutant, range and protective measures, and gives nobody away."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.disclosure.releases import (
    GAP_WORDS,
    WARNING_WORDS,
    ReleaseCheck,
    ReleaseContent,
    ReleaseGap,
    ReleaseWarning,
    check_release,
    personal_data,
)
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
GOOD = ReleaseContent(
    issuer=Issuer.GOVERNMENT,
    issuer_name="十堰市人民政府",
    channel=ReleaseChannel.WECHAT,
    account="十堰发布",
    title="情况通报（演练）",
    text=(
        "11月21日2时许，一辆罐车在堵河大桥侧翻，苯胺泄漏进入堵河。受影响水域为堵河大桥至黄龙滩水库河段，"
        "市区供水正常。请沿河居民不要取用堵河河水，不要捕捞。热线12345，电话0719-8000000。"
    ),
    pollutant="苯胺",
    range_text="堵河大桥至黄龙滩水库河段",
    measures="不要取用堵河河水",
    published_at=NOW - timedelta(minutes=10),
    link="https://example.org/post/1",
    exercise=True,
)


def check(content: ReleaseContent, *, published: bool = True) -> ReleaseCheck:
    return check_release(content, now=NOW, already_published=published, known_substances=("苯", "苯胺", "甲醇"))


def gaps(content: ReleaseContent, *, published: bool = True) -> list[ReleaseGap]:
    return [found.gap for found in check(content, published=published).gaps]


def test_a_complete_release_has_no_gap() -> None:
    outcome = check(GOOD)
    assert (outcome.gaps, outcome.warnings) == ((), ())
    assert outcome.content_complete
    assert outcome.record_complete


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"pollutant": ""}, ReleaseGap.POLLUTANT),
        ({"pollutant": "甲醇"}, ReleaseGap.POLLUTANT_NOT_IN_TEXT),
        ({"pollutant": "苯胺、甲醇"}, ReleaseGap.POLLUTANT_NOT_IN_TEXT),
        ({"range_text": " "}, ReleaseGap.RANGE),
        ({"range_text": "汉江襄阳段"}, ReleaseGap.RANGE_NOT_IN_TEXT),
        ({"measures": ""}, ReleaseGap.MEASURES),
        ({"measures": "关闭门窗"}, ReleaseGap.MEASURES_NOT_IN_TEXT),
        ({"issuer_name": ""}, ReleaseGap.ISSUER_NAME),
        ({"account": ""}, ReleaseGap.ACCOUNT),
        ({"link": None}, ReleaseGap.LINK_OR_CAPTURE),
        ({"link": "javascript:alert(1)"}, ReleaseGap.LINK_UNREADABLE),
        ({"link": "http://[::1"}, ReleaseGap.LINK_UNREADABLE),
        ({"published_at": None}, ReleaseGap.PUBLISHED_AT),
        ({"published_at": NOW + timedelta(minutes=1)}, ReleaseGap.PUBLISHED_IN_FUTURE),
        ({"title": "情况通报"}, ReleaseGap.EXERCISE_MARK),
    ],
)
def test_each_gap_is_named_alone(change: dict[str, object], gap: ReleaseGap) -> None:
    assert gaps(replace(GOOD, **change)) == [gap]  # type: ignore[arg-type]


def test_measures_worded_otherwise_are_recognised() -> None:
    assert gaps(replace(GOOD, measures="请沿河居民不取用堵河的水、不捕捞")) == []


def test_what_the_text_seems_to_say_is_quoted_as_a_hint() -> None:
    (found,) = check(replace(GOOD, pollutant="")).gaps
    assert "苯胺" in found.hint


def test_a_pollutant_still_being_identified_may_be_told_so() -> None:
    text = GOOD.text.replace("苯胺泄漏", "污染物正在核实，污水")
    assert gaps(replace(GOOD, text=text, pollutant="不明液体")) == []


def test_a_capture_proves_as_well_as_a_link() -> None:
    assert gaps(replace(GOOD, link=None, capture_sha256="a" * 64)) == []


def test_before_publishing_no_link_is_asked_for() -> None:
    assert gaps(replace(GOOD, link=None, published_at=None), published=False) == []


def test_a_draft_with_a_gap_waits() -> None:
    assert not check(replace(GOOD, measures=""), published=False).may_go_out


def test_what_is_published_is_recorded_whatever_it_lacks() -> None:
    bare = replace(GOOD, text="", title="", pollutant="", range_text="", measures="", link=None, published_at=None)
    outcome = check(bare)
    assert outcome.may_go_out
    assert not outcome.content_complete


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("司机电话13900000000", ReleaseWarning.PHONE_NUMBER),
        ("联系+86 139 0000 0000。", ReleaseWarning.PHONE_NUMBER),
        ("车牌鄂C·12345", ReleaseWarning.NUMBER_PLATE),
        ("车牌鄂CD12345", ReleaseWarning.NUMBER_PLATE),
        ("身份证11010519491231002X", ReleaseWarning.IDENTITY_NUMBER),
    ],
)
def test_personal_data_is_warned_of(text: str, warning: ReleaseWarning) -> None:
    assert [found.warning for found in personal_data(text)] == [warning]


@pytest.mark.parametrize(
    "text", ["拨打12345、12369", "0719-8000000", "案件420300-2026-0001", "110105194912310021", "长江A级景区"]
)
def test_hotlines_and_case_numbers_are_no_personal_data(text: str) -> None:
    assert list(personal_data(text)) == []


def test_personal_data_holds_a_draft_back() -> None:
    leaky = replace(GOOD, text=GOOD.text + "司机电话13900000000。")
    assert not check(leaky, published=False).may_go_out
    assert check(leaky).may_go_out


def test_the_digest_is_that_of_the_snapshot() -> None:
    assert GOOD.digest() == hashlib.sha256(GOOD.snapshot()).hexdigest()
    assert replace(GOOD, text=GOOD.text + "。").digest() != GOOD.digest()


def test_every_gap_and_warning_has_its_words() -> None:
    assert set(GAP_WORDS) == set(ReleaseGap)
    assert set(WARNING_WORDS) == set(ReleaseWarning)
