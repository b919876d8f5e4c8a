"""The parts together, over https by host name: what the desk sends comes to the phones, what they say comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.desks import HOST, a_desk
from tests.faults.test_kills import open_case, texts, until

pytestmark = pytest.mark.alone


def test_a_message_goes_out_and_its_receipt_comes_back_over_https(tmp_path: Path) -> None:
    with a_desk(tmp_path / "home", is_https=True) as desk:
        desk.start("web", "phones", "worker")
        case_no = open_case(desk).json()["case_no"]
        until(lambda: {state for _key, state in texts(desk)} == {"delivered"})
        assert len(desk.journal("message.delivered", case_no)) == len(texts(desk))
        page = requests.get(
            f"{desk.url}/sign-in", headers={"Host": f"{HOST}:{desk.port}"}, verify=desk.verify, timeout=10
        )
        assert page.ok
        assert page.headers["Strict-Transport-Security"]
        desk.stop("worker", "phones", "web")
