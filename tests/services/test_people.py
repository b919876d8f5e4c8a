"""Who is behind a request or a screen: a token alone, else the session, else the wall's cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from incident_desk.domain.permissions import Actor, Role
from incident_desk.services import people
from tests.conftest import NOW
from tests.people import actor

pytestmark = pytest.mark.usefixtures("app_context")


@dataclass
class Session:
    """The session of *holder*, or nobody's."""

    holder: Actor | None = None

    @property
    def is_authenticated(self) -> bool:
        return self.holder is not None

    def to_actor(self) -> Actor:
        assert self.holder is not None, "nobody's session has no actor"
        return self.holder


def some_token(role: Role) -> str:
    return people.make_token(role, role=role, office="420300", actor=actor("admin"), now=NOW)


def who(authorization: str = "", *, session: Actor | None = None, wall: str | None = None) -> Actor | None:
    return people.who_asks(authorization=authorization, account=Session(session), wall_cookie=wall, now=lambda: NOW)


def role_of(asked: Actor | None) -> Role | None:
    return asked.role if asked else None


def test_a_bearer_token_decides_before_session_and_wall() -> None:
    token, wall = some_token(Role.ARCHIVIST), some_token(Role.WALL_SCREEN)
    assert role_of(who(f"Bearer {token}", session=actor("officer"), wall=wall)) is Role.ARCHIVIST
    assert role_of(who(f"bearer  {token} ")) is Role.ARCHIVIST


@pytest.mark.parametrize("offered", ["Bearer no-such-token", "Bearer ", "BEARER  "])
def test_a_token_that_is_not_good_makes_a_stranger_also_of_somebody_signed_in(offered: str) -> None:
    assert who(offered, session=actor("officer"), wall=some_token(Role.WALL_SCREEN)) is None


def test_the_session_comes_before_the_walls_cookie() -> None:
    wall = some_token(Role.WALL_SCREEN)
    assert who(session=actor("officer"), wall=wall) == actor("officer")
    assert role_of(who(wall=wall)) is Role.WALL_SCREEN


def test_without_any_proof_one_is_a_stranger_and_the_clock_is_not_even_asked() -> None:
    def no_clock() -> datetime:
        raise AssertionError("the clock was asked")

    said = {"account": Session(), "wall_cookie": None, "now": no_clock}
    assert people.who_asks(authorization="", **said) is None
    assert people.who_asks(authorization="Basic dXNlcjpwYXNz", **said) is None


def test_an_unknown_name_costs_as_much_as_a_wrong_password() -> None:
    stand_in, real = people._NO_SUCH_PERSON, people.hash_password("a password of somebody")
    assert extract_parameters(stand_in) == extract_parameters(real)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(stand_in, "")
