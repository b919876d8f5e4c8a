"""Receipts: what was sent and not confirmed is asked for every ten minutes until it is confirmed or denied.

The next step is a column of the delivery, each step that passed a row of its own: a worker that was dead writes every
step it missed once, and sends one message for the newest. A closed case is not chased any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from incident_desk.domain.china_time import zh_time
from incident_desk.domain.law.legal_codes import ReportKind
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Actor, Role, worker_actor
from incident_desk.domain.reports.report_titles import part_zh
from incident_desk.extensions import db
from incident_desk.models import DeliveryUndone, Incident, Person, ReceiptChase, Report, ReportDelivery
from incident_desk.services import addresses, scope
from incident_desk.services.messages import leader_messages
from incident_desk.services.reports.report_rows import delivery_of
from incident_desk.services.transaction import Transaction, transaction

EVERY = timedelta(minutes=10)
LEADERS_FROM = 2
"""From this step on the leaders are told beside whoever sent it. A setting of ours, no rule."""

BATCH = 20
MOST_STEPS = 144
"""Steps written of one delivery in one transaction: a day; a worker that was dead longer goes on with the next tick."""


@dataclass(frozen=True, slots=True)
class Due:
    """One receipt that is missing, for the desk: *denied* when the other side says that nothing came."""

    incident: Incident
    report: Report
    delivery: ReportDelivery
    sent_at: datetime | None
    denied: DeliveryUndone | None = None
    steps: int = 0


def plan(one: ReportDelivery, *, now: datetime) -> None:
    """Say when the receipt of *one* is asked for next; call it after any change of the entry."""
    if one.sent_at is None or delivery_of(one).has_proof():
        one.chase_at = None
    else:
        one.chase_at = max(one.sent_at + EVERY, now)


def tick(now: datetime) -> int:
    """The worker's duty: write every step that has passed by *now*; says how many deliveries were handled.

    Looks before it takes the writing lock; the report is locked before its deliveries, as whoever records does.
    """
    due = select(ReportDelivery.report_id).where(ReportDelivery.chase_at <= now)
    if db.session.scalar(due.limit(1)) is None:
        return 0
    handled = 0
    with transaction() as tx:
        query = select(Report).where(Report.id.in_(due)).order_by(Report.id).limit(BATCH)
        for report in tx.session.scalars(query.with_for_update(skip_locked=True)).all():
            incident = tx.session.get_one(Incident, report.incident_id)
            for one in report.deliveries:
                if one.chase_at is not None and one.chase_at <= now:
                    _chase(tx, incident, report, one, now=now)
                    handled += 1
    return handled


def _chase(tx: Transaction, incident: Incident, report: Report, one: ReportDelivery, *, now: datetime) -> None:
    if incident.state != "open" or one.sent_at is None or delivery_of(one).has_proof():
        one.chase_at = None
        return
    newest = None
    step = _steps(tx, report, one)
    for _once in range(MOST_STEPS):
        if one.chase_at is None or one.chase_at > now:
            break
        step += 1
        newest = ReceiptChase(
            report_id=report.id, recipient=one.recipient, sent_at=one.sent_at, step=step, due_at=one.chase_at,
            written_at=now, messages=0,
        )  # fmt: skip
        tx.session.add(newest)
        data = {"report": report.id, "to": one.recipient, "step": step, "due_at": one.chase_at, "written_at": now}
        tx.journal(
            incident, "report.receipt_chased", actor=worker_actor(report.office_code), at=now,
            office=report.office_code, data=data,
        )  # fmt: skip
        one.chase_at = one.chase_at + EVERY
    if newest is not None and one.chase_at is not None and one.chase_at > now:
        newest.messages = _tell(tx, incident, report, one, step, now=now)


def _steps(tx: Transaction, report: Report, one: ReportDelivery) -> int:
    """How many steps of this sending are on record."""
    query = select(ReceiptChase.step).where(
        ReceiptChase.report_id == report.id, ReceiptChase.recipient == one.recipient,
        ReceiptChase.sent_at == one.sent_at,
    )  # fmt: skip
    return tx.session.scalar(query.order_by(ReceiptChase.step.desc()).limit(1)) or 0


def _tell(tx: Transaction, incident: Incident, report: Report, one: ReportDelivery, step: int, *, now: datetime) -> int:
    """Promise the message of *step* to whoever sent it and, from the second step, to the leaders; says to how many."""
    assert one.sent_at is not None
    kind = MessageKind.RECEIPT_CHASE
    subject = f"report-{report.id}-{one.recipient}-{int(one.sent_at.timestamp())}"
    words = {
        "title": f"{part_zh(ReportKind(report.report_kind), report.follow_up_no)}（第{report.sequence}报）",
        "sent": zh_time(one.sent_at),
        "to": one.name,
        "link": addresses.of(f"/incidents/{incident.case_no}/reports/{report.number}"),
    }
    return leader_messages.tell_people(
        tx, incident, kind, words, people=_whom(tx, report, one, step),
        key_of=lambda person: message_key(incident.case_no, kind, subject, f"person-{person}", round_no=step),
        about={"report": report.id, "step": step}, now=now,
    )  # fmt: skip


def _whom(tx: Transaction, report: Report, one: ReportDelivery, step: int) -> list[Person]:
    """Whoever recorded the sending, if a message can reach them; leaders from the second step, or in their place."""
    reachable = (Person.is_active, Person.phone.is_not(None))
    keeper = None
    if (one.recorded_by or "").startswith("person:"):
        identity = int((one.recorded_by or "").removeprefix("person:"))
        keeper = tx.session.scalar(select(Person).where(Person.id == identity, *reachable))
    if keeper is not None and step < LEADERS_FROM:
        return [keeper]
    for office in scope.offices_above(report.office_code):
        leaders = tx.session.scalars(
            select(Person).where(Person.office_code == office, Person.role == Role.LEADER.value, *reachable)
        ).all()
        if leaders:
            others = [leader for leader in leaders if keeper is None or leader.id != keeper.id]
            return [*([keeper] if keeper else []), *others]
    return [keeper] if keeper else []


def due_at_desk(actor: Actor) -> list[Due]:
    """Receipts that are missing in the open cases *actor* may see, longest waiting first.

    Behind what was sent and is unconfirmed stands what was denied and has not been sent again.
    """
    base = (
        select(Incident, Report, ReportDelivery)
        .join(Report, Report.incident_id == Incident.id)
        .join(ReportDelivery, ReportDelivery.report_id == Report.id)
        .where(scope.visible_to(actor), Incident.state == "open")
    )
    waiting = base.where(ReportDelivery.chase_at.is_not(None)).order_by(ReportDelivery.sent_at, ReportDelivery.id)
    found = [
        Due(incident, report, one, one.sent_at, steps=len(chases_of(report, one)))
        for incident, report, one in db.session.execute(waiting)
    ]
    denied = (
        base.add_columns(DeliveryUndone)
        .join(
            DeliveryUndone,
            (DeliveryUndone.report_id == Report.id) & (DeliveryUndone.recipient == ReportDelivery.recipient),
        )
        .where(ReportDelivery.sent_at.is_(None), DeliveryUndone.kind == "denied")
        .order_by(DeliveryUndone.id)
    )
    rows = db.session.execute(denied)
    newest = {one.id: Due(incident, report, one, None, undone) for incident, report, one, undone in rows}
    return [*found, *newest.values()]


def chases_of(report: Report, one: ReportDelivery) -> list[ReceiptChase]:
    """The steps on record of the sending that stands, oldest first."""
    query = select(ReceiptChase).where(
        ReceiptChase.report_id == report.id, ReceiptChase.recipient == one.recipient,
        ReceiptChase.sent_at == one.sent_at,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(ReceiptChase.step)))


def undone_of(report: Report) -> list[DeliveryUndone]:
    """Entries of deliveries that no longer stand, oldest first."""
    query = select(DeliveryUndone).where(DeliveryUndone.report_id == report.id)
    return list(db.session.scalars(query.order_by(DeliveryUndone.id)))
