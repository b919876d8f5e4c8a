"""Entries of the journal as a duty officer writes them; a kind that has no sentence of its own still has a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.law import periodic
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.reports.report_fields import report_fields
from incident_desk.routes.cases.fact_words import say_fact
from incident_desk.routes.closing.closing_words import CLOSING_SENTENCES
from incident_desk.routes.code_words import code_label, grade_word, localized
from incident_desk.routes.context import due_time, local_time
from incident_desk.routes.duty.log_sentences import DUTY_SENTENCES
from incident_desk.routes.neighbours.neighbour_words import NEIGHBOUR_SENTENCES, bureau_word
from incident_desk.routes.rounds.round_words import ROUND_SENTENCES
from incident_desk.services.screens.log_view import LogLine

TOLD_ELSEWHERE = frozenset(
    {
        "case_opened",
        "log.line",
        "grade_changed",
        "report_filed",
        "release_published",
        "office_learned",
        "public_opinion_detected",
        "public_opinion_answered",
    }
)
"""Kinds of fact that another entry of the same act tells better."""

TOLD_BY_COMMAND = ("response:", "scene:", "paper:", "neighbour_notice:")
"""Sources of facts that an entry about the response, a head's way, a paper or a notice tells better."""

OF_AN_OFFICE = frozenset({"office_learned", "neighbour_affected", "neighbour_noticed"})
"""Kinds of fact that name an office."""


