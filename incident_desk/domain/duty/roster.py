"""The duty roster (值班表): who is on duty in which role and seat, and what the roster lacks.

Rules, proposals of ours [D]: no gap and no overlap of the main role; a person not in two shifts; special
periods double the roster. A leader or driver stands by and may do so day and night; whoever keeps watch needs rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from incident_desk.domain.duty.shifts import ShiftCode, Slot

REST = timedelta(hours=8)
"""Between two watches of one person; a setting of ours, no article gives it [D]."""

DISTANCES_H = (72, 24, 4)
"""Hours before a shift at which what it lacks is told, farthest first."""


class DutyRole(StrEnum):
    """岗位."""

    LEADER = "leader"
    MAIN = "main"
    SECOND = "second"
    MONITORING = "monitoring"
    DRIVER = "driver"


class DutySeat(StrEnum):
    """A角 is on duty; the doubled seat beside it in special periods; B角 steps in where A cannot."""

    A = "A"
    DOUBLED = "doubled"
    B = "B"


ON_DUTY = (DutySeat.A, DutySeat.DOUBLED)
WATCHES = (DutyRole.MAIN, DutyRole.SECOND)
REQUIRED = (DutyRole.LEADER, DutyRole.MAIN)
"""Roles that every shift needs, preset; an office may ask for more."""


class RosterFaultKind(StrEnum):
    """What can be wrong with a roster."""

    GAP = "gap"
    OVERLAP = "overlap"
    NOT_DOUBLED = "not_doubled"
    PERSON_TWICE = "person_twice"
    NO_REST = "no_rest"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person in one seat of one shift; ``person`` is an id."""

    day: date
    shift: ShiftCode
    role: DutyRole
    seat: DutySeat
    person: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """Whether this row is on at *at*; at its end the next one is."""
        return self.starts_at <= at < self.ends_at

    @property
    def place(self) -> tuple[date, ShiftCode, DutyRole, DutySeat]:
        """The seat that at most one person has."""
        return (self.day, self.shift, self.role, self.seat)


@dataclass(frozen=True, slots=True)
class RosterFault:
    """One thing wrong, with the shift and the time it is about; ``person`` where it is about one."""

    kind: RosterFaultKind
    day: date
    shift: ShiftCode
    role: DutyRole
    starts_at: datetime
    ends_at: datetime
    person: int | None = None

    @property
    def key(self) -> str:
        """What this fault is, however often it is found; codes and an id only."""
        who = "" if self.person is None else f":{self.person}"
        return f"{self.kind.value}:{self.day.isoformat()}:{self.shift.value}:{self.role.value}{who}"


def faults(
    rows: Iterable[RosterRow], wanted: Sequence[Slot], *, required: Sequence[DutyRole] = REQUIRED
) -> list[RosterFault]:
    """Everything wrong with *rows* in the shifts *wanted*, by time.

    Rows of the days around may be given too: a person's rest is judged by them. A fault of two rows belongs to the
    later one.
    """
    known = sorted(rows, key=lambda row: (row.starts_at, row.ends_at, row.role, row.seat))
    found = [fault for slot in wanted for role in required for fault in _of_role(known, slot, role)]
    inside = {slot.day for slot in wanted}
    found += [fault for fault in _of_people(known) if fault.day in inside]
    order = list(RosterFaultKind)
    return sorted(found, key=lambda fault: (fault.starts_at, order.index(fault.kind), fault.role, fault.person or 0))


def _of_role(rows: Sequence[RosterRow], slot: Slot, role: DutyRole) -> list[RosterFault]:
    """Times without anybody, with too many, and in a special period with too few."""
    here = [
        row
        for row in rows
        if row.role is role and row.seat in ON_DUTY and row.starts_at < slot.ends_at and row.ends_at > slot.starts_at
    ]
    first = [row for row in here if row.seat is DutySeat.A]
    found = [_fault(RosterFaultKind.GAP, slot, role, span) for span in _spans(here, slot, lambda count: count == 0)]
    if slot.doubled:
        found += [
            _fault(RosterFaultKind.NOT_DOUBLED, slot, role, span)
            for span in _spans(here, slot, lambda count: count == 1)
        ]
    if role is DutyRole.MAIN:
        found += [
            _fault(RosterFaultKind.OVERLAP, slot, role, span) for span in _spans(first, slot, lambda count: count > 1)
        ]
    return found


def _spans(rows: Sequence[RosterRow], slot: Slot, is_wrong: Callable[[int], bool]) -> list[tuple[datetime, datetime]]:
    """At most one span: from the first to the last moment of the shift at which the number of *rows* is wrong."""
    edges = {slot.starts_at, slot.ends_at}
    edges |= {at for row in rows for at in (row.starts_at, row.ends_at) if slot.starts_at < at < slot.ends_at}
    ordered = sorted(edges)
    wrong = [(start, end) for start, end in pairwise(ordered) if is_wrong(sum(row.covers(start) for row in rows))]
    return [(wrong[0][0], wrong[-1][1])] if wrong else []


def _fault(kind: RosterFaultKind, slot: Slot, role: DutyRole, span: tuple[datetime, datetime]) -> RosterFault:
    return RosterFault(kind, slot.day, slot.shift, role, *span)


def _of_people(rows: Sequence[RosterRow]) -> list[RosterFault]:
    """A person in two places at once, and a watch too soon after another."""
    found: dict[str, RosterFault] = {}
    by_person: dict[int, list[RosterRow]] = {}
    for row in rows:
        for earlier in by_person.setdefault(row.person, []):
            kind = _together(earlier, row)
            if kind is not None:
                fault = RosterFault(kind, row.day, row.shift, row.role, row.starts_at, row.ends_at, row.person)
                found.setdefault(fault.key, fault)
        by_person[row.person].append(row)
    return list(found.values())


def _together(earlier: RosterRow, later: RosterRow) -> RosterFaultKind | None:
    if earlier.ends_at > later.starts_at:
        return RosterFaultKind.PERSON_TWICE
    both_watch = all(row.role in WATCHES and row.seat in ON_DUTY for row in (earlier, later))
    return RosterFaultKind.NO_REST if both_watch and later.starts_at - earlier.ends_at < REST else None


def on_duty(rows: Iterable[RosterRow], role: DutyRole, at: datetime) -> RosterRow | None:
    """Who has *role* at *at*: A角, else the doubled seat; B角 only where the roster names nobody else."""
    seats = (*ON_DUTY, DutySeat.B)
    here = [row for row in rows if row.role is role and row.covers(at)]
    return min(here, key=lambda row: (seats.index(row.seat), row.starts_at), default=None)


def distances_passed(starts_at: datetime, now: datetime) -> tuple[int, ...]:
    """The distances, in hours, at which a fault of a shift that begins at *starts_at* has to be told by *now*."""
    return tuple(hours for hours in DISTANCES_H if starts_at - timedelta(hours=hours) <= now)


def next_distance_at(starts: Iterable[datetime], now: datetime) -> datetime | None:
    """When the next of *starts* comes to a distance at which it is looked at again."""
    moments = (start - timedelta(hours=hours) for start in starts for hours in DISTANCES_H)
    return min((moment for moment in moments if moment > now), default=None)
