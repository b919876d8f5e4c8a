"""Recording one fact of a case as an act of its own; its clocks follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.models import FactRecord
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.law import clocks
from incident_desk.services.transaction import transaction

OWN_USE_CASE = frozenset(
    {
        facts.OPENED, FactKind.GRADE_CHANGED, FactKind.FACTS_CORRECTED, FactKind.OFFICE_LEARNED, FactKind.REPORT_FILED,
        FactKind.RELEASE_PUBLISHED, FactKind.INCIDENT_CLOSED,
    }
)  # fmt: skip
"""Kinds that a use case of their own records, because more than the fact changes."""


class FactHasItsOwnAct(DomainError):
    """A kind of fact that comes about by an act of its own."""

    code = "fact_has_its_own_act"
    status = 409
    message_id = N_("%(kind)s is recorded by its own act on the page of the case, not as a plain fact.")


def record_fact(
    case_no: str,
    kind: str,
    data: Mapping[str, Any],
    *,
    at: datetime,
    actor: Actor,
    now: datetime,
    source: str | None = None,
    expected_version: int | None = None,
) -> FactRecord:
    """Record one fact of a case and derive its clocks anew.

    Raises:
        FactHasItsOwnAct: the kind belongs to another use case, such as the first judgement.
        ChangedMeanwhile: a fact of this kind is newer than *expected_version*; its ``params`` hold both.
        UnknownFactKind, LiesAhead, NotFound: see ``facts.record`` and ``scope``.
    """
    if kind in OWN_USE_CASE:
        raise FactHasItsOwnAct(field="kind", kind=str(kind))
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        facts.refuse_stale(tx.session, incident, (kind,), expected_version, typed=data)
        fact = facts.record(tx, incident, kind, at=at, data=data, actor=actor, now=now, source=source)
        clocks.rederive(tx, incident, now=now)
        tx.outcome("fact", f"{case_no}/{fact.id}")
    return fact
