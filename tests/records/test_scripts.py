"""Words to read, paste and tell: complete, within their limits, and with no number cut."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_desk.domain.reports.reporting import ReportValues
from incident_desk.records import scripts

from .sample_report import BARE, FULL, LONG, NOW, band


@pytest.mark.parametrize("values", [FULL, BARE, LONG], ids=["full", "bare", "long"])
def test_the_telephone_script_can_be_read_in_a_minute(values: ReportValues) -> None:
    assert len(scripts.telephone_script(values, NOW)) <= 280


@pytest.mark.parametrize("values", [FULL, BARE, LONG], ids=["full", "bare", "long"])
def test_the_chat_text_has_at_most_400_characters(values: ReportValues) -> None:
    assert len(scripts.chat_text(values, NOW)) <= 400


def test_the_script_says_things_in_the_order_in_which_they_are_asked() -> None:
    script = scripts.telephone_script(FULL, NOW)
    order = [
        "演练",
        "我是",
        "地点",
        "02:10",
        "苯胺",
        "18吨",
        "轻伤",
        "黄龙滩水厂取水口",
        "预防性停止取水",
        "等级尚未判明",
        "已采取",
        "姓名",
    ]
    places = [script.index(word) for word in order]
    assert places == sorted(places)


def test_an_exercise_is_said_first() -> None:
    assert scripts.telephone_script(FULL, NOW).startswith("演练")
    assert scripts.chat_text(FULL, NOW).startswith("【演练】")


def test_a_real_incident_does_not_say_exercise() -> None:
    assert "演练" not in scripts.telephone_script(BARE, NOW) + scripts.chat_text(BARE, NOW)


def test_what_is_unknown_is_said_to_be_in_verification() -> None:
    script = scripts.telephone_script(BARE, NOW)
    assert script.count("正在核实") >= 5
    assert "等级尚未判明" in script


def test_the_place_survives_every_shortening() -> None:
    script = scripts.telephone_script(LONG, NOW)
    assert "很长的地名" in script
    assert "苯胺" in script
    assert "得知" in script
    assert script.endswith("请告知姓名。")


@settings(deadline=None, derandomize=True)
@given(
    st.text(alphabet="甲乙，。", max_size=30),
    st.integers(0, 99_999),
    st.sampled_from(["吨", "公里", "毫克/升", "mg/L"]),
    st.integers(5, 60),
)
def test_a_cut_never_parts_a_number_from_its_unit(before: str, number: int, unit: str, limit: int) -> None:
    clipped = scripts.clip(f"{before}约{number}{unit}在桥下和下游的河段里", limit)
    assert len(clipped) <= limit
    assert str(number) + unit in clipped or not re.search(r"\d", clipped)


def test_a_text_that_fits_is_not_touched() -> None:
    assert scripts.clip("12.5吨", 5) == "12.5吨"


def test_the_five_lines_answer_the_five_questions() -> None:
    lines = {line.code: line.answer for line in scripts.leader_lines(FULL, NOW)}
    assert list(lines) == ["people", "reached", "when", "supply", "border"]
    assert "轻伤" in lines["people"]
    assert lines["reached"].startswith("推算尚未到")
    assert "3小时0分" in lines["reached"]
    assert "11月21日06:00至08:24，最可能06:54" in lines["when"]
    assert "已预防性停止取水，供水未中断" in lines["supply"]
    assert "丹江口水库" in lines["border"]


def test_an_arrival_always_says_by_what_basis() -> None:
    lines = {line.code: line.answer for line in scripts.leader_lines(FULL, NOW)}
    assert all("按03:00推算" in lines[code] for code in ("reached", "when", "border"))


def test_within_the_band_the_water_may_have_come() -> None:
    lines = {line.code: line.answer for line in scripts.leader_lines(FULL, NOW + timedelta(hours=4))}
    assert lines["reached"].startswith("可能已到黄龙滩水厂取水口")


def test_after_the_band_the_water_has_passed() -> None:
    lines = {line.code: line.answer for line in scripts.leader_lines(FULL, NOW + timedelta(hours=9))}
    assert lines["reached"].startswith("按推算已过")


def test_without_a_trace_nothing_is_promised() -> None:
    lines = {line.code: line.answer for line in scripts.leader_lines(BARE, NOW)}
    assert all("正在核实" in answer for answer in lines.values())


def test_a_province_border_below_is_named() -> None:
    border = replace(FULL.receptors[1], name="鄂豫省界断面", kind="border", crosses_province=True, is_danjiangkou=False)
    lines = {line.code: line.answer for line in scripts.leader_lines(replace(FULL, receptors=(border,)), NOW)}
    assert "鄂豫省界断面" in lines["border"]
    assert "可能出省" in lines["border"]


def test_intakes_in_one_state_are_named_together() -> None:
    first = replace(FULL.intakes[0], name="甲取水口")
    intakes = (first, replace(first, name="乙取水口"), replace(first, name="丙取水口", state="drawing"))
    chat = scripts.chat_text(replace(FULL, intakes=intakes), NOW)
    assert "甲取水口、乙取水口已预防性停止取水，供水未中断" in chat
    assert "丙取水口正常取水" in chat


def test_what_does_not_fit_ends_with_a_whole_clause() -> None:
    said = "交警已封桥，消防已出动；11:23电话通知竹山县消防救援大队指挥中心"
    assert scripts.clip(said, 30) == "交警已封桥，消防已出动…"


def test_the_next_receptor_is_the_one_whose_band_is_still_open() -> None:
    near = replace(FULL.receptors[0], arrival=band(1))
    assert scripts.next_receptor([FULL.receptors[1], near], NOW + timedelta(hours=5)) == FULL.receptors[1]
