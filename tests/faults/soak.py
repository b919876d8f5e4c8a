"""What a soak run measures: the clocks it needs, what was killed when, and what the journal says afterwards."""

from __future__ import annotations

import json
import random
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.desks import Desk, in_process

SPEED = 60.0
WANTED_CLOCKS = 300
AT_LEVEL = {75: "warn_at", 90: "urge_at"}
LAG = timedelta(minutes=3)
"""Office time (three seconds) that is left for the last moments to be written before the count."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of real time in which at least one worker was at work."""

    begins: float
    ends: float


@dataclass(slots=True)
class Figures:
    """What came of a run; times in real seconds."""

    store: str
    kills: int = 0
    clocks: int = 0
    events: int = 0
    missed: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One JSON line, as benchmarks print them."""
        late = sorted(self.late_s)
        return json.dumps(
            {
                "name": f"soak_{self.store}", "kills": self.kills, "clocks": self.clocks, "events": self.events,
                "events_in_the_run": len(late), "missed": len(self.missed), "doubled": len(self.doubled),
                "early": len(self.early), "late_median_s": round(statistics.median(late), 3) if late else None,
                "late_worst_s": round(late[-1], 3) if late else None, "acknowledged": self.acknowledged,
                "lost": len(self.lost),
            }
        )  # fmt: skip


def stretch_office_time(desk: Desk) -> datetime:
    """Let the office's time run sixty times as fast, from the real present on; gives back that moment."""
    from incident_desk.domain.office_clock import OfficeClock
    from incident_desk.services.office_time import set_office_clock

    anchor = datetime.now(UTC)
    with in_process(desk):
        set_office_clock(OfficeClock(anchor=anchor, speed=SPEED))
    return anchor


def open_cases(desk: Desk, seconds: float, dice: random.Random) -> int:
    """Cases of which nothing is known, learned so that some moment of each falls into the *seconds* to come.

    Says how many clocks with a limit they have.
    """
    from sqlalchemy import func, select

    from incident_desk.extensions import db
    from incident_desk.models import ClockRecord
    from incident_desk.services.calls import call_taking
    from incident_desk.services.office_time import office_now
    from tests.people import actor
    from tests.services.sheets import sheet

    spans_h = [3, 3.6, 4, 3.75, 4.5, 5, 18, 21.6, 24]
    count = select(func.count()).select_from(ClockRecord).where(ClockRecord.is_open, ClockRecord.due_at.is_not(None))
    with in_process(desk):
        officer = actor("officer")
        while (clocks := db.session.scalar(count) or 0) < WANTED_CLOCKS:
            now = office_now()
            ahead = timedelta(seconds=dice.uniform(0, seconds) * SPEED)
            learned = min(now, now + ahead - timedelta(hours=dice.choice(spans_h)))
            form = {"learned_at": learned.isoformat()}
            call_taking.take_call(sheet(form, now=now), actor=officer, now=now)
        return clocks


def runs_of(log: str, killed: dict[int, float], ended: float) -> list[Run]:
    """When some worker was at work, by what each logged and by when it was killed; stretches that touch are one."""
    alone = []
    for line in log.splitlines():
        if '"the worker is at work"' not in line:
            continue
        said = json.loads(line)
        begins = datetime.fromisoformat(said["at"]).timestamp()
        alone.append((begins, killed.get(int(said["process_id"]), ended)))
    merged: list[Run] = []
    for begins, ends in sorted(alone):
        if merged and begins <= merged[-1].ends:
            merged[-1] = Run(merged[-1].begins, max(ends, merged[-1].ends))
        else:
            merged.append(Run(begins, ends))
    return merged


def lateness_s(moment: float, written: float, runs: Iterable[Run]) -> float:
    """The longest that an event waited while a worker was at work: from the moment, or from the worker's return."""
    waits = [min(run.ends, written) - max(run.begins, moment) for run in runs if run.ends > moment]
    return max([wait for wait in waits if wait > 0], default=0.0)


def count(desk: Desk, figures: Figures, anchor: datetime, until: datetime, runs: Sequence[Run]) -> None:
    """Compare what the journal holds with the moments of the clocks up to office time *until*."""
    written: Counter[tuple[int, str, str]] = Counter()
    found: dict[tuple[int, str, str], dict[str, Any]] = {}
    for kind in ("clock.warned", "clock.overdue", "clock.strict_passed"):
        for entry in desk.journal(kind):
            key = (entry["clock"], kind, entry["moment"])
            written[key] += 1
            found[key] = entry
    expected = _moments(desk, until)
    figures.events = len(expected)
    figures.missed = [str(key) for key in expected if not written[key]]
    figures.doubled = [str(key) for key, times in written.items() if times > 1]
    for key, entry in found.items():
        moment, at = (_real(datetime.fromisoformat(entry[name]), anchor) for name in ("moment", "written_at"))
        if at < moment:
            figures.early.append(str(key))
        if runs and moment > runs[0].begins:
            figures.late_s.append(lateness_s(moment, at, runs))


def _moments(desk: Desk, until: datetime) -> set[tuple[int, str, str]]:
    from sqlalchemy import select

    from incident_desk.domain.journal import iso_utc
    from incident_desk.extensions import db
    from incident_desk.models import ClockRecord

    expected = set()
    with in_process(desk):
        for row in db.session.scalars(select(ClockRecord)):
            moments = [("clock.warned", row.warn_at), ("clock.warned", row.urge_at), ("clock.overdue", row.due_at)]
            if row.strict_due_at != row.due_at:
                moments.append(("clock.strict_passed", row.strict_due_at))
            expected |= {(row.id, kind, iso_utc(at)) for kind, at in moments if at is not None and at < until}
    return expected


def _real(at: datetime, anchor: datetime) -> float:
    return (anchor + (at - anchor) / SPEED).timestamp()
