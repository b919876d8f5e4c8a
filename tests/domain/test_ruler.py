"""The two-lane ruler places law and water on one axis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.ruler import First, GateMark, LawMark, WaterMark, compose_ruler

LEARNED = datetime(2026, 11, 20, 18, 25, tzinfo=UTC)  # 02:25 at the office
NOW = LEARNED + timedelta(minutes=35)


def hours(count: float) -> datetime:
    return LEARNED + timedelta(hours=count)


def clock(due: float, *, name: str = "R2", state: str = "running", **more: object) -> LawMark:
    return LawMark(name, LEARNED, hours(due), state, **more)  # type: ignore[arg-type]


def intake(earliest: float, likely: float, latest: float, name: str = "黄龙滩") -> WaterMark:
    return WaterMark(name, "intake", hours(earliest), hours(likely), hours(latest))


def test_an_empty_ruler_runs_from_learned_for_a_day() -> None:
    ruler = compose_ruler(LEARNED, now=NOW)
    assert (ruler.starts_at, ruler.ends_at) == (LEARNED, hours(24))


def test_the_axis_shows_the_first_water_at_the_last_place() -> None:
    assert compose_ruler(LEARNED, now=NOW, water=[intake(30, 35, 40)]).ends_at == hours(32)


def test_the_axis_never_grows_beyond_two_days_of_a_slow_reservoir() -> None:
    ruler = compose_ruler(LEARNED, now=NOW, water=[intake(90, 200, 900)])
    assert ruler.ends_at == hours(48)
    assert ruler.water[0].span.cut


def test_six_hours_are_a_quarter_of_a_day() -> None:
    ruler = compose_ruler(LEARNED, now=hours(6), law=[clock(12)], water=[intake(6, 12, 18)])
    assert ruler.now_x == 25.0
    assert (ruler.law[0].span.x, ruler.law[0].span.width) == (0.0, 50.0)
    assert (ruler.water[0].span.x, ruler.water[0].point, ruler.water[0].span.end) == (25.0, 50.0, 75.0)


def test_water_comes_first_when_it_arrives_before_the_strict_time() -> None:
    ruler = compose_ruler(LEARNED, now=NOW, law=[clock(4)], water=[intake(1.5, 2, 3)])
    assert ruler.first is First.WATER


def test_the_strict_time_decides_which_comes_first() -> None:
    law = clock(4, strict_due_at=hours(1))
    assert compose_ruler(LEARNED, now=NOW, law=[law], water=[intake(1.5, 2, 3)]).first is First.LAW


def test_a_met_clock_no_longer_comes_first() -> None:
    law = clock(2, state="met", met_at=hours(0.5))
    ruler = compose_ruler(LEARNED, now=NOW, law=[law], water=[intake(10, 12, 14)])
    assert ruler.first is First.WATER
    assert ruler.first_law is None


def test_water_that_has_passed_no_longer_comes_first() -> None:
    ruler = compose_ruler(LEARNED, now=hours(5), water=[intake(1, 2, 3, "near"), intake(7, 8, 9, "far")])
    assert ruler.first_water is not None
    assert ruler.first_water.name == "far"


def test_the_strict_mark_is_drawn_only_where_it_differs() -> None:
    same, other = clock(2, strict_due_at=hours(2)), clock(4, strict_due_at=hours(2), name="R1")
    placed = {p.mark.name: p for p in compose_ruler(LEARNED, now=NOW, law=[same, other]).law}
    assert placed["R2"].strict is None
    assert placed["R1"].strict == pytest.approx(100 * 2 / 24, abs=0.001)


def test_a_duty_without_a_number_runs_to_the_end_of_the_axis() -> None:
    ruler = compose_ruler(LEARNED, now=NOW, law=[LawMark("R5", LEARNED, None, "no_limit")])
    assert ruler.law[0].span.end == 100.0
    assert ruler.law[0].point is None


def test_the_now_line_stays_on_the_track_days_later() -> None:
    ruler = compose_ruler(LEARNED, now=hours(200), law=[clock(2, state="overdue")])
    assert 0.0 <= ruler.now_x <= 100.0
    assert ruler.law[0].span.width > 0


def test_ticks_stand_on_round_office_hours_and_mark_midnight() -> None:
    ticks = compose_ruler(LEARNED, now=NOW).ticks
    assert [tick.at.strftime("%H:%M") for tick in ticks[:2]] == ["03:00", "06:00"]
    assert [tick.at.strftime("%d %H:%M") for tick in ticks if tick.day] == ["22 00:00"]
    assert len(ticks) <= 9


def test_a_small_ruler_keeps_the_most_urgent_and_counts_the_rest() -> None:
    law = [clock(n, name=f"R{n}") for n in (9, 2, 5)]
    ruler = compose_ruler(LEARNED, now=NOW, law=law, most_rows=2)
    assert [placed.mark.name for placed in ruler.law] == ["R2", "R5"]
    assert ruler.left_out == 1


def test_a_gate_shows_the_time_in_which_it_can_still_be_closed() -> None:
    gate = GateMark("闸", hours(0), hours(3), "open")
    assert compose_ruler(LEARNED, now=NOW, gates=[gate]).gates[0].span.end == pytest.approx(12.5)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        compose_ruler(datetime(2026, 11, 20, 2, 25), now=NOW)  # noqa: DTZ001
