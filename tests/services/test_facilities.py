"""Places on the rivers with who answers for them: numbers only for whoever may ring, by the lists of one's offices."""

from __future__ import annotations

import pytest

from incident_desk.extensions import db
from incident_desk.models import Office
from incident_desk.services.water import facilities
from incident_desk.services.water.facilities import FacilityFilter
from tests.people import actor

pytestmark = pytest.mark.usefixtures("app_context")
INTAKES = FacilityFilter(kinds=frozenset({"intake"}), river="堵河")


@pytest.fixture(autouse=True)
def numbers(app_context: object) -> None:
    line = {
        "id": "plant",
        "name_zh": "黄龙滩水厂",
        "number": "+8610000000019",
        "role": "waterworks",
        "facility_ids": ["I19"],
    }
    db.session.get_one(Office, "420300").settings = {"contacts": [line]}
    db.session.commit()


@pytest.mark.parametrize(
    ("login", "has_number"),
    [
        ("officer", True),
        ("county", True),
        ("province", True),
        ("archivist", False),
        ("field", False),
        ("stranger", False),
    ],
)
def test_numbers_are_for_those_who_ring_in_the_offices_of_the_list(login: str, has_number: bool) -> None:
    found = facilities.facilities(actor(login), INTAKES)
    assert [one.receptor.id for one in found] == ["I19"]
    assert bool(found[0].contacts) is has_number


def test_a_place_listed_twice_stands_once() -> None:
    ids = [one.id for one in facilities.places()]
    assert len(ids) == len(set(ids))
    assert len({"M15", "M15-R02"} & set(ids)) == 1


def test_filters_narrow_together() -> None:
    wanted = FacilityFilter(kinds=frozenset({"intake", "section"}), prefecture="420300", text="黄龙滩")
    assert [one.receptor.id for one in facilities.facilities(actor("officer"), wanted)] == ["I19"]
