"""The one door for reading: own cases, those of offices below, those one is part of; everything else does not exist."""

from __future__ import annotations

import pytest

from incident_desk.domain.errors import NotFound
from incident_desk.extensions import db
from incident_desk.models import Incident
from incident_desk.services import scope
from incident_desk.services.calls import call_taking, corrections, phone_calls
from incident_desk.services.cases import case_files, five_lines, tasks
from incident_desk.services.screens import board
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")


def _seen(login: str) -> set[str]:
    return {incident.case_no for incident in db.session.scalars(scope.incidents(actor(login)))}


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("county", {"420323-2026-0001"}),
        ("officer", {"420323-2026-0001", "420300-2026-0001"}),
        ("province", {"420323-2026-0001", "420300-2026-0001", "420500-2026-0001"}),
        ("stranger", {"420500-2026-0001"}),
    ],
)
def test_an_office_sees_its_own_and_those_below(login: str, sees: set[str]) -> None:
    for opener in ("county", "officer", "stranger"):
        call_taking.take_call(sheet(), actor=actor(opener), now=NOW)
    assert _seen(login) == sees


@pytest.mark.parametrize(
    ("code", "prefix"), [("420000", "42"), ("420300", "4203"), ("420323", "420323"), ("429004", "429004")]
)
def test_a_code_stands_for_all_below_it(code: str, prefix: str) -> None:
    assert scope.code_prefix(code) == prefix


def test_a_county_that_the_province_administers_stands_directly_under_it() -> None:
    assert scope.offices_above("429004") == ("429004", "420000")
    assert scope.offices_above("420323") == ("420323", "420300", "420000")


def test_every_read_of_a_case_is_silent_to_a_stranger() -> None:
    incident = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    stranger = actor("stranger")
    reads = [
        lambda: case_files.summary(stranger, incident.case_no),
        lambda: five_lines.five_lines(stranger, incident.case_no, now=NOW),
        lambda: tasks.open_tasks(stranger, incident.case_no),
        lambda: phone_calls.calls_of(stranger, incident.case_no),
        lambda: call_taking.calls_of(stranger, incident.case_no),
        lambda: board.entries_after(0, actor=stranger, case_no=incident.case_no),
    ]
    for read in reads:
        with pytest.raises(NotFound):
            read()
    assert case_files.open_cases(stranger) == []
    assert board.entries_after(0, actor=stranger) == []


def test_a_number_that_is_none_looks_like_one_of_another_office() -> None:
    with pytest.raises(NotFound) as unknown:
        scope.incident(actor("stranger"), "420300-2026-9999")
    call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    with pytest.raises(NotFound) as foreign:
        scope.incident(actor("stranger"), "420300-2026-0001")
    assert str(unknown.value) == str(foreign.value)


def test_an_office_that_joined_hears_the_case_and_so_do_those_above_it() -> None:
    incident = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    corrections.office_learned(incident.case_no, "420500", at=NOW, actor=actor("officer"), now=NOW)
    rooms = scope.office_rooms(db.session(), incident.case_no, incident.office_code)
    assert set(rooms) == {"420300", "420500", "420000"}


def test_a_closed_case_leaves_the_list_and_can_still_be_read() -> None:
    incident = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    case_files.close_case(incident.case_no, actor=actor("officer"), now=NOW)
    assert case_files.open_cases(actor("officer")) == []
    db.session.expire_all()
    assert case_files.summary(actor("officer"), incident.case_no).incident.state == "closed"
    with pytest.raises(case_files.CaseIsClosed):
        case_files.close_case(incident.case_no, actor=actor("officer"), now=NOW)
    assert db.session.get_one(Incident, incident.id).closed_at == NOW
