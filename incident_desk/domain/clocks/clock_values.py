"""One legal clock as a value: what is owed, by whom, to whom, since when, until when, and what it has become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident_desk.domain.china_time import china_iso
from incident_desk.domain.law.legal_codes import ClockState

WARN_SHARE = 0.75  # of a clock's time; the duty officer is reminded
URGE_SHARE = 0.90  # the leader is urged


@dataclass(frozen=True, slots=True)
class Because:
    """One fact that started, met or ended a clock, in words for the screen."""

    kind: str
    at: datetime
    text_zh: str

    def to_json(self) -> dict[str, str]:
        """Kind, time with offset, Chinese sentence."""
        return {"kind": self.kind, "at": china_iso(self.at), "text_zh": self.text_zh}


@dataclass(frozen=True, slots=True)
class Clock:
    """One duty that runs, ran, or was found not to exist. All instants are aware UTC.

    Identity in its case is (office, rule_id, start_key). *due_at* is the legal limit, None where the rule has no
    number; *strict_due_at* what a strict inspector would count, never later. *preset_due_at* is the office's own
    target where the rule has no number. *recipients* are codes seen from *office*, or codes of neighbour offices;
    *missing* are those who still lack the report. *reached_since* is from when an act counts.
    *stood_still* is time within it that the rule does not count, *paused* says that it stands still now.
    """

    rule_id: str
    office: str
    start_key: str
    title: str
    title_zh: str
    article: str
    duty_holder: str
    recipients: tuple[str, ...]
    recipients_zh: tuple[str, ...]
    starts_at: datetime
    due_at: datetime | None
    strict_due_at: datetime | None
    because: tuple[Because, ...]
    strict_because: str | None = None
    preset_due_at: datetime | None = None
    reached_since: datetime | None = None
    met_at: datetime | None = None
    missing: tuple[str, ...] = ()
    voided_at: datetime | None = None
    void_reason: str = ""
    not_applicable_at: datetime | None = None
    not_applicable_reason: str = ""
    paused: bool = False
    stood_still: timedelta = timedelta(0)

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells this clock from every other of its case; deriving anew updates it in place."""
        return (self.office, self.rule_id, self.start_key)

    @property
    def is_closed(self) -> bool:
        """True when nobody has to act on it any more."""
        return any(moment is not None for moment in (self.met_at, self.voided_at, self.not_applicable_at))

    @property
    def is_live(self) -> bool:
        """True unless it was voided or found not to apply; a met clock is live."""
        return self.voided_at is None and self.not_applicable_at is None

    def state(self, now: datetime) -> ClockState:
        """What the clock is at *now*, by the legal limit. An act at the very second of due is in time."""
        if self.voided_at is not None:
            return ClockState.VOID
        if self.not_applicable_at is not None:
            return ClockState.NOT_APPLICABLE
        if self.met_at is not None:
            return ClockState.MET if self.due_at is None or self.met_at <= self.due_at else ClockState.MET_LATE
        if self.due_at is None:
            return ClockState.NO_LIMIT
        if now > self.due_at:
            return ClockState.OVERDUE
        return ClockState.WARNED if now >= self._mark(self.due_at, WARN_SHARE) else ClockState.RUNNING

    def was_breached_at(self, moment: datetime) -> bool:
        """True when by *moment* its time had passed without the act: a breach, which nothing removes."""
        late = self.due_at is not None and self.due_at < moment and (self.met_at is None or self.met_at > self.due_at)
        return late and self.is_live

    def was_open_at(self, moment: datetime) -> bool:
        """True when at *moment* it could still be voided: live, not met by then, not yet overdue."""
        met = self.met_at is not None and self.met_at <= moment
        return self.is_live and not met and not self.was_breached_at(moment)

    @property
    def warn_at(self) -> datetime | None:
        """When the officer is reminded: 75 % of the time to the strict limit, which alarms follow."""
        return self._alarm(WARN_SHARE)

    @property
    def urge_at(self) -> datetime | None:
        """When the leader is urged: 90 % of the time to the strict limit."""
        return self._alarm(URGE_SHARE)

    def _alarm(self, share: float) -> datetime | None:
        if self.strict_due_at is None:
            return None
        return max(self.starts_at, self._mark(self.strict_due_at, share))

    def _mark(self, due_at: datetime, share: float) -> datetime:
        """The moment at which *share* of the counted time to *due_at* has passed; time stood still is not counted."""
        return due_at - (due_at - self.starts_at - self.stood_still) * (1.0 - share)

    def seconds_left(self, now: datetime) -> int | None:
        """Seconds to the legal limit, negative when overdue; None without limit or when closed."""
        if self.due_at is None or self.is_closed:
            return None
        return int((self.due_at - now) // timedelta(seconds=1))

    def missing_recipients(self) -> tuple[tuple[str, str], ...]:
        """Who still lacks the report, as (code, Chinese name); empty when the clock is closed."""
        if self.is_closed:
            return ()
        names = dict(zip(self.recipients, self.recipients_zh, strict=True))
        return tuple((code, names[code]) for code in self.missing)

    def to_json(self, now: datetime) -> dict[str, Any]:
        """The clock as the ``clocks`` command prints it; times in office time with offset."""
        return {
            "rule_id": self.rule_id,
            "office": self.office,
            "title": self.title,
            "title_zh": self.title_zh,
            "article": self.article,
            "duty_holder": self.duty_holder,
            "recipients": list(self.recipients),
            "starts_at": china_iso(self.starts_at),
            "due_at": china_iso(self.due_at) if self.due_at else None,
            "strict_due_at": china_iso(self.strict_due_at) if self.strict_due_at else None,
            "strict_because": self.strict_because,
            "state": self.state(now).value,
            "met_at": china_iso(self.met_at) if self.met_at and self.is_live else None,
            "seconds_left": self.seconds_left(now),
            "because": [reason.to_json() for reason in self.because],
        }
