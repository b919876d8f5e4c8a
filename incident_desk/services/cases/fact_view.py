"""What is known of a case, field by field, with since when and from whom; and what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident_desk.domain.calls.call_fields import PERSONAL, CallField
from incident_desk.domain.calls.call_questions import missing
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Call, FactRecord, Incident, Office
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts

SHOWN = tuple(code for code in CallField if code not in PERSONAL and code is not CallField.LEARNED_AT)


@dataclass(frozen=True, slots=True)
class Known:
    """One field of the sheet with its newest fact; ``fact`` is None where nobody has said anything."""

    field: CallField
    fact: FactRecord | None
    changes: int

    @property
    def is_open(self) -> bool:
        """True while the answer is missing, unknown or unread."""
        return self.fact is None or self.fact.data.get("state", "known") != "known"


@dataclass(frozen=True, slots=True)
class Circumstance:
    """One circumstance (T1 …) on record, with the fact that made it known."""

    code: str
    fact: FactRecord


@dataclass(frozen=True, slots=True)
class OfficeInCase:
    """An office that is part of the case, and when it learned."""

    code: str
    name_zh: str
    name_en: str
    learned_at: datetime | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class FactsView:
    """Everything the Facts tab says."""

    incident: Incident
    sheet: CallSheet
    known: tuple[Known, ...]
    still_open: tuple[CallField, ...]
    circumstances: tuple[Circumstance, ...]
    offices: tuple[OfficeInCase, ...]
    discharge: FactRecord | None
    calls: tuple[Call, ...]


def view(actor: Actor, case_no: str) -> FactsView:
    """The facts of a case.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    current = facts.current_values(incident.id)
    times = _times_changed(incident.id)
    sheet = case_sheet.sheet_of(current, incident.learned_at)
    return FactsView(
        incident=incident,
        sheet=sheet,
        known=tuple(Known(code, current.get(code.value), times.get(f"{facts.SHEET}{code.value}", 0)) for code in SHOWN),
        still_open=missing(sheet),
        circumstances=_circumstances(incident.id),
        offices=_offices(incident),
        discharge=facts.newest(incident.id, "river.discharge_now"),
        calls=tuple(db.session.scalars(select(Call).where(Call.incident_id == incident.id).order_by(Call.id))),
    )


def field_history(actor: Actor, case_no: str, field: str) -> tuple[Incident, CallField, list[FactRecord]]:
    """One field's facts, newest first.

    Raises:
        NotFound: no such field, or not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    if field not in {code.value for code in SHOWN}:
        raise NotFound
    rows = facts.history(incident.id, f"{facts.SHEET}{field}")
    return incident, CallField(field), rows[::-1]


def _times_changed(incident_id: int) -> dict[str, int]:
    kinds = select(FactRecord.kind).where(
        FactRecord.incident_id == incident_id, FactRecord.kind.startswith(facts.SHEET, autoescape=True)
    )
    found: dict[str, int] = {}
    for kind in db.session.scalars(kinds):
        found[kind] = found.get(kind, 0) + 1
    return found


def _circumstances(incident_id: int) -> tuple[Circumstance, ...]:
    known = facts.current_triggers(db.session(), incident_id)
    rows = facts.history(incident_id, FactKind.TRIGGER_KNOWN)
    first: dict[str, FactRecord] = {}
    for row in rows:
        first.setdefault(str(row.data["trigger"]), row)
    return tuple(Circumstance(code, first[code]) for code in sorted(known) if code in first)


def _offices(incident: Incident) -> tuple[OfficeInCase, ...]:
    names = {
        row.code: row
        for row in db.session.scalars(
            select(Office).where(Office.code.in_([one.office_code for one in incident.offices]))
        )
    }
    found: list[Any] = sorted(
        incident.offices, key=lambda one: (one.office_code != incident.office_code, one.office_code)
    )
    return tuple(
        OfficeInCase(
            one.office_code, names[one.office_code].name_zh, names[one.office_code].name_en, one.learned_at,
            one.office_code == incident.office_code,
        )
        for one in found
    )  # fmt: skip
