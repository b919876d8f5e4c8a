"""The roster in the store: planned, copied, imported whole or not at all, told ahead exactly once, on the top bar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.duty.roster import DutyRole, DutySeat
from incident_desk.domain.duty.shifts import DutyPeriodKind, ShiftCode
from incident_desk.domain.errors import ChangedMeanwhile, NotFound
from incident_desk.extensions import db
from incident_desk.models import OutboxMessage, Person, RosterEntry, RosterFaultRecord, Setting
from incident_desk.services.duty import duty_settings, periods, roster, roster_files, roster_watch
from incident_desk.services.duty.roster import CopySpan, Place
from incident_desk.services.screens import duty_view
from tests.conftest import NOW
from tests.people import actor
from tests.services.entries import entries

pytestmark = pytest.mark.usefixtures("app_context")

TODAY = date(2026, 11, 20)
"""NOW is 02:45 on the 21st: the night shift of the 20th runs until 08:00."""

NIGHT_MAIN: Place = (ShiftCode.NIGHT, DutyRole.MAIN, DutySeat.A)
DAY_MAIN: Place = (ShiftCode.DAY, DutyRole.MAIN, DutySeat.A)


def ids(*logins: str) -> list[int]:
    return [actor(login).person_id or 0 for login in logins]


def full_day() -> dict[Place, int | None]:
    officer, officer2, leader = ids("officer", "officer2", "leader")
    return {
        DAY_MAIN: officer2, NIGHT_MAIN: officer,
        (ShiftCode.DAY, DutyRole.LEADER, DutySeat.A): leader, (ShiftCode.NIGHT, DutyRole.LEADER, DutySeat.A): leader,
    }  # fmt: skip


def plan(first: int = -1, count: int = 8, seats: dict[Place, int | None] | None = None) -> None:
    start = TODAY + timedelta(days=first)
    roster.fill_days(start, start + timedelta(days=count - 1), seats or full_day(), actor=actor("leader"), now=NOW)


def seen(day: date, login: str = "leader") -> str:
    return roster.span(actor(login), "420300", day, day).days[0].seen


def told() -> list[tuple[str, int]]:
    return [(data["what"], data["hours"]) for kind, data in entries() if kind == "roster.fault_told"]


def messages() -> list[OutboxMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "roster_fault")))


def mark_exercise() -> None:
    db.session.add(Setting(name="exercise", value={"on": True}))
    db.session.commit()


def test_a_day_is_filled_changed_and_journalled_by_ids() -> None:
    assert roster.set_day(TODAY, full_day(), seen=seen(TODAY), actor=actor("leader"), now=NOW) == (4, 0)
    other = {**full_day(), NIGHT_MAIN: ids("county")[0]}
    with pytest.raises(roster.UnknownColleague) as refused:
        roster.set_day(TODAY, other, seen=seen(TODAY), actor=actor("leader"), now=NOW)
    assert refused.value.field == "seat-night-main-A"
    assert roster.set_day(
        TODAY, {**full_day(), NIGHT_MAIN: None}, seen=seen(TODAY), actor=actor("leader"), now=NOW
    ) == (0, 1)
    rows = db.session.scalars(select(RosterEntry)).all()
    assert len(rows) == 4
    assert sum(row.withdrawn_at is not None for row in rows) == 1
    kinds = [data for kind, data in entries() if kind == "roster.planned"]
    assert [(len(data["added"]), len(data["withdrawn"])) for data in kinds] == [(4, 0), (0, 1)]
    assert "王值班" not in str(entries())


def test_of_two_who_fill_the_same_day_the_second_is_told() -> None:
    before = seen(TODAY)
    roster.set_day(TODAY, full_day(), seen=before, actor=actor("leader"), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        roster.set_day(TODAY, {}, seen=before, actor=actor("leader"), now=NOW)


def test_another_office_sees_no_roster_and_the_province_sees_it() -> None:
    plan()
    with pytest.raises(NotFound):
        roster.month_of(actor("stranger"), "420300", TODAY)
    with pytest.raises(NotFound):
        roster.month_of(actor("county"), "420300", TODAY)
    assert not roster.month_of(actor("province"), "420300", TODAY).is_empty


def test_a_week_is_copied_by_weekday_into_empty_seats_only() -> None:
    monday = date(2026, 11, 16)
    roster.fill_days(monday, monday + timedelta(days=6), full_day(), actor=actor("leader"), now=NOW)
    taken = {NIGHT_MAIN: ids("officer2")[0]}
    roster.fill_days(date(2026, 11, 23), date(2026, 11, 23), taken, actor=actor("leader"), now=NOW)
    done = roster.copy_forward(TODAY, CopySpan.WEEK, actor=actor("leader"), now=NOW)
    assert (done.first, done.added, done.taken, done.inactive) == (date(2026, 11, 23), 27, 1, 0)
    view = roster.span(actor("leader"), "420300", date(2026, 11, 23), date(2026, 11, 23))
    night = {one.row.place: one.row.person for one in view.days[0].slots[1].seated}
    assert night[date(2026, 11, 23), *NIGHT_MAIN] == ids("officer2")[0]


def test_a_month_is_copied_by_its_days_and_people_who_left_are_not() -> None:
    roster.fill_days(date(2026, 10, 30), date(2026, 10, 31), full_day(), actor=actor("leader"), now=NOW)
    db.session.scalars(select(Person).where(Person.login == "officer2")).one().is_active = False
    db.session.commit()
    done = roster.copy_forward(date(2026, 10, 5), CopySpan.MONTH, actor=actor("leader"), now=NOW)
    assert (done.first, done.added, done.inactive) == (date(2026, 11, 1), 3, 1)  # November has no 31st


def test_a_list_with_one_unknown_person_changes_nothing() -> None:
    data = "日期,班次,岗位,姓名\n2026-11-21,夜班,主班,王值班\n2026-11-22,夜班,主班,路人甲\n".encode()
    preview = roster_files.read_file(data, actor=actor("leader"), now=NOW)
    assert [(problem.line, problem.column) for problem in preview.found.problems] == [(3, "person")]
    with pytest.raises(roster_files.RosterFileRefused):
        roster_files.take_file(data, actor=actor("leader"), now=NOW)
    assert db.session.scalars(select(RosterEntry)).all() == []
    assert not [kind for kind, _ in entries() if kind.startswith("roster.")]


def test_a_list_fills_what_it_names_and_comes_back_as_it_was() -> None:
    plan()
    data = "﻿日期,班次,岗位,A/B角,姓名\n2026-11-21,夜班,值班员（主班）,A角,李值班\n".encode()
    preview = roster_files.read_file(data, actor=actor("leader"), now=NOW)
    assert (preview.added, preview.replaced, preview.same) == (1, 1, 0)
    roster_files.take_file(data, actor=actor("leader"), now=NOW)
    view = roster.month_of(actor("leader"), "420300", TODAY)
    written = roster_files.as_csv(view)
    again = roster_files.read_file(written, actor=actor("leader"), now=NOW)
    assert again.found.ok
    assert (again.added, again.same) == (0, 32)


def test_a_list_larger_than_any_roster_is_refused() -> None:
    with pytest.raises(roster_files.RosterFileTooLarge):
        roster_files.read_file(b"x" * (roster_files.LARGEST_FILE + 1), actor=actor("leader"), now=NOW)


def test_a_period_of_the_province_doubles_the_rosters_below_and_can_be_taken_back_by_it_only() -> None:
    plan()
    row = periods.enter(DutyPeriodKind.FLOOD_SEASON, "汛期", TODAY, TODAY, actor=actor("province_leader"), now=NOW)
    view = roster.span(actor("leader"), "420300", TODAY, TODAY)
    assert {fault.kind.value for fault in view.faults} == {"not_doubled"}
    with pytest.raises(NotFound):
        periods.take_back(row.id, actor=actor("leader"), now=NOW)
    periods.take_back(row.id, actor=actor("province_leader"), now=NOW)
    assert roster.span(actor("leader"), "420300", TODAY, TODAY).faults == []


@pytest.mark.parametrize(("label", "days"), [("  ", 1), ("国庆", -1), ("国庆", 400)])
def test_a_period_that_is_none_is_refused(label: str, days: int) -> None:
    with pytest.raises(periods.PeriodUnclear):
        periods.enter(
            DutyPeriodKind.HOLIDAY, label, TODAY, TODAY + timedelta(days=days), actor=actor("leader"), now=NOW
        )


def test_the_top_bar_follows_the_roster_and_falls_back_without_one() -> None:
    assert duty_view.on_duty(actor("archivist"), NOW).officer == ""
    assert duty_view.on_duty(actor("officer2"), NOW) == duty_view.OnDuty("李值班", "赵带班")
    plan()
    assert duty_view.on_duty(actor("officer2"), NOW).officer == "王值班"
    assert duty_view.on_duty(actor("officer2"), NOW + timedelta(hours=6)).officer == "李值班"


def _one_gap(hours_ahead: float) -> tuple[str, datetime]:
    """A full roster but for the main officer of the night of the 23rd; the key of the gap and a moment before it."""
    plan()
    hole = date(2026, 11, 23)
    roster.set_day(hole, {**full_day(), NIGHT_MAIN: None}, seen=seen(hole), actor=actor("leader"), now=NOW)
    begins = datetime.fromisoformat("2026-11-23T20:00:00+08:00")
    return "gap:2026-11-23:night:main", begins - timedelta(hours=hours_ahead)


@pytest.mark.parametrize("ahead", [72, 24, 4])
def test_a_gap_is_told_at_each_distance_once(ahead: int) -> None:
    mark_exercise()
    key, at = _one_gap(ahead)
    for _ in range(3):
        roster_watch.tick(at)
    assert (key, ahead) in told()
    assert len(told()) == len(set(told()))
    assert len(messages()) == 1
    assert messages()[0].is_exercise


def test_a_gap_that_is_followed_to_its_end_is_told_three_times_and_no_more() -> None:
    mark_exercise()
    key, at = _one_gap(73)
    while at < datetime.fromisoformat("2026-11-23T20:30:00+08:00"):
        roster_watch.tick(at)
        at += timedelta(minutes=10)
    assert told() == [(key, 72), (key, 24), (key, 4)]
    assert len(messages()) == 3


def test_a_worker_that_was_dead_at_all_three_moments_tells_them_late_with_one_message() -> None:
    mark_exercise()
    key, at = _one_gap(1)
    roster_watch.tick(at)
    roster_watch.tick(at + timedelta(minutes=11))
    assert told() == [(key, 72), (key, 24), (key, 4)]
    assert len(messages()) == 1
    late = next(data for kind, data in entries() if kind == "roster.fault_told")
    assert datetime.fromisoformat(late["moment"]) < datetime.fromisoformat(late["written_at"])


def test_a_gap_that_is_filled_is_mended_and_told_anew_when_it_opens_again() -> None:
    key, at = _one_gap(20)
    hole = date(2026, 11, 23)
    roster_watch.tick(at)
    roster.set_day(hole, full_day(), seen=seen(hole), actor=actor("leader"), now=at)
    roster_watch.tick(at)
    assert [data["what"] for kind, data in entries() if kind == "roster.mended"] == [key]
    roster.set_day(hole, {**full_day(), NIGHT_MAIN: None}, seen=seen(hole), actor=actor("leader"), now=at)
    roster_watch.tick(at)
    rounds = [row.round for row in db.session.scalars(select(RosterFaultRecord).order_by(RosterFaultRecord.id))]
    assert rounds == [1, 2]
    assert told() == [(key, 72), (key, 24)] * 2


def test_somebody_whose_account_was_closed_leaves_a_gap() -> None:
    plan()
    db.session.scalars(select(Person).where(Person.login == "officer")).one().is_active = False
    db.session.commit()
    roster_watch.tick(NOW + timedelta(minutes=30))
    assert {what.split(":")[2] for what, _ in told()} == {"night"}


def test_an_office_without_a_roster_is_left_alone() -> None:
    assert roster_watch.tick(NOW) == 0
    assert told() == []


def test_outside_an_exercise_no_sample_is_texted() -> None:
    db.session.scalars(select(Person).where(Person.login == "leader")).one().is_sample = True
    db.session.commit()
    seats = {place: person for place, person in full_day().items() if place[1] is DutyRole.MAIN}
    plan(seats=seats)
    roster_watch.tick(NOW)
    assert told()
    assert messages() == []


def test_the_tick_that_finds_nothing_due_writes_nothing() -> None:
    plan()
    roster_watch.tick(NOW)
    count = len(entries())
    assert roster_watch.tick(NOW + timedelta(seconds=1)) == 0
    assert len(entries()) == count


def _settings(**changes: Any) -> duty_settings.DutySettings:
    from dataclasses import replace

    from incident_desk.models import Office

    return replace(duty_settings.of(db.session.get_one(Office, "420300")), **changes)


def test_other_hours_leave_planned_rows_and_the_worker_sees_what_they_lack() -> None:
    from incident_desk.domain.duty.shifts import make_shifts

    plan()
    hours = {ShiftCode.DAY: ("09:00", "21:00"), ShiftCode.NIGHT: ("21:00", "09:00")}
    duty_settings.change(_settings(shifts=make_shifts(hours)), actor=actor("leader"), now=NOW)
    view = roster.span(actor("leader"), "420300", TODAY, TODAY)
    assert view.settings.shifts[0].hours_text == "09:00–21:00"
    assert view.days[0].slots[0].seated[0].row.starts_at == datetime.fromisoformat("2026-11-20T08:00:00+08:00")
    assert ("duty.settings_changed", {"parts": ["shifts"]}) in entries()


@pytest.mark.parametrize(("ordinary", "special"), [(0, 0), (8, 24), (800, 8)])
def test_hours_between_checks_that_make_no_sense_are_refused(ordinary: int, special: int) -> None:
    with pytest.raises(duty_settings.CheckHoursBroken):
        duty_settings.change(
            _settings(check_hours=ordinary, check_hours_special=special), actor=actor("leader"), now=NOW
        )


def test_the_number_of_a_head_has_to_be_one() -> None:
    from incident_desk.domain.duty.wake_up import Rung

    heads = {Rung.DEPUTY_HEAD: duty_settings.Head("孙局", "12345"), Rung.HEAD: duty_settings.Head()}
    with pytest.raises(duty_settings.HeadNumberUnreadable) as refused:
        duty_settings.change(_settings(heads=heads), actor=actor("leader"), now=NOW)
    assert refused.value.field == "number-deputy_head"
