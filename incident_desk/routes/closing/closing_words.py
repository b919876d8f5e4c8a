"""Entries of the log about the end of a case."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from incident_desk.routes.code_words import code_label
from incident_desk.services.screens.log_view import LogLine


def _step(line: LogLine) -> str:
    return code_label(line.data.get("step"), "investigation_step")


def _check(line: LogLine) -> str:
    return code_label(line.data.get("check"), "three_check")


def _finished(line: LogLine) -> str:
    unmet = len(line.data.get("unmet", ()))
    if unmet:
        return gettext("Case finished by the leader with %(count)s lines unmet, reasons on record", count=unmet)
    return gettext("Case finished by the leader, every line met")


def _checked(line: LogLine) -> str:
    if line.data.get("sound"):
        return gettext("Package passed the four checks")
    return gettext("Package did not pass the four checks")


CLOSING_SENTENCES: dict[str, Callable[[LogLine], str]] = {
    "case.finished": _finished,
    "investigation.recorded": lambda line: gettext("Investigation: %(step)s", step=_step(line)),
    "investigation.withdrawn": lambda line: gettext("Investigation, entry taken back: %(step)s", step=_step(line)),
    "check_point.opened": lambda line: gettext("Three checks, point assigned: %(check)s", check=_check(line)),
    "check_point.done": lambda line: gettext("Three checks, point done: %(check)s", check=_check(line)),
    "check_point.accepted": lambda line: gettext("Three checks, point accepted: %(check)s", check=_check(line)),
    "check_point.withdrawn": lambda line: gettext("Three checks, point taken back: %(check)s", check=_check(line)),
    "archive.checked": _checked,
    "archive.sent": lambda _line: gettext("Package sent upward"),
    "archive.received": lambda _line: gettext("Receipt for the package recorded, the case is archived"),
    "archive.sending_withdrawn": lambda _line: gettext("Entry of a sending taken back"),
}
