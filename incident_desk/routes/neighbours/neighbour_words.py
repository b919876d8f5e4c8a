"""Names of offices here and in other provinces, in the language of the screen; entries of the log about neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext

from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.offices import UnknownOffice
from incident_desk.routes.code_words import code_label
from incident_desk.routes.context import select_locale
from incident_desk.services.installation import office_name
from incident_desk.services.screens.log_view import LogLine


def bureau_word(code: object) -> str:
    """The office of *code*: by its name on record, else its official Chinese name; a dash where there is none."""
    text = str(code or "")
    name = office_name(text, select_locale())
    if name != text:
        return name
    try:
        return Rulebook.shipped().offices.bureau_zh(text)
    except UnknownOffice:
        return code_label(None)


def government_word(code: object) -> str:
    """The government of the area *code*, in Chinese as it is addressed; a dash where there is none."""
    try:
        return Rulebook.shipped().offices.government_zh(str(code or ""))
    except UnknownOffice:
        return code_label(None)


def _to(word: Callable[[str], str], key: str = "to") -> Callable[[LogLine], str]:
    return lambda line: word(bureau_word(line.data.get(key)))


def _given(line: LogLine) -> str:
    said = {"whom": bureau_word(line.data.get("to")), "way": code_label(line.data.get("way"), "notice_way")}
    if line.data.get("reached"):
        return gettext("Notice given to %(whom)s: %(way)s", **said)
    return gettext("Notice to %(whom)s tried, not yet received: %(way)s", **said)


def _received(line: LogLine) -> str:
    return gettext("File of a neighbour's notice taken: %(whom)s", whom=bureau_word(line.data.get("from")))


def _imported(line: LogLine) -> str:
    counts: dict[str, Any] = {"added": line.data.get("added", 0), "changed": line.data.get("changed", 0)}
    return gettext("List of agreements taken: %(added)s added, %(changed)s changed", **counts)


NEIGHBOUR_SENTENCES: dict[str, Callable[[LogLine], str]] = {
    "neighbour.withdrawn": _to(lambda whom: gettext("Neighbour not affected: %(whom)s", whom=whom), "office"),
    "notice.drafted": _to(lambda whom: gettext("Notice to %(whom)s drafted", whom=whom)),
    "notice.dropped": lambda _line: gettext("Draft of a notice to a neighbour given up"),
    "notice.given": _given,
    "notice.act_withdrawn": lambda _line: gettext("Entry of a notice given taken back"),
    "notice.replied": lambda _line: gettext("Reply of a neighbour recorded"),
    "notice.file_made": _to(lambda whom: gettext("File for the desk of %(whom)s made", whom=whom)),
    "notice.received": _received,
    "advice.given": lambda _line: gettext("Own government advised to notify its neighbours"),
    "advice.withdrawn": lambda _line: gettext("Entry of the advice to the government taken back"),
    "agreement.saved": lambda _line: gettext("Agreement with a neighbour entered or changed"),
    "agreement.ended": lambda _line: gettext("Agreement with a neighbour taken off the register"),
    "agreement.imported": _imported,
    "agreement.dispute_opened": lambda _line: gettext("Dispute with a neighbour opened"),
    "agreement.dispute_settled": lambda _line: gettext("Dispute with a neighbour settled"),
    "progress.drafted": lambda _line: gettext("Progress report on joint prevention drafted"),
    "progress.sent": lambda _line: gettext("Progress report on joint prevention sent"),
    "progress.sending_withdrawn": lambda _line: gettext("Entry of a progress report sent taken back"),
}
