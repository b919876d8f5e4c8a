"""One use case, one transaction: all of it or nothing; the journal without gaps under many writers; keys used once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.exc import DBAPIError

from incident_desk.domain.errors import KeyReused
from incident_desk.extensions import db
from incident_desk.models import ClockRecord, FactRecord, IdempotencyRecord, Incident, JournalEntry, JournalHead
from incident_desk.services import journal
from incident_desk.services.calls import call_taking, corrections
from incident_desk.services.cases import fact_recording, facts
from incident_desk.services.law import clocks
from incident_desk.services.transaction import AlreadyDone, RequestKey, request_key, transaction
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import LEARNED, NOTHING_KNOWN, sheet

WRITERS = 8


def _take(**more: object) -> Incident:
    return call_taking.take_call(sheet(NOTHING_KNOWN, **more), actor=actor("officer"), now=NOW)


def _in_threads(app: Any, act: Any, count: int = WRITERS) -> list[Any]:
    """Run *act* in *count* threads that start together, each with a context of its own."""
    ready = threading.Barrier(count)

    def run(number: int) -> Any:
        with app.app_context():
            ready.wait()
            try:
                return act(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_eight_writers_leave_a_journal_without_gaps_that_verifies(app: Any) -> None:
    with app.app_context():
        officer = actor("officer")
    _in_threads(
        app, lambda _n: [call_taking.take_call(sheet(NOTHING_KNOWN), actor=officer, now=NOW).case_no for _ in range(3)]
    )
    with app.app_context():
        seqs = db.session.scalars(select(JournalEntry.seq).order_by(JournalEntry.seq)).all()
        assert list(seqs) == list(range(1, len(seqs) + 1))
        assert journal.verify().ok
        numbers = db.session.scalars(select(Incident.case_no)).all()
        assert sorted(numbers) == [f"420300-2026-{n:04d}" for n in range(1, WRITERS * 3 + 1)]


def test_eight_writers_of_one_case_leave_clocks_of_all_their_facts(app: Any) -> None:
    with app.app_context():
        case_no = _take().case_no
        officer = actor("officer")
    kinds = ["T1", "T2", "T3", "T4", "T5", "T6", "H1", "H2"]

    def record(number: int) -> None:
        at = NOW + timedelta(minutes=number + 1)
        data = {"trigger": kinds[number]}
        fact_recording.record_fact(
            case_no, "trigger_known", data, at=at, actor=officer, now=NOW + timedelta(minutes=10)
        )

    _in_threads(app, record)
    with app.app_context():
        from incident_desk.domain.clocks.derivation import derive_clocks
        from incident_desk.domain.law.rulebook import Rulebook

        found = db.session.scalars(select(Incident)).one()
        versions = db.session.scalars(select(FactRecord.version)).all()
        assert len(set(versions)) == len(versions)
        assert found.version == max(versions)
        derived = derive_clocks(facts.case_facts(db.session(), found), Rulebook.shipped(), now=NOW)
        stored = [line.clock for line in clocks.clocks_of(officer, case_no)]
        live = {clock.identity: clock.due_at for clock in stored if clock.is_live}
        assert live == {clock.identity: clock.due_at for clock in derived if clock.is_live}


def test_two_ticks_at_once_write_each_moment_once(app: Any) -> None:
    with app.app_context():
        for _ in range(5):
            _take()
    _in_threads(app, lambda _n: clocks.tick(LEARNED + timedelta(hours=4, minutes=30)), count=4)
    with app.app_context():
        found = [(kind, data["clock"], data.get("level")) for kind, data in entries() if kind in
                 {"clock.warned", "clock.overdue"}]  # fmt: skip
        assert len(found) == len(set(found))
        rows = db.session.scalars(select(ClockRecord).where(ClockRecord.rule_id == "R1")).all()
        assert all(row.overdue_at is not None for row in rows)
        assert journal.verify().ok


def test_a_tick_and_a_filing_at_once_write_each_moment_once(app: Any) -> None:
    with app.app_context():
        case_no = _take().case_no
        officer = actor("officer")
    late = LEARNED + timedelta(hours=4, minutes=30)

    def act(number: int) -> None:
        if number % 2:
            clocks.tick(late)
            return
        with transaction() as tx:
            found = tx.session.scalars(select(Incident)).one()
            data = {"to": ["own_government", "level_up"]}
            facts.record(tx, found, "report_filed", at=late, data=data, actor=officer, now=late)
            clocks.rederive(tx, found, now=late)

    _in_threads(app, act, count=6)
    with app.app_context():
        r1 = db.session.scalars(select(ClockRecord).where(ClockRecord.rule_id == "R1")).one()
        kinds = [(kind, data.get("level")) for kind, data in entries(case_no) if data.get("clock") == r1.id]
        assert kinds == [
            ("clock.started", None), ("clock.warned", 75), ("clock.warned", 90), ("clock.overdue", 100),
            ("clock.met", None),
        ]  # fmt: skip


def test_a_journal_that_grows_while_it_is_verified_is_whole(app: Any) -> None:
    with app.app_context():
        _take()
        officer = actor("officer")
    grown = threading.Event()

    def grow(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM journal_head" in statement and not grown.is_set():
            grown.set()
            _in_threads(app, lambda _n: call_taking.take_call(sheet(NOTHING_KNOWN), actor=officer, now=NOW), count=1)

    with app.app_context():
        event.listen(db.engine, "after_cursor_execute", grow)
        try:
            first = journal.verify()
        finally:
            event.remove(db.engine, "after_cursor_execute", grow)
        assert grown.is_set()
        assert first.ok, first.faults
        second = journal.verify()
        assert second.ok
        assert second.entries > first.entries


@pytest.mark.usefixtures("app_context")
def test_what_fails_half_way_leaves_nothing() -> None:
    def fail_half_way() -> None:
        with transaction() as tx:
            tx.journal(None, "log.added", actor=actor("officer"), at=NOW)
            tx.session.add(JournalHead(id=99, seq=0, hash="0"))
            tx.session.flush()
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert entries() == []
    assert db.session.get(JournalHead, 99) is None


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("change", [update(JournalEntry).values(kind="x"), delete(JournalEntry)])
def test_the_database_itself_refuses_to_change_the_journal(change: Any) -> None:
    _take()
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(change)
    db.session.rollback()
    assert journal.verify().ok


@pytest.mark.usefixtures("app_context")
def test_an_entry_changed_behind_the_desk_is_found() -> None:
    _take()
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("DROP TRIGGER journal_no_update"))
    else:
        db.session.execute(text("ALTER TABLE journal DISABLE TRIGGER ALL"))
    db.session.execute(text("UPDATE journal SET kind = 'incident.closed' WHERE seq = 2"))
    db.session.commit()
    check = journal.verify()
    assert not check.ok
    assert check.faults[0].where == "seq 2"


@pytest.mark.usefixtures("app_context")
def test_a_key_used_again_leads_to_what_it_made() -> None:
    key = RequestKey("k-1", actor("officer").ref, "digest", NOW)
    request_key.set(key)
    first = _take()
    request_key.set(key)
    with pytest.raises(AlreadyDone) as again:
        _take()
    assert (again.value.kind, again.value.identity) == ("incident", first.case_no)
    request_key.set(RequestKey("k-1", actor("officer").ref, "another body", NOW))
    with pytest.raises(KeyReused):
        _take()
    assert len(db.session.scalars(select(Incident)).all()) == 1


@pytest.mark.usefixtures("app_context")
def test_a_refused_act_does_not_use_up_its_key() -> None:
    incident = _take()
    key = RequestKey("k-2", actor("officer").ref, "digest", NOW)
    request_key.set(key)
    with pytest.raises(Exception, match="before it happened"):
        corrections.correct(
            incident.case_no, {"learned_at": (NOW - timedelta(hours=1)).isoformat(), "occurred_at": NOW.isoformat()},
            actor=actor("officer"), now=NOW,
        )  # fmt: skip
    assert db.session.scalars(select(IdempotencyRecord)).all() == []


def test_one_key_in_eight_threads_makes_one_case(app: Any) -> None:
    with app.app_context():
        officer = actor("officer")

    def act(_number: int) -> str:
        request_key.set(RequestKey("k-3", officer.ref, "digest", NOW))
        try:
            return call_taking.take_call(sheet(NOTHING_KNOWN), actor=officer, now=NOW).case_no
        except AlreadyDone as done:
            return done.identity or ""
        finally:
            request_key.set(None)

    assert set(_in_threads(app, act)) == {"420300-2026-0001"}
