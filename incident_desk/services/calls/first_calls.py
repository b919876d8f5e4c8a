"""Whom to ring now: the telephone list and the roster of a case's offices, given to the domain's proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.first_calls import (
    CallRole,
    Contact,
    ReceptorBelow,
    SpillPlace,
    StructureAbove,
    propose_first_calls,
)
from incident_desk.domain.permissions import Actor, Role
from incident_desk.models import Incident, Office, Person, PhoneCall
from incident_desk.services.calls import phone_calls
from incident_desk.services.scope import code_prefix, offices_above
from incident_desk.services.transaction import Transaction

CONTACTS = "contacts"
"""Key of an office's settings under which its telephone list stands, one mapping a line."""
DESKS = frozenset({CallRole.COUNTY_BUREAU, CallRole.PREFECTURE_DESK, CallRole.PROVINCE_DESK, CallRole.NEIGHBOUR_DESK})


def propose_from_sheet(
    tx: Transaction,
    incident: Incident,
    sheet: CallSheet,
    *,
    actor: Actor,
    now: datetime,
    receptors: Iterable[ReceptorBelow] = (),
    structures_above: Iterable[StructureAbove] = (),
    county: str | None = None,
    neighbours: Sequence[str] = (),
) -> list[PhoneCall]:
    """Put the first calls of a case on record: from its sheet alone at opening, with the river after a trace.

    Intakes that the caller named are rung even before the river is known. *county* is where the river puts the spill,
    for a sheet that does not say; *neighbours* are codes of the prefectures that the water enters. Nobody rings the
    desk that has the case.
    """
    own, known = incident.office_code, tuple(receptors)
    calls = propose_first_calls(
        _spill(incident, sheet, county),
        known or named_intakes(sheet),
        structures_above,
        _without_own_desk(contacts_of(tx.session, own), own, neighbours),
        leaders_of(tx.session, own),
        now=now,
    )
    others = [call for call in calls if call.key != f"{CallRole.COUNTY_BUREAU}:{own}"]
    return phone_calls.propose(tx, incident, others, actor=actor, now=now)


def _without_own_desk(contacts: Iterable[Contact], own: str, neighbours: Sequence[str]) -> tuple[Contact, ...]:
    """The telephone list but for *own*'s desk, and the desks of *neighbours* as neighbours to be told."""
    kept = [line for line in contacts if not (line.role in DESKS and line.region_code == own)]
    told = {line.region_code for line in kept if line.role is CallRole.NEIGHBOUR_DESK}
    beside = [
        replace(line, id=f"{line.id}-neighbour", role=CallRole.NEIGHBOUR_DESK)
        for line in kept
        if line.role is CallRole.PREFECTURE_DESK and line.region_code in neighbours and line.region_code not in told
    ]
    return (*kept, *beside)


def contacts_of(session: Session, office: str) -> tuple[Contact, ...]:
    """The telephone list for a case of *office*: its own lines, those of offices above it, those of offices below."""
    above = list(offices_above(office))
    below = Office.code.startswith(code_prefix(office))
    rows = session.scalars(select(Office).where(or_(Office.code.in_(above), below)).order_by(Office.code.desc()))
    lists = {row.code: row.settings.get(CONTACTS, ()) for row in rows}
    order = [*above, *(code for code in lists if code not in above)]
    return tuple(to_contact(line) for code in order for line in lists.get(code, ()))


def leaders_of(session: Session, office: str) -> tuple[Contact, ...]:
    """The leaders of *office* as contacts, in the order of their accounts."""
    rows = session.scalars(
        select(Person)
        .where(Person.office_code == office, Person.role == Role.LEADER.value, Person.is_active)
        .order_by(Person.id)
    )
    return tuple(
        Contact(f"leader-{row.id}", row.name, row.name, row.phone or "", CallRole.DUTY_LEADER, office,
                is_sample=row.is_sample)
        for row in rows
    )  # fmt: skip


def to_contact(line: Mapping[str, Any]) -> Contact:
    """One line of an office's telephone list as it stands in its settings.

    Raises:
        KeyError, ValueError: the line has no id, name or role, or a role that is none.
    """
    return Contact(
        id=str(line["id"]),
        name_zh=str(line["name_zh"]),
        name_en=str(line.get("name_en") or line["name_zh"]),
        number=str(line.get("number") or ""),
        role=CallRole(line["role"]),
        region_code=str(line.get("region_code") or ""),
        facility_ids=tuple(str(one) for one in line.get("facility_ids", ())),
        is_sample=bool(line.get("is_sample", False)),
    )


def _spill(incident: Incident, sheet: CallSheet, county: str | None) -> SpillPlace:
    found = sheet.identified
    return SpillPlace(
        place_text=sheet.place_text,
        region_code=sheet.region_code or county or incident.office_code,
        water_body=sheet.water_body,
        substance_zh=found.name_zh if found else sheet.substance,
        substance_en=found.name_en if found else sheet.substance,
        reaches_water=True if sheet.water_body or "WATER_SURFACE" in sheet.media else None,
    )


def named_intakes(sheet: CallSheet) -> tuple[ReceptorBelow, ...]:
    """The intakes that the caller named, as places below at no known distance."""
    return tuple(
        ReceptorBelow(intake.receptor_id or f"said:{intake.name}", "intake", intake.name, 0.0)
        for intake in sheet.intakes
        if intake.name
    )
