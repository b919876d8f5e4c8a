"""What follows from a trace on record, in its transaction: circumstances it implies, and whom it says to ring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.first_calls import STRUCTURE_KINDS, CallRole, ReceptorBelow, StructureAbove
from incident_desk.domain.downstream import (
    HORIZON_H,
    PlaceBelow,
    county_of,
    one_per_structure,
    prefectures_entered,
    targets_below,
    threatened,
)
from incident_desk.domain.law.triggers import KnownFacts, TriggerProposal, propose_triggers
from incident_desk.domain.permissions import Actor
from incident_desk.models import Incident, Office, PhoneCall, TraceRun
from incident_desk.services.calls import first_calls
from incident_desk.services.law import circumstances
from incident_desk.services.neighbours import affected
from incident_desk.services.transaction import Transaction
from incident_desk.services.water.river_way import place_below

HORIZON = "downstream_horizon_h"
"""Key of an office's settings: hours within which the earliest front makes a place below count."""
FROM_THE_RIVER = frozenset(
    {
        CallRole.WATERWORKS.value, CallRole.STRUCTURE_BELOW.value, CallRole.STRUCTURE_ABOVE.value,
        CallRole.NEIGHBOUR_DESK.value,
    }
)  # fmt: skip
"""Kinds of call that a trace proposes and that another trace may take back."""


def circumstances_of(result: Mapping[str, Any], horizon_h: float = HORIZON_H) -> tuple[TriggerProposal, ...]:
    """Circumstances that a trace's result implies, with their reasons."""
    return propose_triggers(KnownFacts(targets=targets_below(_places(result), horizon_h)))


def record(
    tx: Transaction,
    incident: Incident,
    run: TraceRun,
    above: Sequence[StructureAbove],
    sheet: CallSheet,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Put on record what *run* implies: circumstances, neighbours (the caller derives the clocks), calls to make.

    Calls that an earlier trace proposed, that nobody made and that this one no longer asks for are taken back.
    """
    horizon = horizon_of(tx, incident.office_code)
    proposals = circumstances_of(run.result, horizon)
    circumstances.record_proposals(tx, incident, proposals, actor=actor, now=now)
    affected.record_from_trace(tx, incident, run, horizon, actor=actor, now=now)
    _ask_again(tx, incident)
    rows = first_calls.propose_from_sheet(
        tx,
        incident,
        sheet,
        actor=actor,
        now=now,
        receptors=_to_ring(run.result, sheet, horizon),
        structures_above=above,
        county=county_of(_places(run.result)),
        neighbours=prefectures_entered(threatened(_places(run.result), horizon), incident.office_code),
    )
    _take_back(tx, incident, run, {row.contact_key for row in rows}, actor=actor, now=now)


def horizon_of(tx: Transaction, office: str) -> float:
    """The office's own horizon, hours, else the house's."""
    row = tx.session.get(Office, office)
    return float((row.settings if row else {}).get(HORIZON, HORIZON_H))


def _places(result: Mapping[str, Any]) -> tuple[PlaceBelow, ...]:
    return tuple(place_below(receptor) for receptor in result["receptors"])


def _to_ring(result: Mapping[str, Any], sheet: CallSheet, horizon_h: float) -> list[ReceptorBelow]:
    """Places below whose people are rung: what counts, the nearest intake in any case, what a caller named."""
    bands = {receptor["id"]: receptor["arrival"] or {} for receptor in result["receptors"]}
    places = _places(result)
    counting = {place.id for place in threatened(places, horizon_h)}
    nearest = next((place.id for place in places if place.kind == "intake"), None)
    structures = one_per_structure([place.id for place in places if place.kind in STRUCTURE_KINDS])
    rung = [
        ReceptorBelow(place.id, place.kind, place.name, place.distance_m, **_instants(bands[place.id]))
        for place in places
        if (place.id in counting or place.id == nearest) and _concerns(place, structures)
    ]
    known = {name for place in places for name in (place.id, place.name)}
    named = [one for one in first_calls.named_intakes(sheet) if one.id not in known and one.name not in known]
    return [*rung, *named]


def _concerns(place: PlaceBelow, structures: frozenset[str]) -> bool:
    if place.kind in STRUCTURE_KINDS:
        return place.id in structures
    return place.kind == "intake" or place.is_province_border


def _instants(band: Mapping[str, str]) -> dict[str, Any]:
    return {key: datetime.fromisoformat(band[key]) for key in ("earliest", "likely", "latest") if key in band}


def _river_calls(tx: Transaction, incident: Incident) -> Iterable[PhoneCall]:
    return tx.session.scalars(
        select(PhoneCall)
        .where(PhoneCall.incident_id == incident.id, PhoneCall.kind.in_(FROM_THE_RIVER))
        .order_by(PhoneCall.id)
    ).all()


def _ask_again(tx: Transaction, incident: Incident) -> None:
    """Calls that a trace took back stand ready again; those that this trace does not ask for go the same way anew."""
    for row in _river_calls(tx, incident):
        if row.state == "not_needed" and row.made_by is None and "taken_back_by" in row.reason:
            row.state = "to_make"


def _take_back(
    tx: Transaction, incident: Incident, run: TraceRun, wanted: set[str], *, actor: Actor, now: datetime
) -> None:
    gone, fresh = [], []
    for row in _river_calls(tx, incident):
        if row.state != "to_make" or row.contact_key in wanted:
            continue
        if "taken_back_by" not in row.reason:
            fresh.append(row.id)
        row.state, row.reason = "not_needed", {**row.reason, "taken_back_by": run.id}
        gone.append(row.id)
    if fresh:
        tx.journal(incident, "phone_call.taken_back", actor=actor, at=now, data={"phone_calls": fresh, "trace": run.id})
