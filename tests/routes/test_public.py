"""The public page: issuer first, no sign-in, no script, nothing internal, an exercise visibly one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.routes.test_releases import FORM, recorded
from tests.routes.test_reports import post


@pytest.fixture
def officer(sign_in: Callable[..., Any]) -> Any:
    return sign_in("officer")


@pytest.fixture
def anybody(app: Any) -> Any:
    return app.test_client()


def test_anybody_reads_what_was_published(officer: Any, anybody: Any, case_no: str) -> None:
    recorded(officer, case_no)
    page = anybody.get(f"/public/{case_no}")
    assert page.status_code == 200
    body = page.text.split("<main")[1]
    assert body.index("十堰市人民政府") < body.index(FORM["title"])
    assert 'href="https://mp.weixin.qq.com/s/example"' in body
    assert "水能不能喝" in body
    assert "市区自来水供应正常。" in body.split("public__answer")[1].split("</p>")[0]


def test_the_page_carries_no_script(officer: Any, anybody: Any, case_no: str) -> None:
    recorded(officer, case_no)
    for path in ("/public", f"/public/{case_no}"):
        assert "<script" not in anybody.get(path).text


def test_nothing_internal_stands_on_it(officer: Any, anybody: Any, case_no: str) -> None:
    recorded(officer, case_no, text="情况正在处置。", title="通报", account="发布")
    page = anybody.get(f"/public/{case_no}").text
    for internal in ("王值班", "堵河某桥", "等级", "时限", "缺少", "校验"):
        assert internal not in page


def test_a_release_taken_off_is_gone(officer: Any, anybody: Any, case_no: str) -> None:
    place = recorded(officer, case_no)
    post(officer, f"{place}/shown", {"shown": "0"})
    assert anybody.get(f"/public/{case_no}").status_code == 404
    assert FORM["title"] not in anybody.get("/public").text


def test_a_case_without_release_looks_like_no_case(anybody: Any, case_no: str) -> None:
    there, absent = anybody.get(f"/public/{case_no}"), anybody.get("/public/420300-2099-0001")
    assert there.status_code == absent.status_code == 404
    strip = re.compile(r'content="[^"]*"|value="[^"]*"|data-server-now="[^"]*"')
    assert strip.sub("", there.text).replace(case_no, "") == strip.sub("", absent.text).replace("420300-2099-0001", "")


def test_a_text_is_shown_as_text(officer: Any, anybody: Any, case_no: str) -> None:
    recorded(officer, case_no, text="<script>alert(1)</script>请勿取用河水。", link="javascript:alert(1)")
    page = anybody.get(f"/public/{case_no}").text
    assert "<script>" not in page
    assert "javascript:" not in page


def test_an_exercise_says_so(app: Any, officer: Any, anybody: Any, case_no: str) -> None:
    from incident_desk.extensions import db
    from incident_desk.models import Incident, Setting

    with app.app_context():
        db.session.add(Setting(name="exercise", value={"on": True}))
        for incident in db.session.query(Incident):
            incident.is_exercise = True
        db.session.commit()
    recorded(officer, case_no)
    page = anybody.get(f"/public/{case_no}").text
    assert "演练" in page.split("<main")[0]
    assert "【演练】" in page.split("<main")[1]
    assert "【演练】" in anybody.get("/public").text


def test_in_english_the_frame_is_english_and_the_release_stays_as_published(
    officer: Any, anybody: Any, case_no: str
) -> None:
    recorded(officer, case_no)
    anybody.set_cookie("locale", "en")
    page = anybody.get(f"/public/{case_no}").text
    assert "May I drink the water?" in page
    assert FORM["text"] in page
