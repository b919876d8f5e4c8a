"""Taking a call: the case opens whatever is unknown, once, with its facts, clocks, calls, journal and messages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from incident_desk.domain.errors import ChangedMeanwhile, NotFound
from incident_desk.extensions import db
from incident_desk.models import Call, ClockRecord, FactRecord, Incident, JournalEntry, OutboxMessage
from incident_desk.services import journal
from incident_desk.services.calls import call_taking, phone_calls
from incident_desk.services.cases import facts
from incident_desk.services.law import clocks
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, OCCURRED, TANKER, sheet

pytestmark = pytest.mark.usefixtures("app_context")


def _take(form: dict[str, object] | None = None, login: str = "officer", **more: object) -> Incident:
    return call_taking.take_call(sheet(form, **more), actor=actor(login), now=NOW)


def _kinds(incident: Incident) -> list[str]:
    return list(
        db.session.scalars(
            select(JournalEntry.kind).where(JournalEntry.case_no == incident.case_no).order_by(JournalEntry.seq)
        )
    )


def test_a_case_opens_with_its_number_and_learned_time() -> None:
    incident = _take()
    assert incident.case_no == "420300-2026-0001"
    assert incident.learned_at == LEARNED
    assert incident.occurred_at == OCCURRED
    assert incident.grade is None


def test_a_case_opens_though_nothing_is_known() -> None:
    incident = _take(NOTHING_KNOWN)
    running = {line.clock.rule_id for line in clocks.clocks_of(actor("officer"), incident.case_no)}
    assert "R1" in running


def test_numbers_run_on_by_office_and_year() -> None:
    assert [_take(NOTHING_KNOWN).case_no, _take(NOTHING_KNOWN).case_no] == ["420300-2026-0001", "420300-2026-0002"]
    assert _take(NOTHING_KNOWN, login="county").case_no == "420323-2026-0001"


def test_the_number_takes_the_year_of_the_office_not_of_greenwich() -> None:
    late = NOW.replace(month=12, day=31, hour=20)
    incident = call_taking.take_call(sheet(NOTHING_KNOWN, now=late), actor=actor("officer"), now=late)
    assert incident.case_no == "420300-2027-0001"


def test_facts_are_one_a_field_dated_when_learned() -> None:
    incident = _take()
    rows = db.session.scalars(
        select(FactRecord).where(FactRecord.incident_id == incident.id, FactRecord.kind.startswith("sheet."))
    ).all()
    kinds = [row.kind for row in rows]
    assert len(kinds) == len(set(kinds))
    assert {row.at for row in rows} == {LEARNED}
    assert {row.recorded_at for row in rows} == {NOW}
    assert facts.current_values(incident.id)["substance"].data["value"] == "苯胺"


def test_the_caller_stands_on_the_call_alone() -> None:
    incident = _take()
    call = db.session.scalars(select(Call)).one()
    assert (call.caller_name, call.caller_phone) == ("刘某", "+8610000000077")
    assert "刘某" not in json.dumps(call.sheet, ensure_ascii=False)
    for row in db.session.scalars(select(FactRecord).where(FactRecord.incident_id == incident.id)):
        assert "刘某" not in json.dumps(row.data, ensure_ascii=False)
        assert "10000000077" not in json.dumps(row.data)


def test_the_journal_holds_no_words_of_the_call() -> None:
    _take()
    text = "".join(db.session.scalars(select(JournalEntry.data)))
    for word in ("刘某", "10000000077", "苯胺", "堵河", "交警"):
        assert word not in text


def test_record_clock_journal_and_outbox_stand_together() -> None:
    incident = _take()
    kinds = _kinds(incident)
    assert kinds[:2] == ["incident.opened", "call.taken"]
    assert kinds.count("incident.opened") == 1
    started = kinds.count("clock.started")
    assert started == len(db.session.scalars(select(ClockRecord)).all()) > 0
    message = db.session.scalars(select(OutboxMessage)).one()
    assert message.template == "incident_opened"
    assert incident.case_no in message.body
    assert journal.verify().ok


def test_circumstances_of_the_opening_call_are_known_since_it_was_learned() -> None:
    incident = _take(intakes=None, **{"intakes-0-name": "黄龙滩水厂取水口", "intakes-0-state": "drawing"})
    known = {row.data["trigger"]: row for row in facts.history(incident.id, "trigger_known")}
    assert {"T1", "H2"} <= set(known)
    assert known["T1"].at == LEARNED
    assert known["T1"].source == "proposal:place"
    lines = {line.clock.rule_id: line.clock for line in clocks.clocks_of(actor("officer"), incident.case_no)}
    assert "R1" not in lines
    assert lines["R2"].starts_at == LEARNED
    assert lines["R2"].due_at == LEARNED + timedelta(hours=2)


def test_disclosure_runs_from_the_earliest_bound_of_about() -> None:
    incident = _take()
    lines = {line.clock.rule_id: line.clock for line in clocks.clocks_of(actor("officer"), incident.case_no)}
    assert lines["D1"].due_at == OCCURRED + timedelta(hours=5)


def test_first_calls_stand_there_without_a_river() -> None:
    incident = _take(**{"intakes-0-name": "黄龙滩水厂取水口", "intakes-0-state": "drawing", "region_code": "420323"})
    calls = [call for call, _ in phone_calls.to_make(actor("officer"), incident.case_no)]
    assert calls[0].name == "黄龙滩水厂取水口"
    assert {"county_bureau", "fire_brigade", "duty_leader"} <= {call.kind for call in calls}


def test_unreadable_answers_open_the_case_and_are_kept_as_typed() -> None:
    incident = _take(carried="18", coordinates="somewhere")
    values = facts.current_values(incident.id)
    assert values["carried"].data == {"state": "unread", "text": "18"}
    assert values["coordinates"].data["state"] == "unread"


def test_a_draft_opened_twice_is_one_case() -> None:
    officer = actor("officer")
    call_taking.save_draft("draft-key-1", TANKER, actor=officer, now=NOW)
    first = call_taking.take_call("draft-key-1", actor=officer, now=NOW)
    again = call_taking.take_call("draft-key-1", actor=actor("officer2"), now=NOW + timedelta(seconds=2))
    assert first.case_no == again.case_no
    assert len(db.session.scalars(select(Incident)).all()) == 1
    assert call_taking.drafts_of(officer) == []


def test_two_who_type_one_draft_see_both_versions() -> None:
    officer = actor("officer")
    call_taking.save_draft("draft-key-1", {"notes": "a"}, actor=officer, now=NOW)
    call_taking.save_draft("draft-key-1", {"notes": "b"}, actor=actor("officer2"), now=NOW, expected_version=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        call_taking.save_draft("draft-key-1", {"notes": "c"}, actor=officer, now=NOW, expected_version=1)
    assert refused.value.params == {"current": {"notes": "b"}, "typed": {"notes": "c"}, "version": 2}


def test_a_draft_of_another_office_does_not_exist() -> None:
    call_taking.save_draft("draft-key-1", {"notes": "a"}, actor=actor("officer"), now=NOW)
    for act in (
        lambda: call_taking.draft_of(actor("stranger"), "draft-key-1"),
        lambda: call_taking.take_call("draft-key-1", actor=actor("stranger"), now=NOW),
        lambda: call_taking.save_draft("draft-key-1", {}, actor=actor("stranger"), now=NOW),
        lambda: call_taking.discard_draft("draft-key-1", actor=actor("stranger"), now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_draft_of_an_opened_case_takes_no_more() -> None:
    officer = actor("officer")
    call_taking.save_draft("draft-key-1", TANKER, actor=officer, now=NOW)
    call_taking.take_call("draft-key-1", actor=officer, now=NOW)
    with pytest.raises(call_taking.DraftIsOpened):
        call_taking.save_draft("draft-key-1", TANKER, actor=officer, now=NOW)


def test_a_discarded_draft_comes_back_when_it_is_saved_again() -> None:
    officer = actor("officer")
    call_taking.save_draft("draft-key-1", {}, actor=officer, now=NOW)
    call_taking.discard_draft("draft-key-1", actor=officer, now=NOW)
    assert call_taking.drafts_of(officer) == []
    call_taking.save_draft("draft-key-1", {"notes": "a"}, actor=officer, now=NOW)
    assert [draft.key for draft in call_taking.drafts_of(officer)] == ["draft-key-1"]


def test_a_further_call_adds_facts_and_leaves_the_first_learned_time() -> None:
    incident = _take(NOTHING_KNOWN)
    later = NOW + timedelta(minutes=10)
    second = sheet(
        {"learned_at": later.isoformat(), "substance": "苯胺", "occurred_at": OCCURRED.isoformat()}, now=later
    )
    call_taking.add_call(incident.case_no, second, actor=actor("officer"), now=later)
    db.session.expire_all()
    found = db.session.get_one(Incident, incident.id)
    assert found.learned_at == LEARNED
    assert found.occurred_at == OCCURRED
    assert facts.current_values(incident.id)["substance"].at == later
    lines = {line.clock.rule_id: line.clock for line in clocks.clocks_of(actor("officer"), incident.case_no)}
    assert lines["H2"].starts_at == later


def test_a_refused_case_leaves_nothing_behind() -> None:
    with pytest.raises(NotFound):
        call_taking.add_call("420300-2026-0001", sheet(), actor=actor("stranger"), now=NOW)
    assert db.session.scalars(select(Call)).all() == []
    assert db.session.scalars(select(JournalEntry)).all() == []


def test_the_title_says_where_a_long_place_was_cut() -> None:
    place = "竹山县潘口乡至房县青峰镇之间G242国道堵河特大桥K1207+350处" * 2
    title = _take(place_text=place, substance="苯胺").title
    where, what = title.split(" ")
    assert (where[-1], what) == ("…", "苯胺")
    assert place.startswith(where[:-1])
