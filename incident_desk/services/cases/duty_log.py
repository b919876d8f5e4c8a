"""A line in the duty log, written by a person: the words are a fact of the case, the journal holds their digest."""

from __future__ import annotations

from datetime import datetime

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.models import FactRecord
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.transaction import transaction

LOG_LINE = "log.line"
LONGEST = 2_000


class EmptyLogLine(DomainError):
    """A line without words."""

    code = "empty_log_line"
    message_id = N_("Write a few words first.")


def add_line(case_no: str, text: str, *, actor: Actor, now: datetime) -> FactRecord:
    """Write *text* into the log of a case.

    Raises:
        EmptyLogLine: nothing was written.
        NotFound: not this actor's to see.
    """
    words = text.replace("\x00", "").strip()[:LONGEST]
    if not words:
        raise EmptyLogLine(field="text")
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        fact = facts.record(tx, incident, LOG_LINE, at=now, data={"text": words}, actor=actor, now=now)
        digest = salted_digest(bytes.fromhex(incident.journal_salt), words.encode())
        tx.journal(incident, "log.added", actor=actor, at=now, data={"fact": fact.id, "digest": digest})
        tx.outcome("board", incident.case_no)
    return fact
