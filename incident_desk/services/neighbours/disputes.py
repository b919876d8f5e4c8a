"""Disputes under an agreement (跨界纠纷): opened, mediated, settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from incident_desk.domain.china_time import china_date
from incident_desk.domain.command.words import clean
from incident_desk.domain.errors import NotFound
from incident_desk.domain.neighbours.agreements import DayAhead, DaysReversed, DisputeIncomplete, DisputeSettled
from incident_desk.domain.permissions import Actor
from incident_desk.models import AgreementDispute
from incident_desk.services.neighbours.agreements import find_own
from incident_desk.services.transaction import transaction

WORDS = {"about": 1_000, "mediated_by": 120}
OUTCOME = {"mediated_by": 120, "outcome": 1_000}


def open_dispute(
    agreement_id: int, said: Mapping[str, str], *, opened_on: date, actor: Actor, now: datetime
) -> AgreementDispute:
    """Put a dispute on record. Journal ``agreement.dispute_opened``.

    Raises:
        DisputeIncomplete, DayAhead, CommandTextTooLong, AgreementEnded, NotAllowed, NotFound.
    """
    with transaction() as tx:
        row = find_own(tx, agreement_id, actor)
        words = clean(said, WORDS)
        if not words["about"]:
            raise DisputeIncomplete(field="about")
        if opened_on > china_date(now):
            raise DayAhead(field="opened_on")
        dispute = AgreementDispute(
            agreement_id=row.id, opened_on=opened_on, **words, outcome="", recorded_at=now, recorded_by=actor.ref
        )
        tx.session.add(dispute)
        tx.session.flush()
        data = {"agreement": row.id, "dispute": dispute.id, "opened_on": opened_on.isoformat()}
        tx.journal(None, "agreement.dispute_opened", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("agreement", row.id)
    return dispute


def settle(
    agreement_id: int, dispute_id: int, said: Mapping[str, str], *, settled_on: date, actor: Actor, now: datetime
) -> AgreementDispute:
    """Say when and how a dispute was settled. Journal ``agreement.dispute_settled``.

    Raises:
        DisputeSettled, DayAhead, DaysReversed, CommandTextTooLong, AgreementEnded, NotAllowed, NotFound.
    """
    with transaction() as tx:
        row = find_own(tx, agreement_id, actor)
        dispute = next((one for one in row.disputes if one.id == dispute_id), None)
        if dispute is None:
            raise NotFound
        if dispute.settled_on is not None:
            raise DisputeSettled
        words = clean(said, OUTCOME)
        if settled_on > china_date(now):
            raise DayAhead(field="settled_on")
        if settled_on < dispute.opened_on:
            raise DaysReversed(field="settled_on", before=dispute.opened_on.isoformat())
        dispute.settled_on, dispute.settled_recorded_by = settled_on, actor.ref
        dispute.outcome = words["outcome"]
        dispute.mediated_by = words["mediated_by"] or dispute.mediated_by
        data = {"agreement": row.id, "dispute": dispute.id, "settled_on": settled_on.isoformat()}
        tx.journal(None, "agreement.dispute_settled", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("agreement", row.id)
    return dispute
