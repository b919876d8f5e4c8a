"""Entries of the journal as a duty officer writes them; a kind that has no sentence of its own still has a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.reports.report_fields import report_fields
from incident_desk.routes.cases.fact_words import say_fact
from incident_desk.routes.code_words import code_label, grade_word, localized
from incident_desk.routes.context import due_time, local_time, select_locale
from incident_desk.services.installation import office_name
from incident_desk.services.screens.log_view import LogLine

TOLD_ELSEWHERE = frozenset(
    {"case_opened", "log.line", "grade_changed", "report_filed", "release_published", "office_learned"}
)
"""Kinds of fact that another entry of the same act tells better."""

OF_AN_OFFICE = frozenset({"office_learned", "neighbour_affected", "neighbour_noticed"})
"""Kinds of fact that name an office."""


def is_quiet(line: LogLine) -> bool:
    """True for an entry that only repeats what its neighbour says; the journal shows it, the duty log does not."""
    if line.kind == "fact.recorded":
        fact = line.named.get("fact")
        return fact is None or fact.call_id is not None or fact.kind in TOLD_ELSEWHERE
    return line.kind in {
        "person.signed_in", "person.added", "token.made", "task.opened", "message.handed_over", "message.delivered",
    }  # fmt: skip


def say_line(line: LogLine) -> str:
    """One entry in the language of the screen."""
    sentence = SENTENCES.get(line.kind)
    if sentence is not None:
        return sentence(line)
    return _subject_word(line.kind)


def _clock(line: LogLine) -> str:
    row = line.named.get("clock")
    return localized(row.detail["title_zh"], row.detail["title"]) if row is not None else code_label(None)


def _clock_started(line: LogLine) -> str:
    row = line.named.get("clock")
    if row is None or row.due_at is None:
        return gettext("Clock started: %(clock)s", clock=_clock(line))
    return gettext("Clock started: %(clock)s, due %(due)s", clock=_clock(line), due=due_time(row.due_at))


def _clock_warned(line: LogLine) -> str:
    if line.data.get("level") == 90:
        return gettext("Urging (90 %%): %(clock)s", clock=_clock(line))
    return gettext("Reminder (75 %%): %(clock)s", clock=_clock(line))


def _clock_met(line: LogLine) -> str:
    if line.data.get("state") == "met_late":
        return gettext("Met late: %(clock)s", clock=_clock(line))
    return gettext("Met in time: %(clock)s", clock=_clock(line))


def _phone_call(line: LogLine) -> str:
    row = line.named.get("phone_call")
    if row is None:
        return gettext("Telephone call recorded")
    word = {
        "answered": gettext("%(whom)s answered", whom=row.name),
        "no_answer": gettext("%(whom)s did not answer", whom=row.name),
        "not_needed": gettext("%(whom)s: call not needed", whom=row.name),
        "to_make": gettext("%(whom)s: to be rung again", whom=row.name),
    }[line.data.get("state", row.state)]
    said = localized("，", ", ").join(text for text in (row.answered_by, row.said, row.done) if text)
    return f"{word}{localized('：', ': ')}{said}" if said else word


def _fact(line: LogLine) -> str:
    fact = line.named.get("fact")
    if fact is None:
        return gettext("Fact recorded")
    return say_recorded(fact)


def say_recorded(fact: Any) -> str:
    """A fact of any kind in one sentence."""
    kind: str = fact.kind
    if kind.startswith("sheet."):
        field = CallField(kind.removeprefix("sheet."))
        return f"{code_label(field)}{localized('：', ': ')}{say_fact(field, fact.data)}"
    sentence = FACT_SENTENCES.get(kind)
    if sentence is not None:
        return sentence(fact.data)
    if kind in OF_AN_OFFICE:
        return f"{code_label(kind, 'fact_kind')}{localized('：', ': ')}{_office(fact.data.get('office'))}"
    return code_label(kind, "fact_kind")


def _trigger(kind: str, data: Mapping[str, Any]) -> str:
    return f"{code_label(kind, 'fact_kind')}{localized('：', ': ')}{trigger_word(data['trigger'])}"


FACT_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    FactKind.TRIGGER_KNOWN: lambda data: _trigger(FactKind.TRIGGER_KNOWN, data),
    FactKind.TRIGGER_WITHDRAWN: lambda data: _trigger(FactKind.TRIGGER_WITHDRAWN, data),
    "river.discharge_now": lambda data: gettext("Flow in the river: %(flow)s m³/s", flow=f"{data['discharge_m3s']:g}"),
    "field.arrived": lambda _data: gettext("Arrived at the scene"),
    "field.message": lambda data: gettext("From the field: %(text)s", text=data.get("text", "")),
    "log.line": lambda _data: gettext("Line in the duty log"),
    "case_opened": lambda _data: gettext("Case file begun"),
}
"""Kinds of fact with a sentence of their own, from their data."""


def _office(code: object) -> str:
    return office_name(str(code or ""), select_locale())


def trigger_word(code: str) -> str:
    """The name of a circumstance by the rule table."""
    trigger = Rulebook.shipped().triggers.get(code)
    return code_label(None) if trigger is None else localized(trigger.name_zh, trigger.name_en)


def _grade(line: LogLine) -> str:
    grade = grade_word(str(line.data.get("grade")))
    return (
        gettext("First judgement: %(grade)s", grade=grade)
        if line.data.get("first")
        else gettext("Grade changed to %(grade)s", grade=grade)
    )


def _log_line(line: LogLine) -> str:
    fact = line.named.get("fact")
    return str(fact.data.get("text", "")) if fact is not None else gettext("Line in the duty log")


def _task(word: Callable[[str], str]) -> Callable[[LogLine], str]:
    def say(line: LogLine) -> str:
        row = line.named.get("task")
        return word(task_word(row.kind, row.subject)) if row is not None else word(code_label(None))

    return say


def task_word(kind: str, subject: str) -> str:
    """What a task asks for, in words."""
    if kind == "confirm_fall":
        return gettext("Second person for the lowered grade")
    if kind == "confirm_signature":
        return gettext("Confirm the signature given by telephone")
    if subject == "place_on_river":
        return gettext("Find the place on the river")
    field = subject.removeprefix("sheet.")
    what = code_label(field, "call_field") if field in set(CallField) else _report_field(subject)
    if kind == "check_answer":
        return gettext("Check what was typed: %(field)s", field=what)
    return f"{code_label(kind, 'task_kind')}{localized('：', ': ')}{what}"


def _report_field(subject: str) -> str:
    found = next((one for one in report_fields() if one.field == subject), None)
    return code_label(None) if found is None else localized(found.label_zh, found.label_en)


def _incident_opened(line: LogLine) -> str:
    title = line.incident.title if line.incident is not None else ""
    return gettext("Case opened: %(title)s", title=title)


def _call_taken(line: LogLine) -> str:
    return gettext("Call taken (%(channel)s)", channel=code_label(line.data.get("channel") or "OTHER", "info_source"))


def _report(word: Callable[[], str]) -> Callable[[LogLine], str]:
    def say(line: LogLine) -> str:
        row = line.named.get("report")
        return f"{code_label(row.report_kind, 'report_kind')} {word()}" if row is not None else word()

    return say


def _callout_answer(line: LogLine) -> str:
    answer = code_label(line.data.get("answer"), "answer_kind")
    if line.data.get("arrives_at"):
        arrival = local_time(datetime.fromisoformat(line.data["arrives_at"]))
        return gettext("An expert answered: %(answer)s, arrives %(time)s", answer=answer, time=arrival)
    return gettext("An expert answered: %(answer)s", answer=answer)


SENTENCES: dict[str, Callable[[LogLine], str]] = {
    "incident.opened": _incident_opened,
    "incident.closed": lambda _line: gettext("Case closed"),
    "call.taken": _call_taken,
    "fact.recorded": _fact,
    "grade.judged": _grade,
    "clock.started": _clock_started,
    "clock.moved": lambda line: gettext("Clock moved: %(clock)s", clock=_clock(line)),
    "clock.reopened": lambda line: gettext("Clock open again: %(clock)s", clock=_clock(line)),
    "clock.met": _clock_met,
    "clock.voided": lambda line: gettext("Clock void: %(clock)s", clock=_clock(line)),
    "clock.not_applicable": lambda line: gettext("Found not applicable: %(clock)s", clock=_clock(line)),
    "clock.warned": _clock_warned,
    "clock.strict_passed": lambda line: gettext("Strict time passed: %(clock)s", clock=_clock(line)),
    "clock.overdue": lambda line: gettext("Overdue: %(clock)s", clock=_clock(line)),
    "task.opened": _task(lambda what: gettext("Task: %(what)s", what=what)),
    "task.done": _task(lambda what: gettext("Done: %(what)s", what=what)),
    "phone_call.proposed": lambda line: gettext(
        "%(count)s telephone calls to make", count=len(line.data.get("phone_calls", ()))
    ),
    "phone_call.taken_back": lambda line: gettext(
        "%(count)s telephone calls no longer needed", count=len(line.data.get("phone_calls", ()))
    ),
    "phone_call.made": _phone_call,
    "trace.run": lambda _line: gettext("River traced"),
    "callout.sent": lambda line: gettext("%(count)s experts called out", count=len(line.data.get("members", ()))),
    "callout.requested": lambda _line: gettext("The leader is asked to confirm a call to the whole pool"),
    "callout.declined": lambda _line: gettext("Call to the whole pool declined"),
    "callout.asked_again": lambda _line: gettext("An expert was texted again"),
    "callout.stood_down": lambda line: gettext(
        "%(count)s experts told not to come", count=len(line.data.get("members", ()))
    ),
    "callout.confirmed": lambda _line: gettext("Call-out of the whole pool confirmed"),
    "callout.answered": _callout_answer,
    "message.handed_over": lambda _line: gettext("Message handed to the vendor"),
    "message.delivered": lambda _line: gettext("Message delivered"),
    "message.failed": lambda _line: gettext("Message failed"),
    "field_link.made": lambda _line: gettext("Link for the field made"),
    "field_link.revoked": lambda _line: gettext("Link for the field ended"),
    "evidence.received": lambda _line: gettext("Photograph received"),
    "report.drafted": _report(lambda: gettext("drafted")),
    "report.checked": _report(lambda: gettext("checked")),
    "report.signed": _report(lambda: gettext("signed")),
    "report.sign_confirmed": _report(lambda: gettext("signature confirmed")),
    "report.delivered": _report(lambda: gettext("delivered")),
    "report.filed": _report(lambda: gettext("filed")),
    "report.asked": _report(lambda: gettext("laid before the leader")),
    "report.addressed": _report(lambda: gettext("recipients changed")),
    "report.delivery_withdrawn": _report(lambda: gettext("entry of a delivery taken back")),
    "release.recorded": lambda _line: gettext("Release to the public recorded"),
    "release.shown": lambda _line: gettext("Release put on the public page"),
    "release.hidden": lambda _line: gettext("Release taken off the public page"),
    "release.withdrawn": lambda _line: gettext("Record of a release taken back"),
    "archive.exported": lambda _line: gettext("Archive exported"),
    "log.added": _log_line,
    "office.joined": lambda line: gettext("%(office)s learned", office=_office(line.data.get("office"))),
    "expert.imported": lambda line: gettext(
        "Expert list taken: %(added)s added, %(changed)s changed",
        added=line.data.get("added", 0),
        changed=line.data.get("changed", 0),
    ),
    "expert.changed": lambda _line: gettext("An expert's entry was changed"),
    "person.signed_in": lambda _line: gettext("Signed in"),
    "person.added": lambda _line: gettext("Account made"),
    "token.made": lambda _line: gettext("Token made"),
}


def _subject_word(kind: str) -> str:
    """A word for an entry whose kind is new here: what it is about."""
    subjects = {
        "clock": gettext("Legal clock"),
        "report": gettext("Report"),
        "release": gettext("Release"),
        "callout": gettext("Call-out"),
        "message": gettext("Message"),
        "evidence": gettext("Evidence"),
        "expert": gettext("Experts"),
        "archive": gettext("Archive"),
        "field_link": gettext("Link for the field"),
        "person": gettext("Account"),
        "office": gettext("Office"),
    }
    return str(subjects.get(kind.partition(".")[0], gettext("Entry")))
