"""Silence after a round (逾期未答): flagged once by the worker, with a text to the leader of the silent office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import worker_actor
from incident_desk.extensions import db
from incident_desk.models import Incident, InquiryRound, Office, RoundOffice
from incident_desk.services import people
from incident_desk.services.messages import leader_messages
from incident_desk.services.rounds import round_links
from incident_desk.services.transaction import Transaction, transaction

BATCH = 20


def flag(now: datetime) -> int:
    """The worker's duty: flag each office that has answered nothing by the time; says how many.

    Looks before it takes the writing lock. Journal ``round.silent``.
    """
    late = (
        select(RoundOffice)
        .join(InquiryRound, InquiryRound.id == RoundOffice.round_id)
        .join(Incident, Incident.id == InquiryRound.incident_id)
        .where(
            RoundOffice.silent_at.is_(None), RoundOffice.answered_at.is_(None), InquiryRound.due_at < now,
            InquiryRound.ended_at.is_(None), Incident.state == "open",
        )
    )  # fmt: skip
    if db.session.scalar(late.with_only_columns(RoundOffice.id).limit(1)) is None:
        return 0
    with transaction() as tx:
        query = late.order_by(RoundOffice.id).limit(BATCH)
        rows = tx.session.scalars(query.with_for_update(of=RoundOffice, skip_locked=True, key_share=True)).all()
        for asked in rows:
            _flag(tx, asked, now=now)
    return len(rows)


def _flag(tx: Transaction, asked: RoundOffice, *, now: datetime) -> None:
    row = asked.round
    incident = tx.session.get_one(Incident, row.incident_id)
    office = tx.session.get_one(Office, asked.office_code)
    asked.silent_at = now
    asked.silent_messages = leader_messages.tell_people(
        tx, incident, MessageKind.ROUND_SILENT,
        {
            "office": office.name_zh, "until": zh_due_time(row.due_at),
            "link": round_links.address_of(round_links.token_of(asked.id, incident)),
        },
        people=people.leaders_of(office.code) or people.keepers_of(office.code),
        key_of=lambda person: message_key(
            incident.case_no, MessageKind.ROUND_SILENT, f"round-{row.id}-{asked.id}", f"person-{person}"
        ),
        about={"round": row.id},
        now=now,
    )  # fmt: skip
    data = {"round": row.id, "number": row.number, "office": office.code, "messages": asked.silent_messages}
    tx.journal(incident, "round.silent", actor=worker_actor(row.office_code), at=now, data=data)
