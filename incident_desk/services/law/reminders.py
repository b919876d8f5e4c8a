"""Reminders of clocks (提醒、催办、超时告警): promised with the moment's entry, climbing until somebody says they know.

A step is a row in the database. A worker that was dead takes the steps it missed one after another when it is back;
each is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.clocks.reminder_ladder import BEFORE_THE_LIMIT, LIMIT, Step, Whom, ladder_of, next_step_at
from incident_desk.domain.duty.roster import DutyRole
from incident_desk.domain.errors import NotFound
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Actor, worker_actor
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, Incident, Office, Person, Reminder
from incident_desk.services import people, scope
from incident_desk.services.duty import roster
from incident_desk.services.law.clock_alarms import OVERDUE, STRICT_PASSED, Alarm
from incident_desk.services.messages import leader_messages
from incident_desk.services.transaction import Transaction, transaction

BATCH = 50
LADDER = "ladder"
"""Key of an office's settings under which its ladder stands."""


def raise_for(tx: Transaction, incident: Incident, row: ClockRecord, alarm: Alarm, *, now: datetime) -> None:
    """Raise the reminder of the newest moment of *row*: tell the first who are to know, plan the next step."""
    reminder = tx.session.get(Reminder, row.id)
    if reminder is None:
        reminder = Reminder(clock_id=row.id, incident_id=incident.id, office_code=row.office_code)
        tx.session.add(reminder)
    reminder.level, reminder.is_breach, reminder.raised_at = alarm.level, alarm is OVERDUE, now
    reminder.step, reminder.next_step_at = 0, None
    reminder.acknowledged_at = reminder.acknowledged_by = None
    if alarm.level < LIMIT:
        _tell(tx, incident, row, alarm, BEFORE_THE_LIMIT[alarm.level], step=0, now=now)
        return
    steps = _ladder(tx, row.office_code)
    reminder.next_step_at = next_step_at(steps, 0, now)
    _climb(tx, incident, row, reminder, steps, now=now)


def climb(now: datetime) -> int:
    """The worker's duty: take each step of a ladder that is due, unless the clock has closed; says how many.

    Looks before it takes the writing lock; rows held by another worker are skipped.
    """
    due = Reminder.next_step_at <= now
    if db.session.scalar(select(Reminder.clock_id).where(due).limit(1)) is None:
        return 0
    with transaction() as tx:
        query = select(Reminder).where(due).order_by(Reminder.next_step_at, Reminder.clock_id).limit(BATCH)
        rows = tx.session.scalars(query.with_for_update(skip_locked=True, key_share=True)).all()
        for reminder in rows:
            clock = tx.session.get_one(ClockRecord, reminder.clock_id)
            if not clock.is_open:
                reminder.next_step_at = None
                continue
            incident = tx.session.get_one(Incident, reminder.incident_id)
            _climb(tx, incident, clock, reminder, _ladder(tx, clock.office_code), now=now)
    return len(rows)


def acknowledge(case_no: str, clock_id: int, *, actor: Actor, now: datetime) -> Reminder:
    """Say that one knows (知悉): the ladder stops here. Who said so first stays. Journal ``reminder.acknowledged``.

    Raises:
        NotFound: no reminder of a clock in a case this actor may see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        query = select(Reminder).where(Reminder.clock_id == clock_id, Reminder.incident_id == incident.id)
        reminder = tx.session.scalar(query.with_for_update(key_share=True))
        if reminder is None:
            raise NotFound
        if reminder.acknowledged_at is None:
            reminder.acknowledged_at, reminder.acknowledged_by, reminder.next_step_at = now, actor.ref, None
            data = {"clock": clock_id, "level": reminder.level, "step": reminder.step}
            tx.journal(incident, "reminder.acknowledged", actor=actor, at=now, office=reminder.office_code, data=data)
        tx.outcome("clock", f"{case_no}/{clock_id}")
    return reminder


def of_clocks(clock_ids: Iterable[int]) -> Mapping[int, Reminder]:
    """The newest reminder of each clock that has one; callers have found the clocks through scope."""
    wanted = list(clock_ids)
    if not wanted:
        return {}
    rows = db.session.scalars(select(Reminder).where(Reminder.clock_id.in_(wanted)))
    return {row.clock_id: row for row in rows}


def _climb(
    tx: Transaction, incident: Incident, row: ClockRecord, reminder: Reminder, steps: tuple[Step, ...], *, now: datetime
) -> None:
    """Take the step that is due and plan the next; a step that tells nobody is followed by the next at once."""
    alarm = OVERDUE if reminder.is_breach else STRICT_PASSED
    while reminder.next_step_at is not None and reminder.next_step_at <= now:
        place = reminder.step
        told = _tell(tx, incident, row, alarm, steps[place].whom, step=place, now=now) if place < len(steps) else 0
        reminder.step = place + 1
        reminder.next_step_at = next_step_at(steps, reminder.step, reminder.raised_at)
        if place:
            data = {"clock": row.id, "step": place, "whom": steps[place].whom.value, "messages": told}
            actor = worker_actor(row.office_code)
            tx.journal(incident, "reminder.climbed", actor=actor, at=now, office=row.office_code, data=data)
        if told:
            return


def _ladder(tx: Transaction, office_code: str) -> tuple[Step, ...]:
    office = tx.session.get(Office, office_code)
    return ladder_of(office.settings.get(LADDER) if office else None)


def _tell(
    tx: Transaction, incident: Incident, row: ClockRecord, alarm: Alarm, whom: Whom, *, step: int, now: datetime
) -> int:
    """Promise the text of *alarm* to *whom*; says to how many."""
    is_breach = alarm is OVERDUE
    kind = MessageKind.CLOCK_OVERDUE if is_breach else MessageKind.CLOCK_WARNED
    clock = row.to_domain()
    due = (clock.due_at if alarm.level >= LIMIT else clock.strict_due_at) or now
    span = now - due if is_breach else max(due - now, timedelta(0))
    words = {
        "title": clock.title_zh, "due": zh_due_time(due),
        ("over" if is_breach else "left"): leader_messages.span_zh(span),
    }  # fmt: skip
    subject = f"clock-{row.id}-{alarm.column}" + (f"-step-{step}" if step else "")
    return leader_messages.tell_people(
        tx, incident, kind, words,
        people=_people(whom, row.office_code, now),
        key_of=lambda person: message_key(incident.case_no, kind, subject, f"person-{person}"),
        about={"clock": row.id, "level": alarm.level},
        now=now,
    )  # fmt: skip


def _people(whom: Whom, office: str, now: datetime) -> list[Person]:
    """Who that is at this office: whoever the roster names for now, else everybody of the kind."""
    chain = scope.offices_above(office)
    on_duty = roster.on_now(db.session(), office, now)
    if whom is Whom.KEEPERS:
        planned = [on_duty[role] for role in (DutyRole.MAIN, DutyRole.SECOND) if role in on_duty]
        return planned or people.keepers_of(office) or people.leaders_of(office)
    if whom is Whom.LEADERS:
        return [on_duty[DutyRole.LEADER]] if DutyRole.LEADER in on_duty else people.leaders_of(office)
    if whom is Whom.LEADERS_ABOVE:
        return people.leaders_of(chain[1]) if len(chain) > 1 else []
    return people.leaders_of(chain[-1]) if len(chain) > 2 else []
