"""Travel time and dispersion of solutes by the U.S. Geological Survey's regressions.

Source of every relation here: H. E. Jobson, Prediction of traveltime and longitudinal dispersion in rivers and
streams, USGS Water-Resources Investigations Report 96-4013 (1996); numbers in brackets are its equations.
Data base: about 1 000 subreaches of some 90 rivers, 1 to 7 000 m3/s, dye tracers.
Holds for: a soluble, conservative, fully mixed slug in a flowing river at steady flow. Not for reservoirs,
tidal reaches or floating oil.
"""

from __future__ import annotations

import numpy as np

from incident_desk.geo.datasets import Floats

GRAVITY_M_S2 = 9.8
"""The report's value."""
LEADING_EDGE = 0.890
"""(18): the leading edge takes this share of the peak's travel time."""
SHORTEST_H = 0.1
"""Nearer than six minutes below a spill nothing one-dimensional holds; (7) would go to infinity."""


def velocities(
    *, area_m2: Floats, discharge_m3s: Floats, mean_discharge_m3s: Floats, slope: Floats
) -> tuple[Floats, Floats]:
    """Most probable and maximum probable velocity of the peak.

    (12), (13) with slope; (14), (15) without; (16), (17) where the mean annual flow is unknown too.

    Args:
        area_m2: (n,) drainage area; NaN gives NaN.
        discharge_m3s: (n,) flow at the section now, > 0.
        mean_discharge_m3s: (n,) mean annual flow, NaN when unknown.
        slope: (n,) m/m, NaN when unknown.

    Returns:
        two (n,) arrays, m/s; the second is an envelope that almost all observed velocities stay below.
    """
    relative = discharge_m3s / mean_discharge_m3s
    area_by_mean = area_m2**1.25 * np.sqrt(GRAVITY_M_S2) / mean_discharge_m3s  # (10)
    area_by_flow = area_m2**1.25 * np.sqrt(GRAVITY_M_S2) / discharge_m3s  # (10), alternate
    yield_m_s = discharge_m3s / area_m2
    with_slope = area_by_mean**0.919 * relative**-0.469 * slope**0.159 * yield_m_s
    without = area_by_mean**0.821 * relative**-0.465 * yield_m_s
    area_only = area_by_flow**0.595 * yield_m_s
    likely = _first_known(0.094 + 0.0143 * with_slope, 0.020 + 0.051 * without, 0.152 + 8.1 * area_only)
    fastest = _first_known(0.25 + 0.0200 * with_slope, 0.2 + 0.093 * without, 0.2 + 40.0 * area_only)
    return likely, fastest


def _first_known(*choices: Floats) -> Floats:
    result = choices[0]
    for choice in choices[1:]:
        result = np.where(np.isfinite(result), result, choice)
    return result


def unit_peak_per_s(travel_h: Floats, relative_discharge: Floats) -> Floats:
    """Unit-peak concentration, 1/s: peak concentration times flow over mass.

    ``Cup = 857 Tp^(-0.760 Qa'^-0.079)`` (7), in 1e-6/s with Tp in hours; ``1025 Tp^-0.887`` where the mean flow is
    unknown. Tp is the whole time since the spill, never a reach's own.
    """
    hours = np.maximum(travel_h, SHORTEST_H)
    with_mean = 857.0 * hours ** (-0.760 * relative_discharge**-0.079)
    return np.asarray(np.where(np.isfinite(with_mean), with_mean, 1_025.0 * hours**-0.887) * 1e-6)


def passage_s(unit_peak: Floats) -> Floats:
    """(19): from the leading edge until the trailing side has fallen to a tenth of the peak, seconds."""
    return np.asarray(2.0 / unit_peak)


def peak_mg_l(unit_peak: Floats, mass_kg: float, discharge_m3s: Floats, recovered: Floats) -> Floats:
    """(4) rearranged: peak concentration of *mass_kg*, of which the share *recovered* is still in the water, mg/L."""
    return np.asarray(unit_peak * recovered * mass_kg / discharge_m3s * 1_000.0)
