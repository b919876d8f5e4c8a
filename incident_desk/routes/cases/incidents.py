"""The case file: its list, its head, the Facts tab with its small acts, tasks and journal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.water_intakes import IntakeState, SupplyInterrupted
from incident_desk.domain.closing.gate import ReasonsMissing, ReasonTooLong
from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import FactKind, Grade
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.routes.calls import sheet_form
from incident_desk.routes.cases import case_forms, clock_words, fact_words, log_words
from incident_desk.routes.cases.case_frame import head_context, render_case
from incident_desk.routes.cases.clock_page import render_clock
from incident_desk.routes.code_words import localized, who_words
from incident_desk.routes.errors import say
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services import installation
from incident_desk.services.calls import corrections, phone_calls
from incident_desk.services.cases import case_files, fact_recording, fact_view, facts, tasks
from incident_desk.services.closing import closing_view, finishing
from incident_desk.services.law import clocks, grading
from incident_desk.services.screens import log_view

bp = Blueprint("incidents", __name__, url_prefix="/incidents")

JOURNAL_PAGE = 200
A_PAGE = 100
"""Cases on one page of the list."""


@bp.get("")
@allow("incident.read")
def index() -> ResponseReturnValue:
    """The cases of this office and of those below it, newest first, found by number, place or name."""
    wanted = request.args.get("q", "").strip()[:100]
    state = request.args.get("state", "")
    found = case_files.cases(
        current_actor(), state=state if state in {"open", "closed"} else None, wanted=wanted, limit=A_PAGE + 1,
        before_case=request.args.get("before") or None,
    )  # fmt: skip
    names = {office.code: localized(office.name_zh, office.name_en) for office in installation.all_offices()}
    return render_template(
        "incidents/index.html", cases=found[:A_PAGE], has_older=len(found) > A_PAGE, q=wanted, state=state, names=names
    )


@bp.get("/<case_no>")
@allow("incident.read")
def show(case_no: str) -> ResponseReturnValue:
    """The Facts tab: what is known, what follows from it, what to do."""
    return _facts_page(case_no)


def _facts_page(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    context = {**_facts_context(case_no), **_clocks_context(case_no), **_calls_context(case_no), **more}
    return render_case("incidents/facts.html", case_no, tab="facts", **context), status


@bp.get("/<case_no>/head")
@allow("incident.read")
def head(case_no: str) -> ResponseReturnValue:
    """The head alone, for refreshing."""
    tab = request.args.get("tab", "facts")
    is_front = request.args.get("front") == "1"
    return render_template("incidents/_head.html", is_front=is_front, **head_context(case_no, tab=tab))


@bp.get("/<case_no>/ruler")
@allow("clock.read")
def ruler(case_no: str) -> ResponseReturnValue:
    """The ruler alone, for refreshing."""
    return render_template("incidents/_ruler.html", **head_context(case_no, tab="facts"))


@bp.get("/<case_no>/facts")
@allow("incident.read")
def known(case_no: str) -> ResponseReturnValue:
    """The table of facts alone, for refreshing."""
    return render_template("incidents/_facts.html", case_no=case_no, **_facts_context(case_no))


@bp.get("/<case_no>/clocks")
@allow("clock.read")
def clock_table(case_no: str) -> ResponseReturnValue:
    """The clocks of the case alone, for refreshing."""
    return render_template("clocks/_table.html", case_no=case_no, **_clocks_context(case_no))


@bp.get("/<case_no>/clocks/<int:clock_id>")
@allow("clock.read")
def clock(case_no: str, clock_id: int) -> ResponseReturnValue:
    """One clock in full, with the act that meets it where that act is a word of a person."""
    return render_clock(case_no, clock_id)


@bp.post("/<case_no>/clocks/<int:clock_id>/done")
@allow("fact.record")
def clock_done(case_no: str, clock_id: int) -> ResponseReturnValue:
    """Record the act that meets a clock: the neighbour told, a duty done."""
    actor, now = current_actor(), office_now()
    line = clocks.clock_of(actor, case_no, clock_id)
    try:
        kind, data, at = case_forms.read_clock_act(request.form, line.clock, actor, now)
        fact_recording.record_fact(case_no, kind.value, data, at=at, actor=actor, now=now)
    except DomainError as error:
        if error.status == 404:
            raise
        return render_clock(case_no, clock_id, error.status, typed=request.form, errors={error.field: say(error)})
    return redirect(url_for("incidents.show", case_no=case_no) + f"#clock-{clock_id}", code=303)


def _facts_context(case_no: str) -> dict[str, Any]:
    actor = current_actor()
    view = fact_view.view(actor, case_no)
    refs = {one.fact.recorded_by for one in view.known if one.fact} | {call.received_by for call in view.calls}
    refs |= {one.fact.recorded_by for one in view.circumstances}
    if view.discharge:
        refs.add(view.discharge.recorded_by)
    return {
        "facts_view": view,
        "who": who_words(refs),
        "say_fact": fact_words.say_fact,
        "say_source": fact_words.say_source,
        "trigger_word": log_words.trigger_word,
        "substance_words": fact_words.substance_words,
        "grade_view": grading.view(actor, case_no),
        "rules": Rulebook.shipped(),
        "grades": list(Grade),
        "intake_states": list(IntakeState),
        "supply_states": list(SupplyInterrupted),
        "offices": installation.all_offices(),
    }


def _clocks_context(case_no: str) -> dict[str, Any]:
    lines = clocks.clocks_of(current_actor(), case_no)
    return {"clock_lines": clock_words.describe_all(lines, office_now())}


def _calls_context(case_no: str) -> dict[str, Any]:
    rows = phone_calls.calls_of(current_actor(), case_no)
    return {"phone_calls": rows, "called_by": who_words({row.made_by for row in rows if row.made_by})}


@bp.get("/<case_no>/facts/<field>")
@allow("incident.read")
def fact(case_no: str, field: str) -> ResponseReturnValue:
    """One value: its history, and the form that changes it."""
    return _fact_page(case_no, field)


def _fact_page(case_no: str, field: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    incident, code, history = fact_view.field_history(current_actor(), case_no, field)
    context = {
        "field": code,
        "history": history,
        "who": who_words({row.recorded_by for row in history}),
        "say_fact": fact_words.say_fact,
        "say_source": fact_words.say_source,
        "form": sheet_form.form_of(fact_view.view(current_actor(), case_no).sheet),
        "choices": sheet_form.choices(),
        "errors": {},
        "version": incident.version,
        "intake_rows": sheet_form.intake_rows,
        **more,
    }
    return render_case("incidents/fact.html", case_no, tab="facts", **context), status


@bp.post("/<case_no>/facts/<field>")
@allow("fact.record")
def change_fact(case_no: str, field: str) -> ResponseReturnValue:
    """Record a new value; when somebody else was faster, both versions stand side by side and nothing is lost."""
    if field not in set(CallField):
        raise NotFound
    body = sheet_form.body_of(request.form)
    version, source = request.form.get("version", type=int), body.pop("source", "").strip()[:200]
    body.pop("version", None)
    try:
        problems = corrections.edit_sheet(
            case_no, body, actor=current_actor(), now=office_now(), source=source or None, expected_version=version
        )
    except ChangedMeanwhile as error:
        current: Any = error.params["current"]
        theirs = current.get(f"{facts.SHEET}{field}", {})
        return _fact_page(
            case_no,
            field,
            409,
            form=body,
            theirs=theirs,
            conflict=say(error),
            version=error.params["version"],
            source=source,
        )
    hard = [problem for problem in problems if not problem.soft]
    if hard:
        return _fact_page(case_no, field, 422, form=body, errors=sheet_form.problems_in_words(hard), kept=True)
    case_forms.trace_again(case_no, {CallField(field)}, actor=current_actor(), now=office_now())
    return redirect(url_for("incidents.show", case_no=case_no) + f"#fact-{field}", code=303)


@bp.post("/<case_no>/grade")
@allow("grade.judge")
def judge(case_no: str) -> ResponseReturnValue:
    """A person's judgement of the grade: the first one, or a change with its basis."""
    typed = {name: request.form.get(name, "") for name in ("grade", "basis", "second")}
    grade, basis, second = typed.values()
    try:
        grading.judge(
            case_no,
            grade,
            basis=basis,
            second=second,
            actor=current_actor(),
            now=office_now(),
            expected_version=request.form.get("version", type=int),
        )
    except DomainError as error:
        if error.status == 404:
            raise
        return _facts_page(case_no, error.status, judged=typed, judge_error=say(error), judge_field=error.field)
    return redirect(url_for("incidents.show", case_no=case_no), code=303)


