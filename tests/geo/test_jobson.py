"""Worked examples of USGS WRIR 96-4013 and of the service code that cites its pages."""

from __future__ import annotations

import numpy as np
import pytest

from incident_desk.geo import jobson


def one(value: float) -> np.ndarray:
    return np.array([value])


def speed(area_km2: float, flow: float, mean: float, slope: float = np.nan) -> tuple[float, float]:
    likely, fastest = jobson.velocities(
        area_m2=one(area_km2 * 1e6), discharge_m3s=one(flow), mean_discharge_m3s=one(mean), slope=one(slope)
    )
    return float(likely[0]), float(fastest[0])


def test_example_1_velocities() -> None:
    likely, fastest = speed(390.0, 3.35, 4.50)
    assert likely == pytest.approx(0.265, abs=0.001)
    assert fastest == pytest.approx(0.646, abs=0.001)


@pytest.mark.parametrize(
    ("velocity", "peak_h", "unit", "passing_h", "mg_l"),
    [(0.2645, 15.75, 100.4, 5.54, 163.0), (0.646, 6.45, 201.0, 2.76, 327.0)],
)
def test_example_1_peak_and_passage(velocity: float, peak_h: float, unit: float, passing_h: float, mg_l: float) -> None:
    travel = one(15_000.0 / velocity / 3_600.0)
    cup = jobson.unit_peak_per_s(travel, one(3.35 / 4.50))
    assert travel[0] == pytest.approx(peak_h, rel=0.002)
    assert cup[0] * 1e6 == pytest.approx(unit, rel=0.004)
    assert jobson.passage_s(cup)[0] / 3_600.0 == pytest.approx(passing_h, rel=0.004)
    assert jobson.peak_mg_l(cup, 6_000.0, one(3.69), one(1.0))[0] == pytest.approx(mg_l, rel=0.005)


def test_example_3_on_the_rhine() -> None:
    likely, _ = speed(48_000.0, 1_068.0, 730.0)
    travel = 104_800.0 / likely / 3_600.0
    cup = jobson.unit_peak_per_s(one(travel), one(1_068.0 / 730.0))
    assert likely == pytest.approx(1.01, abs=0.005)
    assert travel == pytest.approx(28.8, abs=0.1)
    assert cup[0] * 1e6 == pytest.approx(71.9, abs=0.3)
    assert travel * jobson.LEADING_EDGE == pytest.approx(25.6, abs=0.1)


def test_the_peak_law_holds_on_the_songhua_of_2005_within_a_fifth() -> None:
    """Nitrobenzene: 0.4546 mg/L after 366 h, 0.2610 mg/L after 598 h (bulletins of the time)."""
    early, late = jobson.unit_peak_per_s(np.array([366.0, 598.0]), np.full(2, np.nan))
    assert 0.4546 * late / early == pytest.approx(0.2610, rel=0.2)


def test_slope_helps_when_known_and_is_not_needed() -> None:
    assert speed(390.0, 3.35, 4.50, 0.001)[0] != speed(390.0, 3.35, 4.50)[0]
    assert np.isfinite(speed(390.0, 3.35, np.nan)[0])
    assert np.isnan(speed(np.nan, 3.35, 4.50)[0])


def test_the_yangtze_at_yichang_runs_at_about_a_metre_a_second() -> None:
    likely, _ = speed(1_005_500.0, 13_700.0, 13_700.0, 3e-5)
    assert 0.8 < likely < 1.5


def test_more_water_is_faster() -> None:
    assert speed(5_000.0, 300.0, 80.0, 1e-3)[0] > speed(5_000.0, 80.0, 80.0, 1e-3)[0]
