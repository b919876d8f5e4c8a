"""Office time for the edges: real time, or the moved time of an exercise."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.office_clock import OfficeClock
from incident_desk.extensions import db
from incident_desk.models import Incident, Setting
from incident_desk.services import installation, steady_time
from incident_desk.services.transaction import transaction


class ClockIsReal(DomainError):
    """The clock may be moved only where every case is an exercise."""

    code = "clock_is_real"
    status = 409
    message_id = N_("The office clock can be moved only while every case is an exercise.")


def office_clock() -> OfficeClock:
    """The clock as it is set now."""
    row = db.session.get(Setting, "office_clock")
    if row is None:
        return OfficeClock()
    return OfficeClock(
        anchor=datetime.fromisoformat(row.value["anchor"]),
        offset=timedelta(seconds=row.value["offset_s"]),
        speed=row.value["speed"],
    )


def office_now() -> datetime:
    """Office time at this moment, aware UTC."""
    return office_clock().at(steady_time.now())


def set_office_clock(clock: OfficeClock) -> None:
    """Move or stretch office time.

    Raises:
        ClockIsReal: a case on record is no exercise, or the next one would not be.
    """
    with transaction() as tx:
        mark = tx.session.get(Setting, installation.EXERCISE)
        is_marked = mark is not None and bool(mark.value.get("on"))
        real = tx.session.scalar(select(func.count()).select_from(Incident).where(Incident.is_exercise.is_(False)))
        if not clock.is_real and (real or not is_marked):
            raise ClockIsReal
        value = {
            "anchor": clock.anchor.isoformat(),
            "offset_s": clock.offset.total_seconds(),
            "speed": clock.speed,
        }
        tx.session.merge(Setting(name="office_clock", value=value))
