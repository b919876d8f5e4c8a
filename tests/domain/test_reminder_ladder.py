"""The ladder of an office: it rises, it names people the house knows, and without one the usual stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from incident_desk.domain.clocks.reminder_ladder import USUAL, LadderFault, Step, Whom, ladder_of
from tests.conftest import NOW


def test_the_usual_ladder_stands_until_an_office_sets_its_own() -> None:
    assert ladder_of(None) == USUAL
    assert ladder_of([{"after_min": "3", "whom": "leaders"}]) == (Step(timedelta(minutes=3), Whom.LEADERS),)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"after_min": 0, "whom": "nobody"}],
        [{"whom": "leaders"}],
        [{"after_min": "soon", "whom": "leaders"}],
        [{"after_min": -1, "whom": "leaders"}],
        [{"after_min": 5, "whom": "leaders"}, {"after_min": 5, "whom": "leaders_above"}],
        [{"after_min": 1441, "whom": "leaders"}],
        [{"after_min": 10**12, "whom": "leaders"}],
        [{"after_min": n, "whom": "leaders"} for n in range(7)],
        [None],
    ],
)
def test_a_ladder_that_does_not_climb_is_refused(rows: list[Any]) -> None:
    with pytest.raises(LadderFault):
        ladder_of(rows)


def test_steps_count_from_the_reminder() -> None:
    from incident_desk.domain.clocks.reminder_ladder import next_step_at

    assert next_step_at(USUAL, 1, NOW) == NOW + timedelta(minutes=5)
    assert next_step_at(USUAL, 3, NOW) is None
