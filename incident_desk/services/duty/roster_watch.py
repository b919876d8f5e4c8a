"""The worker's look ahead: what the roster lacks is told 72, 24 and 4 hours before, once each, also when it is late.

Every office that ever kept a roster has a row that says when it is looked through next; a look claims that row, so
several workers tell each thing once. Of several distances that passed at once, the nearest sends the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from incident_desk.domain.china_time import CHINA, china_date
from incident_desk.domain.duty.roster import DISTANCES_H, RosterFault, distances_passed, faults, next_distance_at
from incident_desk.domain.duty.shifts import slots
from incident_desk.domain.labels import label
from incident_desk.domain.messages import MessageKind
from incident_desk.domain.permissions import worker_actor
from incident_desk.extensions import db
from incident_desk.models import Office, Person, RosterFaultRecord, RosterWatch
from incident_desk.services import addresses
from incident_desk.services.duty import desk_messages, duty_settings, roster_rows
from incident_desk.services.messages.leader_messages import span_zh
from incident_desk.services.transaction import Transaction, transaction

BATCH = 20
AT_LEAST_EVERY = timedelta(minutes=10)
"""What no entry of the roster tells, such as an account that was closed, is found by then."""

AHEAD = timedelta(hours=DISTANCES_H[0])
ZH = "zh_Hans"


def tick(now: datetime) -> int:
    """The worker's duty: look through the rosters whose time has come; says how many offices were looked at."""
    due = or_(RosterWatch.next_look_at <= now, RosterWatch.next_look_at > now + 2 * AT_LEAST_EVERY)
    if db.session.scalar(select(RosterWatch.office_code).where(due).limit(1)) is None:
        return 0
    with transaction() as tx:
        query = select(RosterWatch).where(due).order_by(RosterWatch.next_look_at, RosterWatch.office_code).limit(BATCH)
        watches = tx.session.scalars(query.with_for_update(skip_locked=True)).all()
        for watch in watches:
            watch.next_look_at = _look(tx, tx.session.get_one(Office, watch.office_code), now)
    return len(watches)


def _look(tx: Transaction, office: Office, now: datetime) -> datetime:
    """Tell what is new about one roster; gives back when to look again."""
    today = china_date(now)
    first, last = today - timedelta(days=1), today + timedelta(days=DISTANCES_H[0] // 24 + 2)
    settings = duty_settings.of(office)
    entries = roster_rows.entries(tx.session, office.code, first=first - timedelta(days=1), last=last)
    ids = {entry.person_id for entry in entries}
    active = set(tx.session.scalars(select(Person.id).where(Person.id.in_(ids), Person.is_active)))
    rows = [entry.to_domain() for entry in entries if entry.person_id in active]
    wanted = slots(settings.shifts, roster_rows.special(tx.session, office.code, first, last), first, last)
    found = [
        fault
        for fault in faults(rows, wanted, required=settings.required)
        if fault.ends_at > now and fault.starts_at - AHEAD <= now
    ]
    known = _note(tx, office, found, now=now)
    for fault in found:
        _tell(tx, office, known[fault.key], fault, now=now)
    moment = next_distance_at((slot.starts_at for slot in wanted), now)
    return min(moment or now + AT_LEAST_EVERY, now + AT_LEAST_EVERY)


def _note(
    tx: Transaction, office: Office, found: Sequence[RosterFault], *, now: datetime
) -> dict[str, RosterFaultRecord]:
    """The records of *found*, new ones made; those of faults that are gone are closed. Journal ``roster.mended``."""
    standing = select(RosterFaultRecord).where(
        RosterFaultRecord.office_code == office.code, RosterFaultRecord.mended_at.is_(None),
        RosterFaultRecord.ends_at > now,
    )  # fmt: skip
    known: dict[str, RosterFaultRecord] = {record.key: record for record in tx.session.scalars(standing)}
    keys = {fault.key for fault in found}
    for key, record in known.items():
        if key not in keys:
            record.mended_at = now
            data = {"fault": record.id, "what": record.key}
            tx.journal(None, "roster.mended", actor=worker_actor(office.code), at=now, data=data)
    for fault in found:
        if fault.key not in known:
            known[fault.key] = _record(tx, office, fault, now=now)
        record = known[fault.key]
        record.starts_at, record.ends_at = fault.starts_at, fault.ends_at
    tx.session.flush()
    return known


def _record(tx: Transaction, office: Office, fault: RosterFault, *, now: datetime) -> RosterFaultRecord:
    """A new record of *fault*, its round counted on from those that were mended."""
    rounds = select(func.count()).where(
        RosterFaultRecord.office_code == office.code, RosterFaultRecord.key == fault.key
    )  # fmt: skip
    record = RosterFaultRecord(
        office_code=office.code, key=fault.key, round=1 + (tx.session.scalar(rounds) or 0), found_at=now,
        starts_at=fault.starts_at, ends_at=fault.ends_at,
    )  # fmt: skip
    tx.session.add(record)
    return record


def _tell(tx: Transaction, office: Office, record: RosterFaultRecord, fault: RosterFault, *, now: datetime) -> None:
    """Write every distance that passed and is not on record. Journal ``roster.fault_told``; one message at most."""
    new = [hours for hours in distances_passed(fault.starts_at, now) if getattr(record, f"told_{hours}_at") is None]
    for hours in new:
        setattr(record, f"told_{hours}_at", now)
        data = {
            "fault": record.id, "what": record.key, "round": record.round, "hours": hours, "starts_at": fault.starts_at,
            "moment": fault.starts_at - timedelta(hours=hours), "written_at": now,
        }  # fmt: skip
        tx.journal(None, "roster.fault_told", actor=worker_actor(office.code), at=now, data=data)
    if new:
        _message(tx, office, record, fault, min(new), now=now)


def _message(
    tx: Transaction, office: Office, record: RosterFaultRecord, fault: RosterFault, hours: int, *, now: datetime
) -> None:
    exercise = desk_messages.is_exercise()
    words = {
        "office": office.name_zh, "title": fault_zh(fault), "left": span_zh(max(fault.starts_at - now, timedelta(0))),
        "link": addresses.of(f"/duty?day={fault.day.isoformat()}"),
    }  # fmt: skip
    for leader in desk_messages.leaders(tx, office.code):
        if desk_messages.may_ring(leader, exercise=exercise):
            desk_messages.promise(
                tx, office.code, MessageKind.ROSTER_FAULT, words, subject=f"fault-{record.id}-{hours}",
                recipient=f"person-{leader.id}", number=leader.phone or "", exercise=exercise,
                about={"fault": record.id, "hours": hours, "person": leader.id}, now=now,
            )  # fmt: skip


def fault_zh(fault: RosterFault) -> str:
    """``11月21日夜班（20:00起）值班员（主班）无人值守``."""
    shift, role, kind = (label(code, ZH) for code in (fault.shift, fault.role, fault.kind))
    return f"{fault.day.month}月{fault.day.day}日{shift}（{fault.starts_at.astimezone(CHINA):%H:%M}起）{role}{kind}"
