"""Entries of the duty office as the duty log says them."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from incident_desk.routes.code_words import code_label, localized
from incident_desk.services.screens.log_view import LogLine


def _fault(line: LogLine) -> str:
    """``11-21 夜班 值班员（主班）：无人值守`` from the key of a fault."""
    kind, day, shift, role, *_ = [*str(line.data.get("what", "")).split(":"), "", "", "", ""]
    words = " ".join((day[5:], code_label(shift, "shift_code"), code_label(role, "duty_role")))
    return f"{words}{localized('：', ': ')}{code_label(kind, 'roster_fault_kind')}"


def _planned(line: LogLine) -> str:
    first, last = line.data.get("day", ""), line.data.get("last")
    return gettext("Roster of %(day)s changed", day=f"{first} – {last}" if last else first)


def _fault_told(line: LogLine) -> str:
    return gettext("Roster, %(hours)s h ahead: %(what)s", hours=line.data.get("hours", ""), what=_fault(line))


def _wake_up_attempted(line: LogLine) -> str:
    rung = code_label(line.data.get("rung"), "rung")
    if line.data.get("texted"):
        return gettext("Wake-up: %(rung)s called", rung=rung)
    return gettext("Wake-up: %(rung)s cannot be reached", rung=rung)


def _wake_up_answered(line: LogLine) -> str:
    rung, answer = code_label(line.data.get("rung"), "rung"), code_label(line.data.get("answer"), "wake_up_answer")
    return gettext("Wake-up: %(rung)s: %(answer)s", rung=rung, answer=answer)


def _call_check(line: LogLine) -> str:
    if line.data.get("answered"):
        return gettext("Call check: answered")
    return gettext("Call check: not answered")


def _duty_line(line: LogLine) -> str:
    row = line.named.get("duty_line")
    if row is None:
        return gettext("Line in the duty log")
    return f"{code_label(row.kind, 'duty_line_kind')}{localized('：', ': ')}{row.text}"


def _handover_signed(line: LogLine) -> str:
    items = line.data.get("items", {})
    return gettext("Handover signed by both, %(count)s open points", count=sum(items.values()))


DUTY_SENTENCES: dict[str, Callable[[LogLine], str]] = {
    "roster.planned": _planned,
    "roster.copied": lambda line: gettext("Roster copied forward, %(count)s entries", count=len(line.data["added"])),
    "roster.imported": lambda line: gettext("Roster imported, %(count)s entries", count=line.data.get("added", 0)),
    "roster.fault_told": _fault_told,
    "roster.mended": lambda line: gettext("Roster mended: %(what)s", what=_fault(line)),
    "duty_period.entered": lambda line: gettext(
        "Special period entered: %(kind)s", kind=code_label(line.data.get("kind"), "duty_period_kind")
    ),
    "duty_period.withdrawn": lambda _line: gettext("Special period taken back"),
    "duty.settings_changed": lambda _line: gettext("Duty settings changed"),
    "handover.given": lambda _line: gettext("Handover signed by the giver"),
    "handover.signed": _handover_signed,
    "handover.lapsed": lambda _line: gettext("Giver's signature lapsed"),
    "wake_up.started": lambda _line: gettext("Wake-up begun: the desk does not answer"),
    "wake_up.attempted": _wake_up_attempted,
    "wake_up.answered": _wake_up_answered,
    "wake_up.nobody": lambda _line: gettext("Wake-up: nobody answered"),
    "wake_up.ended": lambda line: gettext(
        "Wake-up ended: %(state)s", state=code_label(line.data.get("state"), "wake_up_state")
    ),
    "duty_line.added": _duty_line,
    "call_check.recorded": _call_check,
}
"""Kinds of entry with a sentence of their own."""
