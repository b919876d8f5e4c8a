"""The call sheet of a case as it stands now, put together from the newest fact of each field; and edits of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incident_desk.domain.calls.call_fields import PERSONAL, CallField, field_of
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.substances import identify
from incident_desk.domain.calls.water_intakes import IntakeReport
from incident_desk.domain.errors import DomainError
from incident_desk.domain.permissions import Actor
from incident_desk.models import FactRecord, Incident
from incident_desk.services.cases import facts, tasks
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.transaction import Transaction

SHEET = facts.SHEET
UNREAD_TASK = "check_answer"
"""Kind of the task to read an answer out again; its subject is the field."""


def current_sheet(incident: Incident, session: AnySession | None = None) -> CallSheet:
    """The sheet of *incident* by its newest facts; caller's name and number stay on the call's own row."""
    return sheet_of(facts.current_values(incident.id, session), incident.learned_at)


def sheet_of(values: Mapping[str, FactRecord], learned_at: datetime) -> CallSheet:
    """The sheet that facts by field make; learned at *learned_at*."""
    document: dict[str, Any] = dict(CallSheet(learned_at=learned_at).to_json())
    for code, fact in values.items():
        state = fact.data.get("state", "known")
        if state == "known":
            document[code] = fact.data["value"]
            if fact.data.get("estimated"):
                document["estimated"].append(code)
        elif state == "unread":
            document["unread"][code] = fact.data["text"]
        else:
            document["not_known"].append(code)
    document["learned_at"] = learned_at.isoformat()
    document["substance_id"] = _identified(document)
    return CallSheet.from_json(document)


def read_changes(
    form: Mapping[str, object], incident: Incident, *, now: datetime
) -> tuple[dict[CallField, dict[str, object]], tuple[FieldProblem, ...]]:
    """What *form* says of the fields it names, in the form of facts, with what could not be read.

    Only fields that the form carries are read; an emptied field is an answer taken back to "unknown".
    """
    sheet, problems = CallSheet.from_form({"learned_at": incident.learned_at.isoformat(), **form}, now=now)
    said = dict(sheet.facts())
    named = {field for key in form if (field := field_of(key)) is not None} - PERSONAL
    return {code: said.get(code, {"state": "unknown"}) for code in CallField if code in named}, problems


def settle_tasks(tx: Transaction, incident: Incident, sheet: CallSheet, *, actor: Actor, now: datetime) -> None:
    """An answer that could not be read is a task until it is known; a known one closes it."""
    for code in CallField:
        if code not in PERSONAL:
            act = tasks.open_task if sheet.unread_of(code) and sheet.is_open(code) else tasks.close_task
            act(tx, incident, UNREAD_TASK, code.value, actor=actor, now=now)


def with_intake(known: FactRecord | None, told: IntakeReport) -> dict[str, object]:
    """The fact of all intakes after one of them was told of anew: by its id, else by its name."""
    listed = known.data.get("value", []) if known is not None and known.data.get("state") == "known" else []
    before = [IntakeReport.from_json(one) for one in listed]
    others = [
        one
        for one in before
        if not (one.name == told.name or (told.receptor_id is not None and one.receptor_id == told.receptor_id))
    ]
    return {"state": "known", "value": [one.to_json() for one in (*others, told)], "estimated": False}


def _identified(document: Mapping[str, Any]) -> str | None:
    try:
        found = identify(document["substance"] or "", document["un_no"] or "", document["cas_no"] or "")
    except DomainError:
        return None
    return found.id if found else None
