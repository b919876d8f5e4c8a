"""The curve of a slug as it passes a place, when its mean time and variance are known: an inverse Gaussian.

It is the exact first-passage law of advection and dispersion in one uniform reach, keeps mean and variance when
reaches follow each other, knows no time before the spill, and has the long tail that tracer curves show.
"""

from __future__ import annotations

import numpy as np

from incident_desk.geo.datasets import Floats

_HALVINGS = 60
_TINY = 1e-9
TENTH = float(np.log(10.0))


def mode_s(mean_s: Floats, variance_s2: Floats) -> Floats:
    """Time of the peak: ``mu (sqrt(1 + 9 f^2/4) - 3 f/2)``, f = variance / mean^2."""
    ratio = _ratio(mean_s, variance_s2)
    return np.asarray(mean_s * (np.sqrt(1.0 + 2.25 * ratio**2) - 1.5 * ratio))


def peak_per_s(mean_s: Floats, variance_s2: Floats) -> Floats:
    """Density at the peak, 1/s: with mass M and flow Q the peak concentration is ``M / Q`` times this."""
    at = mode_s(mean_s, variance_s2)
    return np.asarray(np.exp(_log_density(at, mean_s, variance_s2)))


def density_per_s(time_s: Floats, mean_s: Floats, variance_s2: Floats) -> Floats:
    """Density of the passage time, 1/s; every time > 0."""
    return np.asarray(np.exp(_log_density(time_s, mean_s, variance_s2)))


def tenth_of_peak_s(mean_s: Floats, variance_s2: Floats) -> tuple[Floats, Floats]:
    """Times at which the curve reaches, and again falls to, a tenth of its peak; (n,) each, seconds."""
    at = mode_s(mean_s, variance_s2)
    level = _log_density(at, mean_s, variance_s2) - TENTH
    return _cross(at, level, mean_s, variance_s2, -1.0), _cross(at, level, mean_s, variance_s2, 1.0)


def _cross(peak_s: Floats, level: Floats, mean_s: Floats, variance_s2: Floats, side: float) -> Floats:
    """Bisection in ln t between the peak and far out on one side of it."""
    inner, outer = np.log(peak_s), np.log(peak_s) + side * 25.0
    for _ in range(_HALVINGS):
        middle = (inner + outer) / 2.0
        above = _log_density(np.exp(middle), mean_s, variance_s2) > level
        inner, outer = np.where(above, middle, inner), np.where(above, outer, middle)
    return np.asarray(np.exp((inner + outer) / 2.0))


def _ratio(mean_s: Floats, variance_s2: Floats) -> Floats:
    return np.maximum(variance_s2 / mean_s**2, _TINY)


def _log_density(time_s: Floats, mean_s: Floats, variance_s2: Floats) -> Floats:
    shape = mean_s / _ratio(mean_s, variance_s2)
    return np.asarray(
        0.5 * (np.log(shape) - np.log(2.0 * np.pi) - 3.0 * np.log(time_s))
        - shape * (time_s - mean_s) ** 2 / (2.0 * mean_s**2 * time_s)
    )
