"""Words for codes on screens: the label of a code, the grade pill, names behind references, kinds in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext, lazy_gettext

from incident_desk.domain.china_time import local_minute
from incident_desk.domain.labels import NoLabelError, label
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.routes.context import actor_names, select_locale

log = logging.getLogger(__name__)
METRICS = {
    "deaths": lazy_gettext("deaths by the pollution"),
    "poisoned_or_seriously_injured": lazy_gettext("poisoned or seriously injured"),
    "evacuated": lazy_gettext("evacuated"),
    "direct_economic_loss": lazy_gettext("direct economic loss"),
}
"""Figures of the grading standard."""
ROMAN = {Grade.I: "Ⅰ", Grade.II: "Ⅱ", Grade.III: "Ⅲ", Grade.IV: "Ⅳ"}


def code_label(code: StrEnum | str | None, list_name: str | None = None) -> str:
    """The word for a code of a list, or for an enum member; a dash where there is none.

    A code without a word is a fault of our data: it is logged, and the screen shows a dash, never the code.
    """
    if code is None or code == "":
        return "—"
    what = code if list_name is None and isinstance(code, StrEnum) else (list_name or "", str(code))
    try:
        return label(what, select_locale())
    except NoLabelError as error:
        log.error("a code has no label", extra={"missing": str(error)})
        return "—"


def grade_word(grade: str | None, at_least: Grade = Grade.IV) -> str:
    """``重大 Ⅱ级``; a case that nobody has judged is undetermined, at least so much."""
    if grade is None:
        if select_locale() == "en":
            return f"grade undetermined, at least {at_least.value}"
        return f"等级尚未判明，至少{ROMAN[at_least]}级"
    known = Grade(grade)
    return label(known, "en") if select_locale() == "en" else f"{known.zh} {ROMAN[known]}级"


def who_words(refs: Iterable[str]) -> dict[str, str]:
    """A name for every reference: a person's own, else what kind of sender it was."""
    wanted = set(refs)
    by_link = dict.fromkeys(("link", "round", "wake_up_attempt"), gettext("by link"))
    kinds = {**by_link, "token": gettext("a program")}
    strangers = {ref: kinds.get(ref.partition(":")[0], gettext("the system")) for ref in wanted}
    return {**strangers, **actor_names(wanted)}


def localized(zh: str, en: str) -> str:
    """The one of two texts that is in the language of the screen."""
    return en if select_locale() == "en" and en else zh


def telephone(number: str | None) -> str:
    """A telephone number in groups that can be read out: ``+86 100 0000 0001``."""
    if not number:
        return str(gettext("no number in the list"))
    digits = number.replace(" ", "")
    if digits.startswith("+86") and len(digits) == 14:
        return f"+86 {digits[3:6]} {digits[6:10]} {digits[10:]}"
    return number


def metric_word(metric: str) -> str:
    """A figure of the grading standard in words."""
    return str(METRICS.get(metric, "—"))


def typed_time(at: datetime | None) -> str:
    """A time as one would type it into a form: ``2026-11-21 02:25``."""
    return "" if at is None else local_minute(at)
