from __future__ import annotations

import pytest

from incident_desk.domain.great_circle import distance_m


def test_one_degree_is_111_195_metres_along_the_equator_and_along_a_meridian() -> None:
    assert distance_m(0, 0, 1, 0) == pytest.approx(111_195, abs=1)
    assert distance_m(110.0, 30.0, 110.0, 31.0) == pytest.approx(111_195, abs=1)


def test_wuhan_to_shiyan() -> None:
    assert distance_m(114.305, 30.593, 110.798, 32.629) == pytest.approx(401_000, abs=4_000)  # measured on a map


def test_the_other_side_of_the_earth_is_half_a_circumference_away() -> None:
    assert distance_m(110.0, 32.0, -70.0, -32.0) == pytest.approx(20_015_115, abs=1)
