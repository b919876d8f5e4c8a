from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_desk.geo import dispersion, passage
from incident_desk.geo.hydraulics import Reaches, flow_along, flow_state, hydraulic_geometry, shear_velocity
from incident_desk.geo.pools import lay_out_pools
from incident_desk.geo.transport import Forecast, PoolReaches, Source, course_of, forecast

SPILL = Source(mass_kg=1_000.0)


def river(
    length_km: list[float], *, flow: list[float] | float = 80.0, area: float = 5_000.0, slope: float = 5e-4
) -> Reaches:
    n = len(length_km)
    return Reaches(
        np.array(length_km) * 1_000.0,
        np.full(n, area),
        np.broadcast_to(np.asarray(flow, dtype=np.float64), (n,)).copy(),
        np.full(n, slope),
        np.full(n, np.nan),
    )


def no_pools(n: int) -> PoolReaches:
    return PoolReaches(np.full(n, -1), np.zeros(n), np.zeros(n))


def at_ends(reaches: Reaches, source: Source = SPILL, pools: PoolReaches | None = None) -> Forecast:
    n = len(reaches.length_m)
    course = course_of(reaches, pools or no_pools(n), source)
    return forecast(course, np.arange(n), np.ones(n), source)


def test_the_mean_time_is_length_over_velocity() -> None:
    reaches = river([40.0])
    course = course_of(reaches, no_pools(1), SPILL)
    assert course.sums[-1, 0] == pytest.approx(40_000.0 / course.flow.velocity_m_s[0])


def test_what_passes_is_what_was_spilled() -> None:
    """Integrating the curve of the moment engine at the place gives the mass back."""
    course = course_of(river([20.0, 30.0]), no_pools(2), SPILL)
    mean, variance = course.sums[-1, 0], course.sums[-1, 1]
    time = np.linspace(1.0, mean + 30.0 * np.sqrt(variance), 400_000)
    load_kg_s = 1_000.0 * passage.density_per_s(time, np.array(mean), np.array(variance))
    assert np.trapezoid(load_kg_s, time) == pytest.approx(1_000.0, rel=1e-4)


def test_one_uniform_reach_is_the_closed_form_slug() -> None:
    """c = M / (A sqrt(4 pi K t)) exp(...): an oracle in space and time, not in moments."""
    course = course_of(river([60.0]), no_pools(1), SPILL)
    flow = course.flow
    velocity, area = float(flow.velocity_m_s[0]), float(flow.width_m[0] * flow.depth_m[0])
    shear = shear_velocity(flow.velocity_m_s, flow.depth_m)
    spread = float(dispersion.coefficient(flow.width_m, flow.depth_m, flow.velocity_m_s, shear)[0])
    time = np.linspace(1_000.0, 400_000.0, 400_000)
    slug = (
        1_000.0
        / (area * np.sqrt(4 * np.pi * spread * time))
        * np.exp(-((60_000.0 - velocity * time) ** 2) / (4 * spread * time))
    )
    moments = 1_000.0 / 80.0 * passage.peak_per_s(np.array(course.sums[-1, 0]), np.array(course.sums[-1, 1]))
    assert float(moments) == pytest.approx(slug.max(), rel=0.02)


def test_the_planning_peak_is_the_larger_engine() -> None:
    reaches = river([50.0])
    course = course_of(reaches, no_pools(1), SPILL)
    moments = 1e6 / 80.0 * float(passage.peak_per_s(np.array(course.sums[-1, 0]), np.array(course.sums[-1, 1])))
    hours = float(course.sums[-1, 0]) / 3_600.0
    jobson = 857e-6 * hours**-0.760 * 1e6 / 80.0
    assert at_ends(reaches).peak_mg_l[0] == pytest.approx(max(moments, jobson), rel=1e-6)


@settings(deadline=None)
@given(
    st.lists(st.floats(0.2, 80.0), min_size=1, max_size=12),
    st.lists(st.floats(0.5, 9_000.0), min_size=12, max_size=12),
    st.booleans(),
)
def test_arrivals_are_ordered_and_never_come_earlier_further_down(
    km: list[float], flows: list[float], with_area: bool
) -> None:
    reaches = river(km, flow=flows[: len(km)], area=6_000.0 if with_area else np.nan)
    seen = at_ends(reaches)
    assert np.all(seen.earliest_s <= seen.likely_s)
    assert np.all(seen.likely_s <= seen.latest_s)
    assert np.all(seen.likely_s <= seen.peak_s)
    for edge in (seen.earliest_s, seen.likely_s, seen.latest_s, seen.peak_s):
        assert np.all(np.diff(edge) >= -1e-6 * edge[1:])
    assert np.all(seen.peak_mg_l <= seen.peak_mg_l_p95)


