from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from incident_desk.domain.callouts.experts import Expert, ExpertChangeKind, WhyNot, parse_experts_csv
from incident_desk.domain.callouts.specialities import Discipline, ExpertSpeciality, discipline_of
from incident_desk.paths import data_dir

HEAD = "expert_no,name,specialities,region_code,mobile,sample"
ROW = "S1,甲（样例）,MONITORING;HAZCHEM,420300,+8610000000001,是"
SAMPLE_FILE = data_dir() / "demo" / "experts.csv"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in parse_experts_csv(text.encode()).problems]


def with_cell(column: str, cell: str) -> str:
    cells = dict(zip(HEAD.split(","), ROW.split(","), strict=True)) | {column: cell}
    out = io.StringIO()
    writer = csv.DictWriter(out, cells)
    writer.writeheader()
    writer.writerow(cells)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_list_is_read_in_each_usual_encoding(encoding: str) -> None:
    (expert,) = parse_experts_csv(f"{HEAD}\n{ROW}\n".encode(encoding)).experts
    assert expert.name == "甲（样例）"


def test_a_character_only_gb_18030_has_is_read() -> None:
    text = f"{HEAD}\n{ROW}\n".replace("甲", "𬱖")
    assert parse_experts_csv(text.encode("gb18030")).experts[0].name == "𬱖（样例）"


def test_a_spreadsheet_saved_as_utf_16_is_refused_in_words() -> None:
    assert "no text in UTF-8 or GB 18030" in str(parse_experts_csv(f"{HEAD}\n{ROW}".encode("utf-16")).problems[0])


def test_bytes_that_are_no_text_are_refused_in_words() -> None:
    assert "no text in UTF-8 or GB 18030" in str(parse_experts_csv(b"\xff\xd8\xff\xe0JFIF").problems[0])


@pytest.mark.parametrize("column", ["name", "specialities", "mobile"])
@pytest.mark.parametrize("length", [501, 100_000, 200_000])
def test_an_endless_cell_is_refused_by_its_length(column: str, length: int) -> None:
    (problem,) = problems(with_cell(column, "长" * length))
    assert "line 2" in problem
    assert "more than 500 characters" in problem


def test_a_hundred_thousand_columns_are_one_problem() -> None:
    (problem,) = problems(",".join(f"c{number}" for number in range(100_000)))
    assert problem == "line 1: 100000 columns: this is no expert list."


def test_windows_line_ends_and_empty_lines_are_no_matter() -> None:
    assert parse_experts_csv(f"\r\n{HEAD}\r\n\r\n{ROW}\r\n,,,,,\r\n".encode()).ok


def test_chinese_headings_are_read() -> None:
    found = parse_experts_csv(
        "编号,姓名,专长,行政区划代码,手机,样例\nS1,甲,MONITORING,420300,+8610000000001,是".encode()
    )
    assert found.experts[0].specialities == (ExpertSpeciality.MONITORING,)


def test_chinese_names_of_specialities_are_read_when_given() -> None:
    names = {"饮用水安全、给水处理": ExpertSpeciality.DRINKING_WATER, "环境监测": ExpertSpeciality.MONITORING}
    text = with_cell("specialities", "饮用水安全、给水处理;环境监测;hazchem")
    assert parse_experts_csv(text.encode(), speciality_names=names).experts[0].specialities == (
        ExpertSpeciality.DRINKING_WATER,
        ExpertSpeciality.MONITORING,
        ExpertSpeciality.HAZCHEM,
    )


def test_a_wrong_heading_is_named_with_the_one_meant() -> None:
    assert problems(f"{HEAD.replace('mobile', 'mobil')}\n{ROW}")[0] == (
        "line 1, column mobil: This column is not known; meant is: mobile"
    )


def test_a_missing_column_is_named() -> None:
    assert "line 1, column mobile: This column is missing." in problems("expert_no,name,specialities,region_code\n")


