"""The night that the slices of a journey share: one desk, one browser, started once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.night import Night, a_night, chromium


@pytest.fixture(scope="session")
def one_night(tmp_path_factory: pytest.TempPathFactory, no_network: None) -> Iterator[Night]:
    executable = chromium()
    if executable is None:
        pytest.skip("left out: Chromium is not on this machine")
    with a_night(tmp_path_factory.mktemp("night") / "home", executable) as night:
        yield night


@pytest.fixture
def night(one_night: Night) -> Iterator[Night]:
    """The night as the slices before left it; after a slice that failed there is nothing to go on from."""
    if one_night.broken:
        pytest.skip("an earlier hour of this night failed")
    yield one_night
    assert not one_night.faults(), "no screen complains"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Iterator[Any]:
    report = yield
    night = getattr(item, "funcargs", {}).get("night")
    if night is not None and report.when == "call" and report.failed:
        night.broken = True
        report.sections.append(("screens", "\n".join([*night.pictures(), *night.faults()])))
    return report
