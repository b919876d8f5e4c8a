"""Special periods (节假日、重大活动、汛期…) of an office: entered, taken back; they double the roster of all below."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from incident_desk.domain.duty.shifts import DutyPeriodKind
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.models import DutyPeriod, RosterWatch
from incident_desk.services import scope
from incident_desk.services.duty import roster_rows
from incident_desk.services.transaction import Transaction, transaction

LONGEST_LABEL = 60
LONGEST_DAYS = 366


class PeriodUnclear(DomainError):
    """A period without a name, or whose last day comes before its first."""

    code = "period_unclear"
    message_id = N_("Name the period and give its first and last day, at most a year apart.")


def enter(
    kind: DutyPeriodKind, label: str, first: date, last: date, *, actor: Actor, now: datetime
) -> DutyPeriod:  # fmt: skip
    """Enter a special period. Journal ``duty_period.entered``.

    Raises:
        PeriodUnclear: what to change is in the message.
    """
    words = label.strip()[:LONGEST_LABEL]
    if not words or not 0 <= (last - first).days <= LONGEST_DAYS:
        raise PeriodUnclear(field="period-label" if not words else "period-last")
    with transaction() as tx:
        row = DutyPeriod(
            office_code=actor.office, kind=kind.value, label=words, first_day=first, last_day=last, entered_at=now,
            entered_by=actor.ref,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"period": row.id, "kind": kind, "first": first.isoformat(), "last": last.isoformat()}
        tx.journal(None, "duty_period.entered", actor=actor, at=now, data=data)
        _look_below(tx, actor.office, now=now)
        tx.outcome("roster_day", first.isoformat())
    return row


def take_back(period_id: int, *, actor: Actor, now: datetime) -> DutyPeriod:
    """Take a period of the actor's own office back; a second time changes nothing. Journal ``duty_period.withdrawn``.

    Raises:
        NotFound: none of this office.
    """
    with transaction() as tx:
        row = tx.session.scalar(select(DutyPeriod).where(DutyPeriod.id == period_id).with_for_update())
        if row is None or row.office_code != actor.office:
            raise NotFound
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by = now, actor.ref
            tx.journal(None, "duty_period.withdrawn", actor=actor, at=now, data={"period": row.id})
            _look_below(tx, actor.office, now=now)
        tx.outcome("roster_day", row.first_day.isoformat())
    return row


def _look_below(tx: Transaction, office: str, *, now: datetime) -> None:
    below = RosterWatch.office_code.startswith(scope.code_prefix(office))
    roster_rows.look_soon(tx, tx.session.scalars(select(RosterWatch.office_code).where(below)).all(), now=now)
