"""A sentence of a checklist in both languages; what leaves the office is its Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incident_desk.domain.china_time import local_minute, zh_time


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, official Chinese and English."""

    zh: str
    en: str


NOTHING = Said("", "")


def at(template_zh: str, template_en: str, moment: datetime, **more: str) -> Said:
    """A sentence with a time under ``{at}``, each language in its own writing, and *more* words."""
    return Said(template_zh.format(at=zh_time(moment), **more), template_en.format(at=local_minute(moment), **more))
