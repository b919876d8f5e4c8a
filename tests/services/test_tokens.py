from __future__ import annotations

import pytest

from incident_desk.services.tokens import bearer_token


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer ", ""),
        ("Bearer", None),
        ("Basic abc", None),
        ("", None),
    ],
)
def test_a_header_offers_a_token_or_none(header: str, token: str | None) -> None:
    assert bearer_token(header) == token
