"""What people ask of a release, answered in its own sentences: what happened, which water, may I drink it, what to do.

Nothing is worded anew: an answer is a sentence of the release, or there is none. A hint to the eye, not a judgement;
the whole text stands below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class PublicQuestion(StrEnum):
    """What people ask, in the order in which they ask it."""

    DRINKING = "drinking"
    ADVICE = "advice"
    WATER = "water"
    HAPPENED = "happened"
    NEXT_WORD = "next_word"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """One question and the sentences that answer it."""

    question: PublicQuestion
    text: str


_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_MARKS: tuple[tuple[PublicQuestion, re.Pattern[str]], ...] = (
    (PublicQuestion.HOTLINE, re.compile(r"热线|咨询电话|联系电话|监督电话|拨打")),
    (PublicQuestion.NEXT_WORD, re.compile(r"下一?次|下一期|(?:后续|将|继续)[^，。]{0,12}(?:发布|通报|公布|公开)")),
    (PublicQuestion.DRINKING, re.compile(r"饮用水|自来水|供水|停水|水厂|取水口|水源地?")),
    (
        PublicQuestion.ADVICE,
        re.compile(r"请勿|切勿|勿|不要|不得|严禁|禁止|避免|远离|绕行|门窗|疏散|撤离|暂停(?:捕捞|垂钓|取用)|提醒"),
    ),
    (PublicQuestion.HAPPENED, re.compile(r"发生|侧翻|泄漏|泄露|事故|爆炸|起火|倾倒|死鱼|异常")),
    (
        PublicQuestion.WATER,
        re.compile(r"(?:影响|污染|流入|进入|受污)[^。]{0,20}(?:河|江|湖|水库|溪|港|渠|流域|断面|水体)|(?:河|江|湖|水库)[^。]{0,12}(?:受|影响|超标)"),
    ),
)  # fmt: skip
_MOST_SENTENCES = 3


def answers(text: str) -> tuple[PublicAnswer, ...]:
    """The sentences of *text* that answer each question, in the order of the questions; each stands once."""
    found: dict[PublicQuestion, list[str]] = {}
    for sentence in _sentences(text):
        question = next((question for question, mark in _MARKS if mark.search(sentence)), None)
        if question is not None and len(found.setdefault(question, [])) < _MOST_SENTENCES:
            found[question].append(sentence)
    return tuple(PublicAnswer(one, "".join(found[one])) for one in PublicQuestion if one in found)


def _sentences(text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()
        if sentence:
            yield sentence
