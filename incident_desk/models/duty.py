"""应急值守: the roster with its special periods and faults, handovers, wake-ups, the office's own log, call checks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.domain.duty.roster import DutyRole, DutySeat, RosterRow
from incident_desk.domain.duty.shifts import DutyPeriodKind, ShiftCode, SpecialPeriod
from incident_desk.models.base import Base


class RosterEntry(Base):
    """One person in one seat of one shift (值班表). Rows are withdrawn, never deleted: who was meant to be on stays.

    The instants are those of the shift when it was planned; other hours set later change no row.
    """

    __tablename__ = "roster_entry"
    __table_args__ = (
        Index("ix_roster_entry_time", "office_code", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    on_day: Mapped[date]
    shift: Mapped[str]
    role: Mapped[str]
    seat: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]

    def to_domain(self) -> RosterRow:
        """The row as the rules see it."""
        return RosterRow(
            self.on_day, ShiftCode(self.shift), DutyRole(self.role), DutySeat(self.seat), self.person_id,
            self.starts_at, self.ends_at,
        )  # fmt: skip


class DutyPeriod(Base):
    """A special period (特殊时段) of an office and those below it; both days count."""

    __tablename__ = "duty_period"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="last_after_first"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    kind: Mapped[str]
    label: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]

    def to_domain(self) -> SpecialPeriod:
        """The period as the rules see it."""
        return SpecialPeriod(DutyPeriodKind(self.kind), self.label, self.first_day, self.last_day)


class RosterWatch(Base):
    """When the roster of an office is looked through next; an office without a roster has no row."""

    __tablename__ = "roster_watch"

    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), primary_key=True)
    next_look_at: Mapped[datetime] = mapped_column(index=True)


class RosterFaultRecord(Base):
    """A fault of the roster that was found ahead, and when it was told 72, 24 and 4 hours before; each set once.

    ``round`` counts how often the same fault came up again after it was mended.
    """

    __tablename__ = "roster_fault"
    __table_args__ = (UniqueConstraint("office_code", "key", "round", name="uq_roster_fault_round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    key: Mapped[str]
    round: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    found_at: Mapped[datetime]
    told_72_at: Mapped[datetime | None]
    told_24_at: Mapped[datetime | None]
    told_4_at: Mapped[datetime | None]
    mended_at: Mapped[datetime | None]


class Handover(Base):
    """交接班. ``given`` is what was open when the giver signed, ``taken`` when the taker did.

    ``digest`` (salted) is of all that was signed. ``state``: waiting, signed, lapsed.
    """

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_office", "office_code", "given_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    is_exercise: Mapped[bool]
    state: Mapped[str]
    from_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_name: Mapped[str]
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_name: Mapped[str | None]
    shift_day: Mapped[date]
    shift: Mapped[str]
    equipment_ok: Mapped[bool]
    phone_tested: Mapped[bool]
    notes: Mapped[str]
    salt: Mapped[str]
    given: Mapped[list[Any]]
    given_digest: Mapped[str]
    given_at: Mapped[datetime]
    taken: Mapped[list[Any]]
    taken_at: Mapped[datetime | None]
    taker_manner: Mapped[str | None]
    digest: Mapped[str | None]


class WakeUp(Base):
    """The desk of an office did not answer; who is woken in turn. ``state``: ringing, answered, nobody, called_off.

    ``ladder`` holds the minutes by rung as they were when it began; ``next_rung`` and ``next_step_at`` are what the
    worker asks for.
    """

    __tablename__ = "wake_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    asked_by_office: Mapped[str] = mapped_column(ForeignKey("office.code"))
    is_exercise: Mapped[bool]
    reason: Mapped[str]
    salt: Mapped[str]
    state: Mapped[str]
    ladder: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    next_rung: Mapped[str | None]
    next_step_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    note: Mapped[str | None]

    attempts: Mapped[list[WakeUpAttempt]] = relationship(back_populates="wake_up", order_by="WakeUpAttempt.id")


class WakeUpAttempt(Base):
    """One person of the ladder, asked once; without a number where the roster or the settings name nobody."""

    __tablename__ = "wake_up_attempt"
    __table_args__ = (UniqueConstraint("wake_up_id", "rung", name="uq_wake_up_attempt_rung"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wake_up_id: Mapped[int] = mapped_column(ForeignKey("wake_up.id"), index=True)
    rung: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str | None]
    number: Mapped[str | None]
    at: Mapped[datetime]
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    link_digest: Mapped[str | None] = mapped_column(unique=True)
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_via: Mapped[str | None]
    said: Mapped[str | None]
    recorded_by: Mapped[str | None]

    wake_up: Mapped[WakeUp] = relationship(back_populates="attempts")


class DutyLine(Base):
    """A line of the office's own duty log that belongs to no case; the journal holds its salted digest."""

    __tablename__ = "duty_line"
    __table_args__ = (Index("ix_duty_line_time", "office_code", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[str]
    text: Mapped[str]
    salt: Mapped[str]
    at: Mapped[datetime]
    written_at: Mapped[datetime]
    written_by: Mapped[str]


class CallCheck(Base):
    """查岗、抽查: whom somebody rang to see whether the desk answers; ``seconds`` until it did."""

    __tablename__ = "call_check"
    __table_args__ = (Index("ix_call_check_time", "office_code", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    target_office: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    target_name: Mapped[str]
    at: Mapped[datetime]
    answered: Mapped[bool]
    seconds: Mapped[int | None]
    note: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
