"""A desk at work: a person's browser, and a case that was opened through the call sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

SHEET: dict[str, Any] = {
    "channel": "LOWER_REPORT",
    "caller_name": "报告人甲",
    "caller_phone": "+8610000000012",
    "occurred_kind": "exact",
    "occurred_at": "20分钟前",
    "place_text": "G242国道堵河特大桥（竹山县与房县交界处，黄龙滩水库库尾上游约十二公里的河段）",
    "media": ["WATER_SURFACE"],
    "water_body": "堵河",
    "substance": "苯胺",
    "un_no": "1547",
    "carried": "18吨",
    "dead": "0",
    "intakes-0-name": "黄龙滩水库水源地",
    "intakes-0-state": "unknown",
}


class Desk:
    """A client that sends the page's CSRF token and reads pages as text."""

    def __init__(self, client: Any) -> None:
        self.client = client
        page = client.get("/sign-in", follow_redirects=True).text
        self.token = re.findall(r'name="csrf-token" content="([^"]+)"', page)[0]

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text[:300]
        return str(answer.text)

    def post(self, path: str, **form: Any) -> Any:
        return self.client.post(path, data={"csrf_token": self.token, **form})

    def save(self, key: str, body: dict[str, Any], version: int | None = None) -> Any:
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.put(f"/calls/drafts/{key}", json=body, headers=headers)

    def open_case(self, key: str = "a-key-of-a-draft", **more: Any) -> str:
        """Open a case through the sheet; its number."""
        answer = self.post(f"/calls/drafts/{key}/open", **{**SHEET, **more})
        assert answer.status_code == 303, answer.text[:300]
        return str(answer.location).rpartition("/")[2]


def desk_of(sign_in: Callable[..., Any], login: str = "officer", locale: str = "zh_Hans") -> Desk:
    """The desk of a seeded person, in a language."""
    desk = Desk(sign_in(login, locale))
    desk.post("/preferences", locale=locale, next="/")
    return desk


def field_error(page: str, name: str) -> str:
    """What stands beside the field *name* as its error."""
    found = re.search(rf'data-error-for="{name}">([^<]*)<', page)
    return found[1].strip() if found else ""


def hidden(page: str, name: str) -> str:
    """The value of the first hidden field *name*."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]
