"""First calls out: proposed once a contact, recorded in one act, with what a water works told of its intake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.calls.first_calls import ReceptorBelow
from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted
from incident_desk.domain.errors import ChangedMeanwhile, NotFound
from incident_desk.extensions import db
from incident_desk.models import Incident, Office, PhoneCall
from incident_desk.services import scope
from incident_desk.services.calls import call_taking, case_sheet, first_calls, phone_calls
from incident_desk.services.cases import facts
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")
LATER = NOW + timedelta(minutes=4)
INTAKE = "R-HLT"
CONTACTS = [
    {"id": "hlt", "name_zh": "黄龙滩水厂（样本）", "name_en": "Huanglongtan works (sample)", "number": "+8610000000100",
     "role": "waterworks", "facility_ids": [INTAKE], "is_sample": True},
    {"id": "zs", "name_zh": "竹山分局（样本）", "number": "+8610000000101", "role": "county_bureau",
     "region_code": "420323"},
]  # fmt: skip


@pytest.fixture
def incident(app_context: Any) -> Incident:
    db.session.get_one(Office, "420300").settings = {"contacts": CONTACTS}
    db.session.commit()
    return call_taking.take_call(sheet(region_code="420323"), actor=actor("officer"), now=NOW)


def _propose_with_river(incident: Incident) -> None:
    receptor = ReceptorBelow(
        INTAKE, "intake", "黄龙滩取水口", 21_000.0, NOW + timedelta(hours=3), NOW + timedelta(hours=4),
        NOW + timedelta(hours=6),
    )  # fmt: skip
    officer = actor("officer")
    with transaction() as tx:
        found = scope.incident(officer, incident.case_no, tx.session)
        told = case_sheet.current_sheet(found, tx.session)
        first_calls.propose_from_sheet(tx, found, told, actor=officer, now=LATER, receptors=[receptor])


def _calls(incident: Incident) -> list[PhoneCall]:
    db.session.expire_all()
    return phone_calls.calls_of(actor("officer"), incident.case_no)


def _record(incident: Incident, call: PhoneCall, **more: Any) -> PhoneCall:
    words = {"state": "answered", "actor": actor("officer"), "now": LATER, "answered_by": "张厂长", "said": "知道了"}
    return phone_calls.record_answer(incident.case_no, call.id, **(words | more))


def test_the_county_of_the_scene_is_rung_by_its_own_line(incident: Incident) -> None:
    county = next(call for call in _calls(incident) if call.kind == "county_bureau")
    assert (county.name, county.number) == ("竹山分局（样本）", "+8610000000101")


def test_after_the_trace_the_water_works_stand_first(incident: Incident) -> None:
    _propose_with_river(incident)
    first = _calls(incident)[0]
    assert (first.kind, first.name, first.number) == ("waterworks", "黄龙滩水厂（样本）", "+8610000000100")
    assert "取水口在下游21.0公里" in first.reason["reason_zh"]


def test_a_contact_stands_there_once_however_often_it_is_proposed(incident: Incident) -> None:
    _propose_with_river(incident)
    _propose_with_river(incident)
    keys = [call.contact_key for call in _calls(incident)]
    assert len(keys) == len(set(keys))
    assert [kind for kind, _ in entries(incident.case_no)].count("phone_call.proposed") == 2


def test_a_call_that_was_made_stays_made(incident: Incident) -> None:
    _propose_with_river(incident)
    _record(incident, _calls(incident)[0])
    _propose_with_river(incident)
    assert _calls(incident)[0].state == "answered"
    assert _calls(incident)[0].id not in {call.id for call, _ in phone_calls.to_make(actor("officer"))}


def test_who_answered_what_and_when_stand_in_the_row_and_not_in_the_journal(incident: Incident) -> None:
    call = _record(incident, _calls(incident)[0], done="已停止取水")
    assert (call.answered_by, call.done, call.made_at, call.made_by) == (
        "张厂长", "已停止取水", LATER, actor("officer").ref
    )  # fmt: skip
    kind, data = entries(incident.case_no)[-1]
    assert kind == "phone_call.made"
    assert set(data) == {"phone_call", "state", "version", "digest"}
    assert len(data["digest"]) == 64


def test_the_same_words_have_another_digest_in_another_case(incident: Incident) -> None:
    other = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    digests = []
    for case in (incident, other):
        _record(case, _calls(case)[0])
        digests.append(entries(case.case_no)[-1][1]["digest"])
    assert digests[0] != digests[1]


def test_what_a_water_works_told_becomes_a_fact_of_the_case(incident: Incident) -> None:
    _propose_with_river(incident)
    told = IntakeReport("黄龙滩取水口", INTAKE, IntakeState.STOPPED_PRECAUTION, SupplyInterrupted.NO, at=LATER)
    _record(incident, _calls(incident)[0], intake=told)
    fact = facts.newest(incident.id, "sheet.intakes")
    assert fact is not None
    assert (fact.data["value"][0]["state"], fact.source) == (
        "stopped_precaution",
        f"phone_call:{_calls(incident)[0].id}",
    )
    resumed = IntakeReport("黄龙滩取水口", INTAKE, IntakeState.DRAWING, at=LATER)
    _record(incident, _calls(incident)[0], intake=resumed)
    listed = case_sheet.current_sheet(db.session.get_one(Incident, incident.id)).intakes
    assert [intake.state for intake in listed] == [IntakeState.DRAWING]


def test_two_who_record_one_call_see_both_versions(incident: Incident) -> None:
    call = _calls(incident)[0]
    _record(incident, call, expected_version=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        _record(incident, call, expected_version=1, actor=actor("officer2"), state="no_answer", said="")
    assert refused.value.params["current"]["said"] == "知道了"
    assert refused.value.params["typed"]["state"] == "no_answer"


def test_a_call_that_was_not_answered_can_be_made_again(incident: Incident) -> None:
    call = _record(incident, _calls(incident)[0], state="no_answer")
    again = _record(incident, call, state="to_make", answered_by="", said="")
    assert (again.state, again.made_at) == ("to_make", None)


def test_a_way_to_end_that_is_none_is_refused(incident: Incident) -> None:
    with pytest.raises(phone_calls.UnknownCallState):
        _record(incident, _calls(incident)[0], state="perhaps")


def test_calls_of_another_office_do_not_exist(incident: Incident) -> None:
    call = _calls(incident)[0]
    assert phone_calls.to_make(actor("stranger")) == []
    with pytest.raises(NotFound):
        _record(incident, call, actor=actor("stranger"))
    other = call_taking.take_call(sheet(), actor=actor("stranger"), now=NOW)
    with pytest.raises(NotFound):
        phone_calls.record_answer(other.case_no, call.id, state="answered", actor=actor("stranger"), now=NOW)
    assert db.session.scalars(select(PhoneCall.state).where(PhoneCall.id == call.id)).one() == "to_make"
