"""Circumstances of 令17号 第四条 and the Hubei notice, proposed from recorded facts recorded with their reason.

A circumstance that a person withdrew is not proposed again; a person may still record it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.calls.call_fields import CasualtyCause
from incident_desk.domain.calls.call_grading import grading_inputs
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.law.grading import propose as propose_grade
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.law.triggers import (
    DIVERSION_TARGET,
    INTAKE,
    FactSource,
    KnownFacts,
    Substance,
    Target,
    TriggerProposal,
    propose_triggers,
    trigger_codes,
)
from incident_desk.domain.permissions import Actor
from incident_desk.models import FactRecord, Incident
from incident_desk.services.cases import facts
from incident_desk.services.transaction import Transaction

IMPLIED_BY: dict[FactSource, tuple[str, ...]] = {
    FactSource.PLACE: ("sheet.intakes", "sheet.water_body", "sheet.coordinates", "sheet.place_text"),
    FactSource.SUBSTANCE: ("sheet.substance", "sheet.un_no", "sheet.cas_no"),
    FactSource.TRACE: ("sheet.coordinates",),
    FactSource.HARM: ("sheet.dead", "sheet.injured", "sheet.poisoned", "sheet.evacuated"),
    FactSource.GRADE: ("sheet.dead", "sheet.injured", "sheet.poisoned", "sheet.evacuated", "sheet.intakes"),
    FactSource.OPINION: (),
}
"""The kinds of fact whose first recording makes a circumstance known (design 5.2, reading 2)."""


def known_facts(sheet: CallSheet) -> KnownFacts:
    """What *sheet* says that bears on the circumstances; the river's share comes with the trace."""
    found = sheet.identified
    likely = propose_grade(grading_inputs(sheet).to_json(), Rulebook.shipped()).worst_possible
    return KnownFacts(
        substances=(
            (Substance(found.name_zh, found.pollutant_category, sheet.un_no or next(iter(found.un), "")),)
            if found
            else ((Substance(sheet.substance or "UN", "UNKNOWN", sheet.un_no),) if sheet.un_no else ())
        ),
        targets=tuple(_targets(sheet)),
        deaths_or_injured=_harmed(sheet),
        evacuated=sheet.evacuated or 0,
        likely_grade=likely,
    )


def implied(sheet: CallSheet) -> tuple[str, ...]:
    """Codes of the circumstances that *sheet* implies by itself."""
    return trigger_codes(propose_triggers(known_facts(sheet)))


def propose(tx: Transaction, incident: Incident, sheet: CallSheet, *, actor: Actor, now: datetime) -> list[FactRecord]:
    """Record the circumstances that *sheet* implies and that are not on record yet."""
    return record_proposals(tx, incident, propose_triggers(known_facts(sheet)), actor=actor, now=now)


def record_proposals(
    tx: Transaction, incident: Incident, proposals: Iterable[TriggerProposal], *, actor: Actor, now: datetime
) -> list[FactRecord]:
    """Record proposed circumstances, from the sheet or from a trace: each once, with its reasons and its source.

    The time of each is when the first fact that implies it was known. Callers derive the clocks anew afterwards.
    """
    by_code: dict[str, list[TriggerProposal]] = {}
    for proposal in proposals:
        by_code.setdefault(proposal.code, []).append(proposal)
    withdrawn = _ever_withdrawn(tx, incident)
    written = []
    for code, reasons in by_code.items():
        if code in withdrawn:
            continue
        fact = facts.record_trigger(
            tx, incident, code,
            implied_by=tuple(dict.fromkeys(kind for reason in reasons for kind in IMPLIED_BY[reason.source])),
            reason="；".join(dict.fromkeys(reason.reason_zh for reason in reasons))[:500],
            source=f"proposal:{reasons[0].source}", actor=actor, now=now,
        )  # fmt: skip
        if fact is not None:
            written.append(fact)
    return written


def _harmed(sheet: CallSheet) -> int:
    """People harmed by the pollution: the poisoned, and the dead and injured where that is known to be the cause."""
    by_pollution = sheet.casualty_cause is CasualtyCause.POLLUTION
    counts = (sheet.poisoned, sheet.dead if by_pollution else 0, sheet.injured if by_pollution else 0)
    return sum(count or 0 for count in counts)


def _targets(sheet: CallSheet) -> Iterable[Target]:
    for intake in sheet.intakes:
        yield Target(INTAKE, intake.name)
    if "丹江口" in sheet.water_body:
        yield Target(DIVERSION_TARGET, "丹江口水库")


def _ever_withdrawn(tx: Transaction, incident: Incident) -> set[str]:
    rows = tx.session.scalars(
        select(FactRecord).where(
            FactRecord.incident_id == incident.id, FactRecord.kind == FactKind.TRIGGER_WITHDRAWN.value
        )
    )
    return {row.data["trigger"] for row in rows}
