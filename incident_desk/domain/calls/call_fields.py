"""The fields of a call sheet: their codes, the ten of the phone, and which of them are personal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CallField(StrEnum):
    """Every answer a call sheet can hold, in the order of the desk's sheet: who, when, where, what, harm."""

    CHANNEL = "channel"
    CALLER_NAME = "caller_name"
    CALLER_UNIT = "caller_unit"
    CALLER_PHONE = "caller_phone"
    LEARNED_AT = "learned_at"
    OCCURRED = "occurred"
    PLACE_TEXT = "place_text"
    COORDINATES = "coordinates"
    REGION_CODE = "region_code"
    WATER_BODY = "water_body"
    MEDIA = "media"
    COURSE = "course"
    CAUSE = "cause"
    SUBSTANCE = "substance"
    UN_NO = "un_no"
    CAS_NO = "cas_no"
    CARRIED = "carried"
    LEAKED = "leaked"
    INTO_WATER = "into_water"
    PLATE = "plate"
    WAYBILL = "waybill"
    CARRIER = "carrier"
    DEAD = "dead"
    INJURED = "injured"
    POISONED = "poisoned"
    EVACUATED = "evacuated"
    CASUALTY_CAUSE = "casualty_cause"
    INTAKES = "intakes"
    WEATHER = "weather"
    MEASURES = "measures"
    NOTES = "notes"


class PhoneField(StrEnum):
    """The ten fields of the sheet on a phone; each is one screenful of the desk's."""

    PLACE = "place"
    OCCURRED = "occurred"
    LEARNED_AT = "learned_at"
    WATER = "water"
    SUBSTANCE = "substance"
    AMOUNTS = "amounts"
    PEOPLE = "people"
    INTAKES = "intakes"
    CALLER = "caller"
    NOTES = "notes"


class CasualtyCause(StrEnum):
    """Whether people were harmed by the pollution, which is what grading counts, or by the accident itself."""

    POLLUTION = "pollution"
    ACCIDENT = "accident"
    UNKNOWN = "unknown"


_F = CallField
PHONE_FIELDS: Mapping[PhoneField, tuple[CallField, ...]] = MappingProxyType(
    {
        PhoneField.PLACE: (_F.PLACE_TEXT, _F.COORDINATES),
        PhoneField.OCCURRED: (_F.OCCURRED,),
        PhoneField.LEARNED_AT: (_F.LEARNED_AT,),
        PhoneField.WATER: (_F.MEDIA, _F.WATER_BODY),
        PhoneField.SUBSTANCE: (_F.SUBSTANCE, _F.UN_NO),
        PhoneField.AMOUNTS: (_F.CARRIED, _F.LEAKED, _F.INTO_WATER),
        PhoneField.PEOPLE: (_F.DEAD, _F.INJURED, _F.POISONED, _F.EVACUATED),
        PhoneField.INTAKES: (_F.INTAKES,),
        PhoneField.CALLER: (_F.CHANNEL, _F.CALLER_NAME, _F.CALLER_PHONE),
        PhoneField.NOTES: (_F.COURSE,),
    }
)
"""What stands behind each of the ten, in the order of asking."""

PERSONAL = frozenset({CallField.CALLER_NAME, CallField.CALLER_PHONE})
"""Fields that stay on the call's own row, which can be destroyed, and never become facts or journal data."""

_KEYS = {
    "occurred_kind": CallField.OCCURRED,
    "occurred_at": CallField.OCCURRED,
    "occurred_earliest": CallField.OCCURRED,
    "occurred_latest": CallField.OCCURRED,
    "datum": CallField.COORDINATES,
    "longitude": CallField.COORDINATES,
    "latitude": CallField.COORDINATES,
}


def field_of(key: str) -> CallField | None:
    """The field of a form key: ``occurred_latest`` belongs to *occurred*, ``intakes-0-at`` to *intakes*."""
    stem = key.partition("-")[0]
    if stem in _KEYS:
        return _KEYS[stem]
    stem = stem.removesuffix("_certainty")
    return CallField(stem) if stem in set(CallField) else None