def test_splitting_a_reach_in_two_changes_nothing() -> None:
    whole = at_ends(river([30.0, 25.0], flow=[80.0, 200.0]))
    split = at_ends(river([12.0, 18.0, 20.0, 5.0], flow=[80.0, 80.0, 200.0, 200.0]))
    for name in ("earliest_s", "likely_s", "latest_s", "peak_s", "peak_mg_l", "peak_mg_l_p95", "passage_h"):
        assert getattr(split, name)[3] == pytest.approx(getattr(whole, name)[1], rel=1e-9), name


def test_a_place_inside_a_reach_is_the_end_of_a_shorter_one() -> None:
    course = course_of(river([30.0]), no_pools(1), SPILL)
    inside = forecast(course, np.array([0]), np.array([0.4]), SPILL)
    assert inside.likely_s[0] == pytest.approx(at_ends(river([12.0])).likely_s[0], rel=1e-9)


def test_twice_the_mass_is_twice_the_peak() -> None:
    one, two = at_ends(river([40.0])), at_ends(river([40.0]), replace(SPILL, mass_kg=2_000.0))
    assert two.peak_mg_l[0] == pytest.approx(2.0 * one.peak_mg_l[0])


def test_a_tributary_of_clean_water_dilutes() -> None:
    before, after = at_ends(river([40.0, 0.001], flow=[80.0, 800.0])).peak_mg_l
    assert after == pytest.approx(before / 10.0, rel=0.02)


def test_decay_takes_what_an_exponential_takes() -> None:
    kept, lost = at_ends(river([40.0])), at_ends(river([40.0]), replace(SPILL, decay_per_day=1.5))
    course = course_of(river([40.0]), no_pools(1), SPILL)
    days = 40_000.0 / course.flow.velocity_m_s[0] / 86_400.0
    assert lost.peak_mg_l[0] / kept.peak_mg_l[0] == pytest.approx(np.exp(-1.5 * days))


def test_a_long_release_levels_out_at_load_over_flow() -> None:
    """1 t over ten days into 80 m3/s can never stand above m / (Q D)."""
    seen = at_ends(river([5.0]), replace(SPILL, duration_h=240.0))
    assert seen.peak_mg_l[0] == pytest.approx(1e6 / (80.0 * 240.0 * 3_600.0), rel=1e-3)
    assert seen.passage_h[0] > 240.0


def test_a_long_release_starts_to_arrive_when_a_slug_does() -> None:
    assert at_ends(river([50.0]), replace(SPILL, duration_h=12.0)).likely_s[0] == at_ends(river([50.0])).likely_s[0]


def test_a_short_release_is_a_slug() -> None:
    slug, short = at_ends(river([50.0])), at_ends(river([50.0]), replace(SPILL, duration_h=0.01))
    assert short.peak_mg_l[0] == pytest.approx(slug.peak_mg_l[0], rel=1e-4)


def test_without_a_mass_there_is_a_time_and_no_concentration() -> None:
    seen = at_ends(river([50.0]), Source())
    assert np.isfinite(seen.likely_s[0])
    assert np.isnan(seen.peak_mg_l[0])


# --- flow -------------------------------------------------------------------------------------------


def test_a_measured_flow_is_carried_down_with_the_tributaries_mean() -> None:
    flows = flow_along(river([1.0, 1.0, 1.0], flow=[80.0, 100.0, 300.0]), 200.0)
    assert flows is not None
    assert flows.tolist() == [200.0, 220.0, 420.0]


def test_a_diversion_takes_its_share_of_a_low_flow() -> None:
    flows = flow_along(river([1.0, 1.0], flow=[100.0, 40.0]), 10.0)
    assert flows is not None
    assert flows.tolist() == [10.0, 4.0]


def test_a_flood_arrives_sooner_than_the_mean_flow() -> None:
    assert at_ends(river([50.0]), replace(SPILL, discharge_m3s=400.0)).likely_s[0] < at_ends(river([50.0])).likely_s[0]


def test_a_front_in_still_water_is_held_and_so_is_all_below() -> None:
    seen = at_ends(river([5.0, 5.0, 5.0], flow=[80.0, 0.0, 80.0]))
    assert seen.why_none == (None, "no_flow", "no_flow")
    assert np.isnan(seen.likely_s[1:]).all()
    assert np.isfinite(seen.likely_s[0])


def test_a_missing_mean_is_filled_by_area() -> None:
    reaches = replace(river([1.0, 1.0], flow=[80.0, np.nan]), upstream_area_km2=np.array([100.0, 250.0]))
    flows = flow_along(reaches)
    assert flows is not None
    assert flows.tolist() == [80.0, 200.0]


def test_an_unknown_flow_gives_a_wide_band_and_no_concentration() -> None:
    blind = at_ends(river([50.0], flow=np.nan, area=np.nan))
    assert np.isnan(blind.peak_mg_l[0])
    assert "velocity_assumed" in blind.methods[0]
    assert blind.latest_s[0] / blind.earliest_s[0] > 5.0


def test_the_section_keeps_continuity() -> None:
    flow = flow_state(river([1.0], flow=120.0), np.array([120.0]))
    assert flow.width_m[0] * flow.depth_m[0] * flow.velocity_m_s[0] == pytest.approx(120.0)


