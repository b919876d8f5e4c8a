"""The clocks of a case as they stand after its facts were last read."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.domain.clocks.clock_values import Because, Clock
from incident_desk.models.base import Base

_COLUMNS = ("rule_id", "office", "start_key", "starts_at", "due_at", "strict_due_at")
_KINDS = {field.name: str(field.type) for field in fields(Clock) if field.name not in _COLUMNS}
"""Every other field of a clock with its declared type; they stand in ``detail``."""


class ClockRecord(Base):
    """A stored domain clock. Its identity is (case, office, rule, the fact that started it).

    ``detail`` holds what has no column of its own. ``warned_at``, ``urged_at``, ``strict_passed_at`` and
    ``overdue_at`` say when the journal entry for 75 %, 90 %, the strict time where it is earlier than the legal
    one, and the breach was written; each is set exactly once. ``next_moment_at`` is from when the next of them counts,
    None when none is left: what the worker asks for every second.
    """

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("incident_id", "office_code", "rule_id", "start_key", name="uq_clock_identity"),
        CheckConstraint("due_at IS NULL OR due_at >= starts_at", name="due_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    rule_id: Mapped[str]
    start_key: Mapped[str]
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    strict_due_at: Mapped[datetime | None] = mapped_column(index=True)
    warn_at: Mapped[datetime | None]
    urge_at: Mapped[datetime | None]
    is_open: Mapped[bool] = mapped_column(index=True)
    closed_state: Mapped[str | None]
    detail: Mapped[dict[str, Any]]
    warned_at: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]
    strict_passed_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    next_moment_at: Mapped[datetime | None] = mapped_column(index=True)

    @classmethod
    def from_domain(cls, incident_id: int, clock: Clock) -> ClockRecord:
        """A new row for *clock* of a case."""
        row = cls(incident_id=incident_id, office_code=clock.office, rule_id=clock.rule_id, start_key=clock.start_key)
        row.take(clock)
        return row

    def take(self, clock: Clock) -> None:
        """Bring this row in line with *clock*; what was written of its moments stays."""
        self.starts_at = clock.starts_at
        self.due_at, self.strict_due_at = clock.due_at, clock.strict_due_at
        self.warn_at, self.urge_at = clock.warn_at, clock.urge_at
        self.is_open = not clock.is_closed
        self.detail = {name: _plain(getattr(clock, name)) for name in _KINDS}

    def to_domain(self) -> Clock:
        """The clock as rules and screens see it."""
        more: dict[str, Any] = {name: _typed(kind, self.detail.get(name)) for name, kind in _KINDS.items()}
        return Clock(
            rule_id=self.rule_id,
            office=self.office_code,
            start_key=self.start_key,
            starts_at=self.starts_at,
            due_at=self.due_at,
            strict_due_at=self.strict_due_at,
            **more,
        )


def _plain(value: object) -> object:
    """A value of a clock as JSON."""
    if isinstance(value, Because):
        return {"kind": value.kind, "at": value.at.isoformat(), "text_zh": value.text_zh}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(kind: str, value: Any) -> object:
    """A value of ``detail`` in the type that the clock declares."""
    if value is None:
        return None
    if kind.startswith("tuple[Because"):
        return tuple(Because(one["kind"], datetime.fromisoformat(one["at"]), one["text_zh"]) for one in value)
    if kind.startswith("tuple"):
        return tuple(value)
    if kind.startswith("timedelta"):
        return timedelta(seconds=value)
    return datetime.fromisoformat(value) if kind.startswith("datetime") else value
