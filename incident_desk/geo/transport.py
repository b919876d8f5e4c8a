"""When a spill arrives below, how high it peaks and how long it passes: two engines side by side.

*Additive moments*: along the way the mean time, the variance and the logarithm of what survives are sums over
reaches, so any place on the way costs one addition. *Jobson 1996*: regressions on tracer tests for the same way.
The engines share the velocity; they differ in how the cloud spreads. For planning the higher peak is shown.

Arrival is the leading edge: the moment at which the concentration reaches a tenth of its later peak.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from incident_desk.geo import dispersion, jobson, passage
from incident_desk.geo.datasets import Floats, Ints
from incident_desk.geo.hydraulics import (
    STILL_M3S,
    Flow,
    Reaches,
    flow_along,
    flow_state,
    mixing_length_m,
    shear_velocity,
)

POOL_TANKS = 3
"""A reservoir is a row of three mixed tanks (long pools behave as two to five)."""
SHORT_CIRCUIT = 0.11
"""Share of a pool that takes part when the flow short-circuits: lowest hydraulic efficiency among the pond layouts of
Persson, Somes & Wong 1999, Water Sci. Technol. 40(3)."""
NEAR_BANK_MAX = 10.0
"""Upper end of the allowance for a plume that still hugs one bank."""
_SOON_S = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """What was spilled. ``None`` means unknown."""

    mass_kg: float | None = None
    duration_h: float = 0.0
    decay_per_day: float = 0.0
    discharge_m3s: float | None = None
    """Flow now in the river at the spill."""


@dataclass(frozen=True, slots=True)
class PoolReaches:
    """Standing water on the way, per reach, as :class:`incident_desk.geo.pools.PoolLayout` has it."""

    pool: Ints
    volume_m3: Floats
    total_m3: Floats


@dataclass(frozen=True, slots=True)
class Course:
    """Sums along the way; row *i* is what has gathered at the upper end of reach *i*, the last row at the outlet.

    Columns of ``sums``: see the ``_COLUMNS``. ``held_from`` is the first reach without flow.
    """

    reaches: Reaches
    flow: Flow
    sums: Floats
    front_s: Floats
    """(n + 1,) leading edge of the moment engine in running water at the reach ends, never falling downstream."""
    mode_s: Floats
    held_from: int
    volume_unknown: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


_COLUMNS = ("time", "variance", "fast", "slow", "pool_time", "pool_variance", "log_survival", "distance")
_TIME, _VARIANCE, _FAST, _SLOW, _POOL_TIME, _POOL_VARIANCE, _LOG_SURVIVAL, _DISTANCE = range(len(_COLUMNS))


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected at (k,) places: seconds after the spill, mg/L; NaN where the front does not come."""

    earliest_s: Floats
    likely_s: Floats
    latest_s: Floats
    peak_s: Floats
    peak_mg_l: Floats
    peak_mg_l_p95: Floats
    passage_h: Floats
    methods: tuple[tuple[str, ...], ...]
    why_none: tuple[str | None, ...]


