"""Time by the counter: a drift is followed, a step is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident_desk.domain.steady_time import Anchor
from tests.conftest import NOW

ANCHOR = Anchor(1000.0, NOW)


@pytest.mark.parametrize("seconds", [-300, -3, 3, 300, 86_400])
def test_a_step_neither_hurries_nor_holds_time_back(seconds: float) -> None:
    true = NOW + timedelta(seconds=50)
    system = true + timedelta(seconds=seconds)
    assert ANCHOR.now(1050.0, system) == true
    assert ANCHOR.step(1050.0, system) == timedelta(seconds=seconds)
    assert not ANCHOR.is_due(1100.0, NOW + timedelta(seconds=100 + seconds))


@pytest.mark.parametrize("seconds", [-2, -0.4, 0, 1.9])
def test_the_clocks_own_correction_is_followed(seconds: float) -> None:
    system = NOW + timedelta(seconds=50 + seconds)
    assert ANCHOR.now(1050.0, system) == system
    assert not ANCHOR.step(1050.0, system)


def test_the_anchor_is_renewed_each_minute_so_that_drift_never_adds_up() -> None:
    assert not ANCHOR.is_due(1060.0, NOW + timedelta(seconds=60))
    assert ANCHOR.is_due(1061.0, NOW + timedelta(seconds=61))
