"""The duty to propose (R12) as papers meet it: one fact a paper, in line with its signature and its way."""

from __future__ import annotations

from datetime import datetime

from incident_desk.domain.command.papers import R12, PaperKind, met_at
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.models import CommandPaper, Incident
from incident_desk.services.cases import facts
from incident_desk.services.command.command_rows import withdraw_facts
from incident_desk.services.command.papers import delivery_of, signature_of
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction


def tell_duty(tx: Transaction, incident: Incident, row: CommandPaper, *, actor: Actor, now: datetime) -> list[int]:
    """Record ``duty_done`` once a proposal is signed and proven to have arrived; take it back where it no longer is.

    Gives back the ids of the facts that were withdrawn. The clocks are derived anew.
    """
    facts.lock(tx, incident)
    withdrawn = withdraw_facts(tx, incident, source_of(row), now=now)
    at = met_at(PaperKind(row.kind), signature_of(row), delivery_of(row), row.digest)
    if at is not None and R12 in Rulebook.shipped().rule_ids:
        data = {"rule_id": R12, "office": row.office_code}
        facts.record(
            tx, incident, FactKind.DUTY_DONE, at=at, data=data, actor=actor, now=now, office=row.office_code,
            source=source_of(row),
        )  # fmt: skip
    if withdrawn or at is not None:
        clocks.rederive(tx, incident, now=now)
    return withdrawn


def source_of(row: CommandPaper) -> str:
    """The source under which a paper's facts stand."""
    return f"paper:{row.id}"