def course_of(reaches: Reaches, pools: PoolReaches, source: Source) -> Course:
    """Gather the moments along a way.

    Per reach of length L, velocity U, dispersion K: time ``L/U``, variance ``2 K L / U^3``, survival ``-k L/U``.
    A pool adds ``V/Q - L/U`` to the time and, as N tanks, ``tau_reach tau_pool / N`` to the variance and
    ``-N ln(1 + k tau/N)`` in all to the survival.

    Source: moments of advection-dispersion in series (Aris 1956; Levenspiel, tanks in series).
    Holds for: dissolved matter, steady flow, complete mixing across the river; not for floating oil.
    """
    discharge = flow_along(reaches, source.discharge_m3s)
    flow = flow_state(reaches, discharge)
    still = flow.discharge_m3s <= STILL_M3S
    held_from = int(np.flatnonzero(still)[0]) if still.any() else len(still)
    spread_k = dispersion.coefficient(
        flow.width_m, flow.depth_m, flow.velocity_m_s, shear_velocity(flow.velocity_m_s, flow.depth_m)
    )
    rows = np.zeros((len(still), len(_COLUMNS)))
    time = reaches.length_m / flow.velocity_m_s
    rows[:, _TIME] = time
    rows[:, _VARIANCE] = 2.0 * spread_k * reaches.length_m / flow.velocity_m_s**3
    rows[:, _FAST] = reaches.length_m / flow.fastest_m_s
    rows[:, _SLOW] = time * flow.spread
    decay_per_s = source.decay_per_day / 86_400.0
    rows[:, _LOG_SURVIVAL] = -decay_per_s * time
    rows[:, _DISTANCE] = reaches.length_m
    unknown = _add_pools(rows, pools, flow, time, decay_per_s)
    sums = np.vstack([np.zeros(len(_COLUMNS)), np.cumsum(rows, axis=0)])
    front, mode = _river_curve(sums)
    return Course(reaches, flow, sums, np.maximum.accumulate(front), np.maximum.accumulate(mode), held_from, unknown)