def is_quiet(line: LogLine) -> bool:
    """True for an entry that only repeats what its neighbour says; the journal shows it, the duty log does not."""
    if line.kind == "fact.recorded":
        fact = line.named.get("fact")
        told = fact is not None and (fact.source or "").startswith(TOLD_BY_COMMAND)
        return fact is None or told or fact.call_id is not None or fact.kind in TOLD_ELSEWHERE
    return line.kind in {
        "person.signed_in", "person.added", "token.made", "task.opened", "message.handed_over", "message.delivered",
        "release.public_changed",
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


def _periodic(line: LogLine) -> dict[str, str]:
    rules = {rule.rule_id: rule for rule in periodic.shipped()}
    rule = rules.get(str(line.data.get("rule", "")))
    title = localized(rule.title_zh, rule.title) if rule else str(line.data.get("rule", ""))
    return {"rule": title, "period": str(line.data.get("period", ""))}


def _reminder_climbed(line: LogLine) -> str:
    whom = {
        "leaders": gettext("the leaders"),
        "leaders_above": gettext("the leaders of the office above"),
        "leaders_of_province": gettext("the leaders of the province"),
    }.get(line.data.get("whom", ""), gettext("the duty officers"))
    if line.data.get("messages"):
        return gettext("Nobody answered, %(whom)s told: %(clock)s", whom=whom, clock=_clock(line))
    return gettext("Nobody answered, and of %(whom)s none has a number: %(clock)s", whom=whom, clock=_clock(line))


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
    return bureau_word(code)


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
    whole = {
        "confirm_fall": gettext("Second person for the lowered grade"),
        "confirm_step": gettext("Confirm what was drafted or checked by word of mouth"),
        "confirm_signature": gettext("Confirm the signature given by telephone"),
        "confirm_oral": gettext("Written confirmation of an oral instruction"),
    }.get(kind)
    if whole is not None:
        return str(whole)
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


def _instruction(word: Callable[[str], str]) -> Callable[[LogLine], str]:
    """A sentence about an instruction: its kind, and its number where it has one."""

    def say(line: LogLine) -> str:
        kind, number = code_label(line.data.get("kind"), "instruction_kind"), line.data.get("number")
        what = gettext("%(kind)s No. %(number)s", kind=kind, number=number) if number else kind
        return word(what)

    return say


def _paper(word: Callable[[str], str]) -> Callable[[LogLine], str]:
    return lambda line: word(gettext("Paper No. %(number)s", number=line.data.get("number", "")))


def _to_scene(word: Callable[[str], str]) -> Callable[[LogLine], str]:
    return lambda line: word(_office(line.data.get("office")))


def _response_act(line: LogLine) -> str:
    level = line.data.get("level")
    words = response_word(line.data.get("subject"), line.data.get("step"))
    if not level:
        return words
    return f"{words}{localized('：', ': ')}{code_label(level, str(line.data.get('subject')) + '_level')}"


def response_word(subject: str | None, step: str | None) -> str:
    """What was done with the response, a warning or the disposal: ``启动应急响应``, ``解除预警``."""
    words = {
        "response:started": gettext("Emergency response started"),
        "response:changed": gettext("Emergency response changed"),
        "response:ended": gettext("Emergency response ended"),
        "warning:started": gettext("Warning issued"),
        "warning:changed": gettext("Warning changed"),
        "warning:ended": gettext("Warning lifted"),
        "disposal:ended": gettext("Emergency disposal ended"),
    }
    return str(words.get(f"{subject}:{step}", gettext("Emergency response")))


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
    "system_clock.stepped": lambda line: gettext(
        "The clock of the machine was moved by %(seconds)s s; limits run on by the time as it was",
        seconds=line.data.get("step_s"),
    ),
    "system_clock.accepted": lambda line: gettext(
        "The clock of the machine was accepted; time moves by %(seconds)s s", seconds=line.data.get("moved_s")
    ),
    "clock.strict_passed": lambda line: gettext("Strict time passed: %(clock)s", clock=_clock(line)),
    "finding.proposed": lambda line: gettext("Proposed that it does not apply: %(clock)s", clock=_clock(line)),
    "finding.heard": lambda line: gettext("Second person agreed by telephone: %(clock)s", clock=_clock(line)),
    "finding.confirmed": lambda line: gettext("Second person confirmed: %(clock)s", clock=_clock(line)),
    "finding.declined": lambda line: gettext("Second person did not agree: %(clock)s", clock=_clock(line)),
    "finding.lapsed": lambda line: gettext(
        "Not confirmed in two hours, clock open again: %(clock)s", clock=_clock(line)
    ),
    "periodic.near": lambda line: gettext("Due within a week: %(rule)s %(period)s", **_periodic(line)),
    "periodic.overdue": lambda line: gettext("Overdue: %(rule)s %(period)s", **_periodic(line)),
    "periodic.done": lambda line: gettext("Done: %(rule)s %(period)s", **_periodic(line)),
    "office.settings_changed": lambda _line: gettext("Settings of the office changed"),
    "reminder.acknowledged": lambda line: gettext("Knows of it: %(clock)s", clock=_clock(line)),
    "reminder.climbed": _reminder_climbed,
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
    "report.drafted_by": _report(lambda: gettext("drafted off screen")),
    "report.step_confirmed": _report(lambda: gettext("confirmed after word of mouth")),
    "report.receipt_chased": _report(lambda: gettext("receipt missing, asked for again")),
    "report.receipt_denied": _report(lambda: gettext("not received, says the other side")),
    "report.secret_noted": lambda _line: gettext("A secret item was handled off line"),
    "report.secret_struck": lambda _line: gettext("Entry of a secret item struck out"),
    "report.delivery_withdrawn": _report(lambda: gettext("entry of a delivery taken back")),
    "release.recorded": lambda _line: gettext("Release to the public recorded"),
    "release.shown": lambda _line: gettext("Release put on the public page"),
    "release.hidden": lambda _line: gettext("Release taken off the public page"),
    "release.withdrawn": lambda _line: gettext("Record of a release taken back"),
    "release.drafted": lambda line: (
        gettext("Draft of a release changed: the chain begins anew")
        if line.data.get("sent_back")
        else gettext("Draft of a release, version %(version)s", version=line.data.get("version", 1))
    ),
    "release.step_passed": lambda line: gettext(
        "Draft of a release: %(step)s done", step=code_label(line.data.get("kind"), "step_kind")
    ),
    "release.sent_back": lambda line: gettext(
        "Draft of a release sent back at: %(step)s", step=code_label(line.data.get("kind"), "step_kind")
    ),
    "release.step_confirmed": lambda _line: gettext("Draft of a release: word by telephone confirmed"),
    "release.dropped": lambda _line: gettext("Draft of a release dropped"),
    "release.figure_entered": lambda _line: gettext("Figure entered"),
    "release.figure_approved": lambda _line: gettext("Figure approved"),
    "release.figure_withdrawn": lambda _line: gettext("Figure taken back"),
    "release.conference_recorded": lambda _line: gettext("Press conference recorded"),
    "release.opinion_recorded": lambda line: gettext(
        "Public opinion: %(kind)s recorded", kind=code_label(line.data.get("kind"), "opinion_kind")
    ),
    "release.opinion_line": lambda _line: gettext("Public opinion: line to take set"),
    "release.opinion_answered": lambda _line: gettext("Public opinion: answered"),
    "release.opinion_withdrawn": lambda _line: gettext("Public opinion: entry taken back"),
    "release.public_changed": lambda _line: gettext("What the public page shows has changed"),
    "release.chain_set": lambda _line: gettext("Approval chain of releases set"),
    "command.set_up": lambda line: (
        gettext("Headquarters at the scene changed") if line.data.get("replaces") else gettext("Headquarters set up")
    ),
    "command.group_named": lambda line: gettext(
        "Headquarters: %(group)s named", group=code_label(line.data.get("kind"), "group_kind")
    ),
    "command.group_ended": lambda line: gettext(
        "Headquarters: %(group)s ended", group=code_label(line.data.get("kind"), "group_kind")
    ),
    "instruction.given": _instruction(lambda what: gettext("%(what)s given", what=what)),
    "instruction.received": _instruction(lambda what: gettext("%(what)s: receipt given", what=what)),
    "instruction.done": _instruction(lambda what: gettext("%(what)s: done", what=what)),
    "instruction.reported_back": _instruction(lambda what: gettext("%(what)s: reported back", what=what)),
    "instruction.confirmed": _instruction(lambda what: gettext("%(what)s: confirmed in writing", what=what)),
    "instruction.step_withdrawn": _instruction(lambda what: gettext("%(what)s: an entry taken back", what=what)),
    "instruction.withdrawn": _instruction(lambda what: gettext("%(what)s taken back", what=what)),
    "paper.drafted": _paper(lambda what: gettext("%(what)s drafted", what=what)),
    "paper.asked": _paper(lambda what: gettext("%(what)s laid before the leader", what=what)),
    "paper.signed": _paper(lambda what: gettext("%(what)s signed", what=what)),
    "paper.sign_confirmed": _paper(lambda what: gettext("%(what)s: signature confirmed", what=what)),
    "paper.sent": _paper(lambda what: gettext("%(what)s sent to the government", what=what)),
    "paper.sending_withdrawn": _paper(lambda what: gettext("%(what)s: entry of the sending taken back", what=what)),
    "paper.answered": _paper(lambda what: gettext("%(what)s answered", what=what)),
    "paper.dropped": _paper(lambda what: gettext("%(what)s given up", what=what)),
    "response.recorded": _response_act,
    "response.withdrawn": lambda line: gettext(
        "Entry taken back: %(what)s", what=response_word(line.data.get("subject"), line.data.get("step"))
    ),
    "scene.departed": _to_scene(lambda office: gettext("Head of %(office)s departed for the scene", office=office)),
    "scene.arrived": _to_scene(lambda office: gettext("Head of %(office)s arrived at the scene", office=office)),
    "scene.present": _to_scene(lambda office: gettext("Head of %(office)s still at the scene", office=office)),
    "scene.deputy_named": _to_scene(lambda office: gettext("%(office)s: somebody acts for the head", office=office)),
    "scene.withdrawn": lambda _line: gettext("Entry of a head's way to the scene taken back"),
    "minutes.recorded": lambda line: gettext("Minutes No. %(number)s recorded", number=line.data.get("number", "")),
    "minutes.withdrawn": lambda line: gettext("Minutes No. %(number)s taken back", number=line.data.get("number", "")),
    "archive.exported": lambda _line: gettext("Archive exported"),
    "log.added": _log_line,
    "office.joined": lambda line: gettext("%(office)s learned", office=_office(line.data.get("office"))),
    "expert.imported": lambda line: gettext(
        "Expert list taken: %(added)s added, %(changed)s changed",
        added=line.data.get("added", 0),
        changed=line.data.get("changed", 0),
    ),
    "expert.changed": lambda _line: gettext("An expert's entry was changed"),
    **DUTY_SENTENCES,
    **NEIGHBOUR_SENTENCES,
    **ROUND_SENTENCES,
    **CLOSING_SENTENCES,
    "person.signed_in": lambda _line: gettext("Signed in"),
    "person.added": lambda _line: gettext("Account made"),
    "token.made": lambda _line: gettext("Token made"),
}


def _subject_word(kind: str) -> str:
    """A word for an entry whose kind is new here: what it is about."""
    subjects = {
        "clock": gettext("Legal clock"),
        "reminder": gettext("Reminder"),
        "periodic": gettext("Duties by the calendar"),
        "system_clock": gettext("Clock of the machine"),
        "finding": gettext("Finding"),
        "report": gettext("Report"),
        "release": gettext("Release"),
        "callout": gettext("Call-out"),
        "message": gettext("Message"),
        "evidence": gettext("Evidence"),
        "expert": gettext("Experts"),
        "archive": gettext("Archive"),
        "command": gettext("Command"),
        "instruction": gettext("Instructions"),
        "paper": gettext("Papers to the government"),
        "field_link": gettext("Link for the field"),
        "person": gettext("Account"),
        "office": gettext("Office"),
    }
    return str(subjects.get(kind.partition(".")[0], gettext("Entry")))
