"""Departments of the same level (R11, 通报同级有关部门): each told by itself, the duty met when all were reached.

Which they are is ``peer_departments.csv``. Proof counts from any report of the office in the case. The fact that meets
the clock is recorded when the last was reached, and withdrawn when one of them turns out not to have been.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.law.legal_codes import FactKind, Recipient, ReportForm, ReportKind
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.addressees import is_department, required_departments
from incident_desk.models import FactRecord, Incident, Report, ReportDelivery
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts
from incident_desk.services.reports.report_rows import delivery_of
from incident_desk.services.transaction import Transaction

WATER = frozenset({"WATER_SURFACE", "WATER_GROUND"})


def told(session: Session, incident: Incident, office: str) -> tuple[str, ...]:
    """The departments that *office* has reached with proof, as addressees."""
    return tuple(_first_proofs(session, incident, office))


def missing(session: Session, incident: Incident, office: str) -> tuple[str, ...]:
    """The departments that R11 wants told and that *office* has not reached yet."""
    reached = _first_proofs(session, incident, office)
    return tuple(code for code in _required(session, incident) if code not in reached)


def settle(tx: Transaction, incident: Incident, office: str, *, actor: Actor, now: datetime) -> list[int]:
    """Bring the facts that meet R11, and R7 for departments, in line with the deliveries; ids of facts withdrawn.

    Called by whoever recorded or undid a delivery, before the clocks are derived anew. R7 asks that every department
    that was told is told the result too.
    """
    tx.session.flush()
    reached = _first_proofs(tx.session, incident, office)
    of_result = _first_proofs(tx.session, incident, office, ReportKind.RESULT)
    wanted = _required(tx.session, incident)
    all_told = bool(wanted) and all(code in reached for code in wanted)
    moments = {
        ReportKind.INITIAL: max(reached[code] for code in wanted) if all_told else None,
        ReportKind.RESULT: max(of_result.values()) if all_told and set(of_result) == set(reached) else None,
    }
    withdrawn = []
    for kind, at in moments.items():
        withdrawn += _keep_fact(tx, incident, office, kind, at, actor=actor, now=now)
    return withdrawn


def _keep_fact(
    tx: Transaction, incident: Incident, office: str, kind: ReportKind, at: datetime | None, *,
    actor: Actor, now: datetime,
) -> list[int]:  # fmt: skip
    """Record that the departments were told at *at*, or withdraw what said so; gives back the ids withdrawn."""
    source = f"departments:{office}:{kind.value}"
    standing = tx.session.scalar(
        select(FactRecord).where(
            FactRecord.incident_id == incident.id, FactRecord.kind == FactKind.REPORT_FILED.value,
            FactRecord.source == source, FactRecord.withdrawn_at.is_(None),
        )
    )  # fmt: skip
    if at is not None and standing is None:
        data = {
            "from": office, "report_kind": kind.value, "form": ReportForm.WRITTEN.value,
            "to": [Recipient.PEER_DEPARTMENTS.value],
        }  # fmt: skip
        facts.record(
            tx, incident, FactKind.REPORT_FILED, at=at, data=data, actor=actor, now=now, office=office, source=source
        )
    if standing is not None and at is None:
        standing.withdrawn_at = now
        incident.version += 1
        return [standing.id]
    return []


def _required(session: Session, incident: Incident) -> tuple[str, ...]:
    """The departments that this case wants told; a case of which no medium was said counts as one of water."""
    sheet = case_sheet.sheet_of(facts.current_values(incident.id, session), incident.learned_at)
    is_water = not sheet.media or bool(WATER & set(sheet.media)) or bool(sheet.water_body)
    return required_departments(is_water=is_water)


def _first_proofs(
    session: Session, incident: Incident, office: str, kind: ReportKind | None = None
) -> dict[str, datetime]:
    """When each department was first reached with proof by a report of *office* in the case, of *kind* if given."""
    query = (
        select(ReportDelivery)
        .join(Report, ReportDelivery.report_id == Report.id)
        .where(Report.incident_id == incident.id, Report.office_code == office, ReportDelivery.sent_at.is_not(None))
        .order_by(ReportDelivery.sent_at)
    )
    if kind is not None:
        query = query.where(Report.report_kind == kind.value)
    proofs: dict[str, datetime] = {}
    for row in session.scalars(query):
        delivery = delivery_of(row)
        if is_department(row.recipient) and delivery.has_proof():
            proofs.setdefault(row.recipient, delivery.at)
    return proofs