@bp.post("/<case_no>/intakes")
@allow("fact.record")
def intake(case_no: str) -> ResponseReturnValue:
    """The state of one intake, recorded quickly; the others stay as they are."""
    sheet = fact_view.view(current_actor(), case_no).sheet
    rows = case_forms.with_intake(sheet, request.form)
    problems = corrections.edit_sheet(
        case_no, {"intakes": rows}, actor=current_actor(), now=office_now(), source=request.form.get("source") or None
    )
    hard = {
        problem.field.rpartition("-")[2]: sheet_form.say_problem(problem) for problem in problems if not problem.soft
    }
    if hard:
        return _facts_page(case_no, 422, intake_typed=request.form, intake_errors=hard)
    return redirect(url_for("incidents.show", case_no=case_no) + "#fact-intakes", code=303)


@bp.post("/<case_no>/discharge")
@allow("fact.record")
def discharge(case_no: str) -> ResponseReturnValue:
    """The flow in the river now, with its source and time; it beats the mean."""
    actor, now = current_actor(), office_now()
    try:
        data, at, source = case_forms.read_discharge(request.form, now)
        fact_recording.record_fact(case_no, "river.discharge_now", data, at=at, actor=actor, now=now, source=source)
    except DomainError as error:
        if error.status == 404:
            raise
        return _facts_page(
            case_no, error.status, discharge_typed=request.form, discharge_errors={error.field: say(error)}
        )
    case_forms.trace_again(case_no, None, actor=actor, now=now)
    return redirect(url_for("incidents.show", case_no=case_no) + "#discharge", code=303)


