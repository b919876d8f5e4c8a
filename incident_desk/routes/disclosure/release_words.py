"""What is missing in a text, what it gives away, which of its numbers nobody approved; in the screen's language."""

from __future__ import annotations

from flask_babel import gettext

from incident_desk.domain.disclosure.drafts import DRAFT_GAP_WORDS, FAULT_WORDS, DraftGap
from incident_desk.domain.disclosure.releases import WARNING_WORDS, GapFound, ReleaseWarning, WarningFound
from incident_desk.domain.disclosure.stated_figures import SYMBOLS, NumberCheck, StatedNumber
from incident_desk.models import ApprovedFigure
from incident_desk.routes.code_words import code_label, localized
from incident_desk.services.disclosure.figures import figure_of


def gap_words(found: GapFound) -> str:
    """What is missing, in the language of the screen, with what the text seems to say instead."""
    message, params = found.words()
    words = str(gettext(message, **params))
    if not found.hint:
        return words
    told = gettext("The text says: %(hint)s", hint=found.hint)
    return localized(f"{words}{told}", f"{words} {told}")


def draft_gap_words(gap: DraftGap) -> str:
    """What only a draft can lack."""
    return str(gettext(DRAFT_GAP_WORDS[gap]))


def warning_words(found: WarningFound) -> str:
    """What the text gives away."""
    message, params = found.words()
    return str(gettext(message, **params))


def warning_label(code: str) -> str:
    """The same of a release on record, where what was found is not kept."""
    return str(gettext(WARNING_WORDS[ReleaseWarning(code)], found="…"))


def number_place(stated: StatedNumber) -> str:
    """Where a number stands."""
    if not stated.paragraph:
        return str(gettext("title, character %(position)s", position=stated.position))
    return str(
        gettext("paragraph %(paragraph)s, character %(position)s", paragraph=stated.paragraph, position=stated.position)
    )


def number_words(check: NumberCheck) -> str:
    """What stands behind a number, or what speaks against it."""
    if check.fault is not None:
        return str(gettext(FAULT_WORDS[check.fault]))
    said = [
        localized("，", ", ").join(filter(None, (one.indicator, one.point, code_label(one.kind))))
        for one in check.figures
    ]
    return localized("；", "; ").join(said)


def figure_value(row: ApprovedFigure) -> str:
    """The number of a figure with its unit."""
    figure = figure_of(row)
    return f"{figure.value}{localized('', ' ')}{SYMBOLS[figure.unit]}"
