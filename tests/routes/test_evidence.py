"""The Evidence tab: photographs with their witnesses, originals byte for byte, links with QR codes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from incident_desk.services import scope
from incident_desk.services.field import evidence
from tests.people import actor
from tests.routes.test_field import case_no, photograph

__all__ = ["case_no"]


@pytest.fixture
def sent(app: Any, case_no: str) -> tuple[str, int, bytes]:
    content = photograph()
    with app.app_context():
        incident = scope.incident(actor("officer"), case_no)
        word = evidence.PhoneWord(longitude=110.5, latitude=32.6, note="<b>左岸</b>")
        given = evidence.Upload(io.BytesIO(content), "a.jpg", "k", phone=word)
        row = evidence.receive_photograph(given, incident, actor=actor("officer"), now=datetime.now(UTC))
        return case_no, row.id, content


def test_the_tab_shows_what_was_said_escaped(sign_in: Callable[..., Any], sent: tuple[str, int, bytes]) -> None:
    page = sign_in("officer").get(f"/incidents/{sent[0]}/evidence")
    assert page.status_code == 200
    assert "&lt;b&gt;左岸" in page.text
    assert "<b>左岸" not in page.text
    assert "王值班" in page.text


def test_the_original_is_the_same_to_the_byte(sign_in: Callable[..., Any], sent: tuple[str, int, bytes]) -> None:
    with sign_in("officer").get(f"/incidents/{sent[0]}/evidence/{sent[1]}/original") as answer:
        assert answer.data == sent[2]
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("tail", ["", "/photographs", "/{}/preview", "/{}/original", ".geojson"])
def test_another_office_gets_404(sign_in: Callable[..., Any], sent: tuple[str, int, bytes], tail: str) -> None:
    path = f"/incidents/{sent[0]}/evidence" + tail.format(sent[1])
    with sign_in("officer").get(path) as own:
        assert own.status_code == 200
    assert sign_in("stranger").get(path).status_code == 404


def test_a_link_is_shown_once_with_a_code_to_read(sign_in: Callable[..., Any], case_no: str) -> None:
    client = sign_in("officer")
    data = {"label": "李四", "hours": "4", "csrf_token": client.csrf_token}
    page = client.post(f"/incidents/{case_no}/field-links", data=data)
    assert page.status_code == 200
    address = re.search(r"http://localhost(/f/[\w-]{20,})", page.text)
    assert address is not None
    assert "<svg" in page.text
    assert client.get(address.group(1)).status_code == 200
    assert address.group(1) not in client.get(f"/incidents/{case_no}/evidence").text


def test_a_link_that_was_ended_opens_nothing(sign_in: Callable[..., Any], case_no: str) -> None:
    client = sign_in("officer")
    data = {"label": "李四", "hours": "4", "csrf_token": client.csrf_token}
    page = client.post(f"/incidents/{case_no}/field-links", data=data).text
    address = re.search(r"(/f/[\w-]{20,})", page)
    end = re.search(
        r'action="(/incidents/[^"]+/field-links/\d+/end)"', client.get(f"/incidents/{case_no}/evidence").text
    )
    assert address is not None
    assert end is not None
    client.post(end.group(1), data={"csrf_token": client.csrf_token})
    assert client.get(address.group(1)).status_code == 410
