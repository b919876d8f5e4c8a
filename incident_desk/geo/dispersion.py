"""Longitudinal dispersion coefficients of rivers from width, depth, velocity and shear velocity (SI units)."""

from __future__ import annotations

import numpy as np

from incident_desk.geo.datasets import Floats

COEFFICIENT_FACTOR = 2.2
"""One standard deviation of predicted over observed K, as a factor, over 71 field measurements."""
PEAK_FACTOR = 1.5
"""The same on a peak, which goes with K^-1/2."""


def disley(width_m: Floats, depth_m: Floats, velocity_m_s: Floats, shear_m_s: Floats) -> Floats:
    """K in m2/s: ``3.563 Fr^-0.4117 (W/H)^0.6776 (U/u*)^1.0132 H u*``.

    Source: Disley et al. 2015, Can. J. Civ. Eng. 42(2). On 71 field rows: median ratio 0.98, 72 % within a factor 2.
    """
    froude = velocity_m_s / np.sqrt(9.81 * depth_m)
    wide, rough = width_m / depth_m, velocity_m_s / shear_m_s
    return np.asarray(3.563 * froude**-0.4117 * wide**0.6776 * rough**1.0132 * depth_m * shear_m_s)


def zeng_huai(width_m: Floats, depth_m: Floats, velocity_m_s: Floats, shear_m_s: Floats) -> Floats:
    """K in m2/s: ``5.4 (W/H)^0.70 (U/u*)^0.13 H U``.

    Source: Zeng & Huai 2014, J. Hydro-environ. Res. 8(1). On the same rows: median ratio 0.89, 65 % within a factor 2.
    """
    return np.asarray(5.4 * (width_m / depth_m) ** 0.70 * (velocity_m_s / shear_m_s) ** 0.13 * depth_m * velocity_m_s)


def deng(width_m: Floats, depth_m: Floats, velocity_m_s: Floats, shear_m_s: Floats) -> Floats:
    """K in m2/s: ``0.15/(8 et) (W/H)^(5/3) (U/u*)^2 H u*``, ``et = 0.145 + (U/u*)(W/H)^1.38 / 3520``.

    Source: Deng, Singh & Bengtsson 2001, J. Hydraul. Eng. 127(11). Median ratio 1.10, 65 % within a factor 2.
    """
    wide, rough = width_m / depth_m, velocity_m_s / shear_m_s
    transverse = 0.145 + rough * wide**1.38 / 3_520.0
    return np.asarray(0.15 / (8.0 * transverse) * wide ** (5.0 / 3.0) * rough**2 * depth_m * shear_m_s)


def coefficient(width_m: Floats, depth_m: Floats, velocity_m_s: Floats, shear_m_s: Floats) -> Floats:
    """Dispersion coefficient that the desk plans with: the median of the three formulas, m2/s.

    Holds for: natural single-thread rivers, W/H about 10 to 150; uncertain by a factor 2.2 (one sigma).
    """
    section = (width_m, depth_m, velocity_m_s, shear_m_s)
    return np.asarray(np.median(np.stack([disley(*section), zeng_huai(*section), deng(*section)]), axis=0))
