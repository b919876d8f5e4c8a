"""Endless and monstrous words in the answers of a call: none stops the call, none is looked at for long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from incident_desk.domain.callouts.callout_answers import AnswerKind, parse_answer
from incident_desk.domain.calls.amounts import AmountUnreadable, parse_amount
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.coordinates import CoordinatesUnreadable, parse_coordinates
from incident_desk.domain.calls.spoken_numbers import read_number, read_range
from incident_desk.domain.calls.spoken_times import TimeUnreadable, parse_time
from incident_desk.domain.calls.substances import CasUnreadable, UnUnreadable, read_cas, read_un, search
from incident_desk.domain.errors import DomainError
from incident_desk.records.scripts import clip
from tests.conftest import NOW

ENDLESS = 100_000
MONSTERS = [
    *("千万" * 600, "亿" * 500, "9" * 4_000, "9" * 400 + "亿"),
    *("1" * 400, "五六亿" * 300, "-" * 4_000, "半" * 3_000),
]
READERS: dict[str, tuple[Callable[[str], object], type[DomainError], str]] = {
    "a time": (lambda text: parse_time(text, now=NOW), TimeUnreadable, "凌晨两点十分"),
    "an amount": (parse_amount, AmountUnreadable, "18吨"),
    "a position": (parse_coordinates, CoordinatesUnreadable, "110.53, 32.68"),
    "a CAS number": (read_cas, CasUnreadable, "62-53-3"),
    "a UN number": (read_un, UnUnreadable, "UN1547"),
}


@pytest.mark.parametrize("what", READERS)
@pytest.mark.parametrize("filling", [" ", ":", "1", "一", "E "])
def test_what_is_too_long_to_be_looked_at_is_refused_and_never_cut_to_something_else(what: str, filling: str) -> None:
    read, refusal, good = READERS[what]
    read(good)
    for words in (good + filling * ENDLESS, filling * ENDLESS + good):
        with pytest.raises(refusal):
            read(words)


@pytest.mark.parametrize("words", MONSTERS)
def test_a_number_beyond_all_size_is_no_number(words: str) -> None:
    assert read_range(words) is None
    assert read_number(words) is None


def test_blanks_around_a_number_do_not_cut_it() -> None:
    assert read_number(" " * 40 + "18000" + " " * 40) == 18_000


@pytest.mark.parametrize("words", MONSTERS)
@pytest.mark.parametrize("field", ["dead", "evacuated", "carried", "into_water", "occurred_at", "learned_at", "un_no"])
def test_a_monstrous_answer_does_not_stop_a_call(field: str, words: str) -> None:
    for said in (words, words + "吨", words + "人", words + "分钟前", words + "-" + words):
        sheet, problems = CallSheet.from_form({field: said, "place_text": "某桥"}, now=NOW)
        assert sheet.place_text == "某桥"
        assert field in {problem.field for problem in problems}


def test_a_search_for_an_endless_name_finds_nothing() -> None:
    assert search("苯" * ENDLESS) == ()


def test_an_endless_text_is_no_answer() -> None:
    assert parse_answer("来" * ENDLESS, NOW).kind is AnswerKind.UNCLEAR


def test_an_endless_line_is_cut_like_any_other() -> None:
    assert clip(":" * ENDLESS, 40) == clip(":" * 100, 40)
    assert clip("油罐车侧翻，" * ENDLESS, 40) == clip("油罐车侧翻，" * 100, 40)
