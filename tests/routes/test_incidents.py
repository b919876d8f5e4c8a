"""The case file through the browser's requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.routes.desk import desk_of, hidden

PARTS = (
    "", "/head", "/ruler", "/facts", "/clocks", "/facts/leaked", "/facts/occurred", "/facts/coordinates",
    "/facts/intakes", "/tasks", "/journal", "/journal/entries", "/close", "/phone-calls", "/clocks/1",
)  # fmt: skip


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_every_part_of_the_case_is_shown_in_both_languages(sign_in: Callable[..., Any], locale: str) -> None:
    desk = desk_of(sign_in, locale=locale)
    case_no = desk.open_case()
    answers = {part: desk.get(f"/incidents/{case_no}{part}").status_code for part in PARTS}
    assert answers == dict.fromkeys(PARTS, 200)


def test_another_office_sees_nothing_of_it(sign_in: Callable[..., Any]) -> None:
    case_no, stranger = desk_of(sign_in).open_case(), sign_in("stranger")
    answers = {part: stranger.get(f"/incidents/{case_no}{part}").status_code for part in PARTS}
    assert answers == dict.fromkeys(PARTS, 404)


ACTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("grade", {"grade": "II", "basis": "x"}),
    ("facts/leaked", {"leaked": "3吨"}),
    ("intakes", {"name": "x", "state": "drawing"}),
    ("discharge", {"discharge_m3s": "60", "source": "x"}),
    ("offices", {"office": "420000"}),
    ("times", {"learned_at": "10分钟前"}),
    ("circumstances", {"trigger": "T2"}),
    ("clocks/1/done", {}),
    ("close", {}),
)


def test_another_office_changes_nothing(sign_in: Callable[..., Any]) -> None:
    officer, stranger = desk_of(sign_in), desk_of(sign_in, "stranger")
    case_no = officer.open_case()
    before = officer.text(f"/incidents/{case_no}/journal").count("<tr ")
    answers = {path: stranger.post(f"/incidents/{case_no}/{path}", **form).status_code for path, form in ACTS}
    assert set(answers.values()) == {404}, answers
    assert officer.text(f"/incidents/{case_no}/journal").count("<tr ") == before


def test_the_head_says_undetermined_until_a_person_judges(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    assert "等级尚未判明，至少Ⅳ级" in desk.text(f"/incidents/{case_no}/head")
    version = hidden(desk.text(f"/incidents/{case_no}"), "version")
    desk.post(f"/incidents/{case_no}/grade", grade="II", basis="跨市州水污染", version=version)
    assert "重大 Ⅱ级" in desk.text(f"/incidents/{case_no}/head")


def test_a_judgement_without_basis_keeps_what_was_typed(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    answer = desk.post(f"/incidents/{case_no}/grade", grade="III", basis=" ", second="李值班")
    assert answer.status_code == 422
    assert "李值班" in answer.text
    assert "等级尚未判明" in desk.text(f"/incidents/{case_no}/head")


def test_two_officers_at_one_value_see_both_versions_and_lose_nothing(sign_in: Callable[..., Any]) -> None:
    first, second = desk_of(sign_in), desk_of(sign_in, "officer2")
    case_no = first.open_case()
    address = f"/incidents/{case_no}/facts/leaked"
    version = hidden(first.text(address), "version")
    assert second.post(address, leaked="3吨", version=version).status_code == 303
    refused = first.post(address, leaked="5吨", version=version)
    assert refused.status_code == 409
    assert "3吨" in refused.text
    assert 'value="5吨"' in refused.text
    kept = first.post(address, leaked="5吨", version=hidden(refused.text, "version"))
    assert kept.status_code == 303
    history = first.text(address)
    assert "3吨（估计）" in history
    assert "5吨（估计）" in history


def test_two_officers_at_two_values_do_not_stand_in_each_others_way(sign_in: Callable[..., Any]) -> None:
    first, second = desk_of(sign_in), desk_of(sign_in, "officer2")
    case_no = first.open_case()
    version = hidden(first.text(f"/incidents/{case_no}/facts/leaked"), "version")
    assert second.post(f"/incidents/{case_no}/facts/plate", plate="鄂C12345", version=version).status_code == 303
    assert first.post(f"/incidents/{case_no}/facts/leaked", leaked="5吨", version=version).status_code == 303


def test_a_value_that_cannot_be_read_is_kept_and_named(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    answer = desk.post(f"/incidents/{case_no}/facts/leaked", leaked="18")
    assert answer.status_code == 422
    assert 'name="leaked" value="18"' in answer.text
    assert "缺少单位" in answer.text
    assert "“18”（待核对）" in desk.text(f"/incidents/{case_no}/facts")


def test_an_intake_is_recorded_and_the_others_stay(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    said = {"state": "stopped_precaution", "supply_interrupted": "no", "at": "5分钟前"}
    assert desk.post(f"/incidents/{case_no}/intakes", name="郧阳区汉江水源地", **said).status_code == 303
    page = desk.text(f"/incidents/{case_no}/facts")
    assert "黄龙滩水库水源地 正在核实" in page
    assert "郧阳区汉江水源地 预防性停止取水，供水未中断" in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"discharge_m3s": "很大", "source": "电站"}, "流量"),
        ({"discharge_m3s": "-5", "source": "电站"}, "流量"),
        ({"discharge_m3s": "620", "source": ""}, "来源"),
        ({"discharge_m3s": "620", "source": "电站", "at": "2099-01-01 00:00"}, "2099"),
    ],
)
def test_a_flow_that_cannot_be_is_refused_and_what_was_typed_stays(
    sign_in: Callable[..., Any], form: dict[str, str], words: str
) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    answer = desk.post(f"/incidents/{case_no}/discharge", **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{form["discharge_m3s"]}"' in answer.text


def test_a_flow_stands_with_source_time_and_unit(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    assert desk.post(f"/incidents/{case_no}/discharge", discharge_m3s="620", source="潘口电站").status_code == 303
    page = desk.text(f"/incidents/{case_no}")
    assert "620m³/s" in page
    assert "潘口电站" in page


def test_another_office_that_learned_sees_the_case_from_then_on(sign_in: Callable[..., Any]) -> None:
    desk, yichang = desk_of(sign_in), sign_in("stranger")
    case_no = desk.open_case()
    assert yichang.get(f"/incidents/{case_no}").status_code == 404
    assert desk.post(f"/incidents/{case_no}/offices", office="420500").status_code == 303
    assert yichang.get(f"/incidents/{case_no}").status_code == 200


def test_correcting_when_we_learned_moves_the_clock(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    before = desk.text(f"/incidents/{case_no}/clocks")
    said = {"learned_at": "15分钟前", "basis": "接线员记录"}
    assert desk.post(f"/incidents/{case_no}/times", **said).status_code == 303
    after = desk.text(f"/incidents/{case_no}/clocks")
    assert hidden_due(before) > hidden_due(after)


def hidden_due(page: str) -> str:
    return page.split('data-due="')[1].split('"', maxsplit=1)[0]


def test_learning_before_it_happened_is_refused_beside_the_field(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    answer = desk.post(f"/incidents/{case_no}/times", learned_at="3小时前", basis="x")
    assert answer.status_code == 422
    assert 'value="3小时前"' in answer.text


def test_a_clock_says_rule_article_who_owes_what_to_whom_and_what_meets_it(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    page = desk.text(f"/incidents/{case_no}/clocks/1")
    for words in ("R2", "第三条", "十堰市生态环境局", "十堰市人民政府", "生态环境部", "如何办结", "得知"):
        assert words in page


def test_a_duty_is_not_struck_out_by_one_person_alone(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    said = {"ground": "no_incident", "reason": "不属环境事件", "evidence": "现场照片", "way": "own"}
    alone = desk.post(f"/incidents/{case_no}/clocks/1/findings", **said, second="")
    assert alone.status_code == 422
    assert "不属环境事件" in alone.text
    assert "第二人" in alone.text
    assert desk.post(f"/incidents/{case_no}/clocks/1/findings", **said, second="leader").status_code == 303
    assert "待确认" in desk.text(f"/incidents/{case_no}/clocks/1")
    leader = desk_of(sign_in, "leader")
    assert "确认不适用" in leader.text(f"/incidents/{case_no}/clocks/1")
    assert leader.post(f"/incidents/{case_no}/clocks/1/findings/1/confirm").status_code == 303
    assert "已确认" in desk.text(f"/incidents/{case_no}/clocks/1")


def test_a_withdrawn_circumstance_leaves_the_list(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    assert desk.post(f"/incidents/{case_no}/circumstances", trigger="T2", reason="学校").status_code == 303
    assert "学校" in desk.text(f"/incidents/{case_no}")
    desk.post(f"/incidents/{case_no}/circumstances", trigger="T2", act="withdraw")
    assert 'value="T2"><button' not in desk.text(f"/incidents/{case_no}")


def test_who_rang_is_hidden_from_an_archivist(sign_in: Callable[..., Any]) -> None:
    officer = desk_of(sign_in)
    case_no = officer.open_case()
    assert "报告人甲" in officer.text(f"/incidents/{case_no}")
    page = sign_in("archivist").get(f"/incidents/{case_no}").text
    assert "报告人甲" not in page
    assert "0000 0012" not in page
    assert "+8610000000012" not in page


def test_an_archivist_finds_no_form_to_change_a_fact(sign_in: Callable[..., Any]) -> None:
    case_no = desk_of(sign_in).open_case()
    archivist = desk_of(sign_in, "archivist")
    assert 'name="leaked"' not in archivist.text(f"/incidents/{case_no}/facts/leaked")
    assert archivist.post(f"/incidents/{case_no}/facts/leaked", leaked="1吨").status_code == 403


def test_no_page_of_a_case_shows_a_raw_code(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case(cause="TRAFFIC_ROAD")
    for part in ("", "/journal", "/journal/entries", "/tasks"):
        visible = desk.text(f"/incidents/{case_no}{part}")
        for code in ("LOWER_REPORT", "WATER_SURFACE", "TRAFFIC_ROAD", "sheet.", "trigger_known", "clock.started"):
            assert f">{code}" not in visible, (part, code)


def test_a_closed_case_says_so_and_its_clocks_run_on(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    assert desk.post(f"/incidents/{case_no}/close", reason="误报").status_code == 403
    leader = desk_of(sign_in, "leader")
    assert leader.post(f"/incidents/{case_no}/close").status_code == 422
    assert leader.post(f"/incidents/{case_no}/close", reason="误报，现场未见污染").status_code == 303
    assert "已办结" in desk.text(f"/incidents/{case_no}/head")
    assert "data-due=" in desk.text("/board/clocks")


def test_search_finds_a_case_by_a_word_of_its_place(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case()
    assert case_no in desk.text("/incidents?q=堵河特大桥")
    assert case_no not in desk.text("/incidents?q=长江")


def test_a_case_is_found_by_a_part_of_its_number_or_name_and_page_by_page(
    sign_in: Callable[..., Any],
) -> None:
    desk = desk_of(sign_in)
    older = desk.open_case("a-key-of-the-older", place_text="堵河旧桥 ABC")
    newer = desk.open_case("a-key-of-the-newer", place_text="堵河新桥")
    for wanted in (older[-9:].lower(), "旧桥 abc"):
        found = desk.text(f"/incidents?q={wanted}")
        assert (older in found, newer in found) == (True, False), wanted
    before = desk.text(f"/incidents?before={newer}")
    assert (older in before, f">{newer}<" in before) == (True, False)
    assert sign_in("stranger").get(f"/incidents?before={newer}").status_code == 404


def test_a_region_is_said_by_its_name(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in)
    case_no = desk.open_case(region_code="420323")
    assert "竹山县（420323）" in desk.text(f"/incidents/{case_no}/facts")