@bp.post("/<case_no>/offices")
@allow("fact.record")
def office(case_no: str) -> ResponseReturnValue:
    """Another office learned: its own clocks run from its own time."""
    actor, now = current_actor(), office_now()
    try:
        at = case_forms.read_past(request.form.get("at", ""), now, field="at")
        corrections.office_learned(
            case_no,
            request.form.get("office", ""),
            at=at,
            actor=actor,
            now=now,
            source=request.form.get("source") or None,
        )
    except DomainError as error:
        if error.status == 404:
            raise
        return _facts_page(case_no, error.status, office_typed=request.form, office_errors={error.field: say(error)})
    return redirect(url_for("incidents.show", case_no=case_no) + "#offices", code=303)


@bp.post("/<case_no>/times")
@allow("fact.record")
def times(case_no: str) -> ResponseReturnValue:
    """Correct when the office learned: it was so from the start, and every clock follows."""
    actor, now = current_actor(), office_now()
    try:
        at = case_forms.read_past(request.form.get("learned_at", ""), now, field="learned_at")
        data = {"learned_at": at.isoformat(), "basis": request.form.get("basis", "").strip(), "by": actor.name}
        corrections.correct(case_no, data, actor=actor, now=now, expected_version=request.form.get("version", type=int))
    except DomainError as error:
        if error.status == 404:
            raise
        return _facts_page(case_no, error.status, times_typed=request.form, times_errors={error.field: say(error)})
    return redirect(url_for("incidents.show", case_no=case_no), code=303)


