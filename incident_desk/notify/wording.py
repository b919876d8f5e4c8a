"""The texts that go to phones: official Chinese from ``templates/messages``, short enough for a text message.

A text message of Chinese has 70 characters, and 67 in each part of a longer one (UCS-2; 3GPP TS 23.038, 23.040).
What is too long is shortened in the free words of the case, never in times, links or the reference.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.messages import EXERCISE_MARK, MessageKind, reference_of
from incident_desk.paths import templates_dir

MOST_PARTS = 3
"""Parts one message may have; phones join them, each is paid for."""

SHORTENABLE = ("event", "place", "title", "role", "answer")
"""Free words of the case, in the order in which they give way."""

_KEPT = 6  # a shortened word keeps at least so many characters

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class WordsMissing(DomainError):
    """A text was asked for without something it must say."""

    code = "words_missing"
    status = 500
    message_id = N_("The text %(kind)s lacks %(names)s.")


class TextTooLong(DomainError):
    """A text that stays too long after everything that may be shortened was."""

    code = "text_too_long"
    message_id = N_("The text has %(parts)s parts, at most %(most)s are sent: shorten the place or the description.")


@dataclass(frozen=True, slots=True)
class Wording:
    """A finished text and the number of text-message parts it takes."""

    body: str
    parts: int


def render(kind: MessageKind, words: Mapping[str, str], *, key: str, exercise: bool) -> Wording:
    """The text of one message.

    Args:
        kind: which text.
        words: what it must say; :func:`words_of` names them. Times and links as they shall be read.
        key: of the message; its reference is put into the text.
        exercise: whether the text begins with 【演练】.

    Raises:
        WordsMissing: a word is missing or empty.
        TextTooLong: more than three parts although everything was shortened.
    """
    wanted = words_of(kind)
    said = {name: _one_line(words.get(name, "")) for name in wanted}
    missing = sorted(name for name, word in said.items() if not word)
    if missing:
        raise WordsMissing(kind=kind.value, names=", ".join(missing))
    said["reference"] = reference_of(key)
    mark = EXERCISE_MARK if exercise else ""
    for name in (*SHORTENABLE, ""):
        body = mark + _template(kind).substitute(said)
        over = _too_long_by(body)
        if over <= 0:
            return Wording(body, parts_of(body))
        if name in said:
            said[name] = _shortened(said[name], over)
    raise TextTooLong(parts=parts_of(body), most=MOST_PARTS)


def words_of(kind: MessageKind) -> frozenset[str]:
    """What the text of *kind* must be given; the reference is not among them."""
    return frozenset(_template(kind).get_identifiers()) - {"reference"}


def parts_of(body: str) -> int:
    """How many text-message parts *body* takes."""
    if all(letter in _GSM_BASIC or letter in _GSM_EXTENDED for letter in body):
        length = len(body) + sum(letter in _GSM_EXTENDED for letter in body)
        single, part = 160, 153
    else:
        length = len(body.encode("utf-16-be")) // 2
        single, part = 70, 67
    return 1 if length <= single else -(-length // part)


@cache
def _template(kind: MessageKind) -> string.Template:
    path = templates_dir() / "messages" / f"{kind.value}.txt"
    return string.Template(path.read_text("utf-8").strip())


def _one_line(word: str) -> str:
    """Without control and direction characters, which can hide or reorder what a reader sees."""
    return " ".join(_UNSEEN.sub(" ", word).split()).replace(EXERCISE_MARK, "演练")


def _too_long_by(body: str) -> int:
    return 0 if parts_of(body) <= MOST_PARTS else len(body.encode("utf-16-be")) // 2 - MOST_PARTS * 67


def _shortened(word: str, over: int) -> str:
    keep = max(_KEPT, len(word) - over - 1)
    return word if keep >= len(word) else word[:keep] + "…"
