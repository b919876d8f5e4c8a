from __future__ import annotations

import string

import pytest

from incident_desk.domain.callouts.callout_answers import AnswerKind, parse_answer
from incident_desk.domain.messages import MessageKind, reference_of
from incident_desk.notify.wording import MOST_PARTS, TextTooLong, WordsMissing, parts_of, render, words_of
from incident_desk.paths import templates_dir
from tests.conftest import NOW

KEY = "X420300-2026-0001|callout_request|callout:1|e7|1"
USUAL = {
    "office": "十堰市生态环境局",
    "case": "X420300-2026-0001",
    "event": "堵河苯胺罐车泄漏",
    "role": "水处理",
    "until": "03:10",
    "link": "https://desk.example.org/a/Ab3dE6gH",
    "answer": "40分钟到",
    "place": "黄龙滩水厂",
    "title": "初报",
    "due": "04:25",
    "left": "35分",
    "over": "12分",
    "learned": "02:25",
    "sent": "11月21日03:05",
    "to": "湖北省生态环境厅",
    "grade": "级别待定",
}


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_text_says_its_reference(kind: MessageKind) -> None:
    assert reference_of(KEY) in render(kind, USUAL, key=KEY, exercise=False).body


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_text_of_an_exercise_begins_with_its_mark(kind: MessageKind) -> None:
    assert render(kind, USUAL, key=KEY, exercise=True).body.startswith("【演练】")


@pytest.mark.parametrize("kind", list(MessageKind))
def test_no_real_text_carries_the_mark_even_if_a_word_does(kind: MessageKind) -> None:
    words = {name: f"【演练】{word}" for name, word in USUAL.items()}
    assert "【演练】" not in render(kind, words, key=KEY, exercise=False).body


@pytest.mark.parametrize("kind", list(MessageKind))
def test_a_usual_text_has_at_most_two_parts(kind: MessageKind) -> None:
    assert render(kind, USUAL, key=KEY, exercise=True).parts <= 2


@pytest.mark.parametrize("kind", list(MessageKind))
def test_no_placeholder_is_left(kind: MessageKind) -> None:
    assert "$" not in render(kind, USUAL, key=KEY, exercise=True).body


@pytest.mark.parametrize("kind", list(MessageKind))
def test_no_text_raises_its_voice(kind: MessageKind) -> None:
    text = (templates_dir() / "messages" / f"{kind}.txt").read_text("utf-8")
    assert not set(text) & set("！!")
    assert "警报" not in text


@pytest.mark.parametrize(("key", "meaning"), [("1", AnswerKind.YES), ("2", AnswerKind.NO), ("3", AnswerKind.CALL_ME)])
def test_the_keys_the_text_offers_are_understood(key: str, meaning: AnswerKind) -> None:
    text = render(MessageKind.CALLOUT_REQUEST, USUAL, key=KEY, exercise=True).body
    assert key in text
    assert parse_answer(key, NOW).kind is meaning


def test_a_long_description_gives_way_and_nothing_else() -> None:
    text = render(MessageKind.CALLOUT_REQUEST, USUAL | {"event": "很长的说明" * 100}, key=KEY, exercise=True)
    assert text.parts == MOST_PARTS
    assert all(USUAL[name] in text.body for name in ("case", "until", "link", "role"))
    assert "…" in text.body


def test_a_link_is_never_cut() -> None:
    with pytest.raises(TextTooLong):
        render(
            MessageKind.FIELD_LINK, USUAL | {"link": "https://desk.example.org/" + "x" * 300}, key=KEY, exercise=True
        )


def test_a_missing_word_is_named() -> None:
    with pytest.raises(WordsMissing, match="until"):
        render(MessageKind.CALLOUT_REQUEST, USUAL | {"until": " "}, key=KEY, exercise=True)


def test_a_word_is_taken_as_it_is() -> None:
    body = render(MessageKind.CONTACT_TEST, {"office": "$link ${x}"}, key=KEY, exercise=True).body
    assert "$link ${x}" in body


def test_line_ends_and_hidden_signs_are_taken_out() -> None:
    body = render(MessageKind.CONTACT_TEST, {"office": "甲\r\n乙\u202e丙\u200b\x00"}, key=KEY, exercise=True).body
    assert "甲 乙 丙" in body


def test_the_words_a_text_needs_can_be_asked() -> None:
    assert words_of(MessageKind.CONTACT_TEST) == {"office"}


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("a" * 160, 1), ("a" * 161, 2),
        ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("a" * 69 + "字", 1), ("😀" * 35, 1), ("😀" * 36, 2),
    ],
)  # fmt: skip
def test_parts_are_counted_as_the_networks_count(body: str, parts: int) -> None:
    assert parts_of(body) == parts


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if "link" in words_of(kind)])
def test_a_link_stands_free_at_the_end_so_that_no_phone_adds_to_it(kind: MessageKind) -> None:
    assert render(kind, USUAL, key=KEY, exercise=True).body.endswith(" " + USUAL["link"])


def test_every_template_is_one_line() -> None:
    for path in (templates_dir() / "messages").glob("*.txt"):
        assert len(path.read_text("utf-8").strip().splitlines()) == 1, path.name
        assert string.Template(path.read_text("utf-8")).is_valid(), path.name