@bp.post("/<case_no>/circumstances")
@allow("fact.record")
def circumstance(case_no: str) -> ResponseReturnValue:
    """A circumstance of Art. 4 that a person knows of, or that turned out not to be so."""
    is_withdrawn = request.form.get("act") == "withdraw"
    kind = FactKind.TRIGGER_WITHDRAWN if is_withdrawn else FactKind.TRIGGER_KNOWN
    data = {"trigger": request.form.get("trigger", ""), "reason": request.form.get("reason", "").strip()[:500]}
    fact_recording.record_fact(case_no, kind.value, data, at=office_now(), actor=current_actor(), now=office_now())
    return redirect(url_for("incidents.show", case_no=case_no) + "#circumstances", code=303)


@bp.get("/<case_no>/tasks")
@allow("incident.read")
def task_list(case_no: str) -> ResponseReturnValue:
    """What is missing or promised."""
    rows = tasks.all_tasks(current_actor(), case_no)
    who = who_words({row.opened_by for row in rows} | {row.done_by for row in rows if row.done_by})
    return render_case("incidents/tasks.html", case_no, tab="tasks", tasks=rows, who=who, task_word=log_words.task_word)


@bp.post("/<case_no>/tasks/<int:task_id>/done")
@allow("task.close")
def task_done(case_no: str, task_id: int) -> ResponseReturnValue:
    """A person says that a task is done."""
    tasks.mark_done(case_no, task_id, actor=current_actor(), now=office_now())
    return redirect(url_for("incidents.task_list", case_no=case_no), code=303)


@bp.get("/<case_no>/journal")
@allow("journal.read")
def journal(case_no: str) -> ResponseReturnValue:
    """Every entry of the case, newest first, with its number."""
    return render_case("incidents/journal.html", case_no, tab="journal", **_journal_context(case_no))


@bp.get("/<case_no>/journal/entries")
@allow("journal.read")
def journal_entries(case_no: str) -> ResponseReturnValue:
    """The entries alone, for refreshing."""
    return render_template("incidents/_journal.html", case_no=case_no, **_journal_context(case_no))


def _journal_context(case_no: str) -> dict[str, Any]:
    before = request.args.get("before", type=int)
    lines = log_view.newest(current_actor(), case_no=case_no, limit=JOURNAL_PAGE, before=before)
    return {
        "entries": lines,
        "before": before,
        "say_line": log_words.say_line,
        "who": who_words({line.actor for line in lines}),
        "has_more": len(lines) == JOURNAL_PAGE,
    }


@bp.get("/<case_no>/close")
@allow("incident.open")
def ask_close(case_no: str) -> ResponseReturnValue:
    """Ask once before closing: what is still open is named, and what the list of the closing tab still lacks."""
    return _ask_close(case_no)


def _ask_close(case_no: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    actor = current_actor()
    context = {
        "summary": case_files.summary(actor, case_no),
        "gate": closing_view.of_case(actor, case_no, now=office_now()).gate,
        "said": {},
        "refusal": None,
        **more,
    }
    return render_case("incidents/close.html", case_no, tab="closing", **context), status


@bp.post("/<case_no>/close")
@allow("incident.open")
def close(case_no: str) -> ResponseReturnValue:
    """Finish the case, as the leader decides, with one reason for every line that is unmet; its clocks run on."""
    actor, now = current_actor(), office_now()
    if not actor.may("closing.decide"):
        raise NotAllowed
    try:
        finishing.finish(case_no, {"all": request.form.get("reason", "")}, actor=actor, now=now)
    except (ReasonsMissing, ReasonTooLong) as error:
        return _ask_close(case_no, error.status, refusal=say(error), said=request.form)
    return redirect(url_for("incidents.show", case_no=case_no), code=303)


@bp.app_template_global("known_words")
def known_words() -> str:
    """The word for what nobody knows yet."""
    return str(gettext("being verified"))
