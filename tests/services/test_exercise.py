"""The exercise: its right answers, loaded once, never beside real cases, never through a real vendor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from incident_desk.domain.office_clock import OfficeClock
from incident_desk.domain.permissions import Role
from incident_desk.extensions import db
from incident_desk.models import (
    ClockRecord,
    Expert,
    FactRecord,
    Incident,
    JournalEntry,
    JournalHead,
    Office,
    OutboxMessage,
    Person,
    PhoneCall,
    Release,
    Setting,
    TraceRun,
)
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.services import exercise, installation, journal, office_time, people, scope
from incident_desk.services.cases import case_files, facts
from incident_desk.services.messages import delivery, post_office
from incident_desk.services.people import WrongSignIn
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.notify.phones_fixture import wall
from tests.people import PASSWORD, actor

__all__ = ["wall"]

pytestmark = pytest.mark.usefixtures("app_context")

LEARNED = NOW - timedelta(minutes=35)
VENDOR = {"vendor_account": "AC" + "1" * 32, "vendor_token": "t1", "vendor_sender": "+8613900000000"}


@pytest.fixture
def loaded(app_context: Any) -> exercise.LoadedExercise:
    return exercise.load(real_now=NOW)


@pytest.fixture
def incident(loaded: exercise.LoadedExercise) -> Incident:
    return scope.incident(actor("province"), loaded.case_no)


def _clock(incident: Incident, rule_id: str, office: str) -> ClockRecord:
    query = select(ClockRecord).where(ClockRecord.incident_id == incident.id, ClockRecord.rule_id == rule_id)
    return db.session.scalars(query.where(ClockRecord.office_code == office)).one()


def _open_real_case() -> None:
    with transaction() as tx:
        case_files.open_case(
            tx, title="某河", learned_at=NOW, occurred_at=None, is_exercise=False, actor=actor("officer"), now=NOW
        )


# --- its right answers --------------------------------------------------------------------------------


def test_the_county_learned_thirty_five_minutes_ago_and_the_bureau_later(incident: Incident) -> None:
    assert (incident.learned_at, incident.occurred_at) == (LEARNED, LEARNED - timedelta(minutes=15))
    learned = {row.office_code: row.learned_at for row in incident.offices}
    assert learned == {"420323": LEARNED, "420300": LEARNED + timedelta(minutes=9)}


def test_nobody_has_judged_the_grade_and_nothing_was_released(incident: Incident) -> None:
    assert incident.grade is None
    assert facts.history(incident.id, "grade_changed") == []
    assert db.session.scalar(select(func.count()).select_from(Release)) == 0


def test_drinking_water_and_danjiangkou_are_the_circumstances_of_article_4(incident: Incident) -> None:
    known = facts.current_triggers(db.session(), incident.id)
    assert {code for code in known if code.startswith("T")} == {"T1", "T4"}


@pytest.mark.parametrize(("office", "minutes"), [("420323", 0), ("420300", 9)])
def test_the_first_report_is_due_two_hours_after_the_office_learned(
    incident: Incident, office: str, minutes: int
) -> None:
    clock = _clock(incident, "R2", office)
    assert clock.due_at == LEARNED + timedelta(minutes=minutes, hours=2)
    assert clock.is_open
    assert set(clock.detail["recipients"]) == {"own_government", "province", "ministry"}


def test_the_head_of_the_prefecture_bureau_leaves_for_the_scene(incident: Incident) -> None:
    clock = _clock(incident, "H2", "420300")
    assert clock.is_open
    assert clock.detail["duty_holder"] == "十堰市生态环境局主要负责人"


def test_the_first_calls_are_the_water_works_the_power_station_and_the_stations_above(incident: Incident) -> None:
    calls = db.session.scalars(
        select(PhoneCall)
        .where(PhoneCall.incident_id == incident.id, PhoneCall.state == "to_make")
        .order_by(PhoneCall.rank)
    ).all()
    assert [calls[0].kind, calls[1].kind] == ["waterworks", "structure_below"]
    assert "黄龙滩" in calls[0].name
    assert "黄龙滩水电站" in calls[1].name
    above = [call.name for call in calls if call.kind == "structure_above"]
    assert "小漩" in above[0]
    assert any("潘口" in name for name in above)
    assert all(call.number and call.number.startswith("+861000000") for call in calls)


def test_the_water_reaches_the_intake_of_huanglongtan_on_record(incident: Incident) -> None:
    run = db.session.scalars(select(TraceRun).where(TraceRun.incident_id == incident.id)).one()
    assert run.result["snapped"]["river"] == "堵河"
    assert not run.result["snapped"]["needs_asking"]
    places = {place["id"]: place for place in run.result["receptors"]}
    assert places["I19"]["arrival"]["earliest"] is not None


def test_the_whole_of_hubei_and_eighty_experts_are_there(loaded: exercise.LoadedExercise) -> None:
    assert db.session.scalar(select(func.count()).where(Office.code.endswith("00"))) == 14
    assert db.session.scalar(select(func.count()).where(Office.code != "420321")) == 119
    assert db.session.scalar(select(func.count()).where(Expert.is_sample)) == 80


def test_every_role_has_a_sample_account_in_shiyan(loaded: exercise.LoadedExercise) -> None:
    roles = db.session.scalars(select(Person.role).where(Person.is_sample, Person.office_code.startswith("4203")))
    assert set(roles) == {role.value for role in Role}


# --- an exercise through and through ------------------------------------------------------------------


def test_number_and_messages_say_exercise(loaded: exercise.LoadedExercise, incident: Incident) -> None:
    assert loaded.case_no == "X420323-2026-0001"
    assert incident.is_exercise
    assert installation.is_exercise_only()
    messages = db.session.scalars(select(OutboxMessage)).all()
    assert messages
    assert all(message.is_exercise and message.body.startswith("【演练】") for message in messages)


def test_the_journal_tells_it_in_the_order_of_the_hour(loaded: exercise.LoadedExercise) -> None:
    times = db.session.scalars(select(JournalEntry.at).order_by(JournalEntry.seq)).all()
    assert list(times) == sorted(times)
    assert times[-1] <= NOW
    assert journal.verify().ok


@pytest.fixture
def vendor() -> Iterator[PhoneWall]:
    """A vendor of real messages, as far as this machine can tell."""
    running = PhoneWall().start()
    yield running
    running.close()


def test_no_message_of_it_reaches_a_real_vendor_that_is_set_up(
    app: Any, loaded: exercise.LoadedExercise, wall: PhoneWall, vendor: PhoneWall
) -> None:
    settings = replace(app.extensions["settings"], phones_url=wall.url, vendor_api=vendor.url, **VENDOR)
    app.extensions["post_office"] = post_office.PostOffice(settings, "a key for tests only")
    promised = len(db.session.scalars(select(OutboxMessage)).all())
    assert delivery.tick(NOW, wall=NOW) == promised > 0
    assert len(list(wall.book.messages())) == promised
    assert list(vendor.book.messages()) == []


# --- loaded once, beside nothing real -----------------------------------------------------------------


def test_a_second_load_writes_nothing(loaded: exercise.LoadedExercise) -> None:
    head = db.session.scalar(select(JournalHead.seq))
    again = exercise.load(real_now=NOW + timedelta(hours=3))
    assert (again.is_new, again.case_no, again.learned_at) == (False, loaded.case_no, LEARNED)
    assert db.session.scalar(select(JournalHead.seq)) == head


def test_a_load_that_was_broken_off_is_begun_anew(loaded: exercise.LoadedExercise) -> None:
    with transaction() as tx:
        tx.session.merge(Setting(name=exercise.SETTING, value={"on": True}))
    again = exercise.load(real_now=NOW)
    assert (again.is_new, again.case_no) == (True, loaded.case_no)
    assert db.session.scalar(select(func.count()).select_from(Incident)) == 1


def test_the_time_that_is_asked_for_is_the_office_time(app_context: Any) -> None:
    at = datetime.fromisoformat("2026-03-01T03:00:00+08:00")
    loaded = exercise.load(real_now=NOW, office_now=at)
    assert office_time.office_clock().at(NOW) == at
    assert loaded.learned_at == at - timedelta(minutes=35)


@pytest.mark.parametrize("is_real_case_open", [False, True])
def test_the_clock_of_what_is_no_exercise_cannot_be_moved(app_context: Any, is_real_case_open: bool) -> None:
    if is_real_case_open:
        _open_real_case()
    for clock in (OfficeClock(offset=timedelta(hours=1)), OfficeClock(speed=60.0)):
        with pytest.raises(office_time.ClockIsReal):
            office_time.set_office_clock(clock)
    assert office_time.office_clock().is_real


def test_the_clock_of_an_exercise_with_a_real_case_in_it_cannot_be_moved(loaded: exercise.LoadedExercise) -> None:
    _open_real_case()
    with pytest.raises(office_time.ClockIsReal):
        office_time.set_office_clock(OfficeClock(offset=timedelta(hours=1)))


def test_a_load_that_is_killed_with_the_clock_moved_leaves_no_room_for_a_real_case(
    app_context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_given: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exercise, "_prepare", killed)
    with pytest.raises(KeyboardInterrupt):
        exercise.load(real_now=NOW, office_now=NOW + timedelta(hours=9))
    assert installation.is_exercise_only()


def test_it_does_not_load_beside_a_real_case(app_context: Any) -> None:
    _open_real_case()
    with pytest.raises(exercise.RealCasesStand):
        exercise.load(real_now=NOW)
    assert db.session.get(Setting, exercise.SETTING) is None
    assert db.session.scalar(select(func.count()).where(Person.is_sample)) == 0


def test_reset_takes_it_away_and_keeps_own_accounts(loaded: exercise.LoadedExercise) -> None:
    own = db.session.scalar(select(func.count()).where(Person.is_sample.is_(False)))
    assert exercise.reset() == own
    for table in (Incident, FactRecord, Expert, OutboxMessage):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert db.session.scalar(select(func.count()).where(Person.is_sample)) == 0
    assert not installation.is_exercise_only()
    assert journal.verify().ok
    assert people.sign_in("officer", PASSWORD, address="127.0.0.1", now=NOW).login == "officer"


def test_a_cookie_from_before_the_reset_fits_nobody(loaded: exercise.LoadedExercise) -> None:
    cookies = [f"{row.id}:{row.session_epoch}" for row in db.session.scalars(select(Person))]
    exercise.reset()
    exercise.load(real_now=NOW)
    assert [cookie for cookie in cookies if people.person_by_session(cookie)] == []


def test_reset_refuses_what_is_no_exercise(app_context: Any) -> None:
    with pytest.raises(exercise.NotAnExercise):
        exercise.reset()


# --- sample accounts ----------------------------------------------------------------------------------


def test_the_printed_log_ins_work(loaded: exercise.LoadedExercise) -> None:
    password, log_ins = exercise.log_ins()
    assert {"zhiban", "daiban", "zhushan", "shengting", "xiangyang"} <= {one.login for one in log_ins}
    assert people.sign_in("zhiban", password, address="127.0.0.1", now=NOW).name == "王川（样例）"


def test_a_real_case_shuts_the_sample_accounts_out(loaded: exercise.LoadedExercise) -> None:
    password, _ = exercise.log_ins()
    person = people.person_by_login("zhiban")
    cookie = f"{person.id}:{person.session_epoch}"
    token = people.make_token(
        "t", role=Role.DUTY_OFFICER, office="420300", actor=person.to_actor(), now=NOW, person_id=person.id
    )
    assert people.person_by_session(cookie) is not None
    assert people.actor_by_token(token, NOW) is not None
    _open_real_case()
    with pytest.raises(WrongSignIn):
        people.sign_in("zhiban", password, address="127.0.0.1", now=NOW)
    assert people.person_by_session(cookie) is None
    assert people.actor_by_token(token, NOW) is None
    assert exercise.log_ins() == ("", [])
