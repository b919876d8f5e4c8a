"""A worker that hangs, fails or never came shows within fifteen seconds, whatever any clock says."""

from __future__ import annotations

from incident_desk.services import heartbeats
from incident_desk.sockets.worker_watch import SILENT_S, WorkerWatch
from incident_desk.worker.duties import all_duties
from incident_desk.worker.loop import BEAT_S

ASKED_EVERY_S = 3


class Desk:
    """A desk whose screens ask every three seconds, with a monotonic counter and the worker's counts in the hand."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.counts: dict[str, int] = {}
        self.looks = 0
        self.watch = WorkerWatch(self.read, ("clocks", "messages"), lambda: self.time)

    def read(self) -> dict[str, int]:
        self.looks += 1
        return dict(self.counts)

    def pass_time(self, seconds: float, *beating: str) -> list[str]:
        """Let time go by; *beating* duties write their count as a worker does. Gives back what is said at the end."""
        end, stalled = self.time + seconds, []
        while self.time < end:
            self.time += ASKED_EVERY_S
            for name in beating:
                self.counts[name] = self.counts.get(name, 0) + 1
            stalled = self.watch.stalled()
        return stalled


def test_what_is_watched_is_a_duty() -> None:
    assert set(heartbeats.WATCHED) <= {duty.name for duty in all_duties()}


def test_a_living_worker_is_never_called_dead() -> None:
    assert Desk().pass_time(120, "clocks", "messages") == []


def test_a_duty_that_hangs_shows_within_fifteen_seconds_and_the_other_does_not() -> None:
    desk = Desk()
    desk.pass_time(30, "clocks", "messages")
    assert desk.pass_time(15 - BEAT_S, "messages") == ["clocks"]
    assert desk.pass_time(ASKED_EVERY_S, "clocks", "messages") == []


def test_a_worker_that_never_came_shows_too() -> None:
    assert Desk().pass_time(15 - BEAT_S) == ["clocks", "messages"]


def test_a_desk_that_nobody_looked_at_is_not_alarmed_by_its_first_look() -> None:
    desk = Desk()
    desk.pass_time(9, "clocks", "messages")
    desk.time += 3600
    assert desk.watch.stalled() == []
    assert desk.pass_time(SILENT_S + ASKED_EVERY_S) == ["clocks", "messages"]


def test_many_screens_cost_one_look_a_second() -> None:
    desk = Desk()
    for _ in range(500):
        desk.watch.stalled()
    assert desk.looks == 1
