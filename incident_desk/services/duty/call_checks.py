"""Call checks (查岗、抽查): whom somebody rang, whether and how soon the desk answered, and when the next is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import CallCheck, Office
from incident_desk.services import scope
from incident_desk.services.duty import duty_settings, roster
from incident_desk.services.transaction import transaction

LONGEST_S = 3_600
LONGEST_NAME, LONGEST_NOTE = 60, 500
LISTED = 200


class CheckSecondsUnreadable(DomainError):
    """Seconds that no telephone rings."""

    code = "check_seconds_unreadable"
    message_id = N_("Write how many seconds it rang, 0 to 3600, or leave it empty.")


@dataclass(frozen=True, slots=True)
class CheckForm:
    """One check as it was made."""

    target_office: str
    target_name: str
    at: datetime
    answered: bool
    seconds: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckDue:
    """When an office's desk has to be checked next; ``special`` while a special period shortens it."""

    last_at: datetime | None
    due_at: datetime | None
    special: bool
    hours: int

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been."""
        return self.due_at is None or self.due_at <= now


def record(form: CheckForm, *, actor: Actor, now: datetime) -> CallCheck:
    """Put a check on record. Journal ``call_check.recorded``.

    Raises:
        NotFound: the office checked is none of the actor's.
        CheckSecondsUnreadable, TimeInFuture: what to change is in the message.
    """
    if form.seconds is not None and not 0 <= form.seconds <= LONGEST_S:
        raise CheckSecondsUnreadable(field="seconds")
    try:
        check_not_future(form.at, now=now)
    except DomainError as error:
        error.field = "at"
        raise
    with transaction() as tx:
        target = scope.office(actor, form.target_office, tx.session)
        row = CallCheck(
            office_code=actor.office, target_office=target.code, target_name=form.target_name.strip()[:LONGEST_NAME],
            at=form.at, answered=form.answered, seconds=form.seconds, note=form.note.strip()[:LONGEST_NOTE],
            recorded_at=now, recorded_by=actor.ref,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {
            "check": row.id, "target": row.target_office, "at": row.at, "answered": row.answered,
            "seconds": row.seconds,
        }  # fmt: skip
        tx.journal(None, "call_check.recorded", actor=actor, at=now, data=data)
        tx.outcome("call_check", row.id)
    return row


def listed(actor: Actor, *, limit: int = LISTED) -> list[CallCheck]:
    """Checks that the actor's offices made or were subject to, newest first."""
    prefix = scope.code_prefix(actor.office)
    query = select(CallCheck).where(
        or_(CallCheck.office_code.startswith(prefix), CallCheck.target_office.startswith(prefix))
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(CallCheck.at.desc(), CallCheck.id.desc()).limit(limit)))


def next_due(actor: Actor, now: datetime) -> CheckDue:
    """When the desk of the actor's office has to be checked next; at once where it never was."""
    office = db.session.get_one(Office, actor.office)
    special = roster.shift_at(db.session(), office, now).doubled
    every = duty_settings.of(office).check_every(special=special)
    query = select(CallCheck.at).where(CallCheck.target_office == actor.office).order_by(CallCheck.at.desc()).limit(1)
    last = db.session.scalar(query)
    hours = int(every.total_seconds() // 3600)
    return CheckDue(last, None if last is None else last + every, special, hours)
