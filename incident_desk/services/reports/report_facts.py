"""What a delivery tells the clocks: that a report reached somebody, and who thereby learned; and its undoing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.law.legal_codes import FactKind, Recipient, ReportForm
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.addressees import is_department
from incident_desk.models import FactRecord, Incident, IncidentOffice, Office, Report, ReportDelivery
from incident_desk.services.calls import corrections
from incident_desk.services.cases import facts
from incident_desk.services.reports import report_departments, report_recipients
from incident_desk.services.transaction import Transaction


def tell_clocks(
    tx: Transaction, incident: Incident, row: Report, reached: list[ReportDelivery], *, at: datetime,
    by_telephone: bool, actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """One ``report_filed`` fact for those reached by this act, and what the offices among them thereby learned."""
    upward = [one.recipient for one in reached if not is_department(one.recipient)]
    if upward:
        _filed(tx, incident, row, upward, at=at, by_telephone=by_telephone, actor=actor, now=now)
    if len(upward) < len(reached):
        report_departments.settle(tx, incident, row.office_code, actor=actor, now=now)
    for recipient in upward:
        if report_recipients.is_province(row.office_code, recipient):
            _province_received(tx, incident, row, at, actor=actor, now=now)
        elif recipient == Recipient.LEVEL_UP:
            _level_up_learned(tx, incident, row, at, actor=actor, now=now)


def _filed(
    tx: Transaction, incident: Incident, row: Report, to: list[str], *, at: datetime, by_telephone: bool,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    form = ReportForm.PHONE if by_telephone else ReportForm(row.form)
    data = {"from": row.office_code, "report_kind": row.report_kind, "form": form.value, "to": to}
    facts.record(
        tx, incident, FactKind.REPORT_FILED, at=at, data=data, actor=actor, now=now, office=row.office_code,
        source=_source(row),
    )  # fmt: skip


def _province_received(
    tx: Transaction, incident: Incident, row: Report, at: datetime, *, actor: Actor, now: datetime
) -> None:
    kind = FactKind.PROVINCE_RECEIVED
    if facts.newest(incident.id, kind, tx.session) is None:
        facts.record(tx, incident, kind, at=at, data={}, actor=actor, now=now, source=_source(row))


def _level_up_learned(
    tx: Transaction, incident: Incident, row: Report, at: datetime, *, actor: Actor, now: datetime
) -> None:
    """The office above learned by this report, unless it knew before; its own clocks run from then."""
    above = Rulebook.shipped().offices.get(row.office_code).parent_code
    knew = tx.session.scalar(
        select(IncidentOffice.learned_at).where(
            IncidentOffice.incident_id == incident.id, IncidentOffice.office_code == above
        )
    )
    if knew is not None or tx.session.get(Office, above) is None:
        return
    facts.record(
        tx, incident, FactKind.OFFICE_LEARNED, at=at, data={"office": above}, actor=actor, now=now, source=_source(row)
    )
    corrections.join(tx, incident, above, learned_at=at, reason="learned")
    data = {"office": above, "learned_at": at}
    tx.journal(incident, "office.joined", actor=actor, at=now, data=data)


def withdraw(
    tx: Transaction, incident: Incident, row: Report, recipient: str, *, actor: Actor, now: datetime
) -> list[int]:
    """Withdraw the facts that say that *recipient* was reached; others reached by the same act are recorded again.

    Where it is the provincial department, what made its own clock run goes with them.
    """
    withdrawn = []
    if report_recipients.is_province(row.office_code, recipient):
        for fact in _standing(tx, incident, row, FactKind.PROVINCE_RECEIVED):
            fact.withdrawn_at = now
            incident.version += 1
            withdrawn.append(fact.id)
    for fact in _standing(tx, incident, row, FactKind.REPORT_FILED):
        if recipient not in fact.data["to"]:
            continue
        fact.withdrawn_at = now
        incident.version += 1
        withdrawn.append(fact.id)
        others = [code for code in fact.data["to"] if code != recipient]
        if others:
            by_telephone = fact.data["form"] == ReportForm.PHONE.value
            _filed(tx, incident, row, others, at=fact.at, by_telephone=by_telephone, actor=actor, now=now)
    return withdrawn


def _standing(tx: Transaction, incident: Incident, row: Report, kind: FactKind) -> list[FactRecord]:
    query = select(FactRecord).where(
        FactRecord.incident_id == incident.id, FactRecord.kind == kind.value, FactRecord.source == _source(row),
        FactRecord.withdrawn_at.is_(None),
    )  # fmt: skip
    return list(tx.session.scalars(query))


def _source(row: Report) -> str:
    return f"report:{row.id}"
