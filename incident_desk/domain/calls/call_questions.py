"""What the first report still lacks, and what to ask the caller next. Nothing known is asked twice."""

from __future__ import annotations

from dataclasses import dataclass

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.labels import label

_F = CallField
_WATER = frozenset({"WATER_SURFACE", "WATER_GROUND"})
_ON_WATER_ONLY = frozenset({_F.WATER_BODY, _F.INTO_WATER, _F.INTAKES})
_ON_ROAD_ONLY = frozenset({_F.PLATE, _F.WAYBILL, _F.CARRIER})

FIRST_REPORT = (
    _F.CHANNEL, _F.OCCURRED, _F.PLACE_TEXT, _F.REGION_CODE, _F.COORDINATES, _F.MEDIA, _F.WATER_BODY, _F.CAUSE,
    _F.COURSE, _F.SUBSTANCE, _F.CARRIED, _F.LEAKED, _F.INTO_WATER, _F.DEAD, _F.INJURED, _F.POISONED, _F.EVACUATED,
    _F.INTAKES, _F.MEASURES,
)  # fmt: skip
"""What a first report says out of the call, in its order. Source: 令第17号 第十二条, 鄂环办〔2021〕31号."""

ASKING_ORDER = (
    _F.CALLER_PHONE, _F.PLACE_TEXT, _F.DEAD, _F.POISONED, _F.INJURED, _F.MEDIA, _F.WATER_BODY, _F.SUBSTANCE, _F.UN_NO,
    _F.INTO_WATER, _F.LEAKED, _F.INTAKES, _F.OCCURRED, _F.CARRIED, _F.COORDINATES, _F.EVACUATED, _F.CASUALTY_CAUSE,
    _F.CAUSE, _F.MEASURES, _F.PLATE, _F.WAYBILL, _F.CARRIER, _F.CHANNEL, _F.CALLER_NAME, _F.CALLER_UNIT,
    _F.REGION_CODE, _F.COURSE, _F.WEATHER,
)  # fmt: skip
"""First the number to ring back, should the line break; then place and people; then the water and what is in it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. *again* marks an answer that was given and could not be read; *heard* is that answer."""

    field: CallField
    text_zh: str
    text_en: str
    again: bool = False
    heard: str = ""

    def text(self, locale: str) -> str:
        """The question in *locale*."""
        return self.text_zh if locale.startswith("zh") else self.text_en


def missing(sheet: CallSheet) -> tuple[CallField, ...]:
    """What the first report cannot say yet and prints as 正在核实, whether unasked, unread or unknown to the caller."""
    still_open = {code for code, value in sheet.answers() if value is None}
    return tuple(code for code in FIRST_REPORT if code in still_open and _applies(sheet, code))


def open_fields(sheet: CallSheet) -> tuple[CallField, ...]:
    """Every field that has a meaning here and no answer, most pressing first, also what the caller did not know."""
    still_open = {code for code, value in sheet.answers() if value is None}
    return tuple(code for code in ASKING_ORDER if code in still_open and _applies(sheet, code))


def next_questions(sheet: CallSheet, limit: int | None = None) -> tuple[Question, ...]:
    """What to ask now, most pressing first; what the caller said nobody knows is not asked again."""
    still_open = {code for code, value in sheet.answers() if value is None}
    asked = [
        code
        for code in ASKING_ORDER
        if code in still_open and _applies(sheet, code) and (code not in sheet.not_known or sheet.unread_of(code))
    ]
    return tuple(_question(sheet, code) for code in asked[:limit])


def _question(sheet: CallSheet, code: CallField) -> Question:
    heard = sheet.unread_of(code)
    zh, en = (label(("call_question", code.value), locale) for locale in ("zh_Hans", "en"))
    return Question(code, zh, en, again=bool(heard), heard=heard)


def _applies(sheet: CallSheet, code: CallField) -> bool:
    """Whether a field has a meaning in this case; while the medium or cause is open, all have."""
    if code in _ON_WATER_ONLY:
        return not sheet.media or bool(_WATER.intersection(sheet.media))
    if code in _ON_ROAD_ONLY:
        return sheet.cause in {None, "TRAFFIC_ROAD"}
    if code is CallField.UN_NO:
        return sheet.identified is None
    if code is CallField.CASUALTY_CAUSE:
        return any((sheet.dead, sheet.injured, sheet.poisoned))
    return True
