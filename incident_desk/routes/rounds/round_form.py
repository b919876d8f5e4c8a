"""The form of a round's answers: what a page needs to draw it, and how a submitted one comes back filled."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from typing import Any

import segno
from flask import request
from markupsafe import Markup

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.permissions import worker_actor
from incident_desk.domain.rounds.questions import NamedIntake, QuestionKind
from incident_desk.models import Incident, RoundQuestionRow
from incident_desk.routes.calls import sheet_form
from incident_desk.routes.cases import case_forms
from incident_desk.routes.guard import office_now
from incident_desk.routes.rounds.round_words import answer_words, question_words
from incident_desk.services.rounds.answering import Answered
from incident_desk.services.rounds.round_rows import AskedView

LISTS = frozenset({"unknown"})


def typed() -> dict[str, Any]:
    """The submitted form: one text a name, a list where a name may come several times."""
    return {
        **sheet_form.body_of(request.form),
        **{name: request.form.getlist(name) for name in LISTS if name in request.form},
    }


def form_context(
    questions: tuple[RoundQuestionRow, ...], asked: AskedView, answered: Answered | None = None
) -> dict[str, Any]:
    """What ``rounds/_questions.html`` needs; after a submission the form comes back as typed where it was refused."""
    body = typed() if request.method == "POST" else {}
    refused = answered.problems if answered is not None else ()
    return {
        "questions": questions,
        "asked": asked,
        "kinds": {kind.name: kind.value for kind in QuestionKind},
        "form": body,
        "errors": sheet_form.problems_in_words(refused),
        "answered": answered,
        "choices": sheet_form.choices(),
        "intake_name": lambda row: NamedIntake.of_subject(row.subject).name,
        "question_words": question_words,
        "answer_words": answer_words,
    }


def follow_the_river(incident: Incident, changed: Collection[CallField]) -> None:
    """Trace anew where an answer moves the trace, for the office that has the case."""
    actor = worker_actor(incident.office_code)
    case_forms.trace_again(incident.case_no, changed, actor=actor, now=office_now())


def qr_code(address: str) -> Markup:
    """The address as an inline SVG of ours, without style attributes."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", scale=5, border=4, xmldecl=False, svgns=False, light="#ffffff", dark="#000000", omitsize=True
    )
    return Markup(out.getvalue().decode("utf-8"))  # noqa: S704 - drawn by segno from our own address


def said_back(form: Mapping[str, Any], key: str) -> str:
    """One text of a submitted form."""
    value = form.get(key, "")
    return value if isinstance(value, str) else ""
