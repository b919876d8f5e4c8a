"""Screens follow the journal: what one missed, in order and once, in the rooms that may hear it; and the five lines."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from incident_desk.extensions import db
from incident_desk.models import Incident, TraceRun
from incident_desk.services.calls import call_taking, corrections
from incident_desk.services.cases import five_lines
from incident_desk.services.screens import board
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def incident(app_context: Any) -> Incident:
    return call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)


def _trace(incident: Incident, receptors: list[dict[str, Any]]) -> None:
    run = TraceRun(incident_id=incident.id, office_code="420300", run_at=NOW, run_by="person:1")
    run.longitude, run.latitude, run.inputs, run.facts_version, run.way = 110.35, 32.6, {}, 1, []
    run.network_sha256 = run.result_sha256 = "0" * 64
    run.result = {"receptors": receptors}
    db.session.add(run)
    db.session.commit()


def _line(incident: Incident, code: str, *, hours: float = 0) -> five_lines.FiveLine:
    found = five_lines.five_lines(actor("officer"), incident.case_no, now=NOW + timedelta(hours=hours))
    return next(line for line in found.lines if line.code == code)


def _intake(hours: float) -> dict[str, Any]:
    at = [NOW + timedelta(hours=hours + more) for more in (0, 1, 2)]
    arrival = dict(zip(("earliest", "likely", "latest"), (one.isoformat() for one in at), strict=True))
    return {"id": "R-1", "kind": "intake", "name": "黄龙滩取水口", "distance_m": 21_300.0, "arrival": arrival}


def test_a_screen_is_given_what_it_missed_in_order_and_once(incident: Incident) -> None:
    whole = board.entries_after(0, actor=actor("officer"))
    assert [entry["seq"] for entry in whole] == list(range(1, len(whole) + 1))
    middle = whole[len(whole) // 2]["seq"]
    rest = board.entries_after(middle, actor=actor("officer"))
    assert [entry["seq"] for entry in rest] == list(range(middle + 1, len(whole) + 1))


def test_an_entry_is_heard_by_its_office_those_above_and_its_case(incident: Incident) -> None:
    batch = board.read_batch(0)
    assert batch is not None
    _, rooms = batch.entries[0]
    assert set(rooms) == {"office:420300", "office:420000", f"case:{incident.case_no}"}


def test_an_entry_of_the_desk_is_heard_by_no_other_office(incident: Incident) -> None:
    from incident_desk.services.transaction import transaction

    with transaction() as tx:
        tx.journal(None, "person.signed_in", actor=actor("stranger"), at=NOW)
    batch = board.read_batch(board.head_seq() - 1)
    assert batch is not None
    assert batch.entries[0][1] == ("office:420500", "office:420000")
    assert board.entries_after(board.head_seq() - 1, actor=actor("officer")) == []


def test_the_follower_wakes_by_the_signal_of_a_commit(incident: Incident) -> None:
    stop = threading.Event()
    batches = board.follow(stop, after=board.head_seq())
    corrections.edit_sheet(incident.case_no, {"dead": "1"}, actor=actor("officer"), now=NOW + timedelta(minutes=1))
    batch = next(batches)
    stop.set()
    assert "fact.recorded" in {entry["kind"] for entry, _ in batch.entries}


def test_without_a_trace_the_lines_say_that_it_is_being_checked(incident: Incident) -> None:
    for code in ("reached", "when", "border"):
        assert "正在核实" in _line(incident, code).answer
        assert _line(incident, code).as_of is None


def test_people_are_told_with_time_and_source(incident: Incident) -> None:
    line = _line(incident, "people")
    assert line.answer == "死亡0人、受伤1人、中毒0人。"
    assert (line.as_of, line.source) == (incident.learned_at, "call:1")


def test_the_nearest_intake_is_counted_down_and_then_passed(incident: Incident) -> None:
    _trace(incident, [_intake(3)])
    assert "还有3小时0分" in _line(incident, "reached").answer
    assert "可能已到黄龙滩取水口" in _line(incident, "reached", hours=4).answer
    assert "已过黄龙滩取水口" in _line(incident, "reached", hours=9).answer
    assert _line(incident, "when").source == "trace:1"


def test_a_border_of_the_province_and_danjiangkou_are_told_and_county_borders_are_not(incident: Incident) -> None:
    _trace(
        incident,
        [
            {"id": "B1", "kind": "border", "name": "县界：甲→乙", "distance_m": 9_000.0, "arrival": None},
            {"id": "D1", "kind": "reservoir", "name": "丹江口水库", "distance_m": 90_000.0, "arrival": None},
        ],
    )
    answer = _line(incident, "border").answer
    assert "无省界断面" in answer
    assert "南水北调中线水源" in answer


def test_an_intake_that_was_stopped_is_told_with_its_state(incident: Incident) -> None:
    form = {"intakes-0-name": "黄龙滩取水口", "intakes-0-state": "stopped_precaution",
            "intakes-0-supply_interrupted": "no"}  # fmt: skip
    now = NOW + timedelta(minutes=1)
    corrections.edit_sheet(incident.case_no, form, actor=actor("officer"), now=now)
    line = _line(incident, "supply")
    assert "已预防性停止取水，供水未中断" in line.answer
    assert line.as_of == now
