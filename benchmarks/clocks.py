"""Many clocks at once: a tick, the board and one derivation. ``python benchmarks/clocks.py [CLOCKS]``.

Ours: 100 000 open clocks of 1 000 cases on SQLite; a tick that finds nothing due, one that writes what is due, the 200
most urgent as the board reads them. The peer of the tick is APScheduler's own look for due jobs in its database job
store, with a job at each of the same due times. Last, the clocks of one long case derived from 200 facts.
One JSON line per claim.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from _installation import claim
from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import insert

from incident_desk.app import create_app
from incident_desk.domain.clocks.derivation import derive_clocks
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, Incident, Office
from incident_desk.services import database
from incident_desk.services.law import clocks
from incident_desk.settings import load_settings

CLOCKS = 100_000
A_CASE = 100
DUE = 50
BOARD = 200
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OFFICE = "420300"


@contextmanager
def desk(many: int) -> Iterator[None]:
    """A desk with *many* open clocks, the first due in an hour, one more every second."""
    with tempfile.TemporaryDirectory(prefix="incident-desk-bench-") as folder:
        app = create_app(load_settings({"INCIDENT_DESK_HOME": str(Path(folder))}))
        with app.app_context():
            database.upgrade(db.engine)
            db.session.add(Office(code=OFFICE, name_zh="十堰市", name_en="Shiyan", parent_code=None, settings={}))
            db.session.flush()
            _fill(many)
            yield
            app.extensions["journal_follower"].end()
            db.session.remove()
            db.engine.dispose()


def _fill(many: int) -> None:
    facts = CaseFacts.from_json({"office": OFFICE, "learned_at": NOW.isoformat()})
    model = next(c for c in derive_clocks(facts, Rulebook.shipped(), now=NOW) if c.rule_id == "R1")
    detail = ClockRecord.from_domain(0, model).detail
    for number in range(many // A_CASE):
        case = Incident(
            case_no=f"X{OFFICE}-2026-{number:05d}", office_code=OFFICE, title="一起很长的案件", state="open",
            is_exercise=True, learned_at=NOW, opened_at=NOW, version=1, journal_salt="salt",
        )  # fmt: skip
        db.session.add(case)
        db.session.flush()
        rows = [_row(case.id, number * A_CASE + place, detail) for place in range(A_CASE)]
        db.session.execute(insert(ClockRecord), rows)
    db.session.commit()


def _row(case: int, place: int, detail: dict[str, Any]) -> dict[str, Any]:
    due = due_time(place)
    first = NOW + (due - NOW) * 0.75
    return {
        "incident_id": case, "office_code": OFFICE, "rule_id": "R1", "start_key": f"k{place}", "starts_at": NOW,
        "due_at": due, "strict_due_at": due, "warn_at": first, "urge_at": NOW + (due - NOW) * 0.9, "is_open": True,
        "detail": detail, "next_moment_at": first,
    }  # fmt: skip


def due_time(place: int) -> datetime:
    """When clock number *place* is due."""
    return NOW + timedelta(hours=1, seconds=place)


def milliseconds(act: Callable[[], object], times: int) -> float:
    """Median wall time of *act*."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _afresh(act: Callable[[], object]) -> Callable[[], object]:
    """*act* in a transaction of its own, as the worker and a request begin one."""

    def run() -> object:
        db.session.rollback()
        return act()

    return run


def peer_tick(many: int) -> float:
    """Milliseconds of APScheduler's look for due jobs among *many*, none of them due."""
    with tempfile.TemporaryDirectory(prefix="incident-desk-bench-") as folder:
        store = SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.sqlite")
        scheduler = BackgroundScheduler(timezone=UTC)
        store.start(scheduler, "default")
        rows = []
        for place in range(many):
            job = Job(scheduler, id=f"job-{place}", func="time:sleep", args=(0,), kwargs={}, name="alarm", executor="x",
                      trigger=DateTrigger(due_time(place)), next_run_time=due_time(place), misfire_grace_time=None,
                      coalesce=True, max_instances=1)  # fmt: skip
            rows.append(job)
        with store.engine.begin() as connection:
            connection.execute(store.jobs_t.insert(), [
                {"id": job.id, "next_run_time": job.next_run_time.timestamp(), "job_state": b""} for job in rows
            ])  # fmt: skip
        took = []
        for _ in range(30):
            began = time.perf_counter()
            assert store.get_due_jobs(NOW) == []
            store.get_next_run_time()
            took.append((time.perf_counter() - began) * 1000)
        return median(took)


def long_case() -> CaseFacts:
    """200 facts of a bad week: reports to each recipient, releases, neighbours, changes of grade and corrections."""
    events: list[dict[str, Any]] = []

    def add(kind: str, minutes: float, **more: Any) -> None:
        events.append({"kind": kind, "at": (NOW + timedelta(minutes=minutes)).isoformat(), **more})

    for number in range(36):  # a follow-up report every four hours to four recipients
        for place, to in enumerate(("own_government", "level_up", "province", "ministry")):
            kind = "initial" if number == 0 else "follow_up"
            add("report_filed", 60 + 240 * number + place, report_kind=kind, form="written", to=[to])
    for number in range(30):
        channel = ("wechat", "weibo", "client")[number % 3]
        add("release_published", 180 + 300 * number, issuer="eeb", channel=channel)
    for number, code in enumerate(("T1", "T4", "H2", "T5", "H1")):
        add("trigger_known", 5 + 90 * number, trigger=code)
    for number, grade in enumerate(("III", "II", "III")):
        add("grade_changed", 200 + 1500 * number, grade=grade, basis="现场核实", by="甲", second="乙")
    for number, office in enumerate(("420600", "420800", "429004")):
        add("neighbour_affected", 100 + 50 * number, office=office)
        add("neighbour_noticed", 130 + 50 * number, office=office)
    for number, office in enumerate(("420000", "420323")):
        add("office_learned", 20 + 30 * number, office=office)
    add("province_received", 70)
    for number in range(4):
        add("public_opinion_detected", 400 + 700 * number, opinion=f"舆情{number}")
        add("public_opinion_answered", 900 + 700 * number, opinion=f"舆情{number}")
    add("disposal_ended", 9000)
    assert len(events) == 200, len(events)
    return CaseFacts.from_json(
        {"office": OFFICE, "learned_at": NOW.isoformat(), "occurred_at": (NOW - timedelta(minutes=15)).isoformat(),
         "events": events}
    )  # fmt: skip


def main(many: int) -> None:
    """Print every claim."""
    with desk(many):
        quiet = milliseconds(_afresh(lambda: clocks.tick(NOW)), 30)
        claim("clocks_tick_nothing_due", quiet, "ms", many, peer=round(peer_tick(many), 4))
        officer = Actor(ref="person:1", office=OFFICE, role=Role.DUTY_OFFICER)
        claim(
            "clocks_board_200", milliseconds(_afresh(lambda: clocks.open_clocks(officer, limit=BOARD)), 20), "ms", many
        )
        busy = NOW + timedelta(hours=1, seconds=DUE) * 0.75
        claim("clocks_tick_some_due", milliseconds(lambda: clocks.tick(busy), 1), "ms", DUE)
    facts, rules, now = long_case(), Rulebook.shipped(), NOW + timedelta(days=8)
    claim("clocks_derive_200_facts", milliseconds(lambda: derive_clocks(facts, rules, now=now), 20), "ms", 200)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLOCKS)
