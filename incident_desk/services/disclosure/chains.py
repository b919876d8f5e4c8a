"""The approval chain of an office: its setting, and the one a case was begun with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.disclosure.approval import DEFAULT_CHAIN, Chain, read_chain
from incident_desk.domain.errors import ChangedMeanwhile
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import DisclosureChain, Incident
from incident_desk.services import scope
from incident_desk.services.transaction import transaction


@dataclass(frozen=True, slots=True)
class ChainView:
    """The chain an office goes by: its own row, that of an office above, or the shipped one (``row`` is None)."""

    steps: Chain
    row: DisclosureChain | None
    is_own: bool


def current(actor: Actor) -> ChainView:
    """The chain of the actor's office for cases begun from now on."""
    row = _row_of(db.session(), actor.office, None)
    if row is None:
        return ChainView(DEFAULT_CHAIN, None, False)
    return ChainView(read_chain(row.steps), row, row.office_code == actor.office)


def chain_of(session: Session, incident: Incident) -> Chain:
    """The chain that was in force when *incident* was opened; a later change of the setting does not move it."""
    row = _row_of(session, incident.office_code, incident.opened_at)
    return DEFAULT_CHAIN if row is None else read_chain(row.steps)


def set_chain(
    steps: Sequence[Mapping[str, object]], *, actor: Actor, now: datetime, expected_number: int | None = None
) -> DisclosureChain:
    """Set the chain of the actor's office for cases begun from now on. Journal ``release.chain_set``.

    *expected_number* is that of the chain on the screen, 0 where the office had none of its own.

    Raises:
        ChainWrong, StepTitleMissing: what to change is in the message.
        ChangedMeanwhile: somebody set another one since.
    """
    chain = read_chain(steps)
    with transaction() as tx:
        newest = tx.session.scalar(
            select(DisclosureChain)
            .where(DisclosureChain.office_code == actor.office)
            .order_by(DisclosureChain.number.desc())
            .limit(1)
        )
        number = newest.number if newest is not None else 0
        if expected_number is not None and expected_number != number:
            raise ChangedMeanwhile(version=number)
        plain = [step.to_json() for step in chain]
        if newest is not None and newest.steps == plain:
            tx.outcome("disclosure_chain", newest.id)
            return newest
        row = DisclosureChain(
            office_code=actor.office, number=number + 1, steps=plain, set_at=now, set_by=actor.ref
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"chain": row.id, "number": row.number, "kinds": [step.kind.value for step in chain]}
        tx.journal(None, "release.chain_set", actor=actor, at=now, data=data)
        tx.outcome("disclosure_chain", row.id)
    return row


def _row_of(session: Session, office: str, at: datetime | None) -> DisclosureChain | None:
    """The newest chain of the nearest office that set one by *at*; the office itself is the nearest."""
    for code in scope.offices_above(office):
        query = select(DisclosureChain).where(DisclosureChain.office_code == code)
        if at is not None:
            query = query.where(DisclosureChain.set_at <= at)
        row = session.scalar(query.order_by(DisclosureChain.number.desc()).limit(1))
        if row is not None:
            return row
    return None
