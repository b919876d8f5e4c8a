"""Flow, velocity, width and depth of the reaches that a spill runs through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from incident_desk.geo import jobson
from incident_desk.geo.datasets import Floats

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

STILL_M3S = 1e-3
"""At or below this flow a front is held: there is no answer, not an infinite one."""
MANNING_N = 0.035
"""Clean winding natural stream (Chow 1959, table 5-6: 0.033-0.045)."""
GRAVITY_M_S2 = 9.81
VELOCITY_LOG_SD = 0.4
"""Spread of ln(velocity): the standard error of Jobson's velocity relations, about 0.16 m/s, on the mean velocity of
his data, about 0.4 m/s."""
ASSUMED_FLOW_M3S = 32.0
"""Used where nobody knows the flow: the geometric middle of 1 to 1000 m3/s."""
ASSUMED_SPREAD = 2.7
"""Velocity of hydraulic geometry at 1000 (or 1) m3/s over that at 32 m3/s: (1000/32)^0.285."""


@dataclass(frozen=True, slots=True)
class Reaches:
    """The reaches on the way, upstream first, as the network knows them; (n,) each, unknown is NaN."""

    length_m: Floats
    upstream_area_km2: Floats
    mean_discharge_m3s: Floats
    slope: Floats
    width_m: Floats


@dataclass(frozen=True, slots=True)
class Flow:
    """Velocity and section of each reach now; (n,) each, SI units."""

    discharge_m3s: Floats
    discharge_known: bool
    relative_discharge: Floats
    """Flow now over mean annual flow; NaN where the mean is unknown."""
    velocity_m_s: Floats
    fastest_m_s: Floats
    """The velocity that is hardly ever exceeded."""
    spread: Floats
    """Factor between the likely velocity and its 5 % and 95 % points."""
    width_m: Floats
    depth_m: Floats
    by_area: Flags
    """Velocity from Jobson's relations; elsewhere from hydraulic geometry."""


def flow_along(reaches: Reaches, flow_at_spill_m3s: float | None = None) -> Floats | None:
    """Discharge now in each reach, m3/s; None when neither a mean flow nor a flow at the spill is known.

    Without a measured flow the mean annual one is taken. A flow measured (or typed) at the spill beats the
    mean: it is carried down and what tributaries add is their mean flow, ``Q(x) = Q_spill + Qm(x) - Qm(spill)``.
    Where the mean falls on the way down (a diversion), the flow falls in the same proportion. Gaps in the mean
    are filled in proportion to upstream area, without areas from the nearest known reach.
    """
    mean = _filled(reaches.mean_discharge_m3s, reaches.upstream_area_km2)
    if flow_at_spill_m3s is None:
        return mean
    if mean is None:
        area = reaches.upstream_area_km2
        if np.isfinite(area).all():
            return np.asarray(flow_at_spill_m3s * area / area[0])
        return np.full(len(area), flow_at_spill_m3s)
    if mean[0] <= STILL_M3S:
        return np.asarray(flow_at_spill_m3s + mean - mean[0], dtype=np.float64)
    added, cut = flow_at_spill_m3s + mean - mean[0], flow_at_spill_m3s * mean / mean[0]
    return np.asarray(np.where(mean >= mean[0], added, cut), dtype=np.float64)


def _filled(mean: Floats, area: Floats) -> Floats | None:
    known = np.isfinite(mean)
    if known.all():
        return mean
    if not known.any():
        return None
    filled = mean.copy()
    nearest = np.flatnonzero(known)[
        np.abs(np.flatnonzero(~known)[:, None] - np.flatnonzero(known)[None, :]).argmin(axis=1)
    ]
    ratio = area[~known] / area[nearest]
    filled[~known] = mean[nearest] * np.where(np.isfinite(ratio), ratio, 1.0)
    return filled


def flow_state(reaches: Reaches, discharge_m3s: Floats | None) -> Flow:
    """Velocity, width and depth of each reach at this discharge.

    Velocity: Jobson's relations (12)/(13) with slope or (14)/(15) without it where upstream area and mean flow
    are known, (16)/(17) where only the area is; else the hydraulic geometry of :func:`hydraulic_geometry`.
    Width is the network's, else of hydraulic geometry; depth follows from continuity.
    """
    n = len(reaches.length_m)
    known = discharge_m3s is not None
    flow = np.full(n, ASSUMED_FLOW_M3S) if discharge_m3s is None else discharge_m3s
    moving = np.maximum(flow, STILL_M3S)
    geometry_u, geometry_w = hydraulic_geometry(moving)
    likely, fastest = jobson.velocities(
        area_m2=reaches.upstream_area_km2 * 1e6,
        discharge_m3s=moving,
        mean_discharge_m3s=np.where(reaches.mean_discharge_m3s > STILL_M3S, reaches.mean_discharge_m3s, np.nan),
        slope=reaches.slope,
    )
    by_area = np.isfinite(likely) & known
    spread = np.full(n, np.exp(1.645 * VELOCITY_LOG_SD) if known else ASSUMED_SPREAD)
    velocity = np.where(by_area, likely, geometry_u)
    width = np.where(np.isfinite(reaches.width_m), reaches.width_m, geometry_w)
    return Flow(
        discharge_m3s=flow,
        discharge_known=known,
        relative_discharge=np.divide(
            flow, reaches.mean_discharge_m3s, out=np.full(n, np.nan), where=reaches.mean_discharge_m3s > STILL_M3S
        ),
        velocity_m_s=velocity,
        fastest_m_s=np.where(by_area, fastest, geometry_u * spread),
        spread=spread,
        width_m=width,
        depth_m=moving / (width * velocity),
        by_area=by_area,
    )


def hydraulic_geometry(discharge_m3s: Floats) -> tuple[Floats, Floats]:
    """Velocity (m/s) and width (m) of an average river at this discharge (m3/s, > 0).

    ``U = 0.194 Q^0.285``, ``W = 12.88 Q^0.423``.
    Source: Raymond et al. 2012, Limnol. Oceanogr. Fluids Environ. 2, 41-53 (fits over gauged rivers).
    Holds for: rivers at ordinary stages up to some thousand m3/s; too fast for the lower Yangtze, which is why
    Jobson's relations go first wherever the upstream area is known.
    """
    return 0.194 * discharge_m3s**0.285, 12.88 * discharge_m3s**0.423


def shear_velocity(velocity_m_s: Floats, depth_m: Floats) -> Floats:
    """Shear velocity u* in m/s, from the friction slope that Manning's law gives this velocity and depth.

    ``u* = sqrt(g H S)`` with ``S = (n U / H^(2/3))^2``, so ``u* = U n sqrt(g) / H^(1/6)``; n = 0.035.
    A slope from an elevation grid would contradict velocity and depth, above all in backwater.
    """
    return np.asarray(velocity_m_s * MANNING_N * np.sqrt(GRAVITY_M_S2) / depth_m ** (1.0 / 6.0))


def mixing_length_m(flow: Flow) -> Floats:
    """Distance below a bank outfall at which the plume is mixed across the river, per reach, metres.

    ``Lm = 0.442 U B^2 / Ey`` with Taylor's ``Ey = (0.058 H + 0.0065 B) u*``.
    Source: HJ 2.3-2018 附录 E (mixing length of a bank discharge; lateral mixing after Taylor, B/H < 100).
    Holds for: straight wide channels; bends shorten it.
    """
    lateral = (0.058 * flow.depth_m + 0.0065 * flow.width_m) * shear_velocity(flow.velocity_m_s, flow.depth_m)
    return np.asarray(0.442 * flow.velocity_m_s * flow.width_m**2 / lateral)
