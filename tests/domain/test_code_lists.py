"""Every code has its word in both languages."""

from __future__ import annotations

import importlib
import pkgutil
from enum import StrEnum
from pathlib import Path

import pytest

import incident_desk.domain
from incident_desk.domain import code_lists
from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.place import SupplyLevel
from incident_desk.domain.calls.water_intakes import IntakeState, SupplyInterrupted
from incident_desk.domain.code_lists import read_code_lists
from incident_desk.domain.labels import NoLabelError, label, list_name_of


def all_enums() -> list[type[StrEnum]]:
    found = {}
    for info in pkgutil.walk_packages(incident_desk.domain.__path__, "incident_desk.domain."):
        module = importlib.import_module(info.name)
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, StrEnum) and thing.__module__ == info.name:
                found[f"{info.name}.{thing.__name__}"] = thing
    return list(found.values())


@pytest.mark.parametrize("kind", all_enums(), ids=lambda kind: f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}")
def test_every_member_has_a_word_in_both_languages(kind: type[StrEnum]) -> None:
    for member in kind:
        assert label(member, "zh_Hans")
        assert label(member, "en")


def test_the_walk_finds_the_enums_of_other_modules() -> None:
    assert {IntakeState, SupplyLevel, CallField} <= set(all_enums())


def test_two_enums_with_one_value_have_their_own_words() -> None:
    assert SupplyInterrupted.UNKNOWN == "unknown" == IntakeState.UNKNOWN
    assert label(SupplyInterrupted.NO, "zh_Hans") == "供水未中断"
    assert label(IntakeState.STOPPED_PRECAUTION, "zh_Hans") == "预防性停止取水"


def test_a_code_of_a_list_without_enum_is_labelled_by_its_pair() -> None:
    assert label(("medium", "WATER_SURFACE"), "zh_Hans") == "地表水"
    assert label(("medium", "WATER_SURFACE"), "en") == "Surface water"


def test_a_code_without_word_is_a_fault() -> None:
    with pytest.raises(NoLabelError, match="medium MOON"):
        label(("medium", "MOON"), "en")


@pytest.mark.parametrize(
    ("name", "list_name"),
    [("IntakeState", "intake_state"), ("SMSState", "sms_state"), ("Grade", "grade"), ("A1Kind", "a1_kind")],
)
def test_a_list_is_named_after_its_class(name: str, list_name: str) -> None:
    assert list_name_of(StrEnum(name, ["X"])) == list_name


def test_every_call_field_has_its_question() -> None:
    assert {code.code for code in code_lists.codes("call_question")} == {field.value for field in CallField}


def test_chinese_words_are_chinese() -> None:
    latin = {
        f"{code.list_name}.{code.code}"
        for codes in code_lists.code_lists().values()
        for code in codes.values()
        if not any("\u3400" <= char <= "\u9fff" for char in code.name_zh)
    }
    assert latin == set()


def test_english_words_are_not_chinese() -> None:
    assert not [
        code
        for codes in code_lists.code_lists().values()
        for code in codes.values()
        if any("\u3400" <= char <= "\u9fff" for char in code.name_en)
    ]


def test_choices_keep_the_order_of_the_file() -> None:
    assert code_lists.choices("warning_level", "en")[0] == ("RED", "Red, level 1")


@pytest.mark.parametrize(
    "text",
    [
        "list,code,name_zh\nx,A,甲\n",
        "list,code,name_zh,name_en\nx,A,,A\n",
        "list,code,name_zh,name_en\nx,A,甲,A\nx,A,乙,B\n",
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "code_lists.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"code_lists\.csv"):
        read_code_lists(path)
