"""Signing in: many tries at once count like many in turn, and waiting is not prolonged by trying."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from incident_desk.services import people
from tests.conftest import NOW
from tests.people import PASSWORD

TRIES = 24


def test_of_many_tries_at_once_no_more_are_looked_at_than_in_turn(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    start = threading.Barrier(TRIES)

    def look(_stored: str, password: str) -> bool:
        looked_at.append(password)
        return False

    def guess(number: int) -> None:
        with app.app_context():
            start.wait()
            with pytest.raises((people.WrongSignIn, people.TooManyTries)):
                people.sign_in("officer", f"guess {number}", address="10.0.0.9", now=NOW)

    monkeypatch.setattr(people, "_matches", look)
    guessers = [threading.Thread(target=guess, args=(number,)) for number in range(TRIES)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join()
    assert len(looked_at) <= people.TRIES_PER_SOURCE


def test_a_try_that_was_held_back_does_not_prolong_the_wait(app_context: Any) -> None:
    def guess(minute: float) -> None:
        people.sign_in("officer", "wrong", address="10.0.0.9", now=NOW + timedelta(minutes=minute))

    for _ in range(people.TRIES_PER_SOURCE):
        with pytest.raises(people.WrongSignIn):
            guess(0)
    for minute in (5, 10, 14):
        with pytest.raises(people.TooManyTries):
            guess(minute)
    person = people.sign_in("officer", PASSWORD, address="10.0.0.9", now=NOW + timedelta(minutes=15))
    assert person.login == "officer"