def _add_pools(
    rows: Floats, pools: PoolReaches, flow: Flow, time: Floats, decay_per_s: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Put the standing water into the rows; returns which reaches lie in a pool of unknown volume."""
    in_pool = pools.pool >= 0
    unknown = in_pool & ~np.isfinite(pools.volume_m3)
    for number in np.unique(pools.pool[in_pool & ~unknown & flow.discharge_known]):
        here = np.flatnonzero((pools.pool == number) & ~unknown)
        outflow = max(float(flow.discharge_m3s[here[-1]]), STILL_M3S)
        whole = float(pools.total_m3[here[-1]]) / outflow
        stay = pools.volume_m3[here] / np.maximum(flow.discharge_m3s[here], STILL_M3S)
        rows[here, _POOL_TIME] = np.maximum(stay - time[here], 0.0)
        rows[here, _POOL_VARIANCE] = np.where(stay > time[here], stay * whole / POOL_TANKS, 0.0)
        tanks = POOL_TANKS * np.log1p(decay_per_s * whole / POOL_TANKS)
        rows[here, _LOG_SURVIVAL] = np.minimum(rows[here, _LOG_SURVIVAL], -tanks * stay / whole)
    return unknown


def _river_curve(sums: Floats) -> tuple[Floats, Floats]:
    mean, variance = np.maximum(sums[:, _TIME], _SOON_S), sums[:, _VARIANCE]
    front, _ = passage.tenth_of_peak_s(mean, variance)
    return np.where(sums[:, _TIME] > 0.0, front, 0.0), np.where(
        sums[:, _TIME] > 0.0, passage.mode_s(mean, variance), 0.0
    )


def forecast(course: Course, index: Ints, fraction: Floats, source: Source) -> Forecast:
    """Arrival, peak and passage at places on the way.

    Args:
        course: of :func:`course_of`.
        index: (k,) which reach of the way each place lies on.
        fraction: (k,) how far down that reach, 0 to 1, of what is left of it below the spill.
        source: the same as for the course.

    The band, earliest to latest:
        *earliest*: the faster of Jobson's maximum-probable leading edge and the moment engine's edge at the 95 %
        velocity; reservoirs get no credit, as if the plume crossed them with the old river's speed (a density or
        wind current; none is faster than the river that feeds it).
        *likely*: midway between the two engines' leading edges, in a pool the edge that three tanks give.
        *latest*: no dispersion, the 5 % velocity, and plug flow through the whole storage of each pool.

    Peak: per engine ``M F / Q`` times the height of its passage curve, widened by pools; a release that lasts D
    seconds makes it ``M F / (Q D) erf(D / (2 sqrt(2) sigma))``. Shown is the higher engine. The 95 % value takes K a
    factor 2.2 per sigma lower, the maximum-probable velocity, pools of which only 11 % takes part, and, above the
    mixing length, a plume along one bank.
    """
    at = _Places.on(course, index, fraction)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        edges = _edges(course, at)
        peaks = _peaks(at, source)
    moving = index < course.held_from
    shape = [np.where(moving, values, np.nan) for values in (*edges, *peaks)]
    earliest, likely, latest, peak_at, mg_l, p95, passage_h = shape
    return Forecast(
        earliest, likely, latest, np.maximum(peak_at, likely), mg_l, p95, passage_h,
        tuple(_methods(course, at, k, source) for k in range(len(index))),
        tuple(None if ok else "no_flow" for ok in moving),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Places:
    """The sums at (k,) places, and what the reach there says."""

    index: Ints
    sums: Floats
    front_s: Floats
    mode_s: Floats
    discharge_m3s: Floats
    discharge_known: bool
    relative: Floats
    mixing_m: Floats

    @classmethod
    def on(cls, course: Course, index: Ints, fraction: Floats) -> _Places:
        upper, lower = course.sums[index], course.sums[index + 1]
        sums = upper + (lower - upper) * fraction[:, None]
        front, mode = _river_curve(sums)
        return cls(
            index,
            sums,
            np.maximum(front, course.front_s[index]),
            np.maximum(mode, course.mode_s[index]),
            np.maximum(course.flow.discharge_m3s[index], STILL_M3S),
            course.flow.discharge_known,
            course.flow.relative_discharge[index],
            mixing_length_m(course.flow)[index],
        )


def _pool_curve() -> tuple[float, float]:
    """Leading edge and peak of a row of tanks, as shares of its mean time."""
    one, spread = np.ones(1), np.full(1, 1.0 / POOL_TANKS)
    return float(passage.tenth_of_peak_s(one, spread)[0][0]), float(passage.mode_s(one, spread)[0])


def _edges(course: Course, at: _Places) -> tuple[Floats, Floats, Floats]:
    time, pool = at.sums[:, _TIME], at.sums[:, _POOL_TIME]
    edge_share, _ = _pool_curve()
    likely = (at.front_s + jobson.LEADING_EDGE * time) / 2.0 + edge_share * pool
    widest = course.flow.spread[: max(int(at.index.max(initial=0)) + 1, 1)].max()
    earliest = np.minimum(jobson.LEADING_EDGE * at.sums[:, _FAST], at.front_s / widest)
    latest = at.sums[:, _SLOW] + pool
    return np.minimum(earliest, likely), likely, np.maximum(latest, likely)


def _peaks(at: _Places, source: Source) -> tuple[Floats, Floats, Floats, Floats]:
    """Time of the peak (s), peak and its 95 % value (mg/L), passage (h)."""
    likely = _heights(at, at.sums[:, _TIME], 1.0)
    fast = _heights(at, at.sums[:, _FAST], SHORT_CIRCUIT)
    hold_s = source.duration_h * 3_600.0
    height = np.maximum(_held(likely[0], hold_s), _held(likely[1], hold_s))
    sharper = _held(likely[0] * dispersion.PEAK_FACTOR**1.645, hold_s)
    quick = np.maximum(_held(fast[0], hold_s), _held(fast[1], hold_s)) * _extra_survival(at)
    high = np.maximum.reduce([sharper, quick, height]) * _near_bank(at)
    _, mode_share = _pool_curve()
    pool_peak = mode_share * at.sums[:, _POOL_TIME] + hold_s / 2.0
    peak_at = np.where(likely[1] > likely[0], at.sums[:, _TIME], at.mode_s) + pool_peak
    passing = (np.maximum(likely[2], likely[3]) + hold_s) / 3_600.0
    if source.mass_kg is None or not at.discharge_known:
        nothing = np.full(len(at.index), np.nan)
        return peak_at, nothing, nothing, passing
    to_mg_l = source.mass_kg * np.exp(at.sums[:, _LOG_SURVIVAL]) / at.discharge_m3s * 1_000.0
    return peak_at, height * to_mg_l, high * to_mg_l, passing


def _heights(at: _Places, river_s: Floats, pool_share: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Heights of the two engines' passage curves (1/s) and their passages (s) for a travel time in running water."""
    river = np.maximum(river_s, jobson.SHORTEST_H * 3_600.0)
    shrink = np.divide(river_s, at.sums[:, _TIME], out=np.ones(len(river_s)), where=at.sums[:, _TIME] > 0.0)
    variance = np.maximum(at.sums[:, _VARIANCE] * shrink**2, 1.0)
    pool, pool_variance = pool_share * at.sums[:, _POOL_TIME], pool_share**2 * at.sums[:, _POOL_VARIANCE]
    moments = passage.peak_per_s(river + pool, variance + pool_variance)
    rise, fall = passage.tenth_of_peak_s(river + pool, variance + pool_variance)
    unit = jobson.unit_peak_per_s(river / 3_600.0, at.relative)
    own = 1.0 / (2.0 * np.pi * unit**2)  # variance of the bell with this height
    damping = passage.peak_per_s(river + pool, own + pool_variance) / passage.peak_per_s(river, own)
    regression = unit * np.where(pool_variance > 0.0, np.minimum(damping, 1.0), 1.0)
    return moments, regression, fall - rise, jobson.passage_s(regression)


