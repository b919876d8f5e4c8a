from __future__ import annotations

import numpy as np
import pytest

from incident_desk.geo import passage


def test_the_whole_slug_passes() -> None:
    time = np.linspace(1.0, 400_000.0, 400_000)
    density = passage.density_per_s(time, np.array(40_000.0), np.array(9e7))
    assert np.trapezoid(density, time) == pytest.approx(1.0, abs=1e-6)


def test_its_mean_and_variance_are_what_was_asked_for() -> None:
    time = np.linspace(1.0, 600_000.0, 600_000)
    density = passage.density_per_s(time, np.array(40_000.0), np.array(9e7))
    mean = np.trapezoid(time * density, time)
    assert mean == pytest.approx(40_000.0, rel=1e-5)
    assert np.trapezoid((time - mean) ** 2 * density, time) == pytest.approx(9e7, rel=1e-4)


def test_it_is_the_first_passage_of_particles_that_drift_and_spread() -> None:
    """A random walk (U 0.5 m/s, K 40 m2/s, 20 km) knows nothing of the formula."""
    random, step_s, velocity, spread, far = np.random.default_rng(7), 60.0, 0.5, 40.0, 20_000.0
    place, arrived = np.zeros(4_000), np.full(4_000, np.nan)
    for step in range(1, 1_400):
        place += velocity * step_s + np.sqrt(2.0 * spread * step_s) * random.standard_normal(place.size)
        arrived[np.isnan(arrived) & (place >= far)] = step * step_s
    assert not np.isnan(arrived).any()
    for quantile in (0.1, 0.5, 0.9):
        time = np.linspace(1.0, 120_000.0, 240_000)
        share = (
            np.cumsum(passage.density_per_s(time, np.array(far / velocity), np.array(2 * spread * far / velocity**3)))
            * 0.5
        )
        assert np.interp(quantile, share, time) == pytest.approx(np.quantile(arrived, quantile), rel=0.01)


def test_near_the_slug_solution_of_a_uniform_reach() -> None:
    """c(x,t) = M / (A sqrt(4 pi K t)) exp(-(x - U t)^2 / 4Kt), far from the spill."""
    velocity, spread, far, area = 0.6, 30.0, 30_000.0, 50.0
    time = np.linspace(30_000.0, 80_000.0, 200_000)
    closed = (
        1.0
        / (area * np.sqrt(4 * np.pi * spread * time))
        * np.exp(-((far - velocity * time) ** 2) / (4 * spread * time))
    )
    mean, variance = np.array(far / velocity), np.array(2 * spread * far / velocity**3)
    height = float(passage.peak_per_s(mean, variance)) / (area * velocity)
    assert height == pytest.approx(closed.max(), rel=0.005)
    assert float(passage.mode_s(mean, variance)) == pytest.approx(time[closed.argmax()], rel=0.005)


@pytest.mark.parametrize("variance", [1e6, 5e8, 4e9])
def test_the_edges_stand_at_a_tenth_of_the_peak(variance: float) -> None:
    mean, spread = np.array([40_000.0]), np.array([variance])
    tenth = passage.peak_per_s(mean, spread) / 10.0
    for edge in passage.tenth_of_peak_s(mean, spread):
        assert passage.density_per_s(edge, mean, spread) == pytest.approx(tenth, rel=1e-6)
    low, high = passage.tenth_of_peak_s(mean, spread)
    assert 0.0 < low[0] < passage.mode_s(mean, spread)[0] < high[0]


def test_a_narrow_curve_has_the_edges_of_a_bell() -> None:
    mean, variance = np.array([1e6]), np.array([1e8])
    low, high = passage.tenth_of_peak_s(mean, variance)
    assert (1e6 - low[0]) / 1e4 == pytest.approx(2.146, rel=0.03)
    assert (high[0] - 1e6) / 1e4 == pytest.approx(2.146, rel=0.03)
