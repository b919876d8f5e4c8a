"""The exercise as data: invented people, numbers that cannot ring, an hour that has passed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.callouts.expert_cells import SAMPLE_MOBILE
from incident_desk.domain.exercise import DUTY_NUMBER, Exercise, read_exercise
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Role

LEARNED = datetime(2026, 11, 20, 18, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return read_exercise()


def test_every_number_is_one_that_cannot_ring(exercise: Exercise) -> None:
    numbers = [person.phone for person in exercise.people if person.phone]
    numbers += [str(line["number"]) for lines in exercise.contacts.values() for line in lines]
    assert len(numbers) > 300
    assert [number for number in numbers if not SAMPLE_MOBILE.fullmatch(number)] == []


def test_everybody_is_marked_as_a_sample(exercise: Exercise) -> None:
    assert all("样例" in person.name for person in exercise.people)
    assert all(line["is_sample"] for lines in exercise.contacts.values() for line in lines)


def test_every_role_is_played_once_a_log_in(exercise: Exercise) -> None:
    assert {person.role for person in exercise.people} == set(Role)
    log_ins = [person.login for person in exercise.people]
    assert len(set(log_ins)) == len(log_ins)
    assert all(login.isascii() and login.isalnum() for login in log_ins)


def test_every_office_of_the_exercise_is_an_office(exercise: Exercise) -> None:
    known = set(Rulebook.shipped().offices.offices)
    assert {person.office for person in exercise.people} | set(exercise.contacts) <= known
    assert set(exercise.office_settings) <= known


def test_every_office_has_a_duty_number_that_cannot_ring(exercise: Exercise) -> None:
    numbers = {code: str(exercise.office_settings.get(code, {}).get(DUTY_NUMBER, "")) for code in
               Rulebook.shipped().offices.offices}  # fmt: skip
    assert {code: number for code, number in numbers.items() if not SAMPLE_MOBILE.fullmatch(number)} == {}


def test_the_script_is_over_by_now_and_told_in_order(exercise: Exercise) -> None:
    minutes = [event.minutes for event in exercise.events]
    assert minutes == sorted(minutes)
    assert minutes[-1] <= exercise.learned_minutes_ago


def test_minutes_become_instants(exercise: Exercise) -> None:
    first = exercise.events[0]
    typed = first.sheet(LEARNED)
    assert typed["learned_at"] == LEARNED.isoformat()
    assert typed["occurred_at"] == (LEARNED - timedelta(minutes=15)).isoformat()
    assert first.written_at(LEARNED) == LEARNED + timedelta(minutes=2)


def test_who_answers_for_a_reservoir_answers_for_the_end_of_its_pool(exercise: Exercise) -> None:
    answering = [line for line in exercise.contacts["420000"] if "S12-R07-T" in str(line.get("facility_ids"))]
    assert [line["id"] for line in answering] == ["C0078"]
