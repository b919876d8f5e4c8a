"""The river traced for a case: record, circumstances, calls, clocks and journal together; never in the way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.permissions import worker_actor
from incident_desk.extensions import db
from incident_desk.geo.errors import NoReachNear
from incident_desk.models import FactRecord, Incident, JournalEntry, Office, PhoneCall, Task, TraceRun
from incident_desk.services import journal
from incident_desk.services.calls import call_taking, corrections
from incident_desk.services.cases import fact_recording
from incident_desk.services.law import clocks
from incident_desk.services.water import tracing
from incident_desk.services.water.trace_inputs import digest_of
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import LEARNED, NOTHING_KNOWN, OCCURRED, sheet

pytestmark = pytest.mark.usefixtures("app_context")

BRIDGE = "110.24, 32.24"
"""On the Du River above Huanglongtan, where the exercise puts its tanker."""
DESERT = "93.5, 40.2"
"""In the Gobi, hundreds of kilometres from any river of the shipped network."""
LATER = NOW + timedelta(minutes=5)


def _take(login: str = "officer", **more: Any) -> Incident:
    return call_taking.take_call(sheet(coordinates=BRIDGE, **more), actor=actor(login), now=NOW)


def _run(incident: Incident, now: datetime = NOW, login: str = "officer", **overrides: Any) -> TraceRun:
    return tracing.run(incident.case_no, actor=actor(login), now=now, overrides=overrides or None)


def _hit(run: TraceRun, id_: str) -> dict[str, Any]:
    return next(one for one in run.result["receptors"] if one["id"] == id_)


def _list_numbers(office: str, *lines: dict[str, object]) -> None:
    db.session.get_one(Office, office).settings = {"contacts": list(lines)}
    db.session.commit()


def _line(id_: str, role: str, *facilities: str, region: str = "") -> dict[str, object]:
    return {
        "id": id_, "name_zh": f"{id_}值班室", "number": "+8610000000099", "role": role, "region_code": region,
        "facility_ids": list(facilities), "is_sample": True,
    }  # fmt: skip


def _calls(incident: Incident) -> dict[str, PhoneCall]:
    rows = db.session.scalars(select(PhoneCall).where(PhoneCall.incident_id == incident.id))
    return {row.contact_key: row for row in rows}


def _triggers(incident: Incident) -> dict[str, FactRecord]:
    rows = db.session.scalars(
        select(FactRecord).where(FactRecord.incident_id == incident.id, FactRecord.kind == "trigger_known")
    )
    return {row.data["trigger"]: row for row in rows}


# --- what the river says ----------------------------------------------------------------------------


def test_the_way_leads_from_the_du_river_past_huanglongtan_into_danjiangkou() -> None:
    names = [one["name"] for one in _run(_take()).result["receptors"]]
    order = [
        names.index(name) for name in ("黄龙滩水库水源地", "黄龙滩水电站大坝", "堵河口（入汉江）", "丹江口水利枢纽")
    ]
    assert order == sorted(order)


def test_a_pool_is_entered_once_and_a_place_listed_twice_stands_once() -> None:
    ids = [one["id"] for one in _run(_take()).result["receptors"]]
    assert [id_ for id_ in ids if id_.startswith("S03-") and id_.endswith(("-E", "-T"))] == ["S03-6892-E"]
    assert len(ids) == len(set(ids))
    assert not {"M15", "M15-R02"} <= set(ids)


def test_the_uncertain_hour_of_the_spill_widens_the_band() -> None:
    at = {"occurred_kind": "exact", "occurred_at": OCCURRED.isoformat(), "occurred_earliest": "", "occurred_latest": ""}
    exact = _hit(_run(_take(**at)), "I19")["arrival"]
    told = {
        "occurred_earliest": OCCURRED.isoformat(),
        "occurred_latest": (OCCURRED + timedelta(minutes=14)).isoformat(),
    }
    about = _hit(_run(_take(**told)), "I19")["arrival"]
    later = {key: datetime.fromisoformat(about[key]) - datetime.fromisoformat(exact[key]) for key in exact}
    assert later == {"earliest": timedelta(0), "likely": timedelta(minutes=7), "latest": timedelta(minutes=14)}


def test_an_unknown_hour_is_reckoned_from_learning_and_says_so() -> None:
    run = _run(_take(occurred_kind="unknown", occurred_earliest="", occurred_latest=""))
    assert run.inputs["start"]["basis"] == "learned"
    assert datetime.fromisoformat(run.inputs["start"]["earliest"]) == LEARNED


@pytest.mark.parametrize(
    ("amounts", "kg", "kind"),
    [
        ({"carried": "18t", "leaked": "5t", "into_water": "2t"}, 2_000.0, "into_water"),
        ({"carried": "18t", "leaked": "5t", "into_water": ""}, 5_000.0, "leaked"),
        ({"carried": "18t", "leaked": "", "into_water": ""}, 18_000.0, "carried"),
        ({"carried": "", "leaked": "", "into_water": ""}, None, None),
        ({"carried": "18t", "leaked": "", "into_water": "0t"}, None, None),
    ],
)
def test_the_nearest_known_amount_is_reckoned_with(amounts: dict[str, str], kg: float | None, kind: str | None) -> None:
    run = _run(_take(**amounts))
    assert (run.inputs["mass_kg"], run.inputs["mass_kind"]) == (kg, kind)
    assert (_hit(run, "I19")["peak"] is None) is (kg is None)


def test_the_limit_comes_from_the_substance_with_its_source() -> None:
    run = _run(_take())
    assert (run.inputs["limit_mg_l"], run.inputs["limit_source"]) == (0.1, "GB 3838-2002 表3")


def test_the_flow_now_beats_the_mean_and_keeps_who_said_it() -> None:
    incident = _take()
    mean = _hit(_run(incident), "I19")
    told = {"discharge_m3s": 900.0, "source": "黄龙滩水文站", "at": NOW.isoformat()}
    fact_recording.record_fact(incident.case_no, "river.discharge_now", told, at=NOW, actor=actor("officer"), now=LATER)
    run = _run(incident, now=LATER)
    assert (run.inputs["discharge_m3s"], run.inputs["discharge_source"]) == (900.0, "黄龙滩水文站")
    assert _hit(run, "I19")["arrival"]["likely"] < mean["arrival"]["likely"]
    assert "discharge_now" in _hit(run, "I19")["methods"]


def test_a_named_river_is_not_asked_about_again() -> None:
    assert _run(_take()).result["snapped"]["needs_asking"] is False
    assert _run(_take(water_body="")).result["snapped"]["needs_asking"] is True


# --- on record ----------------------------------------------------------------------------------------


def test_the_run_keeps_digests_of_what_it_was_made_from_and_what_it_says() -> None:
    run = _run(_take())
    db.session.expire_all()
    stored = db.session.get_one(TraceRun, run.id)
    assert digest_of(stored.result) == stored.result_sha256
    assert stored.network_sha256 == stored.result["network"]["sha256"]
    assert stored.way


def test_the_journal_holds_digests_and_no_place() -> None:
    incident = _take()
    run = _run(incident)
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "trace.run")).one()
    data = json.loads(entry.data)
    assert (data["trace"], data["result"], data["network"]) == (run.id, run.result_sha256, run.network_sha256)
    assert "110.24" not in entry.data
    assert journal.verify().ok


def test_the_same_facts_give_the_same_run_again() -> None:
    incident = _take()
    assert _run(incident).id == _run(incident, now=LATER).id
    assert len(tracing.history(actor("officer"), incident.case_no)) == 1


def test_new_facts_give_a_new_run_and_the_old_one_stays() -> None:
    incident = _take()
    first = _run(incident)
    corrections.edit_sheet(incident.case_no, {"into_water": "3t"}, actor=actor("officer"), now=LATER)
    assert not tracing.state(actor("officer"), incident.case_no, now=LATER).is_current
    second = _run(incident, now=LATER)
    assert [run.id for run in tracing.history(actor("officer"), incident.case_no)] == [second.id, first.id]
    assert tracing.state(actor("officer"), incident.case_no, now=LATER).is_current


def test_another_office_finds_no_trace() -> None:
    incident = _take()
    _run(incident)
    for act in (tracing.latest, tracing.history):
        with pytest.raises(NotFound):
            act(actor("stranger"), incident.case_no)
    with pytest.raises(NotFound):
        _run(incident, login="stranger")


# --- a person's own figures ---------------------------------------------------------------------------


def test_another_reach_can_be_chosen_and_stays_chosen() -> None:
    incident = _take()
    first = _run(incident)
    other = next(c["reach_id"] for c in first.result["candidates"] if c["river"] is None)
    chosen = _run(incident, now=LATER, reach_id=other)
    assert chosen.result["snapped"]["reach_id"] == other
    corrections.edit_sheet(incident.case_no, {"into_water": "3t"}, actor=actor("officer"), now=LATER)
    assert _run(incident, now=LATER).result["snapped"]["reach_id"] == other


def test_a_chosen_reach_is_forgotten_when_the_place_changes() -> None:
    incident = _take()
    first = _run(incident)
    other = next(c["reach_id"] for c in first.result["candidates"] if c["river"] is None)
    _run(incident, now=LATER, reach_id=other)
    corrections.edit_sheet(incident.case_no, {"coordinates": "110.245, 32.245"}, actor=actor("officer"), now=LATER)
    assert "reach_id" not in _run(incident, now=LATER).inputs["overrides"]


def test_a_chosen_reach_holds_for_its_own_network_only() -> None:
    incident = _take()
    run = _run(incident, reach_id=8419)
    with db.session.begin_nested():
        db.session.get_one(TraceRun, run.id).network_sha256 = "another build"
    db.session.commit()
    assert "reach_id" not in _run(incident, now=LATER).inputs["overrides"]


def test_an_option_that_there_is_none_of_is_refused() -> None:
    incident = _take()
    with pytest.raises(tracing.UnknownTraceOption):
        _run(incident, speed=3)


# --- what follows -------------------------------------------------------------------------------------


def test_circumstances_follow_and_are_known_since_the_place_was_told() -> None:
    incident = _take()
    assert "T4" not in _triggers(incident)
    _run(incident, now=LATER)
    found = _triggers(incident)
    assert {"T1", "T4"} <= set(found)
    assert found["T4"].at == LEARNED
    assert "丹江口" in found["T4"].data["reason"]


def test_the_two_hour_clock_runs_from_learning() -> None:
    incident = _take(substance="", un_no="", injured="0")
    _run(incident, now=LATER)
    running = {line.clock.rule_id: line.clock for line in clocks.clocks_of(actor("officer"), incident.case_no)}
    assert running["R2"].starts_at == LEARNED
    assert running["R2"].due_at == LEARNED + timedelta(hours=2)


def test_water_works_and_stations_below_and_above_are_to_be_rung() -> None:
    _list_numbers(
        "420300",
        _line("plant", "waterworks", "I19"), _line("power", "structure_below", "S12-P"),
        _line("xiaoxuan", "structure_above", "S14-P"), _line("pankou", "structure_above", "S13-P"),
    )  # fmt: skip
    incident = _take()
    _run(incident, now=LATER)
    calls = _calls(incident)
    assert [calls[f"contact:{id_}"].kind for id_ in ("plant", "power", "xiaoxuan", "pankou")] == [
        "waterworks", "structure_below", "structure_above", "structure_above",
    ]  # fmt: skip
    assert calls["contact:plant"].rank == 1
    assert calls["contact:plant"].reason["before"] is not None


def test_nobody_rings_the_desk_that_has_the_case() -> None:
    desk = (_line("shiyan", "prefecture_desk", region="420300"), _line("zhushan", "county_bureau", region="420323"))
    _list_numbers("420300", *desk)
    ours, theirs = _take(), _take("county", region_code="420323")
    _run(ours, now=LATER)
    _run(theirs, now=LATER, login="county")
    assert "contact:shiyan" not in _calls(ours)
    assert {"contact:zhushan", "county_bureau:420323"}.isdisjoint(_calls(theirs))
    assert "contact:shiyan" in _calls(theirs)


def test_the_county_is_read_off_the_river_when_nobody_said_it() -> None:
    _list_numbers("420300", _line("zhushan", "county_bureau", region="420323"))
    incident = _take()
    _run(incident, now=LATER)
    assert "contact:zhushan" in _calls(incident)


def test_calls_that_another_river_does_not_ask_for_are_taken_back_and_come_again() -> None:
    incident = _take()
    _run(incident, now=LATER)
    plant = _calls(incident)["waterworks:I19"]
    assert plant.state == "to_make"
    corrections.edit_sheet(
        incident.case_no, {"coordinates": "114.25, 30.55", "water_body": "长江"}, actor=actor("officer"), now=LATER
    )
    _run(incident, now=LATER)
    db.session.expire_all()
    assert _calls(incident)["waterworks:I19"].state == "not_needed"
    corrections.edit_sheet(
        incident.case_no, {"coordinates": BRIDGE, "water_body": "堵河"}, actor=actor("officer"), now=LATER
    )
    _run(incident, now=LATER)
    db.session.expire_all()
    assert _calls(incident)["waterworks:I19"].state == "to_make"


# --- never in the way ---------------------------------------------------------------------------------


def test_a_place_on_no_river_becomes_a_task_and_the_case_stays_open() -> None:
    incident = call_taking.take_call(sheet(coordinates=DESERT), actor=actor("officer"), now=NOW)
    with pytest.raises(NoReachNear):
        _run(incident)
    task = db.session.scalars(select(Task).where(Task.subject == tracing.TASK_SUBJECT)).one()
    assert task.done_at is None
    assert db.session.get_one(Incident, incident.id).state == "open"
    assert isinstance(tracing.state(actor("officer"), incident.case_no, now=NOW).problem, NoReachNear)
    corrections.edit_sheet(incident.case_no, {"coordinates": BRIDGE}, actor=actor("officer"), now=LATER)
    _run(incident, now=LATER)
    db.session.expire_all()
    assert db.session.get_one(Task, task.id).done_at == LATER


def test_without_coordinates_there_is_no_trace_and_a_word_for_it() -> None:
    incident = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("officer"), now=NOW)
    with pytest.raises(tracing.PlaceNotKnown):
        _run(incident)
    assert tracing.run_quietly(incident.case_no, actor=actor("officer"), now=NOW) is None


def test_the_worker_traces_what_nobody_traced_once() -> None:
    incident = _take()
    assert tracing.run_due(NOW) == 0, "it is left to the page that took the call"
    soon = NOW + timedelta(seconds=6)
    assert tracing.run_due(soon) == 1
    assert tracing.run_due(soon) == 0
    run = tracing.latest(actor("officer"), incident.case_no)
    assert run is not None
    assert run.run_by == worker_actor("420300").ref


def test_the_worker_rests_after_a_newer_fact_that_changes_nothing_for_the_river() -> None:
    incident = _take(into_water="3t", carried="18t")
    first = _run(incident)
    corrections.edit_sheet(incident.case_no, {"carried": "19t"}, actor=actor("officer"), now=LATER)
    soon = LATER + timedelta(seconds=6)
    assert [tracing.run_due(soon) for _ in range(3)] == [1, 0, 0]
    assert db.session.scalars(select(TraceRun.id)).all() == [first.id]


def test_the_worker_does_not_come_back_to_a_place_on_no_river() -> None:
    call_taking.take_call(sheet(coordinates=DESERT), actor=actor("officer"), now=NOW)
    soon = NOW + timedelta(seconds=6)
    assert (tracing.run_due(soon), tracing.run_due(soon)) == (1, 0)


def test_the_worker_leaves_coordinates_that_could_not_be_read() -> None:
    call_taking.take_call(sheet(coordinates="桥的东边"), actor=actor("officer"), now=NOW)
    assert tracing.run_due(LATER) == 0


# --- while typing -------------------------------------------------------------------------------------


def test_a_preview_says_the_same_as_the_run_and_writes_nothing() -> None:
    seen = tracing.preview(sheet(coordinates=BRIDGE), now=NOW)
    assert db.session.scalar(select(TraceRun.id)) is None
    assert seen.result is not None
    assert seen.result["receptors"] == _run(_take()).result["receptors"]
    assert {"T1", "T4"} <= {proposal.code for proposal in seen.circumstances}


@pytest.mark.parametrize(("coordinates", "code"), [("", "place_not_known"), (DESERT, "no_reach_near")])
def test_a_preview_names_the_problem_and_raises_nothing(coordinates: str, code: str) -> None:
    seen = tracing.preview(sheet(coordinates=coordinates), now=NOW)
    assert seen.problem is not None
    assert seen.problem.code == code
