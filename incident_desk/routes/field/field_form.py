"""What a phone sends, read leniently: a bad position or time never stops a photograph."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from incident_desk.services.field.evidence import PhoneWord

YEARS = range(1900, 2200)
"""Years that a phone's clock can mean; at a calendar's end no zone can be reckoned."""


def phone_word(form: Mapping[str, str]) -> PhoneWord:
    """The phone's word of a form; what cannot be read is left out."""
    longitude = _number(form.get("phone_longitude"), 180.0)
    latitude = _number(form.get("phone_latitude"), 90.0)
    has_place = longitude is not None and latitude is not None
    return PhoneWord(
        at=instant(form.get("phone_at")),
        longitude=longitude if has_place else None,
        latitude=latitude if has_place else None,
        accuracy_m=_number(form.get("phone_accuracy_m"), 1e6) if has_place else None,
        note=form.get("note", ""),
        is_forwarded=form.get("forwarded") == "1",
    )


def instant(text: str | None) -> datetime | None:
    """An aware instant, or None."""
    try:
        value = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return value if value.tzinfo is not None and value.year in YEARS else None


def _number(text: str | None, limit: float) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= limit else None
