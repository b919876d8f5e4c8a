"""Secret items handled off line (涉密事项线下办理): who, when, which register number, and nothing of the content.

Source: 突发环境事件信息报告办法 (令第17号) 第十一条: what is a state secret goes its own way and is never entered here.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.china_time import zh_time
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, Report, SecretItem
from incident_desk.services.reports.report_rows import find_own, is_fixed, write_draft
from incident_desk.services.transaction import Transaction, transaction

REGISTER_NO = re.compile(r"[0-9A-Za-z\u4e00-\u9fff〔〕\[\]()（）\-/._ ]{1,30}")
MOST_NAME = 20


class RegisterNoWrong(DomainError):
    """A register number that is missing, or more than a number."""

    code = "register_no_wrong"
    message_id = N_("Give the register number alone, at most 30 characters. Write nothing of the content here.")


class HandlerMissing(DomainError):
    """Nobody is named who handled the item."""

    code = "handler_missing"
    message_id = N_("Give the name of the person who handled it, at most 20 characters, and nothing else.")


def note(
    case_no: str, number: int, *, handled_by: str, register_no: str, handled_at: datetime, actor: Actor, now: datetime
) -> SecretItem:
    """Note at a report that a secret item was handled off line; a draft prints it. Journal ``report.secret_noted``.

    Raises:
        RegisterNoWrong, HandlerMissing, TimeInFuture: what to change is in the message.
        NotAllowed, NotFound.
    """
    name, register = handled_by.strip(), register_no.strip()
    if not name or len(name) > MOST_NAME or "\n" in name:
        raise HandlerMissing(field="handled_by")
    if not REGISTER_NO.fullmatch(register):
        raise RegisterNoWrong(field="register_no")
    check_not_future(handled_at, now=now)
    with transaction() as tx:
        incident, report = find_own(actor, case_no, number, tx.session)
        row = SecretItem(
            incident_id=incident.id, office_code=report.office_code, handled_by=name, handled_at=handled_at,
            register_no=register, recorded_by=actor.ref, recorded_at=now,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"item": row.id, "report": report.id}
        tx.journal(incident, "report.secret_noted", actor=actor, at=now, office=report.office_code, data=data)
        _print(tx, incident, report, actor=actor, now=now)
    return row


def strike(case_no: str, number: int, item_id: int, *, actor: Actor, now: datetime) -> None:
    """Strike out an entry that was wrong; it stays on record. Journal ``report.secret_struck``.

    Raises:
        NotAllowed, NotFound: no such report, or no such entry of its office.
    """
    with transaction() as tx:
        incident, report = find_own(actor, case_no, number, tx.session)
        row = tx.session.scalar(
            select(SecretItem).where(
                SecretItem.id == item_id, SecretItem.incident_id == incident.id,
                SecretItem.office_code == report.office_code,
            )
        )  # fmt: skip
        if row is None:
            raise NotFound
        if row.struck_at is None:
            row.struck_by, row.struck_at = actor.ref, now
            tx.session.flush()
            data = {"item": row.id, "report": report.id}
            tx.journal(incident, "report.secret_struck", actor=actor, at=now, office=report.office_code, data=data)
        _print(tx, incident, report, actor=actor, now=now)


def _print(tx: Transaction, incident: Incident, report: Report, *, actor: Actor, now: datetime) -> None:
    """Write the draft anew with what stands now; what is signed or sent stays as it is."""
    said = line_zh(tx.session, incident.id, report.office_code)
    if not is_fixed(report) and report.basis["values"].get("secret_items") != said:
        report.basis = {**report.basis, "values": {**report.basis["values"], "secret_items": said}}
        write_draft(tx, incident, report, actor=actor, now=now)
    tx.outcome("report", f"{incident.case_no}/{report.number}")


def items_of(report: Report) -> list[SecretItem]:
    """The entries of the report's office in its case, struck ones too, in their order."""
    query = select(SecretItem).where(
        SecretItem.incident_id == report.incident_id, SecretItem.office_code == report.office_code
    )
    return list(db.session.scalars(query.order_by(SecretItem.id)))


def line_zh(session: Session, incident_id: int, office: str) -> str | None:
    """What a report of *office* prints: how many, and each with number, name and time; None where there is none."""
    rows = session.scalars(_standing(incident_id, office)).all()
    if not rows:
        return None
    each = "；".join(f"登记号{row.register_no}，{row.handled_by}，{zh_time(row.handled_at)}" for row in rows)
    return f"涉密事项{len(rows)}项已按保密规定线下办理（{each}），内容不在本件"


def _standing(incident_id: int, office: str) -> Select[SecretItem]:
    return (
        select(SecretItem)
        .where(SecretItem.incident_id == incident_id, SecretItem.office_code == office, SecretItem.struck_at.is_(None))
        .order_by(SecretItem.id)
    )