def test_hydraulic_geometry_of_a_river_of_100_m3_s() -> None:
    velocity, width = hydraulic_geometry(np.array([100.0]))
    assert velocity[0] == pytest.approx(0.721, abs=0.001)  # 0.194 * 3.715 by hand
    assert width[0] == pytest.approx(90.3, abs=0.1)  # 12.88 * 7.015 by hand


# --- pools ------------------------------------------------------------------------------------------


def pool_of(volume_m3: float) -> PoolReaches:
    """Three reaches; the middle one is a reservoir."""
    return PoolReaches(np.array([-1, 0, -1]), np.array([0.0, volume_m3, 0.0]), np.array([0.0, volume_m3, 0.0]))


def test_a_reservoir_delays_the_likely_and_the_latest_but_not_the_earliest() -> None:
    free, held = at_ends(river([10.0, 20.0, 10.0])), at_ends(river([10.0, 20.0, 10.0]), pools=pool_of(5e8))
    assert held.earliest_s[2] == pytest.approx(free.earliest_s[2])
    assert held.likely_s[2] > free.likely_s[2] + 86_400.0
    assert held.latest_s[2] - free.latest_s[2] == pytest.approx(5e8 / 80.0, rel=0.05)  # plug flow: V / Q


def test_three_tanks_peak_close_to_mass_over_volume() -> None:
    """Erlang (3): the peak of M / V at the outlet is 0.812, and 0.998 for the inverse Gaussian in its place."""
    seen = at_ends(river([1.0, 20.0, 0.1]), pools=pool_of(5e9))
    assert seen.peak_mg_l[2] == pytest.approx(0.9 * 1e6 / 5e9, rel=0.15)


def test_a_pool_never_sharpens_the_cloud() -> None:
    for volume in (1e5, 1e7, 1e9):
        free, held = at_ends(river([10.0, 20.0, 10.0])), at_ends(river([10.0, 20.0, 10.0]), pools=pool_of(volume))
        assert held.peak_mg_l[2] <= free.peak_mg_l[2] * 1.0001


def test_a_pool_loses_by_decay_what_three_tanks_lose() -> None:
    pools = pool_of(5e8)
    kept, lost = (at_ends(river([0.1, 20.0, 0.1]), replace(SPILL, decay_per_day=k), pools) for k in (0.0, 0.05))
    tau_days = 5e8 / 80.0 / 86_400.0
    assert lost.peak_mg_l[2] / kept.peak_mg_l[2] == pytest.approx((1.0 + 0.05 * tau_days / 3.0) ** -3, rel=0.01)


def test_a_pool_holds_most_of_its_water_at_the_dam() -> None:
    """A wedge cut in the middle: three quarters below, one quarter above."""
    layout = lay_out_pools(
        marked=np.array([True, True, False]),
        code=np.array(["S", "S", ""], dtype=object),
        storage_m3=np.full(3, np.nan),
        length_m=np.array([10_000.0, 10_000.0, 500.0]),
        outlet_distance_m=np.array([70_000.0, 80_000.0, 90_000.0]),
        volumes={"S": 4e8},
    )
    assert layout.volume_m3 == pytest.approx([3e8, 1e8, 0.0])
    assert layout.total_m3.tolist() == [4e8, 4e8, 0.0]


def test_a_pool_of_unknown_volume_is_named() -> None:
    pools = PoolReaches(np.array([-1, 0, -1]), np.array([0.0, np.nan, 0.0]), np.array([0.0, np.nan, 0.0]))
    seen = at_ends(river([10.0, 20.0, 10.0]), pools=pools)
    assert np.isfinite(seen.likely_s).all()
    assert ["pool_volume_unknown" in methods for methods in seen.methods] == [False, True, True]


# --- dispersion -------------------------------------------------------------------------------------

SECTION = tuple(np.array([value]) for value in (60.0, 1.5, 0.5, 0.06))
"""W 60 m, H 1.5 m, U 0.5 m/s, u* 0.06 m/s: W/H 40, U/u* 8.333, Froude 0.1303, H u* 0.09."""


@pytest.mark.parametrize(
    ("formula", "by_hand"),
    [
        (dispersion.disley, 3.563 * 2.3137 * 12.178 * 8.570 * 0.09),
        (dispersion.zeng_huai, 5.4 * 13.226 * 1.3174 * 0.75),
        (dispersion.deng, 0.15 / (8 * 0.52964) * 467.8 * 69.44 * 0.09),
    ],
)
def test_a_dispersion_formula_worked_by_hand(formula: object, by_hand: float) -> None:
    assert callable(formula)
    assert formula(*SECTION)[0] == pytest.approx(by_hand, rel=0.005)


def test_the_median_of_the_three_is_taken() -> None:
    each = sorted(float(f(*SECTION)[0]) for f in (dispersion.disley, dispersion.zeng_huai, dispersion.deng))
    assert dispersion.coefficient(*SECTION)[0] == pytest.approx(each[1])