def test_a_doubled_column_is_named() -> None:
    assert any("stands there twice" in problem for problem in problems(f"{HEAD},name\n{ROW},x"))


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("specialities", "MONITORNG", "meant is perhaps MONITORING"),
        ("specialities", "", "must not be empty"),
        ("region_code", "4203", "six figures"),
        ("mobile", "1.38E+10", "spreadsheet"),
        ("mobile", "12345", "no telephone number"),
        ("name", "", "must not be empty"),
        ("sample", "vielleicht", "neither yes nor no"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(column: str, cell: str, says: str) -> None:
    (problem,) = problems(with_cell(column, cell))
    assert problem.startswith(f"line 2, column {column}:")
    assert says in problem


def test_the_line_is_the_one_an_editor_shows() -> None:
    text = f'{HEAD}\n"S0","甲\n乙",MONITORING,420300,+8610000000000,是\n\n{ROW.replace("420300", "x")}'
    assert problems(text)[0].startswith("line 5, column region_code")


def test_all_problems_of_a_row_are_named_at_once() -> None:
    assert len(problems(f"{HEAD}\nS1,,WRONG,4203,12,是")) == 4


def test_a_row_with_a_spare_comma_is_named() -> None:
    assert "7 cells where the headings name 6" in problems(f"{HEAD}\n{ROW},")[0]


def test_an_open_quotation_mark_is_named() -> None:
    assert "quotation mark" in problems(f'{HEAD}\n{ROW}\n"S2,乙')[0]


def test_swapped_coordinates_are_noticed() -> None:
    text = f"{HEAD},longitude,latitude\n{ROW},32.6,110.8"
    assert all("swapped" in problem for problem in problems(text))


def test_half_a_position_is_refused() -> None:
    assert "given together" in problems(f"{HEAD},longitude,latitude\n{ROW},110.8,")[0]


def test_one_number_for_two_people_is_refused() -> None:
    assert "that of line 2" in problems(f"{HEAD}\n{ROW}\n{ROW.replace('S1', 'S2')}")[0]


def test_one_person_twice_is_refused() -> None:
    assert "earlier line" in problems(f"{HEAD}\n{ROW}\n{ROW.replace('0001', '0002')}")[0]


def test_a_sample_number_without_the_mark_is_refused() -> None:
    assert "belong together" in problems(with_cell("sample", "否"))[0]


def test_a_mark_without_a_sample_number_is_refused() -> None:
    unassigned = "+86154" + "0" * 8  # right in form, in a block given to nobody
    assert "belong together" in problems(with_cell("mobile", unassigned))[0]


@pytest.mark.parametrize("text", ["", "\n\n", HEAD])
def test_an_empty_file_says_so(text: str) -> None:
    assert len(problems(text)) == 1


def test_a_file_with_a_problem_changes_nothing() -> None:
    found = parse_experts_csv(f"{HEAD}\n{ROW}\nS2,乙,WRONG,420300,+8610000000002,是".encode())
    assert (found.ok, found.changes) == (False, ())


def test_a_dry_run_tells_what_would_change() -> None:
    (expert,) = parse_experts_csv(f"{HEAD}\n{ROW}".encode()).experts
    gone = replace(expert, expert_no="S9", mobile="+8610000000009")
    known = (replace(expert, name="旧"), gone)
    changes = parse_experts_csv(
        f"{HEAD}\n{ROW}\n{ROW.replace('S1', 'S2').replace('0001', '0002')}".encode(), known
    ).changes
    assert [(one.kind, one.expert_no, one.fields) for one in changes] == [
        (ExpertChangeKind.CHANGED, "S1", ("name",)),
        (ExpertChangeKind.ADDED, "S2", ()),
        (ExpertChangeKind.NOT_IN_FILE, "S9", ()),
    ]


def test_reading_the_same_file_again_changes_nothing() -> None:
    data = SAMPLE_FILE.read_bytes()
    again = parse_experts_csv(data, parse_experts_csv(data).experts)
    assert again.count(ExpertChangeKind.UNCHANGED) == 80


def test_the_sample_pool_has_eighty_people_all_marked() -> None:
    experts = parse_experts_csv(SAMPLE_FILE.read_bytes()).experts
    assert (len(experts), all(one.sample and "样例" in one.name for one in experts)) == (80, True)


def test_every_speciality_and_discipline_stands_in_the_sample_pool() -> None:
    experts = parse_experts_csv(SAMPLE_FILE.read_bytes()).experts
    count = Counter(code for one in experts for code in one.specialities)
    assert set(count) == set(ExpertSpeciality)
    assert {discipline_of(code) for code in count} == set(Discipline)


TODAY = date(2026, 11, 21)
SOMEBODY = Expert("S1", "甲", (ExpertSpeciality.MONITORING,), "420300", "+8610000000001", employer="甲公司")


def test_an_expert_whose_appointment_ended_is_left_out() -> None:
    assert replace(SOMEBODY, appointed_to=date(2026, 11, 20)).why_not(TODAY) is WhyNot.APPOINTMENT_ENDED


def test_the_last_day_of_an_appointment_counts() -> None:
    assert replace(SOMEBODY, appointed_to=TODAY).why_not(TODAY) is None


@pytest.mark.parametrize(("first", "last"), [(TODAY, None), (None, TODAY), (TODAY, TODAY)])
def test_an_absence_counts_on_its_first_and_last_day(first: date | None, last: date | None) -> None:
    assert replace(SOMEBODY, unavailable_from=first, unavailable_to=last).why_not(TODAY) is WhyNot.UNAVAILABLE


def test_an_expert_of_the_polluter_keeps_out() -> None:
    assert SOMEBODY.why_not(TODAY, ["甲公司"]) is WhyNot.CONFLICT


def test_a_declared_conflict_keeps_out() -> None:
    assert replace(SOMEBODY, conflicts=("乙公司",)).why_not(TODAY, ["乙公司"]) is WhyNot.CONFLICT


def test_an_unnamed_enterprise_keeps_nobody_out() -> None:
    assert replace(SOMEBODY, employer="").why_not(TODAY, [""]) is None
