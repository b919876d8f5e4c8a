"""The settings page: who may open it, what it shows, and that a refusal keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.routes.desk import desk_of


def _version(page: str) -> str:
    return page.split('name="version" value="')[1].split('"', maxsplit=1)[0]


def test_a_leader_sets_and_sees_it(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in, "leader")
    page = desk.text("/office-settings")
    for words in ("本单位设置", "重大敏感事件半小时初报", "省厅带班领导", "超时限后逐级告知"):
        assert words in page
    form = {"version": _version(page), "overlays": "L1", "accounts": "wechat", "after_min": "3", "whom": "leaders"}
    assert desk.post("/office-settings", **form).status_code == 303
    again = desk.text("/office-settings")
    assert 'value="L1" checked' in again
    assert 'value="3"' in again


def test_a_ladder_that_cannot_be_keeps_what_was_typed(sign_in: Callable[..., Any]) -> None:
    desk = desk_of(sign_in, "leader")
    form = {
        "version": _version(desk.text("/office-settings")),
        "overlays": "L2",
        "after_min": "十分钟",
        "whom": "leaders",
    }
    answer = desk.post("/office-settings", **form)
    assert answer.status_code == 422
    assert "十分钟" in answer.text
    assert 'value="L2" checked' in answer.text


def test_an_officer_does_not_set(sign_in: Callable[..., Any]) -> None:
    assert desk_of(sign_in).get("/office-settings").status_code == 403
