"""The roster: gaps, overlaps, doubled posts, one person in two shifts; shifts that fill the day; reading a list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from incident_desk.domain.duty.roster import (
    DutyRole,
    DutySeat,
    RosterFaultKind,
    RosterRow,
    distances_passed,
    faults,
    next_distance_at,
    on_duty,
)
from incident_desk.domain.duty.roster_list import Colleague, parse_roster_csv
from incident_desk.domain.duty.shifts import (
    PRESET_SHIFTS,
    DutyPeriodKind,
    Shift,
    ShiftCode,
    ShiftsBroken,
    ShiftTimeUnreadable,
    SpecialPeriod,
    make_shifts,
    slot_at,
    slots,
)

DAY = date(2026, 11, 21)
DAY_SHIFT, NIGHT_SHIFT = PRESET_SHIFTS
LABELS = {
    "白班": ShiftCode.DAY,
    "夜班": ShiftCode.NIGHT,
    "带班领导": DutyRole.LEADER,
    "A角": DutySeat.A,
    "B角": DutySeat.B,
}
PEOPLE = (Colleague(1, "王川", "wang"), Colleague(2, "李禾", "li"), Colleague(3, "李禾", "li2"))
MAIN_ONLY = (DutyRole.MAIN,)


def row(
    person: int, shift: Shift = DAY_SHIFT, *, day: date = DAY, role: DutyRole = DutyRole.MAIN,
    seat: DutySeat = DutySeat.A,
) -> RosterRow:  # fmt: skip
    return RosterRow(day, shift.code, role, seat, person, shift.begins(day), shift.ends(day))


def found(*rows: RosterRow, doubled: bool = False, required: tuple[DutyRole, ...] = MAIN_ONLY) -> list[RosterFaultKind]:
    periods = [SpecialPeriod(DutyPeriodKind.HOLIDAY, "国庆", DAY, DAY)] if doubled else []
    wanted = slots(PRESET_SHIFTS, periods, DAY, DAY)
    return [fault.kind for fault in faults(rows, wanted, required=required)]


def test_a_full_day_lacks_nothing() -> None:
    assert found(row(1), row(2, NIGHT_SHIFT)) == []


def test_a_shift_without_its_main_officer_is_a_gap_of_its_whole_time() -> None:
    (fault,) = faults([row(1)], slots(PRESET_SHIFTS, [], DAY, DAY), required=MAIN_ONLY)
    assert (fault.kind, fault.shift) == (RosterFaultKind.GAP, ShiftCode.NIGHT)
    assert (fault.starts_at, fault.ends_at) == (NIGHT_SHIFT.begins(DAY), NIGHT_SHIFT.ends(DAY))


def test_a_shift_that_is_covered_in_part_has_a_gap_from_where_the_cover_ends() -> None:
    early = RosterRow(
        DAY,
        ShiftCode.DAY,
        DutyRole.MAIN,
        DutySeat.A,
        1,
        DAY_SHIFT.begins(DAY),
        DAY_SHIFT.begins(DAY) + timedelta(hours=5),
    )
    fault = faults([early, row(2, NIGHT_SHIFT)], slots(PRESET_SHIFTS, [], DAY, DAY), required=MAIN_ONLY)[0]
    assert (fault.kind, fault.starts_at) == (RosterFaultKind.GAP, early.ends_at)


def test_the_b_officer_fills_no_gap() -> None:
    assert found(row(1, seat=DutySeat.B), row(2, NIGHT_SHIFT)) == [RosterFaultKind.GAP]


def test_two_main_officers_at_once_overlap() -> None:
    whole = Shift(ShiftCode.WHOLE, 8 * 60, 8 * 60)
    assert found(row(1), row(2, NIGHT_SHIFT), row(3, whole)) == [RosterFaultKind.OVERLAP, RosterFaultKind.OVERLAP]


def test_a_special_period_needs_two_on_each_required_post() -> None:
    assert found(row(1), row(2, NIGHT_SHIFT), doubled=True) == [RosterFaultKind.NOT_DOUBLED] * 2
    second = [row(3, seat=DutySeat.DOUBLED), row(4, NIGHT_SHIFT, seat=DutySeat.DOUBLED)]
    assert found(row(1), row(2, NIGHT_SHIFT), *second, doubled=True) == []


def test_a_person_in_two_places_at_once_is_found() -> None:
    rows = (row(1), row(1, role=DutyRole.SECOND), row(2, NIGHT_SHIFT))
    assert found(*rows) == [RosterFaultKind.PERSON_TWICE]


def test_two_watches_without_rest_are_found_but_a_leader_stands_by_round_the_clock() -> None:
    assert found(row(1), row(1, NIGHT_SHIFT)) == [RosterFaultKind.NO_REST]
    leader = (row(5, role=DutyRole.LEADER), row(5, NIGHT_SHIFT, role=DutyRole.LEADER))
    assert found(row(1), row(2, NIGHT_SHIFT), *leader) == []


def test_rest_is_judged_by_the_day_before_too() -> None:
    before = row(1, NIGHT_SHIFT, day=DAY - timedelta(days=1))
    assert found(before, row(1), row(2, NIGHT_SHIFT)) == [RosterFaultKind.NO_REST]


def test_a_role_that_the_office_requires_besides_is_missed() -> None:
    assert found(row(1), row(2, NIGHT_SHIFT), required=(DutyRole.MAIN, DutyRole.SECOND)) == [RosterFaultKind.GAP] * 2


def test_the_key_of_a_fault_holds_codes_and_ids_only() -> None:
    (fault,) = faults([row(2, NIGHT_SHIFT)], slots(PRESET_SHIFTS, [], DAY, DAY), required=MAIN_ONLY)
    assert fault.key == "gap:2026-11-21:day:main"


def test_at_the_second_of_change_the_next_one_is_on_duty() -> None:
    rows = [row(1), row(2, NIGHT_SHIFT)]
    change = NIGHT_SHIFT.begins(DAY)
    before, after = (on_duty(rows, DutyRole.MAIN, at) for at in (change - timedelta(seconds=1), change))
    assert before is not None
    assert after is not None
    assert (before.person, after.person) == (1, 2)


def test_b_stands_for_a_where_nobody_else_is_named() -> None:
    rows = [row(1, seat=DutySeat.B), row(2, seat=DutySeat.DOUBLED)]
    who = on_duty(rows, DutyRole.MAIN, DAY_SHIFT.begins(DAY))
    alone = on_duty(rows[:1], DutyRole.MAIN, DAY_SHIFT.begins(DAY))
    assert who is not None
    assert alone is not None
    assert (who.person, alone.person) == (2, 1)


@pytest.mark.parametrize(
    ("hours", "passed"), [(73, ()), (72, (72,)), (25, (72,)), (24, (72, 24)), (4, (72, 24, 4)), (-1, (72, 24, 4))]
)
def test_distances_are_passed_at_their_second(hours: int, passed: tuple[int, ...]) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert distances_passed(now + timedelta(hours=hours), now) == passed


def test_the_next_look_is_at_the_next_distance() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert next_distance_at([now + timedelta(hours=30)], now) == now + timedelta(hours=6)
    assert next_distance_at([now], now) is None


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    after_midnight = datetime(2026, 11, 21, 18, 45, tzinfo=UTC)  # 02:45 on the 22nd in Shiyan
    slot = slot_at(PRESET_SHIFTS, [], after_midnight)
    assert (slot.day, slot.shift) == (DAY, ShiftCode.NIGHT)


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {ShiftCode.DAY: ("08:00", "20:00")},
        {ShiftCode.DAY: ("08:00", "20:00"), ShiftCode.NIGHT: ("19:00", "07:00")},
        {ShiftCode.DAY: ("08:00", "18:00"), ShiftCode.NIGHT: ("20:00", "08:00")},
    ],
)
def test_shifts_that_are_no_day_are_refused(hours: dict[ShiftCode, tuple[str, str]]) -> None:
    with pytest.raises(ShiftsBroken):
        make_shifts(hours)


def test_three_shifts_or_one_of_24_hours_are_a_day() -> None:
    three = {ShiftCode.DAY: ("8:00", "16:00"), ShiftCode.MIDDLE: ("16:00", "24:00"), ShiftCode.NIGHT: ("0:00", "8：00")}
    assert [shift.minutes for shift in make_shifts(three)] == [480, 480, 480]
    assert make_shifts({ShiftCode.WHOLE: ("08:30", "08:30")})[0].minutes == 1440


@pytest.mark.parametrize("text", ["", "8", "25:00", "24:01", "08:60", "八点"])
def test_an_hour_that_is_none_is_refused_with_its_shift(text: str) -> None:
    with pytest.raises(ShiftTimeUnreadable) as refused:
        make_shifts({ShiftCode.DAY: (text, "20:00")})
    assert refused.value.field == "shift-day"


LIST = "日期,班次,岗位,A/B角,姓名\n2026-11-21,白班,主班,A角,王川\n2026-11-21,夜班,带班领导,,li2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_in_every_encoding(encoding: str) -> None:
    read = parse_roster_csv(LIST.encode(encoding), PEOPLE, PRESET_SHIFTS, labels=LABELS, today=DAY)
    assert [(one.person, one.role, one.seat) for one in read.rows] == [
        (1, DutyRole.MAIN, DutySeat.A), (3, DutyRole.LEADER, DutySeat.A),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("2026-11-21,白班,主班,A角,王传", "person", "called 王传; meant is perhaps 王川"),
        ("2026-11-21,白班,主班,A角,路人", "person", "Nobody of this office is called 路人"),
        ("2026-11-21,白班,主班,A角,李禾", "person", "Several people"),
        ("2026-11-21,白班,主班,A角,", "person", "must not be empty"),
        ("2026-11-31,白班,主班,A角,王川", "day", "is no day"),
        ("2036-11-21,白班,主班,A角,王川", "day", "more than a year away"),
        ("2026-11-21,中班,主班,A角,王川", "shift", "not known"),
        ("2026-11-21,middle,主班,A角,王川", "shift", "has no shift"),
        ("2026-11-21,白班,门卫,A角,王川", "role", "not known"),
        ("2026-11-21,白班,主班,C角,王川", "seat", "not known"),
        ("2026-11-21,夜班,带班领导,A角,王川", "seat", "Line 3 already names"),
        ("2026-11-21,白班,主班,A角", None, "4 cells"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_its_place(line: str, column: str | None, words: str) -> None:
    read = parse_roster_csv((LIST + line + "\n").encode(), PEOPLE, PRESET_SHIFTS, labels=LABELS, today=DAY)
    assert not read.ok
    assert read.rows == ()
    assert [(problem.line, problem.column) for problem in read.problems] == [(4, column)]
    assert words in str(read.problems[0])


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01", "日期,班次\n".encode(), "日期,班次,岗位,姓名\n".encode(), b"\xff\xff\xff"]
)
def test_a_file_that_is_no_roster_is_refused(data: bytes) -> None:
    assert not parse_roster_csv(data, PEOPLE, PRESET_SHIFTS, labels=LABELS, today=DAY).ok
