"""What a neighbour's desk is told in the file beside the alert: the notice itself and the beginning of its case.

The case's beginning is written as an officer would type it into the call sheet, so that the receiving desk reads it
with the same care and a hostile word can do no more there than in a form.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from incident_desk.domain.china_time import china_iso
from incident_desk.domain.errors import N_
from incident_desk.domain.neighbours.notices import LONGEST, Notice, NoticeField, NoticeLine
from incident_desk.domain.neighbours.refusals import NoticeFileRefused

FORMAT = "incident-desk-neighbour-notice/1"
SHEET_FIELDS = (
    "place_text", "coordinates", "datum", "water_body", "substance", "un_no", "cas_no", "occurred_kind",
    "occurred_at", "occurred_earliest", "occurred_latest", "course", "measures",
)  # fmt: skip
"""Answers of the call sheet that the file may carry; nothing about callers, vehicles or persons."""
CASE_NO = re.compile(r"X?\d{6}-\d{4}-\d{4,6}")
_KEYS = frozenset(
    {"format", "identifier", "case_no", "exercise", "number", "follows", "follows_no", "from", "to", "title",
     "made_at", "sent", "grade", "digest", "lines", "sheet"}
)  # fmt: skip
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Exchange:
    """The document of the file. ``follows`` is the identifier of the file before it, ``sheet`` answers as typed."""

    identifier: str
    notice: Notice
    sent: datetime
    grade: str | None
    follows: str | None
    sheet: Mapping[str, str]

    def to_json(self) -> bytes:
        """The document, UTF-8."""
        notice = self.notice
        document = {
            "format": FORMAT,
            "identifier": self.identifier,
            "case_no": notice.case_no,
            "exercise": notice.exercise,
            "number": notice.number,
            "follows": self.follows,
            "follows_no": notice.follows,
            "from": {"code": notice.from_code, "name": notice.from_name},
            "to": {"code": notice.to_code, "name": notice.to_name},
            "title": notice.title,
            "made_at": china_iso(notice.made_at),
            "sent": china_iso(self.sent, "seconds"),
            "grade": self.grade,
            "digest": notice.digest(),
            "lines": [
                {"field": line.field.value, "label": line.label_zh, "text": line.text, "known": line.known}
                for line in notice.lines
            ],
            "sheet": dict(self.sheet),
        }
        return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace")


def identifier_of(case_no: str, number: int) -> str:
    """``420300-2026-0001.T1``: the number of a notice's file, the same in the alert."""
    return f"{case_no}.T{number}"


def read_exchange(content: bytes) -> Exchange:
    """The document that ``Exchange.to_json`` wrote, read without trusting it.

    Raises:
        NoticeFileRefused: another format, a key too many or too few, a wrong type, or a text beyond all size.
    """
    document = read_object(content)
    if document.get("format") != FORMAT:
        raise NoticeFileRefused(why=N_("it was made by another program, or by a newer one"))
    if set(document) != _KEYS:
        raise _wrong()
    try:
        return _exchange(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _wrong() from error


def read_object(content: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8, of bounded depth and with plain numbers.

    Raises:
        NoticeFileRefused: anything else.
    """
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NoticeFileRefused(why=N_("a part of it is no JSON")) from error
    _refuse_depth(document)
    if not isinstance(document, dict):
        raise _wrong()
    return document


def _exchange(document: Mapping[str, Any]) -> Exchange:
    lines = tuple(_line(one) for one in document["lines"])
    if tuple(line.field for line in lines) != tuple(NoticeField):
        raise _wrong()
    notice = Notice(
        case_no=_words(document["case_no"], 30), exercise=_yes(document["exercise"]),
        number=_number(document["number"]), from_code=_code(document["from"]["code"]),
        from_name=_words(document["from"]["name"], 60), to_code=_code(document["to"]["code"]),
        to_name=_words(document["to"]["name"], 60), title=_words(document["title"], 300), lines=lines,
        made_at=_moment(document["made_at"]),
        follows=None if document["follows_no"] is None else _number(document["follows_no"]),
    )  # fmt: skip
    if notice.digest() != document["digest"]:
        raise _wrong()
    if not CASE_NO.fullmatch(notice.case_no) or notice.case_no.startswith("X") is not notice.exercise:
        raise _wrong()
    follows, grade = document["follows"], document["grade"]
    return Exchange(
        identifier=_words(document["identifier"], 120),
        notice=notice,
        sent=_moment(document["sent"]),
        grade=None if grade is None else _words(grade, 4),
        follows=None if follows is None else _words(follows, 120),
        sheet=_sheet(document["sheet"]),
    )


def _line(one: Mapping[str, Any]) -> NoticeLine:
    field, known = NoticeField(one["field"]), _yes(one["known"])
    return NoticeLine(field, _words(one["label"], 40), _words(one["text"], 2 * LONGEST), known)


def _sheet(given: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(given, dict) or set(given) - set(SHEET_FIELDS):
        raise _wrong()
    return {name: _words(text, LONGEST) for name, text in given.items()}


def _words(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise _wrong()
    return value.encode("utf-8", "replace").decode("utf-8")


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong()
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10_000:
        raise _wrong()
    return value


def _code(value: object) -> str:
    text = _words(value, 6)
    if not re.fullmatch(r"[0-9]{6}", text):
        raise _wrong()
    return text


def _moment(value: object) -> datetime:
    at = datetime.fromisoformat(_words(value, 40))
    if at.tzinfo is None or not 2000 <= at.year <= 2199:
        raise _wrong()
    return at


def _refuse_constant(_constant: str) -> NoReturn:
    raise NoticeFileRefused(why=N_("a part of it is no JSON"))


def _refuse_depth(value: object, depth: int = 0) -> None:
    if depth > _DEEPEST or (isinstance(value, float) and not math.isfinite(value)):
        raise _wrong()
    if isinstance(value, dict):
        for one in value.values():
            _refuse_depth(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _refuse_depth(one, depth + 1)


def _wrong() -> NoticeFileRefused:
    return NoticeFileRefused(why=N_("the notice in it is not as a desk writes it"))