def _held(height: Floats, hold_s: float) -> Floats:
    """Height of a passage curve after a release that lasts *hold_s*: a bell of the same height, swept over it."""
    if hold_s <= 0.0:
        return height
    sigma = 1.0 / (np.sqrt(2.0 * np.pi) * height)
    return _erf(hold_s / (2.0 * np.sqrt(2.0) * sigma)) / hold_s


def _erf(values: Floats) -> Floats:
    """The error function of every value; the standard library's, for scipy's takes longer to load than a trace runs."""
    return np.array([math.erf(value) for value in values.tolist()], dtype=np.float64)


def _extra_survival(at: _Places) -> Floats:
    """How much more survives first-order decay when the plume takes the fast way, as a factor >= 1."""
    whole = np.maximum(at.sums[:, _TIME] + at.sums[:, _POOL_TIME], _SOON_S)
    spent = np.minimum((at.sums[:, _FAST] + SHORT_CIRCUIT * at.sums[:, _POOL_TIME]) / whole, 1.0)
    return np.asarray(np.exp(-at.sums[:, _LOG_SURVIVAL] * (1.0 - spent)))


def _near_bank(at: _Places) -> Floats:
    """A plume on one bank is ``sqrt(x / Lm)`` of the river wide."""
    distance = np.maximum(at.sums[:, _DISTANCE], 1.0)
    return np.asarray(np.clip(np.sqrt(at.mixing_m / distance), 1.0, NEAR_BANK_MAX))


def _methods(course: Course, at: _Places, k: int, source: Source) -> tuple[str, ...]:
    """Codes of what the numbers at a place rest on."""
    upto = slice(0, int(at.index[k]) + 1)
    flow = course.flow
    named = {
        "additive_moments": True,
        "jobson_1996": True,
        "velocity_jobson": bool(flow.by_area[upto].any()),
        "velocity_hydraulic_geometry": flow.discharge_known and not flow.by_area[upto].all(),
        "velocity_assumed": not flow.discharge_known,
        "discharge_now": source.discharge_m3s is not None,
        "discharge_mean": source.discharge_m3s is None and flow.discharge_known,
        "pool_tanks": bool(at.sums[k, _POOL_TIME] > 0.0),
        "pool_volume_unknown": bool(course.volume_unknown[upto].any()),
        "release_duration": source.duration_h > 0.0,
        "first_order_decay": source.decay_per_day > 0.0,
        "not_mixed_across": bool(at.sums[k, _DISTANCE] < at.mixing_m[k]),
    }
    return tuple(name for name, used in named.items() if used)
