"""One real desk for the tests of live screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desks import Desk, a_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(tmp_path_factory.mktemp("live") / "home", is_https=True, screens=12) as desk:
        desk.start("web")
        yield desk
